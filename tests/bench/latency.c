// From produce to commit: publishes at a steady rate while a second connection watches the cursors.
//
// An event counts as committed when a query, sent every millisecond and answered, first shows a next_offset
// beyond it. So each figure is too long by up to one period of looking and one answer (together the
// `period` that is printed), never too short. It begins when the event is handed to the producer, which has
// librdkafka's defaults (linger.ms = 5); the time until Kafka acknowledged it is told besides.
#include "load.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PARTITIONS = 64, DRAIN_US = 30 * 1000 * 1000, PERIOD_US = 1000, SETTLING_SECONDS = 5 };

struct sample { // one event
    int64_t sent_us, acknowledged_us;
    int64_t offset;
    int32_t partition;
    int64_t committed_us;
};

struct look { // one answer about one lane
    int64_t at_us, next_offset;
};

struct lane_looks {
    struct look *looks; // only those at which it had moved
    size_t count, room;
};

struct watch {
    pthread_t thread;
    PGconn *link;
    const char *topic;
    atomic_bool stop;
    struct lane_looks lanes[MOST_PARTITIONS];
    int64_t queries, spent_us;
};

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque)
{
    (void)client;
    (void)opaque;
    struct sample *sample = message->_private;
    if (message->err)
        die("an event did not reach Kafka: %s", rd_kafka_err2str(message->err));
    sample->acknowledged_us = monotonic_us();
    sample->offset = message->offset;
    sample->partition = message->partition;
}

static void sleep_until(int64_t instant)
{
    struct timespec end = {.tv_sec = instant / 1000000, .tv_nsec = instant % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
}

static void note(struct lane_looks *lane, int64_t at_us, int64_t next_offset)
{
    if (lane->count && lane->looks[lane->count - 1].next_offset == next_offset)
        return;
    if (lane->count == lane->room) {
        lane->room = lane->room ? lane->room * 2 : 4096;
        lane->looks = realloc(lane->looks, lane->room * sizeof *lane->looks);
        if (!lane->looks)
            die("out of memory");
    }
    lane->looks[lane->count++] = (struct look){.at_us = at_us, .next_offset = next_offset};
}

static void *watch_lanes(void *argument)
{
    struct watch *watch = argument;
    const char *const parameters[] = {watch->topic};
    for (int64_t next = monotonic_us(); !watch->stop; next += PERIOD_US) {
        int64_t now = monotonic_us();
        if (next < now - PERIOD_US)
            next = now;
        sleep_until(next);
        int64_t asked = monotonic_us();
        PGresult *result = PQexecPrepared(watch->link, "look", 1, parameters, NULL, NULL, 0);
        if (PQresultStatus(result) != PGRES_TUPLES_OK)
            die("%s", PQerrorMessage(watch->link));
        now = monotonic_us();
        watch->queries++;
        watch->spent_us += now - asked;
        for (int i = 0; i < PQntuples(result); i++) {
            int partition = atoi(PQgetvalue(result, i, 0));
            if (partition < MOST_PARTITIONS)
                note(&watch->lanes[partition], now, atoll(PQgetvalue(result, i, 1)));
        }
        PQclear(result);
    }
    return NULL;
}

static void open_watch(struct watch *watch, const struct bench_options *options)
{
    watch->topic = options->topics[0];
    watch->link = PQconnectdb(options->conninfo);
    if (PQstatus(watch->link) != CONNECTION_OK)
        die("%s", PQerrorMessage(watch->link));
    PQclear(PQprepare(watch->link, "look", "SELECT partition, next_offset FROM guanxi.lane WHERE topic = $1", 1,
                      NULL));
    if (pthread_create(&watch->thread, NULL, watch_lanes, watch) != 0)
        die("no thread");
}

static void send_all(rd_kafka_t *client, const struct bench_options *options, struct sample *samples)
{
    static const char content_type[] = "application/cloudevents+json";
    int64_t start = monotonic_us();
    for (int64_t i = 0; i < options->events; i++) {
        struct load_event event = load_event(options, i + options->first);
        char key[CUSTOMER_ID_SIZE], value[VALUE_SIZE];
        struct timespec now;
        int64_t due = start + i * 1000000 / options->rate;
        while (monotonic_us() < due) {
            rd_kafka_poll(client, 0);
            sleep_until(due < monotonic_us() + 500 ? due : monotonic_us() + 500);
        }
        clock_gettime(CLOCK_REALTIME, &now);
        event.time_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
        load_customer_id(event.customer, key);
        size_t size = load_value(&event, value);
        samples[i].sent_us = monotonic_us();
        rd_kafka_resp_err_t error = rd_kafka_producev(
            client, RD_KAFKA_V_TOPIC(options->topics[0]),
            RD_KAFKA_V_PARTITION(load_partition(event.customer, options->partitions)),
            RD_KAFKA_V_KEY(key, strlen(key)), RD_KAFKA_V_VALUE(value, size),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(&samples[i]),
            RD_KAFKA_V_HEADER("content-type", content_type, sizeof content_type - 1), RD_KAFKA_V_END);
        if (error)
            die("%s", rd_kafka_err2str(error));
    }
    if (rd_kafka_flush(client, 30000) != RD_KAFKA_RESP_ERR_NO_ERROR)
        die("not all events reached Kafka");
}

static bool all_seen(const struct watch *watch, const struct bench_options *options, const struct sample *samples)
{
    int64_t last[MOST_PARTITIONS] = {0};
    for (int64_t i = 0; i < options->events; i++) {
        if (samples[i].offset >= last[samples[i].partition])
            last[samples[i].partition] = samples[i].offset + 1;
    }
    for (int i = 0; i < options->partitions; i++) {
        const struct lane_looks *lane = &watch->lanes[i];
        if (last[i] && (lane->count == 0 || lane->looks[lane->count - 1].next_offset < last[i]))
            return false;
    }
    return true;
}

static void find_commit(const struct watch *watch, struct sample *sample)
{
    const struct lane_looks *lane = &watch->lanes[sample->partition];
    size_t low = 0, high = lane->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (lane->looks[middle].next_offset > sample->offset)
            high = middle;
        else
            low = middle + 1;
    }
    if (low == lane->count)
        die("an event was not committed in time");
    sample->committed_us = lane->looks[low].at_us;
}

