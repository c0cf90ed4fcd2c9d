// Reminders as such: when they open, who hears of them, what silences, moves and ends them. The kinds have
// files of their own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story;
static instant start;

// Stages do not stall here: what has a due of its own is told in core_reminder_kinds.c.
static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    story.policy.stall_after = 10000 * DAY;
    start = at("2026-01-01");
    return 0;
}

static const struct care *care(enum reminder_kind kind)
{
    return &story.book.care[kind];
}

static void expect_opened(size_t from_end, enum reminder_kind kind, instant due, instant when)
{
    const struct effect *effect = story_effect(&story, from_end);
    assert_int_equal(effect->kind, EFFECT_REMINDER_OPENED);
    assert_int_equal(effect->reminder, kind);
    assert_int_equal(effect->care.due_at, due);
    assert_int_equal(effect->care.opened_at, when);
    assert_int_equal(effect->at, when);
    assert_int_equal(effect->notice, 1);
    assert_int_equal(effect->recipients, TO_OWNER);
    assert_int_equal(effect->status, REMINDER_OPEN);
    assert_false(effect->at_risk);
}

static void expect_noticed(size_t from_end, int notice, int recipients, bool at_risk, instant when)
{
    const struct effect *effect = story_effect(&story, from_end);
    assert_int_equal(effect->kind, EFFECT_REMINDER_NOTICED);
    assert_int_equal(effect->notice, notice);
    assert_int_equal(effect->recipients, recipients);
    assert_int_equal(effect->at_risk, at_risk);
    assert_int_equal(effect->at, when);
}

static void expect_closed(enum reminder_kind kind, enum reminder_status status, instant when)
{
    const struct effect *effect = story_effect(&story, 0);
    assert_int_equal(effect->kind, EFFECT_REMINDER_CLOSED);
    assert_int_equal(effect->reminder, kind);
    assert_int_equal(effect->status, status);
    assert_int_equal(effect->at, when);
    assert_non_null(effect->event);
    assert_false(effect->care.open);
    assert_int_equal(effect->care.next_notice, INSTANT_NONE);
    assert_false(care(kind)->open);
}

static void expect_upcoming(enum reminder_kind kind, instant due)
{
    struct upcoming upcoming;
    assert_true(customer_upcoming(&story.policy, &story.customer, &upcoming));
    assert_int_equal(upcoming.kind, kind);
    assert_int_equal(upcoming.due_at, due);
}

// A response reminder, open since `start` + 1 day.
static void ask_and_wait(void)
{
    story_contact(&story, TYPE_CALL_MISSED, SIDE_INBOUND, start);
    expect_upcoming(REMINDER_RESPONSE, start + DAY);
    story_advance(&story, start + DAY + 1);
    expect_opened(0, REMINDER_RESPONSE, start + DAY, start + DAY);
}

static void answer(enum event_type type, instant when, instant until)
{
    story_answer(&story, type, REMINDER_RESPONSE, start, when, until);
}

static void cadence_follows_the_level(void **state)
{
    static const int days[] = {0, 180, 90, 45, 30};
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++) {
        set_up(state);
        story_happened(&story, TYPE_MESSAGE_SENT, start);
        story.customer.level = (int16_t)level;
        expect_upcoming(REMINDER_CADENCE, start + days[level] * DAY);
    }
}

static void cadence_without_a_contact_runs_from_first_seen(void **state)
{
    (void)state;
    story_happened(&story, TYPE_PLAN_MADE, start);
    story_happened(&story, TYPE_PLAN_MADE, start + 10 * DAY);
    story_advance(&story, start + 180 * DAY + 1);
    expect_opened(0, REMINDER_CADENCE, start + 180 * DAY, start + 180 * DAY);
    assert_int_equal(care(REMINDER_CADENCE)->anchor, start);
}

