// Log lines as they come out of stderr.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int real_stderr, captured;

static int capture(void **state)
{
    (void)state;
    fflush(stderr);
    real_stderr = dup(STDERR_FILENO);
    captured = memfd_create("stderr", 0);
    return dup2(captured, STDERR_FILENO) < 0;
}

static int restore(void **state)
{
    (void)state;
    log_flush();
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    close(captured);
    return 0;
}

// All that was written so far.
static const char *output(void)
{
    static char text[65536];
    ssize_t size = pread(captured, text, sizeof text - 1, 0);
    text[size < 0 ? 0 : size] = '\0';
    return text;
}

static size_t count(const char *text)
{
    size_t found = 0;
    for (const char *at = output(); (at = strstr(at, text)); at++)
        found++;
    return found;
}

static void text_lines_have_time_and_level(void **state)
{
    (void)state;
    log_configure(LOG_INFO, LOG_FORMAT_TEXT);
    log_warning("disk %d full", 3);
    int year;
    char zone, rest[64];
    assert_int_equal(sscanf(output(), "%d-%*d-%*dT%*d:%*d:%*d.%*3d%c %63[^\n]", &year, &zone, rest), 3);
    assert_true(year >= 2024 && zone == 'Z');
    assert_string_equal(rest, "warning disk 3 full");
}

static void levels_are_held_back(void **state)
{
    (void)state;
    log_configure(LOG_NOTICE, LOG_FORMAT_TEXT);
    log_info("quiet");
    log_notice("loud");
    assert_false(log_enabled(LOG_INFO));
    assert_true(log_enabled(LOG_ERROR));
    assert_int_equal(count("quiet"), 0);
    assert_int_equal(count("loud"), 1);
}

static void an_event_is_one_line(void **state)
{
    (void)state;
    log_configure(LOG_INFO, LOG_FORMAT_TEXT);
    log_info("name: %s", "a\nb\033[31m 关系");
    assert_int_equal(count("\n"), 1);
    assert_int_equal(count("\033"), 0);
    assert_int_equal(count("关系"), 1);
}

static void json_lines_are_json(void **state)
{
    (void)state;
    log_configure(LOG_INFO, LOG_FORMAT_JSON);
    log_error("said \"%s\"", "x\ny\xff");
    assert_int_equal(strncmp(output(), "{\"ts\":\"2", 8), 0);
    assert_non_null(strstr(output(), "\",\"level\":\"error\",\"msg\":\"said \\\"x\\ny\\ufffd\\\"\"}\n"));
}

static void json_lines_name_what_they_are_about(void **state)
{
    (void)state;
    log_configure(LOG_INFO, LOG_FORMAT_JSON);
    log_event(LOG_NOTICE, POSTGRES_BACK, "back");
    log_lane_event(LOG_ERROR, LANE_HALTED, "calls", 3, "halted");
    log_write_about(LOG_INFO, &(const struct log_about){.has_offset = true, .offset = 7}, "at 7");
    assert_non_null(strstr(output(), "\"msg\":\"back\",\"event\":\"postgres_back\"}\n"));
    assert_non_null(strstr(output(), "\"msg\":\"halted\",\"event\":\"lane_halted\",\"topic\":\"calls\",\"partition\":3}\n"));
    assert_non_null(strstr(output(), "\"msg\":\"at 7\",\"offset\":7}\n"));
}

static void journal_lines_have_a_priority(void **state)
{
    (void)state;
    log_configure(LOG_INFO, LOG_FORMAT_JOURNAL);
    log_error("broken");
    log_notice("told");
    assert_string_equal(output(), "<3>broken\n<5>told\n");
}

static void auto_is_the_journal_where_stderr_is_it(void **state)
{
    (void)state;
    struct stat info;
    char stream[64];
    assert_int_equal(fstat(captured, &info), 0);
    snprintf(stream, sizeof stream, "%lu:%lu", (unsigned long)info.st_dev, (unsigned long)info.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_configure(LOG_INFO, LOG_FORMAT_AUTO);
    log_info("first");
    setenv("JOURNAL_STREAM", "1:1", 1);
    log_configure(LOG_INFO, LOG_FORMAT_AUTO);
    log_info("second");
    unsetenv("JOURNAL_STREAM");
    assert_int_equal(strncmp(output(), "<6>first\n2", 10), 0);
}

static void repeats_are_counted_instead_of_written(void **state)
{
    (void)state;
    log_configure(LOG_DEBUG, LOG_FORMAT_TEXT);
    for (int i = 0; i < 100; i++)
        log_warning("cannot connect to %d", i);
    assert_int_equal(count("cannot connect"), LOG_BURST);
    log_info("something else is not held back");
    assert_int_equal(count("something else"), 1);
    log_flush();
    assert_int_equal(count("95 more like: cannot connect to 99"), 1);
    log_flush();
    assert_int_equal(count("more like"), 1);
}

static void debug_lines_are_never_held_back(void **state)
{
    (void)state;
    log_configure(LOG_DEBUG, LOG_FORMAT_TEXT);
    for (int i = 0; i < 50; i++)
        log_debug("detail %d", i);
    assert_int_equal(count("detail"), 50);
}

// More format strings than are watched at once: none is lost, and what was held back is reported when its
// place is needed.
static void many_kinds_of_lines(void **state)
{
    (void)state;
    static char formats[200][16];
    log_configure(LOG_INFO, LOG_FORMAT_TEXT);
    for (int i = 0; i < 200; i++) {
        snprintf(formats[i], sizeof formats[i], "kind-%d-", i);
        for (int k = 0; k < LOG_BURST + 2; k++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
            log_info(formats[i]);
#pragma GCC diagnostic pop
        }
    }
    log_flush();
    assert_int_equal(count("2 more like: kind-"), 200);
    assert_int_equal(count("kind-0-"), LOG_BURST + 1);
}

#define captured_test(test) cmocka_unit_test_setup_teardown(test, capture, restore)

int main(void)
{
    const struct CMUnitTest tests[] = {
        captured_test(text_lines_have_time_and_level),
        captured_test(levels_are_held_back),
        captured_test(an_event_is_one_line),
        captured_test(json_lines_are_json),
        captured_test(json_lines_name_what_they_are_about),
        captured_test(journal_lines_have_a_priority),
        captured_test(auto_is_the_journal_where_stderr_is_it),
        captured_test(repeats_are_counted_instead_of_written),
        captured_test(debug_lines_are_never_held_back),
        captured_test(many_kinds_of_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
