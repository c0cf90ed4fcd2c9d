// Reminders: lapsed care that asks for somebody. At most one of a kind is open, and a (kind, anchor) opens
// at most once. It opens with notice 1 at the first working instant at or after the later of its due and
// the clock; further notices come at opened_at + escalate[]; only its cure ends it, or who dismisses it.
#ifndef CORE_REMINDER_H
#define CORE_REMINDER_H

#include "change.h"

// When the next notice goes out if nothing happens, the opening one included: never before as_of;
// INSTANT_NEVER without one.
instant reminder_next(const struct policy *policy, const struct customer *customer,
                      enum reminder_kind kind);

// The nominal due of a reminder that is scheduled to open; INSTANT_NEVER when none is.
instant reminder_scheduled(const struct policy *policy, const struct customer *customer,
                           enum reminder_kind kind);

// Opens, or sends the next notice, as reminder_next said. `event` as in level_step_down.
void reminder_fire(const struct change *change, enum reminder_kind kind, instant at,
                   const struct event *event);

// Closes, done by the event, every open reminder whose cure holds now.
void reminder_cure(const struct change *change, const struct event *event);

// What somebody answered to a reminder (reminder.*). False: the event is ignored.
bool reminder_acknowledge(const struct change *change, const struct event *event);
bool reminder_dismiss(const struct change *change, const struct event *event);
bool reminder_snooze(const struct change *change, const struct event *event);

#endif
