// One lane of the source: its queue of prefetched records and its position. Workers take from it while the
// poll thread moves it; the lock is what both respect.
#ifndef GUANXI_DAEMON_KAFKA_LANE_H
#define GUANXI_DAEMON_KAFKA_LANE_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "port/source.h"
#include "prefetch.h"

struct source_lane {
    struct source_lane *link;
    char *topic;
    int32_t partition;
    int wake_fd;
    _Atomic int64_t end; // as source_end_seen returns it

    pthread_mutex_t lock;    // the rest
    rd_kafka_queue_t *queue; // of the partition, not forwarded; NULL until it is assigned
    bool open;               // the queue holds what follows `next`; else take gives nothing
    int64_t next;            // the offset after the last record handed out
    int fault;               // enum lane_fault, 0: none
    bool fault_told;
    char detail[256];
    struct prefetch prefetch;
    bool dry;                      // the queue ran empty and may not be refilled by itself
    struct record_header *headers; // of the record being handed out
    size_t header_room;
};

// NULL when memory is short.
struct source_lane *source_lane_new(const char *topic, int32_t partition, int64_t offset, int wake_fd);
void source_lane_free(struct source_lane *lane);
// Takes the queue from a lane that nobody takes from any more; NULL when it has none.
rd_kafka_queue_t *source_lane_detach(struct source_lane *lane);

// Stops handing out, and returns where to go on.
int64_t source_lane_suspend(struct source_lane *lane);
// Hands out again, from the queue of the partition as it is assigned now.
void source_lane_resume(struct source_lane *lane);
// Gets the partition's queue and keeps librdkafka from forwarding it to the group's: to be called while the
// partition is about to be assigned. False when librdkafka does not know the partition.
bool source_lane_attach(struct source_lane *lane, rd_kafka_t *client);

// As source_take. *call is set when the poll thread should look after the lane: a fault to tell, or dry.
int source_lane_take(struct source_lane *lane, const struct prefetch_limits *limits, int most,
              bool (*each)(void *context, const struct record *record), void *context, bool *call);

// For the error callback of the client, which also brings errors of a partition (it is gone from the
// cluster): on the thread that takes from the lane, while it does. False when there is no such lane.
bool source_lane_error(rd_kafka_resp_err_t error, const char *reason);

// Whether the lane was dry; it is not any more.
bool source_lane_was_dry(struct source_lane *lane);

// The fault of the lane if it was not told yet, else 0. `detail` has room for sizeof lane->detail.
int source_lane_fault_to_tell(struct source_lane *lane, char *detail);

#endif
