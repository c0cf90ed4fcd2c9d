// Transitions of time zones against what the C library says of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "main/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct zone_transition *transitions;
static size_t count;

static void read_zone(const char *name)
{
    free(transitions);
    assert_int_equal(zone_read(name, &transitions, &count), 0);
    assert_true(transitions[0].from == INSTANT_NONE);
    for (size_t i = 1; i < count; i++) {
        assert_true(transitions[i].from > transitions[i - 1].from);
        assert_int_not_equal(transitions[i].offset, transitions[i - 1].offset);
    }
}

// The transition at this second of UTC, as an offset; fails when there is none.
static int32_t transition_at(int64_t second)
{
    for (size_t i = 1; i < count; i++)
        if (transitions[i].from == second * SECOND)
            return transitions[i].offset;
    fail_msg("no transition at %lld", (long long)second);
    return 0;
}

static int64_t utc(int year, int month, int day, int hour)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour};
    return timegm(&tm);
}

static void utc_never_changes(void **state)
{
    (void)state;
    read_zone("UTC");
    assert_int_equal(count, 1);
    assert_int_equal(transitions[0].offset, 0);
    read_zone("Etc/UTC"); // the same, from the system's data
    assert_int_equal(count, 1);
}

static void shanghai_had_summer_time_once(void **state)
{
    (void)state;
    read_zone("Asia/Shanghai");
    assert_int_equal(count, 13); // six summers
    assert_int_equal(transitions[0].offset, 8 * 3600);
    assert_int_equal(transition_at(utc(1986, 5, 3, 18)), 9 * 3600);
    assert_int_equal(transition_at(utc(1991, 9, 14, 17)), 8 * 3600);
    assert_int_equal(transitions[count - 1].offset, 8 * 3600);
}

static void new_york_has_it_until_the_end(void **state)
{
    (void)state;
    read_zone("America/New_York");
    assert_int_equal(transitions[0].offset, -5 * 3600);
    assert_int_equal(transition_at(utc(2026, 3, 8, 7)), -4 * 3600);
    assert_int_equal(transition_at(utc(2026, 11, 1, 6)), -5 * 3600);
    assert_int_equal(transition_at(utc(2199, 3, 10, 7)), -4 * 3600); // second Sunday of March
    assert_int_equal(transition_at(utc(2199, 11, 3, 6)), -5 * 3600);
    assert_int_equal(transitions[count - 1].from, utc(2199, 11, 3, 6) * SECOND);
}

// Wherever one looks, the offset is the C library's.
static void offsets_are_those_of_the_library(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/London", "Asia/Kathmandu", "Africa/Casablanca",
                                        "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"};
    const char *given = getenv("GUANXI_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    print_message("GUANXI_SEED=%u\n", seed);
    srandom(seed);
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        read_zone(names[n]);
        setenv("TZ", names[n], 1);
        tzset();
        for (int i = 0; i < 2000; i++) {
            time_t at = (time_t)((double)random() / RAND_MAX * (double)(INSTANT_LAST / SECOND));
            struct tm local;
            localtime_r(&at, &local);
            size_t last = count - 1;
            while (transitions[last].from > at * SECOND)
                last--;
            if (transitions[last].offset != local.tm_gmtoff)
                fail_msg("%s at %lld: %d, expected %ld", names[n], (long long)at, transitions[last].offset,
                         local.tm_gmtoff);
        }
        unsetenv("TZ");
        tzset();
    }
}

static void the_zone_of_the_process_stays(void **state)
{
    (void)state;
    setenv("TZ", "Asia/Tokyo", 1);
    tzset();
    read_zone("America/New_York");
    assert_string_equal(getenv("TZ"), "Asia/Tokyo");
    assert_int_equal(timezone, -9 * 3600);
    unsetenv("TZ");
    tzset();
    read_zone("America/New_York");
    assert_null(getenv("TZ"));
}

static void unknown_zones_are_told(void **state)
{
    (void)state;
    static const char *const names[] = {"Asia/Shangai", "", "../etc/passwd", "/etc/localtime", "Asia",
                                        "tzdata.zi", "EST5EDT4,M1.1.0,M2.1.0"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zone_transition *none;
        size_t nothing;
        assert_int_equal(zone_read(names[i], &none, &nothing), 1);
        assert_null(none);
    }
}

static int forget(void **state)
{
    (void)state;
    free(transitions);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utc_never_changes),
        cmocka_unit_test(shanghai_had_summer_time_once),
        cmocka_unit_test(new_york_has_it_until_the_end),
        cmocka_unit_test(offsets_are_those_of_the_library),
        cmocka_unit_test(the_zone_of_the_process_stays),
        cmocka_unit_test(unknown_zones_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
