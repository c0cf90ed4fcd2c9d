// Reminders about promises: one for each promise, before it is due, when it is overdue, and to say thanks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

#define REMINDED(...) assert_true(story_reminded(&story, "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void made(const char *id, enum by by, instant when, instant due)
{
    story_promised(&story, TYPE_PROMISE_MADE, id, by, when, due);
}

static void kept(const char *id, enum by by, instant when)
{
    story_promised(&story, TYPE_PROMISE_KEPT, id, by, when, INSTANT_NONE);
}

static void broken(const char *id, enum by by, instant when)
{
    story_promised(&story, TYPE_PROMISE_BROKEN, id, by, when, INSTANT_NONE);
}

static void advance(int number)
{
    story_advance(&story, day(number));
}

static const struct kept_promise *promise(const char *id)
{
    const struct kept_promise *found = book_promise(&story.book, span_text(id));
    assert_non_null(found);
    return found;
}

// ---------------------------------------------------------------------------------- before, and overdue

static void ours_is_reminded_of_before_it_is_due(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(10));
    advance(10);
    REMINDED("d9  remind owner: promise A, due d9\n");
    assert_int_equal(promise("A")->reminder.anchor, day(0));
    kept("A", BY_US, day(10));
    REMINDED("d10  promise A done\n");
    advance(100);
    REMINDED();
}

static void theirs_is_not(void **state)
{
    (void)state;
    made("A", BY_CUSTOMER, day(0), day(10));
    advance(12);
    REMINDED("d11  remind owner: overdue A, due d11\n");
    broken("A", BY_CUSTOMER, day(12));
    REMINDED("d12  overdue A done\n");
}

static void kept_in_time_is_not_reminded_of(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(10));
    kept("A", BY_US, day(9)); // the events of an instant go first
    made("B", BY_US, day(11), day(20));
    broken("B", BY_US, day(12));
    advance(100);
    REMINDED();
}

// The reminder to keep it gives way to that it was not kept.
static void overdue_takes_the_place_of_promise(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(10));
    advance(19);
    assert_true(promise("A")->overdue.open);
    assert_false(promise("A")->reminder.open);
    REMINDED("d9  remind owner: promise A, due d9\n"
             "d11  promise A moot\n"
             "d11  remind owner: overdue A, due d11\n"
             "d14  remind owner (2): overdue A\n"
             "d16  remind owner and manager (3): overdue A\n"
             "d18  remind owner and manager (4): overdue A, at risk\n");
    kept("A", BY_US, day(19));
    REMINDED("d19  overdue A done, at risk\n");
}

// Made on its last day, or when it is too late already.
static void a_promise_may_be_short(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(0) + HOUR);
    REMINDED("d0  remind owner: promise A, due d-1 01:00\n");
    made("B", BY_US, day(0) + 2 * HOUR, day(0) + 2 * HOUR);
    made("C", BY_US, day(0) + 3 * HOUR, day(-5)); // due long ago, and overdue
    REMINDED("d0 03:00  remind owner: overdue C, due d-4\n");
    advance(2);
    REMINDED("d1 01:00  promise A moot\n"
             "d1 01:00  remind owner: overdue A, due d1 01:00\n"
             "d1 02:00  remind owner: overdue B, due d1 02:00\n");
}

static void each_has_its_own(void **state)
{
    (void)state;
    made("C", BY_US, day(0), day(10));
    made("A", BY_US, day(1), day(10));
    made("B", BY_US, day(2), day(11));
    advance(11);
    REMINDED("d9  remind owner: promise A, due d9\n"
             "d9  remind owner: promise C, due d9\n"
             "d10  remind owner: promise B, due d10\n");
    kept("C", BY_US, day(11));
    advance(13);
    REMINDED("d11  promise C done\n"
             "d11  promise A moot\n"
             "d11  remind owner: overdue A, due d11\n"
             "d12  promise B moot\n"
             "d12  remind owner: overdue B, due d12\n");
}

static void all_of_them_at_once(void **state)
{
    (void)state;
    static char expected[BOOK_PROMISES * 64];
    char id[16], *end = expected;
    for (int i = BOOK_PROMISES - 1; i >= 0; i--) {
        snprintf(id, sizeof id, "p%02d", i);
        made(id, BY_CUSTOMER, day(0) + BOOK_PROMISES - i, day(10));
    }
    for (int i = 0; i < BOOK_PROMISES; i++) {
        end += sprintf(end, "d11  remind owner: overdue p%02d, due d11\n", i);
    }
    advance(12);
    assert_true(story_reminded(&story, expected));
}

