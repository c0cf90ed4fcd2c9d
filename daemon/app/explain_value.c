// What a customer is worth: live, and by the last rank with what decided it.
#include "explain_page.h"
#include "explain_parts.h"

#include "core/rank.h"

// ------------------------------------------------------------------------------------------------------ money

static int64_t within_int64(__int128 value)
{
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

// Orders, and orders less refunds, of the calendar days from first to last.
static int64_t money_of(const struct policy *policy, const struct explanation *made, int32_t first, int32_t last,
                        int64_t *orders)
{
    __int128 money = 0;
    *orders = 0;
    for (size_t i = 0; i < made->events.count; i++) {
        const struct explained_event *event = &made->events.items[i];
        bool ordered = event->rule->type == TYPE_ORDER_PLACED;
        int32_t day = policy_day(policy, event->at);
        if ((!ordered && event->rule->type != TYPE_ORDER_REFUNDED) || day < first || day > last)
            continue;
        *orders += ordered;
        money += ordered ? event->amount : -event->amount;
    }
    return within_int64(money);
}

void explain_value(const struct policy *policy, struct explanation *made)
{
    int32_t last = policy_day(policy, made->at);
    int32_t first = policy->rfm_window > 0 ? last - policy->rfm_window + 1 : INT32_MIN;
    made->m = money_of(policy, made, first, last, &made->f);
}

void explain_valued(struct explainer *explainer, const struct valued *valued)
{
    struct explanation *made = &explainer->made;
    int64_t orders;
    int32_t first = valued->day - TIER_DAYS + 1;
    made->valued = *valued;
    made->last_money = money_of(explainer->policy, made, first, valued->day, &orders);
    made->before_money = money_of(explainer->policy, made, first - TIER_DAYS, first - 1, &orders);
}

// ------------------------------------------------------------------------------------------------------- page

static void put_fact(struct page *page, struct table *table, enum phrase label, const char *text)
{
    table_string(table, page_said(page, label));
    table_string(table, text);
}

static void put_live(struct page *page, struct table *table)
{
    const struct explanation *made = page->made;
    const struct customer *state = &made->state;
    struct words *words = page->words;
    int32_t days = policy_day(words->policy, made->at) - policy_day(words->policy, state->last_order_at);
    put_fact(page, table, PHRASE_LABEL_ORDERS, words_number(words, state->orders));
    put_fact(page, table, PHRASE_LABEL_SPENT, words_money(words, state->spent));
    put_fact(page, table, PHRASE_LABEL_LAST_ORDER,
             words_say(words, PHRASE_AGO, "date", words_date(words, state->last_order_at), "time",
                       words_duration(words, days * DAY), NULL));
    put_fact(page, table, PHRASE_LABEL_F, words_number(words, made->f));
    put_fact(page, table, PHRASE_LABEL_M, words_money(words, made->m));
    if (state->referrals > 0)
        put_fact(page, table, PHRASE_LABEL_REFERRALS, words_number(words, state->referrals));
}

static const char *value_words(struct words *words, enum rfm what, int64_t value)
{
    return what == RFM_RECENCY    ? words_duration(words, value * DAY)
           : what == RFM_MONETARY ? words_money(words, value)
                                  : words_number(words, value);
}

static void put_scores(struct page *page, struct table *table)
{
    static const enum phrase labels[RFM_COUNT] = {PHRASE_LABEL_R, PHRASE_LABEL_SCORE_F, PHRASE_LABEL_SCORE_M};
    const struct valued *valued = &page->made->valued;
    struct words *words = page->words;
    for (int what = 0; what < RFM_COUNT; what++)
        put_fact(page, table, labels[what],
                 words_say(words, PHRASE_SCORED, "value", value_words(words, (enum rfm)what, valued->values[what]),
                           "score", words_number(words, valued->scores[what]), "least",
                           value_words(words, (enum rfm)what, valued->least[what]), "most",
                           value_words(words, (enum rfm)what, valued->most[what]), NULL));
}

static const char *score_span(struct words *words, const struct segment *segment, enum rfm what)
{
    if (segment->least[what] == segment->most[what])
        return words_number(words, segment->least[what]);
    return words_say(words, PHRASE_SCORE_SPAN, "least", words_number(words, segment->least[what]), "most",
                     words_number(words, segment->most[what]), NULL);
}

// The row of the table of segments that matched; the names are those of the rank, whatever the table is now.
static const char *segment_words(struct words *words, const struct valued *valued)
{
    const struct valuation *valuation = &words->policy->valuation;
    const char *name = words_text(words, valued->segment);
    for (size_t i = 0; i < valuation->segment_count; i++) {
        const struct segment *segment = &valuation->segments[i];
        if (strcmp(segment->name, name) == 0)
            return words_say(words, PHRASE_SEGMENT_BY, "name", name, "r", score_span(words, segment, RFM_RECENCY), "f",
                             score_span(words, segment, RFM_FREQUENCY), "m", score_span(words, segment, RFM_MONETARY),
                             NULL);
    }
    return words_say(words, PHRASE_SEGMENT_REST, "name", name, NULL);
}

static const char *abc_words(struct words *words, const struct valued *valued)
{
    const char *abc = words_text(words, span_of(&valued->abc, 1));
    if (valued->values[RFM_MONETARY] <= 0)
        return words_say(words, PHRASE_ABC_NONE, "abc", abc, NULL);
    return words_say(words, PHRASE_ABC_BY, "abc", abc, "share",
                     words_say(words, PHRASE_PERCENT, "number", words_real(words, 100 * valued->share_before, 1), NULL),
                     NULL);
}

static const char *tier_words(struct words *words, const struct explanation *made)
{
    const char *tier = words_tier(words, made->valued.tier);
    return words_say(words, PHRASE_TIER_BY, "tier", tier ? tier : "-", "level",
                     words_number(words, made->valued.target), "last", words_money(words, made->last_money), "days",
                     words_duration(words, TIER_DAYS * DAY), "before", words_money(words, made->before_money), NULL);
}

static void put_rank(struct page *page, struct table *table)
{
    const struct valued *valued = &page->made->valued;
    struct words *words = page->words;
    const char *date = words_date(words, policy_day_begins(words->policy, valued->day));
    bool placed = valued->rank > 0;
    put_fact(page, table, PHRASE_LABEL_RANKED,
             placed ? words_say(words, PHRASE_RANKED, "date", date, "rank", words_number(words, valued->rank), "all",
                                words_number(words, valued->ranked), NULL)
                    : words_say(words, PHRASE_RANKED_NOT, "date", date, NULL));
    if (placed)
        put_scores(page, table);
    if (valued->segment.data)
        put_fact(page, table, PHRASE_LABEL_SEGMENT, segment_words(words, valued));
    put_fact(page, table, PHRASE_LABEL_ABC, abc_words(words, valued));
    put_fact(page, table, PHRASE_LABEL_TIER, tier_words(words, page->made));
    put_fact(page, table, PHRASE_LABEL_CLV, words_money(words, valued->clv));
    if (valued->has_model)
        put_fact(page, table, PHRASE_LABEL_ALIVE,
                 words_say(words, PHRASE_ALIVE, "alive", words_percent(words, valued->alive), "expected",
                           words_real(words, valued->expected, 1), NULL));
}

void page_value(struct page *page)
{
    static const struct table_column columns[] = {{.title = ""}, {.title = ""}};
    struct table table;
    page_title(page, PHRASE_TITLE_VALUE);
    if (page->made->state.orders == 0) {
        page_line(page, page_said(page, PHRASE_NO_ORDERS));
        return;
    }
    page_table(page, &table, columns, 2, false);
    put_live(page, &table);
    if (page->made->valued.known)
        put_rank(page, &table);
    page_table_end(page, &table);
}
