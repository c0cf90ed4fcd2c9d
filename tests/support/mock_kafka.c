#include "support/mock_kafka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/status.h"

extern const int c11_threads_linked; // see c11_threads.c

static void die(const char *what)
{
    fprintf(stderr, "mock_kafka: %s\n", what);
    abort();
}

rd_kafka_t *mock_kafka_producer(const char *brokers, const char *property)
{
    char message[512], name[128];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, NULL);
    if (brokers && rd_kafka_conf_set(conf, "bootstrap.servers", brokers, message, sizeof message) != 0)
        die(message);
    if (property) {
        const char *value = strchr(property, '=');
        snprintf(name, sizeof name, "%.*s", (int)(value - property), property);
        if (rd_kafka_conf_set(conf, name, value + 1, message, sizeof message) != 0)
            die(message);
    }
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message);
    if (!client)
        die(message);
    return client;
}

// The mock cluster waits for a second less than the session's timeout before it ends a rebalance.
static const char *const quick[] = {"session.timeout.ms=6000", "heartbeat.interval.ms=200"};

void mock_kafka_open(struct mock_kafka *mock, int brokers, const char *topic, int partitions)
{
    memset(mock, 0, sizeof *mock);
    if (!c11_threads_linked)
        die("the thread sanitizer needs POSIX threads");
    rd_kafka_t *host = mock_kafka_producer(NULL, NULL);
    mock->cluster = rd_kafka_mock_cluster_new(host, brokers);
    if (!mock->cluster)
        die("the mock cluster could not be started");
    // The cluster lives in the client that was made first.
    mock->client = host;
    mock->topic = topic;
    if (rd_kafka_mock_topic_create(mock->cluster, topic, partitions, brokers > 1 ? 2 : 1) != 0)
        die("the topic could not be created");
    mock->settings = (struct kafka_settings){.brokers = rd_kafka_mock_cluster_bootstraps(mock->cluster),
                                             .group_id = "test",
                                             .client_id = "test",
                                             .topics = &mock->topic,
                                             .topic_count = 1,
                                             .consumer_properties = {quick, 2}};
}

void mock_kafka_close(struct mock_kafka *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->client);
}

void mock_kafka_fill(rd_kafka_t *producer, const char *topic, int partition, int from, int to)
{
    for (int n = from; n < to; n++) {
        char key[16], value[16];
        snprintf(key, sizeof key, "k%d", n);
        snprintf(value, sizeof value, "v%d", n);
        rd_kafka_resp_err_t error;
        while ((error = rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                                          RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(value, strlen(value)),
                                          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END)) ==
               RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(producer, 100);
        if (error)
            die(rd_kafka_err2str(error));
    }
    if (rd_kafka_flush(producer, 30000) != 0)
        die("records were not taken");
}

static void on_assigned(void *context, const struct source_partition *partitions, size_t count)
{
    struct reader *reader = context;
    reader->assigned++;
    for (size_t i = 0; i < count; i++) {
        struct reader_lane *lane = &reader->lanes[partitions[i].partition];
        lane->low = partitions[i].low;
        lane->high = partitions[i].high;
        snprintf(reader->cluster_id, sizeof reader->cluster_id, "%s", partitions[i].cluster_id);
        if (lane->barred)
            continue;
        if (reader->source->ops->start(reader->source, partitions[i].topic, partitions[i].partition,
                                       reader->cursors[partitions[i].partition], reader->wake_fd,
                                       &lane->handle) != 0)
            die(fault_message());
    }
}

static void on_revoked(void *context, bool lost)
{
    struct reader *reader = context;
    reader->revoked++;
    (void)lost;
    for (int i = 0; i < READER_LANES; i++)
        reader->lanes[i].handle = NULL;
}

static void on_fault(void *context, struct source_lane *handle, int fault, const char *detail)
{
    struct reader *reader = context;
    for (int i = 0; i < READER_LANES; i++) {
        if (reader->lanes[i].handle != handle)
            continue;
        reader->lanes[i].fault = fault;
        snprintf(reader->lanes[i].detail, sizeof reader->lanes[i].detail, "%s", detail);
    }
}

struct reader *reader_new(const struct kafka_settings *settings)
{
    struct reader *reader = calloc(1, sizeof *reader);
    struct source_events events = {
        .context = reader, .assigned = on_assigned, .revoked = on_revoked, .fault = on_fault};
    if (!reader)
        die("out of memory");
    reader->wake_fd = -1;
    reader->cursors = reader->own_cursors;
    if (kafka_source_open(settings, &events, &reader->source) != 0)
        die(fault_message());
    return reader;
}

void reader_free(struct reader *reader)
{
    kafka_source_close(reader->source);
    free(reader);
}

static bool take_one(void *context, const struct record *record)
{
    struct reader_lane *lane = context;
    // No test could tell otherwise that key and value belong to the offset.
    if (record->value.size < 2 || record->value.data[0] != 'v')
        die("not a record of mock_kafka_fill");
    if (lane->count == READER_RECORDS)
        die("too many records");
    lane->offsets[lane->count++] = record->offset;
    return true;
}

int reader_take(struct reader *reader)
{
    int seen = 0;
    for (int i = 0; i < READER_LANES; i++) {
        struct reader_lane *lane = &reader->lanes[i];
        if (!lane->handle)
            continue;
        int taken = reader->source->ops->take(reader->source, lane->handle, 1000, take_one, lane);
        if (taken > 0)
            reader->cursors[i] = lane->offsets[lane->count - 1] + 1;
        seen += taken;
    }
    return seen;
}

bool reader_until(struct reader *reader, int timeout_ms, bool (*done)(const struct reader *reader, long argument),
                  long argument)
{
    int64_t deadline = clock_monotonic_us() + timeout_ms * INT64_C(1000);
    while (!done(reader, argument)) {
        if (clock_monotonic_us() > deadline)
            return false;
        if (reader->source->ops->poll(reader->source, 10) != 0)
            die(fault_message());
        reader_take(reader);
    }
    return true;
}

bool reader_assigned(const struct reader *reader, long assignments)
{
    return reader->assigned >= assignments;
}

bool reader_holds(const struct reader *reader, long lanes)
{
    long held = 0;
    for (int i = 0; i < READER_LANES; i++)
        held += reader->lanes[i].handle != NULL;
    return held == lanes;
}

bool reader_has(const struct reader *reader, long records)
{
    long total = 0;
    for (int i = 0; i < READER_LANES; i++)
        total += reader->lanes[i].count;
    return total >= records;
}

bool reader_at_end(const struct reader *reader, long lanes)
{
    long ended = 0;
    for (int i = 0; i < READER_LANES; i++)
        ended += reader->lanes[i].handle &&
                 reader->source->ops->end_seen(reader->source, reader->lanes[i].handle) != SOURCE_NOT_AT_END;
    return ended >= lanes;
}

bool reader_in_order(const struct reader_lane *lane, int from, int to, int64_t first)
{
    if (to > lane->count)
        return false;
    for (int i = from; i < to; i++)
        if (lane->offsets[i] != first + i - from)
            return false;
    return true;
}
