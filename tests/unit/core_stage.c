// The stage of life: its evidence, walks through stages, the end and the way back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/words.h"

static struct story story;

#define SAID(...) assert_true(story_said(&story, "", "" __VA_ARGS__))
#define SAID_OF_STAGE(...) assert_true(story_said(&story, "stage", "" __VA_ARGS__))

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

// A stranger since day 0.
static void is_known(void)
{
    set_up(NULL);
    story_happened(&story, TYPE_PLAN_MADE, day(0));
    assert_int_equal(story.customer.stage, STAGE_STRANGER);
    assert_int_equal(story.customer.stage_since, day(0));
    story.log.count = 0;
}

static void stands_at(enum stage stage)
{
    story.customer.stage = (int16_t)stage;
    story.customer.stage_since = story.customer.as_of;
}

// The stage that one event of this type and direction leads a stranger to.
static int stage_after(enum event_type type, enum side direction)
{
    is_known();
    story_contact(&story, type, direction, day(1));
    return story.customer.stage;
}

static void every_type_proves_what_the_model_says(void **state)
{
    (void)state;
    static const int proves[TYPE_TICK + 1] = {
        [TYPE_VISIT_COMPLETED] = STAGE_ESTABLISHED,    [TYPE_MEETING_COMPLETED] = STAGE_ESTABLISHED,
        [TYPE_MESSAGE_RECEIVED] = STAGE_ESTABLISHED,   [TYPE_FEEDBACK_RECEIVED] = STAGE_ESTABLISHED,
        [TYPE_REFERRAL_GIVEN] = STAGE_ESTABLISHED,     [TYPE_OBJECTION_RAISED] = STAGE_ESTABLISHED,
        [TYPE_SURVEY_COMPLETED] = STAGE_EVALUATING,    [TYPE_PROPOSAL_SUBMITTED] = STAGE_EVALUATING,
        [TYPE_DESIGN_SUBMITTED] = STAGE_GROWING,       [TYPE_EVALUATION_PASSED] = STAGE_GROWING,
        [TYPE_CONTRACT_SIGNED] = STAGE_MATURE,         [TYPE_ORDER_PLACED] = STAGE_MATURE,
    };
    for (int type = 1; type <= TYPE_TICK; type++) {
        if (type == TYPE_RELATIONSHIP_ENDED) {
            continue;
        }
        int expected = proves[type] ? proves[type] : STAGE_STRANGER;
        assert_int_equal(stage_after((enum event_type)type, SIDE_OUTBOUND), expected);
    }
}

// A call counts when the customer made it; a visit either way.
static void coming_to_us_establishes(void **state)
{
    (void)state;
    assert_int_equal(stage_after(TYPE_CALL_COMPLETED, SIDE_OUTBOUND), STAGE_STRANGER);
    assert_int_equal(stage_after(TYPE_CALL_COMPLETED, SIDE_INBOUND), STAGE_ESTABLISHED);
    assert_int_equal(stage_after(TYPE_CALL_COMPLETED, SIDE_BOTH), STAGE_ESTABLISHED);
    assert_int_equal(stage_after(TYPE_CALL_MISSED, SIDE_INBOUND), STAGE_STRANGER); // no contact
    assert_int_equal(stage_after(TYPE_VISIT_COMPLETED, SIDE_INBOUND), STAGE_ESTABLISHED);
}

static void the_first_event_counts_too(void **state)
{
    (void)state;
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(0));
    assert_int_equal(story.customer.stage_since, day(0));
    assert_int_equal(story_effect(&story, 0)->transition.n, 1);
    assert_non_null(story_effect(&story, 0)->event);
    SAID("d0  stage stranger to established\n");
}

// Every step is one, all but the last implied, at one instant, in the name of the event.
static void no_stage_is_skipped(void **state)
{
    (void)state;
    is_known();
    story_happened(&story, TYPE_CONTRACT_SIGNED, day(1));
    for (int i = 0; i < 4; i++) {
        const struct effect *effect = &story.log.effects[i];
        assert_int_equal(effect->transition.kind, TRANSITION_STAGE);
        assert_int_equal(effect->transition.n, 1 + i);
        assert_non_null(effect->event);
    }
    SAID("d1  stage stranger to established (implied)\n"
         "d1  stage established to evaluating (implied)\n"
         "d1  stage evaluating to growing (implied)\n"
         "d1  stage growing to mature\n");
    assert_int_equal(story.customer.stage_since, day(1));
    assert_int_equal(story.customer.stage_changes, 4);
}

