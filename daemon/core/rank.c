// A rank, as far as it holds customers against each other.
#include "core/rank.h"

#include <stdlib.h>

bool rank_due(const struct policy *policy, instant watermark, int32_t *day)
{
    if (policy->valuation.rank_at == RANK_NEVER || watermark == INSTANT_NONE) {
        return false;
    }
    int32_t today = policy_day(policy, watermark);
    bool passed = watermark > policy_local(policy, today, policy->valuation.rank_at);
    *day = passed ? today - 1 : today - 2;
    return *day >= 0;
}

// By group, then by value, ties by place: the order of ids.
static int compare_keys(const void *a, const void *b)
{
    const struct rank_key *left = a, *right = b;
    if (left->group != right->group) {
        return left->group < right->group ? -1 : 1;
    }
    if (left->value != right->value) {
        return left->value < right->value ? -1 : 1;
    }
    return (left->index > right->index) - (left->index < right->index);
}

static void sort_keys(struct rank_key *keys, size_t count)
{
    if (count > 0) {
        qsort(keys, count, sizeof *keys, compare_keys);
    }
}

// The value whose score rises as it does.
static int64_t worth(const struct ranked *row, enum rfm what)
{
    return what == RFM_RECENCY ? -row->recency : what == RFM_FREQUENCY ? row->f : row->m;
}

static void score_by_population(struct ranked *rows, enum rfm what, struct rank_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        keys[i].value = worth(&rows[keys[i].index], what);
        keys[i].group = 0;
    }
    sort_keys(keys, count);
    size_t below = 0;
    for (size_t i = 0; i < count; i++) {
        if (keys[i].value != keys[below].value) {
            below = i;
        }
        rows[keys[i].index].scores[what] = (uint8_t)(1 + SCORE_MOST * below / count);
    }
}

static void score_by_breakpoints(const struct valuation *valuation, struct ranked *row)
{
    const int64_t values[RFM_COUNT] = {row->recency, row->f, row->m};
    for (int what = 0; what < RFM_COUNT; what++) {
        row->scores[what] = (uint8_t)valuation_score(valuation, (enum rfm)what, values[what]);
    }
}

static int total(const struct ranked *row)
{
    return row->scores[RFM_RECENCY] + row->scores[RFM_FREQUENCY] + row->scores[RFM_MONETARY];
}

// What is ordered from the largest value on; no sum of money is negated out of its range.
static int64_t reversed(int64_t value)
{
    return ~value;
}

// Scores, rank and segment of those who bought in the window.
static void score(const struct valuation *valuation, struct ranked *rows, size_t count, struct rank_key *keys)
{
    size_t buyers = 0;
    for (size_t i = 0; i < count; i++) {
        struct ranked *row = &rows[i];
        row->rank = 0;
        row->segment = 0;
        memset(row->scores, 0, sizeof row->scores);
        if (row->f > 0) {
            keys[buyers++].index = (uint32_t)i;
        }
    }
    for (int what = 0; what < RFM_COUNT && valuation->scores == SCORES_BY_POPULATION; what++) {
        score_by_population(rows, (enum rfm)what, keys, buyers);
    }
    for (size_t i = 0; i < buyers; i++) {
        struct ranked *row = &rows[keys[i].index];
        if (valuation->scores == SCORES_BY_BREAKPOINTS) {
            score_by_breakpoints(valuation, row);
        }
        row->segment = (uint8_t)valuation_segment(valuation, row->scores);
        keys[i].group = (uint32_t)(RFM_COUNT * SCORE_MOST - total(row));
        keys[i].value = reversed(row->m);
    }
    sort_keys(keys, buyers);
    for (size_t i = 0; i < buyers; i++) {
        rows[keys[i].index].rank = (uint32_t)i + 1;
    }
}

// By the share of all money that is positive which comes before the customer: below 80 % A, below 95 % B.
static void classify(struct ranked *rows, size_t count, struct rank_key *keys)
{
    __int128 all = 0, before = 0;
    for (size_t i = 0; i < count; i++) {
        keys[i] = (struct rank_key){.value = reversed(rows[i].m), .index = (uint32_t)i};
        all += rows[i].m > 0 ? rows[i].m : 0;
    }
    sort_keys(keys, count);
    for (size_t i = 0; i < count; i++) {
        struct ranked *row = &rows[keys[i].index];
        bool positive = row->m > 0;
        row->abc = positive && 100 * before < 80 * all ? 'A' : positive && 100 * before < 95 * all ? 'B' : 'C';
        before += positive ? row->m : 0;
    }
}

static void set_tier(struct ranked *row)
{
    row->tier = row->fading ? TIER_FADING : row->abc == 'A' ? TIER_STAR : row->rising ? TIER_RISING : TIER_ORDINARY;
    switch (row->tier) {
    case TIER_STAR: row->target = LEVEL_PROACTIVE; break;
    case TIER_RISING:
    case TIER_FADING: row->target = LEVEL_ACCOUNTABLE; break;
    default: row->target = row->abc == 'B' ? LEVEL_REACTIVE : LEVEL_BASIC;
    }
}

void rank_population(const struct valuation *valuation, struct ranked *rows, size_t count, struct rank_key *keys)
{
    score(valuation, rows, count, keys);
    classify(rows, count, keys);
    for (size_t i = 0; i < count; i++) {
        set_tier(&rows[i]);
    }
}
