#include "load.h"

#include <string.h>
#include <time.h>

// What a shop with a call centre sees on an ordinary day.
static const struct load_kind kinds[] = {
    {"call.completed", "//pbx.example", "pbx", 0, 150, 3, "{\"direction\":\"outbound\",\"duration_s\":%u}", 2},
    {"call.completed", "//pbx.example", "pbx", 0, 100, 3, "{\"direction\":\"inbound\",\"duration_s\":%u}", 1},
    {"call.missed", "//pbx.example", "pbx", 0, 50, 0, "{\"direction\":\"inbound\",\"line\":%u}", 0},
    {"visit.completed", "//crm.example", "crm", 0, 60, 5, "{\"direction\":\"outbound\",\"agent\":%u}", 2},
    {"visit.completed", "//crm.example", "crm", 0, 40, 5, "{\"direction\":\"inbound\",\"agent\":%u}", 1},
    {"message.sent", "//chat.example", "msg", 2, 180, 1, "{\"channel\":\"wechat\",\"template\":%u}", 2},
    {"message.received", "//chat.example", "msg", 2, 170, 2, "{\"channel\":\"wechat\",\"words\":%u}", 1},
    {"order.placed", "//shop.example", "ord", 1, 100, 8,
     "{\"order_id\":\"o-%2$s\",\"amount\":\"%1$u.50\",\"currency\":\"CNY\"}", 0},
    {"order.delivered", "//shop.example", "ord", 1, 60, 0, "{\"order_id\":\"o-%2$s\",\"carrier\":\"sf-%1$u\"}", 0},
    {"feedback.received", "//crm.example", "crm", 2, 50, 4, "{\"sentiment\":\"praise\",\"survey\":%u}", 1},
    {"feedback.received", "//crm.example", "crm", 2, 25, 4, "{\"sentiment\":\"suggestion\",\"survey\":%u}", 1},
    {"feedback.received", "//crm.example", "crm", 2, 15, -4, "{\"sentiment\":\"complaint\",\"survey\":%u}", 1},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

// splitmix64
static uint64_t mix(uint64_t value)
{
    value += 0x9e3779b97f4a7c15u;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

struct load_event load_event(const struct bench_options *options, int64_t number)
{
    uint64_t dice = mix(options->seed * 0x2545f4914f6cdd1du + (uint64_t)number);
    struct load_event event = {
        .number = number, .customer = (uint32_t)((dice >> 32) % (uint64_t)options->customers),
        .time_us = options->start_us +
                   (int64_t)((double)options->span_us * ((double)number / (double)options->events)),
        .dice = mix(dice),
    };
    int roll = (int)(event.dice % 1000), kind = 0;
    while (kind < KINDS - 1 && roll >= kinds[kind].permille)
        roll -= kinds[kind++].permille;
    event.kind = &kinds[kind];
    return event;
}

const struct load_kind *load_kind(const char *type)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i].type, type) == 0)
            return &kinds[i];
    }
    die("no events of type %s here", type);
}

void load_customer_id(uint32_t customer, char text[CUSTOMER_ID_SIZE])
{
    snprintf(text, CUSTOMER_ID_SIZE, "c-%07u", customer);
}

void load_event_id(const struct load_event *event, char text[EVENT_ID_SIZE])
{
    snprintf(text, EVENT_ID_SIZE, "%s-%010lld", event->kind->prefix, (long long)event->number % 10000000000);
}

static void print_time(int64_t time_us, char text[40])
{
    time_t seconds = (time_t)(time_us / 1000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t size = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + size, 40 - size, ".%06dZ", (int)(time_us % 1000000));
}

// The formats are the constants of the table above.
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
size_t load_value(const struct load_event *event, char text[VALUE_SIZE])
{
    char customer[CUSTOMER_ID_SIZE], id[EVENT_ID_SIZE], time[40], data[160];
    load_customer_id(event->customer, customer);
    load_event_id(event, id);
    print_time(event->time_us, time);
    snprintf(data, sizeof data, event->kind->data, (unsigned)(event->dice >> 40) % 1000, id);
    return (size_t)snprintf(text, VALUE_SIZE,
                            "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\",\"type\":\"%s\",\"time\":\"%s\","
                            "\"subject\":\"%s\",\"datacontenttype\":\"application/json\",\"data\":%s}",
                            id, event->kind->source, event->kind->type, time, customer, data);
}

size_t load_tick(int64_t time_us, int partition, char text[VALUE_SIZE])
{
    char time[40];
    print_time(time_us, time);
    return (size_t)snprintf(text, VALUE_SIZE,
                            "{\"specversion\":\"1.0\",\"id\":\"tick-%lld-%d\",\"source\":\"//clock.example\","
                            "\"type\":\"guanxi.tick\",\"time\":\"%s\"}",
                            (long long)time_us, partition, time);
}

int32_t load_partition(uint32_t customer, int partitions)
{
    return (int32_t)(mix(customer) % (uint64_t)partitions);
}
