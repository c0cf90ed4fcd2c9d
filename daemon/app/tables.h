// What the tables have of customers beside their rows, read for all of a batch and handed out one after the other.
#ifndef GUANXI_DAEMON_APP_TABLES_H
#define GUANXI_DAEMON_APP_TABLES_H

#include "app/fold.h"

struct tables {
    struct follow_ups all;
    size_t transition, promise, objection, profile, reminder, notice, message; // the first that is not handed out yet
};

// Reads all that there is of customers (ids sorted, unique) into the arena. 0, or as the store says.
int tables_read(struct tables *tables, struct store *store, const struct span *ids, size_t count, struct arena *arena);
// The next customer's; the ids must come as they were read.
void tables_next(struct tables *tables, struct span id, struct follow_ups *had);

#endif
