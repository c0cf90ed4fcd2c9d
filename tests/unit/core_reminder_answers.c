// What people answer to reminders: those of every kind can be answered, each promise by itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

static void advance(int number)
{
    story_advance(&story, day(number));
}

// One of every kind about an instant, open on day 40; of level basic, known since day 0.
static void open_one_of_each(void)
{
    story.policy.mature_by = MATURE_BY_CONTRACT;
    story.policy.cadence[LEVEL_BASIC] = story.policy.cadence[LEVEL_REACTIVE] = 39 * DAY;
    story.policy.stall_after = 39 * DAY;
    story_valued(&story, TIER_ORDINARY, 4, day(0));
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(0) + 1);
    story_ordered(&story, 1, day(0) + 2);
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_PRICE, CAUSE_COMPANY, day(0) + 3);
    struct event agreement = story_event(&story, TYPE_AGREEMENT_MADE, SIDE_NONE, day(0) + 4);
    agreement.until = day(31);
    story_tell(&story, &agreement);
    advance(40);
    story.log.count = 0;
}

static void answer(enum event_type type, int kind, instant when, instant until)
{
    instant anchor = story.book.care[kind].anchor;
    story_answer(&story, type, (enum reminder_kind)kind, anchor, when, until);
    assert_int_equal(story.applied, EVENT_APPLIED);
}

static void every_kind_can_be_answered(void **state)
{
    (void)state;
    open_one_of_each();
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++) {
        const struct care *care = &story.book.care[kind];
        instant now = day(40) + kind * HOUR;
        assert_true(care->open);
        answer(TYPE_REMINDER_ACKNOWLEDGED, kind, now, INSTANT_NONE);
        assert_int_equal(care->acknowledged_at, now);
        assert_int_equal(care->next_notice, INSTANT_NONE);
        answer(TYPE_REMINDER_SNOOZED, kind, now + 1, day(50));
        assert_int_equal(care->acknowledged_at, INSTANT_NONE); // lifted
        assert_int_equal(care->next_notice, day(50));
        answer(TYPE_REMINDER_DISMISSED, kind, now + 2, INSTANT_NONE);
        assert_false(care->open);
        const struct effect *effect = story_effect(&story, 0);
        assert_int_equal(effect->reminder, kind);
        assert_int_equal(effect->status, REMINDER_DISMISSED);
    }
    story.log.count = 0;
    advance(100);
    for (size_t i = 0; i < story.log.count; i++) {
        assert_int_equal(story.log.effects[i].kind, EFFECT_TRANSITION); // nothing comes back
    }
}

// An answer says nothing about care: no contact, no points, no cure.
static void an_answer_is_no_contact(void **state)
{
    (void)state;
    open_one_of_each();
    struct customer before = story.customer;
    answer(TYPE_REMINDER_ACKNOWLEDGED, REMINDER_CADENCE, day(40), INSTANT_NONE);
    assert_true(story.points == 0);
    assert_int_equal(story.customer.last_contact_at, before.last_contact_at);
    assert_int_equal(story.customer.unanswered_at, before.unanswered_at);
    assert_true(story.book.care[REMINDER_CADENCE].open);
    assert_true(story.book.care[REMINDER_RESPONSE].open);
}

static void answer_promise(enum event_type type, enum reminder_kind kind, const char *id, int number, instant until)
{
    story_answer_promise(&story, type, kind, id, day(number), until);
}

static void an_acknowledged_promise_is_silent(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(10));
    made("B", BY_US, day(0) + 1, day(10));
    story.policy.promise_grace = 20 * DAY;
    advance(10);
    answer_promise(TYPE_REMINDER_ACKNOWLEDGED, REMINDER_PROMISE, "A", 10, INSTANT_NONE);
    assert_int_equal(story.applied, EVENT_APPLIED);
    answer_promise(TYPE_REMINDER_ACKNOWLEDGED, REMINDER_PROMISE, "A", 11, INSTANT_NONE);
    assert_int_equal(story.applied, EVENT_IGNORED);
    answer_promise(TYPE_REMINDER_ACKNOWLEDGED, REMINDER_OVERDUE, "A", 12, INSTANT_NONE); // not open yet
    assert_int_equal(story.applied, EVENT_IGNORED);
    advance(15);
    REMINDED("d9  remind owner: promise A, due d9\n"
             "d9  remind owner: promise B, due d9\n"
             "d10  promise A acknowledged\n"
             "d12  remind owner (2): promise B\n"
             "d14  remind owner and manager (3): promise B\n");
}

// Dismissed for good; but to be overdue is another matter.
static void a_dismissed_promise_may_still_be_overdue(void **state)
{
    (void)state;
    made("A", BY_US, day(0), day(10));
    advance(10);
    answer_promise(TYPE_REMINDER_DISMISSED, REMINDER_PROMISE, "A", 10, INSTANT_NONE);
    advance(12);
    answer_promise(TYPE_REMINDER_DISMISSED, REMINDER_OVERDUE, "A", 12, INSTANT_NONE);
    advance(100);
    kept("A", BY_US, day(100));
    REMINDED("d9  remind owner: promise A, due d9\n"
             "d10  promise A dismissed\n"
             "d11  remind owner: overdue A, due d11\n"
             "d12  overdue A dismissed\n");
}

static void thanks_can_be_put_off(void **state)
{
    (void)state;
    kept("A", BY_CUSTOMER, day(0));
    answer_promise(TYPE_REMINDER_SNOOZED, REMINDER_THANKS, "A", 1, day(20));
    advance(30);
    REMINDED("d0  remind owner: thanks A, due d0\n"
             "d1  thanks A snoozed until d20\n"
             "d20  remind owner (2): thanks A\n"
             "d22  remind owner and manager (3): thanks A\n"
             "d24  remind owner and manager (4): thanks A, at risk\n");
    answer_promise(TYPE_REMINDER_DISMISSED, REMINDER_THANKS, "A", 30, INSTANT_NONE);
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, day(31));
    REMINDED("d30  thanks A dismissed, at risk\n");
    assert_int_equal(story.book.promise_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_kind_can_be_answered, set_up),
        cmocka_unit_test_setup(an_answer_is_no_contact, set_up),
        cmocka_unit_test_setup(an_acknowledged_promise_is_silent, set_up),
        cmocka_unit_test_setup(a_dismissed_promise_may_still_be_overdue, set_up),
        cmocka_unit_test_setup(thanks_can_be_put_off, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