static void a_contact_restarts_the_cadence(void **state)
{
    (void)state;
    story_happened(&story, TYPE_MESSAGE_SENT, start);
    story_advance(&story, start + 181 * DAY);
    story_happened(&story, TYPE_PROPOSAL_SUBMITTED, start + 181 * DAY); // no contact: no cure
    assert_true(care(REMINDER_CADENCE)->open);
    story.policy.objection_within = 10000 * DAY;
    story_happened(&story, TYPE_OBJECTION_RAISED, start + 182 * DAY);
    expect_closed(REMINDER_CADENCE, REMINDER_DONE, start + 182 * DAY);
    expect_upcoming(REMINDER_CADENCE, start + 362 * DAY);
}

// A contact at the very instant of the due comes before the wake.
static void events_of_an_instant_go_first(void **state)
{
    (void)state;
    story_contact(&story, TYPE_CALL_MISSED, SIDE_INBOUND, start);
    story_happened(&story, TYPE_COMPLAINT_RESOLVED, start + DAY);
    assert_int_equal(story.log.count, 0);
}

// A step up shortens the interval to one that is over already: it opens at the clock, due as it was.
static void a_due_in_the_past_opens_at_the_clock(void **state)
{
    (void)state;
    story_happened(&story, TYPE_MESSAGE_RECEIVED, start - DAY);
    story_happened(&story, TYPE_MESSAGE_SENT, start);
    story.types[TYPE_COMPLAINT_RESOLVED - 1].points[0] = 100;
    story_happened(&story, TYPE_COMPLAINT_RESOLVED, start + 100 * DAY);
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
    expect_opened(0, REMINDER_CADENCE, start + 90 * DAY, start + 100 * DAY);
}

// Several that fall due out of working hours open together: the first of their kinds is the next one.
static void the_upcoming_one_opens_first(void **state)
{
    (void)state;
    story.policy.calendar.days_off = 1 << 5 | 1 << 6;
    story.policy.cadence[LEVEL_BASIC] = 2 * DAY;
    start = at("2026-01-02"); // a Friday: the answer is due on Saturday, the contact on Sunday
    story_happened(&story, TYPE_MESSAGE_RECEIVED, start);
    expect_upcoming(REMINDER_CADENCE, start + 2 * DAY);
    story_advance(&story, start + 3 * DAY + 1);
    expect_opened(1, REMINDER_CADENCE, start + 2 * DAY, start + 3 * DAY);
    expect_opened(0, REMINDER_RESPONSE, start + DAY, start + 3 * DAY);
}

static void a_level_change_leaves_an_open_one(void **state)
{
    (void)state;
    story_happened(&story, TYPE_MESSAGE_RECEIVED, start);
    story_happened(&story, TYPE_COMPLAINT_RESOLVED, start + 1);
    story.customer.level = LEVEL_PROACTIVE;
    story.customer.level_down_at = start + 5 * DAY; // so that it stays up to day 35
    story_advance(&story, start + 30 * DAY + 1);
    expect_opened(0, REMINDER_CADENCE, start + 30 * DAY, start + 30 * DAY);
    story_advance(&story, start + 36 * DAY);
    assert_int_equal(story.customer.level, LEVEL_ACCOUNTABLE);
    assert_true(care(REMINDER_CADENCE)->open);
    assert_int_equal(care(REMINDER_CADENCE)->due_at, start + 30 * DAY);
}

static void aftersale_waits_for_the_delivery(void **state)
{
    (void)state;
    story_ordered(&story, 1, start);
    expect_upcoming(REMINDER_AFTERSALE, start + 7 * DAY);
    story_happened(&story, TYPE_ORDER_DELIVERED, start + 3 * DAY);
    expect_upcoming(REMINDER_AFTERSALE, start + 10 * DAY);
    story_ordered(&story, 1, start + 4 * DAY); // the first order is what waits
    story_advance(&story, start + 11 * DAY);
    expect_opened(0, REMINDER_AFTERSALE, start + 10 * DAY, start + 10 * DAY);
    assert_int_equal(care(REMINDER_AFTERSALE)->anchor, start);
    story_happened(&story, TYPE_FEEDBACK_RECEIVED, start + 12 * DAY);
    expect_closed(REMINDER_AFTERSALE, REMINDER_DONE, start + 12 * DAY);
}

