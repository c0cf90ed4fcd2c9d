// The policy: calendar days across changes of the clock, rules, marks, fingerprints.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story;
static struct policy *const policy = &story.policy;

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static int32_t day_of(const char *date)
{
    return (int32_t)(at(date) / DAY);
}

static void days_are_those_of_utc_by_default(void **state)
{
    (void)state;
    assert_int_equal(policy_day(policy, 0), 0);
    assert_int_equal(policy_day(policy, DAY - 1), 0);
    assert_int_equal(policy_day(policy, DAY), 1);
    assert_int_equal(policy_day(policy, INSTANT_LAST), day_of("2199-12-31"));
}

// Berlin in 2026: a day of 23 hours in March, one of 25 in October.
static const struct zone_transition berlin[] = {
    {INSTANT_NONE, 3600},
    {INT64_C(1774746000) * SECOND, 7200}, // 2026-03-29T01:00Z
    {INT64_C(1792890000) * SECOND, 3600}, // 2026-10-25T01:00Z
};

static void days_follow_summer_time(void **state)
{
    (void)state;
    policy->zone = (struct zone){3, berlin};
    assert_int_equal(policy_day(policy, at("2026-03-28T22:59:59Z")), day_of("2026-03-28"));
    assert_int_equal(policy_day(policy, at("2026-03-28T23:00:00Z")), day_of("2026-03-29"));
    assert_int_equal(policy_day(policy, at("2026-03-29T21:59:59Z")), day_of("2026-03-29"));
    assert_int_equal(policy_day(policy, at("2026-03-29T22:00:00Z")), day_of("2026-03-30"));
    assert_int_equal(policy_day(policy, at("2026-10-24T22:00:00Z")), day_of("2026-10-25"));
    assert_int_equal(policy_day(policy, at("2026-10-25T22:59:59Z")), day_of("2026-10-25"));
    assert_int_equal(policy_day(policy, at("2026-10-25T23:00:00Z")), day_of("2026-10-26"));
}

static void days_begin_at_their_first_instant(void **state)
{
    (void)state;
    assert_int_equal(policy_day_begins(policy, day_of("2026-03-29")), at("2026-03-29"));
    assert_int_equal(policy_offset(policy, at("2026-03-29")), 0);
    policy->zone = (struct zone){3, berlin};
    assert_int_equal(policy_day_begins(policy, day_of("2026-03-29")), at("2026-03-28T23:00:00Z"));
    assert_int_equal(policy_day_begins(policy, day_of("2026-03-30")), at("2026-03-29T22:00:00Z"));
    assert_int_equal(policy_day_begins(policy, day_of("2026-10-26")), at("2026-10-25T23:00:00Z"));
    for (int32_t day = day_of("2026-01-01"); day < day_of("2027-01-01"); day++) {
        assert_int_equal(policy_day(policy, policy_day_begins(policy, day)), day);
        assert_int_equal(policy_day(policy, policy_day_begins(policy, day) - 1), day - 1);
    }
    assert_int_equal(policy_offset(policy, at("2026-03-29T00:59:59Z")), HOUR);
    assert_int_equal(policy_offset(policy, at("2026-03-29T01:00:00Z")), 2 * HOUR);
}

static void days_before_1970_are_whole(void **state)
{
    (void)state;
    static const struct zone_transition new_york[] = {{INSTANT_NONE, -18000}};
    policy->zone = (struct zone){1, new_york};
    assert_int_equal(policy_day(policy, 0), -1);
    assert_int_equal(policy_day(policy, 5 * HOUR - 1), -1);
    assert_int_equal(policy_day(policy, 5 * HOUR), 0);
}

static void a_transition_holds_from_its_own_instant(void **state)
{
    (void)state;
    const struct zone_transition forward[] = {{INSTANT_NONE, 0},
                                              {at("2026-06-01T23:00:00Z"), 3600}};
    policy->zone = (struct zone){2, forward};
    assert_int_equal(policy_day(policy, forward[1].from - 1), day_of("2026-06-01"));
    assert_int_equal(policy_day(policy, forward[1].from), day_of("2026-06-02"));
}

// 23 hours apart on neighbouring days of the short weekend, 24 hours apart on one long day.
static void rhythm_and_purchases_count_local_days(void **state)
{
    (void)state;
    policy->zone = (struct zone){3, berlin};
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, at("2026-03-28T23:00:00Z"));
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, at("2026-03-29T21:59:59Z"));
    assert_int_equal(story.customer.rhythm, 1);
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, at("2026-03-29T22:00:00Z"));
    assert_int_equal(story.customer.rhythm, 2);
    story_ordered(&story, 1, at("2026-10-24T22:30:00Z"));
    story_ordered(&story, 1, at("2026-10-25T22:30:00Z"));
    assert_int_equal(story.customer.purchase_days, 1);
    story_ordered(&story, 1, at("2026-10-25T23:00:00Z"));
    assert_int_equal(story.customer.purchase_days, 2);
}

