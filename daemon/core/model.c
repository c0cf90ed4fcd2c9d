// The two pure functions over a customer: advance, which fires what time brings, and apply, which takes an
// event. Each concept has a module of its own; here is only the order in which they act.
#include "core/model.h"

#include "contact.h"
#include "level.h"
#include "reminder.h"
#include "value.h"
#include "warmth.h"

// What fires next: a step of the level, or a reminder of `kind`. At one instant the level goes first, then
// reminders in the order of their kinds.
struct wake {
    instant at;
    bool is_level;
    enum reminder_kind kind;
    struct level_fall fall;
};

static struct wake next_wake(const struct policy *policy, const struct customer *customer)
{
    struct wake wake = {.at = INSTANT_NEVER};
    if (!customer_exists(customer)) {
        return wake;
    }
    wake.fall = level_next_fall(policy, customer);
    wake.at = wake.fall.at;
    wake.is_level = true;
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        instant at = reminder_next(policy, customer, (enum reminder_kind)kind);
        if (at < wake.at) {
            wake.at = at;
            wake.is_level = false;
            wake.kind = (enum reminder_kind)kind;
        }
    }
    return wake;
}

// Moves the clock. The event at hand belongs to the instant it was applied at.
static void move_clock(struct customer *customer, instant at)
{
    if (at > customer->as_of) {
        customer->as_of = at;
        customer->last_event = NULL;
    }
}

// Ends, at one instant too: a firing lowers the level, opens an anchor for the only time, or counts one of
// finitely many notices.
static void advance(const struct change *change, instant until)
{
    struct customer *customer = change->customer;
    if (until <= customer->as_of) {
        return;
    }
    for (;;) {
        struct wake wake = next_wake(change->policy, customer);
        if (wake.at >= until) {
            return;
        }
        move_clock(customer, wake.at);
        if (wake.is_level) {
            level_step_down(change, wake.fall, customer->last_event);
        } else {
            reminder_fire(change, wake.kind, wake.at, customer->last_event);
        }
    }
}

void customer_advance(const struct policy *policy, struct customer *customer, struct span id,
                      instant until, const struct effects *effects)
{
    struct change change = {policy, customer, id, effects};
    advance(&change, until);
}

void customer_settle(const struct policy *policy, struct customer *customer, struct span id,
                     const struct effects *effects)
{
    struct change change = {policy, customer, id, effects};
    if (customer->as_of != INSTANT_NONE) {
        advance(&change, customer->as_of + 1);
    }
    customer->last_event = NULL;
}

static void answered(const struct policy *policy, struct customer *customer,
                     const struct event *event)
{
    (void)policy;
    (void)event;
    contact_answered(customer);
}

static void asked(const struct policy *policy, struct customer *customer, const struct event *event)
{
    (void)policy;
    contact_asked(customer, event->time);
}

static void call_missed(const struct policy *policy, struct customer *customer,
                        const struct event *event)
{
    (void)policy;
    if (event->direction & SIDE_INBOUND) {
        contact_asked(customer, event->time);
    }
}

static void order_placed(const struct policy *policy, struct customer *customer,
                         const struct event *event)
{
    value_ordered(policy, customer, event);
    contact_ordered(customer, event->time);
}

static void order_delivered(const struct policy *policy, struct customer *customer,
                            const struct event *event)
{
    (void)policy;
    contact_delivered(customer, event->time);
}

static void order_refunded(const struct policy *policy, struct customer *customer,
                           const struct event *event)
{
    (void)policy;
    value_refunded(customer, event);
}

static void feedback_received(const struct policy *policy, struct customer *customer,
                              const struct event *event)
{
    contact_followed_up(policy, customer, event->time);
    if (event->variant == SENTIMENT_COMPLAINT) {
        contact_asked(customer, event->time);
    }
}

static void referral_given(const struct policy *policy, struct customer *customer,
                           const struct event *event)
{
    (void)policy;
    (void)event;
    value_referred(customer);
}

