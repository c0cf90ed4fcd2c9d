// Promises: their rows, what an outcome does to one that is known or not, and how many there may be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

#define SAID(...) assert_true(story_said(&story, "promise ", "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    story.policy.promise_lead = 0; // of reminders core_reminder_promises.c tells
    story.policy.promise_grace = 10000 * DAY;
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

static const struct promise *row(const char *id)
{
    const struct promise *promise = effect_log_promise(&story.log, span_text(id));
    assert_non_null(promise);
    return promise;
}

static void expect_row(const char *id, enum by by, enum promise_state promised, instant made_at, instant due,
                       instant outcome_at)
{
    const struct promise *promise = row(id);
    assert_int_equal(promise->by, by);
    assert_int_equal(promise->state, promised);
    assert_int_equal(promise->made_at, made_at);
    assert_int_equal(promise->due, due);
    assert_int_equal(promise->outcome_at, outcome_at);
}

static void a_promise_is_made_and_kept(void **state)
{
    (void)state;
    struct event event = story_event(&story, TYPE_PROMISE_MADE, SIDE_NONE, day(0));
    event.ref = SPAN_LITERAL("quote-7");
    event.due = day(5);
    event.text = SPAN_LITERAL("the quote");
    story_tell(&story, &event);
    assert_true(span_equal(row("quote-7")->about, SPAN_LITERAL("the quote")));
    expect_row("quote-7", BY_US, PROMISE_OPEN, day(0), day(5), INSTANT_NONE);
    assert_int_equal(story.book.open_promises, 1);
    kept("quote-7", BY_US, day(4));
    expect_row("quote-7", BY_US, PROMISE_KEPT, day(0), day(5), day(4));
    assert_true(story.points == 4);
    assert_int_equal(story.book.promise_count, 0);
}

static void points_go_by_the_side_of_the_outcome(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(5));
    made("B", BY_CUSTOMER, day(0) + 1, day(5));
    made("C", BY_CUSTOMER, day(0) + 2, day(5));
    broken("A", BY_US, day(6));
    assert_true(story.points == -10);
    broken("B", BY_CUSTOMER, day(7));
    assert_true(story.points == -5);
    kept("C", BY_US, day(8)); // as the outcome says, but the row keeps its own
    assert_true(story.points == 4);
    expect_row("A", BY_US, PROMISE_BROKEN, day(0), day(5), day(6));
    expect_row("C", BY_CUSTOMER, PROMISE_KEPT, day(0) + 2, day(5), day(8));
    kept("D", BY_CUSTOMER, day(9));
    assert_true(story.points == 5);
}

static void a_second_word_is_ignored(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(5));
    made("A", BY_CUSTOMER, day(1), day(9));
    assert_int_equal(story.applied, EVENT_IGNORED);
    kept("A", BY_US, day(2));
    broken("A", BY_US, day(3));
    assert_int_equal(story.applied, EVENT_IGNORED);
    assert_true(story.points == 0);
    kept("A", BY_US, day(4));
    assert_int_equal(story.applied, EVENT_IGNORED);
    made("A", BY_US, day(5), day(9)); // nor made once more after its outcome
    assert_int_equal(story.applied, EVENT_IGNORED);
    SAID("d0  promise A by us: open, due d5\n"
         "d2  promise A by us: kept, due d5\n");
    expect_row("A", BY_US, PROMISE_KEPT, day(0), day(5), day(2));
}

static void an_outcome_may_come_first(void **state)
{
    (void)state;
    broken("A", BY_CUSTOMER, day(0));
    assert_int_equal(story.applied, EVENT_APPLIED);
    expect_row("A", BY_CUSTOMER, PROMISE_BROKEN, INSTANT_NONE, INSTANT_NONE, day(0));
    made("A", BY_US, day(1), day(5)); // fills in the rest
    assert_int_equal(story.applied, EVENT_APPLIED);
    expect_row("A", BY_CUSTOMER, PROMISE_BROKEN, day(1), day(5), day(0));
    assert_int_equal(story.book.promise_count, 0);
    made("A", BY_US, day(2), day(6));
    assert_int_equal(story.applied, EVENT_IGNORED);
    broken("A", BY_US, day(3));
    assert_int_equal(story.applied, EVENT_IGNORED);
}

