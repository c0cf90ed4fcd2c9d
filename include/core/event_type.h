// The event table: one row per type that the model knows. Type numbers are stored in timelines: never
// reuse or renumber one. The configuration may change contact, points and marks of a row (struct
// type_rule in core/policy.h) and add rows of the plain kind, numbered from TYPE_CONFIGURED.
//
// X(number, NAME, "type", contact, effect, points0, points1, points2, "marks")
//   points by variant: feedback by sentiment (praise, suggestion, complaint), promises by side (us,
//   customer), everything else variant 0. A mark with '>' before it is set by an outbound contact only.
#ifndef GUANXI_CORE_EVENT_TYPE_H
#define GUANXI_CORE_EVENT_TYPE_H

#define EVENT_TYPES(X) \
    X(1, CALL_COMPLETED, "call.completed", BY_DIRECTION, ANSWER, 3, 0, 0, ">tasks.invite") \
    X(2, CALL_MISSED, "call.missed", NONE, CALL_MISSED, 0, 0, 0, "") \
    X(3, VISIT_COMPLETED, "visit.completed", BY_DIRECTION, ANSWER, 5, 0, 0, "tasks.visit") \
    X(4, MEETING_COMPLETED, "meeting.completed", BOTH, ANSWER, 5, 0, 0, "tasks.visit") \
    X(5, MESSAGE_SENT, "message.sent", OUTBOUND, ANSWER, 1, 0, 0, "tasks.invite") \
    X(6, MESSAGE_RECEIVED, "message.received", INBOUND, ASK, 2, 0, 0, "") \
    X(7, ORDER_PLACED, "order.placed", NONE, ORDER_PLACED, 8, 0, 0, "buying.purchase") \
    X(8, ORDER_DELIVERED, "order.delivered", NONE, ORDER_DELIVERED, 0, 0, 0, "") \
    X(9, ORDER_REFUNDED, "order.refunded", NONE, ORDER_REFUNDED, -4, 0, 0, "") \
    X(10, COST_INCURRED, "cost.incurred", NONE, COST, 0, 0, 0, "") \
    X(11, FEEDBACK_RECEIVED, "feedback.received", INBOUND, FEEDBACK, 4, 4, -4, "") \
    X(12, COMPLAINT_RESOLVED, "complaint.resolved", NONE, ANSWER, 4, 0, 0, "") \
    X(13, REFERRAL_GIVEN, "referral.given", INBOUND, REFERRAL, 8, 0, 0, "") \
    X(14, OBJECTION_RAISED, "objection.raised", INBOUND, OBJECTION_RAISED, 0, 0, 0, "") \
    X(15, OBJECTION_RESOLVED, "objection.resolved", NONE, OBJECTION_RESOLVED, 2, 0, 0, "five_as.objection") \
    X(16, PLAN_MADE, "plan.made", NONE, PLAN_MADE, 0, 0, 0, "tasks.plan") \
    X(17, AGREEMENT_MADE, "agreement.made", NONE, AGREEMENT_MADE, 10, 0, 0, "five_as.closing") \
    X(18, AGREEMENT_ENDED, "agreement.ended", NONE, AGREEMENT_ENDED, -10, 0, 0, "") \
    X(19, PROMISE_MADE, "promise.made", NONE, PROMISE_MADE, 0, 0, 0, "") \
    X(20, PROMISE_KEPT, "promise.kept", NONE, PROMISE_KEPT, 4, 5, 0, "") \
    X(21, PROMISE_BROKEN, "promise.broken", NONE, PROMISE_BROKEN, -10, -5, 0, "") \
    X(22, SURVEY_COMPLETED, "survey.completed", NONE, PLAIN, 2, 0, 0, "tasks.survey") \
    X(23, PROPOSAL_SUBMITTED, "proposal.submitted", NONE, PLAIN, 2, 0, 0, "tasks.proposal") \
    X(24, DEMO_GIVEN, "demo.given", NONE, PLAIN, 2, 0, 0, "tasks.demo") \
    X(25, EXCHANGE_HELD, "exchange.held", NONE, PLAIN, 2, 0, 0, "tasks.exchange") \
    X(26, REQUIREMENTS_ANALYSED, "requirements.analysed", NONE, PLAIN, 2, 0, 0, "tasks.requirements") \
    X(27, DESIGN_SUBMITTED, "design.submitted", NONE, PLAIN, 2, 0, 0, "tasks.design") \
    X(28, EVALUATION_PASSED, "evaluation.passed", NONE, PLAIN, 2, 0, 0, "tasks.evaluation") \
    X(29, NEGOTIATION_HELD, "negotiation.held", NONE, PLAIN, 2, 0, 0, "tasks.negotiation") \
    X(30, CONTRACT_SIGNED, "contract.signed", NONE, PLAIN, 10, 0, 0, "tasks.contract") \
    X(31, RELATIONSHIP_ENDED, "relationship.ended", NONE, RELATIONSHIP_ENDED, 0, 0, 0, "") \
    X(32, RELATIONSHIP_REOPENED, "relationship.reopened", NONE, RELATIONSHIP_REOPENED, 0, 0, 0, "") \
    X(33, CHECKLIST_MARKED, "checklist.marked", NONE, CHECKLIST_MARKED, 0, 0, 0, "") \
    X(34, CUSTOMER_UPDATED, "customer.updated", NONE, CUSTOMER_UPDATED, 0, 0, 0, "") \
    X(35, CUSTOMER_MERGED, "customer.merged", NONE, CUSTOMER_MERGED, 0, 0, 0, "") \
    X(36, CUSTOMER_UNMERGED, "customer.unmerged", NONE, CUSTOMER_UNMERGED, 0, 0, 0, "") \
    X(37, CUSTOMER_ERASED, "customer.erased", NONE, CUSTOMER_ERASED, 0, 0, 0, "") \
    X(38, REMINDER_ACKNOWLEDGED, "reminder.acknowledged", NONE, REMINDER_ACKNOWLEDGED, 0, 0, 0, "") \
    X(39, REMINDER_DISMISSED, "reminder.dismissed", NONE, REMINDER_DISMISSED, 0, 0, 0, "") \
    X(40, REMINDER_SNOOZED, "reminder.snoozed", NONE, REMINDER_SNOOZED, 0, 0, 0, "") \
    X(41, VALUED, "guanxi.valued", NONE, VALUED, 0, 0, 0, "") \
    X(42, TICK, "guanxi.tick", NONE, TICK, 0, 0, 0, "")

