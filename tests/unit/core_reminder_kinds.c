// The kinds of reminders that are about an instant: what each is about, when it is due and what cures it.
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

static void money(enum fitness fitness, int number)
{
    story_profile(&story, &(struct profile_update){.money = (uint8_t)(1 + fitness)}, day(number));
}

static void agreed(int number, instant until)
{
    struct event event = story_event(&story, TYPE_AGREEMENT_MADE, SIDE_NONE, day(number));
    event.until = until;
    story_tell(&story, &event);
}

// ----------------------------------------------------------------------------------------------- cadence

static void cadence_follows_the_tier(void **state)
{
    static const struct {
        enum tier tier;
        const char *said;
    } cases[] = {
        {TIER_STAR, "d90  remind owner: cadence, due d90\n"},
        {TIER_RISING, "d135  remind owner: cadence, due d135\n"},
        {TIER_ORDINARY, "d180  remind owner: cadence, due d180\n"},
        {TIER_FADING, "d180  remind owner: cadence, due d180\n"},
    };
    for (int i = 0; i < 4; i++) {
        set_up(state);
        happened(TYPE_MESSAGE_SENT, 0);
        story_valued(&story, cases[i].tier, 1, day(1));
        advance(181);
        assert_true(story_said(&story, "owner: cadence", cases[i].said));
    }
}

// A change of the tier derives what is scheduled anew, and leaves what is open.
static void cadence_moves_with_the_tier_until_it_is_open(void **state)
{
    (void)state;
    happened(TYPE_MESSAGE_SENT, 0);
    story_valued(&story, TIER_STAR, 1, day(100)); // due ten days ago
    SAID("cadence", "d100  remind owner: cadence, due d90\n");
    story_valued(&story, TIER_ORDINARY, 1, day(101));
    advance(104);
    SAID("cadence", "d103  remind owner (2): cadence\n");
    assert_int_equal(story.book.care[REMINDER_CADENCE].due_at, day(90));
}

static void cadence_opens_once_for_a_contact(void **state)
{
    (void)state;
    happened(TYPE_MESSAGE_SENT, 0);
    advance(181);
    story_answer(&story, TYPE_REMINDER_DISMISSED, REMINDER_CADENCE, day(0), day(182), INSTANT_NONE);
    story_valued(&story, TIER_STAR, 1, day(183)); // another due, the same anchor
    advance(1000);
    SAID("cadence", "d180  remind owner: cadence, due d180\n"
                    "d182  cadence dismissed\n");
    happened(TYPE_MESSAGE_SENT, 1000);
    advance(1091);
    SAID("cadence", "d1090  remind owner: cadence, due d1090\n");
}

// Whoever is fit again, or reopened, is cared for from then on.
static void cadence_counts_from_when_care_began_again(void **state)
{
    happened(TYPE_MESSAGE_SENT, 0);
    money(FIT_NO, 10);
    advance(300);
    SAID("cadence");
    money(FIT_YES, 300);
    advance(481);
    SAID("cadence", "d480  remind owner: cadence, due d480\n");
    happened(TYPE_MESSAGE_SENT, 481);
    SAID("cadence", "d481  cadence done\n");

    set_up(state);
    happened(TYPE_MESSAGE_SENT, 0);
    happened(TYPE_RELATIONSHIP_ENDED, 10);
    happened(TYPE_MESSAGE_SENT, 50); // while it has ended
    happened(TYPE_RELATIONSHIP_REOPENED, 300);
    advance(481);
    SAID("cadence", "d480  remind owner: cadence, due d480\n");
}

// ---------------------------------------------------------------------------------------------- aftersale

// Unfit at its due, the customer is asked after once fit again; but not twice for the same order.
static void aftersale_waits_for_fitness(void **state)
{
    (void)state;
    story_ordered(&story, 1, day(0));
    money(FIT_NO, 5);
    money(FIT_YES, 50);
    SAID("aftersale", "d50  remind owner: aftersale, due d7\n");
    money(FIT_NO, 51);
    money(FIT_YES, 52);
    advance(100);
    SAID("aftersale", "d51  aftersale moot\n");
    happened(TYPE_MESSAGE_SENT, 100);
    story_ordered(&story, 1, day(101));
    advance(109);
    SAID("aftersale", "d108  remind owner: aftersale, due d108\n");
}

// -------------------------------------------------------------------------------------------------- zone