static void stages_do_not_go_back(void **state)
{
    (void)state;
    is_known();
    story_happened(&story, TYPE_DESIGN_SUBMITTED, day(1));
    story.log.count = 0;
    story_happened(&story, TYPE_PROPOSAL_SUBMITTED, day(2));
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(3));
    story_happened(&story, TYPE_EVALUATION_PASSED, day(4));
    SAID_OF_STAGE();
    assert_int_equal(story.customer.stage, STAGE_GROWING);
    assert_int_equal(story.customer.stage_since, day(1));
}

static void a_contract_may_be_what_it_takes(void **state)
{
    (void)state;
    story.policy.mature_by = MATURE_BY_CONTRACT;
    story_ordered(&story, 1, day(0));
    SAID();
    story_happened(&story, TYPE_CONTRACT_SIGNED, day(1));
    assert_int_equal(story.customer.stage, STAGE_MATURE);
}

// Level 3 is evidence of growing, judged after each event, whatever it is.
static void an_accountable_relationship_grows(void **state)
{
    (void)state;
    is_known();
    story.customer.level = LEVEL_REACTIVE;
    story_happened(&story, TYPE_COST_INCURRED, day(0) + 1);
    SAID_OF_STAGE();
    story.customer.level = LEVEL_ACCOUNTABLE;
    story_happened(&story, TYPE_COST_INCURRED, day(0) + 2 * HOUR);
    SAID_OF_STAGE("d0 02:00  stage stranger to established (implied)\n"
                  "d0 02:00  stage established to evaluating (implied)\n"
                  "d0 02:00  stage evaluating to growing\n");
}

// The level that the event itself brings about is looked at.
static void the_level_is_judged_before_the_stage(void **state)
{
    (void)state;
    story.types[TYPE_FEEDBACK_RECEIVED - 1].points[0] = 100;
    story_happened(&story, TYPE_FEEDBACK_RECEIVED, day(0));
    story.customer.followed_up_at = day(0);
    story.log.count = 0;
    story_happened(&story, TYPE_REFERRAL_GIVEN, day(1));
    SAID("d1  level reactive to accountable\n"
         "d1  stage established to evaluating (implied)\n"
         "d1  stage evaluating to growing\n");
}

// ----------------------------------------------------------------------------------------------- the end

static void end(enum by by, instant when)
{
    struct event event = story_event(&story, TYPE_RELATIONSHIP_ENDED, SIDE_NONE, when);
    event.by = (uint8_t)by;
    story_tell(&story, &event);
}

static void the_end_comes_from_anywhere(void **state)
{
    (void)state;
    for (int stage = STAGE_STRANGER; stage <= STAGE_MATURE; stage++) {
        is_known();
        stands_at((enum stage)stage);
        end(BY_CUSTOMER, day(1));
        assert_int_equal(story.customer.stage, STAGE_ENDED);
        assert_int_equal(story.customer.stage_since, day(1));
        assert_int_equal(customer_trait(&story.customer, TRAIT_ENDED_BY), 1 + BY_CUSTOMER);
        const struct transition *transition = &story_effect(&story, 0)->transition;
        assert_int_equal(transition->from, stage);
        assert_int_equal(transition->to, STAGE_ENDED);
        assert_int_equal(transition->detail, 0); // not implied
        story.log.count = 0;
        end(BY_US, day(2)); // a second end is ignored
        assert_int_equal(story.applied, EVENT_IGNORED);
        SAID();
        assert_int_equal(customer_trait(&story.customer, TRAIT_ENDED_BY), 1 + BY_CUSTOMER);
        assert_int_equal(story.customer.stage_since, day(1));
    }
}

