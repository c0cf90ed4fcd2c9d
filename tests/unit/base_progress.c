// What progress tells: how much, how fast of late, how long still.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/progress.h"

enum { SECOND_US = 1000000 };

static void expect(const struct progress *progress, const char *text)
{
    char line[PROGRESS_TEXT];
    progress_text(progress, line, sizeof line);
    assert_string_equal(line, text);
}

static void it_begins_without_a_rate(void **state)
{
    (void)state;
    struct progress progress;
    progress_begin_at(&progress, "importing", "events", 0, 0, 0);
    expect(&progress, "importing: 0 events");
    progress_begin_at(&progress, "folding", "customers", 250, 1000, 0);
    expect(&progress, "folding: 250 of 1,000 customers (25 %)");
}

static void a_rate_gives_the_time_left(void **state)
{
    (void)state;
    struct progress progress;
    progress_begin_at(&progress, "folding", "customers", 0, 1234567, 0);
    progress_move(&progress, 10000, SECOND_US);
    expect(&progress, "folding: 10,000 of 1,234,567 customers (0 %), 10,000/s, 2 min 03 s left");
    progress.total = 72 * 3600 * INT64_C(10000) + 10000;
    expect(&progress, "folding: 10,000 of 2,592,010,000 customers (0 %), 10,000/s, 3 days left");
    progress.total = 90 * 60 * INT64_C(10000) + 10000;
    expect(&progress, "folding: 10,000 of 54,010,000 customers (0 %), 10,000/s, 1 h 30 min left");
    progress.total = 10001;
    expect(&progress, "folding: 10,000 of 10,001 customers (99 %), 10,000/s, 1 s left");
    progress_move(&progress, 10001, SECOND_US + 1);
    expect(&progress, "folding: 10,001 of 10,001 customers (100 %), 10,000/s");
}

static void what_was_done_before_has_no_part_in_the_rate(void **state)
{
    (void)state;
    struct progress progress;
    progress_begin_at(&progress, "folding", "customers", 900000, 1000000, 5 * SECOND_US);
    progress_move(&progress, 901000, 6 * SECOND_US);
    expect(&progress, "folding: 901,000 of 1,000,000 customers (90 %), 1,000/s, 1 min 39 s left");
}

static void the_rate_follows_what_happens(void **state)
{
    (void)state;
    struct progress progress;
    int64_t done = 0;
    progress_begin_at(&progress, "folding", "customers", 0, 0, 0);
    for (int second = 1; second <= 30; second++)
        progress_move(&progress, done += 1000, (int64_t)second * SECOND_US);
    assert_float_equal(progress.rate, 1000, 1e-6);
    for (int second = 31; second <= 120; second++)
        progress_move(&progress, done += 100, (int64_t)second * SECOND_US);
    assert_true(progress.rate > 99 && progress.rate < 102);
    double before = progress.rate;
    progress_move(&progress, done + 5000, 120 * SECOND_US + 1000); // too short a time to say anything
    assert_float_equal(progress.rate, before, 0);
}

static void a_stand_still_leaves_no_rate_below_zero(void **state)
{
    (void)state;
    struct progress progress;
    progress_begin_at(&progress, "folding", "customers", 0, 100, 0);
    progress_move(&progress, 0, 10 * SECOND_US);
    expect(&progress, "folding: 0 of 100 customers (0 %)");
    progress_move(&progress, 10, 20 * SECOND_US);
    expect(&progress, "folding: 10 of 100 customers (10 %), 1/s, 1 min 30 s left");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_without_a_rate),
        cmocka_unit_test(a_rate_gives_the_time_left),
        cmocka_unit_test(what_was_done_before_has_no_part_in_the_rate),
        cmocka_unit_test(the_rate_follows_what_happens),
        cmocka_unit_test(a_stand_still_leaves_no_rate_below_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
