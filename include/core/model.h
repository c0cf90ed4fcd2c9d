// The two pure functions that change a customer, and what is read off one. No clock, no allocation, no
// I/O: the same inputs give the same bytes. `id` is the customer id (part of reminder ids).
#ifndef GUANXI_CORE_MODEL_H
#define GUANXI_CORE_MODEL_H

#include "core/effect.h"

// Outcomes of customer_apply.
enum applied {
    EVENT_APPLIED = 0,
    EVENT_IGNORED = 1, // stands on the timeline with 0 points and no effect but on the clock
    EVENT_DROPPED = 2, // nothing happened: ignored, and the customer is unknown; not for the timeline
};

// Fires, in order and each at its own instant, every wake of the customer that is < `until`.
void customer_advance(const struct policy *policy, struct customer *customer, struct span id, instant until,
                      const struct effects *effects);

// Advances to event->time, then applies the event. The event must not be late (customer_is_late), and a
// run of events must come in the order of event_compare. `points` receives what counted on the timeline.
// customer.merged, .unmerged, .erased and guanxi.tick are not for this function: the caller acts on them
// before (they are EVENT_IGNORED here, with effect on the clock only).
// An applied event is kept at hand (customer->last_event): it must stay as it is until customer_settle, or
// until customer_apply or customer_advance has moved the clock past it.
enum applied customer_apply(const struct policy *policy, struct customer *customer, struct span id,
                            const struct event *event, const struct effects *effects, double *points);

// Fires what is due at as_of itself and lets go of the event at hand. Called after the last event of a
// run; an event that comes later for the same instant is then late.
void customer_settle(const struct policy *policy, struct customer *customer, struct span id,
                     const struct effects *effects);

// True when an event at `at` came too late for customer_apply: at or before as_of of a settled customer.
static inline bool customer_is_late(const struct customer *customer, instant at)
{
    return customer->as_of != INSTANT_NONE && at <= customer->as_of;
}

// The instant at which the customer next changes by itself; INSTANT_NEVER when it does not.
instant customer_wake(const struct policy *policy, const struct customer *customer);

// The instant from which the evidence of this level alone is lacking if nothing happens: at or before as_of where it
// is lacking already, INSTANT_NONE where there never was any, INSTANT_NEVER of basic, which needs none.
instant customer_evidence_end(const struct policy *policy, const struct customer *customer, int level);

// The next reminder if nothing happens, with its nominal due: the one that opens first, of those that open
// at one instant the first kind. False when none is scheduled.
struct upcoming {
    enum reminder_kind kind;
    instant due_at;
};
bool customer_upcoming(const struct policy *policy, const struct customer *customer, struct upcoming *upcoming);

// Whether care has stopped: money, authority or need is "no", or the customer needs nothing (an open need
// objection on the customer's side).
bool customer_unfit(const struct customer *customer);

// The items still unmarked of those that the customer's stage shows: what to do next, by bit.
uint64_t customer_next_steps(const struct policy *policy, const struct customer *customer);

// Whether an unknown customer comes into being by the event; else it is dropped.
bool event_begins(const struct event *event);

// Points of an event by its rule, whatever the state of its customer (the fold corrects the rest).
double event_points(const struct policy *policy, const struct event *event);

// UUIDv5 of the reminder namespace and "<id> LF <kind> LF <anchor>", the anchor in decimal microseconds.
void reminder_id(uint8_t uuid[16], struct span id, enum reminder_kind kind, instant anchor);
// The same for kinds that are about a promise: its id is the anchor.
void promise_reminder_id(uint8_t uuid[16], struct span id, enum reminder_kind kind, struct span promise_id);

// UUIDv5 of the same namespace and "<id> LF <type> LF <n>": the id of the n-th change of that type.
void change_id(uint8_t uuid[16], struct span id, const char *type, int64_t n);

// An UUID in its text form, 36 characters and a NUL; and back (false when the text is none).
void uuid_text(const uint8_t uuid[16], char text[37]);
bool uuid_parse_text(struct span text, uint8_t uuid[16]);

#endif
