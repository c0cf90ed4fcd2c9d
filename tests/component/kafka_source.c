// The source against librdkafka's mock cluster: assignment, positions, rebalance.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four that it needs.
#include <cmocka.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../../daemon/kafka/internal.h"
#include "support/mock_kafka.h"

enum { JOIN_MS = 20000, RECORDS = 1000 };

static struct mock_kafka mock;

static int setup(void **state)
{
    mock_kafka_open(&mock, 1, "events", 2);
    *state = mock_kafka_producer(mock.settings.brokers, NULL);
    mock_kafka_fill(*state, mock.topic, 0, 0, RECORDS);
    mock_kafka_fill(*state, mock.topic, 1, 0, RECORDS);
    return 0;
}

static int teardown(void **state)
{
    rd_kafka_destroy(*state);
    mock_kafka_close(&mock);
    return 0;
}

static void reads_to_the_end(void **state)
{
    struct reader *reader = reader_new(&mock.settings);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    for (int i = 0; i < 2; i++) {
        const struct reader_lane *lane = &reader->lanes[i];
        assert_int_equal(lane->count, RECORDS);
        assert_true(reader_in_order(lane, 0, RECORDS, 0));
        assert_int_equal(reader->source->ops->end_seen(reader->source, lane->handle), RECORDS);
        assert_int_equal(lane->low, 0);
        assert_int_equal(lane->high, RECORDS);
    }
    assert_true(reader->cluster_id[0] != '\0');
    // A further record ends "at the end" until that end is seen too.
    mock_kafka_fill(*state, mock.topic, 0, RECORDS, RECORDS + 1);
    assert_true(reader_until(reader, 5000, reader_has, 2 * RECORDS + 1));
    assert_true(reader_until(reader, 5000, reader_at_end, 2));
    assert_int_equal(reader->source->ops->end_seen(reader->source, reader->lanes[0].handle), RECORDS + 1);
    reader_free(reader);
}

static void starts_where_told(void **state)
{
    (void)state;
    struct reader *reader = reader_new(&mock.settings);
    const struct source_ops *ops = reader->source->ops;
    reader->cursors[0] = 500;
    reader->lanes[1].barred = true;
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 1));
    assert_int_equal(reader->lanes[0].count, 500);
    assert_true(reader_in_order(&reader->lanes[0], 0, 500, 500));
    assert_int_equal(reader->lanes[1].count, 0);

    // A rewind, and a lane that joins later: neither disturbs the other.
    struct source_lane *lane;
    assert_int_equal(ops->start(reader->source, mock.topic, 0, 100, -1, &lane), 0);
    reader->lanes[0].handle = lane;
    assert_true(reader_until(reader, 5000, reader_has, 500 + 900));
    assert_true(reader_in_order(&reader->lanes[0], 500, 1400, 100));
    assert_int_equal(ops->start(reader->source, mock.topic, 1, 0, -1, &reader->lanes[1].handle), 0);
    assert_true(reader_until(reader, 5000, reader_at_end, 2));
    assert_int_equal(reader->lanes[0].count, 1400);
    assert_true(reader_in_order(&reader->lanes[1], 0, RECORDS, 0));

    assert_int_equal(ops->start(reader->source, mock.topic, 7, 0, -1, &lane), 1);
    assert_null(lane);
    reader_free(reader);
}

static void stops_one_lane(void **state)
{
    struct reader *reader = reader_new(&mock.settings);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    reader->source->ops->stop(reader->source, reader->lanes[1].handle);
    reader->lanes[1].handle = NULL;
    mock_kafka_fill(*state, mock.topic, 0, RECORDS, RECORDS + 10);
    mock_kafka_fill(*state, mock.topic, 1, RECORDS, RECORDS + 10);
    assert_true(reader_until(reader, 5000, reader_has, 2 * RECORDS + 10));
    assert_true(reader_in_order(&reader->lanes[0], 0, RECORDS + 10, 0));
    // Started again it goes on as if nothing had been.
    assert_int_equal(reader->source->ops->start(reader->source, mock.topic, 1, RECORDS, -1,
                                                &reader->lanes[1].handle),
                     0);
    assert_true(reader_until(reader, 5000, reader_has, 2 * RECORDS + 20));
    assert_true(reader_in_order(&reader->lanes[1], 0, RECORDS + 10, 0));
    reader_free(reader);
}

