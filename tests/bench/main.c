// bench VERB --OPTION VALUE...
//
//   publish   events of the mix to one topic or to three
//   range     one event each to customers first, first + 1, ... (spread over all of them)
//   tick      guanxi.tick with the time `start` to every partition
//   consume   reads a topic from its beginning and does nothing with it
//   floor     writes the rows that the events come to by plain SQL
//   latency   publishes at a steady rate and watches the cursors of guanxid
//   lines     writes events of the mix to a file, one a line
#include "bench.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void *must_alloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory)
        die("out of memory");
    return memory;
}

int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

rd_kafka_conf_t *client_conf(const struct bench_options *options, const char *const *pairs)
{
    char error[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", options->brokers, error, sizeof error) != RD_KAFKA_CONF_OK)
        die("%s", error);
    for (; *pairs; pairs += 2) {
        if (rd_kafka_conf_set(conf, pairs[0], pairs[1], error, sizeof error) != RD_KAFKA_CONF_OK)
            die("%s", error);
    }
    return conf;
}

rd_kafka_t *client_open(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
    char error[512];
    rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
    if (!client)
        die("%s", error);
    return client;
}

static int64_t number(const char *name, const char *text)
{
    char *end;
    errno = 0;
    int64_t value = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        die("--%s: '%s' is not a number", name, text);
    return value;
}

static void split_topics(struct bench_options *options, char *text)
{
    for (char *rest = text, *name; (name = strsep(&rest, ",")) != NULL;) {
        if (options->topic_count == 3)
            die("--topic: at most three");
        options->topics[options->topic_count++] = name;
    }
}

static void set_option(struct bench_options *options, const char *name, char *text)
{
    const struct {
        const char *name;
        int64_t *value;
    } numbers[] = {{"events", &options->events}, {"customers", &options->customers}, {"start", &options->start_us},
                   {"span", &options->span_us}, {"batch", &options->batch}, {"rate", &options->rate},
                   {"seconds", &options->seconds}, {"first", &options->first}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name) == 0)
            *numbers[i].value = number(name, text);
    }
    if (strcmp(name, "brokers") == 0)
        options->brokers = text;
    else if (strcmp(name, "conninfo") == 0)
        options->conninfo = text;
    else if (strcmp(name, "topic") == 0)
        split_topics(options, text);
    else if (strcmp(name, "type") == 0)
        options->type = text;
    else if (strcmp(name, "file") == 0)
        options->file = text;
    else if (strcmp(name, "seed") == 0)
        options->seed = (uint64_t)number(name, text);
    else if (strcmp(name, "only") == 0)
        options->only = (int)number(name, text);
    else if (strcmp(name, "partitions") == 0)
        options->partitions = (int)number(name, text);
    else if (strcmp(name, "connections") == 0)
        options->connections = (int)number(name, text);
}

static const struct option names[] = {
    {"brokers", 1, NULL, 0}, {"conninfo", 1, NULL, 0}, {"topic", 1, NULL, 0}, {"only", 1, NULL, 0},
    {"partitions", 1, NULL, 0}, {"events", 1, NULL, 0}, {"customers", 1, NULL, 0}, {"seed", 1, NULL, 0},
    {"start", 1, NULL, 0}, {"span", 1, NULL, 0}, {"connections", 1, NULL, 0}, {"batch", 1, NULL, 0},
    {"rate", 1, NULL, 0}, {"seconds", 1, NULL, 0}, {"type", 1, NULL, 0}, {"first", 1, NULL, 0},
    {"file", 1, NULL, 0}, {0},
};

static const struct {
    const char *name;
    int (*run)(const struct bench_options *options);
} verbs[] = {{"publish", bench_publish}, {"range", bench_range}, {"tick", bench_tick},
             {"consume", bench_consume}, {"floor", bench_floor}, {"latency", bench_latency},
             {"lines", bench_lines}};

int main(int argc, char **argv)
{
    struct bench_options options = {.only = -1, .partitions = 4, .events = 1000000, .customers = 1000000, .seed = 1,
                                    .connections = 2, .batch = 50000, .rate = 5000, .seconds = 20};
    int place, found;
    while ((found = getopt_long(argc, argv, "", names, &place)) == 0)
        set_option(&options, names[place].name, optarg);
    for (size_t i = 0; found == -1 && optind == argc - 1 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(argv[optind], verbs[i].name) == 0)
            return verbs[i].run(&options);
    }
    die("usage: bench publish|range|tick|consume|floor|latency|lines --OPTION VALUE...");
}
