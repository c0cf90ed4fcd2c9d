// The wall clock between samples, and the counters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/metrics.h"

#include <pthread.h>
#include <unistd.h>

#define SECOND_US 1000000

// First of all: the clock has no way back to this state.
static void there_is_no_time_before_the_first_sample(void **state)
{
    (void)state;
    assert_true(wall_now() == INT64_MIN);
}

static void the_clock_goes_on_from_a_sample(void **state)
{
    (void)state;
    const int64_t sampled = 1000 * (int64_t)SECOND_US;
    wall_sample(sampled, clock_monotonic_us());
    int64_t first = wall_now();
    assert_in_range(first, sampled, sampled + 10 * SECOND_US);
    usleep(2000);
    assert_true(wall_now() >= first + 2000);
}

static void a_sample_counts_from_when_it_was_taken(void **state)
{
    (void)state;
    int64_t before = wall_now();
    wall_sample(before + 100 * (int64_t)SECOND_US, clock_monotonic_us() - 50 * (int64_t)SECOND_US);
    assert_in_range(wall_now(), before + 150 * (int64_t)SECOND_US, before + 160 * (int64_t)SECOND_US);
}

static void the_clock_never_goes_back(void **state)
{
    (void)state;
    int64_t before = wall_now();
    wall_sample(before - 3600 * (int64_t)SECOND_US, clock_monotonic_us());
    int64_t after = wall_now();
    assert_true(after >= before);
    usleep(2000);
    assert_true(wall_now() == after); // it stands until the sample has caught up
    wall_sample(after + SECOND_US, clock_monotonic_us());
    assert_true(wall_now() >= after + SECOND_US);
}

static void *watch(void *unused)
{
    (void)unused;
    int64_t last = wall_now();
    for (int i = 0; i < 20000; i++) {
        int64_t now = wall_now();
        if (now < last)
            return (void *)1;
        last = now;
    }
    return NULL;
}

static void no_thread_sees_it_go_back(void **state)
{
    (void)state;
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, watch, NULL), 0);
    for (int i = 0; i < 500; i++)
        wall_sample(wall_now() + (i % 2 ? 1000 : -1000), clock_monotonic_us());
    for (int i = 0; i < 3; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
}

static void counters_count(void **state)
{
    (void)state;
    int64_t before = metric_read(METRIC_BATCHES);
    metric_add(METRIC_BATCHES, 2);
    metric_add(METRIC_BATCHES, 3);
    assert_int_equal(metric_read(METRIC_BATCHES), before + 5);
    metric_set(METRIC_LANES_OWNED, 7);
    assert_int_equal(metric_read(METRIC_LANES_OWNED), 7);
    assert_string_equal(metric_name(METRIC_BATCHES), "guanxi_batches_total");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_no_time_before_the_first_sample),
        cmocka_unit_test(the_clock_goes_on_from_a_sample),
        cmocka_unit_test(a_sample_counts_from_when_it_was_taken),
        cmocka_unit_test(the_clock_never_goes_back),
        cmocka_unit_test(no_thread_sees_it_go_back),
        cmocka_unit_test(counters_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
