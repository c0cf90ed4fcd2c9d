// Records of every shape, as the source hands them out.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four that it needs.
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "support/mock_kafka.h"

enum { JOIN_MS = 20000 };

static const char *const codecs[] = {"compression.codec=none", "compression.codec=gzip", "compression.codec=snappy",
                                     "compression.codec=lz4", "compression.codec=zstd"};
enum { CODECS = sizeof codecs / sizeof *codecs, EACH = 500 };

static void reads_every_compression(void **state)
{
    (void)state;
    struct mock_kafka mock;
    mock_kafka_open(&mock, 1, "events", 1);
    for (int i = 0; i < CODECS; i++) {
        rd_kafka_t *producer = mock_kafka_producer(mock.settings.brokers, codecs[i]);
        mock_kafka_fill(producer, mock.topic, 0, i * EACH, (i + 1) * EACH);
        rd_kafka_destroy(producer);
    }
    struct reader *reader = reader_new(&mock.settings);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 1));
    assert_int_equal(reader->lanes[0].count, CODECS * EACH);
    assert_true(reader_in_order(&reader->lanes[0], 0, CODECS * EACH, 0));
    reader_free(reader);
    mock_kafka_close(&mock);
}

enum { SHAPES = 5, MOST_HEADERS = 40 };
static const int64_t sent_at = 1767225600123;

static void produce_shapes(rd_kafka_t *producer, const char *topic)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(MOST_HEADERS);
    rd_kafka_header_add(headers, "ce_id", -1, "17", -1);
    rd_kafka_header_add(headers, "absent", -1, NULL, 0);
    rd_kafka_header_add(headers, "empty", -1, "", 0);
    for (int i = 3; i < MOST_HEADERS; i++)
        rd_kafka_header_add(headers, "again", -1, "\0x", 2);
    // Everything; no key; no value; both empty; neither, and no headers.
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY("key", 3),
                      RD_KAFKA_V_VALUE((void *)"value", 5), RD_KAFKA_V_HEADERS(headers),
                      RD_KAFKA_V_TIMESTAMP(sent_at), RD_KAFKA_V_END);
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY(NULL, 0),
                      RD_KAFKA_V_VALUE((void *)"value", 5), RD_KAFKA_V_TIMESTAMP(sent_at), RD_KAFKA_V_END);
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY("key", 3),
                      RD_KAFKA_V_VALUE(NULL, 0), RD_KAFKA_V_TIMESTAMP(sent_at), RD_KAFKA_V_END);
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY("", 0),
                      RD_KAFKA_V_VALUE((void *)"", 0), RD_KAFKA_V_TIMESTAMP(sent_at), RD_KAFKA_V_END);
    rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY(NULL, 0),
                      RD_KAFKA_V_VALUE(NULL, 0), RD_KAFKA_V_TIMESTAMP(sent_at), RD_KAFKA_V_END);
    assert_int_equal(rd_kafka_flush(producer, 10000), 0);
}

static bool is_text(struct span span, const char *text)
{
    return span.data != NULL && span.size == strlen(text) && memcmp(span.data, text, span.size) == 0;
}

static void check_headers(const struct record *record)
{
    assert_int_equal(record->header_count, MOST_HEADERS);
    assert_true(is_text(record->headers[0].name, "ce_id") && is_text(record->headers[0].value, "17"));
    assert_true(is_text(record->headers[1].name, "absent") && record->headers[1].value.data == NULL);
    assert_true(is_text(record->headers[2].name, "empty") && is_text(record->headers[2].value, ""));
    assert_int_equal(record->headers[MOST_HEADERS - 1].value.size, 2);
    assert_memory_equal(record->headers[MOST_HEADERS - 1].value.data, "\0x", 2);
}

static bool check_shape(void *context, const struct record *record)
{
    int *seen = context;
    assert_int_equal(record->offset, *seen);
    assert_int_equal(record->timestamp_ms, sent_at);
    if (*seen == 0)
        check_headers(record);
    else
        assert_int_equal(record->header_count, 0);
    assert_true(*seen == 0 || *seen == 2   ? is_text(record->key, "key")
                : *seen == 3 ? is_text(record->key, "")
                             : record->key.data == NULL);
    assert_true(*seen < 2    ? is_text(record->value, "value")
                : *seen == 3 ? is_text(record->value, "")
                             : record->value.data == NULL);
    ++*seen;
    return *seen != 2; // the second ends the first take
}

struct single {
    struct source *source;
    struct source_lane *lane;
};

static void on_assigned(void *context, const struct source_partition *partitions, size_t count)
{
    struct single *single = context;
    assert_int_equal(count, 1);
    assert_int_equal(single->source->ops->start(single->source, partitions[0].topic, 0, 0, -1, &single->lane), 0);
}

static void on_revoked(void *context, bool lost)
{
    (void)lost;
    ((struct single *)context)->lane = NULL;
}

static void on_fault(void *context, struct source_lane *lane, int fault, const char *detail)
{
    (void)context;
    (void)lane;
    fail_msg("fault %d: %s", fault, detail);
}

static void keeps_every_shape(void **state)
{
    (void)state;
    struct mock_kafka mock;
    struct single single = {0};
    struct source_events events = {&single, on_assigned, on_revoked, on_fault};
    mock_kafka_open(&mock, 1, "events", 1);
    rd_kafka_t *producer = mock_kafka_producer(mock.settings.brokers, NULL);
    produce_shapes(producer, mock.topic);
    rd_kafka_destroy(producer);
    assert_int_equal(kafka_source_open(&mock.settings, &events, &single.source), 0);
    int seen = 0;
    for (int i = 0; i < 200 && seen < SHAPES; i++) {
        assert_int_equal(single.source->ops->poll(single.source, 100), 0);
        int before = seen;
        int taken = single.lane ? single.source->ops->take(single.source, single.lane, 3, check_shape, &seen) : 0;
        assert_int_equal(taken, seen - before);
        assert_true(seen - before <= (before == 0 ? 2 : 3));
    }
    assert_int_equal(seen, SHAPES);
    kafka_source_close(single.source);
    mock_kafka_close(&mock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_compression),
        cmocka_unit_test(keeps_every_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