static void shares_with_a_second(void **state)
{
    int64_t cursors[READER_LANES] = {0};
    struct reader *first = reader_new(&mock.settings);
    first->cursors = cursors;
    assert_true(reader_until(first, JOIN_MS, reader_at_end, 2));
    struct reader *second = reader_new(&mock.settings);
    second->cursors = cursors;
    for (int i = 0; i < 1000 && !(reader_holds(first, 1) && reader_holds(second, 1)); i++) {
        reader_until(first, 10, reader_has, INT32_MAX);
        reader_until(second, 10, reader_has, INT32_MAX);
    }
    assert_true(reader_holds(first, 1) && reader_holds(second, 1));
    assert_true(first->revoked >= 1); // the mock cluster may take more than one round
    mock_kafka_fill(*state, mock.topic, 0, RECORDS, 2 * RECORDS);
    mock_kafka_fill(*state, mock.topic, 1, RECORDS, 2 * RECORDS);
    assert_true(reader_until(first, 5000, reader_has, 3 * RECORDS));
    assert_true(reader_until(second, 5000, reader_has, RECORDS));
    assert_int_equal(first->lanes[0].count + second->lanes[0].count, 2 * RECORDS);
    assert_int_equal(first->lanes[1].count + second->lanes[1].count, 2 * RECORDS);
    // When one leaves, the other gets its lane and goes on where it was.
    reader_free(first);
    assert_true(reader_until(second, JOIN_MS, reader_at_end, 2));
    assert_int_equal(second->lanes[0].count + second->lanes[1].count, RECORDS);
    reader_free(second);
}

static void leaves_and_joins(void **state)
{
    struct reader *reader = reader_new(&mock.settings);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    reader->source->ops->leave(reader->source);
    assert_true(reader_until(reader, 5000, reader_holds, 0));
    assert_int_equal(reader->revoked, 1);
    mock_kafka_fill(*state, mock.topic, 0, RECORDS, RECORDS + 5);
    reader->source->ops->join(reader->source);
    assert_true(reader_until(reader, JOIN_MS, reader_has, 2 * RECORDS + 5));
    assert_true(reader_in_order(&reader->lanes[0], 0, RECORDS + 5, 0));
    reader_free(reader);
}

static void wakes_the_taker(void **state)
{
    struct reader *reader = reader_new(&mock.settings);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    reader->wake_fd = fd;
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    while (reader_take(reader) > 0)
        continue;
    // Nobody polls from here on: only the fetching tells.
    for (int i = 0; i < 20; i++) {
        uint64_t ignored;
        while (read(fd, &ignored, sizeof ignored) > 0)
            continue;
        reader_take(reader); // what came between the last take and the reading
        mock_kafka_fill(*state, mock.topic, i % 2, RECORDS + i / 2, RECORDS + i / 2 + 1);
        struct pollfd wake = {.fd = fd, .events = POLLIN};
        for (int taken = 0; taken == 0; taken = reader_take(reader)) {
            assert_int_equal(poll(&wake, 1, 3000), 1);
            assert_int_equal(read(fd, &ignored, sizeof ignored), sizeof ignored);
        }
    }
    assert_true(reader_has(reader, 2 * RECORDS + 20));
    reader_free(reader);
    close(fd);
}

static void commits_and_asks(void **state)
{
    (void)state;
    struct reader *reader = reader_new(&mock.settings);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    int64_t low, high;
    assert_int_equal(reader->source->ops->query(reader->source, mock.topic, 1, 5000, &low, &high), 0);
    assert_int_equal(low, 0);
    assert_int_equal(high, RECORDS);
    reader->source->ops->commit(reader->source, mock.topic, 1, 321);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, mock.topic, 1);
    for (int i = 0; i < 50 && list->elems[0].offset != 321; i++) {
        reader_until(reader, 100, reader_has, INT32_MAX);
        assert_int_equal(rd_kafka_committed(kafka_source_client(reader->source), list, 5000), 0);
    }
    assert_int_equal(list->elems[0].offset, 321);
    rd_kafka_topic_partition_list_destroy(list);
    reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_to_the_end, setup, teardown),
        cmocka_unit_test_setup_teardown(starts_where_told, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_one_lane, setup, teardown),
        cmocka_unit_test_setup_teardown(shares_with_a_second, setup, teardown),
        cmocka_unit_test_setup_teardown(leaves_and_joins, setup, teardown),
        cmocka_unit_test_setup_teardown(wakes_the_taker, setup, teardown),
        cmocka_unit_test_setup_teardown(commits_and_asks, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
