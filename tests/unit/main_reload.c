// What a reload can change, and what waits for the next start. The rest of it is tested on the running daemon.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "main/reload.h"

static void options_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *group, *option;
        bool changes;
    } cases[] = {
        {"kafka", "brokers", false}, {"postgres", "conninfo", false}, {"http", "listen", false},
        {"", "workers", false},      {"", "cache_size", false},       {"", "clock", false},
        {"", "instance", false},     {"model", "time_zone", false},   {"model", "rates", true},
        {"model", "cadence", true},  {"log", "level", true},          {"log", "format", true},
        {"", "lateness", true},      {"", "batch_events", true},      {"", "sweep_interval", true},
    };
    struct config config;
    struct config_problems problems = {0};
    assert_int_equal(config_load(&config, "/nonexistent.conf", NULL, 0, &problems), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(reload_changes(cases[i].group, cases[i].option), cases[i].changes);
        assert_non_null(config_where(&config, cases[i].group, cases[i].option).file); // there is such an option
    }
    config_problems_free(&problems);
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(options_are_told_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