// --------------------------------------------------------------------------------------------- calendar

// Mondays to Fridays, 9 to 12 and 13:30 to 18. Day 0 is a Thursday, day 4 a Monday.
static void keep_hours(void)
{
    struct calendar *calendar = &story.policy.calendar;
    calendar->days_off = 1 << 5 | 1 << 6;
    calendar->interval_count = 2;
    calendar->intervals[0] = (struct working_interval){9 * 60, 12 * 60};
    calendar->intervals[1] = (struct working_interval){13 * 60 + 30, 18 * 60};
}

// What one promise of ours leads to, from its making to its being due, of day 4 unless said otherwise.
static void expect_reminder(duration made_at, duration due, const char *expected)
{
    set_up(NULL);
    keep_hours();
    made("A", BY_US, day(0) + made_at, day(4) + due);
    story_advance(&story, instant_later(day(4) + due, story.customer.as_of) + 1);
    assert_true(story_reminded(&story, expected));
}

static void in_working_time_it_opens_at_its_due(void **state)
{
    (void)state;
    expect_reminder(0, DAY + 15 * HOUR, "d4 15:00  remind owner: promise A, due d4 15:00\n");
    expect_reminder(0, 15 * HOUR, "d4 09:00  remind owner: promise A, due d3 15:00\n"); // from Sunday to Monday
    expect_reminder(4 * DAY + 10 * HOUR, 10 * HOUR + 30 * MINUTE,
                    "d4 10:00  remind owner: promise A, due d3 10:30\n"); // made then
}

// No working time is left between its due and the promise's: in the last interval before.
static void out_of_working_time_it_opens_before(void **state)
{
    (void)state;
    expect_reminder(0, 9 * HOUR, "d1 13:30  remind owner: promise A, due d3 09:00\n");
    expect_reminder(0, 9 * HOUR + 1, "d4 09:00  remind owner: promise A, due d3 09:00:00.000001\n");
    expect_reminder(DAY + 13 * HOUR + 30 * MINUTE, 8 * HOUR, "d1 13:30  remind owner: promise A, due d3 08:00\n");
    expect_reminder(DAY + 15 * HOUR, 8 * HOUR, "d1 15:00  remind owner: promise A, due d3 08:00\n"); // in it still
    expect_reminder(DAY + 18 * HOUR - 1, 8 * HOUR,
                    "d1 17:59:59.999999  remind owner: promise A, due d3 08:00\n");
}

static void where_the_interval_is_over_it_does_not_open(void **state)
{
    (void)state;
    expect_reminder(DAY + 18 * HOUR, 8 * HOUR, "");
    expect_reminder(2 * DAY, 8 * HOUR, "");
    expect_reminder(4 * DAY + 12 * HOUR + 30 * MINUTE, 13 * HOUR, ""); // made and due over lunch
    expect_reminder(4 * DAY + 10 * HOUR, 10 * HOUR, "");               // due at once
}

// Over lunch it is late for the afternoon: the morning is the last interval, from its start.
static void each_interval_is_one(void **state)
{
    (void)state;
    story.policy.promise_lead = 30 * MINUTE;
    keep_hours();
    made("A", BY_US, day(0), day(4) + 13 * HOUR);
    made("B", BY_US, day(0) + 1, day(4) + 14 * HOUR);
    advance(5);
    REMINDED("d4 09:00  remind owner: promise A, due d4 12:30\n"
             "d4 13:30  remind owner: promise B, due d4 13:30\n");
}

static void overdue_waits_for_working_time(void **state)
{
    (void)state;
    keep_hours();
    made("A", BY_US, day(0), day(1) + 15 * HOUR);
    advance(5);
    REMINDED("d0 15:00  remind owner: promise A, due d0 15:00\n"
             "d4 09:00  remind owner (2): promise A\n" // of Sunday; the order of the table
             "d4 09:00  promise A moot\n"
             "d4 09:00  remind owner: overdue A, due d2 15:00\n");
}

// ------------------------------------------------------------------------------------------------ thanks

