// The sink against librdkafka's mock cluster: order, outages, fatal errors.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four that it needs.
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../daemon/kafka/internal.h"
#include "base/metrics.h"
#include "base/status.h"
#include "kafka/sink.h"
#include "support/mock_kafka.h"

enum { JOIN_MS = 20000, SOON_MS = 20000, BATCH = 200, PRODUCE = 0 };

static struct mock_kafka mock;

static int setup(void **state)
{
    struct sink *sink;
    mock_kafka_open(&mock, 1, "reminders", 1);
    if (kafka_sink_open(&mock.settings, &sink) != 0)
        return -1;
    *state = sink;
    return 0;
}

static int teardown(void **state)
{
    kafka_sink_close(*state);
    mock_kafka_close(&mock);
    return 0;
}

static struct sink_message messages[BATCH];
static char texts[BATCH][16];

// The batch v<from>..., as mock_kafka_fill names them.
static void fill_batch(int from, int count)
{
    for (int i = 0; i < count; i++) {
        snprintf(texts[i], sizeof texts[i], "v%d", from + i);
        messages[i] = (struct sink_message){
            .topic = mock.topic, .key = SPAN_LITERAL("customer"), .payload = span_text(texts[i])};
    }
}

static int undelivered(int count)
{
    int missing = 0;
    for (int i = 0; i < count; i++)
        missing += !messages[i].delivered;
    return missing;
}

// What the outbox does: sends again, in order, what was not delivered.
static void send_rest(struct sink *sink, int count)
{
    for (int attempt = 0; attempt < 10 && undelivered(count) > 0; attempt++) {
        int first = 0;
        while (messages[first].delivered)
            first++;
        assert_true(sink->ops->publish(sink, messages + first, (size_t)(count - first), SOON_MS) >= 0);
    }
    assert_int_equal(undelivered(count), 0);
}

struct seen {
    int next, repeats;
    bool content_type;
};

static bool check_one(void *context, const struct record *record)
{
    struct seen *seen = context;
    int n = -1;
    char text[16];
    snprintf(text, sizeof text, "%.*s", (int)record->value.size, record->value.data);
    assert_int_equal(sscanf(text, "v%d", &n), 1);
    // Never past a missing one, and never anything but a repetition behind.
    assert_true(n <= seen->next);
    seen->repeats += n < seen->next;
    seen->next += n == seen->next;
    seen->content_type = record->header_count == 1 &&
                         span_equal(record->headers[0].name, SPAN_LITERAL("content-type")) &&
                         span_equal(record->headers[0].value, SPAN_LITERAL("application/cloudevents+json")) &&
                         span_equal(record->key, SPAN_LITERAL("customer"));
    return true;
}

// Reads the topic and checks that v0..v<count-1> are there in this order; returns the repetitions.
static int check_topic(int count)
{
    struct seen seen = {0};
    struct reader *reader = reader_new(&mock.settings);
    const struct source_ops *ops = reader->source->ops;
    struct source_lane *lane;
    reader->lanes[0].barred = true; // taken from here, not by the reader
    assert_true(reader_until(reader, JOIN_MS, reader_assigned, 1));
    assert_int_equal(ops->start(reader->source, mock.topic, 0, 0, -1, &lane), 0);
    for (int i = 0; i < 500 && ops->end_seen(reader->source, lane) == SOURCE_NOT_AT_END; i++) {
        assert_int_equal(ops->poll(reader->source, 10), 0);
        ops->take(reader->source, lane, 10000, check_one, &seen);
    }
    assert_int_equal(seen.next, count);
    assert_true(seen.content_type);
    reader_free(reader);
    return seen.repeats;
}

static void publishes_in_order(void **state)
{
    struct sink *sink = *state;
    for (int from = 0; from < 3 * BATCH; from += BATCH) {
        fill_batch(from, BATCH);
        assert_int_equal(sink->ops->publish(sink, messages, BATCH, SOON_MS), 0);
        assert_int_equal(undelivered(BATCH), 0);
    }
    assert_int_equal(sink->ops->publish(sink, messages, 0, SOON_MS), 0);
    assert_int_equal(check_topic(3 * BATCH), 0);
}

static void gives_up_and_sends_again(void **state)
{
    struct sink *sink = *state;
    fill_batch(0, BATCH);
    assert_int_equal(sink->ops->publish(sink, messages, BATCH, SOON_MS), 0);
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    for (int i = 0; i < 2; i++) {
        fill_batch(BATCH, BATCH);
        assert_int_equal(sink->ops->publish(sink, messages, BATCH, 1000), 1);
        assert_int_equal(undelivered(BATCH), BATCH);
    }
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    send_rest(sink, BATCH);
    check_topic(2 * BATCH);
}

static void gets_over_failing_requests(void **state)
{
    struct sink *sink = *state;
    fill_batch(0, BATCH);
    rd_kafka_mock_push_request_errors(mock.cluster, PRODUCE, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                                      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    assert_int_equal(sink->ops->publish(sink, messages, BATCH, SOON_MS), 0);
    assert_int_equal(check_topic(BATCH), 0);
}

static void rebuilds_a_fatal_producer(void **state)
{
    struct sink *sink = *state;
    int64_t before = metric_read(METRIC_PRODUCER_REBUILDS);
    for (int i = 0; i < 3; i++) {
        fill_batch(i * BATCH, BATCH);
        assert_int_equal(sink->ops->publish(sink, messages, BATCH / 2, SOON_MS), 0);
        rd_kafka_test_fatal_error(kafka_sink_client(sink), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "test");
        assert_int_equal(sink->ops->publish(sink, messages + BATCH / 2, BATCH / 2, SOON_MS), 1);
        assert_int_equal(undelivered(BATCH), BATCH / 2);
        send_rest(sink, BATCH);
    }
    assert_int_equal(metric_read(METRIC_PRODUCER_REBUILDS), before + 3);
    check_topic(3 * BATCH);
}

static void is_told_of_a_failure(void **state)
{
    struct sink *sink = *state;
    fill_batch(0, BATCH);
    // An answer that librdkafka does not get over by itself.
    rd_kafka_mock_push_request_errors(mock.cluster, PRODUCE, 2, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
                                      RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH);
    assert_true(sink->ops->publish(sink, messages, BATCH, SOON_MS) >= 0);
    send_rest(sink, BATCH);
    check_topic(BATCH);
}

static void waits_for_a_missing_topic(void **state)
{
    struct sink *sink = *state;
    fill_batch(0, 2);
    rd_kafka_mock_topic_set_error(mock.cluster, mock.topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    assert_int_equal(sink->ops->publish(sink, messages, 2, SOON_MS), 1);
    assert_int_equal(undelivered(2), 2);
    assert_int_equal(sink->ops->publish(sink, messages, 2, SOON_MS), 1);
    rd_kafka_mock_topic_set_error(mock.cluster, mock.topic, RD_KAFKA_RESP_ERR_NO_ERROR);
    for (int i = 0; i < 40 && undelivered(2) > 0; i++) {
        sink->ops->publish(sink, messages, 2, SOON_MS);
        usleep(250000);
    }
    assert_int_equal(undelivered(2), 0);
    check_topic(2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(publishes_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(gives_up_and_sends_again, setup, teardown),
        cmocka_unit_test_setup_teardown(gets_over_failing_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(rebuilds_a_fatal_producer, setup, teardown),
        cmocka_unit_test_setup_teardown(is_told_of_a_failure, setup, teardown),
        cmocka_unit_test_setup_teardown(waits_for_a_missing_topic, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