static int compare_numbers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static void print_quantiles(const char *name, int64_t *values, int64_t count)
{
    qsort(values, (size_t)count, sizeof *values, compare_numbers);
    printf("\"%s\": {\"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, \"p999\": %.3f, \"max\": %.3f}", name,
           (double)values[count / 2] / 1e3, (double)values[count * 90 / 100] / 1e3,
           (double)values[count * 99 / 100] / 1e3, (double)values[count * 999 / 1000] / 1e3,
           (double)values[count - 1] / 1e3);
}

int bench_latency(const struct bench_options *given)
{
    static const char *const pairs[] = {"socket.nagle.disable", "true", NULL};
    static struct watch watch;
    struct bench_options options = *given;
    // A producer's first second is its own: it connects, learns the topic and gets its id.
    const int64_t begin = given->rate * SETTLING_SECONDS;
    options.events = begin + given->rate * given->seconds;
    struct sample *samples = must_alloc((size_t)options.events, sizeof *samples);
    int64_t *values = must_alloc((size_t)options.events, sizeof *values);
    rd_kafka_conf_t *conf = client_conf(&options, pairs);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *client = client_open(RD_KAFKA_PRODUCER, conf);
    open_watch(&watch, &options);
    int64_t start = monotonic_us();
    send_all(client, &options, samples);
    int64_t sent = monotonic_us();
    while (monotonic_us() < sent + DRAIN_US && !all_seen(&watch, &options, samples))
        usleep(20000);
    watch.stop = true;
    pthread_join(watch.thread, NULL);
    for (int64_t i = 0; i < options.events; i++)
        find_commit(&watch, &samples[i]);
    printf("{\"events\": %" PRId64 ", \"seconds\": %.3f, \"period_ms\": %.3f, ", options.events,
           (double)(sent - start) / 1e6,
           (PERIOD_US + (double)watch.spent_us / (double)watch.queries) / 1e3);
    for (int64_t i = begin; i < options.events; i++)
        values[i - begin] = samples[i].committed_us - samples[i].sent_us;
    print_quantiles("produce_to_commit_ms", values, options.events - begin);
    printf(", ");
    for (int64_t i = begin; i < options.events; i++)
        values[i - begin] = samples[i].acknowledged_us - samples[i].sent_us;
    print_quantiles("produce_to_kafka_ms", values, options.events - begin);
    printf("}\n");
    rd_kafka_destroy(client);
    PQfinish(watch.link);
    return 0;
}