static void notices_escalate(void **state)
{
    (void)state;
    ask_and_wait();
    story_advance(&story, start + 100 * DAY);
    assert_int_equal(story.log.count, 4);
    instant opened = start + DAY;
    expect_noticed(2, 2, TO_OWNER, false, opened + 3 * DAY);
    expect_noticed(1, 3, TO_OWNER | TO_MANAGER, false, opened + 5 * DAY);
    expect_noticed(0, 4, TO_OWNER | TO_MANAGER, true, opened + 7 * DAY);
    assert_int_equal(care(REMINDER_RESPONSE)->next_notice, INSTANT_NONE); // silence, but open
    assert_true(care(REMINDER_RESPONSE)->open);
    story_happened(&story, TYPE_COMPLAINT_RESOLVED, start + 100 * DAY);
    expect_closed(REMINDER_RESPONSE, REMINDER_DONE, start + 100 * DAY);
    assert_true(story_effect(&story, 0)->at_risk); // keeps its mark
}

static void a_new_question_is_a_new_reminder(void **state)
{
    (void)state;
    ask_and_wait();
    story_happened(&story, TYPE_MESSAGE_RECEIVED, start + 2 * DAY); // still the same wait
    assert_true(care(REMINDER_RESPONSE)->open);
    // Answered and asked again at one instant: the old wait is over.
    struct event done = story_event(&story, TYPE_COMPLAINT_RESOLVED, SIDE_NONE, start + 3 * DAY);
    struct event asks = story_event(&story, TYPE_CALL_MISSED, SIDE_INBOUND, start + 3 * DAY);
    story_apply(&story, &done);
    expect_closed(REMINDER_RESPONSE, REMINDER_DONE, start + 3 * DAY);
    story_tell(&story, &asks);
    story_advance(&story, start + 4 * DAY + 1);
    expect_opened(0, REMINDER_RESPONSE, start + 4 * DAY, start + 4 * DAY);
}

static void acknowledged_is_silent(void **state)
{
    (void)state;
    ask_and_wait();
    answer(TYPE_REMINDER_ACKNOWLEDGED, start + 2 * DAY, INSTANT_NONE);
    assert_int_equal(story.applied, EVENT_APPLIED);
    assert_int_equal(story_effect(&story, 0)->kind, EFFECT_REMINDER_ACKNOWLEDGED);
    assert_int_equal(care(REMINDER_RESPONSE)->acknowledged_at, start + 2 * DAY);
    answer(TYPE_REMINDER_ACKNOWLEDGED, start + 3 * DAY, INSTANT_NONE);
    assert_int_equal(story.applied, EVENT_IGNORED);
    story_advance(&story, start + 100 * DAY);
    assert_int_equal(story.log.count, 2);
    assert_true(care(REMINDER_RESPONSE)->open);
    story_happened(&story, TYPE_COMPLAINT_RESOLVED, start + 100 * DAY);
    expect_closed(REMINDER_RESPONSE, REMINDER_DONE, start + 100 * DAY);
}

static void dismissed_does_not_come_back(void **state)
{
    (void)state;
    ask_and_wait();
    answer(TYPE_REMINDER_DISMISSED, start + 2 * DAY, INSTANT_NONE);
    expect_closed(REMINDER_RESPONSE, REMINDER_DISMISSED, start + 2 * DAY);
    size_t count = story.log.count;
    story_advance(&story, start + 100 * DAY);
    assert_int_equal(story.log.count, count);
    answer(TYPE_REMINDER_DISMISSED, start + 100 * DAY, INSTANT_NONE); // not open
    assert_int_equal(story.applied, EVENT_IGNORED);
}