static void every_instant_is_a_working_one(void **state)
{
    (void)state;
    assert_int_equal(policy_working(policy, at("2026-02-28T03:00:00Z")),
                     at("2026-02-28T03:00:00Z"));
    instant from, to;
    assert_true(policy_worked(policy, at("2026-02-28"), &from, &to));
    assert_int_equal(from, INSTANT_NONE);
    assert_int_equal(to, at("2026-02-28"));
}

static void intervals_are_of_level_and_tier(void **state)
{
    (void)state;
    assert_int_equal(policy_interval(policy, LEVEL_BASIC, TIER_NONE), 180 * DAY);
    assert_int_equal(policy_interval(policy, LEVEL_REACTIVE, TIER_ORDINARY), 90 * DAY);
    assert_int_equal(policy_interval(policy, LEVEL_REACTIVE, TIER_FADING), 90 * DAY);
    assert_int_equal(policy_interval(policy, LEVEL_ACCOUNTABLE, TIER_RISING), 33 * DAY + 18 * HOUR);
    assert_int_equal(policy_interval(policy, LEVEL_PROACTIVE, TIER_STAR), 15 * DAY);
    policy->tier_factor[TIER_STAR] = 0.69; // a little less in binary
    assert_int_equal(policy_interval(policy, LEVEL_PROACTIVE, TIER_STAR), 1788480 * SECOND);
    policy->cadence[LEVEL_BASIC] = 7 * SECOND; // 4.83 seconds
    assert_int_equal(policy_interval(policy, LEVEL_BASIC, TIER_STAR), 4 * SECOND);
    policy->cadence[LEVEL_BASIC] = SECOND + SECOND / 2;
    assert_int_equal(policy_interval(policy, LEVEL_BASIC, TIER_NONE), SECOND);
}

static void rules_are_found_by_number_and_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < policy->type_count; i++) {
        const struct type_rule *rule = &policy->types[i];
        assert_ptr_equal(policy_rule(policy, rule->type), rule);
        assert_ptr_equal(policy_rule_named(policy, span_text(rule->name)), rule);
    }
    assert_null(policy_rule(policy, 0));
    assert_null(policy_rule(policy, POLICY_TYPES + 1));
    assert_null(policy_rule(policy, TYPE_CONFIGURED));
    assert_null(policy_rule(policy, UINT16_MAX));
    assert_null(policy_rule_named(policy, SPAN_NONE));
    assert_null(policy_rule_named(policy, SPAN_LITERAL("")));
    assert_null(policy_rule_named(policy, SPAN_LITERAL("order.place")));
    assert_null(policy_rule_named(policy, SPAN_LITERAL("order.placed.")));
    char longest[TYPE_NAME_MAX + 10];
    memset(longest, 'a', sizeof longest);
    assert_null(policy_rule_named(policy, span_of(longest, sizeof longest)));
}

// A policy whose rules stand in another order is searched.
static void rules_are_found_wherever_they_stand(void **state)
{
    (void)state;
    struct type_rule first = story.types[0];
    story.types[0] = story.types[1];
    story.types[1] = first;
    assert_ptr_equal(policy_rule(policy, TYPE_CALL_COMPLETED), &story.types[1]);
    assert_ptr_equal(policy_rule(policy, TYPE_CALL_MISSED), &story.types[0]);
}

static void marks_are_found_by_list_and_item(void **state)
{
    (void)state;
    assert_int_equal(policy->item_count, 33);
    assert_int_equal(policy_mark(policy, SPAN_LITERAL("five_as"), SPAN_LITERAL("opening")), 0);
    assert_int_equal(policy_mark(policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("contract")), 32);
    // One name in two lists is two items.
    int buying = policy_mark(policy, SPAN_LITERAL("buying"), SPAN_LITERAL("evaluation"));
    int tasks = policy_mark(policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("evaluation"));
    assert_true(buying >= 0 && tasks >= 0 && buying != tasks);
    assert_int_equal(policy_mark(policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("opening")), -1);
    assert_int_equal(policy_mark(policy, SPAN_NONE, SPAN_NONE), -1);
    assert_int_equal(policy_mark(policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("")), -1);
}

