// Checklists: what marks an item, since when, and what each stage shows as next steps.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static int bit_of(const char *list, const char *item)
{
    int bit = policy_mark(&story.policy, span_text(list), span_text(item));
    assert_true(bit >= 0);
    return bit;
}

static uint64_t item_of(const char *list, const char *item)
{
    return UINT64_C(1) << bit_of(list, item);
}

static uint64_t task(const char *item)
{
    return item_of("tasks", item);
}

static uint64_t next_steps(void)
{
    return customer_next_steps(&story.policy, &story.customer);
}

static void tell_marks(uint64_t marks, instant when)
{
    struct event event = story_event(&story, TYPE_CHECKLIST_MARKED, SIDE_NONE, when);
    event.marks = marks;
    story_tell(&story, &event);
}

// ---------------------------------------------------------------------------------------------- the lists

static void expect_list(const char *list, const char *const *items, int count)
{
    uint64_t all = 0;
    for (int i = 0; i < count; i++) {
        all |= item_of(list, items[i]);
    }
    assert_int_equal(__builtin_popcountll(all), count);
    assert_int_equal(policy_list(&story.policy, span_text(list)), all); // and none but these
}

#define EXPECT_LIST(list, ...)                                                  \
    do {                                                                        \
        static const char *const items[] = {__VA_ARGS__};                       \
        expect_list(list, items, (int)(sizeof items / sizeof *items));          \
    } while (0)

static void the_lists_are_those_of_the_model(void **state)
{
    (void)state;
    EXPECT_LIST("five_as", "opening", "discovery", "message", "objection", "closing");
    EXPECT_LIST("buying", "attention", "interest", "desire", "evaluation", "purchase");
    EXPECT_LIST("spin", "situation", "problem", "implication", "payoff");
    EXPECT_LIST("fab", "features", "advantages", "benefits");
    EXPECT_LIST("icon", "interests", "criteria", "options", "alternative");
    EXPECT_LIST("tasks", "plan", "invite", "visit", "survey", "proposal", "demo", "exchange", "requirements",
                "design", "evaluation", "negotiation", "contract");
    assert_int_equal(story.policy.item_count, 5 + 5 + 4 + 3 + 4 + 12);
    assert_int_equal(policy_list(&story.policy, SPAN_LITERAL("aida")), 0);
    assert_int_equal(policy_mark(&story.policy, SPAN_LITERAL("spin"), SPAN_LITERAL("demo")), -1);
    assert_int_equal(story.policy.lasting_items, policy_list(&story.policy, SPAN_LITERAL("tasks")));
}

static void every_stage_shows_its_tasks(void **state)
{
    (void)state;
    story_happened(&story, TYPE_COST_INCURRED, day(0));
    const uint64_t tasks[STAGE_COUNT] = {
        [STAGE_STRANGER] = task("plan") | task("invite"),
        [STAGE_ESTABLISHED] = task("visit") | task("survey") | task("proposal"),
        [STAGE_EVALUATING] = task("demo") | task("exchange"),
        [STAGE_GROWING] = task("requirements") | task("design") | task("evaluation"),
        [STAGE_MATURE] = task("negotiation") | task("contract"),
    };
    for (int stage = STAGE_ENDED; stage < STAGE_COUNT; stage++) {
        story.customer.stage = (int16_t)stage;
        assert_int_equal(next_steps(), tasks[stage]);
    }
}

static void next_steps_are_what_is_unmarked(void **state)
{
    (void)state;
    story_happened(&story, TYPE_PLAN_MADE, day(0));
    assert_int_equal(next_steps(), task("invite"));
    story_happened(&story, TYPE_MESSAGE_SENT, day(1));
    assert_int_equal(next_steps(), 0);
    story_happened(&story, TYPE_MEETING_COMPLETED, day(2)); // established, and visited already
    assert_int_equal(next_steps(), task("survey") | task("proposal"));
    story_happened(&story, TYPE_PROPOSAL_SUBMITTED, day(3));
    assert_int_equal(next_steps(), task("demo") | task("exchange"));
}

// The configuration decides which lists a stage shows.
static void a_stage_may_show_other_lists(void **state)
{
    (void)state;
    story.policy.stage_items[STAGE_STRANGER] |= policy_list(&story.policy, SPAN_LITERAL("spin"));
    tell_marks(item_of("spin", "situation"), day(0));
    assert_int_equal(next_steps(), task("plan") | task("invite") | item_of("spin", "problem") |
                                       item_of("spin", "implication") | item_of("spin", "payoff"));
}

