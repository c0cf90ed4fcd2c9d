#include "level.h"

#include "core/model.h"
#include "warmth.h"

static instant window_end(instant since, duration window)
{
    return since == INSTANT_NONE ? INSTANT_NONE : since + window;
}

instant customer_evidence_end(const struct policy *policy, const struct customer *customer, int level)
{
    switch (level) {
    case LEVEL_REACTIVE: return window_end(customer->last_inbound_at, policy->inbound_window);
    case LEVEL_ACCOUNTABLE: return window_end(customer->followed_up_at, policy->followed_window);
    case LEVEL_PROACTIVE:
        if (customer->rhythm < policy->rhythm_least) {
            return customer->last_outbound_at; // the contact that broke the rhythm
        }
        return window_end(customer->last_outbound_at, policy->outbound_window);
    default: return INSTANT_NEVER;
    }
}

static instant evidence_end(const struct policy *policy, const struct customer *customer, int level)
{
    instant end = INSTANT_NEVER;
    for (int under = LEVEL_REACTIVE; under <= level; under++) {
        end = instant_earlier(end, customer_evidence_end(policy, customer, under));
    }
    return end;
}

struct level_fall level_next_fall(const struct policy *policy, const struct customer *customer)
{
    if (customer->level <= LEVEL_BASIC) {
        return (struct level_fall){INSTANT_NEVER, LEVEL_BY_WARMTH};
    }
    instant cold = warmth_falls_to(policy, customer, policy->leave[customer->level]);
    instant unproven = evidence_end(policy, customer, customer->level);
    instant held = window_end(customer->level_down_at, policy->fade_step);
    instant at = instant_later(instant_earlier(cold, unproven), held);
    return (struct level_fall){
        .at = instant_later(at, customer->as_of),
        .cause = unproven <= cold ? LEVEL_BY_EVIDENCE : LEVEL_BY_WARMTH,
    };
}

static void step(const struct change *change, int to, instant at, enum level_cause cause,
                 const struct event *event)
{
    struct customer *customer = change->customer;
    struct effect effect = {
        .kind = EFFECT_TRANSITION,
        .at = at,
        .event = event,
        .transition = {.kind = TRANSITION_LEVEL,
                       .from = (uint8_t)customer->level,
                       .to = (uint8_t)to,
                       .n = ++customer->level_changes,
                       .detail = cause},
    };
    customer->level = (int16_t)to;
    customer->level_since = at;
    change_emit(change, &effect);
}

void level_step_down(const struct change *change, struct level_fall fall, const struct event *event)
{
    change->customer->level_down_at = fall.at;
    step(change, change->customer->level - 1, fall.at, fall.cause, event);
}

void level_step_up(const struct change *change, const struct event *event)
{
    const struct policy *policy = change->policy;
    const struct customer *customer = change->customer;
    int next = customer->level + 1;
    if (next <= LEVEL_PROACTIVE && evidence_end(policy, customer, next) > event->time &&
        customer_warmth(policy, customer, event->time) >= policy->enter[next]) {
        step(change, next, event->time, LEVEL_BY_EVENT, event);
    }
}
