// The rank: what a customer's purchases come to, and customers held against each other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "core/rank.h"
#include "support/random.h"
#include "support/story.h"

static struct story story;
static struct policy *const policy = &story.policy;
static struct clv clv;
static struct purchases purchases;
static struct ranked row;

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    clv_prepare(&clv, &policy->valuation);
    return 0;
}

static int32_t day_of(const char *date)
{
    return (int32_t)(at(date) / DAY);
}

static void begin(const char *today, instant first_seen)
{
    rank_begin(&purchases, policy, &clv, day_of(today), first_seen);
}

static void order(const char *when, int64_t amount)
{
    rank_purchase(&purchases, TYPE_ORDER_PLACED, at(when), amount);
}

static void refund(const char *when, int64_t amount)
{
    rank_purchase(&purchases, TYPE_ORDER_REFUNDED, at(when), amount);
}

static void cost(const char *when, int64_t amount)
{
    rank_purchase(&purchases, TYPE_COST_INCURRED, at(when), amount);
}

// ------------------------------------------------------------------------------------------- one customer

static void window_is_so_many_calendar_days(void **state)
{
    (void)state;
    policy->rfm_window = 10;
    begin("2026-03-20", INSTANT_NONE);
    order("2026-03-10T23:59:59Z", 1);  // the day before the window
    order("2026-03-11T00:00:00Z", 10); // its first
    refund("2026-03-12", 4);           // of an order before it
    order("2026-03-20T23:59:59Z", 100);
    order("2026-03-21T00:00:00Z", 1000); // after today
    refund("2026-03-21", 5000);
    assert_true(rank_end(&purchases, &row));
    assert_int_equal(row.f, 2);
    assert_int_equal(row.m, 106);
    assert_int_equal(row.recency, 0);
    assert_int_equal(row.history.x, 2);
    assert_int_equal(row.history.t_x, 10);
    assert_int_equal(row.history.t_age, 10);
}

static void lifetime_has_no_window(void **state)
{
    (void)state;
    policy->rfm_window = 0;
    begin("2026-03-20", INSTANT_NONE);
    order("1999-01-01", 1);
    order("2026-01-01", 2);
    assert_true(rank_end(&purchases, &row));
    assert_int_equal(row.f, 2);
    assert_int_equal(row.m, 3);
    assert_int_equal(row.recency, 78);
}

static void days_are_those_of_the_zone(void **state)
{
    (void)state;
    static const struct zone_transition shanghai[] = {{INSTANT_NONE, 8 * 3600}};
    policy->zone = (struct zone){1, shanghai};
    begin("2026-03-20", INSTANT_NONE);
    order("2026-03-18T15:59:59Z", 1); // the 18th
    order("2026-03-18T16:00:00Z", 1); // the 19th
    order("2026-03-19T15:00:00Z", 1); // the 19th
    order("2026-03-20T16:00:00Z", 1); // the 21st
    assert_true(rank_end(&purchases, &row));
    assert_int_equal(row.f, 3);
    assert_int_equal(row.history.x, 1);
    assert_int_equal(row.recency, 1);
}

static void without_an_order_there_is_nobody(void **state)
{
    (void)state;
    begin("2026-03-20", at("2026-01-01"));
    refund("2026-03-01", 5);
    cost("2026-03-01", 5);
    rank_purchase(&purchases, TYPE_CALL_COMPLETED, at("2026-03-02"), 0);
    order("2026-03-21", 5);
    assert_false(rank_end(&purchases, &row));
}

static void money_stops_at_its_limits(void **state)
{
    (void)state;
    begin("2026-03-20", INSTANT_NONE);
    order("2026-03-01", 1);
    for (int i = 0; i < 3; i++) {
        refund("2026-03-02", INT64_MAX);
    }
    assert_true(rank_end(&purchases, &row));
    assert_int_equal(row.m, INT64_MIN);
    assert_int_equal(row.clv, INT64_MIN);
}

