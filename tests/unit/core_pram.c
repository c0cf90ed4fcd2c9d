// PRAM: plan, relation, agreement, maintain; cycles and what they leave of the lists.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

#define SAID(...) assert_true(story_said(&story, "pram", "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static int phase(void)
{
    return customer_trait(&story.customer, TRAIT_PHASE);
}

static bool premature(void)
{
    return customer_trait(&story.customer, TRAIT_PREMATURE);
}

// Known since day 0, of that level for as long as it takes.
static void is_known(enum level level)
{
    set_up(NULL);
    story_happened(&story, TYPE_COST_INCURRED, day(0));
    struct customer *customer = &story.customer;
    customer->level = (int16_t)level;
    customer->warmth = 1e9;
    customer->warmth_at = day(0);
    customer->last_inbound_at = day(0);
}

static void agreed(instant when, instant until)
{
    struct event event = story_event(&story, TYPE_AGREEMENT_MADE, SIDE_NONE, when);
    event.until = until;
    story_tell(&story, &event);
}

static void expect_agreement(instant when, instant until)
{
    assert_int_equal(story.customer.agreement_at, when);
    assert_int_equal(story.customer.agreement_until, until);
}

static void the_whole_cycle(void **state)
{
    (void)state;
    story_happened(&story, TYPE_PLAN_MADE, day(0));
    SAID("d0  pram none to plan, cycle 1\n");
    story_ordered(&story, 1, day(1)); // warm enough, but nobody came to us
    SAID();
    story_happened(&story, TYPE_REFERRAL_GIVEN, day(2)); // level 2
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
    SAID("d2  pram plan to relation, cycle 1\n");
    agreed(day(3), day(300));
    SAID("d3  pram relation to maintain, cycle 1\n");
    assert_false(premature());
    expect_agreement(day(3), day(300));
    story_happened(&story, TYPE_PLAN_MADE, day(200));
    SAID("d200  pram maintain to relation, cycle 2\n"); // R at once: the relation is there
    assert_int_equal(story.customer.pram_cycle, 2);
}

// Phases passed on one event make one row, the last.
static void planning_with_a_relation_enters_it_at_once(void **state)
{
    (void)state;
    is_known(LEVEL_REACTIVE);
    story_happened(&story, TYPE_PLAN_MADE, day(1));
    const struct effect *effect = story_effect(&story, 0);
    assert_int_equal(effect->transition.n, 1);
    assert_non_null(effect->event);
    SAID("d1  pram none to relation, cycle 1\n");
    assert_int_equal(story.customer.pram_changes, 1);
}

static void another_plan_changes_nothing(void **state)
{
    (void)state;
    is_known(LEVEL_BASIC);
    story_happened(&story, TYPE_PLAN_MADE, day(1));
    SAID("d1  pram none to plan, cycle 1\n");
    story_happened(&story, TYPE_PLAN_MADE, day(2));
    SAID();
    story.customer.level = LEVEL_REACTIVE;
    story_happened(&story, TYPE_PLAN_MADE, day(3));
    SAID("d3  pram plan to relation, cycle 1\n");
    story_happened(&story, TYPE_PLAN_MADE, day(4));
    SAID();
    assert_int_equal(phase(), PHASE_RELATION);
    assert_int_equal(story.customer.pram_cycle, 1);
}

// Once there, losing the level does not lead back.
static void the_relation_stays(void **state)
{
    (void)state;
    is_known(LEVEL_REACTIVE);
    story_happened(&story, TYPE_PLAN_MADE, day(1));
    story.customer.warmth = 0;
    story_advance(&story, day(2));
    assert_int_equal(story.customer.level, LEVEL_BASIC);
    assert_int_equal(phase(), PHASE_RELATION);
    agreed(day(3), INSTANT_NONE);
    assert_false(premature());
}

static void an_agreement_out_of_nothing_is_premature(void **state)
{
    (void)state;
    is_known(LEVEL_PROACTIVE); // whatever the level
    story.customer.rhythm = 3;
    agreed(day(1), INSTANT_NONE);
    SAID("d1  pram none to maintain, cycle 1, premature\n");
    assert_true(premature());
    expect_agreement(day(1), INSTANT_NONE);
}

static void an_agreement_without_a_relation_is_premature(void **state)
{
    (void)state;
    is_known(LEVEL_BASIC);
    story_happened(&story, TYPE_PLAN_MADE, day(1));
    agreed(day(2), day(30));
    SAID("d1  pram none to plan, cycle 1\n"
         "d2  pram plan to maintain, cycle 1, premature\n");
    // A new cycle starts afresh.
    story_happened(&story, TYPE_PLAN_MADE, day(3));
    assert_false(premature());
}

static void a_new_agreement_moves_the_two_instants(void **state)
{
    (void)state;
    agreed(day(1), day(100));
    story.log.count = 0;
    agreed(day(50), INSTANT_NONE);
    SAID();
    expect_agreement(day(50), INSTANT_NONE);
    assert_int_equal(story.customer.pram_cycle, 1);
    assert_true(premature());
}

