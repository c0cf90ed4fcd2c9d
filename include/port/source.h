// Where events come from: a consumer group's lanes. A lane is one (topic, partition), read in offset order
// from an explicit offset. Implemented by kafka/ and by a fake in the tests.
//
// Threads: source_poll and everything it calls back run on one thread, the keeper of the source.
// source_take may be called from another thread, one per lane at a time.
#ifndef GUANXI_PORT_SOURCE_H
#define GUANXI_PORT_SOURCE_H

#include "codec/record.h"

struct source;
struct source_lane; // one assignment of one lane; dies when it is closed

struct source_partition {
    const char *topic;
    int32_t partition;
    int64_t low, high; // offsets at this moment; -1 when they could not be read
    const char *cluster_id; // "" when unknown
};

// What the owner of the source does when the group changes. Called inside source_poll.
struct source_events {
    void *context;
    // These partitions are ours now. The callee claims them in the database and calls source_start for
    // those it could claim.
    void (*assigned)(void *context, const struct source_partition *partitions, size_t count);
    // All our partitions are taken away; `lost` when they are already somebody else's. On return every
    // source_lane handed out is closed by the source.
    void (*revoked)(void *context, bool lost);
    // A lane cannot go on: see enum lane_fault. The lane stays open but gives nothing more.
    void (*fault)(void *context, struct source_lane *lane, int fault, const char *detail);
};


enum lane_fault {
    LANE_FAULT_OUT_OF_RANGE = 1, // the offset to read from no longer or not yet exists
    LANE_FAULT_OTHER = 2,        // unknown topic, not authorised, ...: detail says
};

struct source_ops {
    // Serves the group for at most timeout_ms. 0, or negative when the source is beyond help.
    int (*poll)(struct source *source, int timeout_ms);
    // Starts (or restarts, after a rewind) a lane at an offset and returns its handle in *lane. Only on the
    // poll thread. A restarted lane's former handle is closed. Whenever the lane, having been empty, has
    // something to take again, an 8-byte 1 is written to `wake_fd` (an eventfd; -1: none).
    int (*start)(struct source *source, const char *topic, int32_t partition, int64_t offset, int wake_fd,
                 struct source_lane **lane);
    // Stops and closes one lane (it was halted). Poll thread; nobody may be in `take` for it.
    void (*stop)(struct source *source, struct source_lane *lane);
    // Takes what has arrived, up to `most` records, without waiting: `each` sees one record at a time,
    // borrowed for the call; it returns false to stop after this one. Returns the number of records seen.
    int (*take)(struct source *source, struct source_lane *lane, int most,
                bool (*each)(void *context, const struct record *record), void *context);
    // The offset up to which the lane has been read to its end (also past control records), as seen by
    // the last take: SOURCE_NOT_AT_END while more is known to come.
    int64_t (*end_seen)(struct source *source, struct source_lane *lane);
    // Asks the broker for the offsets of a lane now (blocking, at most timeout_ms): 0, or 1 when it did not
    // answer. Any thread.
    int (*query)(struct source *source, const char *topic, int32_t partition, int timeout_ms, int64_t *low,
                 int64_t *high);
    // Asks for the ends of many lanes at once, as they are now: their `high`, -1 where nobody answered. Any thread.
    void (*ends)(struct source *source, struct source_partition *lanes, size_t count, int timeout_ms);
    // Commits offsets to the group, for lag tools only; asynchronous, best effort. Any thread.
    void (*commit)(struct source *source, const char *topic, int32_t partition, int64_t offset);
    // Leaves the group (the database is away) and joins it again. Poll thread.
    void (*leave)(struct source *source);
    void (*join)(struct source *source);
};
#define SOURCE_NOT_AT_END INT64_C(-1)

struct source {
    const struct source_ops *ops;
};

#endif
