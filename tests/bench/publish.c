// The producer's side: as fast as Kafka takes it.
#include "load.h"

#include <inttypes.h>
#include <string.h>

static int64_t failed;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    (void)opaque;
    failed += message->err != 0;
}

static rd_kafka_t *open_producer(const struct bench_options *options)
{
    // Idempotent: a repeated request must not bring events out of order.
    static const char *const pairs[] = {"enable.idempotence", "true", "linger.ms", "20", "batch.size", "1000000",
        "queue.buffering.max.messages", "200000", "queue.buffering.max.kbytes", "262144", NULL};
    rd_kafka_conf_t *conf = client_conf(options, pairs);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return client_open(RD_KAFKA_PRODUCER, conf);
}

static void send_value(rd_kafka_t *client, const char *topic, int32_t partition, const char *key, const char *value,
                       size_t size)
{
    static const char content_type[] = "application/cloudevents+json";
    rd_kafka_resp_err_t error;
    while ((error = rd_kafka_producev(
                client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_KEY(key, strlen(key)),
                RD_KAFKA_V_VALUE((void *)(uintptr_t)value, size), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                RD_KAFKA_V_HEADER("content-type", content_type, sizeof content_type - 1), RD_KAFKA_V_END)) ==
           RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(client, 10);
    if (error)
        die("%s: %s", topic, rd_kafka_err2str(error));
}

static const char *topic_of(const struct bench_options *options, const struct load_event *event)
{
    return options->topics[options->topic_count == 3 ? event->kind->topic : 0];
}

static size_t send_event(rd_kafka_t *client, const struct bench_options *options, const struct load_event *event)
{
    char key[CUSTOMER_ID_SIZE], value[VALUE_SIZE];
    size_t size = load_value(event, value);
    load_customer_id(event->customer, key);
    send_value(client, topic_of(options, event), load_partition(event->customer, options->partitions), key, value,
               size);
    return size;
}

static int finish(rd_kafka_t *client, int64_t start, int64_t sent, int64_t bytes)
{
    if (rd_kafka_flush(client, 120000) != RD_KAFKA_RESP_ERR_NO_ERROR || failed)
        die("%" PRId64 " of %" PRId64 " events did not reach Kafka", failed, sent);
    rd_kafka_destroy(client);
    printf("{\"events\": %" PRId64 ", \"seconds\": %.4f, \"mean_bytes\": %.1f}\n", sent,
           (double)(monotonic_us() - start) / 1e6, sent ? (double)bytes / (double)sent : 0.0);
    return 0;
}

int bench_publish(const struct bench_options *options)
{
    rd_kafka_t *client = open_producer(options);
    int64_t start = monotonic_us(), bytes = 0, sent = 0;
    for (int64_t i = 0; i < options->events; i++) {
        struct load_event event = load_event(options, i);
        if (options->only >= 0 && event.kind->topic != options->only)
            continue;
        bytes += (int64_t)send_event(client, options, &event);
        if (sent++ % 1000 == 0)
            rd_kafka_poll(client, 0);
    }
    return finish(client, start, sent, bytes);
}

// A prime that divides no number of customers in use: neighbours in number are far apart as customers.
enum { STRIDE = 611953 };

int bench_range(const struct bench_options *options)
{
    rd_kafka_t *client = open_producer(options);
    int64_t start = monotonic_us(), bytes = 0;
    for (int64_t i = 0; i < options->events; i++) {
        int64_t number = options->first + i;
        struct load_event event = {
            // Ids must differ between calls: the seed is part of them.
            .number = (int64_t)options->seed * 100000000 + number, .kind = load_kind(options->type),
            .customer = (uint32_t)(number * STRIDE % options->customers),
            .time_us = options->start_us + (int64_t)((double)options->span_us * (double)i / (double)options->events),
        };
        bytes += (int64_t)send_event(client, options, &event);
        if (i % 1000 == 0)
            rd_kafka_poll(client, 0);
    }
    return finish(client, start, options->events, bytes);
}

int bench_tick(const struct bench_options *options)
{
    rd_kafka_t *client = open_producer(options);
    int64_t start = monotonic_us(), bytes = 0;
    for (int partition = 0; partition < options->partitions; partition++) {
        char value[VALUE_SIZE];
        size_t size = load_tick(options->start_us, partition, value);
        send_value(client, options->topics[0], partition, "", value, size);
        bytes += (int64_t)size;
    }
    return finish(client, start, options->partitions, bytes);
}
