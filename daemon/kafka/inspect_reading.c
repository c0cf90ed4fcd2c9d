// Whether the topics can be read: each partition from its end, where it gives what comes, or word that it is the end.
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "inspection.h"

enum { SLICE_MS = 100, COMMITTED_MS = 500 };

struct read_topic {
    const char *name;
    int partitions; // -1: not known to be there, and told of
    int awaited;    // of them without word
    rd_kafka_resp_err_t error;
};

static void count_partitions(struct kafka_look *look, struct read_topic *topic)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *handle = rd_kafka_topic_new(look->client, topic->name, NULL);
    rd_kafka_resp_err_t error = handle ? RD_KAFKA_RESP_ERR_NO_ERROR : RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
    if (!error)
        error = rd_kafka_metadata(look->client, 0, handle, &metadata, kafka_look_left(look, INT32_MAX));
    if (!error) {
        error = metadata->topics[0].err;
        topic->partitions = error ? -1 : metadata->topics[0].partition_cnt;
        rd_kafka_metadata_destroy(metadata);
    }
    if (handle)
        rd_kafka_topic_destroy(handle);
    topic->error = error;
}

// The first word of a partition; what comes later is of no interest. What is of no partition is of the group.
static void take_word(struct kafka_look *look, struct read_topic *topics, size_t count, rd_kafka_topic_partition_list_t *list,
                      const rd_kafka_message_t *message)
{
    rd_kafka_topic_partition_t *partition =
        message->rkt ? rd_kafka_topic_partition_list_find(list, rd_kafka_topic_name(message->rkt), message->partition) : NULL;
    if (!message->rkt && message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        look->group_error = message->err;
    if (!partition || partition->opaque)
        return;
    rd_kafka_resp_err_t error = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF ? RD_KAFKA_RESP_ERR_NO_ERROR : message->err;
    partition->opaque = topics;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(topics[i].name, partition->topic) != 0)
            continue;
        topics[i].awaited--;
        if (error)
            topics[i].error = error;
    }
}

static void wait_for_word(struct kafka_look *look, struct read_topic *topics, size_t count,
                          rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(look->client, timeout_ms);
    if (!message)
        return;
    take_word(look, topics, count, list, message);
    rd_kafka_message_destroy(message);
}

static void read_ends(struct kafka_look *look, struct read_topic *topics, size_t count, rd_kafka_topic_partition_list_t *list)
{
    int left;
    rd_kafka_poll_set_consumer(look->client);
    rd_kafka_assign(look->client, list);
    for (int heard = 0; heard < list->cnt && (left = kafka_look_left(look, SLICE_MS)) > 0;) {
        wait_for_word(look, topics, count, list, left);
        heard = 0;
        for (int i = 0; i < list->cnt; i++)
            heard += list->elems[i].opaque != NULL;
    }
    rd_kafka_assign(look->client, NULL);
}

static void tell(struct kafka_look *look, const struct read_topic *topic)
{
    char subject[300];
    snprintf(subject, sizeof subject, "kafka.topics %s", topic->name);
    if (topic->error)
        kafka_look_tell_topic(look, topic->name, "kafka.topics", "READ", topic->error);
    else if (topic->awaited > 0)
        inspection_tell(look->inspection, FINDING_AWAY, subject, "%d of %d partitions gave no answer: see whether all brokers run",
                        topic->awaited, topic->partitions);
    else
        inspection_tell(look->inspection, FINDING_OK, subject, "%d %s, can be read", topic->partitions,
                        topic->partitions == 1 ? "partition" : "partitions");
}

// The right to the group, by its offsets: to join it would take lanes from those that run. That it is refused is told
// to readers; who asks for offsets just waits (librdkafka 2.0).
static void look_at_group(struct kafka_look *look, struct read_topic *topics, size_t count,
                          rd_kafka_topic_partition_list_t *list)
{
    char subject[300];
    snprintf(subject, sizeof subject, "kafka.group_id %s", look->settings->group_id);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    int left;
    while (error == RD_KAFKA_RESP_ERR__TIMED_OUT && !look->group_error && (left = kafka_look_left(look, COMMITTED_MS)) > 0) {
        error = rd_kafka_committed(look->client, list, left);
        wait_for_word(look, topics, count, list, 0);
    }
    if (look->group_error)
        error = look->group_error;
    if (error == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        inspection_tell(look->inspection, FINDING_WRONG, subject, "not allowed: an ACL has to give this login READ on the group");
    else if (error)
        inspection_tell(look->inspection, FINDING_AWAY, subject, "its coordinator gave no answer: %s", rd_kafka_err2str(error));
    else
        inspection_tell(look->inspection, FINDING_OK, subject, "its offsets can be read");
}

int kafka_look_at_reading(struct kafka_look *look)
{
    size_t count = look->settings->topic_count;
    struct read_topic *topics = calloc(count, sizeof *topics);
    if (!topics)
        return fault(STATUS_NOMEM, "kafka: out of memory");
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(16);
    for (size_t i = 0; i < count; i++) {
        topics[i] = (struct read_topic){.name = look->settings->topics[i], .partitions = -1};
        count_partitions(look, &topics[i]);
        for (int p = 0; p < topics[i].partitions; p++, topics[i].awaited++)
            rd_kafka_topic_partition_list_add(list, topics[i].name, p)->offset = RD_KAFKA_OFFSET_END;
    }
    if (list->cnt > 0)
        read_ends(look, topics, count, list);
    for (size_t i = 0; i < count; i++)
        tell(look, &topics[i]);
    if (list->cnt > 0)
        look_at_group(look, topics, count, list);
    rd_kafka_topic_partition_list_destroy(list);
    free(topics);
    return 0;
}
