// Whether the topics can be written to, without writing: to ask for the acknowledgement of two replicas is refused by
// every broker since 0.9, and only where the right to write is there.
#include "base/clock.h"
#include "client.h"
#include "inspection.h"

enum { SLICE_MS = 100 };

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *report, void *opaque)
{
    struct kafka_written *topic = report->_private;
    (void)client;
    (void)opaque;
    topic->reported = true;
    topic->error = report->err == RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS ? RD_KAFKA_RESP_ERR_NO_ERROR : report->err;
}

static int open_client(struct kafka_look *look, int timeout_ms)
{
    char timeout[16];
    snprintf(timeout, sizeof timeout, "%d", timeout_ms);
    static const struct kafka_property defaults[] = {{"topic.metadata.propagation.max.ms", "2000"}, {NULL, NULL}};
    const struct kafka_property fixed[] = {
        {"enable.idempotence", "false"}, {"acks", "2"}, {"message.timeout.ms", timeout}, {"linger.ms", "0"}, {NULL, NULL}};
    rd_kafka_conf_t *conf;
    int status = kafka_conf(look->settings, KAFKA_PRODUCER, defaults, fixed, look, kafka_look_error, &conf);
    if (status != 0)
        return status;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return kafka_client(RD_KAFKA_PRODUCER, conf, &look->client);
}

static void write_all(struct kafka_look *look, struct kafka_written *topics, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t error = rd_kafka_producev(look->client, RD_KAFKA_V_TOPIC(topics[i].name),
                                                      RD_KAFKA_V_KEY("guanxi", 6), RD_KAFKA_V_OPAQUE(&topics[i]), RD_KAFKA_V_END);
        topics[i].reported = error != RD_KAFKA_RESP_ERR_NO_ERROR;
        topics[i].error = error ? error : RD_KAFKA_RESP_ERR__TIMED_OUT; // until it is reported
    }
    int left;
    for (size_t reported = 0; reported < count && (left = kafka_look_left(look, SLICE_MS)) > 0;) {
        rd_kafka_poll(look->client, left);
        reported = 0;
        for (size_t i = 0; i < count; i++)
            reported += topics[i].reported;
    }
}

static void tell(const struct kafka_look *look, const struct kafka_written *topic)
{
    char subject[300];
    snprintf(subject, sizeof subject, "%s %s", topic->option, topic->name);
    if (topic->error)
        kafka_look_tell_topic(look, topic->name, topic->option, "WRITE", topic->error);
    else
        inspection_tell(look->inspection, FINDING_OK, subject, "can be written");
}

int kafka_look_at_writing(const struct kafka_look *reading, struct kafka_written *topics, size_t count, int timeout_ms)
{
    struct kafka_look look = {.settings = reading->settings, .inspection = reading->inspection};
    look.deadline = clock_monotonic_us() + timeout_ms * INT64_C(1000);
    int status = open_client(&look, timeout_ms);
    if (status != 0)
        return status;
    write_all(&look, topics, count);
    for (size_t i = 0; i < count; i++)
        tell(&look, &topics[i]);
    rd_kafka_purge(look.client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(look.client, SLICE_MS);
    rd_kafka_destroy(look.client);
    return 0;
}
