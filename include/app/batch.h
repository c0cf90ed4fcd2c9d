// A batch: records of one or more lanes, judged, applied to their customers and written in one transaction
// with the lanes' cursors.
#ifndef GUANXI_APP_BATCH_H
#define GUANXI_APP_BATCH_H

#include <pthread.h>

#include "app/cache.h"
#include "app/collector.h"
#include "app/group.h"
#include "app/tally.h"

// One transaction at a time for all workers of a process, for those that keep running into each other.
struct turnstile {
    pthread_mutex_t mutex;
};

// What a worker applies batches with. All but the scratch is borrowed.
struct applier {
    const struct policy *policy;
    const struct app_settings *settings;
    struct store *store;
    struct cache *cache;
    struct turnstile *turnstile;

    // scratch, kept from batch to batch
    struct grouping grouping;
    VECTOR(struct customer_row) loaded;
    VECTOR(struct span) ids;
    VECTOR(uint32_t) wanted;
    VECTOR(const struct event *) events;
    VECTOR(enum identity) identities;
    VECTOR(uint32_t) asked;            // members about whose promise the database was asked, in their order
    VECTOR(struct span) promise_ids;
    VECTOR(struct promise) promises;   // what it said
    size_t answer;                     // the first of them that no member has had yet
    VECTOR(struct lane *) lanes;
    struct collector collector;
    struct writeset set;
    struct arena scratch;   // for what is read of ids
    struct aliases aliases; // as of the epoch
    VECTOR(bool) erased;    // of each rejected record of the batch, whether it is about somebody erased
    int64_t epoch;          // of the ids, once known
    bool epoch_known;
    size_t written; // bytes of the last write and of what was read for it
    bool look_up_all;  // this batch repeats an identity that the database has: look every one up
    int suspicious;    // batches for which late events are looked up before they are written
    size_t strangers;  // customers asked for in a row whom the database did not know
    size_t trust;      // after so many the next ones pass for new unasked
    int doubted;       // batches that do not ask the cache, and pass the gate: others write the same customers
    int doubt;         // for how many it was at the last conflict, less one for each batch since that went well with it
    struct tally tally;
};

void applier_init(struct applier *applier);
void applier_free(struct applier *applier);

// Applies the records of a batch: all that its lanes gave, in the order of each. Conflicts of versions and
// repeated identities are settled here, and a record that the database itself refuses is found by
// bisection and quarantined. 0: committed, and the lanes' cursors have moved. STORE_FENCED, _RETRY, _AWAY,
// _FULL: nothing of the last part tried is certain to be written; the cursors tell how far it came.
// STORE_CONFLICT: others got in the way again and again.
int applier_apply(struct applier *applier, const struct item *items, size_t count);

#endif