static void stages_show_their_tasks(void **state)
{
    (void)state;
    assert_int_equal(policy_list(policy, SPAN_LITERAL("five_as")), 0x1f);
    assert_int_equal(policy_list(policy, SPAN_LITERAL("five_a")), 0);
    assert_int_equal(policy_list(policy, SPAN_NONE), 0);
    assert_int_equal(policy->lasting_items, UINT64_C(0xfff) << 21);
    assert_int_equal(policy->stage_items[STAGE_ENDED], 0);
    uint64_t all = 0;
    for (int stage = STAGE_STRANGER; stage < STAGE_COUNT; stage++) {
        assert_true(policy->stage_items[stage] && !(policy->stage_items[stage] & all)); // each task once
        all |= policy->stage_items[stage];
    }
    assert_int_equal(all, policy->lasting_items);
    int survey = policy_mark(policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("survey"));
    int demo = policy_mark(policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("demo"));
    assert_true(policy->stage_items[STAGE_ESTABLISHED] >> survey & 1);
    assert_true(policy->stage_items[STAGE_EVALUATING] >> demo & 1);
}

static struct {
    struct policy policy;
    struct type_rule types[POLICY_TYPES];
} changed;

// Sets one thing in a copy of the defaults and looks at both fingerprints.
#define EXPECT_FINGERPRINTS(mixed_moves, change)                                          \
    do {                                                                                  \
        policy_defaults(&changed.policy, changed.types);                                  \
        struct policy *p = &changed.policy;                                               \
        change;                                                                           \
        policy_fingerprint(p);                                                            \
        assert_true(p->fingerprint != policy->fingerprint);                               \
        assert_int_equal(p->mixed_fingerprint != policy->mixed_fingerprint, mixed_moves); \
    } while (0)

static void what_may_not_be_mixed_moves_both_fingerprints(void **state)
{
    (void)state;
    static const struct currency_rate usd = {"USD", 2, 2, 712};
    EXPECT_FINGERPRINTS(true, p->half_life++);
    EXPECT_FINGERPRINTS(true, p->enter[LEVEL_REACTIVE] += 0.5);
    EXPECT_FINGERPRINTS(true, p->leave[LEVEL_PROACTIVE] += 0.5);
    EXPECT_FINGERPRINTS(true, p->inbound_window++);
    EXPECT_FINGERPRINTS(true, p->followed_window++);
    EXPECT_FINGERPRINTS(true, p->outbound_window++);
    EXPECT_FINGERPRINTS(true, p->rhythm_least++);
    EXPECT_FINGERPRINTS(true, p->fade_step++);
    EXPECT_FINGERPRINTS(true, p->rhythm_gap++);
    EXPECT_FINGERPRINTS(true, p->follow_up_window++);
    EXPECT_FINGERPRINTS(true, p->rfm_window++);
    EXPECT_FINGERPRINTS(true, changed.types[3].points[0]++);
    EXPECT_FINGERPRINTS(true, changed.types[3].contact = CONTACT_NONE);
    EXPECT_FINGERPRINTS(true, changed.types[3].marks ^= 1);
    EXPECT_FINGERPRINTS(true, changed.types[3].outbound_marks ^= 1);
    EXPECT_FINGERPRINTS(true, p->type_count--);
    EXPECT_FINGERPRINTS(true, p->items[3].item[0]++);
    EXPECT_FINGERPRINTS(true, p->item_count--);
    EXPECT_FINGERPRINTS(true, p->mature_by = MATURE_BY_CONTRACT);
    EXPECT_FINGERPRINTS(true, p->lasting_items ^= 1);
    EXPECT_FINGERPRINTS(true, p->zone_name[0]++);
    EXPECT_FINGERPRINTS(true, p->zone = ((struct zone){3, berlin}));
    EXPECT_FINGERPRINTS(true, p->base_currency[0]++);
    EXPECT_FINGERPRINTS(true, p->base_minor_digits++);
    EXPECT_FINGERPRINTS(true, (p->rates = &usd, p->rate_count = 1));
}

