// Random histories: valid, decoded events of one customer, of every type that a record can carry, in the
// order in which the model takes them. The same seed gives the same history everywhere.
#ifndef GUANXI_TESTS_HISTORY_H
#define GUANXI_TESTS_HISTORY_H

#include "core/event.h"
#include "core/policy.h"

struct history_shape {
    uint64_t seed;
    struct span subject; // the customer id, borrowed
    size_t count;        // events
    instant start;       // of the first event, about
    bool valued;     // with guanxi.valued, which no record can carry
    bool clock_only; // with customer.merged, .unmerged and .erased, which the model itself ignores
};

// Distances between events range from none (several at one instant) over seconds to years, and favour the
// very lengths that the policy names, to a microsecond. Answers to reminders mostly name one that is open
// when they come. `data` of the events is "{}". Aborts when out of memory.
struct history *history_make(const struct policy *policy, const struct history_shape *shape);
void history_free(struct history *history); // NULL is fine

// Sorted by event_compare; no two have the same (source, id). Borrowed from the history.
struct history {
    size_t count;
    struct event *events;
    struct history_text *texts;
};

// The seed of a run: GUANXI_SEED, else the clock. Prints it, so that a failure can be had again.
uint64_t history_seed(void);

#endif
