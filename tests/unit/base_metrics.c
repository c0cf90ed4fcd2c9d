// Counters, gauges, histograms, and the text that Prometheus reads of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metrics.h"

static char *written(void)
{
    static char *text; // gcc 12 takes what is returned for a pointer to it, were it local
    static size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    metrics_write(out);
    fclose(out);
    return text;
}

static bool has_line(const char *text, const char *line)
{
    size_t length = strlen(line);
    for (const char *at = text; (at = strstr(at, line)); at += length) {
        if ((at == text || at[-1] == '\n') && at[length] == '\n')
            return true;
    }
    return false;
}

static void assert_line(const char *line)
{
    char *text = written();
    if (!has_line(text, line))
        fail_msg("no line \"%s\" in\n%s", line, text);
    free(text);
}

static void assert_nowhere(const char *part)
{
    char *text = written();
    if (strstr(text, part))
        fail_msg("there is \"%s\" in\n%s", part, text);
    free(text);
}

static void counters_begin_at_zero_and_add_up(void **state)
{
    (void)state;
    assert_line("guanxi_batches_total 0");
    metric_add(METRIC_BATCHES, 2);
    metric_add(METRIC_BATCHES, 3);
    assert_line("# TYPE guanxi_batches_total counter");
    assert_line("guanxi_batches_total 5");
    assert_int_equal(metric_read(METRIC_BATCHES), 5);
}

static void samples_are_left_out_until_they_are_known(void **state)
{
    (void)state;
    assert_nowhere("guanxi_timers_due");
    assert_true(metric_read(METRIC_TIMERS_DUE) == METRIC_ABSENT);
    metric_set(METRIC_TIMERS_DUE, 0);
    assert_line("guanxi_timers_due 0");
    metric_set(METRIC_TIMERS_DUE, METRIC_ABSENT);
    assert_nowhere("guanxi_timers_due");
}

static void instants_are_seconds(void **state)
{
    (void)state;
    metric_set(METRIC_WATERMARK, INT64_C(1772416800250000));
    assert_line("guanxi_watermark_timestamp_seconds 1772416800.25");
    metric_set(METRIC_WATERMARK, INT64_C(1772416800000001));
    assert_line("guanxi_watermark_timestamp_seconds 1772416800.000001");
    metric_set(METRIC_WATERMARK, INT64_C(1772416800000000));
    assert_line("guanxi_watermark_timestamp_seconds 1772416800");
}

static void labels_have_one_series_a_value(void **state)
{
    (void)state;
    assert_nowhere("topic=\"calls\"");
    metric_label_value(LABEL_TOPIC, 1, "calls");
    metric_label_value(LABEL_TOPIC, 2, "or\"d\\e\nrs");
    assert_int_equal(metric_label_index(LABEL_TOPIC, "calls"), 1);
    assert_int_equal(metric_label_index(LABEL_TOPIC, "unknown"), 0);
    metric_add_at(METRIC_EVENTS_CONSUMED, 1, 0, 7);
    metric_add_at(METRIC_EVENTS_CONSUMED, 2, 0, 8);
    metric_add_at(METRIC_EVENTS_CONSUMED, 4711, 0, 9); // counted, if not under its own name
    assert_line("guanxi_events_consumed_total{topic=\"other\"} 9");
    assert_line("guanxi_events_consumed_total{topic=\"calls\"} 7");
    assert_line("guanxi_events_consumed_total{topic=\"or\\\"d\\\\e\\nrs\"} 8");
    assert_int_equal(metric_read(METRIC_EVENTS_CONSUMED), 24);
}

static void types_show_with_their_first_event(void **state)
{
    (void)state;
    metric_label_value(LABEL_TYPE, 3, "visit.completed");
    assert_nowhere("visit.completed");
    metric_add_at(METRIC_EVENTS, 3, RESULT_LATE, 1);
    assert_line("guanxi_events_processed_total{type=\"visit.completed\",result=\"late\"} 1");
    assert_nowhere("result=\"duplicate\"");
}