// Nothing waits any more: no answer, no follow-up, no objection, no promise, no reminder.
static void the_end_settles_everything(void **state)
{
    (void)state;
    story_ordered(&story, 1, day(0));
    story_happened(&story, TYPE_ORDER_DELIVERED, day(0) + HOUR);
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_PRICE, CAUSE_COMPANY, day(1));
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_PRICE, CAUSE_CUSTOMER, day(1) + 1);
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(1) + HOUR);
    story_promised(&story, TYPE_PROMISE_MADE, "A", BY_US, day(1) + 2 * HOUR, day(100));
    story_promised(&story, TYPE_PROMISE_MADE, "B", BY_CUSTOMER, day(1) + 3 * HOUR, day(2));
    story_promised(&story, TYPE_PROMISE_KEPT, "C", BY_CUSTOMER, day(1) + 4 * HOUR, INSTANT_NONE);
    story_advance(&story, day(5));
    assert_true(story.book.care[REMINDER_RESPONSE].open && story.book.care[REMINDER_OBJECTION].open);
    story.log.count = 0;
    end(BY_US, day(5));
    assert_int_equal(story.customer.unanswered_at, INSTANT_NONE);
    assert_int_equal(story.customer.unfollowed_at, INSTANT_NONE);
    assert_int_equal(story.customer.delivered_at, INSTANT_NONE);
    assert_int_equal(story.book.promise_count, 0);
    assert_int_equal(effect_log_promise(&story.log, SPAN_LITERAL("A"))->outcome_at, day(5));
    assert_true(story_said(&story, "objection price",
                           "d5  objection price of the company resolved\n"
                           "d5  objection price of the customer resolved\n"));
    story_happened(&story, TYPE_COST_INCURRED, day(400));
    assert_true(story_said(&story, "remind", ""));
}

static void the_end_closes_what_is_open(void **state)
{
    (void)state;
    story_objection(&story, TYPE_OBJECTION_RAISED, OBJECTION_PRICE, CAUSE_COMPANY, day(1));
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(1) + HOUR);
    story_promised(&story, TYPE_PROMISE_MADE, "A", BY_US, day(1) + 2 * HOUR, day(100));
    story_promised(&story, TYPE_PROMISE_MADE, "B", BY_CUSTOMER, day(1) + 3 * HOUR, day(2));
    story_promised(&story, TYPE_PROMISE_KEPT, "C", BY_CUSTOMER, day(1) + 4 * HOUR, INSTANT_NONE);
    story_advance(&story, day(5));
    story.log.count = 0;
    end(BY_US, day(5));
    size_t count = story.log.count;
    assert_true(story_said(&story, " moot",
                           "d5  response moot\n"
                           "d5  objection moot\n"
                           "d5  overdue B moot\n"
                           "d5  thanks C moot\n"));
    story.log.count = count;
    assert_true(story_said(&story, "promise ",
                           "d5  promise A by us: lapsed, due d100\n"
                           "d5  promise B by customer: lapsed, due d2\n"));
}

static void ended_events_change_all_but_the_stage(void **state)
{
    (void)state;
    is_known();
    end(BY_US, day(1));
    story.log.count = 0;
    story_happened(&story, TYPE_MESSAGE_RECEIVED, day(2));
    story_happened(&story, TYPE_DESIGN_SUBMITTED, day(3));
    struct event refund = story_event(&story, TYPE_ORDER_REFUNDED, SIDE_NONE, day(4));
    refund.amount = 5;
    story_tell(&story, &refund);
    assert_int_equal(story.customer.stage, STAGE_ENDED);
    assert_int_equal(story.customer.last_contact_at, day(2));
    assert_int_equal(story.customer.unanswered_at, day(2));
    assert_int_equal(story.customer.spent, -5);
    assert_int_equal(story.customer.warmth_at, day(4));
    story_advance(&story, INSTANT_NEVER); // and nobody is reminded of it
    SAID();
}

// -------------------------------------------------------------------------------------------- the way back

static void ended_at(instant when)
{
    is_known();
    end(BY_CUSTOMER, when);
    story.log.count = 0;
}