static void the_end_of_an_agreement(void **state)
{
    (void)state;
    agreed(day(1), day(100));
    story.log.count = 0;
    story_happened(&story, TYPE_AGREEMENT_ENDED, day(50));
    SAID("d50  pram maintain to none, cycle 1, premature\n");
    expect_agreement(INSTANT_NONE, INSTANT_NONE);
    story_happened(&story, TYPE_AGREEMENT_ENDED, day(51)); // of none: points alone
    assert_true(story.points == -10);
    SAID();
    agreed(day(60), INSTANT_NONE);
    SAID("d60  pram none to maintain, cycle 2, premature\n");
}

static void an_end_while_planning_ends_nothing(void **state)
{
    (void)state;
    is_known(LEVEL_BASIC);
    story_happened(&story, TYPE_PLAN_MADE, day(1));
    story.log.count = 0;
    story_happened(&story, TYPE_AGREEMENT_ENDED, day(2));
    SAID();
    assert_int_equal(phase(), PHASE_PLAN);
}

// Planning the next cycle does not undo the agreement: only its end does, and a new one moves it.
static void a_plan_leaves_the_agreement(void **state)
{
    (void)state;
    is_known(LEVEL_REACTIVE);
    agreed(day(1), day(100));
    story_happened(&story, TYPE_PLAN_MADE, day(50));
    assert_int_equal(phase(), PHASE_RELATION);
    expect_agreement(day(1), day(100));
    agreed(day(60), day(400));
    expect_agreement(day(60), day(400));
    assert_false(premature());
}

// ------------------------------------------------------------------------------------------------ lists

static uint64_t item(const char *list, const char *name)
{
    int bit = policy_mark(&story.policy, span_text(list), span_text(name));
    assert_true(bit >= 0);
    return UINT64_C(1) << bit;
}

static void mark(uint64_t marks, instant when)
{
    struct event event = story_event(&story, TYPE_CHECKLIST_MARKED, SIDE_NONE, when);
    event.marks = marks;
    story_tell(&story, &event);
}

static void the_first_cycle_keeps_the_lists(void **state)
{
    (void)state;
    mark(item("spin", "problem"), day(0));
    story_happened(&story, TYPE_PLAN_MADE, day(1));
    assert_int_equal(story.book.marked, item("spin", "problem") | item("tasks", "plan"));
}

// All but what was done for good; the event's own marks are of the new cycle.
static void the_next_cycle_clears_the_lists(void **state)
{
    (void)state;
    mark(item("spin", "problem") | item("five_as", "opening") | item("tasks", "visit"), day(0));
    agreed(day(1), INSTANT_NONE);
    assert_true(story.book.marked & item("five_as", "closing"));
    assert_true(story.book.marked & item("spin", "problem"));
    struct event plan = story_event(&story, TYPE_PLAN_MADE, SIDE_NONE, day(2));
    plan.marks = item("five_as", "opening");
    story_tell(&story, &plan);
    assert_int_equal(story.book.marked, item("tasks", "visit") | item("tasks", "plan") | item("five_as", "opening"));
    int opening = policy_mark(&story.policy, SPAN_LITERAL("five_as"), SPAN_LITERAL("opening"));
    assert_int_equal(story.book.marked_at[opening], day(2));
}

static void an_agreement_that_opens_a_cycle_closes_in_it(void **state)
{
    (void)state;
    agreed(day(0), INSTANT_NONE);
    story_happened(&story, TYPE_AGREEMENT_ENDED, day(1));
    mark(item("icon", "options"), day(2));
    assert_true(story.book.marked & item("icon", "options"));
    agreed(day(3), INSTANT_NONE);
    assert_int_equal(story.book.marked, item("five_as", "closing"));
    int closing = policy_mark(&story.policy, SPAN_LITERAL("five_as"), SPAN_LITERAL("closing"));
    assert_int_equal(story.book.marked_at[closing], day(3));
}

// In maintain an agreement is no new cycle, so nothing is cleared.
static void a_renewed_agreement_keeps_the_lists(void **state)
{
    (void)state;
    agreed(day(0), INSTANT_NONE);
    mark(item("fab", "benefits"), day(1));
    agreed(day(2), INSTANT_NONE);
    assert_int_equal(story.book.marked, item("fab", "benefits") | item("five_as", "closing"));
    int closing = policy_mark(&story.policy, SPAN_LITERAL("five_as"), SPAN_LITERAL("closing"));
    assert_int_equal(story.book.marked_at[closing], day(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_whole_cycle, set_up),
        cmocka_unit_test_setup(planning_with_a_relation_enters_it_at_once, set_up),
        cmocka_unit_test_setup(another_plan_changes_nothing, set_up),
        cmocka_unit_test_setup(the_relation_stays, set_up),
        cmocka_unit_test_setup(an_agreement_out_of_nothing_is_premature, set_up),
        cmocka_unit_test_setup(an_agreement_without_a_relation_is_premature, set_up),
        cmocka_unit_test_setup(a_new_agreement_moves_the_two_instants, set_up),
        cmocka_unit_test_setup(the_end_of_an_agreement, set_up),
        cmocka_unit_test_setup(an_end_while_planning_ends_nothing, set_up),
        cmocka_unit_test_setup(a_plan_leaves_the_agreement, set_up),
        cmocka_unit_test_setup(the_first_cycle_keeps_the_lists, set_up),
        cmocka_unit_test_setup(the_next_cycle_clears_the_lists, set_up),
        cmocka_unit_test_setup(an_agreement_that_opens_a_cycle_closes_in_it, set_up),
        cmocka_unit_test_setup(a_renewed_agreement_keeps_the_lists, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
