// What a fold writes of the rows beside a customer's own: those that come out otherwise, and no more.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/fold.h"

static struct writeset set;

static int begin(void **state)
{
    (void)state;
    writeset_init(&set);
    return 0;
}

static int end(void **state)
{
    (void)state;
    writeset_free(&set);
    return 0;
}

// -------------------------------------------------------------------------------------------- histories

static struct transition_row step(enum transition_kind kind, int n, int from, int to)
{
    return (struct transition_row){
        .customer_id = SPAN_LITERAL("ann"), .at = n * DAY, .source = SPAN_LITERAL("/s"), .event_id = SPAN_LITERAL("e"),
        .transition = {.kind = (uint8_t)kind, .from = (uint8_t)from, .to = (uint8_t)to, .n = n}};
}

static struct promise_row promise(const char *id, enum promise_state how)
{
    return (struct promise_row){SPAN_LITERAL("ann"), {.id = span_text(id), .state = (uint8_t)how, .made_at = DAY,
                                                      .due = 2 * DAY, .outcome_at = INSTANT_NONE}};
}

static void histories(const struct yielded *yielded, const struct follow_ups *had)
{
    writeset_clear(&set);
    assert_true(reconcile_histories(&set, SPAN_LITERAL("ann"), yielded, had));
}

// How many rows go of a kind: from which on, 0: none. And how many come, of all kinds.
static void expect_transitions(enum transition_kind kind, int from, size_t come)
{
    int found = 0;
    for (size_t i = 0; i < set.delete_transitions.count; i++)
        if (set.delete_transitions.items[i].transition.kind == kind)
            found = set.delete_transitions.items[i].transition.n;
    assert_int_equal(found, from);
    assert_int_equal(set.transitions.count, come);
}

enum { ROWS = 5 };
static const enum transition_kind L = TRANSITION_LEVEL, S = TRANSITION_STAGE;

// As the table has them, by kind and number; and as a fold makes them, by time.
static void transitions_in_both_orders(struct transition_row stored[ROWS], struct transition_row made[ROWS])
{
    const struct transition_row rows[ROWS] = {step(L, 1, 1, 2), step(L, 2, 2, 3), step(L, 3, 3, 2), step(S, 1, 1, 4),
                                              step(S, 4, 4, 5)};
    static const int by_time[ROWS] = {0, 3, 1, 2, 4};
    for (int i = 0; i < ROWS; i++) {
        stored[i] = rows[i];
        made[i] = rows[by_time[i]];
    }
}

static void transitions_that_are_the_same_are_left(void **state)
{
    (void)state;
    struct transition_row stored[ROWS], made[ROWS];
    transitions_in_both_orders(stored, made);
    struct yielded yielded = {.transitions = made, .transition_count = ROWS};
    struct follow_ups had = {.histories = {.transitions = stored, .transition_count = ROWS}};
    histories(&yielded, &had);
    assert_true(writeset_is_empty(&set));
    made[2].at++; // the second of the level
    histories(&yielded, &had);
    expect_transitions(L, 2, 2);
    expect_transitions(S, 0, 2);
    assert_int_equal(set.transitions.items[0].transition.n, 2);
    assert_int_equal(set.transitions.items[1].transition.n, 3);
    assert_int_equal(set.forget.count, 0);
    yielded.transition_count = 2; // the first of each
    histories(&yielded, &had);
    expect_transitions(L, 2, 0);
    expect_transitions(S, 4, 0);
    yielded = (struct yielded){.transitions = stored, .transition_count = ROWS};
    had.histories = (struct histories){.transitions = stored, .transition_count = 1};
    histories(&yielded, &had);
    expect_transitions(L, 0, 4);
    had = (struct follow_ups){.fresh = true};
    histories(&yielded, &had);
    expect_transitions(L, 0, ROWS);
}

// Its message is replaced by another, so that the row may not say any more that it waits.
static void transitions_that_a_parcel_holds_are_made_anew(void **state)
{
    (void)state;
    struct transition_row stored[ROWS], made[ROWS];
    transitions_in_both_orders(stored, made);
    struct outbox_row held = {.kind = OUTBOX_TRANSITION, .parcel = 7, .transition = stored[4].transition};
    const struct yielded yielded = {.transitions = made, .transition_count = ROWS};
    struct follow_ups had = {.histories = {.transitions = stored, .transition_count = ROWS}, .outbox = &held,
                             .outbox_count = 1};
    histories(&yielded, &had);
    expect_transitions(S, 1, 2);
    expect_transitions(L, 0, 2);
    held.parcel = 0; // a fold put it in by itself
    histories(&yielded, &had);
    assert_true(writeset_is_empty(&set));
}

