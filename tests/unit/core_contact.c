// Contacts: rhythm, who waits for an answer, whose order has been followed up.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story;

#define JAN(day) (at("2026-01-01") + ((day)-1) * DAY)

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void call(instant when)
{
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, when);
}

static void rhythm_counts_calendar_days(void **state)
{
    (void)state;
    call(JAN(1) + 23 * HOUR);
    assert_int_equal(story.customer.rhythm, 1);
    call(JAN(2) - 1);
    assert_int_equal(story.customer.rhythm, 1);
    call(JAN(2)); // an hour later is another day
    assert_int_equal(story.customer.rhythm, 2);
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_INBOUND, JAN(3));
    assert_int_equal(story.customer.rhythm, 2);
    story_contact(&story, TYPE_MEETING_COMPLETED, SIDE_NONE, JAN(4));
    assert_int_equal(story.customer.rhythm, 3);
}

static void rhythm_breaks_after_the_gap(void **state)
{
    (void)state;
    call(JAN(1));
    call(JAN(1) + 45 * DAY); // the gap itself still counts
    assert_int_equal(story.customer.rhythm, 2);
    call(JAN(1) + 90 * DAY + 1);
    assert_int_equal(story.customer.rhythm, 1);
}

// The gap runs from the last contact, counted or not.
static void rhythm_gap_runs_from_the_last_contact(void **state)
{
    (void)state;
    call(JAN(1));
    call(JAN(1) + 12 * HOUR);
    call(JAN(1) + 45 * DAY + 12 * HOUR);
    assert_int_equal(story.customer.rhythm, 2);
}

static void an_answer_ends_the_wait(void **state)
{
    (void)state;
    story_happened(&story, TYPE_MESSAGE_RECEIVED, JAN(1));
    story_happened(&story, TYPE_MESSAGE_RECEIVED, JAN(1) + HOUR);
    assert_int_equal(story.customer.unanswered_at, JAN(1)); // since the first
    story_contact(&story, TYPE_VISIT_COMPLETED, SIDE_INBOUND, JAN(1) + 2 * HOUR);
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);

    story_contact(&story, TYPE_CALL_MISSED, SIDE_OUTBOUND, JAN(1) + 3 * HOUR);
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE); // we rang
    story_contact(&story, TYPE_CALL_MISSED, SIDE_BOTH, JAN(1) + 4 * HOUR);
    assert_int_equal(story.customer.unanswered_at, JAN(1) + 4 * HOUR);
    story_happened(&story, TYPE_COMPLAINT_RESOLVED, JAN(1) + 5 * HOUR);
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);

    struct event feedback =
        story_event(&story, TYPE_FEEDBACK_RECEIVED, SIDE_NONE, JAN(1) + 6 * HOUR);
    feedback.variant = SENTIMENT_SUGGESTION;
    story_tell(&story, &feedback);
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);
    feedback.time += HOUR;
    feedback.variant = SENTIMENT_COMPLAINT;
    story_tell(&story, &feedback);
    assert_int_equal(story.customer.unanswered_at, feedback.time);
}

// An outbound contact of a type that is no answer by itself.
static void any_outbound_contact_is_an_answer(void **state)
{
    (void)state;
    story.types[TYPE_PROPOSAL_SUBMITTED - 1].contact = CONTACT_OUTBOUND;
    story_happened(&story, TYPE_MESSAGE_RECEIVED, JAN(1));
    story_happened(&story, TYPE_PROPOSAL_SUBMITTED, JAN(2));
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);
}

static void following_up_is_for_later_instants(void **state)
{
    (void)state;
    struct event order = story_event(&story, TYPE_ORDER_PLACED, SIDE_NONE, JAN(1));
    struct event visit = story_event(&story, TYPE_VISIT_COMPLETED, SIDE_OUTBOUND, JAN(1));
    story_apply(&story, &order);
    story_tell(&story, &visit); // at the very instant: not after it
    assert_int_equal(story.customer.unfollowed_at, JAN(1));
    assert_int_equal(story.customer.followed_up_at, INSTANT_NONE);
    call(JAN(1) + 1);
    assert_int_equal(story.customer.unfollowed_at, INSTANT_NONE);
    assert_int_equal(story.customer.followed_up_at, JAN(1) + 1);
}

static void following_up_has_an_open_window(void **state)
{
    (void)state;
    story_ordered(&story, 1, JAN(1));
    call(JAN(31)); // exactly 30 days: too late to count, but it ends the wait
    assert_int_equal(story.customer.unfollowed_at, INSTANT_NONE);
    assert_int_equal(story.customer.followed_up_at, INSTANT_NONE);

    story_ordered(&story, 1, JAN(40));
    call(JAN(70) - 1);
    assert_int_equal(story.customer.followed_up_at, JAN(70) - 1);
}

static void the_last_order_counts_too(void **state)
{
    (void)state;
    story_ordered(&story, 1, JAN(1));
    story_ordered(&story, 1, JAN(20));
    assert_int_equal(story.customer.unfollowed_at, JAN(1));
    story_happened(&story, TYPE_FEEDBACK_RECEIVED,
                   JAN(41)); // 40 days after the first, 21 after the last
    assert_int_equal(story.customer.unfollowed_at, INSTANT_NONE);
    assert_int_equal(story.customer.followed_up_at, JAN(41));
}

static void delivery_counts_while_unfollowed(void **state)
{
    (void)state;
    story_happened(&story, TYPE_ORDER_DELIVERED, JAN(1));
    assert_int_equal(story.customer.delivered_at, INSTANT_NONE);
    story_ordered(&story, 1, JAN(2));
    story_happened(&story, TYPE_ORDER_DELIVERED, JAN(4));
    story_happened(&story, TYPE_ORDER_DELIVERED, JAN(5));
    assert_int_equal(story.customer.delivered_at, JAN(5));
    call(JAN(6));
    assert_int_equal(story.customer.delivered_at, INSTANT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rhythm_counts_calendar_days, set_up),
        cmocka_unit_test_setup(rhythm_breaks_after_the_gap, set_up),
        cmocka_unit_test_setup(rhythm_gap_runs_from_the_last_contact, set_up),
        cmocka_unit_test_setup(an_answer_ends_the_wait, set_up),
        cmocka_unit_test_setup(any_outbound_contact_is_an_answer, set_up),
        cmocka_unit_test_setup(following_up_is_for_later_instants, set_up),
        cmocka_unit_test_setup(following_up_has_an_open_window, set_up),
        cmocka_unit_test_setup(the_last_order_counts_too, set_up),
        cmocka_unit_test_setup(delivery_counts_while_unfollowed, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
