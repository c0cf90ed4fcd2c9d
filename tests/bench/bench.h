// bench: the programs behind tests/bench/run.sh, one executable with a verb each. Every verb prints one line
// of JSON with what it measured.
#ifndef GUANXI_BENCH_H
#define GUANXI_BENCH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct bench_options {
    const char *brokers, *conninfo;
    const char *topics[3]; // one, or three by kind of event
    int topic_count;
    int only;              // publish: of the topics only this one, -1: all
    int partitions;        // of every topic
    int64_t events;
    int64_t customers;
    uint64_t seed;
    int64_t start_us, span_us; // times of events: rising evenly from start over the span
    int connections;           // floor
    int64_t batch;             // floor: events of a transaction
    int64_t rate, seconds;     // latency
    const char *type;          // range: type of the events
    int64_t first;             // range: number of the first event, and of its customer
    const char *file;          // lines: where they go
};

int bench_publish(const struct bench_options *options);
int bench_range(const struct bench_options *options);
int bench_tick(const struct bench_options *options);
int bench_consume(const struct bench_options *options);
int bench_floor(const struct bench_options *options);
int bench_latency(const struct bench_options *options);
int bench_lines(const struct bench_options *options);

__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format, ...);
void *must_alloc(size_t count, size_t size);
int64_t monotonic_us(void);
double cpu_seconds(void); // of this process so far

// Clients of Kafka. `pairs` are name, value, ..., NULL besides the brokers.
rd_kafka_conf_t *client_conf(const struct bench_options *options, const char *const *pairs);
rd_kafka_t *client_open(rd_kafka_type_t type, rd_kafka_conf_t *conf);

#endif
