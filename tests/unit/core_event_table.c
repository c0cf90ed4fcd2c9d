// The event table: what every type does by default, type by type as the model's page has it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

// Written down once more, by hand: contact for a direction of outbound, points, marks.
static const struct {
    const char *name;
    enum side outbound_side; // of the contact when data.direction is outbound
    enum side inbound_side;
    double points[POINTS_VARIANTS];
    const char *list, *item; // the mark; NULL without
    bool outbound_mark;
} table[] = {
    {"call.completed", SIDE_OUTBOUND, SIDE_INBOUND, {3}, "tasks", "invite", true},
    {"call.missed", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"visit.completed", SIDE_OUTBOUND, SIDE_INBOUND, {5}, "tasks", "visit", false},
    {"meeting.completed", SIDE_BOTH, SIDE_BOTH, {5}, "tasks", "visit", false},
    {"message.sent", SIDE_OUTBOUND, SIDE_OUTBOUND, {1}, "tasks", "invite", false},
    {"message.received", SIDE_INBOUND, SIDE_INBOUND, {2}, NULL, NULL, false},
    {"order.placed", SIDE_NONE, SIDE_NONE, {8}, "buying", "purchase", false},
    {"order.delivered", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"order.refunded", SIDE_NONE, SIDE_NONE, {-4}, NULL, NULL, false},
    {"cost.incurred", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"feedback.received", SIDE_INBOUND, SIDE_INBOUND, {4, 4, -4}, NULL, NULL, false},
    {"complaint.resolved", SIDE_NONE, SIDE_NONE, {4}, NULL, NULL, false},
    {"referral.given", SIDE_INBOUND, SIDE_INBOUND, {8}, NULL, NULL, false},
    {"objection.raised", SIDE_INBOUND, SIDE_INBOUND, {0}, NULL, NULL, false},
    {"objection.resolved", SIDE_NONE, SIDE_NONE, {2}, "five_as", "objection", false},
    {"plan.made", SIDE_NONE, SIDE_NONE, {0}, "tasks", "plan", false},
    {"agreement.made", SIDE_NONE, SIDE_NONE, {10}, "five_as", "closing", false},
    {"agreement.ended", SIDE_NONE, SIDE_NONE, {-10}, NULL, NULL, false},
    {"promise.made", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"promise.kept", SIDE_NONE, SIDE_NONE, {4, 5}, NULL, NULL, false},
    {"promise.broken", SIDE_NONE, SIDE_NONE, {-10, -5}, NULL, NULL, false},
    {"survey.completed", SIDE_NONE, SIDE_NONE, {2}, "tasks", "survey", false},
    {"proposal.submitted", SIDE_NONE, SIDE_NONE, {2}, "tasks", "proposal", false},
    {"demo.given", SIDE_NONE, SIDE_NONE, {2}, "tasks", "demo", false},
    {"exchange.held", SIDE_NONE, SIDE_NONE, {2}, "tasks", "exchange", false},
    {"requirements.analysed", SIDE_NONE, SIDE_NONE, {2}, "tasks", "requirements", false},
    {"design.submitted", SIDE_NONE, SIDE_NONE, {2}, "tasks", "design", false},
    {"evaluation.passed", SIDE_NONE, SIDE_NONE, {2}, "tasks", "evaluation", false},
    {"negotiation.held", SIDE_NONE, SIDE_NONE, {2}, "tasks", "negotiation", false},
    {"contract.signed", SIDE_NONE, SIDE_NONE, {10}, "tasks", "contract", false},
    {"relationship.ended", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"relationship.reopened", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"checklist.marked", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"customer.updated", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"customer.merged", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"customer.unmerged", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"customer.erased", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"reminder.acknowledged", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"reminder.dismissed", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"reminder.snoozed", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"guanxi.valued", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
    {"guanxi.tick", SIDE_NONE, SIDE_NONE, {0}, NULL, NULL, false},
};
enum { ROWS = sizeof table / sizeof *table };

static struct story story;

static const struct type_rule *rule_of(size_t row)
{
    const struct type_rule *rule = policy_rule_named(&story.policy, span_text(table[row].name));
    assert_non_null(rule);
    return rule;
}

static void every_row_has_its_points(void **state)
{
    (void)state;
    story_begin(&story);
    assert_int_equal(ROWS, POLICY_TYPES);
    for (size_t i = 0; i < ROWS; i++) {
        const struct type_rule *rule = rule_of(i);
        assert_ptr_equal(rule, policy_rule(&story.policy, rule->type));
        struct event event = story_event(&story, (enum event_type)rule->type, SIDE_NONE, 0);
        for (uint8_t variant = 0; variant < POINTS_VARIANTS; variant++) {
            event.variant = variant;
            assert_true(event_points(&story.policy, &event) == table[i].points[variant]);
        }
    }
}

static void every_row_has_its_marks(void **state)
{
    (void)state;
    story_begin(&story);
    for (size_t i = 0; i < ROWS; i++) {
        uint64_t mark = 0;
        if (table[i].list) {
            int bit =
                policy_mark(&story.policy, span_text(table[i].list), span_text(table[i].item));
            assert_true(bit >= 0);
            mark = UINT64_C(1) << bit;
        }
        assert_int_equal(rule_of(i)->marks, table[i].outbound_mark ? 0 : mark);
        assert_int_equal(rule_of(i)->outbound_marks, table[i].outbound_mark ? mark : 0);
    }
}

// The last contacts that one event of this row leaves behind.
static void check_contact(size_t row, enum side direction, enum side expected)
{
    instant now = at("2026-01-02");
    story_begin(&story);
    story_happened(&story, TYPE_PLAN_MADE, at("2026-01-01")); // so that the customer is known
    story_contact(&story, (enum event_type)rule_of(row)->type, direction, now);
    const struct customer *customer = &story.customer;
    assert_int_equal(customer->last_contact_at, expected ? now : INSTANT_NONE);
    assert_int_equal(customer->last_inbound_at, expected & SIDE_INBOUND ? now : INSTANT_NONE);
    assert_int_equal(customer->last_outbound_at, expected & SIDE_OUTBOUND ? now : INSTANT_NONE);
}

static void every_row_makes_its_contact(void **state)
{
    (void)state;
    story_begin(&story);
    for (size_t i = 0; i < ROWS; i++) {
        check_contact(i, SIDE_OUTBOUND, table[i].outbound_side);
        check_contact(i, SIDE_INBOUND, table[i].inbound_side);
        bool follows = table[i].outbound_side != table[i].inbound_side;
        check_contact(i, SIDE_BOTH, follows ? SIDE_BOTH : table[i].outbound_side);
    }
}

static enum applied outcome(enum event_type type)
{
    switch (type) {
    case TYPE_CUSTOMER_MERGED:
    case TYPE_CUSTOMER_UNMERGED:
    case TYPE_CUSTOMER_ERASED:
    case TYPE_REMINDER_ACKNOWLEDGED: // of no reminder
    case TYPE_REMINDER_DISMISSED:
    case TYPE_REMINDER_SNOOZED:
    case TYPE_TICK: return EVENT_IGNORED;
    default: return EVENT_APPLIED;
    }
}

static void every_other_event_creates_its_customer(void **state)
{
    (void)state;
    story_begin(&story);
    for (size_t i = 0; i < ROWS; i++) {
        enum event_type type = (enum event_type)rule_of(i)->type;
        story_begin(&story);
        story_happened(&story, type, at("2026-01-01"));
        bool creates = outcome(type) == EVENT_APPLIED;
        assert_int_equal(story.applied, creates ? EVENT_APPLIED : EVENT_DROPPED);
        assert_int_equal(customer_exists(&story.customer), creates);
        assert_int_equal(story.customer.as_of, creates ? at("2026-01-01") : INSTANT_NONE);
        assert_int_equal(story.customer.first_seen_at, story.customer.as_of);
        assert_int_equal(story.customer.level_since, story.customer.first_seen_at);
        assert_int_equal(story.customer.stage_since, story.customer.first_seen_at);
    }
}

static void ignored_events_move_the_clock_alone(void **state)
{
    (void)state;
    story_begin(&story);
    for (size_t i = 0; i < ROWS; i++) {
        enum event_type type = (enum event_type)rule_of(i)->type;
        if (outcome(type) != EVENT_IGNORED) {
            continue;
        }
        story_begin(&story);
        story_happened(&story, TYPE_MESSAGE_SENT, at("2026-01-01"));
        story.types[type - 1].points[0] = 7;
        struct customer before = story.customer;
        story_happened(&story, type, at("2026-01-02"));
        assert_int_equal(story.applied, EVENT_IGNORED);
        assert_true(story.points == 0);
        assert_int_equal(story.customer.as_of, at("2026-01-02"));
        story.customer.as_of = before.as_of;
        assert_memory_equal(&story.customer, &before, sizeof before);
    }
}

static void configured_types_are_plain(void **state)
{
    (void)state;
    struct type_rule types[POLICY_TYPES + 2];
    story_begin(&story);
    memcpy(types, story.types, sizeof story.types);
    types[POLICY_TYPES] = (struct type_rule){
        .name = "gift.sent", .type = TYPE_CONFIGURED, .contact = CONTACT_OUTBOUND, .points = {1.5}};
    types[POLICY_TYPES + 1] =
        (struct type_rule){.name = "fair.visited", .type = TYPE_CONFIGURED + 1, .points = {-2}};
    story.policy.types = types;
    story.policy.type_count = POLICY_TYPES + 2;
    assert_ptr_equal(policy_rule(&story.policy, TYPE_CONFIGURED + 1), &types[POLICY_TYPES + 1]);
    assert_ptr_equal(policy_rule_named(&story.policy, SPAN_LITERAL("gift.sent")),
                     &types[POLICY_TYPES]);

    story_happened(&story, (enum event_type)TYPE_CONFIGURED, at("2026-01-01"));
    assert_true(story.points == 1.5);
    assert_int_equal(story.customer.last_outbound_at, at("2026-01-01"));
    story_happened(&story, (enum event_type)(TYPE_CONFIGURED + 1), at("2026-01-01T00:00:01Z"));
    assert_true(story.points == -2);
    assert_int_equal(story.customer.last_outbound_at, at("2026-01-01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_has_its_points),
        cmocka_unit_test(every_row_has_its_marks),
        cmocka_unit_test(every_row_makes_its_contact),
        cmocka_unit_test(every_other_event_creates_its_customer),
        cmocka_unit_test(ignored_events_move_the_clock_alone),
        cmocka_unit_test(configured_types_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
