// The keeper: a thread that shows the lanes of this instance to be alive, moves the time of those that have
// been read to their end, and learns PostgreSQL's clock and the watermark.
#ifndef GUANXI_DAEMON_APP_KEEPER_H
#define GUANXI_DAEMON_APP_KEEPER_H

#include "app/shared.h"

// A copy of what is needed of an owned lane: the lane itself may go meanwhile.
struct idle_lane {
    struct lane_advance beat;
    char topic[250];
    int32_t partition;
    int64_t position, cursor;
    bool idle, running;
};

struct keeper {
    struct shared *shared;
    struct store *store; // owned by the engine
    pthread_t thread;
    VECTOR(struct idle_lane) lanes;
    struct arena arena;
    int64_t orphans_us; // monotonic instant of the last look for orphans
    bool connected;
};

int keeper_start(struct keeper *keeper, struct shared *shared, struct store *store);
void keeper_join(struct keeper *keeper);
// One round; 0, or negative. For the thread and for tests.
int keeper_round(struct keeper *keeper);

#endif