// First seen 2024-03-01: its years begin on 2025-03-01 and 2026-03-01.
static void years_are_those_of_the_customer(void **state)
{
    (void)state;
    instant first = at("2024-03-01T12:00:00Z");
    begin("2026-02-28", first);
    order("2024-05-01", 100000);
    cost("2024-06-01", 10000);
    order("2025-03-01T11:59:59Z", 20000);
    order("2025-03-01T12:00:00Z", 5000);
    refund("2025-04-01", 1000);
    assert_true(rank_end(&purchases, &row));
    const clv_profit two[] = {(clv_profit)110000 * CLV_MILLION, (clv_profit)4000 * CLV_MILLION};
    assert_int_equal(row.clv, clv_value(&clv, two, 2));

    begin("2026-03-01", first); // a third has begun by the end of today
    order("2024-05-01", 100000);
    assert_true(rank_end(&purchases, &row));
    const clv_profit three[] = {(clv_profit)100000 * CLV_MILLION, 0, 0};
    assert_int_equal(row.clv, clv_value(&clv, three, 3));
}

static void margin_is_of_revenue_alone(void **state)
{
    (void)state;
    policy->valuation.margin = 250000;
    begin("2026-02-28", INSTANT_NONE);
    order("2026-01-01", 1001);
    refund("2026-01-02", 400);
    cost("2026-01-03", 50);
    assert_true(rank_end(&purchases, &row));
    const clv_profit profit = (clv_profit)601 * 250000 - (clv_profit)50 * CLV_MILLION;
    assert_int_equal(row.clv, clv_value(&clv, &profit, 1));
}

// A late event that is not folded in yet: the customer is older than its row knows.
static void the_first_purchase_may_be_earlier_than_known(void **state)
{
    (void)state;
    begin("2026-02-28", at("2026-01-01"));
    order("2024-01-01", 1000);
    assert_true(rank_end(&purchases, &row));
    const clv_profit profits[] = {(clv_profit)1000 * CLV_MILLION, 0, 0};
    assert_int_equal(row.clv, clv_value(&clv, profits, 3));
}