// What an event does to the customer beyond its contact, its points and its marks. A row that is empty
// has no further effect yet: the concept named beside it is not part of the model so far.
static const struct effect_rule {
    void (*change)(const struct policy *policy, struct customer *customer,
                   const struct event *event);
    bool (*answer)(const struct change *change, const struct event *event); // to a reminder
    bool clock_only; // whoever calls the model acts on it; here it is ignored
} rules[] = {
    [EFFECT_OF_PLAIN] = {0}, // none, for good
    [EFFECT_OF_ANSWER] = {.change = answered},
    [EFFECT_OF_ASK] = {.change = asked},
    [EFFECT_OF_CALL_MISSED] = {.change = call_missed},
    [EFFECT_OF_ORDER_PLACED] = {.change = order_placed},
    [EFFECT_OF_ORDER_DELIVERED] = {.change = order_delivered},
    [EFFECT_OF_ORDER_REFUNDED] = {.change = order_refunded},
    [EFFECT_OF_COST] = {0}, // value: costs
    [EFFECT_OF_FEEDBACK] = {.change = feedback_received},
    [EFFECT_OF_REFERRAL] = {.change = referral_given},
    [EFFECT_OF_OBJECTION_RAISED] = {0},      // objections
    [EFFECT_OF_OBJECTION_RESOLVED] = {0},    // objections
    [EFFECT_OF_PLAN_MADE] = {0},             // PRAM
    [EFFECT_OF_AGREEMENT_MADE] = {0},        // PRAM
    [EFFECT_OF_AGREEMENT_ENDED] = {0},       // PRAM
    [EFFECT_OF_PROMISE_MADE] = {0},          // promises
    [EFFECT_OF_PROMISE_KEPT] = {0},          // promises
    [EFFECT_OF_PROMISE_BROKEN] = {0},        // promises
    [EFFECT_OF_RELATIONSHIP_ENDED] = {0},    // stage of life
    [EFFECT_OF_RELATIONSHIP_REOPENED] = {0}, // stage of life
    [EFFECT_OF_CHECKLIST_MARKED] = {0},      // checklists, with the marks of every other event
    [EFFECT_OF_CUSTOMER_UPDATED] = {0},      // profile
    [EFFECT_OF_CUSTOMER_MERGED] = {.clock_only = true},
    [EFFECT_OF_CUSTOMER_UNMERGED] = {.clock_only = true},
    [EFFECT_OF_CUSTOMER_ERASED] = {.clock_only = true},
    [EFFECT_OF_REMINDER_ACKNOWLEDGED] = {.answer = reminder_acknowledge},
    [EFFECT_OF_REMINDER_DISMISSED] = {.answer = reminder_dismiss},
    [EFFECT_OF_REMINDER_SNOOZED] = {.answer = reminder_snooze},
    [EFFECT_OF_VALUED] = {0}, // tier and target
    [EFFECT_OF_TICK] = {.clock_only = true},
};

bool event_begins(const struct event *event)
{
    const struct effect_rule *rule = &rules[event->effect];
    return !rule->answer && !rule->clock_only;
}

double event_points(const struct policy *policy, const struct event *event)
{
    if (rules[event->effect].clock_only) {
        return 0;
    }
    const struct type_rule *rule = policy_rule(policy, event->type);
    return rule && event->variant < POINTS_VARIANTS ? rule->points[event->variant] : 0;
}

// The event is not ignored: contact, further effect, points, level, cures.
static double change_customer(const struct change *change, const struct effect_rule *rule,
                              const struct event *event)
{
    struct customer *customer = change->customer;
    if (!customer_exists(customer)) {
        customer->first_seen_at = event->time;
        customer->level_since = event->time;
    }
    contact_made(change->policy, customer, event);
    if (rule->change) {
        rule->change(change->policy, customer, event);
    }
    double points = event_points(change->policy, event);
    if (points != 0) {
        warmth_add(change->policy, customer, points, event->time);
    }
    if (points > 0 || event->side != SIDE_NONE) {
        level_step_up(change, event);
    }
    reminder_cure(change, event);
    return points;
}

enum applied customer_apply(const struct policy *policy, struct customer *customer, struct span id,
                            const struct event *event, const struct effects *effects,
                            double *points)
{
    struct change change = {policy, customer, id, effects};
    const struct effect_rule *rule = &rules[event->effect];
    *points = 0;
    if (!event_begins(event) && !customer_exists(customer)) {
        return EVENT_DROPPED;
    }
    advance(&change, event->time);
    move_clock(customer, event->time);
    if (rule->clock_only || (rule->answer && !rule->answer(&change, event))) {
        return EVENT_IGNORED;
    }
    *points = change_customer(&change, rule, event);
    customer->last_event = event;
    return EVENT_APPLIED;
}

instant customer_wake(const struct policy *policy, const struct customer *customer)
{
    return next_wake(policy, customer).at;
}

bool customer_upcoming(const struct policy *policy, const struct customer *customer,
                       struct upcoming *upcoming)
{
    instant earliest = INSTANT_NEVER;
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        instant due = reminder_scheduled(policy, customer, (enum reminder_kind)kind);
        // By when they open: several that fall due out of hours open together, in the order of kinds.
        instant opens = due == INSTANT_NEVER ? due : reminder_next(policy, customer, kind);
        if (opens < earliest) {
            earliest = opens;
            *upcoming = (struct upcoming){(enum reminder_kind)kind, due};
        }
    }
    return earliest != INSTANT_NEVER;
}
