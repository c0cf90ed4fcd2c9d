#include "fakes/broker.h"

#include <stdio.h>
#include <unistd.h>

struct fake_broker *fake_broker_new(void)
{
    struct fake_broker *broker = calloc(1, sizeof *broker);
    if (!broker)
        abort();
    pthread_mutex_init(&broker->mutex, NULL);
    arena_init(&broker->texts, 1 << 16);
    broker->answers = true;
    return broker;
}

void fake_broker_free(struct fake_broker *broker)
{
    for (size_t i = 0; i < broker->partitions.count; i++) {
        vector_free(&broker->partitions.items[i]->records);
        free(broker->partitions.items[i]);
    }
    vector_free(&broker->partitions);
    vector_free(&broker->lanes);
    arena_free(&broker->texts);
    pthread_mutex_destroy(&broker->mutex);
    free(broker);
}

struct fake_partition *fake_partition_of(struct fake_broker *broker, const char *topic, int32_t number)
{
    for (size_t i = 0; i < broker->partitions.count; i++) {
        struct fake_partition *partition = broker->partitions.items[i];
        if (partition->number == number && strcmp(partition->topic, topic) == 0)
            return partition;
    }
    return NULL;
}

int32_t fake_broker_add(struct fake_broker *broker, const char *topic)
{
    struct fake_partition *partition = calloc(1, sizeof *partition);
    struct fake_partition **place = vector_push(&broker->partitions);
    if (!partition || !place)
        abort();
    *place = NULL;
    broker->partitions.count--;
    while (fake_partition_of(broker, topic, partition->number))
        partition->number++;
    snprintf(partition->topic, sizeof partition->topic, "%s", topic);
    partition->limit = INT64_MAX;
    partition->committed = -1;
    broker->partitions.items[broker->partitions.count++] = partition;
    return partition->number;
}

void fake_wake(struct fake_broker *broker, const struct fake_partition *partition)
{
    for (size_t i = 0; i < broker->lanes.count; i++) {
        uint64_t one = 1;
        if (broker->lanes.items[i]->partition == partition && broker->lanes.items[i]->wake_fd >= 0 &&
            write(broker->lanes.items[i]->wake_fd, &one, sizeof one) < 0)
            continue; // awake already
    }
}

int64_t fake_broker_put(struct fake_broker *broker, const char *topic, int32_t number, const char *key,
                        struct span value)
{
    pthread_mutex_lock(&broker->mutex);
    struct fake_partition *partition = fake_partition_of(broker, topic, number);
    struct kept_record *record = partition ? vector_push(&partition->records) : NULL;
    if (!record)
        abort();
    record->offset = partition->high++;
    record->key = arena_copy(&broker->texts, span_text(key));
    record->value = arena_copy(&broker->texts, value);
    int64_t offset = record->offset;
    fake_wake(broker, partition);
    pthread_mutex_unlock(&broker->mutex);
    return offset;
}

void fake_broker_skip(struct fake_broker *broker, const char *topic, int32_t number, int64_t offsets)
{
    FAKE_CHANGE(broker, topic, number, partition->high += offsets);
}

void fake_broker_retain(struct fake_broker *broker, const char *topic, int32_t number, int64_t low)
{
    FAKE_CHANGE(broker, topic, number, partition->low = low);
}

void fake_broker_recreate(struct fake_broker *broker, const char *topic, int32_t number)
{
    FAKE_CHANGE(broker, topic, number, (partition->low = partition->high = 0, vector_clear(&partition->records)));
}

void fake_broker_limit(struct fake_broker *broker, const char *topic, int32_t number, int64_t offset)
{
    FAKE_CHANGE(broker, topic, number, partition->limit = offset);
}

void fake_broker_set_cluster(struct fake_broker *broker, const char *cluster_id)
{
    snprintf(broker->cluster_id, sizeof broker->cluster_id, "%s", cluster_id);
}

int64_t fake_broker_committed(struct fake_broker *broker, const char *topic, int32_t number)
{
    pthread_mutex_lock(&broker->mutex);
    int64_t committed = fake_partition_of(broker, topic, number)->committed;
    pthread_mutex_unlock(&broker->mutex);
    return committed;
}

void fake_broker_answers(struct fake_broker *broker, bool answers)
{
    pthread_mutex_lock(&broker->mutex);
    broker->answers = answers;
    pthread_mutex_unlock(&broker->mutex);
}
