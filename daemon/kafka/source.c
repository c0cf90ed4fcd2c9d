#include "kafka/source.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "group.h"
#include "internal.h"
#include "lookup.h"

enum { SERVED_AT_ONCE = 1000, LEAVE_MS = 3000, LEAVE_POLL_MS = 100 };

static struct kafka_source *of(struct source *source)
{
    return (struct kafka_source *)source;
}

// --- The operations -------------------------------------------------------------------------------

static int source_start(struct source *port, const char *topic, int32_t partition, int64_t offset, int wake_fd,
                        struct source_lane **lane)
{
    struct kafka_source *source = of(port);
    *lane = NULL;
    if (!source->assigned || !rd_kafka_topic_partition_list_find(source->assigned, topic, partition))
        return 1;
    struct source_lane *former = group_find_lane(source, topic, partition);
    if (former)
        group_close_lane(source, former);
    source->changed = true;
    struct source_lane *made = source_lane_new(topic, partition, offset, wake_fd);
    if (!made)
        return fault(STATUS_NOMEM, "kafka: out of memory for %s/%d", topic, (int)partition);
    made->link = source->lanes;
    source->lanes = made;
    *lane = made;
    return 0;
}

static void source_stop(struct source *port, struct source_lane *lane)
{
    struct kafka_source *source = of(port);
    group_close_lane(source, lane);
    source->changed = true;
}

static int source_take(struct source *port, struct source_lane *lane, int most,
                       bool (*each)(void *context, const struct record *record), void *context)
{
    struct kafka_source *source = of(port);
    bool call;
    int seen = source_lane_take(lane, &source->limits, most, each, context, &call);
    if (call && !atomic_exchange(&source->call, true))
        rd_kafka_queue_yield(source->queue);
    return seen;
}

static int64_t source_end_seen(struct source *port, struct source_lane *lane)
{
    (void)port;
    return atomic_load(&lane->end);
}

static int source_query(struct source *port, const char *topic, int32_t partition, int timeout_ms, int64_t *low,
                        int64_t *high)
{
    struct source_partition question = {.topic = topic, .partition = partition};
    rd_kafka_resp_err_t error = lookup_offsets(of(port)->client, &question, 1, timeout_ms);
    if (error)
        log_debug("kafka: asking for the ends of %s/%d: %s", topic, (int)partition, rd_kafka_err2str(error));
    *low = question.low;
    *high = question.high;
    return error ? 1 : 0;
}

static void source_ends(struct source *port, struct source_partition *lanes, size_t count, int timeout_ms)
{
    rd_kafka_resp_err_t error = lookup_ends(of(port)->client, lanes, count, timeout_ms);
    if (error)
        log_debug("kafka: asking for the ends of lanes: %s", rd_kafka_err2str(error));
}

static void source_commit(struct source *port, const char *topic, int32_t partition, int64_t offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = offset;
    rd_kafka_resp_err_t error = rd_kafka_commit(of(port)->client, list, 1);
    if (error)
        log_debug("kafka: committing %s/%d: %s", topic, (int)partition, rd_kafka_err2str(error));
    rd_kafka_topic_partition_list_destroy(list);
}

static void source_leave(struct source *port)
{
    rd_kafka_unsubscribe(of(port)->client);
}