static void of_a_promise_kept_unmade_thanks_are_due(void **state)
{
    (void)state;
    kept("A", BY_CUSTOMER, day(0));
    assert_int_equal(story.book.promise_count, 1);
    made("A", BY_CUSTOMER, day(1), day(5)); // does not disturb them
    expect_row("A", BY_CUSTOMER, PROMISE_KEPT, day(1), day(5), day(0));
    assert_int_equal(story.book.open_promises, 0);
    assert_true(book_promise(&story.book, SPAN_LITERAL("A"))->reminder.open);
    kept("B", BY_US, day(2));
    assert_null(book_promise(&story.book, SPAN_LITERAL("B")));
}

// Whom to thank follows the row, not the outcome's word.
static void thanks_follow_the_row(void **state)
{
    (void)state;
    made("A", BY_CUSTOMER, day(0), day(5));
    made("B", BY_US, day(0) + 1, day(5));
    kept("A", BY_US, day(1));
    kept("B", BY_CUSTOMER, day(1) + 1);
    assert_true(book_promise(&story.book, SPAN_LITERAL("A"))->kept);
    assert_null(book_promise(&story.book, SPAN_LITERAL("B")));
}

// ---------------------------------------------------------------------------------------------- the end

static void open_promises_lapse_with_the_relationship(void **state)
{
    (void)state;
    made("B", BY_CUSTOMER, day(0), day(5));
    made("A", BY_US, day(0) + 1, day(9));
    kept("C", BY_CUSTOMER, day(1));
    story.log.count = 0;
    story_happened(&story, TYPE_RELATIONSHIP_ENDED, day(2));
    SAID("d2  promise A by us: lapsed, due d9\n"
         "d2  promise B by customer: lapsed, due d5\n");
    expect_row("A", BY_US, PROMISE_LAPSED, day(0) + 1, day(9), day(2));
    expect_row("C", BY_CUSTOMER, PROMISE_KEPT, INSTANT_NONE, INSTANT_NONE, day(1));
    assert_int_equal(story.book.promise_count, 0);
    kept("A", BY_US, day(3)); // an outcome of a lapsed one
    assert_int_equal(story.applied, EVENT_IGNORED);
    assert_true(story.points == 0);
    made("A", BY_US, day(4), day(9));
    assert_int_equal(story.applied, EVENT_IGNORED);
    SAID();
}

static void made_while_ended_has_lapsed(void **state)
{
    (void)state;
    story_happened(&story, TYPE_RELATIONSHIP_ENDED, day(2));
    made("A", BY_US, day(3), day(9));
    assert_int_equal(story.applied, EVENT_APPLIED);
    expect_row("A", BY_US, PROMISE_LAPSED, day(3), day(9), day(2)); // as of the end
    assert_int_equal(story.book.promise_count, 0);
    story_happened(&story, TYPE_RELATIONSHIP_REOPENED, day(4));
    kept("A", BY_US, day(5));
    assert_int_equal(story.applied, EVENT_IGNORED);
    made("B", BY_US, day(6), day(9));
    expect_row("B", BY_US, PROMISE_OPEN, day(6), day(9), INSTANT_NONE);
}

static void kept_while_ended_needs_no_thanks(void **state)
{
    (void)state;
    story_happened(&story, TYPE_RELATIONSHIP_ENDED, day(2));
    kept("A", BY_CUSTOMER, day(3));
    assert_true(story.points == 5);
    expect_row("A", BY_CUSTOMER, PROMISE_KEPT, INSTANT_NONE, INSTANT_NONE, day(3));
    assert_int_equal(story.book.promise_count, 0);
    made("A", BY_CUSTOMER, day(4), day(9)); // fills in: its state stays
    expect_row("A", BY_CUSTOMER, PROMISE_KEPT, day(4), day(9), day(3));
}

// -------------------------------------------------------------------------------------------- how many

// Promises "p00" to "p63", or with another letter.
static void make_all(char letter, enum by by, instant when)
{
    char id[16];
    for (int i = 0; i < BOOK_PROMISES; i++) {
        snprintf(id, sizeof id, "%c%02d", letter, i);
        made(id, by, when + i, day(900));
        assert_int_equal(story.applied, EVENT_APPLIED);
    }
}

static void a_further_one_is_ignored(void **state)
{
    (void)state;
    make_all('p', BY_US, day(0));
    assert_int_equal(story.book.open_promises, BOOK_PROMISES);
    story.log.count = 0;
    made("one-more", BY_US, day(5), day(6));
    assert_int_equal(story.applied, EVENT_IGNORED);
    assert_int_equal(story.customer.as_of, day(5));
    SAID();
    assert_null(effect_log_promise(&story.log, SPAN_LITERAL("one-more")));
    broken("p17", BY_US, day(6)); // makes room
    made("one-more", BY_US, day(7), day(8));
    assert_int_equal(story.applied, EVENT_APPLIED);
    assert_int_equal(story.book.open_promises, BOOK_PROMISES);
}