static void promises_and_objections_go_together(void **state)
{
    (void)state;
    struct transition_row stored[ROWS], made[ROWS];
    transitions_in_both_orders(stored, made);
    struct promise_row old[] = {promise("a", PROMISE_KEPT), promise("b", PROMISE_OPEN), promise("c", PROMISE_OPEN)};
    struct promise_row now[] = {old[2], old[0], old[1]};
    struct objection_row raised[] = {{SPAN_LITERAL("ann"), OBJECTION_PRICE, CAUSE_COMPANY, DAY, 2 * DAY},
                                     {SPAN_LITERAL("ann"), OBJECTION_PRICE, CAUSE_COMPANY, 3 * DAY, INSTANT_NONE},
                                     {SPAN_LITERAL("ann"), OBJECTION_PERSON, CAUSE_CUSTOMER, 2 * DAY, INSTANT_NONE}};
    struct objection_row again[] = {raised[0], raised[2], raised[1]};
    struct profile_row name = {.customer_id = SPAN_LITERAL("ann"), .name = SPAN_LITERAL("Ann")}, other = name;
    const struct yielded yielded = {.transitions = made, .transition_count = ROWS, .promises = now, .promise_count = 3,
                                    .objections = again, .objection_count = 3, .profiles = &other, .profile_count = 1};
    struct follow_ups had = {.histories = {stored, ROWS, old, 3, raised, 3, &name, 1}};
    histories(&yielded, &had);
    assert_true(writeset_is_empty(&set));
#define EXPECT_ALL_ANEW() \
    histories(&yielded, &had); \
    assert_int_equal(set.forget.count, 1); \
    assert_int_equal(set.delete_transitions.count, 0); \
    assert_int_equal(set.transitions.count, ROWS); \
    assert_int_equal(set.promises.count, 3); \
    assert_int_equal(set.objections.count, 3); \
    assert_int_equal(set.profiles.count, 1)
    now[0].promise.due++;
    EXPECT_ALL_ANEW();
    now[0].promise.due--;
    now[0].promise.id = SPAN_LITERAL("d");
    EXPECT_ALL_ANEW();
    now[0] = old[2];
    again[2].resolved_at = 4 * DAY;
    EXPECT_ALL_ANEW();
    again[2] = raised[1];
    again[1].raised_at++;
    EXPECT_ALL_ANEW();
    again[1] = raised[2];
    other.manager = SPAN_LITERAL("wu");
    EXPECT_ALL_ANEW();
    other = name;
    had.histories.profile_count = 0;
    EXPECT_ALL_ANEW();
    had.histories.profile_count = 1;
    had.histories.promise_count = 2;
    EXPECT_ALL_ANEW();
}

// -------------------------------------------------------------------------------------------- reminders

enum { NOTICES = 3 };

// One reminder, as the table has it and as a fold makes it.
static struct reminder_row old, fresh;
static struct notice_row told[NOTICES], made[NOTICES];
static struct customer_row row, before;

static void same_of_both(bool published)
{
    old = fresh = (struct reminder_row){.customer_id = SPAN_LITERAL("ann"), .reminder_id = {1}, .kind = REMINDER_CADENCE,
                                        .anchor = DAY, .due_at = 5 * DAY, .opened_at = 5 * DAY, .notices = NOTICES,
                                        .closed_at = INSTANT_NONE, .acknowledged_at = INSTANT_NONE,
                                        .snoozed_until = INSTANT_NONE, .announce = ANNOUNCE_KEEP};
    old.exists = true;
    old.published = published;
    old.announce = ANNOUNCE_NOT;
    for (int i = 0; i < NOTICES; i++) {
        made[i] = (struct notice_row){.customer_id = old.customer_id, .reminder_id = {1}, .notice = (uint16_t)(i + 1),
                                      .at = (5 + i) * DAY, .recipients = TO_OWNER, .home = 1,
                                      .about = SPAN_LITERAL("now"), .last_order_at = INSTANT_NONE, .next_at = INSTANT_NONE};
        told[i] = made[i];
        told[i].state = published ? NOTICE_PUBLISHED : NOTICE_SUPPRESSED;
        told[i].about = SPAN_LITERAL("then");
    }
    row = (struct customer_row){.id = old.customer_id, .version = 1, .home = 1};
    customer_init(&row.state);
    row.state.first_seen_at = 0;
    row.state.as_of = 30 * DAY;
    before = row;
    before.quiet_until = 20 * DAY;
}

static void reminders(size_t count)
{
    const struct yielded yielded = {.reminders = &fresh, .reminder_count = 1, .notices = made, .notice_count = count};
    const struct follow_ups had = {.reminders = &old, .reminder_count = 1, .notices = told, .notice_count = NOTICES};
    writeset_clear(&set);
    assert_true(reconcile_reminders(&set, &row, &before, &yielded, &had));
}

