// Customers gone over with several connections: ids are handed out in batches, in their order, to one thread a
// connection.
#ifndef GUANXI_APP_DRIVE_H
#define GUANXI_APP_DRIVE_H

#include "port/store.h"

struct drive {
    struct store *control;  // hands out ids, whenever a thread asks for more
    bool marked;            // only marked customers
    bool chosen;            // just these, sorted; no others are asked for
    const struct span *ids;
    size_t count;

    size_t at_once;         // customers of a batch
    size_t workers;
    void *const *contexts;  // of the workers
    // Works on a batch, sorted and borrowed. 0 or negative, which ends the drive.
    int (*work)(void *context, const struct span *ids, size_t count);
    // Told a few times a second, on the caller's thread, how many customers were worked on. May be NULL.
    void (*progress)(void *context, int64_t customers);
    void *progress_context;
};

// 0 when all were worked on; else the first negative status, with its message. Outcomes of the control store: those of
// port/store.h.
int drive(const struct drive *drive);

#endif
