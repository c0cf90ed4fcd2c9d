#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"

struct source_lane *source_lane_new(const char *topic, int32_t partition, int64_t offset, int wake_fd)
{
    struct source_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return NULL;
    pthread_mutex_init(&lane->lock, NULL);
    lane->topic = strdup(topic);
    lane->partition = partition;
    lane->wake_fd = wake_fd;
    lane->next = offset;
    atomic_init(&lane->end, SOURCE_NOT_AT_END);
    if (!lane->topic) {
        source_lane_free(lane);
        return NULL;
    }
    return lane;
}

rd_kafka_queue_t *source_lane_detach(struct source_lane *lane)
{
    rd_kafka_queue_t *queue = lane->queue;
    if (queue)
        rd_kafka_queue_io_event_enable(queue, -1, NULL, 0);
    lane->queue = NULL;
    return queue;
}

static void drop_queue(struct source_lane *lane)
{
    rd_kafka_queue_t *queue = source_lane_detach(lane);
    if (queue)
        rd_kafka_queue_destroy(queue);
}

void source_lane_free(struct source_lane *lane)
{
    if (!lane)
        return;
    drop_queue(lane);
    pthread_mutex_destroy(&lane->lock);
    free(lane->headers);
    free(lane->topic);
    free(lane);
}

int64_t source_lane_suspend(struct source_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->open = false;
    int64_t next = lane->next;
    pthread_mutex_unlock(&lane->lock);
    return next;
}

static void wake(const struct source_lane *lane)
{
    const uint64_t one = 1;
    // A full counter means that a wake-up is already due.
    if (lane->wake_fd >= 0 && write(lane->wake_fd, &one, sizeof one) < 0)
        return;
}

void source_lane_resume(struct source_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->open = true;
    atomic_store(&lane->end, SOURCE_NOT_AT_END);
    pthread_mutex_unlock(&lane->lock);
    // Remains of before the assignment may stand in the queue. As long as it is not empty librdkafka writes
    // no wake-up, so somebody has to look once.
    wake(lane);
}

bool source_lane_attach(struct source_lane *lane, rd_kafka_t *client)
{
    static const uint64_t one = 1;
    rd_kafka_queue_t *queue = rd_kafka_queue_get_partition(client, lane->topic, lane->partition);
    if (!queue)
        return false;
    pthread_mutex_lock(&lane->lock);
    drop_queue(lane);
    // "Forwarding" to nowhere is remembered as the application's choice: an assignment then leaves it alone.
    rd_kafka_queue_forward(queue, NULL);
    if (lane->wake_fd >= 0)
        rd_kafka_queue_io_event_enable(queue, lane->wake_fd, &one, sizeof one);
    lane->queue = queue;
    pthread_mutex_unlock(&lane->lock);
    return true;
}

int source_lane_fault_to_tell(struct source_lane *lane, char *detail)
{
    pthread_mutex_lock(&lane->lock);
    int told = lane->fault_told ? 0 : lane->fault;
    lane->fault_told = lane->fault != 0;
    memcpy(detail, lane->detail, sizeof lane->detail);
    pthread_mutex_unlock(&lane->lock);
    return told;
}

bool source_lane_was_dry(struct source_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    bool dry = lane->dry;
    lane->dry = false;
    pthread_mutex_unlock(&lane->lock);
    return dry;
}

// The headers of a message in lane->headers; returns their number, or -1 when memory is short.
static int read_headers(struct source_lane *lane, const rd_kafka_message_t *message)
{
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    size_t count = rd_kafka_header_cnt(headers);
    if (count > lane->header_room) {
        struct record_header *grown = realloc(lane->headers, count * sizeof *grown);
        if (!grown)
            return -1;
        lane->headers = grown;
        lane->header_room = count;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t size;
        rd_kafka_header_get_all(headers, i, &name, &value, &size);
        lane->headers[i] = (struct record_header){span_text(name), span_of(value, size)};
    }
    return (int)count;
}

static void note_fault(struct source_lane *lane, int kind, rd_kafka_resp_err_t error, const char *reason)
{
    lane->fault = kind;
    snprintf(lane->detail, sizeof lane->detail, "%s at offset %lld: %s", rd_kafka_err2name(error),
             (long long)lane->next, reason);
}

// Errors that librdkafka gets over by itself are only logged; those after which it would go on behind
// unreadable records, or with a topic made anew, are faults, as nothing may be skipped.
static void heed(struct source_lane *lane, rd_kafka_resp_err_t error, const char *reason)
{
    switch (error) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        note_fault(lane, LANE_FAULT_OUT_OF_RANGE, error, reason);
        break;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR__FS:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        note_fault(lane, LANE_FAULT_OTHER, error, reason);
        break;
    default:
        log_warning("kafka: %s/%d: %s", lane->topic, (int)lane->partition, reason);
        break;
    }
}

// The lane that this thread is taking from.
static _Thread_local struct source_lane *taking;

bool source_lane_error(rd_kafka_resp_err_t error, const char *reason)
{
    if (!taking)
        return false;
    heed(taking, error, reason);
    return true;
}

// Hands one record out; false to stop. *seen counts it.
static bool hand_out(struct source_lane *lane, const rd_kafka_message_t *message, int *seen,
                     bool (*each)(void *context, const struct record *record), void *context)
{
    int header_count = read_headers(lane, message);
    if (header_count < 0) {
        lane->fault = LANE_FAULT_OTHER;
        snprintf(lane->detail, sizeof lane->detail, "out of memory");
        return false;
    }
    rd_kafka_timestamp_type_t type;
    int64_t timestamp = rd_kafka_message_timestamp(message, &type);
    const struct record record = {
        .offset = message->offset,
        .timestamp_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : timestamp,
        .key = span_of(message->key, message->key_len),
        .value = span_of(message->payload, message->len),
        .header_count = (size_t)header_count,
        .headers = lane->headers,
    };
    lane->next = message->offset + 1;
    atomic_store_explicit(&lane->end, SOURCE_NOT_AT_END, memory_order_relaxed);
    ++*seen;
    return each(context, &record);
}

int source_lane_take(struct source_lane *lane, const struct prefetch_limits *limits, int most,
              bool (*each)(void *context, const struct record *record), void *context, bool *call)
{
    int seen = 0;
    bool more = true;
    pthread_mutex_lock(&lane->lock);
    taking = lane;
    while (more && seen < most && lane->open && !lane->fault) {
        // One at a time: the batch call of librdkafka 2.0 loses records around an assignment.
        rd_kafka_message_t *message = rd_kafka_consume_queue(lane->queue, 0);
        if (!message) {
            lane->dry |= prefetch_dry(&lane->prefetch, limits);
            break;
        }
        lane->prefetch.records++;
        lane->prefetch.bytes += (int64_t)(message->len + message->key_len);
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            atomic_store(&lane->end, message->offset);
        else if (message->err)
            heed(lane, message->err, rd_kafka_message_errstr(message));
        else if (message->offset >= lane->next) // else a repetition after a change of leader
            more = hand_out(lane, message, &seen, each, context);
        // At once: every message pins the whole buffer it was fetched in.
        rd_kafka_message_destroy(message);
    }
    taking = NULL;
    *call = lane->dry || (lane->fault && !lane->fault_told);
    pthread_mutex_unlock(&lane->lock);
    return seen;
}
