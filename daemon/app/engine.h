// Inside the engine: its own thread's state, and the starting of lanes (ownership.c).
#ifndef GUANXI_DAEMON_APP_ENGINE_H
#define GUANXI_DAEMON_APP_ENGINE_H

#include "app/engine.h"
#include "app/worker.h"
#include "keeper.h"
#include "publisher.h"
#include "ranker.h"

// A partition that the group gave us and that is not claimed yet.
struct wanted {
    char topic[250];
    char cluster_id[64];
    int32_t partition;
    int64_t low, high;
};

struct engine {
    struct shared shared;
    struct engine_parts parts;
    struct worker *workers;
    struct keeper keeper;
    struct publisher publisher;
    struct ranker ranker;

    VECTOR(struct lane *) lanes; // all owned ones
    VECTOR(struct wanted) wanted;
    bool connected;    // the control store
    int64_t retry_us;  // monotonic instant before which claims are not tried again
    bool left;         // the group was left because PostgreSQL is away
    int workers_run;   // so many of the workers have a thread
    bool keeper_runs, publisher_runs, ranker_runs;
};

// Claims what is wanted and starts it. 0, or negative. What could not be had now stays wanted.
int ownership_claim(struct engine *engine);
// Starts again what has to be, closes the source's part of halted lanes. 0, or negative.
int ownership_tend(struct engine *engine);
// Tells the checks of readiness how the lanes stand.
void ownership_tell(const struct engine *engine);
// Gives all lanes up; `tell` says so in the database.
void ownership_drop(struct engine *engine, bool tell);
// The source says that a lane cannot go on.
void ownership_fault(struct engine *engine, struct source_lane *handle, int fault_kind, const char *detail);

#endif
