// The worked example of the model, step by step and to the second.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story;

static void expect_warmth(double expected, double tolerance)
{
    if (!(fabs(story.customer.warmth - expected) <= tolerance)) {
        fail_msg("warmth is %.6f, not %.6f", story.customer.warmth, expected);
    }
}

static void expect_level(const struct effect *effect, int from, int to, enum level_cause cause,
                         instant when)
{
    assert_int_equal(effect->kind, EFFECT_LEVEL);
    assert_int_equal(effect->from_level, from);
    assert_int_equal(effect->to_level, to);
    assert_int_equal(effect->cause, cause);
    assert_int_equal(effect->at, when);
}

static void expect_notice(const struct effect *effect, enum effect_kind kind,
                          enum reminder_kind reminder, int notice, instant when)
{
    assert_int_equal(effect->kind, kind);
    assert_int_equal(effect->reminder, reminder);
    assert_int_equal(effect->notice, notice);
    assert_int_equal(effect->at, when);
}

static void begins_with_a_question(void)
{
    story_begin(&story);
    story_happened(&story, TYPE_MESSAGE_RECEIVED, at("2026-01-01"));
    assert_int_equal(story.customer.unanswered_at, at("2026-01-01"));
    assert_int_equal(story.customer.first_seen_at, at("2026-01-01"));
    expect_warmth(2, 0);

    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, at("2026-01-01T06:00:00Z"));
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);
    assert_int_equal(story.customer.rhythm, 1);
    expect_warmth(4.996, 0.0005);
    assert_int_equal(story.log.count, 0);
}

static void sells(void)
{
    story_ordered(&story, 100000, at("2026-01-03"));
    expect_warmth(12.93, 0.005);
    assert_int_equal(story.log.count, 1);
    expect_level(story_effect(&story, 0), 1, 2, LEVEL_BY_EVENT, at("2026-01-03"));
    assert_int_equal(story.customer.unfollowed_at, at("2026-01-03"));
}

static void is_reminded_and_follows_up(void)
{
    assert_int_equal(customer_wake(&story.policy, &story.customer), at("2026-01-10"));
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, at("2026-01-12"));
    assert_int_equal(story.log.count, 4);
    expect_notice(story_effect(&story, 2), EFFECT_REMINDER_OPENED, REMINDER_AFTERSALE, 1,
                  at("2026-01-10"));
    expect_level(story_effect(&story, 1), 2, 3, LEVEL_BY_EVENT, at("2026-01-12"));
    const struct effect *closed = story_effect(&story, 0);
    assert_int_equal(closed->kind, EFFECT_REMINDER_CLOSED);
    assert_int_equal(closed->status, REMINDER_DONE);
    assert_int_equal(closed->at, at("2026-01-12"));
    assert_non_null(closed->event);
    assert_int_equal(story.customer.followed_up_at, at("2026-01-12"));
    assert_int_equal(story.customer.rhythm, 2);
    expect_warmth(15.063, 0.0005);
}

static void falls_silent_and_fades(void)
{
    story.log.count = 0;
    story_advance(&story, at("2026-12-31"));
    assert_int_equal(story.log.count, 6);
    const struct effect *effects = story.log.effects;
    expect_notice(&effects[0], EFFECT_REMINDER_OPENED, REMINDER_CADENCE, 1, at("2026-02-26"));
    assert_int_equal(effects[0].care.due_at, at("2026-02-26"));
    expect_notice(&effects[1], EFFECT_REMINDER_NOTICED, REMINDER_CADENCE, 2, at("2026-03-01"));
    expect_notice(&effects[2], EFFECT_REMINDER_NOTICED, REMINDER_CADENCE, 3, at("2026-03-03"));
    expect_notice(&effects[3], EFFECT_REMINDER_NOTICED, REMINDER_CADENCE, 4, at("2026-03-05"));
    expect_level(&effects[4], 3, 2, LEVEL_BY_WARMTH, at("2026-04-12T13:09:01Z"));
    expect_level(&effects[5], 2, 1, LEVEL_BY_WARMTH, at("2026-09-02T04:40:10Z"));
    assert_int_equal(effects[5].step, 4);
    assert_null(effects[5].event);
    assert_int_equal(story.customer.as_of, at("2026-09-02T04:40:10Z"));
    assert_int_equal(customer_wake(&story.policy, &story.customer), INSTANT_NEVER);
}

static void worked_example(void **state)
{
    (void)state;
    begins_with_a_question();
    sells();
    is_reminded_and_follows_up();
    falls_silent_and_fades();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(worked_example)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
