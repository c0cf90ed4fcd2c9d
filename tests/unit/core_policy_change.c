// Intervals, escalation and calendars change under a customer: what is still to come is scheduled anew, and nothing
// fires before the watermark of that moment.
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

static instant day(int number)
{
    return at("2026-01-01") + number * DAY;
}

// What whoever takes the customer in hand under a new policy does first.
static void change_at(instant watermark)
{
    story_advance(&story, watermark);
    story.customer.not_before = watermark;
}

static const struct effect *opened(enum reminder_kind kind)
{
    for (size_t i = 0; i < story.log.count; i++) {
        const struct effect *effect = &story.log.effects[i];
        if (effect->kind == EFFECT_REMINDER_OPENED && effect->reminder == kind)
            return effect;
    }
    return NULL;
}

static void a_shorter_interval_opens_at_the_watermark_of_the_change(void **state)
{
    (void)state;
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, day(0));
    change_at(day(50));
    story.policy.cadence[LEVEL_BASIC] = 30 * DAY;
    assert_int_equal(customer_wake(&story.policy, &story.customer), day(50));
    story_advance(&story, day(50));
    assert_null(opened(REMINDER_CADENCE));
    story_advance(&story, day(50) + 1);
    const struct effect *effect = opened(REMINDER_CADENCE);
    assert_non_null(effect);
    assert_int_equal(effect->at, day(50));
    assert_int_equal(effect->care.due_at, day(30)); // nominal
    assert_int_equal(effect->care.opened_at, day(50));
    assert_int_equal(story.customer.as_of, day(50));
}

static void a_longer_interval_puts_it_off(void **state)
{
    (void)state;
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, day(0));
    change_at(day(50));
    story.policy.stall_after = 300 * DAY;
    story.policy.cadence[LEVEL_BASIC] = 250 * DAY;
    struct upcoming upcoming;
    assert_true(customer_upcoming(&story.policy, &story.customer, &upcoming));
    assert_int_equal(upcoming.due_at, day(250));
    story_advance(&story, day(250));
    assert_null(opened(REMINDER_CADENCE));
    story_advance(&story, day(251));
    assert_int_equal(opened(REMINDER_CADENCE)->at, day(250));
}

static void an_event_from_before_the_change_cures_what_it_would_have_opened(void **state)
{
    (void)state;
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, day(0));
    change_at(day(50));
    story.policy.cadence[LEVEL_BASIC] = 30 * DAY;
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, day(49)); // the lane was behind
    story_advance(&story, day(51));
    assert_null(opened(REMINDER_CADENCE));
    story_advance(&story, day(80));
    assert_int_equal(opened(REMINDER_CADENCE)->at, day(79));
}

static void an_open_one_keeps_its_next_notice_and_those_after_it_the_new_distance(void **state)
{
    (void)state;
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, day(0));
    story.policy.stall_after = 300 * DAY;
    change_at(day(181)); // open since day 180
    story.policy.escalate[0] = 1 * DAY;
    story.policy.escalate[1] = 10 * DAY;
    story.policy.escalate[2] = 12 * DAY;
    story_advance(&story, day(184));
    assert_int_equal(story_effect(&story, 0)->kind, EFFECT_REMINDER_NOTICED);
    assert_int_equal(story_effect(&story, 0)->at, day(183));
    story_advance(&story, day(192));
    assert_int_equal(story_effect(&story, 0)->notice, 2);
    story_advance(&story, day(193));
    assert_int_equal(story_effect(&story, 0)->notice, 3);
    assert_int_equal(story_effect(&story, 0)->at, day(192));
}

// 2026-01-03 is a Saturday.
static void a_day_that_works_after_all_brings_no_notice_of_yesterday(void **state)
{
    (void)state;
    story.policy.calendar.days_off = 0x60;
    story_contact(&story, TYPE_MESSAGE_RECEIVED, SIDE_NONE, at("2026-01-02"));
    change_at(at("2026-01-04"));
    story.policy.calendar.days_off = 0;
    story_advance(&story, at("2026-01-05"));
    assert_int_equal(opened(REMINDER_RESPONSE)->at, at("2026-01-04"));
    assert_int_equal(opened(REMINDER_RESPONSE)->care.due_at, at("2026-01-03"));
}

static void a_promise_recalled_earlier_is_recalled_from_now_on(void **state)
{
    (void)state;
    story_promised(&story, TYPE_PROMISE_MADE, "P", BY_US, day(0), day(20));
    change_at(day(15));
    story.policy.promise_lead = 10 * DAY;
    story_advance(&story, day(16));
    assert_int_equal(opened(REMINDER_PROMISE)->at, day(15));
}

static void a_level_falls_when_it_falls(void **state)
{
    (void)state;
    story_contact(&story, TYPE_MESSAGE_RECEIVED, SIDE_NONE, day(0));
    story_contact(&story, TYPE_VISIT_COMPLETED, SIDE_INBOUND, day(0) + HOUR);
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
    story.customer.not_before = day(1000); // so that nothing else comes before
    instant fall = customer_wake(&story.policy, &story.customer);
    assert_true(fall < day(1000));
    story_advance(&story, fall + 1);
    assert_int_equal(story.customer.level, LEVEL_BASIC);
    assert_int_equal(story.customer.as_of, fall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_shorter_interval_opens_at_the_watermark_of_the_change, set_up),
        cmocka_unit_test_setup(a_longer_interval_puts_it_off, set_up),
        cmocka_unit_test_setup(an_event_from_before_the_change_cures_what_it_would_have_opened, set_up),
        cmocka_unit_test_setup(an_open_one_keeps_its_next_notice_and_those_after_it_the_new_distance, set_up),
        cmocka_unit_test_setup(a_day_that_works_after_all_brings_no_notice_of_yesterday, set_up),
        cmocka_unit_test_setup(a_promise_recalled_earlier_is_recalled_from_now_on, set_up),
        cmocka_unit_test_setup(a_level_falls_when_it_falls, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
