// What the watermark brings about, in this order: marked customers are folded, customers with a wake before it
// are advanced, and what it has passed is released for publication. Each step is a transaction of its own,
// bounded, and pure: done late or by two instances it comes out the same (versions decide).
#ifndef GUANXI_APP_SWEEP_H
#define GUANXI_APP_SWEEP_H

#include "app/cache.h"
#include "app/fold.h"
#include "app/settings.h"

struct sweeper {
    const struct policy *policy;
    const struct app_settings *settings;
    struct store *store;
    struct cache *cache;
    struct folder folder;

    const int32_t *homes; // lane_ids whose customers are ours to sweep
    size_t home_count;

    // scratch, kept from sweep to sweep
    struct collector collector;
    struct writeset set;
    struct arena arena;
    VECTOR(struct customer_row) rows;
    VECTOR(struct customer_row) loaded;
    VECTOR(struct span) ids;
    VECTOR(size_t) missing;
    size_t fold_share;    // customers folded at once: as many as take no longer than they should
    size_t advance_share; // customers advanced at once
    bool derived; // no schedule is left that an earlier policy made
    double announce_allowance; // late announcements that may go out now
    int64_t announced_us;      // monotonic instant of the last reckoning of it
};

void sweeper_init(struct sweeper *sweeper);
void sweeper_free(struct sweeper *sweeper);

// One step of each kind. 0: *done tells how many customers or messages it dealt with (0: nothing left).
// Otherwise as the store says; STORE_CONFLICT: somebody else was at it, look again later.
int sweep_fold(struct sweeper *sweeper, instant watermark, size_t *done);
int sweep_advance(struct sweeper *sweeper, instant watermark, size_t *done);
int sweep_changes(struct sweeper *sweeper, instant watermark, size_t *done); // of level, stage, PRAM and tier
int sweep_release(struct sweeper *sweeper, instant watermark, size_t *done);
// Announces open reminders all of whose notices were suppressed, when the lanes have been read to their end.
int sweep_announce(struct sweeper *sweeper, size_t *done);

// A change of intervals or calendars has made what is scheduled out of date: customers are gone through, in the order of
// their ids and wherever their homes are, and are woken anew. How far it came is kept in the database.
int sweep_derive(struct sweeper *sweeper, instant watermark, size_t *done);

// PostgreSQL asked to try again: the steps take less at once from now on.
void sweeper_halve(struct sweeper *sweeper);

// For qsort and bsearch over customer ids.
int sweep_compare_ids(const void *a, const void *b);
// For the steps: fills sweeper->rows for sweeper->ids (sorted, unique), from the cache or the store.
int sweep_load(struct sweeper *sweeper);
// Writes sweeper->set and remembers its customers; forgets those in sweeper->ids when others changed them.
int sweep_write(struct sweeper *sweeper);

#endif
