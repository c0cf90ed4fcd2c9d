#include "group.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/metrics.h"
#include "lookup.h"

enum { DEFAULT_LOOKUP_MS = 5000 };

struct source_lane *group_find_lane(const struct kafka_source *source, const char *topic, int32_t partition)
{
    for (struct source_lane *lane = source->lanes; lane; lane = lane->link)
        if (lane->partition == partition && strcmp(lane->topic, topic) == 0)
            return lane;
    return NULL;
}

static void empty_queue(rd_kafka_queue_t *queue)
{
    rd_kafka_message_t *message;
    while ((message = rd_kafka_consume_queue(queue, 0)) != NULL)
        rd_kafka_message_destroy(message);
    rd_kafka_queue_destroy(queue);
}

static void keep_queue(struct kafka_source *source, struct source_lane *lane)
{
    rd_kafka_queue_t *queue = source_lane_detach(lane);
    struct kept_queue *kept = source->kept;
    if (!queue)
        return;
    while (kept && (kept->partition != lane->partition || strcmp(kept->topic, lane->topic) != 0))
        kept = kept->link;
    if (kept) {
        empty_queue(kept->queue);
        kept->queue = queue;
        return;
    }
    kept = malloc(sizeof *kept);
    char *topic = strdup(lane->topic);
    if (!kept || !topic) {
        free(kept);
        free(topic);
        empty_queue(queue);
        return;
    }
    *kept = (struct kept_queue){source->kept, topic, lane->partition, queue};
    source->kept = kept;
}

void group_end(struct kafka_source *source)
{
    while (source->kept) {
        struct kept_queue *kept = source->kept;
        source->kept = kept->link;
        empty_queue(kept->queue);
        free(kept->topic);
        free(kept);
    }
}

void group_close_lane(struct kafka_source *source, struct source_lane *lane)
{
    struct source_lane **place = &source->lanes;
    while (*place && *place != lane)
        place = &(*place)->link;
    if (*place)
        *place = lane->link;
    keep_queue(source, lane);
    source_lane_free(lane);
}

static void close_lanes(struct kafka_source *source)
{
    while (source->lanes)
        group_close_lane(source, source->lanes);
    source->changed = false;
}

// Tells librdkafka what to fetch and from where: all lanes at once, each at its next offset. The eager
// protocol allows no other way, and what was prefetched is fetched again.
static void assign_lanes(struct kafka_source *source)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    source->changed = false;
    for (struct source_lane *lane = source->lanes; lane; lane = lane->link) {
        int64_t next = source_lane_suspend(lane);
        if (source_lane_attach(lane, source->client))
            rd_kafka_topic_partition_list_add(list, lane->topic, lane->partition)->offset = next;
        else
            log_error("kafka: %s/%d is not known to librdkafka", lane->topic, (int)lane->partition);
    }
    rd_kafka_resp_err_t error = rd_kafka_assign(source->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error) {
        log_error("kafka: assigning partitions: %s", rd_kafka_err2str(error));
        return;
    }
    // From here on what was fetched for the assignment before is outdated, and librdkafka drops it.
    for (struct source_lane *lane = source->lanes; lane; lane = lane->link)
        if (lane->queue)
            source_lane_resume(lane);
}

void group_give_up(struct kafka_source *source, bool lost)
{
    if (!source->assigned)
        return;
    source->events.revoked(source->events.context, lost);
    close_lanes(source);
    rd_kafka_topic_partition_list_destroy(source->assigned);
    source->assigned = NULL;
}

static void take_over(struct kafka_source *source, const rd_kafka_topic_partition_list_t *list)
{
    size_t count = (size_t)list->cnt;
    int timeout_ms =
        source->settings->lookup_timeout_ms > 0 ? source->settings->lookup_timeout_ms : DEFAULT_LOOKUP_MS;
    struct source_partition *partitions = calloc(count ? count : 1, sizeof *partitions);
    source->assigned = rd_kafka_topic_partition_list_copy(list);
    if (partitions) {
        char *cluster_id = rd_kafka_clusterid(source->client, timeout_ms);
        for (size_t i = 0; i < count; i++)
            partitions[i] = (struct source_partition){.topic = list->elems[i].topic,
                                                      .partition = list->elems[i].partition,
                                                      .cluster_id = cluster_id ? cluster_id : ""};
        rd_kafka_resp_err_t error = lookup_offsets(source->client, partitions, count, timeout_ms);
        if (error)
            log_warning("kafka: asking for the ends of the assigned partitions: %s", rd_kafka_err2str(error));
        source->events.assigned(source->events.context, partitions, count);
        rd_kafka_mem_free(source->client, cluster_id);
        free(partitions);
    } else {
        log_error("kafka: out of memory for an assignment of %zu partitions", count);
    }
    assign_lanes(source);
}

void group_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t *list,
                     void *opaque)
{
    struct kafka_source *source = opaque;
    if (error == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        metric_add(METRIC_REBALANCES, 1);
        group_give_up(source, true); // nothing, in the eager protocol
        take_over(source, list);
        return;
    }
    if (error != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS)
        log_warning("kafka: rebalance: %s", rd_kafka_err2str(error));
    group_give_up(source, rd_kafka_assignment_lost(client) != 0);
    rd_kafka_assign(client, NULL);
}

// What an operator can do about an error of the group or of a topic; it goes away by itself after that.
static const char *advice(rd_kafka_resp_err_t error)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return "; it is read as soon as it exists: create it, or mend kafka.topics";
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        return "; it is read as soon as it may be: grant READ and DESCRIBE on it";
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return "; it is joined as soon as it may be: grant READ on the group";
    default:
        return "";
    }
}

// Records come through their lane's queue only. Should one turn up at the group's, those behind it must
// wait until the lane has begun again before it.
void group_serve(struct kafka_source *source, const rd_kafka_message_t *message)
{
    const char *topic = message->rkt ? rd_kafka_topic_name(message->rkt) : NULL;
    struct source_lane *lane = topic ? group_find_lane(source, topic, message->partition) : NULL;
    if (lane) {
        if (!source->changed)
            log_warning("kafka: %s/%d went astray at offset %lld and starts again", topic,
                        (int)message->partition, (long long)message->offset);
        source_lane_suspend(lane);
        source->changed = true;
    } else if (message->err && message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF &&
               message->err != RD_KAFKA_RESP_ERR__FATAL) { // which poll returns
        log_warning("kafka: %s%s", rd_kafka_message_errstr(message), advice(message->err));
    }
}

void group_settle(struct kafka_source *source)
{
    if (source->changed)
        assign_lanes(source);
}

void group_look_after(struct kafka_source *source)
{
    if (!atomic_exchange(&source->call, false))
        return;
    for (struct source_lane *lane = source->lanes; lane; lane = lane->link)
        if (source_lane_was_dry(lane))
            prefetch_again(source->client, lane->topic, lane->partition);
    // From the start after each: what is called back may stop lanes.
    for (struct source_lane *lane = source->lanes; lane;) {
        char detail[sizeof lane->detail];
        int kind = source_lane_fault_to_tell(lane, detail);
        if (kind)
            source->events.fault(source->events.context, lane, kind, detail);
        lane = kind ? source->lanes : lane->link;
    }
}
