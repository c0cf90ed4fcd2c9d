// The kinds of reminders, one row each: what a reminder is about, when care is due, what cures it, and whether
// we owe it to a customer who is unfit too.
#ifndef CORE_REMINDER_KIND_H
#define CORE_REMINDER_KIND_H

#include "change.h"

// A customer, and one of the customer's promises where the kind is about one.
struct subject {
    const struct policy *policy;
    const struct customer *customer;
    const struct kept_promise *promise;
};

struct reminder_rule {
    // The instant it is about; INSTANT_NONE: nothing to remind of.
    instant (*anchor)(const struct subject *subject);
    // When care is due for that anchor; INSTANT_NEVER: never.
    instant (*due)(const struct subject *subject, instant anchor);
    // Whether the open reminder of an anchor has been cured. NULL: its module closes it.
    bool (*cured)(const struct subject *subject, instant anchor);
    // When it opens, being due then, at the clock or later. NULL: at the first working instant.
    instant (*opens)(const struct subject *subject, instant due);
    bool owed; // remains while the customer is unfit
};

// Before this nothing fires any more: the clock, and the watermark at which a change of policy scheduled anew.
static inline instant reminder_clock(const struct customer *customer)
{
    return instant_later(customer->as_of, customer->not_before);
}

extern const struct reminder_rule reminder_rules[REMINDER_KIND_COUNT];

// Where the care of a kind (and promise) stands; NULL when the promise is not at that point.
struct care *reminder_care(struct book *book, enum reminder_kind kind, struct kept_promise *promise);

#endif
