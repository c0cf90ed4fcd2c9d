// A worker's share of the sweep: the customers first seen in its lanes, and those of lanes without an owner.
#include "app/worker.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"

enum {
    STUBBORN = 10,          // conflicts in a row that are worth a word
    BUDGET_US = 200 * 1000, // of one turn, so that batches and the engine get theirs
};

static bool collect_homes(struct worker *worker)
{
    vector_clear(&worker->homes);
    for (size_t i = 0; i < worker->lanes.count; i++) {
        const struct lane *lane = worker->lanes.items[i];
        if (lane->state == LANE_FENCED || lane->state == LANE_GONE)
            continue;
        int32_t *home = vector_push(&worker->homes);
        if (!home)
            return false;
        *home = lane->id;
    }
    if (worker->index != 0)
        return true;
    struct shared *shared = worker->shared;
    bool done = true;
    pthread_mutex_lock(&shared->registry_mutex);
    for (size_t i = 0; i < shared->orphans.count && done; i++) {
        int32_t *home = vector_push(&worker->homes);
        if (home)
            *home = shared->orphans.items[i];
        done = home != NULL;
    }
    pthread_mutex_unlock(&shared->registry_mutex);
    return done;
}

typedef int step(struct sweeper *sweeper, instant watermark, size_t *done);

static int announce(struct sweeper *sweeper, instant watermark, size_t *done)
{
    (void)watermark;
    size_t announced;
    *done = 0; // paced: never a reason to go on at once
    return sweep_announce(sweeper, &announced);
}

int worker_sweep(struct worker *worker, bool *more)
{
    *more = false;
    struct shared *shared = worker->shared;
    instant watermark = atomic_load(&shared->watermark);
    if (!collect_homes(worker) || worker->homes.count == 0)
        return STORE_OK;
    struct sweeper *sweeper = &worker->sweeper;
    sweeper->homes = worker->homes.items;
    sweeper->home_count = worker->homes.count;
    // Each step goes on while there is something left for it and time for it.
    step *const steps[] = {sweep_fold, sweep_advance, sweep_changes, sweep_release,
                           atomic_load(&shared->caught_up) && !shared->policy->events_clock ? announce : NULL,
                           worker->index == 0 ? sweep_derive : NULL};
    int64_t end = clock_monotonic_us() + BUDGET_US;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        size_t done = steps[i] ? 1 : 0;
        while (done > 0) {
            int outcome = steps[i](sweeper, watermark, &done);
            worker->conflicts = outcome == STORE_CONFLICT ? worker->conflicts + 1 : 0;
            if (worker->conflicts >= STUBBORN)
                log_warning("sweeps meet other writers again and again: %s", fault_message());
            if (outcome != STORE_OK)
                return outcome == STORE_CONFLICT ? STORE_OK : outcome;
            if (done > 0 && i >= 2) {
                uint64_t one = 1;
                ssize_t written = write(shared->publish_fd, &one, sizeof one);
                (void)written; // full: the publisher is awake already
            }
            if (done > 0 && clock_monotonic_us() > end) {
                *more = true;
                return STORE_OK;
            }
        }
    }
    return STORE_OK;
}