static void snoozed_moves_what_follows(void **state)
{
    (void)state;
    ask_and_wait();
    story_advance(&story, start + 4 * DAY + 1); // notice 2, nominally on day 4
    instant until = start + 20 * DAY;
    answer(TYPE_REMINDER_SNOOZED, start + 5 * DAY, until);
    assert_int_equal(story_effect(&story, 0)->kind, EFFECT_REMINDER_SNOOZED);
    assert_int_equal(care(REMINDER_RESPONSE)->snoozed_until, until);
    story_advance(&story, start + 100 * DAY);
    expect_noticed(1, 3, TO_OWNER | TO_MANAGER, false, until);
    expect_noticed(0, 4, TO_OWNER | TO_MANAGER, true, until + 2 * DAY);
    assert_int_equal(story.log.count, 5);
}

static void snoozed_after_the_last_brings_one_more(void **state)
{
    (void)state;
    ask_and_wait();
    story_advance(&story, start + 50 * DAY);
    answer(TYPE_REMINDER_ACKNOWLEDGED, start + 50 * DAY, INSTANT_NONE);
    answer(TYPE_REMINDER_SNOOZED, start + 51 * DAY, start + 60 * DAY);
    assert_int_equal(care(REMINDER_RESPONSE)->acknowledged_at, INSTANT_NONE);
    size_t count = story.log.count;
    story_advance(&story, start + 100 * DAY);
    assert_int_equal(story.log.count, count + 1);
    expect_noticed(0, 5, TO_OWNER | TO_MANAGER, true, start + 60 * DAY);
}

static void snoozed_needs_a_later_instant(void **state)
{
    (void)state;
    ask_and_wait();
    instant now = start + 2 * DAY;
    answer(TYPE_REMINDER_SNOOZED, now, now);
    assert_int_equal(story.applied, EVENT_IGNORED);
    assert_int_equal(care(REMINDER_RESPONSE)->snoozed_until, INSTANT_NONE);
    assert_int_equal(story.customer.as_of, now);
    answer(TYPE_REMINDER_SNOOZED, now + 1, now + 2);
    assert_int_equal(story.applied, EVENT_APPLIED);
}

static void answers_name_their_reminder(void **state)
{
    (void)state;
    ask_and_wait();
    story_answer(&story, TYPE_REMINDER_DISMISSED, REMINDER_CADENCE, start, start + 2 * DAY,
                 INSTANT_NONE);
    assert_int_equal(story.applied, EVENT_IGNORED);
    story.id = SPAN_LITERAL("customer-2"); // a reminder of somebody else
    struct event event = story_event(&story, TYPE_REMINDER_DISMISSED, SIDE_NONE, start + 3 * DAY);
    reminder_id(event.reminder_id, SPAN_LITERAL("customer-1"), REMINDER_RESPONSE, start);
    story_tell(&story, &event);
    assert_int_equal(story.applied, EVENT_IGNORED);
    assert_true(care(REMINDER_RESPONSE)->open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(cadence_follows_the_level, set_up),
        cmocka_unit_test_setup(cadence_without_a_contact_runs_from_first_seen, set_up),
        cmocka_unit_test_setup(a_contact_restarts_the_cadence, set_up),
        cmocka_unit_test_setup(events_of_an_instant_go_first, set_up),
        cmocka_unit_test_setup(a_due_in_the_past_opens_at_the_clock, set_up),
        cmocka_unit_test_setup(the_upcoming_one_opens_first, set_up),
        cmocka_unit_test_setup(a_level_change_leaves_an_open_one, set_up),
        cmocka_unit_test_setup(aftersale_waits_for_the_delivery, set_up),
        cmocka_unit_test_setup(notices_escalate, set_up),
        cmocka_unit_test_setup(a_new_question_is_a_new_reminder, set_up),
        cmocka_unit_test_setup(acknowledged_is_silent, set_up),
        cmocka_unit_test_setup(dismissed_does_not_come_back, set_up),
        cmocka_unit_test_setup(snoozed_moves_what_follows, set_up),
        cmocka_unit_test_setup(snoozed_after_the_last_brings_one_more, set_up),
        cmocka_unit_test_setup(snoozed_needs_a_later_instant, set_up),
        cmocka_unit_test_setup(answers_name_their_reminder, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
