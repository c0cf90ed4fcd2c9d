// Reminders beside each other: their order at one instant, and who hears of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

// What was told of one kind.
#define SAID(kind, ...) assert_true(story_said(&story, kind, "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void happened(enum event_type type, int number)
{
    story_happened(&story, type, day(number));
}

static void advance(int number)
{
    story_advance(&story, day(number));
}

static void objected(enum event_type type, enum objection_kind kind, int number)
{
    story_objection(&story, type, kind, CAUSE_COMPANY, day(number));
}

// Whom people object to does not hear it alone.
static void an_objection_to_a_person_goes_to_the_manager(void **state)
{
    (void)state;
    happened(TYPE_MESSAGE_RECEIVED, 0);
    advance(2);
    objected(TYPE_OBJECTION_RAISED, OBJECTION_PERSON, 2);
    advance(6);
    objected(TYPE_OBJECTION_RESOLVED, OBJECTION_PERSON, 6);
    objected(TYPE_OBJECTION_RAISED, OBJECTION_PRICE, 6);
    advance(10);
    SAID("remind", "d1  remind owner: response, due d1\n"
                   "d4  remind owner and manager (2): response\n"
                   "d5  remind owner and manager: objection, due d5\n"
                   "d6  remind owner and manager (3): response\n"
                   "d8  remind owner and manager (4): response, at risk\n"
                   "d9  remind owner: objection, due d9\n");
}

static void at_once(enum event_type type, const char *promise_id, enum by by, int due)
{
    static struct event events[32];
    static int count;
    struct event *event = &events[count++ % 32];
    *event = story_event(&story, type, SIDE_NONE, story.customer.as_of);
    if (event->time < day(0)) {
        event->time = day(0);
    }
    event->target = 4;
    event->tier = TIER_ORDINARY;
    if (promise_id) {
        event->ref = span_text(promise_id);
        event->by = (uint8_t)by;
        event->due = day(due);
    }
    story_apply(&story, event);
}

static void due_in_ten_days(struct policy *policy)
{
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++) {
        policy->cadence[level] = 10 * DAY;
    }
    policy->mature_by = MATURE_BY_CONTRACT;
    policy->response_within = policy->aftersale_after = policy->zone_grace = 10 * DAY;
    policy->stall_after = policy->objection_within = policy->cycle_after = 10 * DAY;
    policy->inbound_window = 10 * DAY; // the level falls
}

static void one_instant_has_the_order_of_the_table(void **state)
{
    (void)state;
    due_in_ten_days(&story.policy);
    static const enum event_type types[] = {TYPE_MESSAGE_RECEIVED, TYPE_ORDER_PLACED, TYPE_VALUED,
                                            TYPE_OBJECTION_RAISED, TYPE_AGREEMENT_MADE};
    for (int i = 0; i < 5; i++) {
        at_once(types[i], NULL, BY_US, 0);
    }
    at_once(TYPE_PROMISE_MADE, "H", BY_US, 11);
    at_once(TYPE_PROMISE_MADE, "A", BY_US, 11);
    at_once(TYPE_PROMISE_MADE, "F", BY_CUSTOMER, 9);
    at_once(TYPE_PROMISE_MADE, "B", BY_CUSTOMER, 9);
    advance(10);
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
    story.log.count = 0;
    struct event kept = story_event(&story, TYPE_PROMISE_KEPT, SIDE_NONE, day(10));
    kept.ref = SPAN_LITERAL("G");
    kept.by = BY_CUSTOMER;
    story_apply(&story, &kept);
    at_once(TYPE_PROMISE_KEPT, "C", BY_CUSTOMER, 0);
    story.log.count = 0;
    story_advance(&story, day(10) + 1);
    SAID("d10", "d10  level reactive to basic, evidence ran out\n"
                "d10  remind owner: cadence, due d10\n"
                "d10  remind owner: response, due d10\n"
                "d10  remind owner: aftersale, due d10\n"
                "d10  remind owner: zone, due d10\n"
                "d10  remind owner: stalled, due d10\n"
                "d10  remind owner: objection, due d10\n"
                "d10  remind owner: renewal, due d10\n"
                "d10  remind owner: promise A, due d10\n"
                "d10  remind owner: promise H, due d10\n"
                "d10  remind owner: overdue B, due d10\n"
                "d10  remind owner: overdue F, due d10\n"
                "d10  remind owner: thanks C, due d10\n"
                "d10  remind owner: thanks G, due d10\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_objection_to_a_person_goes_to_the_manager, set_up),
        cmocka_unit_test_setup(one_instant_has_the_order_of_the_table, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
