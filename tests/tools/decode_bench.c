// decode_bench [EVENTS]: nanoseconds of CPU for decoding an event of about 235 bytes, the copy into the arena
// included.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "codec/decode.h"

enum { SAMPLES = 1024, SAMPLE_MAX = 320, BATCH = 10000 };

static const char *const forms[] = {
    "{\"specversion\":\"1.0\",\"id\":\"evt-%08d\",\"source\":\"crm/shop-%d\",\"type\":\"call.completed\","
    "\"subject\":\"customer-%07d\",\"time\":\"2026-01-%02dT12:34:56.789Z\",\"datacontenttype\":\"application/json\","
    "\"data\":{\"direction\":\"outbound\",\"duration_s\":%d}}",
    "{\"specversion\":\"1.0\",\"id\":\"evt-%08d\",\"source\":\"crm/shop-%d\",\"type\":\"order.placed\","
    "\"subject\":\"customer-%07d\",\"time\":\"2026-01-%02dT12:34:56.789Z\","
    "\"data\":{\"order_id\":\"A-2026-0001\",\"amount\":\"%d.50\",\"currency\":\"CNY\"}}",
    "{\"specversion\":\"1.0\",\"id\":\"evt-%08d\",\"source\":\"crm/shop-%d\",\"type\":\"message.received\","
    "\"subject\":\"customer-%07d\",\"time\":\"2026-01-%02dT12:34:56.789Z\",\"datacontenttype\":\"application/json\","
    "\"data\":{\"channel\":\"wechat\",\"length\":%d}}",
};

struct samples {
    char texts[SAMPLES][SAMPLE_MAX];
    struct record_header header;
    struct record records[SAMPLES];
};

static size_t make_samples(struct samples *samples)
{
    size_t bytes = 0;
    samples->header =
        (struct record_header){span_text("content-type"), span_text("application/cloudevents+json")};
    for (int i = 0; i < SAMPLES; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" // every form takes the same arguments
        int size = snprintf(samples->texts[i], SAMPLE_MAX, forms[i % 3], i * 7919, i % 3, i * 977,
                            i % 28 + 1, i % 900);
#pragma GCC diagnostic pop
        bytes += (size_t)size;
        samples->records[i] = (struct record){.value = span_of(samples->texts[i], (size_t)size),
                                              .header_count = 1,
                                              .headers = &samples->header};
    }
    return bytes / SAMPLES;
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int main(int argc, char **argv)
{
    long events = argc > 1 ? strtol(argv[1], NULL, 10) : 2000000;
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    struct samples *samples = malloc(sizeof *samples);
    struct decoder *decoder = decoder_new();
    if (!samples || !decoder || events < 1) {
        fprintf(stderr, "decode_bench [EVENTS]\n");
        return 1;
    }
    size_t bytes = make_samples(samples);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    int64_t unknown_marks = 0;
    int64_t start = cpu_ns();
    for (long i = 0; i < events; i++) {
        struct event event;
        struct reject reject;
        if (i % BATCH == 0) {
            arena_reset(&arena);
        }
        if (decode_record(decoder, &policy, &samples->records[i % SAMPLES], INSTANT_NONE, &arena, &event,
                          &reject, &unknown_marks) != DECODED_EVENT) {
            fprintf(stderr, "a sample does not decode\n");
            return 1;
        }
    }
    int64_t spent = cpu_ns() - start;
    printf("%ld events of %zu bytes: %.0f ns/event\n", events, bytes, (double)spent / (double)events);
    arena_free(&arena);
    decoder_free(decoder);
    free(samples);
    return 0;
}