// ---------------------------------------------------------------------------------------------- the marks

static void any_event_may_carry_marks(void **state)
{
    (void)state;
    struct event call = story_event(&story, TYPE_CALL_COMPLETED, SIDE_INBOUND, day(0));
    call.marks = item_of("five_as", "opening") | item_of("five_as", "discovery");
    story_tell(&story, &call);
    assert_int_equal(story.book.marked, call.marks); // inbound: no invitation
    assert_int_equal(story.book.marked_at[bit_of("five_as", "discovery")], day(0));
    tell_marks(item_of("fab", "benefits"), day(1));
    assert_int_equal(story.book.marked, call.marks | item_of("fab", "benefits"));
    assert_int_equal(story.book.marked_at[bit_of("fab", "benefits")], day(1));
    story.log.count = 0;
    tell_marks(item_of("fab", "features"), day(1) + HOUR); // a mark is no effect of its own
    assert_true(story_said(&story, "", ""));
}

static void invitations_go_out(void **state)
{
    (void)state;
    static const enum side with[] = {SIDE_OUTBOUND, SIDE_BOTH};
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_INBOUND, day(0));
    assert_int_equal(story.book.marked, 0);
    for (int i = 0; i < 2; i++) {
        story_begin(&story);
        story_contact(&story, TYPE_CALL_COMPLETED, with[i], day(0));
        assert_int_equal(story.book.marked, task("invite"));
    }
    story_begin(&story);
    story_contact(&story, TYPE_VISIT_COMPLETED, SIDE_INBOUND, day(0)); // either way
    assert_int_equal(story.book.marked, task("visit"));
}

static void the_first_mark_counts(void **state)
{
    (void)state;
    story_happened(&story, TYPE_DEMO_GIVEN, day(0));
    story_happened(&story, TYPE_DEMO_GIVEN, day(5));
    tell_marks(task("demo"), day(6));
    assert_int_equal(story.book.marked_at[bit_of("tasks", "demo")], day(0));
}

static void ignored_events_mark_nothing(void **state)
{
    (void)state;
    story_happened(&story, TYPE_COST_INCURRED, day(0));
    struct event event = story_event(&story, TYPE_REMINDER_DISMISSED, SIDE_NONE, day(1)); // of none
    event.marks = task("demo");
    story_tell(&story, &event);
    assert_int_equal(story.applied, EVENT_IGNORED);
    assert_int_equal(story.book.marked, 0);
}

// Items and bits up to the last that there can be.
static void the_last_item_is_an_item(void **state)
{
    (void)state;
    for (size_t i = story.policy.item_count; i < CHECKLIST_ITEMS; i++) {
        struct checklist_item *item = &story.policy.items[i];
        snprintf(item->list, sizeof item->list, "own");
        snprintf(item->item, sizeof item->item, "item-%zu", i);
    }
    story.policy.item_count = CHECKLIST_ITEMS;
    story.policy.stage_items[STAGE_STRANGER] = UINT64_MAX;
    tell_marks(item_of("own", "item-63"), day(0));
    assert_int_equal(story.book.marked, UINT64_C(1) << 63);
    assert_int_equal(story.book.marked_at[63], day(0));
    assert_int_equal(next_steps(), UINT64_MAX >> 1);
    tell_marks(UINT64_MAX, day(1));
    assert_int_equal(next_steps(), 0);
    assert_int_equal(story.book.marked_at[63], day(0));
    assert_int_equal(story.book.marked_at[0], day(1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_lists_are_those_of_the_model, set_up),
        cmocka_unit_test_setup(every_stage_shows_its_tasks, set_up),
        cmocka_unit_test_setup(next_steps_are_what_is_unmarked, set_up),
        cmocka_unit_test_setup(a_stage_may_show_other_lists, set_up),
        cmocka_unit_test_setup(any_event_may_carry_marks, set_up),
        cmocka_unit_test_setup(invitations_go_out, set_up),
        cmocka_unit_test_setup(the_first_mark_counts, set_up),
        cmocka_unit_test_setup(ignored_events_mark_nothing, set_up),
        cmocka_unit_test_setup(the_last_item_is_an_item, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
