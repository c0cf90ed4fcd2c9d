// Faults and their exit codes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"

#include <pthread.h>
#include <string.h>

static void a_fault_returns_its_status_and_keeps_its_message(void **state)
{
    (void)state;
    assert_int_equal(fault(STATUS_IO, "cannot read %s: %d", "x", 5), STATUS_IO);
    assert_string_equal(fault_message(), "cannot read x: 5");
}

static void a_fault_may_quote_the_one_before(void **state)
{
    (void)state;
    fault(STATUS_IO, "inner");
    fault(STATUS_UNAVAILABLE, "outer: %s", fault_message());
    assert_string_equal(fault_message(), "outer: inner");
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    char text[5000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    fault(STATUS_IO, "%s", text);
    assert_in_range(strlen(fault_message()), 500, sizeof text - 2);
}

static void *read_message(void *unused)
{
    (void)unused;
    return (void *)(intptr_t)(fault_message()[0] == '\0');
}

static void faults_belong_to_their_thread(void **state)
{
    (void)state;
    fault(STATUS_IO, "mine");
    pthread_t thread;
    void *empty = NULL;
    assert_int_equal(pthread_create(&thread, NULL, read_message, NULL), 0);
    pthread_join(thread, &empty);
    assert_true((intptr_t)empty);
    assert_string_equal(fault_message(), "mine");
}

static void exit_codes_are_those_of_sysexits(void **state)
{
    (void)state;
    static const int expected[][2] = {
        {STATUS_OK, 0},      {STATUS_NOMEM, 71},  {STATUS_CONFIG, 78}, {STATUS_UNAVAILABLE, 69},
        {STATUS_DENIED, 77}, {STATUS_SCHEMA, 78}, {STATUS_IO, 74},     {STATUS_BROKEN, 70},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(fault_exit_code(expected[i][0]), expected[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_returns_its_status_and_keeps_its_message),
        cmocka_unit_test(a_fault_may_quote_the_one_before),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(faults_belong_to_their_thread),
        cmocka_unit_test(exit_codes_are_those_of_sysexits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