enum event_type {
#define X(number, NAME, ...) TYPE_##NAME = number,
    EVENT_TYPES(X)
#undef X
    TYPE_CONFIGURED = 1000, // the first type that the configuration added
};

// Which contact a row makes.
enum contact { CONTACT_NONE, CONTACT_BY_DIRECTION, CONTACT_INBOUND, CONTACT_OUTBOUND, CONTACT_BOTH };

// The side of a contact, a set: who came to whom.
enum side { SIDE_NONE = 0, SIDE_INBOUND = 1, SIDE_OUTBOUND = 2, SIDE_BOTH = 3 };

// What an event does beyond contact, points and marks.
enum event_effect {
    EFFECT_OF_PLAIN,
    EFFECT_OF_ANSWER,
    EFFECT_OF_ASK,
    EFFECT_OF_CALL_MISSED, // asks when inbound or both
    EFFECT_OF_ORDER_PLACED,
    EFFECT_OF_ORDER_DELIVERED,
    EFFECT_OF_ORDER_REFUNDED,
    EFFECT_OF_COST,
    EFFECT_OF_FEEDBACK, // a complaint asks
    EFFECT_OF_REFERRAL,
    EFFECT_OF_OBJECTION_RAISED,
    EFFECT_OF_OBJECTION_RESOLVED,
    EFFECT_OF_PLAN_MADE,
    EFFECT_OF_AGREEMENT_MADE,
    EFFECT_OF_AGREEMENT_ENDED,
    EFFECT_OF_PROMISE_MADE,
    EFFECT_OF_PROMISE_KEPT,
    EFFECT_OF_PROMISE_BROKEN,
    EFFECT_OF_RELATIONSHIP_ENDED,
    EFFECT_OF_RELATIONSHIP_REOPENED,
    EFFECT_OF_CHECKLIST_MARKED,
    EFFECT_OF_CUSTOMER_UPDATED,
    EFFECT_OF_CUSTOMER_MERGED,
    EFFECT_OF_CUSTOMER_UNMERGED,
    EFFECT_OF_CUSTOMER_ERASED,
    EFFECT_OF_REMINDER_ACKNOWLEDGED,
    EFFECT_OF_REMINDER_DISMISSED,
    EFFECT_OF_REMINDER_SNOOZED,
    EFFECT_OF_VALUED,
    EFFECT_OF_TICK,
};

#endif
