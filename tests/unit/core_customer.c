// The customer as a value: its traits, its totals, its clock; the order of events; names.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story;

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void nothing_is_known_at_first(void **state)
{
    (void)state;
    struct customer customer;
    memset(&customer, 0x5a, sizeof customer);
    customer_init(&customer);
    assert_null(customer.book);
    customer.book = &story.book;
    assert_false(customer_exists(&customer));
    assert_false(customer_is_late(&customer, 0));
    assert_int_equal(customer.level, LEVEL_BASIC);
    assert_int_equal(customer.stage, STAGE_STRANGER);
    assert_int_equal(customer.traits, 0);
    assert_int_equal(customer.as_of, INSTANT_NONE);
    assert_int_equal(customer_wake(&story.policy, &customer), INSTANT_NEVER);
    struct upcoming upcoming;
    assert_false(customer_upcoming(&story.policy, &customer, &upcoming));
    assert_true(customer_warmth(&story.policy, &customer, at("2026-01-01")) == 0);
    story_advance(&story, INSTANT_NEVER);
    assert_int_equal(story.customer.as_of, INSTANT_NONE);
}

// Each keeps its own, at its largest value too.
static void traits_stand_side_by_side(void **state)
{
    (void)state;
    static const struct {
        enum trait trait;
        int most;
    } traits[] = {{TRAIT_PHASE, PHASE_COUNT - 1},   {TRAIT_PREMATURE, 1},
                  {TRAIT_TIER, TIER_COUNT - 1},     {TRAIT_TARGET, LEVEL_COUNT},
                  {TRAIT_KIND, KIND_COUNT - 1},     {TRAIT_ROLE, ROLE_COUNT - 1},
                  {TRAIT_STYLE, STYLE_COUNT - 1},   {TRAIT_MONEY, FIT_COUNT - 1},
                  {TRAIT_AUTHORITY, FIT_COUNT - 1}, {TRAIT_NEED, FIT_COUNT - 1},
                  {TRAIT_ENDED_BY, 1 + BY_CUSTOMER}};
    enum { TRAITS = sizeof traits / sizeof *traits };
    struct customer customer;
    for (int i = 0; i < TRAITS; i++) {
        customer_init(&customer);
        customer_set_trait(&customer, traits[i].trait, traits[i].most);
        for (int j = 0; j < TRAITS; j++) {
            assert_int_equal(customer_trait(&customer, traits[j].trait), i == j ? traits[j].most : 0);
        }
        customer.traits = INT32_MAX;
        customer_set_trait(&customer, traits[i].trait, 0);
        for (int j = 0; j < TRAITS; j++) {
            assert_int_equal(customer_trait(&customer, traits[j].trait) == 0, i == j);
        }
    }
}

static void tell_amount(enum event_type type, int64_t amount, instant when)
{
    struct event event = story_event(&story, type, SIDE_NONE, when);
    event.amount = amount;
    story_tell(&story, &event);
}

static void orders_and_refunds_add_up(void **state)
{
    (void)state;
    instant day = at("2026-01-01");
    tell_amount(TYPE_ORDER_REFUNDED, 50, day); // of an order nobody knows
    assert_int_equal(story.customer.spent, -50);
    assert_int_equal(story.customer.orders, 0);
    assert_int_equal(story.customer.first_order_at, INSTANT_NONE);
    tell_amount(TYPE_ORDER_PLACED, 1000, day + HOUR);
    tell_amount(TYPE_ORDER_PLACED, 1000, day + DAY - 1);
    assert_int_equal(story.customer.purchase_days, 1);
    tell_amount(TYPE_ORDER_PLACED, 1000, day + DAY);
    tell_amount(TYPE_ORDER_REFUNDED, 100, day + 2 * DAY);
    tell_amount(TYPE_COST_INCURRED, 999, day + 3 * DAY);
    assert_int_equal(story.customer.orders, 3);
    assert_int_equal(story.customer.spent, 2850);
    assert_int_equal(story.customer.purchase_days, 2);
    assert_int_equal(story.customer.first_order_at, day + HOUR);
    assert_int_equal(story.customer.last_order_at, day + DAY);
    story_happened(&story, TYPE_REFERRAL_GIVEN, day + 4 * DAY);
    assert_int_equal(story.customer.referrals, 1);
}

static void totals_stop_at_their_limits(void **state)
{
    (void)state;
    instant day = at("2026-01-01");
    story.customer.spent = INT64_MAX - 5;
    story.customer.orders = INT64_MAX;
    story.customer.referrals = INT64_MAX;
    tell_amount(TYPE_ORDER_PLACED, 10, day);
    assert_int_equal(story.customer.spent, INT64_MAX);
    assert_int_equal(story.customer.orders, INT64_MAX);
    story_happened(&story, TYPE_REFERRAL_GIVEN, day + 1);
    assert_int_equal(story.customer.referrals, INT64_MAX);
    story.customer.spent = INT64_MIN + 5;
    tell_amount(TYPE_ORDER_REFUNDED, 10, day + 2);
    assert_int_equal(story.customer.spent, INT64_MIN);
}

static void late_is_at_or_before_the_clock(void **state)
{
    (void)state;
    instant day = at("2026-01-01");
    story_ordered(&story, 1, day);
    assert_true(customer_is_late(&story.customer, day));
    assert_false(customer_is_late(&story.customer, day + 1));
    story_advance(&story, day + 7 * DAY + 1); // a reminder fired
    assert_true(customer_is_late(&story.customer, day + 7 * DAY));
}