static int subscribe(struct kafka_source *source)
{
    const struct kafka_settings *settings = source->settings;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)settings->topic_count);
    for (size_t i = 0; i < settings->topic_count; i++)
        rd_kafka_topic_partition_list_add(list, settings->topics[i], RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t error = rd_kafka_subscribe(source->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    return error ? fault(STATUS_UNAVAILABLE, "kafka: subscribing: %s", rd_kafka_err2str(error)) : 0;
}

static void source_join(struct source *port)
{
    // Fails only with a client that is beyond help, which the next poll reports.
    if (subscribe(of(port)) != 0)
        log_warning("%s", fault_message());
}

static void tell_state(const struct kafka_source *source)
{
    bool member = source->assigned != NULL, reached = !source->outage.total;
    metric_set(METRIC_KAFKA_UP, member && reached);
    health_set(HEALTH_KAFKA, member && reached, "%s",
               !reached ? "no broker can be reached" : member ? "" : "no member of the consumer group");
}

static int source_poll(struct source *port, int timeout_ms)
{
    struct kafka_source *source = of(port);
    char message[512];
    group_settle(source);
    for (int i = 0; i < SERVED_AT_ONCE; i++) {
        rd_kafka_message_t *got = rd_kafka_consumer_poll(source->client, i == 0 ? timeout_ms : 0);
        if (!got)
            break;
        group_serve(source, got);
        rd_kafka_message_destroy(got);
    }
    group_look_after(source);
    kafka_outage_probe(&source->outage, source->client);
    tell_state(source);
    rd_kafka_resp_err_t error = rd_kafka_fatal_error(source->client, message, sizeof message);
    return error ? fault(STATUS_UNAVAILABLE, "kafka: %s: %s", rd_kafka_err2name(error), message) : 0;
}

static void on_error(rd_kafka_t *client, int error, const char *reason, void *opaque)
{
    struct kafka_source *source = opaque;
    (void)client;
    // A fatal one is what poll returns.
    if (error != RD_KAFKA_RESP_ERR__FATAL && !source_lane_error((rd_kafka_resp_err_t)error, reason))
        kafka_outage_error(&source->outage, (rd_kafka_resp_err_t)error, reason);
}

// --- Life -----------------------------------------------------------------------------------------

static const struct source_ops source_ops = {
    .poll = source_poll,
    .start = source_start,
    .stop = source_stop,
    .take = source_take,
    .end_seen = source_end_seen,
    .query = source_query,
    .ends = source_ends,
    .commit = source_commit,
    .leave = source_leave,
    .join = source_join,
};

static int check_topics(const struct kafka_settings *settings)
{
    for (size_t i = 0; i < settings->topic_count; i++)
        if (settings->topics[i][0] == '^')
            return fault(STATUS_CONFIG, "kafka.topics: \"%s\": name the topics; patterns are not supported",
                         settings->topics[i]);
    return settings->topic_count ? 0 : fault(STATUS_CONFIG, "kafka.topics: there is none to read");
}

static int make_client(struct kafka_source *source)
{
    const struct kafka_property defaults[] = {
        {"queued.max.messages.kbytes", "2048"}, // for each lane
        {"fetch.message.max.bytes", "1048576"},
        {"fetch.max.bytes", "8388608"},
        {"fetch.min.bytes", "32768"}, // or what has come after fetch.wait.max.ms: not a request a record
        {"fetch.wait.max.ms", "25"},
        {"fetch.error.backoff.ms", "250"},
        {"topic.metadata.refresh.interval.ms", "30000"}, // so soon a new topic or partition is seen
        {"check.crcs", "true"},
        {rd_kafka_version() >= PREFETCH_BACKOFF_VERSION ? "fetch.queue.backoff.ms" : NULL, "10"},
        {NULL, NULL},
    };
    const struct kafka_property fixed[] = {
        {"group.id", source->settings->group_id},
        {"partition.assignment.strategy", "range"},
        {"enable.auto.commit", "false"},
        {"enable.auto.offset.store", "false"},
        {"auto.offset.reset", "error"},
        {"enable.partition.eof", "true"},
        {"isolation.level", "read_committed"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf;
    int status = kafka_conf(source->settings, KAFKA_CONSUMER, defaults, fixed, source, on_error, &conf);
    if (status != 0)
        return status;
    rd_kafka_conf_set_rebalance_cb(conf, group_rebalance);
    status = kafka_client(RD_KAFKA_CONSUMER, conf, &source->client);
    if (status != 0)
        return status;
    rd_kafka_poll_set_consumer(source->client);
    source->queue = rd_kafka_queue_get_consumer(source->client);
    prefetch_limits(&source->limits, source->client);
    return 0;
}

int kafka_source_open(const struct kafka_settings *settings, const struct source_events *events,
                      struct source **source)
{
    *source = NULL;
    struct kafka_source *made = calloc(1, sizeof *made);
    if (!made)
        return fault(STATUS_NOMEM, "kafka: out of memory");
    made->port.ops = &source_ops;
    made->events = *events;
    made->settings = settings;
    made->outage.who = "consumer";
    int status = check_topics(settings);
    if (status == 0)
        status = make_client(made);
    if (status == 0)
        status = subscribe(made);
    if (status != 0) {
        kafka_source_close(&made->port);
        return status;
    }
    *source = &made->port;
    return 0;
}

// Commits under way go before the leaving, and with the coordinator away librdkafka keeps them for as long as a
// session: nothing rests on them, so that they are not waited for. False when the group was not left in time.
static bool leave_group(rd_kafka_t *client)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_error_t *error = rd_kafka_consumer_close_queue(client, queue);
    int64_t deadline = clock_monotonic_us() + LEAVE_MS * INT64_C(1000);
    while (!error && !rd_kafka_consumer_closed(client) && clock_monotonic_us() < deadline)
        rd_kafka_queue_poll_callback(queue, LEAVE_POLL_MS);
    bool left = error || rd_kafka_consumer_closed(client);
    rd_kafka_error_destroy(error); // a client that failed for good: it is in no group
    rd_kafka_queue_destroy(queue);
    return left;
}

static void close_client(struct kafka_source *source)
{
    bool left = leave_group(source->client);
    group_give_up(source, true);
    group_end(source);
    if (source->queue)
        rd_kafka_queue_destroy(source->queue);
    if (left) {
        rd_kafka_destroy(source->client);
        return;
    }
    // Its threads, for which destroying it would wait, end with the process.
    log_notice("kafka: the group could not be left within %d s; the brokers see to it when the session ends",
               LEAVE_MS / 1000);
}

void kafka_source_close(struct source *port)
{
    if (!port)
        return;
    struct kafka_source *source = of(port);
    if (source->client)
        close_client(source);
    free(source);
}

rd_kafka_t *kafka_source_client(struct source *source)
{
    return of(source)->client;
}
