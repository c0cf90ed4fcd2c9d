// What the tests of the codec share: a policy, a decoder, and records that do not outlive the call.
#ifndef GUANXI_TESTS_CODEC_FIXTURE_H
#define GUANXI_TESTS_CODEC_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/decode.h"
#include "codec/time.h"

struct fixture {
    struct policy policy;
    struct type_rule types[POLICY_TYPES + 4];
    struct decoder *decoder;
    struct arena arena;
    struct event event;
    struct reject reject;
    int64_t unknown_marks;
    instant wall;
};

static inline instant at_time(const char *text)
{
    instant at;
    assert_int_equal(time_parse(span_text(text), &at), 0);
    return at;
}

static inline int fixture_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    policy_defaults(&fixture->policy, fixture->types);
    fixture->decoder = decoder_new();
    assert_non_null(fixture->decoder);
    arena_init(&fixture->arena, 4096);
    fixture->wall = at_time("2026-06-01T00:00:00Z");
    *state = fixture;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *fixture = *state;
    decoder_free(fixture->decoder);
    arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

// A copy of exactly that size, so that a sanitizer sees every byte read beyond it.
static inline char *exact_copy(const void *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    return copy;
}

// Decodes a value with headers given as "name", "value" pairs up to NULL. The value is overwritten before this
// returns: nothing may point into it.
static inline int decode_bytes(struct fixture *fixture, const void *bytes, size_t size,
                               const char *const *pairs)
{
    struct record_header headers[16];
    struct record record = {.timestamp_ms = -1, .headers = headers};
    for (; pairs && pairs[2 * record.header_count]; record.header_count++) {
        headers[record.header_count] = (struct record_header){
            span_text(pairs[2 * record.header_count]), span_text(pairs[2 * record.header_count + 1])};
    }
    char *value = exact_copy(bytes, size);
    record.value = span_of(value, size);
    int outcome = decode_record(fixture->decoder, &fixture->policy, &record, fixture->wall, &fixture->arena,
                                &fixture->event, &fixture->reject, &fixture->unknown_marks);
    memset(value, '#', size);
    free(value);
    return outcome;
}

static inline int decode_structured_bytes(struct fixture *fixture, const void *bytes, size_t size)
{
    static const char *const headers[] = {"content-type", "application/cloudevents+json; charset=UTF-8",
                                          NULL};
    return decode_bytes(fixture, bytes, size, headers);
}

static inline int decode_structured(struct fixture *fixture, const char *text)
{
    return decode_structured_bytes(fixture, text, strlen(text));
}

// A structured event of `type` with `data`.
static inline int decode_typed(struct fixture *fixture, const char *type, const char *data)
{
    char text[8192];
    snprintf(text, sizeof text,
             "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"crm\",\"type\":\"%s\",\"subject\":\"c1\","
             "\"time\":\"2026-01-02T03:04:05Z\",\"data\":%s}",
             type, data);
    return decode_structured(fixture, text);
}

static inline void assert_span(struct span span, const char *text)
{
    assert_non_null(span.data);
    assert_int_equal(span.size, strlen(text));
    assert_memory_equal(span.data, text, span.size);
}

static inline void assert_rejected(const struct fixture *fixture, int outcome, const char *code)
{
    assert_int_equal(outcome, DECODED_REJECTED);
    assert_string_equal(reject_code(fixture->reject.reason), code);
    assert_true(fixture->reject.detail[0] != '\0');
}

#endif