static void zone_waits_for_the_level(void **state)
{
    (void)state;
    story.types[TYPE_FEEDBACK_RECEIVED - 1].points[0] = 5;
    happened(TYPE_COST_INCURRED, 0);
    story_valued(&story, TIER_ORDINARY, 2, day(10));
    story_valued(&story, TIER_RISING, 3, day(20)); // under it as before
    advance(41);
    SAID("zone", "d40  remind owner: zone, due d40\n");
    assert_int_equal(story.book.care[REMINDER_ZONE].anchor, day(10));
    happened(TYPE_FEEDBACK_RECEIVED, 41); // level 2: still under
    SAID("zone");
    story_valued(&story, TIER_ORDINARY, 2, day(42)); // the rank lowers the bar: nobody did anything
    SAID("zone", "d42  zone moot\n");
}

static void zone_is_done_by_who_raises_the_level(void **state)
{
    (void)state;
    story.types[TYPE_FEEDBACK_RECEIVED - 1].points[0] = 5;
    happened(TYPE_COST_INCURRED, 0);
    story_valued(&story, TIER_ORDINARY, 2, day(1));
    happened(TYPE_FEEDBACK_RECEIVED, 40);
    SAID("zone", "d31  remind owner: zone, due d31\n"
                 "d34  remind owner (2): zone\n"
                 "d36  remind owner and manager (3): zone\n"
                 "d38  remind owner and manager (4): zone, at risk\n"
                 "d40  zone done, at risk\n");
    advance(161); // lost again after 90 days, so once more below
    SAID("zone", "d160  remind owner: zone, due d160\n");
}

static void zone_counts_from_when_care_began_again(void **state)
{
    (void)state;
    happened(TYPE_COST_INCURRED, 0);
    story_valued(&story, TIER_ORDINARY, 2, day(1));
    money(FIT_NO, 20);
    money(FIT_YES, 50);
    advance(81);
    SAID("zone", "d80  remind owner: zone, due d80\n");
    assert_int_equal(story.customer.below_since, day(1));
}

// ----------------------------------------------------------------------------------------------- stalled

static void every_stage_but_the_last_may_stall(void **state)
{
    static const struct {
        enum event_type type;
        const char *said;
    } cases[] = {
        {TYPE_COST_INCURRED, "d60  remind owner: stalled, due d60\n"},     // stranger
        {TYPE_FEEDBACK_RECEIVED, "d60  remind owner: stalled, due d60\n"}, // established
        {TYPE_SURVEY_COMPLETED, "d60  remind owner: stalled, due d60\n"},  // evaluating
        {TYPE_DESIGN_SUBMITTED, "d60  remind owner: stalled, due d60\n"},  // growing
        {TYPE_CONTRACT_SIGNED, ""},                                        // mature
        {TYPE_RELATIONSHIP_ENDED, ""},
    };
    for (int i = 0; i < 6; i++) {
        set_up(state);
        happened(cases[i].type, 0);
        advance(61);
        assert_true(story_said(&story, "stalled", cases[i].said));
    }
}

static void stalled_is_done_when_the_stage_moves(void **state)
{
    (void)state;
    happened(TYPE_FEEDBACK_RECEIVED, 0);
    happened(TYPE_FEEDBACK_RECEIVED, 50); // no new stage
    happened(TYPE_SURVEY_COMPLETED, 61);
    SAID("stalled", "d60  remind owner: stalled, due d60\n"
                    "d61  stalled done\n");
    happened(TYPE_CONTRACT_SIGNED, 122);
    SAID("stalled", "d121  remind owner: stalled, due d121\n"
                    "d122  stalled done\n");
}

static void stalled_counts_from_when_care_began_again(void **state)
{
    (void)state;
    happened(TYPE_FEEDBACK_RECEIVED, 0);
    money(FIT_NO, 61);
    money(FIT_YES, 100);
    advance(161);
    SAID("stalled", "d60  remind owner: stalled, due d60\n"
                    "d61  stalled moot\n"
                    "d160  remind owner: stalled, due d160\n");
    happened(TYPE_RELATIONSHIP_ENDED, 161);
    happened(TYPE_RELATIONSHIP_REOPENED, 200);
    advance(261);
    SAID("stalled", "d161  stalled moot\n"
                    "d260  remind owner: stalled, due d260\n");
}

// ---------------------------------------------------------------------------------------------- objection

static void objected(enum event_type type, enum objection_kind kind, int number)
{
    story_objection(&story, type, kind, CAUSE_COMPANY, day(number));
}

