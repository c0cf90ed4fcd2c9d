// The worked example of the model, step by step and to the second.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

static void expect_warmth(double expected, double tolerance)
{
    if (!(fabs(story.customer.warmth - expected) <= tolerance)) {
        fail_msg("warmth is %.6f, not %.6f", story.customer.warmth, expected);
    }
}

#define SAID(...) assert_true(story_said(&story, "", "" __VA_ARGS__))

static void begins_with_a_question(void)
{
    story_begin(&story);
    story_happened(&story, TYPE_MESSAGE_RECEIVED, at("2026-01-01"));
    SAID("d0  stage stranger to established\n");
    assert_int_equal(story.customer.unanswered_at, at("2026-01-01"));
    assert_int_equal(story.customer.first_seen_at, at("2026-01-01"));
    expect_warmth(2, 0);

    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, at("2026-01-01T06:00:00Z"));
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);
    assert_int_equal(story.customer.rhythm, 1);
    expect_warmth(4.996, 0.0005);
    SAID();
}

static void sells(void)
{
    story_ordered(&story, 100000, at("2026-01-03"));
    expect_warmth(12.93, 0.005);
    SAID("d2  level basic to reactive\n"
         "d2  stage established to evaluating (implied)\n"
         "d2  stage evaluating to growing (implied)\n"
         "d2  stage growing to mature\n");
    assert_int_equal(story.customer.unfollowed_at, at("2026-01-03"));
}

static void is_reminded_and_follows_up(void)
{
    assert_int_equal(customer_wake(&story.policy, &story.customer), at("2026-01-10"));
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, at("2026-01-12"));
    assert_int_equal(story_effect(&story, 0)->kind, EFFECT_REMINDER_CLOSED);
    assert_non_null(story_effect(&story, 0)->event);
    SAID("d9  remind owner: aftersale, due d9\n"
         "d11  level reactive to accountable\n"
         "d11  aftersale done\n");
    assert_int_equal(story.customer.followed_up_at, at("2026-01-12"));
    assert_int_equal(story.customer.rhythm, 2);
    expect_warmth(15.063, 0.0005);
}

static void falls_silent_and_fades(void)
{
    story_advance(&story, at("2026-12-31"));
    assert_int_equal(story_effect(&story, 0)->transition.n, 4);
    assert_null(story_effect(&story, 0)->event);
    assert_int_equal(story_effect(&story, 0)->at, at("2026-09-02T04:40:10Z"));
    assert_int_equal(story_effect(&story, 1)->at, at("2026-04-12T13:09:01Z"));
    assert_int_equal(story_effect(&story, 2)->at, at("2026-03-05"));
    SAID("d56  remind owner: cadence, due d56\n" // 26 February
         "d59  remind owner (2): cadence\n"
         "d61  remind owner and manager (3): cadence\n"
         "d63  remind owner and manager (4): cadence, at risk\n"
         "d101 13:09:01  level accountable to reactive, warmth fell\n"
         "d244 04:40:10  level reactive to basic, warmth fell\n");
    assert_int_equal(story.customer.stage, STAGE_MATURE);
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
