// The source when the cluster misbehaves: brokers and leaders come and go, offsets do not exist, records
// come the wrong way.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// After the four that it needs.
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "../../daemon/kafka/internal.h"
#include "support/mock_kafka.h"

enum { JOIN_MS = 20000, SOON_MS = 15000, RECORDS = 2000, FETCH = 1 };

static struct mock_kafka mock;

static int setup(void **state)
{
    mock_kafka_open(&mock, 2, "events", 2);
    rd_kafka_mock_partition_set_leader(mock.cluster, mock.topic, 0, 1);
    rd_kafka_mock_partition_set_leader(mock.cluster, mock.topic, 1, 1);
    rd_kafka_mock_coordinator_set(mock.cluster, "group", "test", 1);
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

static struct reader *reader_at_the_end(void)
{
    struct reader *reader = reader_new(&mock.settings);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    return reader;
}

// Puts `more` records into both partitions and checks that each comes exactly once and in order.
static void goes_on(struct reader *reader, rd_kafka_t *producer, int more)
{
    int have = reader->lanes[0].count;
    mock_kafka_fill(producer, mock.topic, 0, have, have + more);
    mock_kafka_fill(producer, mock.topic, 1, have, have + more);
    assert_true(reader_until(reader, SOON_MS, reader_has, 2 * (have + more)));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(reader->lanes[i].count, have + more);
        assert_true(reader_in_order(&reader->lanes[i], 0, have + more, 0));
        assert_int_equal(reader->lanes[i].fault, 0);
    }
}

static void survives_an_outage(void **state)
{
    struct reader *reader = reader_at_the_end();
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    rd_kafka_mock_broker_set_down(mock.cluster, 2);
    clock_t before = clock();
    reader_until(reader, 4000, reader_has, INT32_MAX);
    // Waiting must not cost more than a fifth of a processor.
    assert_true(clock() - before < 4 * CLOCKS_PER_SEC / 5);
    int64_t low, high;
    assert_int_equal(reader->source->ops->query(reader->source, mock.topic, 0, 300, &low, &high), 1);
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    rd_kafka_mock_broker_set_up(mock.cluster, 2);
    goes_on(reader, *state, 100);
    reader_free(reader);
}

static void closes_during_an_outage(void **state)
{
    (void)state;
    struct reader *reader = reader_at_the_end();
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    rd_kafka_mock_broker_set_down(mock.cluster, 2);
    reader_until(reader, 1000, reader_has, INT32_MAX);
    // Which the client keeps for as long as the session.
    reader->source->ops->commit(reader->source, mock.topic, 0, RECORDS);
    time_t before = time(NULL);
    reader_free(reader);
    assert_true(time(NULL) - before < 5);
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    rd_kafka_mock_broker_set_up(mock.cluster, 2);
}

static void follows_the_leader(void **state)
{
    struct reader *reader = reader_at_the_end();
    for (int i = 0; i < 4; i++) {
        rd_kafka_mock_partition_set_leader(mock.cluster, mock.topic, 0, i % 2 ? 1 : 2);
        goes_on(reader, *state, 200);
    }
    reader_free(reader);
}

static void follows_the_coordinator(void **state)
{
    struct reader *reader = reader_at_the_end();
    rd_kafka_mock_coordinator_set(mock.cluster, "group", "test", 2);
    rd_kafka_mock_broker_set_down(mock.cluster, 1);
    rd_kafka_mock_partition_set_leader(mock.cluster, mock.topic, 0, 2);
    rd_kafka_mock_partition_set_leader(mock.cluster, mock.topic, 1, 2);
    goes_on(reader, *state, 100);
    rd_kafka_mock_broker_set_up(mock.cluster, 1);
    reader_free(reader);
}

static void gets_over_failing_fetches(void **state)
{
    struct reader *reader = reader_new(&mock.settings);
    rd_kafka_mock_push_request_errors(mock.cluster, FETCH, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                      RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR,
                                      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
    assert_true(reader_until(reader, JOIN_MS, reader_at_end, 2));
    goes_on(reader, *state, 100);
    reader_free(reader);
}

static bool has_fault(const struct reader *reader, long lane)
{
    return reader->lanes[lane].fault != 0;
}

static void reports_what_is_out_of_range(void **state)
{
    struct reader *reader = reader_new(&mock.settings);
    reader->cursors[1] = RECORDS + 1000;
    assert_true(reader_until(reader, JOIN_MS, has_fault, 1));
    assert_int_equal(reader->lanes[1].fault, LANE_FAULT_OUT_OF_RANGE);
    assert_true(reader->lanes[1].detail[0] != '\0');
    // The other lane is not concerned, and this one stays silent even when the offset exists again.
    mock_kafka_fill(*state, mock.topic, 1, RECORDS, RECORDS + 1001);
    assert_true(reader_until(reader, SOON_MS, reader_at_end, 1));
    assert_true(reader_in_order(&reader->lanes[0], 0, RECORDS, 0));
    assert_int_equal(reader->lanes[1].count, 0);
    // Until it is started again.
    assert_int_equal(reader->source->ops->start(reader->source, mock.topic, 1, RECORDS, -1,
                                                &reader->lanes[1].handle),
                     0);
    assert_true(reader_until(reader, SOON_MS, reader_has, RECORDS + 1001));
    assert_true(reader_in_order(&reader->lanes[1], 0, 1001, RECORDS));
    reader_free(reader);
}

static void reports_other_faults(void **state)
{
    (void)state;
    struct reader *reader = reader_new(&mock.settings);
    for (int i = 0; i < READER_LANES; i++)
        reader->lanes[i].barred = i != 0;
    rd_kafka_mock_push_request_errors(mock.cluster, FETCH, 1, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_true(reader_until(reader, JOIN_MS, has_fault, 0));
    assert_int_equal(reader->lanes[0].fault, LANE_FAULT_OTHER);
    assert_non_null(strstr(reader->lanes[0].detail, "TOPIC_AUTHORIZATION_FAILED"));
    reader_free(reader);
}

static void brings_back_stray_records(void **state)
{
    struct reader *reader = reader_at_the_end();
    rd_kafka_t *client = kafka_source_client(reader->source);
    for (int i = 0; i < 3; i++) {
        // What must not happen: librdkafka delivers a lane's records to the group's queue.
        rd_kafka_queue_t *lane = rd_kafka_queue_get_partition(client, mock.topic, 0);
        rd_kafka_queue_t *group = rd_kafka_queue_get_consumer(client);
        rd_kafka_queue_forward(lane, group);
        rd_kafka_queue_destroy(group);
        rd_kafka_queue_destroy(lane);
        goes_on(reader, *state, 300);
    }
    reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(survives_an_outage, setup, teardown),
        cmocka_unit_test_setup_teardown(closes_during_an_outage, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_the_leader, setup, teardown),
        cmocka_unit_test_setup_teardown(follows_the_coordinator, setup, teardown),
        cmocka_unit_test_setup_teardown(gets_over_failing_fetches, setup, teardown),
        cmocka_unit_test_setup_teardown(reports_what_is_out_of_range, setup, teardown),
        cmocka_unit_test_setup_teardown(reports_other_faults, setup, teardown),
        cmocka_unit_test_setup_teardown(brings_back_stray_records, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
