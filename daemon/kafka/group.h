// The source's place in its consumer group: what is assigned, which lanes were started, and what librdkafka
// is told to fetch. Everything here belongs to the poll thread, but for `call`.
#ifndef GUANXI_DAEMON_KAFKA_GROUP_H
#define GUANXI_DAEMON_KAFKA_GROUP_H

#include <librdkafka/rdkafka.h>

#include "client.h"
#include "lane.h"
#include "port/source.h"

// The queue of a partition that had a lane. To the end librdkafka puts notes into it that hold the
// partition; if its topic has been deleted and nobody takes them out, rd_kafka_destroy never returns (2.0.2).
struct kept_queue {
    struct kept_queue *link;
    char *topic;
    int32_t partition;
    rd_kafka_queue_t *queue;
};

struct kafka_source {
    struct source port;
    struct source_events events;
    const struct kafka_settings *settings;
    rd_kafka_t *client;
    rd_kafka_queue_t *queue; // the group's
    struct kafka_outage outage;
    struct prefetch_limits limits;
    rd_kafka_topic_partition_list_t *assigned; // by the group; NULL: nothing is
    struct source_lane *lanes;                 // those that were started
    struct kept_queue *kept;                   // one for each partition that was ever ours
    bool changed;                              // lanes differ from what librdkafka is told to fetch
    atomic_bool call;                          // some lane wants to be looked after
};

// The rebalance callback of librdkafka; its opaque is the source.
void group_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t *list,
                     void *opaque);

// Takes back whatever was assigned, after telling the owner.
void group_give_up(struct kafka_source *source, bool lost);

// Empties and forgets the kept queues: the last thing before the client is destroyed.
void group_end(struct kafka_source *source);

struct source_lane *group_find_lane(const struct kafka_source *source, const char *topic, int32_t partition);
void group_close_lane(struct kafka_source *source, struct source_lane *lane);

// Tells librdkafka what to fetch and from where, if that has changed.
void group_settle(struct kafka_source *source);

// A message that came through the group's queue.
void group_serve(struct kafka_source *source, const rd_kafka_message_t *message);

// Tells the faults that takers met, and has queues refilled that they found empty.
void group_look_after(struct kafka_source *source);

#endif