static void expect_written(size_t updated, size_t opened, size_t deleted, size_t notices, size_t dropped)
{
    size_t updates = 0;
    for (size_t i = 0; i < set.reminders.count; i++)
        updates += set.reminders.items[i].exists;
    assert_int_equal(updates, updated);
    assert_int_equal(set.reminders.count - updates, opened);
    assert_int_equal(set.delete_reminders.count, deleted);
    assert_int_equal(set.notices.count, notices);
    assert_int_equal(set.delete_notices.count, dropped);
}

static void silent_reminders_that_are_the_same_are_left(void **state)
{
    (void)state;
    same_of_both(false);
    reminders(NOTICES);
    assert_true(writeset_is_empty(&set)); // and nobody will hear what its notices would say
    made[1].at++;
    reminders(NOTICES);
    expect_written(0, 0, 0, 1, 1);
    assert_int_equal(set.notices.items[0].notice, 2);
    assert_int_equal(set.notices.items[0].state, NOTICE_SUPPRESSED);
    assert_null(set.notices.items[0].about.data);
    assert_int_equal(set.delete_notices.items[0].notice, 2);
    same_of_both(false);
    fresh.status = REMINDER_DONE; // cured between the second and the third
    fresh.closed_at = 6 * DAY + 1;
    fresh.notices = 2;
    reminders(2);
    expect_written(1, 0, 0, 0, 1);
    assert_int_equal(set.reminders.items[0].announce, ANNOUNCE_NOT);
    same_of_both(false);
    told[0].home = told[1].home = told[2].home = 2; // of an id that came back
    reminders(NOTICES);
    expect_written(0, 1, 1, NOTICES, 0);
    same_of_both(false);
    fresh.due_at = 4 * DAY;
    reminders(NOTICES);
    expect_written(0, 1, 1, NOTICES, 0);
}

// What a late announcement says has to be of today.
static void what_is_announced_is_made_anew(void **state)
{
    (void)state;
    same_of_both(false);
    before.brought = BROUGHT_TO_TELL;
    reminders(NOTICES);
    expect_written(1, 0, 0, NOTICES, NOTICES);
    assert_int_equal(set.reminders.items[0].announce, ANNOUNCE_PENDING);
    assert_true(span_equal(set.notices.items[2].about, SPAN_LITERAL("now")));
    before.brought = BROUGHT_NOTHING; // it waits already
    old.announce = ANNOUNCE_PENDING;
    reminders(NOTICES);
    expect_written(0, 0, 0, NOTICES, NOTICES);
    assert_true(span_equal(set.notices.items[2].about, SPAN_LITERAL("now")));
    for (int i = 0; i < NOTICES; i++)
        told[i].about = made[i].about;
    reminders(NOTICES);
    assert_true(writeset_is_empty(&set));
    fresh.status = REMINDER_DONE;
    fresh.closed_at = 9 * DAY;
    reminders(NOTICES);
    expect_written(1, 0, 0, 0, 0);
    assert_int_equal(set.reminders.items[0].announce, ANNOUNCE_NOT);
}

static void published_reminders_that_are_the_same_are_left(void **state)
{
    (void)state;
    same_of_both(true);
    told[2].state = NOTICE_HELD;
    told[2].about = made[2].about;
    fresh.due_at = fresh.opened_at = 4 * DAY; // those that were published stay
    reminders(NOTICES);
    assert_true(writeset_is_empty(&set));
    told[2].about = SPAN_LITERAL("then");
    reminders(NOTICES);
    expect_written(0, 0, 0, 1, 1);
    assert_int_equal(set.notices.items[0].state, NOTICE_HELD);
    fresh.notices = 2;
    reminders(2);
    expect_written(1, 0, 0, 0, 1);
    assert_int_equal(set.reminders.items[0].announce, ANNOUNCE_KEEP);
    assert_int_equal(set.reminders.items[0].due_at, 5 * DAY);
    told[2].state = NOTICE_SUPPRESSED; // what was to be silent stays
    reminders(2);
    expect_written(1, 0, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(transitions_that_are_the_same_are_left, begin, end),
        cmocka_unit_test_setup_teardown(transitions_that_a_parcel_holds_are_made_anew, begin, end),
        cmocka_unit_test_setup_teardown(promises_and_objections_go_together, begin, end),
        cmocka_unit_test_setup_teardown(silent_reminders_that_are_the_same_are_left, begin, end),
        cmocka_unit_test_setup_teardown(what_is_announced_is_made_anew, begin, end),
        cmocka_unit_test_setup_teardown(published_reminders_that_are_the_same_are_left, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
