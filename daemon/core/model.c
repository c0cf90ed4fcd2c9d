// The two pure functions over a customer: advance, which fires what time brings, and apply, which takes an
// event. Each concept has a module of its own; here is only the order in which they act.
#include "core/model.h"

#include "checklist.h"
#include "contact.h"
#include "level.h"
#include "objection.h"
#include "pram.h"
#include "profile.h"
#include "promise.h"
#include "reminder.h"
#include "stage.h"
#include "value.h"
#include "warmth.h"

// What fires next: a step of the level, or a notice. At one instant the level goes first.
struct wake {
    instant at;
    struct level_fall fall;
    struct reminder_wake reminder;
};

static struct wake next_wake(const struct policy *policy, const struct customer *customer)
{
    if (!customer_exists(customer)) {
        return (struct wake){.at = INSTANT_NEVER};
    }
    struct wake wake = {.fall = level_next_fall(policy, customer), .reminder = reminder_next(policy, customer)};
    wake.at = instant_earlier(wake.fall.at, wake.reminder.at);
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

// Since when the level is under its target, for the reminder of kind zone.
static void note_target(struct customer *customer, instant at)
{
    if (customer->level >= customer_trait(customer, TRAIT_TARGET)) {
        customer->below_since = INSTANT_NONE;
    } else if (customer->below_since == INSTANT_NONE) {
        customer->below_since = at;
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
        if (wake.at == wake.fall.at) {
            level_step_down(change, wake.fall, customer->last_event);
            note_target(customer, wake.at);
        } else {
            reminder_fire(change, &wake.reminder, customer->last_event);
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

static void answered(const struct change *change, const struct event *event)
{
    (void)event;
    contact_answered(change->customer);
}

static void asked(const struct change *change, const struct event *event)
{
    contact_asked(change->customer, event->time);
}

static void call_missed(const struct change *change, const struct event *event)
{
    if (event->direction & SIDE_INBOUND) {
        contact_asked(change->customer, event->time);
    }
}

static void order_placed(const struct change *change, const struct event *event)
{
    value_ordered(change->policy, change->customer, event);
    contact_ordered(change->customer, event->time);
}

static void order_delivered(const struct change *change, const struct event *event)
{
    contact_delivered(change->customer, event->time);
}

static void order_refunded(const struct change *change, const struct event *event)
{
    value_refunded(change->customer, event);
}

static void feedback_received(const struct change *change, const struct event *event)
{
    contact_followed_up(change->policy, change->customer, event->time);
    if (event->variant == SENTIMENT_COMPLAINT) {
        contact_asked(change->customer, event->time);
    }
}

static void referral_given(const struct change *change, const struct event *event)
{
    (void)event;
    value_referred(change->customer);
}

// The end of a relationship: nothing is open any more but the customer's memory of it.
static void relationship_ended(const struct change *change, const struct event *event)
{
    contact_over(change->customer);
    stage_end(change, event);
    objection_resolve_all(change, event);
    reminder_end_all(change, event);
    promise_lapse_all(change, event);
}

static bool ended_already(const struct change *change, const struct event *event)
{
    (void)event;
    return change->customer->stage == STAGE_ENDED;
}

// What an event does to the customer beyond its contact, its points, its marks and the stage it proves.
static const struct effect_rule {
    void (*change)(const struct change *change, const struct event *event);
    bool (*ignored)(const struct change *change, const struct event *event); // has no effect but on the clock
    bool (*answer)(const struct change *change, const struct event *event);  // to a reminder
    bool clock_only; // whoever calls the model acts on it; here it is ignored
} rules[] = {
    [EFFECT_OF_PLAIN] = {0},
    [EFFECT_OF_ANSWER] = {.change = answered},
    [EFFECT_OF_ASK] = {.change = asked},
    [EFFECT_OF_CALL_MISSED] = {.change = call_missed},
    [EFFECT_OF_ORDER_PLACED] = {.change = order_placed},
    [EFFECT_OF_ORDER_DELIVERED] = {.change = order_delivered},
    [EFFECT_OF_ORDER_REFUNDED] = {.change = order_refunded},
    [EFFECT_OF_COST] = {0}, // counts in the value of a rank alone
    [EFFECT_OF_FEEDBACK] = {.change = feedback_received},
    [EFFECT_OF_REFERRAL] = {.change = referral_given},
    [EFFECT_OF_OBJECTION_RAISED] = {.change = objection_raised},
    [EFFECT_OF_OBJECTION_RESOLVED] = {.change = objection_resolved},
    [EFFECT_OF_PLAN_MADE] = {.change = pram_planned},
    [EFFECT_OF_AGREEMENT_MADE] = {.change = pram_agreed},
    [EFFECT_OF_AGREEMENT_ENDED] = {.change = pram_agreement_ended},
    [EFFECT_OF_PROMISE_MADE] = {.change = promise_made, .ignored = promise_ignored},
    [EFFECT_OF_PROMISE_KEPT] = {.change = promise_kept, .ignored = promise_ignored},
    [EFFECT_OF_PROMISE_BROKEN] = {.change = promise_broken, .ignored = promise_ignored},
    [EFFECT_OF_RELATIONSHIP_ENDED] = {.change = relationship_ended, .ignored = ended_already},
    [EFFECT_OF_RELATIONSHIP_REOPENED] = {0},
    [EFFECT_OF_CHECKLIST_MARKED] = {0}, // its mark, as of any other event
    [EFFECT_OF_CUSTOMER_UPDATED] = {.change = profile_updated},
    [EFFECT_OF_CUSTOMER_MERGED] = {.clock_only = true},
    [EFFECT_OF_CUSTOMER_UNMERGED] = {.clock_only = true},
    [EFFECT_OF_CUSTOMER_ERASED] = {.clock_only = true},
    [EFFECT_OF_REMINDER_ACKNOWLEDGED] = {.answer = reminder_acknowledge},
    [EFFECT_OF_REMINDER_DISMISSED] = {.answer = reminder_dismiss},
    [EFFECT_OF_REMINDER_SNOOZED] = {.answer = reminder_snooze},
    [EFFECT_OF_VALUED] = {.change = profile_valued},
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

// The event is not ignored: contact, further effect, marks, points, level, stage, cycle, target, cures, fitness.
static double change_customer(const struct change *change, const struct effect_rule *rule,
                              const struct event *event)
{
    struct customer *customer = change->customer;
    if (!customer_exists(customer)) {
        customer->first_seen_at = event->time;
        customer->level_since = event->time;
        customer->stage_since = event->time;
    }
    bool was_unfit = customer_unfit(customer);
    struct pram_place place = pram_place(customer);
    contact_made(change->policy, customer, event);
    if (event->side & SIDE_OUTBOUND) {
        promise_thanked(change, event);
    }
    bool reopened = stage_reopen(change, event);
    if (rule->change) {
        rule->change(change, event);
    }
    checklist_mark(change, event);
    double points = event_points(change->policy, event);
    if (points != 0) {
        warmth_add(change->policy, customer, points, event->time);
    }
    if (points > 0 || event->side != SIDE_NONE) {
        level_step_up(change, event);
    }
    stage_judge(change, reopened, event);
    pram_judge(change, place, event);
    note_target(customer, event->time);
    reminder_cure(change, event);
    bool unfit = customer_unfit(customer);
    if (unfit && !was_unfit) {
        reminder_end_unfit(change, event);
    } else if (was_unfit && !unfit) {
        customer->care_since = event->time;
    }
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
    if (rule->clock_only || (rule->ignored && rule->ignored(&change, event)) ||
        (rule->answer && !rule->answer(&change, event))) {
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
    // Several that fall due out of working hours open together, so it goes by when they open.
    struct reminder_wake wake = {.at = INSTANT_NEVER};
    if (customer_exists(customer)) {
        wake = reminder_next_opening(policy, customer);
    }
    *upcoming = (struct upcoming){wake.kind, wake.due};
    return wake.at != INSTANT_NEVER;
}
