// The level: evidence and its windows, steps up, steps down and their causes.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story, fresh; // fresh: to start from a second time
static instant start;

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    start = at("2026-01-01");
    return 0;
}

static void stands_at(enum level level, double warmth)
{
    story_stands(&story, level, warmth, start);
}

static void expect_step(size_t number, int from, int to, enum level_cause cause, instant when)
{
    assert_true(number < story.log.count);
    const struct effect *effect = &story.log.effects[number];
    assert_int_equal(effect->kind, EFFECT_TRANSITION);
    assert_int_equal(effect->transition.kind, TRANSITION_LEVEL);
    assert_int_equal(effect->transition.from, from);
    assert_int_equal(effect->transition.to, to);
    assert_int_equal(effect->transition.detail, cause);
    assert_int_equal(effect->at, when);
}

// Whether one event with points at `when` lifts a customer whose evidence stands as it does. A step that
// is lost again at that very instant is a step all the same.
static bool rises(instant when)
{
    story.customer.as_of = when - 1;
    story.log.count = 0;
    story_ordered(&story, 1, when);
    return story.log.count > 0 && story.log.effects[0].transition.detail == LEVEL_BY_EVENT;
}

static void reactive_evidence_is_half_open(void **state)
{
    (void)state;
    stands_at(LEVEL_BASIC, 1000);
    fresh = story;
    assert_true(rises(start + 365 * DAY - 1));
    story = fresh;
    assert_false(rises(start + 365 * DAY));
}

static void accountable_evidence_is_half_open(void **state)
{
    (void)state;
    stands_at(LEVEL_REACTIVE, 1000);
    story.customer.last_inbound_at = start + 300 * DAY;
    fresh = story;
    assert_true(rises(start + 365 * DAY - 1));
    story = fresh;
    assert_false(rises(start + 365 * DAY));
}

static void proactive_evidence_is_half_open_and_steady(void **state)
{
    (void)state;
    stands_at(LEVEL_ACCOUNTABLE, 1000);
    fresh = story;
    assert_true(rises(start + 45 * DAY - 1));
    story = fresh;
    assert_false(rises(start + 45 * DAY));
    story = fresh;
    story.customer.rhythm = 2;
    assert_false(rises(start + DAY));
}

static void a_level_needs_the_evidence_of_those_under_it(void **state)
{
    (void)state;
    stands_at(LEVEL_ACCOUNTABLE, 1000);
    story.customer.last_inbound_at = start - 365 * DAY; // runs out at start
    story_ordered(&story, 1, start + 1);
    assert_int_equal(story.log.count, 1);
    expect_step(0, 3, 2, LEVEL_BY_EVIDENCE, start);
}

static void enters_at_its_warmth(void **state)
{
    (void)state;
    stands_at(LEVEL_BASIC, 0);
    story.types[TYPE_ORDER_PLACED - 1].points[0] = nextafter(5, 0);
    story_ordered(&story, 1, start + 1);
    assert_int_equal(story.customer.level, LEVEL_BASIC);
    stands_at(LEVEL_BASIC, 0);
    story.types[TYPE_ORDER_PLACED - 1].points[0] = 5;
    story_ordered(&story, 1, start + 1);
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
}

static void rises_one_step_an_event(void **state)
{
    (void)state;
    stands_at(LEVEL_BASIC, 1000);
    story_happened(&story, TYPE_COST_INCURRED, start + 1); // neither points nor contact
    assert_int_equal(story.customer.level, LEVEL_BASIC);
    story_happened(&story, TYPE_ORDER_REFUNDED, start + 2); // points below 0
    assert_int_equal(story.customer.level, LEVEL_BASIC);
    story_happened(&story, TYPE_OBJECTION_RAISED, start + 3); // a contact without points
    assert_int_equal(story.customer.level, LEVEL_REACTIVE);
    story_happened(&story, TYPE_PROPOSAL_SUBMITTED, start + 4); // points without a contact
    assert_int_equal(story.customer.level, LEVEL_ACCOUNTABLE);
    assert_int_equal(story.customer.level_since, start + 4);
    expect_step(story.log.count - 1, 2, 3, LEVEL_BY_EVENT, start + 4);
    assert_int_equal(story_effect(&story, 0)->transition.n, 2);
}

