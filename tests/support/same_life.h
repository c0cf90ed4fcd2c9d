// Two customers of two databases of whom the same must be told, whatever became of their ids in between.
#ifndef GUANXI_TESTS_SAME_LIFE_H
#define GUANXI_TESTS_SAME_LIFE_H

#include "fakes/store.h"

// State, timeline, transitions, promises, objections, profile and reminders. Merges and unmerges on their timelines are
// passed over; so are reminders that were published and are closed, where only one of them ever had them, and when one
// that was published was due. Both may be NULL. Prints what differs.
bool same_life(const struct fake_customer *alone, const struct fake_customer *merged);

#endif