static void the_oldest_objection_waits(void **state)
{
    (void)state;
    objected(TYPE_OBJECTION_RAISED, OBJECTION_PRICE, 0);
    objected(TYPE_OBJECTION_RAISED, OBJECTION_PRODUCT, 1);
    objected(TYPE_OBJECTION_RAISED, OBJECTION_MONEY, 2);
    objected(TYPE_OBJECTION_RESOLVED, OBJECTION_PRODUCT, 4); // not the one it is about
    SAID(": objection", "d3  remind owner: objection, due d3\n");
    objected(TYPE_OBJECTION_RESOLVED, OBJECTION_PRICE, 10);
    SAID("objection done", "d10  objection done\n"); // before its last notice; and the next one waits
    assert_int_equal(story.book.care[REMINDER_OBJECTION].anchor, day(2));
    assert_int_equal(story.book.care[REMINDER_OBJECTION].due_at, day(5));
    assert_int_equal(story.book.care[REMINDER_OBJECTION].opened_at, day(10));
    objected(TYPE_OBJECTION_RESOLVED, OBJECTION_MONEY, 11);
    SAID("objection done", "d11  objection done\n");
}

// Two of one instant: resolved is the wait when both are.
static void objections_of_one_instant_wait_together(void **state)
{
    (void)state;
    struct event price = story_event(&story, TYPE_OBJECTION_RAISED, SIDE_NONE, day(0)), person = price;
    price.objection = OBJECTION_PRICE;
    person.objection = OBJECTION_PRODUCT;
    story_apply(&story, &price);
    story_tell(&story, &person);
    objected(TYPE_OBJECTION_RESOLVED, OBJECTION_PRICE, 4);
    assert_true(story.book.care[REMINDER_OBJECTION].open);
    objected(TYPE_OBJECTION_RESOLVED, OBJECTION_PRODUCT, 5);
    assert_false(story.book.care[REMINDER_OBJECTION].open);
}

// ----------------------------------------------------------------------------------------------- renewal

static void renewal_comes_before_the_end(void **state)
{
    (void)state;
    agreed(0, day(365));
    advance(336);
    SAID("renewal", "d335  remind owner: renewal, due d335\n");
    agreed(336, day(700));
    SAID("renewal", "d336  renewal done\n");
    happened(TYPE_PLAN_MADE, 671);
    SAID("renewal", "d670  remind owner: renewal, due d670\n"
                    "d671  renewal done\n");
    advance(2000); // planned, not in maintain: nothing to renew
    SAID("renewal");
}

static void renewal_without_an_end_comes_after_a_time(void **state)
{
    (void)state;
    agreed(0, INSTANT_NONE);
    happened(TYPE_AGREEMENT_ENDED, 181);
    SAID("renewal", "d180  remind owner: renewal, due d180\n"
                    "d181  renewal done\n");
    advance(2000);
    SAID("renewal");
}

// A short agreement is to be renewed from its first day.
static void renewal_may_be_due_before_it_is_made(void **state)
{
    (void)state;
    agreed(100, day(110));
    SAID("renewal", "d100  remind owner: renewal, due d80\n");
}

static void renewal_stops_for_the_unfit_and_the_ended(void **state)
{
    (void)state;
    agreed(0, day(100));
    advance(71);
    money(FIT_NO, 71);
    money(FIT_YES, 80); // the same agreement: not again
    advance(100);
    SAID("renewal", "d70  remind owner: renewal, due d70\n"
                    "d71  renewal moot\n");
    agreed(100, day(200));
    advance(171);
    happened(TYPE_RELATIONSHIP_ENDED, 171);
    SAID("renewal", "d170  remind owner: renewal, due d170\n"
                    "d171  renewal moot\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(cadence_follows_the_tier, set_up),
        cmocka_unit_test_setup(cadence_moves_with_the_tier_until_it_is_open, set_up),
        cmocka_unit_test_setup(cadence_opens_once_for_a_contact, set_up),
        cmocka_unit_test_setup(cadence_counts_from_when_care_began_again, set_up),
        cmocka_unit_test_setup(aftersale_waits_for_fitness, set_up),
        cmocka_unit_test_setup(zone_waits_for_the_level, set_up),
        cmocka_unit_test_setup(zone_is_done_by_who_raises_the_level, set_up),
        cmocka_unit_test_setup(zone_counts_from_when_care_began_again, set_up),
        cmocka_unit_test_setup(every_stage_but_the_last_may_stall, set_up),
        cmocka_unit_test_setup(stalled_is_done_when_the_stage_moves, set_up),
        cmocka_unit_test_setup(stalled_counts_from_when_care_began_again, set_up),
        cmocka_unit_test_setup(the_oldest_objection_waits, set_up),
        cmocka_unit_test_setup(objections_of_one_instant_wait_together, set_up),
        cmocka_unit_test_setup(renewal_comes_before_the_end, set_up),
        cmocka_unit_test_setup(renewal_without_an_end_comes_after_a_time, set_up),
        cmocka_unit_test_setup(renewal_may_be_due_before_it_is_made, set_up),
        cmocka_unit_test_setup(renewal_stops_for_the_unfit_and_the_ended, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