// What needs no room is not in the way: the outcome of an unknown one, and what fills in its row.
static void outcomes_need_no_room(void **state)
{
    (void)state;
    make_all('p', BY_US, day(0));
    broken("x", BY_US, day(5));
    assert_int_equal(story.applied, EVENT_APPLIED);
    made("x", BY_US, day(6), day(7));
    assert_int_equal(story.applied, EVENT_APPLIED);
    expect_row("x", BY_US, PROMISE_BROKEN, day(6), day(7), day(5));
}

static void as_many_wait_for_thanks(void **state)
{
    (void)state;
    char id[16];
    make_all('p', BY_CUSTOMER, day(0));
    for (int i = 0; i < BOOK_PROMISES; i++) {
        snprintf(id, sizeof id, "p%02d", i);
        kept(id, BY_CUSTOMER, day(5) + i);
    }
    assert_int_equal(story.book.open_promises, 0);
    assert_int_equal(story.book.promise_count, BOOK_PROMISES);
    make_all('q', BY_CUSTOMER, day(6)); // those that wait leave as many places for open ones
    assert_int_equal(story.book.promise_count, 2 * BOOK_PROMISES);
    kept("q00", BY_CUSTOMER, day(7)); // one too many: it is not thanked for
    assert_int_equal(story.applied, EVENT_APPLIED);
    expect_row("q00", BY_CUSTOMER, PROMISE_KEPT, day(6), day(900), day(7));
    assert_null(book_promise(&story.book, SPAN_LITERAL("q00")));
    kept("unheard-of", BY_CUSTOMER, day(8));
    assert_null(book_promise(&story.book, SPAN_LITERAL("unheard-of")));
    expect_row("unheard-of", BY_CUSTOMER, PROMISE_KEPT, INSTANT_NONE, INSTANT_NONE, day(8));
    assert_int_equal(story.book.promise_count, 2 * BOOK_PROMISES - 1);
}

// Sorted bytewise, the shorter first, whatever the order in which they were made.
static void they_stand_in_the_order_of_their_ids(void **state)
{
    (void)state;
    static const char *const ids[] = {"b", "aa", "\xe4\xba\xba", "a", "B", "10", "9"};
    static const char *const sorted[] = {"10", "9", "B", "a", "aa", "b", "\xe4\xba\xba"};
    enum { IDS = sizeof ids / sizeof *ids };
    for (int i = 0; i < IDS; i++) {
        made(ids[i], BY_US, day(0) + i, day(900));
    }
    for (int i = 0; i < IDS; i++) {
        assert_true(span_equal(kept_promise_id(&story.book.promises[i]), span_text(sorted[i])));
        assert_ptr_equal(book_promise(&story.book, span_text(sorted[i])), &story.book.promises[i]);
    }
    assert_null(book_promise(&story.book, SPAN_LITERAL("ab")));
}

static void an_id_may_be_long(void **state)
{
    (void)state;
    char id[BOOK_PROMISE_ID_MAX + 1] = {0};
    memset(id, 'i', BOOK_PROMISE_ID_MAX);
    made(id, BY_US, day(0), day(1));
    assert_non_null(book_promise(&story.book, span_text(id)));
    id[BOOK_PROMISE_ID_MAX - 1] = 'j';
    made(id, BY_US, day(0) + 1, day(1));
    assert_int_equal(story.book.promise_count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_promise_is_made_and_kept, set_up),
        cmocka_unit_test_setup(points_go_by_the_side_of_the_outcome, set_up),
        cmocka_unit_test_setup(a_second_word_is_ignored, set_up),
        cmocka_unit_test_setup(an_outcome_may_come_first, set_up),
        cmocka_unit_test_setup(of_a_promise_kept_unmade_thanks_are_due, set_up),
        cmocka_unit_test_setup(thanks_follow_the_row, set_up),
        cmocka_unit_test_setup(open_promises_lapse_with_the_relationship, set_up),
        cmocka_unit_test_setup(made_while_ended_has_lapsed, set_up),
        cmocka_unit_test_setup(kept_while_ended_needs_no_thanks, set_up),
        cmocka_unit_test_setup(a_further_one_is_ignored, set_up),
        cmocka_unit_test_setup(outcomes_need_no_room, set_up),
        cmocka_unit_test_setup(as_many_wait_for_thanks, set_up),
        cmocka_unit_test_setup(they_stand_in_the_order_of_their_ids, set_up),
        cmocka_unit_test_setup(an_id_may_be_long, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
