// Files of holidays: what is read, and what is wrong with those that are not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/holidays.h"

#include <stdio.h>

static struct holidays holidays;
static char told[4096];

static void note(void *context, int line, const char *what)
{
    (void)context;
    size_t length = strlen(told);
    snprintf(told + length, sizeof told - length, "%d: %s\n", line, what);
}

static int read_text(const char *text)
{
    told[0] = '\0';
    return holidays_read(span_text(text), &holidays, note, NULL);
}

static void expect_told(const char *text, const char *problems)
{
    assert_int_equal(read_text(text), 1);
    assert_string_equal(told, problems);
}

static void days_are_read_with_their_lines(void **state)
{
    (void)state;
    assert_int_equal(read_text("{\"$id\": \"x\",\n \"papers\": [\"y\", {\"date\": 1}], \"year\": 2026,\n"
                               "\"days\": [\n"
                               "{\"name\": \"\xe5\x85\x83\", \"date\": \"2026-01-01\", \"isOffDay\": true},\n"
                               "{\"isOffDay\": false, \"date\": \"2025-12\\u002d28\"}]}\n"),
                     0);
    assert_string_equal(told, "");
    assert_int_equal(holidays.year, 2026);
    assert_int_equal(holidays.year_line, 2);
    assert_int_equal(holidays.count, 2);
    assert_int_equal(holidays.days[0].day, 20454);
    assert_true(holidays.days[0].off);
    assert_int_equal(holidays.days[0].line, 4);
    assert_int_equal(holidays.days[1].day, 20454 - 4);
    assert_false(holidays.days[1].off);
    assert_int_equal(holidays.days[1].line, 5);
    assert_int_equal(read_text("{\"year\": 2027, \"days\": []}"), 0);
    assert_int_equal(holidays.count, 0);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    expect_told("", "1: is not JSON from here on\n");
    expect_told("year: 2026\n", "1: is not JSON from here on\n");
    expect_told("{\"year\": 2026,\n\"days\": [}", "2: is not JSON from here on\n");
    expect_told("{\"year\": 2026, \"year\": 2026}", "1: has a member twice\n");
    expect_told("{\"year\": \"\xff\"}", "1: is not UTF-8\n");
    expect_told("[]", "1: is no list of holidays: expected {\"year\": ..., \"days\": [...]}\n");
    expect_told("{\"days\": []}", "1: has no sound \"year\": expected a number from 1970 to 2199\n");
    expect_told("{\"year\": 2026}", "1: has no \"days\": expected an array of days\n");
    expect_told("{\"days\": {},\n\"year\": 20.5}",
                "2: has no sound \"year\": expected a number from 1970 to 2199\n"
                "1: has no \"days\": expected an array of days\n");
    expect_told("{\"days\": [], \"year\": 2200}",
                "1: has no sound \"year\": expected a number from 1970 to 2199\n");
}

#define NO_DAY \
    "is no day: expected {\"name\": \"...\", \"date\": \"2025-01-01\", \"isOffDay\": true} or false\n"

static void all_bad_days_are_told(void **state)
{
    (void)state;
    expect_told("{\"year\": 2025, \"days\": [\n"
                "{\"date\": \"2025-02-29\", \"isOffDay\": true},\n"
                "{\"date\": \"2025-2-1\", \"isOffDay\": true},\n"
                "{\"date\": \"2024-11-30\", \"isOffDay\": true},\n"
                "{\"date\": \"2026-02-01\", \"isOffDay\": true},\n"
                "{\"date\": \"2025-02-01\"},\n"
                "{\"date\": \"2025-02-01\", \"isOffDay\": 1},\n"
                "{\"date\": 20250201, \"isOffDay\": true},\n"
                "{\"date\": \"2026-01-01\", \"isOffDay\": true},\n"
                "\"2025-02-01\"]}",
                "2: \"2025-02-29\" is no date: expected one as in \"2025-01-31\"\n"
                "3: \"2025-2-1\" is no date: expected one as in \"2025-01-31\"\n"
                "4: 2024-11-30 is not in the year 2025 of the file\n"
                "5: 2026-02-01 is not in the year 2025 of the file\n"
                "6: " NO_DAY
                "7: " NO_DAY
                "8: " NO_DAY
                "1: " NO_DAY);
    assert_int_equal(holidays.count, 1);
}

static void there_is_a_most(void **state)
{
    (void)state;
    static char text[32 * 1024];
    size_t length = (size_t)snprintf(text, sizeof text, "{\"year\": 2025, \"days\": [");
    for (int i = 0; i <= HOLIDAYS_MOST; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s{\"date\":\"2025-05-01\",\"isOffDay\":true}", i ? "," : "");
    snprintf(text + length, sizeof text - length, "]}");
    expect_told(text, "1: is one day too many: expected at most 400\n");
    assert_int_equal(holidays.count, HOLIDAYS_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_read_with_their_lines),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(all_bad_days_are_told),
        cmocka_unit_test(there_is_a_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
