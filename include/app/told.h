// What was last told of a customer: where it stood in public, and by how many messages. A customer who goes leaves it
// behind, and one who comes under that id begins there, so that a fold tells what has changed since and nothing else.
#ifndef GUANXI_APP_TOLD_H
#define GUANXI_APP_TOLD_H

#include "core/standing.h"
#include "port/store.h"

struct told {
    struct standing standing;
    int32_t messages;
};

// Of a customer as loaded, with the messages that are held of it: they were not told.
void told_find(const struct customer_row *row, const struct outbox_row *held, size_t count,
               struct told told[TRANSITION_KIND_COUNT]);

// A customer who goes, or of whom nothing is known yet, carries it as its standing and counts, and nothing else of a
// state.
void told_put(struct customer_row *row, const struct told told[TRANSITION_KIND_COUNT]);

// Whoever comes under an id without a row, by an event at `at`, with the home it had. Where the id stands elsewhere in public than somebody
// new, or a later event waits on its timeline, there is more to it than the events that come: it is to be folded, as a
// stub that is marked from `at` on. True: so it is.
bool told_begin(struct customer_row *row, const struct identity_row *identity, const struct policy *policy, instant at);

#endif
