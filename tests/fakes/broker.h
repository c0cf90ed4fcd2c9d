// Inside the fake source: the broker and its partitions.
#ifndef GUANXI_TESTS_FAKES_BROKER_H
#define GUANXI_TESTS_FAKES_BROKER_H

#include <pthread.h>

#include "app/vector.h"
#include "codec/arena.h"
#include "fakes/source.h"

struct kept_record {
    int64_t offset;
    struct span key, value;
};

struct fake_partition {
    char topic[64];
    int32_t number;
    int64_t low, high, limit, committed;
    VECTOR(struct kept_record) records;
};

struct fake_broker {
    pthread_mutex_t mutex;
    struct arena texts;
    VECTOR(struct fake_partition *) partitions;
    VECTOR(struct source_lane *) lanes; // open ones, of all sources
    char cluster_id[64];
    bool answers;
};

struct source_lane {
    struct fake_source *source;
    struct fake_partition *partition;
    int64_t position;
    int wake_fd;
    bool out_of_range;
};


struct fake_partition *fake_partition_of(struct fake_broker *broker, const char *topic, int32_t number);
// Those who read the partition have something to take.
void fake_wake(struct fake_broker *broker, const struct fake_partition *partition);

// A change of a partition under the lock.
#define FAKE_CHANGE(broker, topic, number, statement) \
    do { \
        pthread_mutex_lock(&(broker)->mutex); \
        struct fake_partition *partition = fake_partition_of((broker), (topic), (number)); \
        statement; \
        fake_wake((broker), partition); \
        pthread_mutex_unlock(&(broker)->mutex); \
    } while (0)

#endif
