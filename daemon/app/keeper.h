// The keeper: a thread that shows the lanes of this instance to be alive, moves the time of those that have
// been read to their end, and learns PostgreSQL's clock and the watermark.
#ifndef GUANXI_DAEMON_APP_KEEPER_H
#define GUANXI_DAEMON_APP_KEEPER_H

#include "app/shared.h"
#include "base/metrics.h"

// A copy of what is needed of an owned lane: the lane itself may go meanwhile.
struct kept_lane {
    struct lane_advance beat;
    char topic[250];
    int64_t position, cursor;
    bool idle, running;
};

struct keeper {
    struct shared *shared;
    struct store *store; // owned by the engine
    pthread_t thread;
    VECTOR(struct kept_lane) lanes;
    VECTOR(struct source_partition) ends;  // of `lanes`, one by one
    VECTOR(struct metric_lane) shown;
    struct arena arena;
    int64_t orphans_us; // monotonic instants of the last look for orphans,
    int64_t sampled_us, levels_us; // and of the last samples; 0: none yet
    int64_t levels_each_us;        // time between two of the latter
    bool connected;
};

int keeper_start(struct keeper *keeper, struct shared *shared, struct store *store);
void keeper_join(struct keeper *keeper);
// One round; 0, or negative. For the thread and for tests.
int keeper_round(struct keeper *keeper);

// Parts of a round, in files of their own.
// Copies our lanes into `lanes`, asks where they end, tells the group and the metrics how far they are. False when
// memory is out.
bool keeper_look_at_lanes(struct keeper *keeper);
// What only the database knows, for the metrics, when it is time to. An outcome of the store.
int keeper_sample(struct keeper *keeper);

#endif