static void a_kept_promise_asks_for_thanks(void **state)
{
    (void)state;
    made("A", BY_CUSTOMER, day(0), day(10));
    made("B", BY_US, day(0) + 1, day(20));
    kept("A", BY_CUSTOMER, day(5));
    kept("B", BY_US, day(6)); // ours: nobody thanks us
    broken("C", BY_CUSTOMER, day(6) + 1);
    REMINDED("d5  remind owner: thanks A, due d5\n");
    assert_int_equal(promise("A")->reminder.anchor, day(5));
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_INBOUND, day(7)); // the customer rang
    REMINDED();
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, day(8));
    REMINDED("d8  thanks A done\n");
    advance(100);
    REMINDED();
}

static void one_contact_thanks_for_all(void **state)
{
    (void)state;
    kept("B", BY_CUSTOMER, day(0));
    kept("A", BY_CUSTOMER, day(1));
    story_happened(&story, TYPE_MEETING_COMPLETED, day(2));
    REMINDED("d0  remind owner: thanks B, due d0\n"
             "d1  remind owner: thanks A, due d1\n"
             "d2  thanks A done\n"
             "d2  thanks B done\n");
}

// A contact of the instant of the outcome counts when it comes after it in the order.
static void thanks_come_after_the_outcome(void **state)
{
    (void)state;
    struct event outcome = story_event(&story, TYPE_PROMISE_KEPT, SIDE_NONE, day(0));
    outcome.by = BY_CUSTOMER;
    struct event call = story_event(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, day(0));
    story_apply(&story, &outcome);
    story_tell(&story, &call);
    advance(100);
    REMINDED();

    set_up(state);
    story_apply(&story, &call);
    story_tell(&story, &outcome);
    REMINDED("d0  remind owner: thanks P, due d0\n");
}

static void thanks_wait_for_working_time(void **state)
{
    (void)state;
    keep_hours();
    kept("A", BY_CUSTOMER, day(2));
    kept("B", BY_CUSTOMER, day(2) + HOUR);
    advance(5);
    REMINDED("d4 09:00  remind owner: thanks A, due d2\n"
             "d4 09:00  remind owner: thanks B, due d2 01:00\n");
    kept("C", BY_CUSTOMER, day(9));
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, day(9) + HOUR); // thanked before anybody said so
    advance(100);
    REMINDED("d7 09:00  remind owner (2): thanks A\n"
             "d7 09:00  remind owner (2): thanks B\n"
             "d9 01:00  thanks A done\n"
             "d9 01:00  thanks B done\n");
}

static void what_comes_next_is_the_first_to_open(void **state)
{
    (void)state;
    struct upcoming upcoming;
    made("B", BY_US, day(0), day(10));
    made("A", BY_CUSTOMER, day(0) + 1, day(7));
    assert_true(customer_upcoming(&story.policy, &story.customer, &upcoming));
    assert_int_equal(upcoming.kind, REMINDER_OVERDUE);
    assert_int_equal(upcoming.due_at, day(8));
    kept("A", BY_CUSTOMER, day(1));
    assert_true(customer_upcoming(&story.policy, &story.customer, &upcoming));
    assert_int_equal(upcoming.kind, REMINDER_PROMISE);
    assert_int_equal(upcoming.due_at, day(9));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(ours_is_reminded_of_before_it_is_due, set_up),
        cmocka_unit_test_setup(theirs_is_not, set_up),
        cmocka_unit_test_setup(kept_in_time_is_not_reminded_of, set_up),
        cmocka_unit_test_setup(overdue_takes_the_place_of_promise, set_up),
        cmocka_unit_test_setup(a_promise_may_be_short, set_up),
        cmocka_unit_test_setup(each_has_its_own, set_up),
        cmocka_unit_test_setup(all_of_them_at_once, set_up),
        cmocka_unit_test_setup(in_working_time_it_opens_at_its_due, set_up),
        cmocka_unit_test_setup(out_of_working_time_it_opens_before, set_up),
        cmocka_unit_test_setup(where_the_interval_is_over_it_does_not_open, set_up),
        cmocka_unit_test_setup(each_interval_is_one, set_up),
        cmocka_unit_test_setup(overdue_waits_for_working_time, set_up),
        cmocka_unit_test_setup(a_kept_promise_asks_for_thanks, set_up),
        cmocka_unit_test_setup(one_contact_thanks_for_all, set_up),
        cmocka_unit_test_setup(thanks_come_after_the_outcome, set_up),
        cmocka_unit_test_setup(thanks_wait_for_working_time, set_up),
        cmocka_unit_test_setup(what_comes_next_is_the_first_to_open, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