static void falls_when_the_window_ends(void **state)
{
    (void)state;
    stands_at(LEVEL_PROACTIVE, 1000);
    assert_int_equal(customer_wake(&story.policy, &story.customer), start + 45 * DAY);
    story_advance(&story, start + 45 * DAY);
    assert_int_equal(story.log.count, 0);
    story_advance(&story, start + 45 * DAY + 1);
    expect_step(0, 4, 3, LEVEL_BY_EVIDENCE, start + 45 * DAY);
    assert_int_equal(story.customer.level_down_at, start + 45 * DAY);
    assert_int_equal(customer_wake(&story.policy, &story.customer), start + 365 * DAY);
}

// One of the three contacts too late: the rhythm is lost at that contact, and with it the level.
static void falls_when_the_rhythm_breaks(void **state)
{
    (void)state;
    stands_at(LEVEL_PROACTIVE, 1000);
    story.policy.outbound_window = 100 * DAY;
    story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, start + 46 * DAY);
    expect_step(0, 4, 3, LEVEL_BY_EVIDENCE, start + 46 * DAY);
    assert_non_null(story.log.effects[0].event);
}

static void steps_down_keep_their_distance(void **state)
{
    (void)state;
    stands_at(LEVEL_PROACTIVE, 40);
    story.policy.half_life = DAY;
    instant first = start + 122260 * SECOND; // 86400 s * log2(40 / 15) = 122259.24 s
    story_advance(&story, start + 100 * DAY);
    assert_int_equal(story.log.count, 3);
    expect_step(0, 4, 3, LEVEL_BY_WARMTH, first);
    expect_step(1, 3, 2, LEVEL_BY_WARMTH, first + 30 * DAY);
    expect_step(2, 2, 1, LEVEL_BY_WARMTH, first + 60 * DAY);
}

static void a_held_step_is_spared_if_care_comes_back(void **state)
{
    (void)state;
    stands_at(LEVEL_ACCOUNTABLE, 1);
    story.customer.level_down_at = start;
    assert_int_equal(customer_wake(&story.policy, &story.customer), start + 30 * DAY);
    story_happened(&story, TYPE_CONTRACT_SIGNED,
                   start + 30 * DAY); // at the very end: events go first
    assert_int_equal(story.log.count, 0);
    assert_int_equal(story.customer.level, LEVEL_ACCOUNTABLE);
}

static void evidence_wins_a_tie(void **state)
{
    (void)state;
    stands_at(LEVEL_REACTIVE, 5);
    story.policy.half_life = 365 * DAY; // down to 2.5 just when the evidence runs out
    fresh = story;
    story_advance(&story, INSTANT_NEVER);
    expect_step(0, 2, 1, LEVEL_BY_EVIDENCE, start + 365 * DAY);

    story = fresh;
    story.policy.inbound_window += 1;
    story_advance(&story, INSTANT_NEVER);
    expect_step(0, 2, 1, LEVEL_BY_WARMTH, start + 365 * DAY);

    // Held back, the cause is still what failed first.
    story = fresh;
    story.policy.inbound_window -= 1;
    story.customer.level_down_at = start + 350 * DAY;
    story_advance(&story, INSTANT_NEVER);
    expect_step(0, 2, 1, LEVEL_BY_EVIDENCE, start + 380 * DAY);
}

