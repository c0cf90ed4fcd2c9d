#include "reminder_kind.h"

#include "objection.h"

// ------------------------------------------------------------------------------------- about an instant

static instant cadence_anchor(const struct subject *subject)
{
    const struct customer *customer = subject->customer;
    instant since = customer->last_contact_at != INSTANT_NONE ? customer->last_contact_at : customer->first_seen_at;
    return instant_later(since, customer->care_since);
}

static instant cadence_due(const struct subject *subject, instant anchor)
{
    const struct customer *customer = subject->customer;
    return anchor + policy_interval(subject->policy, customer->level, customer_trait(customer, TRAIT_TIER));
}

static bool cadence_cured(const struct subject *subject, instant anchor)
{
    return subject->customer->last_contact_at > anchor;
}

static instant response_anchor(const struct subject *subject)
{
    return subject->customer->unanswered_at;
}

static instant response_due(const struct subject *subject, instant anchor)
{
    return anchor + subject->policy->response_within;
}

static bool response_cured(const struct subject *subject, instant anchor)
{
    return subject->customer->unanswered_at != anchor;
}

static instant aftersale_anchor(const struct subject *subject)
{
    return subject->customer->unfollowed_at;
}

static instant aftersale_due(const struct subject *subject, instant anchor)
{
    return instant_later(anchor, subject->customer->delivered_at) + subject->policy->aftersale_after;
}

static bool aftersale_cured(const struct subject *subject, instant anchor)
{
    return subject->customer->unfollowed_at != anchor;
}

static instant zone_anchor(const struct subject *subject)
{
    const struct customer *customer = subject->customer;
    return customer->below_since == INSTANT_NONE ? INSTANT_NONE
                                                 : instant_later(customer->below_since, customer->care_since);
}

static instant zone_due(const struct subject *subject, instant anchor)
{
    return anchor + subject->policy->zone_grace;
}

static bool zone_cured(const struct subject *subject, instant anchor)
{
    (void)anchor;
    return subject->customer->below_since == INSTANT_NONE;
}

static instant stalled_anchor(const struct subject *subject)
{
    const struct customer *customer = subject->customer;
    bool stalls = customer->stage >= STAGE_STRANGER && customer->stage < STAGE_MATURE;
    return stalls ? instant_later(customer->stage_since, customer->care_since) : INSTANT_NONE;
}

static instant stalled_due(const struct subject *subject, instant anchor)
{
    return anchor + subject->policy->stall_after;
}

static bool stalled_cured(const struct subject *subject, instant anchor)
{
    const struct customer *customer = subject->customer;
    return customer->stage == STAGE_MATURE || customer->stage_since > anchor;
}

static instant objection_anchor(const struct subject *subject)
{
    return objection_oldest(subject->customer->book);
}

static instant objection_due(const struct subject *subject, instant anchor)
{
    return anchor + subject->policy->objection_within;
}

static bool objection_cured(const struct subject *subject, instant anchor)
{
    instant oldest = objection_oldest(subject->customer->book);
    return oldest == INSTANT_NONE || oldest > anchor;
}

static instant renewal_anchor(const struct subject *subject)
{
    // Whoever plans again keeps the agreement, but need not be reminded to.
    return customer_trait(subject->customer, TRAIT_PHASE) == PHASE_MAINTAIN ? subject->customer->agreement_at
                                                                           : INSTANT_NONE;
}

static instant renewal_due(const struct subject *subject, instant anchor)
{
    const struct policy *policy = subject->policy;
    instant until = subject->customer->agreement_until;
    return until == INSTANT_NONE ? anchor + policy->cycle_after : until - policy->renewal_lead;
}

static bool renewal_cured(const struct subject *subject, instant anchor)
{
    return renewal_anchor(subject) != anchor;
}

// --------------------------------------------------------------------------------------- about a promise

static instant promise_anchor(const struct subject *subject)
{
    const struct kept_promise *promise = subject->promise;
    // Once it is overdue it is too late to remind of it beforehand.
    return promise->by == BY_US && promise->overdue.anchor == INSTANT_NONE ? promise->since : INSTANT_NONE;
}

static instant promise_due(const struct subject *subject, instant anchor)
{
    (void)anchor;
    return subject->promise->due - subject->policy->promise_lead;
}

// Before the promise is due or not at all: where the next working instant is too late, in the last working
// interval before it.
static instant promise_opens(const struct subject *subject, instant due)
{
    instant promised = subject->promise->due;
    instant opens = policy_working(subject->policy, due);
    if (opens < promised) {
        return opens;
    }
    instant from, to;
    if (!policy_worked(subject->policy, promised, &from, &to) || from == INSTANT_NONE) {
        return INSTANT_NEVER;
    }
    opens = instant_later(from, reminder_clock(subject->customer));
    return opens < instant_earlier(to, promised) ? opens : INSTANT_NEVER;
}

static instant overdue_anchor(const struct subject *subject)
{
    return subject->promise->since;
}

static instant overdue_due(const struct subject *subject, instant anchor)
{
    (void)anchor;
    return subject->promise->due + subject->policy->promise_grace;
}

static instant thanks_due(const struct subject *subject, instant anchor)
{
    (void)subject;
    return anchor;
}

const struct reminder_rule reminder_rules[REMINDER_KIND_COUNT] = {
    [REMINDER_CADENCE] = {cadence_anchor, cadence_due, cadence_cured, NULL, false},
    [REMINDER_RESPONSE] = {response_anchor, response_due, response_cured, NULL, true},
    [REMINDER_AFTERSALE] = {aftersale_anchor, aftersale_due, aftersale_cured, NULL, false},
    [REMINDER_ZONE] = {zone_anchor, zone_due, zone_cured, NULL, false},
    [REMINDER_STALLED] = {stalled_anchor, stalled_due, stalled_cured, NULL, false},
    [REMINDER_OBJECTION] = {objection_anchor, objection_due, objection_cured, NULL, false},
    [REMINDER_RENEWAL] = {renewal_anchor, renewal_due, renewal_cured, NULL, false},
    [REMINDER_PROMISE] = {promise_anchor, promise_due, NULL, promise_opens, true},
    [REMINDER_OVERDUE] = {overdue_anchor, overdue_due, NULL, NULL, true},
    [REMINDER_THANKS] = {overdue_anchor, thanks_due, NULL, NULL, true},
};

struct care *reminder_care(struct book *book, enum reminder_kind kind, struct kept_promise *promise)
{
    switch (kind) {
    case REMINDER_PROMISE: return promise->kept ? NULL : &promise->reminder;
    case REMINDER_OVERDUE: return promise->kept ? NULL : &promise->overdue;
    case REMINDER_THANKS: return promise->kept ? &promise->reminder : NULL;
    default: return &book->care[kind];
    }
}