static void sqlstates_are_counted_by_class(void **state)
{
    (void)state;
    assert_line("guanxi_postgres_errors_total{sqlstate_class=\"40\"} 0");
    metric_sqlstate("40001");
    metric_sqlstate("40P01");
    metric_sqlstate("P0001");
    metric_sqlstate(NULL);
    assert_line("guanxi_postgres_errors_total{sqlstate_class=\"40\"} 2");
    assert_line("guanxi_postgres_errors_total{sqlstate_class=\"other\"} 1");
    assert_line("guanxi_postgres_errors_total{sqlstate_class=\"none\"} 1");
}

static void histograms_count_up_to_their_bounds(void **state)
{
    (void)state;
    metric_observe(METRIC_BATCH_STAGE, STAGE_WRITE, 1000);    // at a bound: below it
    metric_observe(METRIC_BATCH_STAGE, STAGE_WRITE, 1001);
    metric_observe(METRIC_BATCH_STAGE, STAGE_WRITE, 60000000); // beyond all
    assert_line("# TYPE guanxi_batch_stage_duration_seconds histogram");
    assert_line("guanxi_batch_stage_duration_seconds_bucket{stage=\"write\",le=\"0.001\"} 1");
    assert_line("guanxi_batch_stage_duration_seconds_bucket{stage=\"write\",le=\"0.005\"} 2");
    assert_line("guanxi_batch_stage_duration_seconds_bucket{stage=\"write\",le=\"10\"} 2");
    assert_line("guanxi_batch_stage_duration_seconds_bucket{stage=\"write\",le=\"+Inf\"} 3");
    assert_line("guanxi_batch_stage_duration_seconds_sum{stage=\"write\"} 60.002001");
    assert_line("guanxi_batch_stage_duration_seconds_count{stage=\"write\"} 3");
    assert_line("guanxi_batch_stage_duration_seconds_count{stage=\"commit\"} 0");
    assert_int_equal(metric_read_at(METRIC_BATCH_STAGE, STAGE_WRITE, 0), 3);
    assert_int_equal(metric_read(METRIC_BATCH_STAGE), 3);
}

static void counts_are_added_at_once(void **state)
{
    (void)state;
    struct metric_counts counts = {0};
    for (int i = 0; i < 1000; i++)
        metric_count(METRIC_EVENT_AGE, &counts, INT64_C(31536000000000)); // a year
    metric_count(METRIC_EVENT_AGE, &counts, -1000000);                     // ahead of the clock
    metric_add_counts(METRIC_EVENT_AGE, 0, &counts);
    metric_add_counts(METRIC_EVENT_AGE, 0, &counts);
    assert_line("guanxi_event_age_seconds_bucket{le=\"0.1\"} 2");
    assert_line("guanxi_event_age_seconds_bucket{le=\"86400\"} 2");
    assert_line("guanxi_event_age_seconds_bucket{le=\"+Inf\"} 2002");
    assert_line("guanxi_event_age_seconds_sum 63071999998.000000");
    assert_line("guanxi_event_age_seconds_count 2002");
}

static void lanes_come_and_go(void **state)
{
    (void)state;
    assert_nowhere("guanxi_kafka_consumer_lag");
    struct metric_lane lanes[2] = {
        {"calls", 0, {[LANE_METRIC_LAG] = 12, [LANE_METRIC_LAG_SECONDS] = 1500000, [LANE_METRIC_COMMITTED] = 88,
                      [LANE_METRIC_END] = 100, [LANE_METRIC_STATE] = LANE_STATE_RUNNING}},
        {"calls", 1, {[LANE_METRIC_LAG] = METRIC_ABSENT, [LANE_METRIC_LAG_SECONDS] = METRIC_ABSENT,
                      [LANE_METRIC_COMMITTED] = 5, [LANE_METRIC_END] = METRIC_ABSENT,
                      [LANE_METRIC_STATE] = LANE_STATE_HALTED}},
    };
    metrics_set_lanes(lanes, 2);
    assert_line("guanxi_kafka_consumer_lag{topic=\"calls\",partition=\"0\"} 12");
    assert_line("guanxi_kafka_consumer_lag_seconds{topic=\"calls\",partition=\"0\"} 1.5");
    assert_line("guanxi_kafka_consumer_committed_offset{topic=\"calls\",partition=\"1\"} 5");
    assert_line("guanxi_lane_state{topic=\"calls\",partition=\"1\",state=\"halted\"} 1");
    assert_line("guanxi_lane_state{topic=\"calls\",partition=\"1\",state=\"running\"} 0");
    assert_nowhere("guanxi_kafka_consumer_lag{topic=\"calls\",partition=\"1\"}");
    struct metric_lag lag = metrics_lag();
    assert_int_equal(lag.lanes, 2);
    assert_int_equal(lag.halted, 1);
    assert_int_equal(lag.records, 12);
    assert_int_equal(lag.oldest_us, 1500000);
    metrics_set_lanes(NULL, 0);
    assert_nowhere("partition=");
    assert_int_equal(metrics_lag().lanes, 0);
}

