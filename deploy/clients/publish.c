// Publishes one event with librdkafka, in binary mode: the attributes are headers, the value is the data alone.
//   cc publish.c -o publish $(pkg-config --cflags --libs rdkafka)
//   publish BROKERS TOPIC CUSTOMER
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *context)
{
    (void)producer;
    *(rd_kafka_resp_err_t *)context = message->err;
}

static rd_kafka_t *open_producer(const char *brokers, rd_kafka_resp_err_t *result)
{
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_opaque(conf, result);
    rd_kafka_t *producer = NULL;
    if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, error, sizeof error) == RD_KAFKA_CONF_OK &&
        rd_kafka_conf_set(conf, "enable.idempotence", "true", error, sizeof error) == RD_KAFKA_CONF_OK)
        producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    if (!producer) {
        fprintf(stderr, "publish: %s\n", error);
        exit(1);
    }
    return producer;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "publish BROKERS TOPIC CUSTOMER\n");
        return 64;
    }
    const char *topic = argv[2], *customer = argv[3];
    rd_kafka_resp_err_t result = RD_KAFKA_RESP_ERR__TIMED_OUT;
    rd_kafka_t *producer = open_producer(argv[1], &result);

    struct timespec now;
    struct tm utc;
    char when[32], id[64];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    snprintf(id, sizeof id, "%lld.%09ld", (long long)now.tv_sec, now.tv_nsec); // better: what the event is called at home

    const char data[] = "{\"direction\":\"outbound\"}";
    rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(customer, strlen(customer)),
        RD_KAFKA_V_VALUE((void *)data, sizeof data - 1), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_HEADER("content-type", "application/json", -1), RD_KAFKA_V_HEADER("ce_specversion", "1.0", -1),
        RD_KAFKA_V_HEADER("ce_id", id, -1), RD_KAFKA_V_HEADER("ce_source", "/examples/c", -1),
        RD_KAFKA_V_HEADER("ce_type", "visit.completed", -1), RD_KAFKA_V_HEADER("ce_subject", customer, -1),
        RD_KAFKA_V_HEADER("ce_time", when, -1), RD_KAFKA_V_END);
    if (!error) {
        rd_kafka_flush(producer, 30000);
        error = result; // as the broker answered
    }
    if (error)
        fprintf(stderr, "publish: %s\n", rd_kafka_err2str(error));
    rd_kafka_destroy(producer);
    return error ? 1 : 0;
}
