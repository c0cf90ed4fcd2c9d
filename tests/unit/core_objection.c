// Objections: one of a kind and cause is open, since it was first raised; what a resolution resolves.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

#define SAID(...) assert_true(story_said(&story, "objection", "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void raised(enum objection_kind kind, enum objection_cause cause, instant when)
{
    story_objection(&story, TYPE_OBJECTION_RAISED, kind, cause, when);
}

static void resolved(enum objection_kind kind, instant when)
{
    story_objection(&story, TYPE_OBJECTION_RESOLVED, kind, CAUSE_COMPANY, when);
}

static void every_kind_and_cause_stands_by_itself(void **state)
{
    (void)state;
    story_happened(&story, TYPE_FEEDBACK_RECEIVED, day(0)); // has come to us before
    int hours = 1;
    for (int kind = 0; kind < OBJECTION_KIND_COUNT; kind++) {
        for (int cause = CAUSE_COMPANY; cause <= CAUSE_CUSTOMER; cause++) {
            raised((enum objection_kind)kind, (enum objection_cause)cause, day(0) + hours++ * HOUR);
            const struct effect *effect = story_effect(&story, 0);
            assert_int_equal(effect->kind, EFFECT_OBJECTION);
            assert_int_equal(effect->objection, kind);
            assert_int_equal(effect->cause, cause);
            assert_int_equal(effect->raised_at, effect->at);
            assert_int_equal(effect->resolved_at, INSTANT_NONE);
        }
    }
    hours = 1;
    for (int kind = 0; kind < OBJECTION_KIND_COUNT; kind++) {
        for (int cause = CAUSE_COMPANY; cause <= CAUSE_CUSTOMER; cause++) {
            assert_int_equal(story.book.objections[kind][cause], day(0) + hours++ * HOUR);
        }
    }
}

static void the_earliest_instant_is_kept(void **state)
{
    (void)state;
    raised(OBJECTION_PRICE, CAUSE_COMPANY, day(0));
    SAID("d0  objection price of the company raised\n");
    raised(OBJECTION_PRICE, CAUSE_COMPANY, day(1));
    assert_int_equal(story.applied, EVENT_APPLIED); // a contact all the same
    assert_int_equal(story.customer.last_inbound_at, day(1));
    SAID();
    assert_int_equal(story.book.objections[OBJECTION_PRICE][CAUSE_COMPANY], day(0));
}

static void a_resolution_takes_both_causes_of_its_kind(void **state)
{
    (void)state;
    raised(OBJECTION_PRICE, CAUSE_COMPANY, day(0));
    raised(OBJECTION_PRICE, CAUSE_CUSTOMER, day(1));
    raised(OBJECTION_PRODUCT, CAUSE_CUSTOMER, day(2));
    story.log.count = 0;
    resolved(OBJECTION_PRICE, day(3));
    const struct effect *effect = &story.log.effects[0];
    assert_int_equal(effect->raised_at, day(0));
    assert_int_equal(effect->resolved_at, day(3));
    assert_int_equal(effect[1].raised_at, day(1));
    SAID("d3  objection price of the company resolved\n"
         "d3  objection price of the customer resolved\n");
    assert_int_equal(story.book.objections[OBJECTION_PRICE][CAUSE_COMPANY], INSTANT_NONE);
    assert_int_equal(story.book.objections[OBJECTION_PRICE][CAUSE_CUSTOMER], INSTANT_NONE);
    assert_int_equal(story.book.objections[OBJECTION_PRODUCT][CAUSE_CUSTOMER], day(2));
}

static void a_resolution_of_nothing_still_counts(void **state)
{
    (void)state;
    resolved(OBJECTION_PERSON, day(0));
    assert_int_equal(story.applied, EVENT_APPLIED);
    assert_true(story.points == 2);
    SAID();
    int bit = policy_mark(&story.policy, SPAN_LITERAL("five_as"), SPAN_LITERAL("objection"));
    assert_true(story.book.marked >> bit & 1);
}

static void it_can_be_raised_again(void **state)
{
    (void)state;
    raised(OBJECTION_MONEY, CAUSE_CUSTOMER, day(0));
    resolved(OBJECTION_MONEY, day(1));
    raised(OBJECTION_MONEY, CAUSE_CUSTOMER, day(2));
    SAID("d0  objection money of the customer raised\n"
         "d1  objection money of the customer resolved\n"
         "d2  objection money of the customer raised\n");
    assert_int_equal(story.book.objections[OBJECTION_MONEY][CAUSE_CUSTOMER], day(2));
}

static void ended_customers_object_too(void **state)
{
    (void)state;
    story_happened(&story, TYPE_RELATIONSHIP_ENDED, day(0));
    raised(OBJECTION_PERSON, CAUSE_COMPANY, day(1));
    SAID("d1  objection person of the company raised\n");
    story_advance(&story, day(100)); // nobody is reminded
    SAID();
    story_happened(&story, TYPE_RELATIONSHIP_REOPENED, day(100));
    SAID("d100  remind owner and manager: objection, due d4\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_kind_and_cause_stands_by_itself, set_up),
        cmocka_unit_test_setup(the_earliest_instant_is_kept, set_up),
        cmocka_unit_test_setup(a_resolution_takes_both_causes_of_its_kind, set_up),
        cmocka_unit_test_setup(a_resolution_of_nothing_still_counts, set_up),
        cmocka_unit_test_setup(it_can_be_raised_again, set_up),
        cmocka_unit_test_setup(ended_customers_object_too, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
