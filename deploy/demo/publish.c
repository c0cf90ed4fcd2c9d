// Publishes records to Kafka for the demo: what kcat does, with headers of its own for every record and
// without a new connection for each.
//
//   publish BROKERS
//
// Reads a record a line: topic, partition (`-`: by the key), key, headers and value, with tabs between
// them; headers are name=value with `|` between them, or `-`. An empty line, and the end, wait until
// Kafka has everything before it; after an empty line the number of records so far is printed.

#include <librdkafka/rdkafka.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS = 5, SECONDS_FOR_DELIVERY = 20 };

struct record {
    const char *topic, *key, *value;
    int32_t partition;
    char *headers;
};

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("publish: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
    (void)producer;
    (void)opaque;
    if (message->err)
        die("%s: not delivered: %s", rd_kafka_topic_name(message->rkt), rd_kafka_err2str(message->err));
}

static rd_kafka_t *open_producer(const char *brokers)
{
    static const char *const properties[][2] = {
        {"linger.ms", "0"}, {"enable.idempotence", "true"}, {"log_level", "3"}};
    char message[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    int failed = rd_kafka_conf_set(conf, "bootstrap.servers", brokers, message, sizeof message);
    for (size_t i = 0; i < sizeof properties / sizeof *properties && !failed; i++)
        failed = rd_kafka_conf_set(conf, properties[i][0], properties[i][1], message, sizeof message);
    rd_kafka_t *producer = failed ? NULL : rd_kafka_new(RD_KAFKA_PRODUCER, conf, message, sizeof message);
    if (!producer)
        die("%s", message);
    return producer;
}

// Takes the line to pieces, in place.
static struct record parse(char *line, long number)
{
    char *fields[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
        // The value is the rest of the line, whatever stands in it.
        fields[i] = i == FIELDS - 1 ? line : strsep(&line, "\t");
        if (!fields[i])
            die("line %ld: %d fields expected", number, FIELDS);
    }
    struct record record = {
        .topic = fields[0], .partition = RD_KAFKA_PARTITION_UA, .key = fields[2], .value = fields[4]};
    if (strcmp(fields[1], "-") != 0) {
        char *end;
        long partition = strtol(fields[1], &end, 10);
        if (end == fields[1] || *end != '\0' || partition < 0 || partition > INT32_MAX)
            die("line %ld: %s is no partition", number, fields[1]);
        record.partition = (int32_t)partition;
    }
    if (strcmp(fields[3], "-") != 0)
        record.headers = fields[3];
    return record;
}

static rd_kafka_headers_t *headers_of(char *text, long number)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
    for (char *header; (header = strsep(&text, "|"));) {
        char *equals = strchr(header, '=');
        if (!equals)
            die("line %ld: header %s has no value", number, header);
        rd_kafka_header_add(headers, header, equals - header, equals + 1, -1);
    }
    return headers;
}

static void publish(rd_kafka_t *producer, const struct record *record, long number)
{
    rd_kafka_headers_t *headers = headers_of(record->headers, number);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(record->topic), RD_KAFKA_V_PARTITION(record->partition),
        RD_KAFKA_V_KEY(record->key, strlen(record->key)),
        RD_KAFKA_V_VALUE((void *)record->value, strlen(record->value)), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error)
        die("line %ld: %s: %s", number, record->topic, rd_kafka_err2str(error));
    rd_kafka_poll(producer, 0);
}

static void wait_for_delivery(rd_kafka_t *producer)
{
    if (rd_kafka_flush(producer, SECONDS_FOR_DELIVERY * 1000))
        die("%d records not delivered within %d s", rd_kafka_outq_len(producer), SECONDS_FOR_DELIVERY);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        die("usage: publish BROKERS");
    rd_kafka_t *producer = open_producer(argv[1]);
    char *line = NULL;
    size_t room = 0;
    long published = 0;
    ssize_t length;
    for (long number = 1; (length = getline(&line, &room, stdin)) >= 0; number++) {
        if (length > 0 && line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (*line) {
            struct record record = parse(line, number);
            publish(producer, &record, number);
            published++;
        } else {
            wait_for_delivery(producer);
            printf("%ld\n", published);
            if (fflush(stdout) != 0)
                die("standard output: %s", strerror(errno));
        }
    }
    wait_for_delivery(producer);
    free(line);
    rd_kafka_destroy(producer);
    return 0;
}
