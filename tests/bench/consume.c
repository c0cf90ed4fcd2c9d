// How fast the events come out of Kafka when nothing is done with them.
#include "bench.h"

#include <inttypes.h>

static void assign_all(rd_kafka_t *client, const struct bench_options *options)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(options->partitions);
    for (int i = 0; i < options->partitions; i++)
        rd_kafka_topic_partition_list_add(list, options->topics[0], i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t error = rd_kafka_assign(client, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error)
        die("%s", rd_kafka_err2str(error));
}

int bench_consume(const struct bench_options *options)
{
    // As much ahead as the daemon may read.
    static const char *const pairs[] = {"group.id", "bench", "enable.auto.commit", "false", "queued.min.messages",
                                        "100000", "check.crcs", "false", NULL};
    int64_t start = monotonic_us(), first = 0, bytes = 0;
    rd_kafka_t *client = client_open(RD_KAFKA_CONSUMER, client_conf(options, pairs));
    rd_kafka_poll_set_consumer(client);
    assign_all(client, options);
    for (int64_t read = 0; read < options->events;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 30000);
        if (!message)
            die("only %" PRId64 " events in %s", read, options->topics[0]);
        if (message->err)
            die("%s", rd_kafka_message_errstr(message));
        if (read++ == 0)
            first = monotonic_us();
        bytes += (int64_t)message->len;
        rd_kafka_message_destroy(message);
    }
    int64_t end = monotonic_us();
    printf("{\"seconds\": %.4f, \"from_first\": %.4f, \"cpu\": %.3f, \"bytes\": %" PRId64 "}\n",
           (double)(end - start) / 1e6, (double)(end - first) / 1e6, cpu_seconds(), bytes);
    rd_kafka_consumer_close(client);
    rd_kafka_destroy(client);
    return 0;
}
