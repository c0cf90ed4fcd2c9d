// Reminders: lapsed care that asks for somebody. At most one of a kind (and promise) is open, and a (kind,
// anchor) opens at most once. It opens with notice 1 at the first working instant at or after the later of its
// due and the clock; further notices come at opened_at + escalate[]; only its cure ends it, or who dismisses it.
// None opens while the relationship has ended; while the customer is unfit only those do that we owe: response,
// promise, overdue, thanks.
#ifndef CORE_REMINDER_H
#define CORE_REMINDER_H

#include "change.h"

// What fires next: of which kind, and of which promise where the kind is about one.
struct reminder_wake {
    instant at;  // never before as_of; INSTANT_NEVER: nothing fires
    instant due; // INSTANT_NEVER: a further notice; else the nominal due of the one that opens
    enum reminder_kind kind;
    struct kept_promise *promise;
};

// The earliest of all notices to come; at one instant that of the first kind, then of the first promise id.
struct reminder_wake reminder_next(const struct policy *policy, const struct customer *customer);
// The same of openings alone.
struct reminder_wake reminder_next_opening(const struct policy *policy, const struct customer *customer);

// Opens, or sends the next notice, as reminder_next said. `event` as in level_step_down.
void reminder_fire(const struct change *change, const struct reminder_wake *wake, const struct event *event);

// Closes, by the event, every open reminder whose cure holds now: done, or moot where a rank brought the cure.
// Those about promises are cured by promise.h.
void reminder_cure(const struct change *change, const struct event *event);
// Closes one if it is open. `promise` as in struct reminder_wake.
void reminder_end(const struct change *change, enum reminder_kind kind, struct kept_promise *promise,
                  const struct event *event, enum reminder_status status);
// Closes, moot, those that stop for an unfit customer; all of them.
void reminder_end_unfit(const struct change *change, const struct event *event);
void reminder_end_all(const struct change *change, const struct event *event);

// What somebody answered to a reminder (reminder.*). False: the event is ignored.
bool reminder_acknowledge(const struct change *change, const struct event *event);
bool reminder_dismiss(const struct change *change, const struct event *event);
bool reminder_snooze(const struct change *change, const struct event *event);

#endif
