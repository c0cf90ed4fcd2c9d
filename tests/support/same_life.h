// Two customers of two databases of whom the same must be told, whatever became of their ids in between.
#ifndef GUANXI_TESTS_SAME_LIFE_H
#define GUANXI_TESTS_SAME_LIFE_H

#include "fakes/store.h"

// State, timeline, transitions, promises, objections, profile and reminders. Merges and unmerges on their timelines are
// passed over; so is what had been published when it turned out otherwise: reminders that are closed, and when others
// were due. Both may be NULL. Prints what differs.
bool same_life(const struct fake_customer *alone, const struct fake_customer *merged);

// The next row of a timeline that is no merge or unmerge, from *at on, which moves behind it; NULL: there is none.
const struct fake_event *next_told(const struct fake_customer *customer, size_t *at);

#endif
