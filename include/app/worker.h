// A worker: a thread with a connection of its own that applies the batches of its lanes and sweeps the
// customers that were first seen in them. Lanes go to workers by partition number, so that topics that are
// partitioned alike bring a customer to one worker.
//
// A worker holds its mutex for a turn (one batch or one step of the sweep). The engine takes the mutex to
// give lanes, to take them away and to start them again; it is let in between turns.
#ifndef GUANXI_APP_WORKER_H
#define GUANXI_APP_WORKER_H

#include "app/shared.h"
#include "app/sweep.h"

struct worker {
    struct shared *shared;
    int index;
    pthread_t thread;
    pthread_mutex_t mutex;
    _Atomic int guests; // threads that wait for the mutex
    int wake_fd;        // eventfd: a lane has something, or a guest or the end has come

    struct store *store; // owned
    struct cache *cache;
    struct applier applier;
    struct sweeper sweeper;
    struct intake intake;

    VECTOR(struct lane *) lanes; // of this worker; owned by the engine
    VECTOR(int32_t) homes;

    VECTOR(struct item) batch; // gathered, not committed yet
    VECTOR(struct chunk *) chunks;
    size_t batch_bytes;  // of the records in it
    size_t batch_room;   // memory that a batch may take, however few or many records that is
    bool far_behind; // the last batch was large, and there is more where it came from
    uint64_t round;      // of gathering
    size_t part;         // so many of the batch at once; halved by timeouts
    bool connected;
    int failures;        // in a row, for the backoff
    int conflicts;       // of sweeps, in a row
    int64_t resume_us;   // monotonic instant before which nothing is tried again
    int64_t swept_us;    // monotonic instant of the last sweep
};

// Takes the store over (also when it fails). 0, or a negative status with nothing left to free.
int worker_init(struct worker *worker, struct shared *shared, int index, struct store *store);
void worker_destroy(struct worker *worker);
int worker_start(struct worker *worker);
void worker_join(struct worker *worker);

// Locks the worker out of its lanes between turns.
void worker_enter(struct worker *worker);
void worker_leave(struct worker *worker);
// Inside: goes by this policy and these settings from now on.
void worker_adopt(struct worker *worker, const struct policy *policy, const struct app_settings *settings);
// Inside: lanes that are no longer RUNNING have no part in the batch any more.
void worker_prune(struct worker *worker);

// One turn: gathers and applies a batch, or sweeps a step. 1: something was done; 0: nothing to do now;
// negative: fatal. For the thread, and for tests that run a worker by hand.
int worker_turn(struct worker *worker);

// The parts of a turn, in files of their own.
int worker_gather(struct worker *worker);               // batch.count tells; 0, or negative
void worker_doze(const struct worker *worker, int most_ms); // until it is woken
int worker_check_lanes(struct worker *worker);          // compares lanes with their cursors
int worker_sweep(struct worker *worker, bool *more);    // outcome of the store

#endif
