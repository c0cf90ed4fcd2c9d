// Refilling of a lane's queue. librdkafka before 2.2 notices that a full queue has been emptied only when
// something happens on the broker's connection, otherwise once a second: a lane that is being caught up
// would stand still most of the time. So somebody has to make something happen.
#ifndef GUANXI_DAEMON_KAFKA_PREFETCH_H
#define GUANXI_DAEMON_KAFKA_PREFETCH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

// From this version on there is fetch.queue.backoff.ms, and nothing of this is needed.
#define PREFETCH_BACKOFF_VERSION 0x02020000

// A queue that holds so much is not refilled.
struct prefetch_limits {
    int64_t bytes, records; // 0: not needed
};

// What a lane handed out since its queue was last seen empty. Zero to begin with.
struct prefetch {
    int64_t bytes, records;
};

void prefetch_limits(struct prefetch_limits *limits, rd_kafka_t *client);

// The queue has been seen empty. True when it may have been full before.
bool prefetch_dry(struct prefetch *prefetch, const struct prefetch_limits *limits);

// Makes librdkafka look at the partition's broker again, by a question whose answer (two round trips, at
// most 100 ms) nobody needs.
void prefetch_again(rd_kafka_t *client, const char *topic, int32_t partition);

#endif
