// The events of the benchmark: the same number always gives the same event, in any order of asking.
#ifndef GUANXI_BENCH_LOAD_H
#define GUANXI_BENCH_LOAD_H

#include "bench.h"

enum { EVENT_ID_SIZE = 16, CUSTOMER_ID_SIZE = 16, VALUE_SIZE = 512 };

struct load_event {
    int64_t number;
    uint32_t customer;
    int64_t time_us;
    const struct load_kind *kind;
    uint64_t dice; // for the rest of its content
};

struct load_kind {
    const char *type, *source;
    const char *prefix; // of the ids of its source
    int topic;          // of three: 0 calls and visits, 1 orders, 2 messages and feedback
    int permille;
    double points;
    const char *data; // with %u for a number and %s for the event's id, as it needs them
    int contact;      // 1 inbound, 2 outbound, 0 none: for the floor's columns
};

struct load_event load_event(const struct bench_options *options, int64_t number);
const struct load_kind *load_kind(const char *type);

void load_customer_id(uint32_t customer, char text[CUSTOMER_ID_SIZE]);
void load_event_id(const struct load_event *event, char text[EVENT_ID_SIZE]);
// The structured CloudEvent; returns its size.
size_t load_value(const struct load_event *event, char text[VALUE_SIZE]);
// A guanxi.tick with that time.
size_t load_tick(int64_t time_us, int partition, char text[VALUE_SIZE]);
int32_t load_partition(uint32_t customer, int partitions);

#endif