static void events_have_one_order(void **state)
{
    (void)state;
    struct event events[] = {
        {.time = 1,
         .source = SPAN_LITERAL("b"),
         .id = SPAN_LITERAL("b"),
         .subject = SPAN_LITERAL("b")},
        {.time = 2,
         .source = SPAN_LITERAL("a"),
         .id = SPAN_LITERAL("z"),
         .subject = SPAN_LITERAL("z")},
        {.time = 2,
         .source = SPAN_LITERAL("aa"),
         .id = SPAN_LITERAL("a"),
         .subject = SPAN_LITERAL("a")},
        {.time = 2,
         .source = SPAN_LITERAL("b"),
         .id = SPAN_LITERAL("10"),
         .subject = SPAN_LITERAL("z")},
        {.time = 2,
         .source = SPAN_LITERAL("b"),
         .id = SPAN_LITERAL("9"),
         .subject = SPAN_LITERAL("a")},
        {.time = 2,
         .source = SPAN_LITERAL("b"),
         .id = SPAN_LITERAL("9"),
         .subject = SPAN_LITERAL("\xc3")},
    };
    size_t count = sizeof events / sizeof *events;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int order = event_compare(&events[i], &events[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static void levels_and_stages_have_two_names(void **state)
{
    (void)state;
    static const struct {
        const char *code, *zh;
    } levels[] = {{"basic", "一般"}, {"reactive", "反应"}, {"accountable", "可靠"}, {"proactive", "主动"}},
      stages[] = {{"ended", "终止"},      {"stranger", "陌生期"}, {"established", "建立期"},
                  {"evaluating", "考察期"}, {"growing", "成长期"},  {"mature", "成熟期"}};
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++) {
        assert_string_equal(level_code(level), levels[level - 1].code);
        assert_string_equal(level_name_zh(level), levels[level - 1].zh);
    }
    for (int stage = STAGE_ENDED; stage < STAGE_COUNT; stage++) {
        assert_string_equal(stage_code(stage), stages[stage].code);
        assert_string_equal(stage_name_zh(stage), stages[stage].zh);
    }
    assert_string_equal(tier_code(TIER_FADING), "fading");
    assert_string_equal(tier_name_zh(TIER_FADING), "明日黄花");
    assert_string_equal(tier_name_zh(TIER_STAR), "天王巨星");
    assert_string_equal(tier_name_zh(TIER_RISING), "后起之秀");
    assert_null(tier_name_zh(TIER_ORDINARY));
    assert_string_equal(customer_style_zh(STYLE_THINKER), "思考者");
    assert_string_equal(customer_style_zh(STYLE_COOPERATOR), "合作者");
    assert_string_equal(customer_style_zh(STYLE_EXTROVERT), "外向者");
    assert_string_equal(customer_style_zh(STYLE_AUTHORITARIAN), "威权者");
}

// Of a list of codes those from `first` on, in the order of their numbers; none beyond.
#define EXPECT_CODES(code, first, ...)                             \
    do {                                                           \
        static const char *const codes[] = {__VA_ARGS__};          \
        int count = sizeof codes / sizeof *codes;                  \
        for (int i = 0; i < count; i++) {                          \
            assert_string_equal(code((first) + i), codes[i]);      \
        }                                                          \
        assert_null(code((first) + count));                        \
    } while (0)

static void codes_are_those_of_the_model(void **state)
{
    (void)state;
    EXPECT_CODES(level_cause_code, 0, "event", "warmth", "evidence");
    EXPECT_CODES(phase_code, 0, "none", "plan", "relation", "maintain");
    EXPECT_CODES(tier_code, TIER_ORDINARY, "ordinary", "rising", "star", "fading");
    EXPECT_CODES(customer_kind_code, 1, "person", "organization");
    EXPECT_CODES(customer_role_code, 1, "consumer", "intermediary", "public");
    EXPECT_CODES(customer_style_code, 1, "thinker", "cooperator", "extrovert", "authoritarian");
    EXPECT_CODES(fitness_code, 0, "unknown", "yes", "no");
    EXPECT_CODES(by_code, 0, "us", "customer");
    EXPECT_CODES(objection_code, 0, "need", "money", "authority", "price", "product", "person");
    EXPECT_CODES(objection_cause_code, 0, "company", "customer");
    EXPECT_CODES(promise_state_code, PROMISE_OPEN, "open", "kept", "broken", "lapsed");
    EXPECT_CODES(reminder_kind_code, 0, "cadence", "response", "aftersale", "zone", "stalled", "objection", "renewal",
                 "promise", "overdue", "thanks");
    EXPECT_CODES(reminder_status_code, 0, "open", "done", "moot", "dismissed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_known_at_first, set_up),
        cmocka_unit_test_setup(traits_stand_side_by_side, set_up),
        cmocka_unit_test_setup(orders_and_refunds_add_up, set_up),
        cmocka_unit_test_setup(totals_stop_at_their_limits, set_up),
        cmocka_unit_test_setup(late_is_at_or_before_the_clock, set_up),
        cmocka_unit_test_setup(events_have_one_order, set_up),
        cmocka_unit_test_setup(levels_and_stages_have_two_names, set_up),
        cmocka_unit_test_setup(codes_are_those_of_the_model, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