// Steps first, lowest kind next; the events of the instant before both, the last of them named.
static void one_instant_has_an_order(void **state)
{
    (void)state;
    stands_at(LEVEL_PROACTIVE, 31);
    story.policy.fade_step = 0;
    story.policy.response_within = 0;
    story.policy.cadence[LEVEL_BASIC] = DAY;
    story.types[TYPE_ORDER_REFUNDED - 1].points[0] = -1000;
    instant now = start + 2 * DAY;
    struct event refund = story_event(&story, TYPE_ORDER_REFUNDED, SIDE_NONE, now);
    struct event missed = story_event(&story, TYPE_CALL_MISSED, SIDE_INBOUND, now);
    story_apply(&story, &refund);
    assert_int_equal(story.log.count, 0);
    story_tell(&story, &missed);
    assert_int_equal(story.log.count, 5);
    for (int i = 0; i < 3; i++) {
        expect_step((size_t)i, 4 - i, 3 - i, LEVEL_BY_WARMTH, now);
        assert_ptr_equal(story.log.effects[i].event, &missed);
    }
    const struct effect *cadence = &story.log.effects[3], *response = &story.log.effects[4];
    assert_int_equal(cadence->kind, EFFECT_REMINDER_OPENED);
    assert_int_equal(cadence->reminder, REMINDER_CADENCE);
    assert_int_equal(cadence->at, now);
    assert_int_equal(cadence->care.due_at, start + DAY); // nominal
    assert_int_equal(response->reminder, REMINDER_RESPONSE);
    assert_ptr_equal(response->event, &missed);
    assert_null(story.customer.last_event);
}

// An ignored event has no effect but on the clock: no step names it.
static void ignored_events_are_not_named(void **state)
{
    (void)state;
    stands_at(LEVEL_PROACTIVE, 1000);
    story_happened(&story, TYPE_CUSTOMER_MERGED, start + 45 * DAY);
    expect_step(0, 4, 3, LEVEL_BY_EVIDENCE, start + 45 * DAY);
    assert_null(story.log.effects[0].event);
}

// What evidence there is is told level by level, each by itself.
static void evidence_tells_until_when_it_holds(void **state)
{
    (void)state;
    assert_int_equal(customer_evidence_end(&story.policy, &story.customer, LEVEL_BASIC), INSTANT_NEVER);
    for (int level = LEVEL_REACTIVE; level <= LEVEL_PROACTIVE; level++) {
        assert_int_equal(customer_evidence_end(&story.policy, &story.customer, level), INSTANT_NONE);
    }
    story_contact(&story, TYPE_MESSAGE_RECEIVED, SIDE_NONE, start);
    assert_int_equal(customer_evidence_end(&story.policy, &story.customer, LEVEL_REACTIVE), start + 365 * DAY);
    assert_int_equal(customer_evidence_end(&story.policy, &story.customer, LEVEL_ACCOUNTABLE), INSTANT_NONE);
    for (int day = 1; day <= 3; day++) {
        story_contact(&story, TYPE_MESSAGE_SENT, SIDE_NONE, start + day * DAY);
        // Short of the rhythm it has been lacking since the last contact.
        assert_int_equal(customer_evidence_end(&story.policy, &story.customer, LEVEL_PROACTIVE),
                         start + day * DAY + (day < 3 ? 0 : 45 * DAY));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(evidence_tells_until_when_it_holds, set_up),
        cmocka_unit_test_setup(reactive_evidence_is_half_open, set_up),
        cmocka_unit_test_setup(accountable_evidence_is_half_open, set_up),
        cmocka_unit_test_setup(proactive_evidence_is_half_open_and_steady, set_up),
        cmocka_unit_test_setup(a_level_needs_the_evidence_of_those_under_it, set_up),
        cmocka_unit_test_setup(enters_at_its_warmth, set_up),
        cmocka_unit_test_setup(rises_one_step_an_event, set_up),
        cmocka_unit_test_setup(falls_when_the_window_ends, set_up),
        cmocka_unit_test_setup(falls_when_the_rhythm_breaks, set_up),
        cmocka_unit_test_setup(steps_down_keep_their_distance, set_up),
        cmocka_unit_test_setup(a_held_step_is_spared_if_care_comes_back, set_up),
        cmocka_unit_test_setup(evidence_wins_a_tie, set_up),
        cmocka_unit_test_setup(one_instant_has_an_order, set_up),
        cmocka_unit_test_setup(ignored_events_are_not_named, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