static void what_is_derived_anew_moves_one_fingerprint(void **state)
{
    (void)state;
    EXPECT_FINGERPRINTS(false, p->cadence[LEVEL_BASIC]++);
    EXPECT_FINGERPRINTS(false, p->cadence[LEVEL_PROACTIVE]++);
    EXPECT_FINGERPRINTS(false, p->response_within++);
    EXPECT_FINGERPRINTS(false, p->aftersale_after++);
    EXPECT_FINGERPRINTS(false, p->tier_factor[TIER_NONE] += 0.5);
    EXPECT_FINGERPRINTS(false, p->tier_factor[TIER_FADING] += 0.5);
    EXPECT_FINGERPRINTS(false, p->zone_grace++);
    EXPECT_FINGERPRINTS(false, p->stall_after++);
    EXPECT_FINGERPRINTS(false, p->objection_within++);
    EXPECT_FINGERPRINTS(false, p->renewal_lead++);
    EXPECT_FINGERPRINTS(false, p->cycle_after++);
    EXPECT_FINGERPRINTS(false, p->promise_lead++);
    EXPECT_FINGERPRINTS(false, p->promise_grace++);
    EXPECT_FINGERPRINTS(false, p->stage_items[STAGE_MATURE] ^= 1);
    EXPECT_FINGERPRINTS(false, p->escalate[2]++);
    EXPECT_FINGERPRINTS(false, p->calendar.days_off = 1);
    EXPECT_FINGERPRINTS(false, (p->calendar.intervals[0].to = 600, p->calendar.interval_count = 1));
    EXPECT_FINGERPRINTS(false, calendar_list_year(&p->calendar, 2026));
    EXPECT_FINGERPRINTS(false, calendar_list_day(&p->calendar, 20454, true));
    EXPECT_FINGERPRINTS(false, calendar_list_day(&p->calendar, 20454, false));
    EXPECT_FINGERPRINTS(false, p->valuation.rank_at++);
    EXPECT_FINGERPRINTS(false, p->valuation.scores = SCORES_BY_BREAKPOINTS);
    EXPECT_FINGERPRINTS(false, p->valuation.breakpoints[RFM_MONETARY][3]++);
    EXPECT_FINGERPRINTS(false, p->valuation.segment_count--);
    EXPECT_FINGERPRINTS(false, p->valuation.segments[0].name[0] = 'c');
    EXPECT_FINGERPRINTS(false, p->valuation.segments[9].most[RFM_RECENCY]++);
    EXPECT_FINGERPRINTS(false, p->valuation.margin--);
    EXPECT_FINGERPRINTS(false, p->valuation.retention++);
    EXPECT_FINGERPRINTS(false, p->valuation.discount++);
    EXPECT_FINGERPRINTS(false, p->valuation.clv_horizon++);
    EXPECT_FINGERPRINTS(false, p->valuation.value_retention++);
    EXPECT_FINGERPRINTS(false, p->type_prefix = SPAN_LITERAL("com.example."));
    EXPECT_FINGERPRINTS(false, p->ignore_unknown_types = true);
    EXPECT_FINGERPRINTS(false, p->events_clock = true);
    EXPECT_FINGERPRINTS(false, p->future_tolerance++);
    EXPECT_FINGERPRINTS(false, p->max_event_bytes++);
}

static void fingerprints_are_of_values_alone(void **state)
{
    (void)state;
    struct policy twin;
    struct type_rule types[POLICY_TYPES];
    memset(&twin, 0xff, sizeof twin);
    memset(types, 0xff, sizeof types);
    policy_defaults(&twin, types);
    policy_fingerprint(&twin);
    assert_int_equal(twin.fingerprint, policy->fingerprint);
    assert_int_equal(twin.mixed_fingerprint, policy->mixed_fingerprint);
    assert_true(twin.fingerprint != twin.mixed_fingerprint);

    // The order in which rates are written means nothing, what they are does.
    struct currency_rate rates[] = {{"USD", 2, 2, 712}, {"JPY", 0, 4, 478}};
    struct currency_rate turned[] = {{"JPY", 0, 4, 478}, {"USD", 2, 2, 712}};
    twin.rates = rates;
    twin.rate_count = 2;
    policy_fingerprint(&twin);
    uint64_t before = twin.fingerprint;
    twin.rates = turned;
    policy_fingerprint(&twin);
    assert_int_equal(twin.fingerprint, before);
    turned[0].numerator = 479;
    policy_fingerprint(&twin);
    assert_true(twin.fingerprint != before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(days_are_those_of_utc_by_default, set_up),
        cmocka_unit_test_setup(days_follow_summer_time, set_up),
        cmocka_unit_test_setup(a_transition_holds_from_its_own_instant, set_up),
        cmocka_unit_test_setup(days_begin_at_their_first_instant, set_up),
        cmocka_unit_test_setup(days_before_1970_are_whole, set_up),
        cmocka_unit_test_setup(rhythm_and_purchases_count_local_days, set_up),
        cmocka_unit_test_setup(every_instant_is_a_working_one, set_up),
        cmocka_unit_test_setup(intervals_are_of_level_and_tier, set_up),
        cmocka_unit_test_setup(stages_show_their_tasks, set_up),
        cmocka_unit_test_setup(rules_are_found_by_number_and_name, set_up),
        cmocka_unit_test_setup(rules_are_found_wherever_they_stand, set_up),
        cmocka_unit_test_setup(marks_are_found_by_list_and_item, set_up),
        cmocka_unit_test_setup(what_may_not_be_mixed_moves_both_fingerprints, set_up),
        cmocka_unit_test_setup(what_is_derived_anew_moves_one_fingerprint, set_up),
        cmocka_unit_test_setup(fingerprints_are_of_values_alone, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