static void tiers_compare_half_years(void **state)
{
    (void)state;
    static const struct {
        int64_t before, last;
        bool fading, rising;
    } cases[] = {
        {100, 50, true, false}, {100, 51, false, false}, {100, 149, false, false}, {100, 150, false, true},
        {101, 50, true, false}, {0, 100, false, false},  {-5, 100, false, false},  {1, 0, true, false},
        {1, -3, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin("2026-12-31", INSTANT_NONE);
        order("2020-01-01", 1);                  // known for long
        order("2026-01-05T23:59:59Z", 7);         // 360 days and more ago
        order("2026-01-06", cases[i].before + 9); // the first of the days before
        refund("2026-07-04T23:59:59Z", 9);       // and the last
        order("2026-07-05", cases[i].last + 9);  // the first of the last 180
        refund("2026-12-31", 9);
        assert_true(rank_end(&purchases, &row));
        assert_int_equal(row.fading, cases[i].fading);
        assert_int_equal(row.rising, cases[i].rising);
    }
}

static void newcomers_rise(void **state)
{
    (void)state;
    begin("2026-12-31", at("2020-01-01"));
    order("2026-07-05T00:00:00Z", 10);
    assert_true(rank_end(&purchases, &row));
    assert_true(row.rising);
    begin("2026-12-31", at("2020-01-01"));
    order("2026-07-04T23:59:59Z", 10);
    assert_true(rank_end(&purchases, &row));
    assert_false(row.rising);
}

// --------------------------------------------------------------------------------------------- population

enum { MOST = 400 };
static struct ranked rows[MOST];
static struct rank_key keys[MOST];

static struct ranked bought(int32_t recency, int64_t f, int64_t m)
{
    return (struct ranked){.recency = recency, .f = f, .m = m};
}

static void scores_count_who_is_below(void **state)
{
    (void)state;
    // f: 1 1 1 2 3, and one of nobody; 3 of 5 are below 2: 1 + floor(15 / 5).
    const struct ranked some[] = {bought(10, 1, 500), bought(20, 1, 400), bought(20, 2, 300),
                                  bought(400, 0, 0),  bought(30, 3, 200), bought(40, 1, 100)};
    static const struct {
        uint8_t scores[RFM_COUNT];
        uint32_t rank;
    } expected[] = {{{5, 1, 5}, 1}, {{3, 1, 4}, 4}, {{3, 4, 3}, 2}, {{0, 0, 0}, 0}, {{2, 5, 2}, 3}, {{1, 1, 1}, 5}};
    memcpy(rows, some, sizeof some);
    rank_population(&policy->valuation, rows, 6, keys);
    for (size_t i = 0; i < 6; i++) {
        assert_memory_equal(rows[i].scores, expected[i].scores, RFM_COUNT);
        assert_int_equal(rows[i].rank, expected[i].rank);
        assert_int_equal(rows[i].segment > 0, rows[i].rank > 0);
    }
}

// By total, then m, then id, which is the place.
static void ties_go_by_money_then_by_id(void **state)
{
    (void)state;
    const struct ranked some[] = {bought(5, 1, 10), bought(5, 1, 10), bought(5, 1, 10)};
    memcpy(rows, some, sizeof some);
    rank_population(&policy->valuation, rows, 3, keys);
    assert_int_equal(rows[0].rank, 1);
    assert_int_equal(rows[1].rank, 2);
    assert_int_equal(rows[2].rank, 3);
}

static void classes_go_by_the_share_before(void **state)
{
    (void)state;
    // 80 of 100 before the second: it is B; 95 before the third: it is C.
    const struct ranked exact[] = {bought(1, 1, 15), bought(1, 1, 80), bought(1, 1, 5), bought(1, 1, 0), bought(1, 1, -7)};
    memcpy(rows, exact, sizeof exact);
    rank_population(&policy->valuation, rows, 5, keys);
    assert_int_equal(rows[1].abc, 'A');
    assert_int_equal(rows[0].abc, 'B');
    assert_int_equal(rows[2].abc, 'C');
    assert_int_equal(rows[3].abc, 'C');
    assert_int_equal(rows[4].abc, 'C');
    // One unit less before it.
    rows[1].m = 79;
    rank_population(&policy->valuation, rows, 5, keys);
    assert_int_equal(rows[0].abc, 'A');
    assert_int_equal(rows[2].abc, 'B');
    // Alone with all of it, as large as money gets.
    rows[0] = bought(1, 1, INT64_MAX);
    rows[1] = bought(1, 1, INT64_MAX);
    rank_population(&policy->valuation, rows, 2, keys);
    assert_int_equal(rows[0].abc, 'A');
    assert_int_equal(rows[1].abc, 'A');
    rank_population(&policy->valuation, rows, 0, keys);
}

static void tier_and_target_follow(void **state)
{
    (void)state;
    static const struct {
        bool fading, rising;
        int64_t m;
        uint8_t tier, target;
    } cases[] = {
        {false, false, 1000, TIER_STAR, 4}, {true, true, 1000, TIER_FADING, 3}, {false, true, 1000, TIER_STAR, 4},
        {false, true, 90, TIER_RISING, 3},  {false, false, 90, TIER_ORDINARY, 2}, {false, false, 1, TIER_ORDINARY, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rows[0] = bought(1, 1, cases[i].m);
        rows[0].fading = cases[i].fading;
        rows[0].rising = cases[i].rising;
        rows[1] = bought(1, 1, cases[i].m == 1000 ? 5 : 900);
        rows[2] = bought(1, 1, 50);
        rank_population(&policy->valuation, rows, 3, keys);
        assert_int_equal(rows[0].tier, cases[i].tier);
        assert_int_equal(rows[0].target, cases[i].target);
    }
}

static int64_t worth(const struct ranked *one, int what)
{
    return what == RFM_RECENCY ? -one->recency : what == RFM_FREQUENCY ? one->f : one->m;
}

// Each customer by the words of the model, all others counted anew.
static void check_one(size_t count, size_t i)
{
    const struct ranked *one = &rows[i];
    int64_t below[RFM_COUNT] = {0}, n = 0;
    uint32_t rank = 1;
    __int128 all = 0, before = 0;
    int total = one->scores[0] + one->scores[1] + one->scores[2];
    for (size_t k = 0; k < count; k++) {
        const struct ranked *other = &rows[k];
        if (other->f > 0) {
            n++;
            for (int what = 0; what < RFM_COUNT; what++) {
                below[what] += worth(other, what) < worth(one, what);
            }
            int of_other = other->scores[0] + other->scores[1] + other->scores[2];
            rank += of_other > total ||
                    (of_other == total && (other->m > one->m || (other->m == one->m && k < i)));
        }
        all += other->m > 0 ? other->m : 0;
        before += other->m > 0 && (other->m > one->m || (other->m == one->m && k < i)) ? other->m : 0;
    }
    for (int what = 0; what < RFM_COUNT; what++) {
        assert_int_equal(one->scores[what], one->f > 0 ? 1 + 5 * below[what] / n : 0);
    }
    assert_int_equal(one->rank, one->f > 0 ? rank : 0);
    char abc = one->m <= 0 ? 'C' : before * 5 < all * 4 ? 'A' : before * 20 < all * 19 ? 'B' : 'C';
    assert_int_equal(one->abc, abc);
}

static void every_population_by_the_words_of_the_model(void **state)
{
    (void)state;
    struct random random = {(uint64_t)time(NULL)};
    printf("seed %llu\n", (unsigned long long)random.state);
    for (int round = 0; round < 60; round++) {
        size_t count = 1 + (size_t)random_below(&random, MOST);
        int64_t spread = 1 + random_below(&random, 40);
        for (size_t i = 0; i < count; i++) {
            int64_t f = random_below(&random, 4);
            rows[i] = bought((int32_t)random_below(&random, spread), f,
                             f ? random_below(&random, spread * 3) - spread / 2 : -random_below(&random, 3));
        }
        rank_population(&policy->valuation, rows, count, keys);
        for (size_t i = 0; i < count; i++) {
            check_one(count, i);
        }
    }
}

// ------------------------------------------------------------------------------------------------- due

static void assert_due(const char *watermark, const char *expected)
{
    int32_t day;
    assert_true(rank_due(policy, at(watermark), &day));
    assert_int_equal(day, day_of(expected));
}

static void the_day_before_is_due_once_its_hour_has_passed(void **state)
{
    (void)state;
    assert_due("2026-03-20T02:29:59Z", "2026-03-18");
    assert_due("2026-03-20T02:30:00Z", "2026-03-18"); // what happens then may still come
    assert_due("2026-03-20T02:30:01Z", "2026-03-19");
    assert_due("2026-03-20T23:59:59Z", "2026-03-19");
    static const struct zone_transition shanghai[] = {{INSTANT_NONE, 8 * 3600}};
    policy->zone = (struct zone){1, shanghai};
    assert_due("2026-03-19T18:30:00Z", "2026-03-18");
    assert_due("2026-03-19T18:30:01Z", "2026-03-19"); // 02:30 of the 20th there
    policy->valuation.rank_at = 0;
    assert_due("2026-03-19T16:00:01Z", "2026-03-19");
}

static void never_is_never(void **state)
{
    (void)state;
    int32_t day;
    assert_false(rank_due(policy, INSTANT_NONE, &day));
    assert_false(rank_due(policy, at("1970-01-01T12:00:00Z"), &day) && day < 0);
    policy->valuation.rank_at = RANK_NEVER;
    assert_false(rank_due(policy, at("2026-03-20T12:00:00Z"), &day));
}

// --------------------------------------------------------------------------------------------- valuation

static void breakpoints_include_their_lower_bound(void **state)
{
    (void)state;
    struct valuation *valuation = &policy->valuation;
    static const int64_t days[] = {115, 181, 298, 482}, orders[] = {4, 5, 6, 8};
    memcpy(valuation->breakpoints[RFM_RECENCY], days, sizeof days);
    memcpy(valuation->breakpoints[RFM_FREQUENCY], orders, sizeof orders);
    assert_int_equal(valuation_score(valuation, RFM_RECENCY, 0), 5);
    assert_int_equal(valuation_score(valuation, RFM_RECENCY, 114), 5);
    assert_int_equal(valuation_score(valuation, RFM_RECENCY, 115), 4);
    assert_int_equal(valuation_score(valuation, RFM_RECENCY, 481), 2);
    assert_int_equal(valuation_score(valuation, RFM_RECENCY, 482), 1);
    assert_int_equal(valuation_score(valuation, RFM_FREQUENCY, 3), 1);
    assert_int_equal(valuation_score(valuation, RFM_FREQUENCY, 4), 2);
    assert_int_equal(valuation_score(valuation, RFM_FREQUENCY, 8), 5);
    valuation->scores = SCORES_BY_BREAKPOINTS;
    rows[0] = bought(115, 8, INT64_MIN);
    rows[1] = bought(0, 0, 0);
    rank_population(valuation, rows, 2, keys);
    assert_int_equal(rows[0].scores[RFM_RECENCY], 4);
    assert_int_equal(rows[0].scores[RFM_FREQUENCY], 5);
    assert_int_equal(rows[0].scores[RFM_MONETARY], 1);
    assert_int_equal(rows[1].scores[RFM_RECENCY], 0);
}

static void the_first_segment_that_fits_counts(void **state)
{
    (void)state;
    static const struct {
        uint8_t scores[RFM_COUNT];
        const char *name;
    } cases[] = {
        {{5, 5, 5}, "Champions"},     {{5, 5, 4}, "Potential Loyalist"}, {{3, 3, 2}, "Potential Loyalist"},
        {{2, 4, 4}, "Loyal Customers"}, {{4, 2, 3}, "Loyal Customers"},  {{3, 1, 3}, "Promising"},
        {{5, 1, 1}, "New Customers"}, {{1, 3, 4}, "Can't Lose Them"},    {{2, 5, 5}, "At Risk"},
        {{1, 3, 3}, "Need Attention"}, {{2, 1, 4}, "About To Sleep"},    {{1, 1, 1}, "Lost"},
        {{3, 4, 1}, "Others"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int segment = valuation_segment(&policy->valuation, cases[i].scores);
        assert_string_equal(valuation_segment_name(&policy->valuation, segment), cases[i].name);
    }
    policy->valuation.segment_count = 0;
    assert_int_equal(valuation_segment(&policy->valuation, cases[0].scores), 1);
    assert_string_equal(valuation_segment_name(&policy->valuation, 1), "Others");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(window_is_so_many_calendar_days, set_up),
        cmocka_unit_test_setup(lifetime_has_no_window, set_up),
        cmocka_unit_test_setup(days_are_those_of_the_zone, set_up),
        cmocka_unit_test_setup(without_an_order_there_is_nobody, set_up),
        cmocka_unit_test_setup(money_stops_at_its_limits, set_up),
        cmocka_unit_test_setup(years_are_those_of_the_customer, set_up),
        cmocka_unit_test_setup(margin_is_of_revenue_alone, set_up),
        cmocka_unit_test_setup(the_first_purchase_may_be_earlier_than_known, set_up),
        cmocka_unit_test_setup(tiers_compare_half_years, set_up),
        cmocka_unit_test_setup(newcomers_rise, set_up),
        cmocka_unit_test_setup(scores_count_who_is_below, set_up),
        cmocka_unit_test_setup(ties_go_by_money_then_by_id, set_up),
        cmocka_unit_test_setup(classes_go_by_the_share_before, set_up),
        cmocka_unit_test_setup(tier_and_target_follow, set_up),
        cmocka_unit_test_setup(every_population_by_the_words_of_the_model, set_up),
        cmocka_unit_test_setup(the_day_before_is_due_once_its_hour_has_passed, set_up),
        cmocka_unit_test_setup(never_is_never, set_up),
        cmocka_unit_test_setup(breakpoints_include_their_lower_bound, set_up),
        cmocka_unit_test_setup(the_first_segment_that_fits_counts, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