// The value of a series without labels.
static double value_of(const char *name)
{
    char start[128], *text = written();
    snprintf(start, sizeof start, "\n%s ", name);
    const char *at = strstr(text, start);
    assert_non_null(at);
    double value = strtod(at + strlen(start), NULL);
    free(text);
    return value;
}

static void the_process_tells_of_itself(void **state)
{
    (void)state;
    time_t now = time(NULL);
    double started = value_of("process_start_time_seconds");
    assert_true(started > (double)now - 3600 && started <= (double)now + 1);
    assert_true(value_of("process_resident_memory_bytes") > 100000);
    assert_true(value_of("process_virtual_memory_bytes") > value_of("process_resident_memory_bytes"));
    assert_int_equal((int)value_of("process_threads"), 1);
    double open = value_of("process_open_fds");
    int one = dup(STDOUT_FILENO);
    assert_true(value_of("process_open_fds") == open + 1);
    close(one);
    assert_true(value_of("process_max_fds") >= open);
    double spent = value_of("process_cpu_seconds_total");
    for (int64_t end = clock_monotonic_us() + 20000; clock_monotonic_us() < end;)
        continue;
    assert_true(value_of("process_cpu_seconds_total") > spent);
}

static void versions_are_labels(void **state)
{
    (void)state;
    metric_info(METRIC_BUILD, "version=\"1\",libpq_version=\"15.1\"");
    assert_line("guanxi_build_info{version=\"1\",libpq_version=\"15.1\"} 1");
}

static void *add_many(void *unused)
{
    for (int i = 0; i < 10000; i++) {
        metric_add(METRIC_FOLDS, 1);
        metric_observe(METRIC_BATCH_SIZE, 0, 1);
    }
    return unused;
}

static void threads_lose_nothing(void **state)
{
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, NULL), 0);
    for (int i = 0; i < 20; i++)
        free(written());
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(metric_read(METRIC_FOLDS), 40000);
    assert_line("guanxi_batch_size_events_sum 40000.000000");
    assert_line("guanxi_batch_size_events_count 40000");
}

// Every metric has its line in the page, in which bars would break a row.
static void the_reference_names_every_metric(void **state)
{
    (void)state;
    static char *text; // gcc 12 takes what is returned for a pointer to it, were it local
    static size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    metrics_write_reference(out);
    fclose(out);
    for (int i = 0; i < METRIC_COUNT; i++) {
        char name[128];
        snprintf(name, sizeof name, "| `%s` |", metric_name((enum metric)i));
        if (!strstr(text, name))
            fail_msg("%s is not in the reference", name);
    }
    assert_non_null(strstr(text, "`guanxi_lane_state`"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_begin_at_zero_and_add_up),
        cmocka_unit_test(samples_are_left_out_until_they_are_known),
        cmocka_unit_test(instants_are_seconds),
        cmocka_unit_test(labels_have_one_series_a_value),
        cmocka_unit_test(types_show_with_their_first_event),
        cmocka_unit_test(sqlstates_are_counted_by_class),
        cmocka_unit_test(histograms_count_up_to_their_bounds),
        cmocka_unit_test(counts_are_added_at_once),
        cmocka_unit_test(lanes_come_and_go),
        cmocka_unit_test(the_process_tells_of_itself),
        cmocka_unit_test(versions_are_labels),
        cmocka_unit_test(threads_lose_nothing),
        cmocka_unit_test(the_reference_names_every_metric),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