static void it_can_be_reopened(void **state)
{
    (void)state;
    ended_at(day(1));
    story_happened(&story, TYPE_RELATIONSHIP_REOPENED, day(10));
    SAID_OF_STAGE("d10  stage ended to established\n");
    assert_int_equal(customer_trait(&story.customer, TRAIT_ENDED_BY), 0);
    assert_int_equal(story.customer.care_since, day(10));
    assert_int_equal(story.customer.stage_since, day(10));
    story_happened(&story, TYPE_RELATIONSHIP_REOPENED, day(11)); // not ended: no effect
    assert_int_equal(story.applied, EVENT_APPLIED);
    assert_int_equal(story.customer.care_since, day(10));
    SAID();
}

static void an_order_or_a_contract_reopens(void **state)
{
    (void)state;
    static const enum event_type types[] = {TYPE_ORDER_PLACED, TYPE_CONTRACT_SIGNED};
    for (int i = 0; i < 2; i++) {
        ended_at(day(1));
        story_happened(&story, types[i], day(10));
        SAID_OF_STAGE("d10  stage ended to established (implied)\n"
                      "d10  stage established to evaluating (implied)\n"
                      "d10  stage evaluating to growing (implied)\n"
                      "d10  stage growing to mature\n");
        assert_int_equal(story.customer.care_since, day(10));
    }
    ended_at(day(1));
    story.policy.mature_by = MATURE_BY_CONTRACT;
    story_ordered(&story, 1, day(10));
    SAID_OF_STAGE("d10  stage ended to established\n");
}

// The evidence of the event is judged then: that of the level as well.
static void reopened_at_a_level_it_grows_at_once(void **state)
{
    (void)state;
    static const char *const said = "d10  stage ended to established (implied)\n"
                                    "d10  stage established to evaluating (implied)\n"
                                    "d10  stage evaluating to growing\n";
    ended_at(day(1));
    story.customer.warmth = 100;
    story.customer.warmth_at = day(1);
    story.customer.last_inbound_at = story.customer.followed_up_at = day(1);
    story.customer.level = LEVEL_ACCOUNTABLE;
    story_happened(&story, TYPE_RELATIONSHIP_REOPENED, day(10));
    assert_true(story_said(&story, "stage", said));

    // Lifted to that level by the very event that reopens.
    ended_at(day(1));
    story.policy.mature_by = MATURE_BY_CONTRACT;
    story.customer.warmth = 100;
    story.customer.warmth_at = day(1);
    story.customer.last_inbound_at = story.customer.followed_up_at = day(1);
    story.customer.level = LEVEL_REACTIVE;
    story_ordered(&story, 1, day(10));
    assert_int_equal(story.customer.level, LEVEL_ACCOUNTABLE);
    assert_true(story_said(&story, "stage", said));
}

static void steps_are_counted_over_the_whole_life(void **state)
{
    (void)state;
    ended_at(day(1));
    story_happened(&story, TYPE_RELATIONSHIP_REOPENED, day(10));
    assert_int_equal(story_effect(&story, 0)->transition.n, 2);
    end(BY_US, day(11));
    assert_int_equal(story_effect(&story, 0)->transition.n, 3);
    assert_int_equal(story.customer.stage_changes, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_type_proves_what_the_model_says, set_up),
        cmocka_unit_test_setup(coming_to_us_establishes, set_up),
        cmocka_unit_test_setup(the_first_event_counts_too, set_up),
        cmocka_unit_test_setup(no_stage_is_skipped, set_up),
        cmocka_unit_test_setup(stages_do_not_go_back, set_up),
        cmocka_unit_test_setup(a_contract_may_be_what_it_takes, set_up),
        cmocka_unit_test_setup(an_accountable_relationship_grows, set_up),
        cmocka_unit_test_setup(the_level_is_judged_before_the_stage, set_up),
        cmocka_unit_test_setup(the_end_comes_from_anywhere, set_up),
        cmocka_unit_test_setup(the_end_settles_everything, set_up),
        cmocka_unit_test_setup(the_end_closes_what_is_open, set_up),
        cmocka_unit_test_setup(ended_events_change_all_but_the_stage, set_up),
        cmocka_unit_test_setup(it_can_be_reopened, set_up),
        cmocka_unit_test_setup(an_order_or_a_contract_reopens, set_up),
        cmocka_unit_test_setup(reopened_at_a_level_it_grows_at_once, set_up),
        cmocka_unit_test_setup(steps_are_counted_over_the_whole_life, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
