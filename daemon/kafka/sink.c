#include "kafka/sink.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "client.h"
#include "internal.h"

enum { POLL_MS = 100, PURGE_MS = 1000 };

static const char content_type[] = "application/cloudevents+json";

struct kafka_sink {
    struct sink port;
    const struct kafka_settings *settings;
    rd_kafka_t *client; // NULL: has to be made
    struct kafka_outage outage;
    size_t pending;           // messages whose fate the client has not reported
    size_t failed;            // of this publish
    const char *warned_topic; // the last failure of this publish that was logged
    rd_kafka_resp_err_t warned_error;
};

static struct kafka_sink *of(struct sink *sink)
{
    return (struct kafka_sink *)sink;
}

static void on_error(rd_kafka_t *client, int error, const char *reason, void *opaque)
{
    struct kafka_sink *sink = opaque;
    (void)client;
    // A fatal one is seen by publish.
    if (error != RD_KAFKA_RESP_ERR__FATAL)
        kafka_outage_error(&sink->outage, (rd_kafka_resp_err_t)error, reason);
}

// Counts and logs a message that failed, but not each of a series. Not with librdkafka's text of a report:
// for lack of a better one it quotes the payload.
static void note_failed(struct kafka_sink *sink, const char *topic, rd_kafka_resp_err_t error)
{
    bool known = sink->failed++ > 0 && sink->warned_error == error && strcmp(sink->warned_topic, topic) == 0;
    sink->warned_error = error;
    sink->warned_topic = topic;
    if (known)
        return;
    switch (error) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        log_warning("kafka: the topic %s does not exist: create it; what is to be published there waits", topic);
        break;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        log_warning("kafka: not allowed to write to the topic %s; what is to be published there waits", topic);
        break;
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__FATAL:
        break; // reported as a whole
    default:
        log_warning("kafka: publishing to %s: %s", topic, rd_kafka_err2str(error));
        break;
    }
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *report, void *opaque)
{
    struct kafka_sink *sink = opaque;
    struct sink_message *message = report->_private;
    (void)client;
    sink->pending--;
    if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        message->delivered = true;
        kafka_outage_over(&sink->outage);
    } else {
        note_failed(sink, message->topic, report->err);
    }
}

static int make_client(struct kafka_sink *sink)
{
    static const struct kafka_property defaults[] = {
        // Never waited out: publish hands over all it has and then has it sent. Until then nothing wakes the client.
        {"linger.ms", "100"},
        {"compression.codec", "lz4"},
        // publish has its own deadline; one that runs out inside would be a fatal error up to 2.3.
        {"message.timeout.ms", "0"},
        // How long a topic may stay unknown before that is said.
        {"topic.metadata.propagation.max.ms", "5000"},
        {NULL, NULL},
    };
    static const struct kafka_property fixed[] = {
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"delivery.report.only.error", "false"},
        {NULL, NULL},
    };
    rd_kafka_conf_t *conf;
    int status = kafka_conf(sink->settings, KAFKA_PRODUCER, defaults, fixed, sink, on_error, &conf);
    if (status != 0)
        return status;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return kafka_client(RD_KAFKA_PRODUCER, conf, &sink->client);
}

// Ends the producer and with it every message that it still holds.
static void drop_client(struct kafka_sink *sink)
{
    if (!sink->client)
        return;
    rd_kafka_purge(sink->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(sink->client, PURGE_MS);
    rd_kafka_destroy(sink->client);
    sink->client = NULL;
    sink->pending = 0;
}

static bool turned_fatal(struct kafka_sink *sink)
{
    char reason[512];
    rd_kafka_resp_err_t error = rd_kafka_fatal_error(sink->client, reason, sizeof reason);
    if (!error)
        return false;
    log_warning("kafka: the producer failed for good and is made anew: %s: %s", rd_kafka_err2name(error), reason);
    metric_add(METRIC_PRODUCER_REBUILDS, 1);
    return true;
}

static rd_kafka_resp_err_t produce(struct kafka_sink *sink, struct sink_message *message)
{
    // Without copying: publish does not return before the client has let go of the message.
    return rd_kafka_producev(sink->client, RD_KAFKA_V_TOPIC(message->topic),
                             RD_KAFKA_V_KEY(message->key.data, message->key.size),
                             RD_KAFKA_V_VALUE((void *)message->payload.data, message->payload.size),
                             RD_KAFKA_V_HEADER("content-type", content_type, sizeof content_type - 1),
                             RD_KAFKA_V_OPAQUE(message), RD_KAFKA_V_END);
}

// Has the client send what it holds, and serves it until the deadline allows no more. False when the messages under
// way are to be dropped.
static bool serve(struct kafka_sink *sink, int64_t deadline)
{
    int64_t left_ms = (deadline - clock_monotonic_us()) / 1000;
    if (left_ms <= 0)
        return false;
    rd_kafka_flush(sink->client, left_ms < POLL_MS ? (int)left_ms : POLL_MS);
    kafka_outage_probe(&sink->outage, sink->client);
    return rd_kafka_fatal_error(sink->client, NULL, 0) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

// Hands over and waits. False when the client has to go because it failed or the deadline passed.
static bool send_all(struct kafka_sink *sink, struct sink_message *messages, size_t count, int64_t deadline)
{
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t error;
        while ((error = produce(sink, &messages[i])) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            if (!serve(sink, deadline))
                return false;
        if (error == RD_KAFKA_RESP_ERR__FATAL)
            return false;
        if (error) {
            note_failed(sink, messages[i].topic, error);
        } else {
            sink->pending++;
        }
    }
    while (sink->pending > 0)
        if (!serve(sink, deadline) && sink->pending > 0)
            return false;
    return true;
}

static int sink_publish(struct sink *port, struct sink_message *messages, size_t count, int timeout_ms)
{
    struct kafka_sink *sink = of(port);
    int64_t deadline = clock_monotonic_us() + timeout_ms * INT64_C(1000);
    for (size_t i = 0; i < count; i++)
        messages[i].delivered = false;
    sink->failed = 0;
    if (!sink->client) {
        int status = make_client(sink);
        if (status != 0)
            return status;
    }
    // What happened to the connection since the last time.
    while (rd_kafka_poll(sink->client, 0) > 0)
        continue;
    if (send_all(sink, messages, count, deadline))
        return sink->failed ? 1 : 0;
    if (!turned_fatal(sink))
        log_warning("kafka: %zu of %zu messages were not acknowledged within %d ms and will be sent again",
                    sink->pending, count, timeout_ms);
    drop_client(sink);
    return 1;
}

static const struct sink_ops sink_ops = {.publish = sink_publish};

int kafka_sink_open(const struct kafka_settings *settings, struct sink **sink)
{
    *sink = NULL;
    struct kafka_sink *made = calloc(1, sizeof *made);
    if (!made)
        return fault(STATUS_NOMEM, "kafka: out of memory");
    made->port.ops = &sink_ops;
    made->settings = settings;
    made->outage.who = "producer";
    int status = make_client(made);
    if (status != 0) {
        free(made);
        return status;
    }
    *sink = &made->port;
    return 0;
}

void kafka_sink_close(struct sink *sink)
{
    if (!sink)
        return;
    drop_client(of(sink));
    free(of(sink));
}

rd_kafka_t *kafka_sink_client(struct sink *sink)
{
    return of(sink)->client;
}
