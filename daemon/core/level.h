// The level of the relationship. A level needs warmth and its own evidence and that of every level under it:
//   reactive     the customer comes to us: last_inbound_at within inbound_window
//   accountable  we follow up after the sale: followed_up_at within followed_window
//   proactive    steady care: rhythm >= rhythm_least and last_outbound_at within outbound_window
// Windows are half-open: evidence from s with window w holds on [s, s + w).
// Up: one step at most per event with points or a contact, at warmth >= enter of the next level.
// Down: one step at a time, at the first instant when warmth has fallen to `leave` or the evidence has run
// out, but not within fade_step of the last step down; then at the end of that time if it still holds.
#ifndef CORE_LEVEL_H
#define CORE_LEVEL_H

#include "change.h"

// The next step down if nothing happens: never before as_of; INSTANT_NEVER without one. The cause is
// whichever failed first, evidence on a tie.
struct level_fall {
    instant at;
    enum level_cause cause;
};
struct level_fall level_next_fall(const struct policy *policy, const struct customer *customer);

// Takes the step down that is due. `event` is the one that was applied at that instant, or NULL.
void level_step_down(const struct change *change, struct level_fall fall,
                     const struct event *event);

// Takes one step up if the customer has earned it. After the effects of the event, which must have points
// above 0 or be a contact.
void level_step_up(const struct change *change, const struct event *event);

#endif
