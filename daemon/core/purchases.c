// A rank, as far as it is about one customer: what its purchases come to.
#include "core/rank.h"

void rank_begin(struct purchases *purchases, const struct policy *policy, const struct clv *clv, int32_t today,
                instant first_seen)
{
    purchases->policy = policy;
    purchases->clv = clv;
    purchases->today = today;
    purchases->first_seen = first_seen;
    purchases->days = 0;
    purchases->f = 0;
    purchases->m = purchases->last = purchases->before = 0;
    purchases->years = 0;
}

// The year of the customer that holds the instant, its first is 0.
static int year_of(const struct purchases *purchases, instant at)
{
    return (int)((at - purchases->first_seen) / CLV_YEAR);
}

static clv_profit *year_at(struct purchases *purchases, int year)
{
    while (purchases->years <= year) {
        purchases->profits[purchases->years++] = 0;
    }
    return &purchases->profits[year];
}

static void count_order(struct purchases *purchases, int32_t day)
{
    if (purchases->days == 0) {
        purchases->first_day = day;
    }
    if (purchases->days == 0 || day > purchases->last_day) {
        purchases->last_day = day;
        purchases->days++;
    }
}

static void count_money(struct purchases *purchases, int32_t ago, int64_t amount)
{
    int32_t window = purchases->policy->rfm_window;
    if (window == 0 || ago < window) {
        purchases->m += amount;
    }
    if (ago < TIER_DAYS) {
        purchases->last += amount;
    } else if (ago < 2 * TIER_DAYS) {
        purchases->before += amount;
    }
}

void rank_purchase(struct purchases *purchases, int type, instant at, int64_t amount)
{
    int32_t window = purchases->policy->rfm_window;
    int32_t day = policy_day(purchases->policy, at), ago = purchases->today - day;
    bool placed = type == TYPE_ORDER_PLACED, cost = type == TYPE_COST_INCURRED;
    if (ago < 0 || (!placed && !cost && type != TYPE_ORDER_REFUNDED)) {
        return;
    }
    // Not known yet of a customer whose late events have not been folded in.
    if (purchases->first_seen == INSTANT_NONE || at < purchases->first_seen) {
        purchases->first_seen = at;
    }
    clv_profit *profit = year_at(purchases, year_of(purchases, at));
    if (cost) {
        *profit -= (clv_profit)amount * CLV_MILLION;
        return;
    }
    int64_t net = placed ? amount : -amount;
    *profit += (clv_profit)net * purchases->policy->valuation.margin;
    count_money(purchases, ago, net);
    if (placed) {
        purchases->f += window == 0 || ago < window;
        count_order(purchases, day);
    }
}

static int64_t within_int64(__int128 value)
{
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
}

bool rank_end(struct purchases *purchases, struct ranked *row)
{
    if (purchases->days == 0) {
        return false;
    }
    int32_t today = purchases->today;
    // Years that begin today have begun; the clock may go through the last hour of a day twice.
    int years = year_of(purchases, policy_day_begins(purchases->policy, today)) + 1;
    years = years > purchases->years ? years : purchases->years;
    while (policy_day(purchases->policy, purchases->first_seen + years * CLV_YEAR) <= today) {
        years++;
    }
    year_at(purchases, years - 1);
    row->f = purchases->f;
    row->m = within_int64(purchases->m);
    row->clv = clv_value(purchases->clv, purchases->profits, years);
    row->recency = today - purchases->last_day;
    row->history = (struct bgnbd_history){.x = purchases->days - 1,
                                          .t_x = purchases->last_day - purchases->first_day,
                                          .t_age = today - purchases->first_day};
    row->fading = purchases->before > 0 && 2 * purchases->last <= purchases->before;
    row->rising = (purchases->before > 0 && 2 * purchases->last >= 3 * purchases->before) ||
                  today - purchases->first_day < TIER_DAYS;
    return true;
}
