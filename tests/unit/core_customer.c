// The customer as a value: its packed form, its totals, its clock; the order of events.
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
    assert_false(customer_exists(&customer));
    assert_false(customer_is_late(&customer, 0));
    assert_int_equal(customer.level, LEVEL_BASIC);
    assert_int_equal(customer.as_of, INSTANT_NONE);
    assert_int_equal(customer_wake(&story.policy, &customer), INSTANT_NEVER);
    struct upcoming upcoming;
    assert_false(customer_upcoming(&story.policy, &customer, &upcoming));
    assert_true(customer_warmth(&story.policy, &customer, at("2026-01-01")) == 0);
    uint8_t packed[CARE_PACKED_MAX];
    assert_int_equal(customer_pack_care(&customer, packed), 0);
    story_advance(&story, INSTANT_NEVER);
    assert_int_equal(story.customer.as_of, INSTANT_NONE);
}

static void care_has_a_fixed_packed_form(void **state)
{
    (void)state;
    story.customer.care[REMINDER_RESPONSE] = (struct care){
        .anchor = 0x0102030405060708,
        .due_at = 2,
        .opened_at = 3,
        .next_notice = INSTANT_NONE,
        .acknowledged_at = 5,
        .snoozed_until = -1,
        .notices = 0x0304,
        .open = true,
    };
    static const uint8_t expected[CARE_RECORD_SIZE] = {
        1,   1,   4,   3,                        // kind, open, notices
        8,   7,   6,   5,   4,   3,   2,   1,    // anchor
        2,   0,   0,   0,   0,   0,   0,   0,    // due_at
        3,   0,   0,   0,   0,   0,   0,   0,    // opened_at
        0,   0,   0,   0,   0,   0,   0,   0x80, // next_notice: unset
        5,   0,   0,   0,   0,   0,   0,   0,    // acknowledged_at
        255, 255, 255, 255, 255, 255, 255, 255,
    };
    uint8_t packed[CARE_PACKED_MAX];
    assert_int_equal(customer_pack_care(&story.customer, packed), sizeof expected);
    assert_memory_equal(packed, expected, sizeof expected);

    struct customer loaded;
    customer_init(&loaded);
    loaded.care[REMINDER_CADENCE].anchor = 77; // what the bytes do not name was never opened
    assert_int_equal(customer_unpack_care(&loaded, packed, sizeof expected), 0);
    assert_int_equal(loaded.care[REMINDER_CADENCE].anchor, INSTANT_NONE);
    assert_memory_equal(&loaded.care[REMINDER_RESPONSE], &story.customer.care[REMINDER_RESPONSE],
                        sizeof(struct care));
}

static void broken_packed_care_is_refused(void **state)
{
    (void)state;
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        story.customer.care[kind].anchor = kind;
    }
    uint8_t packed[CARE_PACKED_MAX + CARE_RECORD_SIZE], broken[sizeof packed];
    size_t size = customer_pack_care(&story.customer, packed);
    assert_int_equal(size, CARE_PACKED_MAX);
    struct customer before = story.customer;
    memcpy(broken, packed, size);
    assert_int_equal(customer_unpack_care(&story.customer, broken, size - 1), -1);
    assert_int_equal(customer_unpack_care(&story.customer, broken, sizeof broken), -1);
    broken[1] = 2; // neither open nor not
    assert_int_equal(customer_unpack_care(&story.customer, broken, size), -1);
    memcpy(broken, packed, size);
    broken[CARE_RECORD_SIZE] = REMINDER_CADENCE; // a kind twice
    assert_int_equal(customer_unpack_care(&story.customer, broken, size), -1);
    memcpy(broken, packed, size);
    broken[0] = REMINDER_KIND_COUNT;
    assert_int_equal(customer_unpack_care(&story.customer, broken, CARE_RECORD_SIZE), -1);
    memcpy(broken, packed, size);
    broken[2 * CARE_RECORD_SIZE + 4 + 7] = 0x80;
    broken[2 * CARE_RECORD_SIZE + 4] = 0; // the anchor unset
    assert_int_equal(customer_unpack_care(&story.customer, broken, size), -1);
    assert_memory_equal(&story.customer, &before, sizeof before);
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

static void warmth_decays(void **state)
{
    (void)state;
    instant day = at("2026-01-01");
    story_ordered(&story, 1, day);
    assert_true(story.customer.warmth == 8);
    assert_true(customer_warmth(&story.policy, &story.customer, day + 90 * DAY) == 4);
    assert_true(customer_warmth(&story.policy, &story.customer, day + 180 * DAY) == 2);
    story_happened(&story, TYPE_COST_INCURRED, day + 90 * DAY); // no points: the number stands
    assert_true(story.customer.warmth == 8);
    assert_int_equal(story.customer.warmth_at, day);
    story_happened(&story, TYPE_ORDER_REFUNDED, day + 180 * DAY);
    assert_true(fabs(story.customer.warmth + 2) < 1e-12);
    assert_int_equal(story.customer.warmth_at, day + 180 * DAY);
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

static void names_are_those_of_the_model(void **state)
{
    (void)state;
    assert_string_equal(level_code(LEVEL_BASIC), "basic");
    assert_string_equal(level_code(LEVEL_PROACTIVE), "proactive");
    assert_string_equal(level_name_zh(LEVEL_REACTIVE), "反应");
    assert_string_equal(level_name_zh(LEVEL_ACCOUNTABLE), "可靠");
    assert_string_equal(level_cause_code(LEVEL_BY_EVIDENCE), "evidence");
    assert_string_equal(reminder_kind_code(REMINDER_AFTERSALE), "aftersale");
    assert_string_equal(reminder_status_code(REMINDER_MOOT), "moot");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_known_at_first, set_up),
        cmocka_unit_test_setup(care_has_a_fixed_packed_form, set_up),
        cmocka_unit_test_setup(broken_packed_care_is_refused, set_up),
        cmocka_unit_test_setup(orders_and_refunds_add_up, set_up),
        cmocka_unit_test_setup(totals_stop_at_their_limits, set_up),
        cmocka_unit_test_setup(warmth_decays, set_up),
        cmocka_unit_test_setup(late_is_at_or_before_the_clock, set_up),
        cmocka_unit_test_setup(events_have_one_order, set_up),
        cmocka_unit_test_setup(names_are_those_of_the_model, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
