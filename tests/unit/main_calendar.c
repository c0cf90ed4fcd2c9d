// The business calendar from the configuration: the files shipped for China, what is refused, and the watch
// over its years.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/metrics.h"
#include "main/policy.h"
#include "main/policy_calendar.h"
#include "support/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/guanxi-calendar-XXXXXX";
static struct config config;
static struct config_problems problems;
static struct policy_owner owner;

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static void forget(void)
{
    policy_owner_free(&owner);
    config_free(&config);
    config_problems_free(&problems);
}

static const char *const files[] = {"guanxid.conf", "a.json", "b.json"};

static int remove_folder(void **state)
{
    (void)state;
    forget();
    char path[256];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void put_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

// Builds the policy of a file with these lines in its group "model", from its second line on.
static const struct policy *build(const char *lines)
{
    char text[4096], path[256];
    snprintf(text, sizeof text, "model = {\n%s\n};\n", lines);
    put_file("guanxid.conf", text);
    snprintf(path, sizeof path, "%s/guanxid.conf", folder);
    forget();
    assert_int_equal(config_load(&config, path, NULL, 0, &problems), 0);
    assert_int_equal(policy_build(&owner, &config, &problems), 0);
    return &owner.policy;
}

static void expect_sound(void)
{
    if (problems.count)
        fail_msg("unexpected: %s", problems.text);
}

// The problem is told with this file and line.
static void expect_problem(const char *file, int line, const char *what)
{
    char wanted[1024];
    snprintf(wanted, sizeof wanted, "%s/%s:%d: %s", folder, file, line, what);
    if (!problems.text || !strstr(problems.text, wanted))
        fail_msg("missing: %s\namong: %s", wanted, problems.text ? problems.text : "");
}

static const struct policy *build_china(void)
{
    char lines[2048];
    const char *source = getenv("GUANXI_SOURCE_DIR");
    assert_non_null(source);
    snprintf(lines, sizeof lines,
             "time_zone = \"Asia/Shanghai\"; working_hours = [\"09:00-12:00\", \"13:30-18:00\"];\n"
             "days_off = [\"saturday\", \"sunday\"];\n"
             "holidays = [\"%s/config/holidays/cn-2026.json\", \"%s/config/holidays/cn-2025.json\"];",
             source, source);
    const struct policy *policy = build(lines);
    expect_sound();
    return policy;
}

static int working_days(const struct policy *policy, int year)
{
    int days = 0;
    for (int32_t day = calendar_first_day(year); day < calendar_first_day(year + 1); day++) {
        instant morning = day * DAY + HOUR; // 09:00 in China
        days += policy_working(policy, morning) == morning;
    }
    return days;
}

static void china_is_shipped(void **state)
{
    (void)state;
    const struct policy *policy = build_china();
    assert_int_equal(working_days(policy, 2025), 248); // 28 days announced as off, 5 as working
    assert_int_equal(policy_working(policy, at("2025-10-03T04:00:00Z")), at("2025-10-09T01:00:00Z"));
    assert_int_equal(policy_working(policy, at("2025-10-10T10:00:00Z")), at("2025-10-11T01:00:00Z"));
    assert_int_equal(policy_working(policy, at("2026-02-14T10:00:00Z")), at("2026-02-24T01:00:00Z"));
    assert_true(calendar_knows(&policy->calendar, 2025) && calendar_knows(&policy->calendar, 2026));
    assert_false(calendar_knows(&policy->calendar, 2024) || calendar_knows(&policy->calendar, 2027));
    uint64_t fingerprint = policy->fingerprint, mixed = policy->mixed_fingerprint;
    build("time_zone = \"Asia/Shanghai\";");
    assert_true(owner.policy.fingerprint != fingerprint);
    assert_int_equal(owner.policy.mixed_fingerprint, mixed);
}

// A list of one year may name days of the December before; files beside the configuration.
static void files_go_together(void **state)
{
    (void)state;
    put_file("a.json", "{\"year\": 2022, \"days\": [{\"date\": \"2022-12-31\", \"isOffDay\": true}]}");
    put_file("b.json", "{\"year\": 2023, \"days\": [{\"date\": \"2022-12-31\", \"isOffDay\": true},"
                       "{\"date\": \"2022-12-30\", \"isOffDay\": true}]}");
    const struct policy *policy = build("holidays = [\"b.json\", \"a.json\"];");
    expect_sound();
    assert_int_equal(policy_working(policy, at("2022-12-30")), at("2023-01-01"));
    assert_int_equal(policy->calendar.year_count, 2);
}

static void what_is_wrong_is_told_at_once(void **state)
{
    (void)state;
    put_file("a.json", "{\"year\": 2025,\n\"days\": [{\"date\": \"2025-02-30\", \"isOffDay\": true},\n"
                       "{\"date\": \"2025-05-01\", \"isOffDay\": true},\n"
                       "{\"date\": \"2025-05-01\", \"isOffDay\": true}]}");
    put_file("b.json", "{\"days\": [\n{\"date\": \"2025-05-01\", \"isOffDay\": true},\n"
                       "{\"date\": \"2025-05-02\", \"isOffDay\": true},\n"
                       "{\"date\": \"2025-05-02\", \"isOffDay\": false}],\n"
                       "\"year\": 2025}");
    build("working_hours = [\"9:00-12:00\", \"12:00-11:00\", \"13:00-24:00\", "
          "\"22:00-23:00\", \"24:00-24:01\"];\n"
          "days_off = [\"sunday\", \"caturday\"];\n"
          "holidays = [\"a.json\", \"b.json\", \"none.json\", \"guanxid.conf\", \".\"];\n"
          "time_zone = \"Asia/Nowhere\";");
    expect_problem("guanxid.conf", 2, "model.working_hours: \"9:00-12:00\" is no interval: expected one");
    expect_problem("guanxid.conf", 2, "model.working_hours: \"12:00-11:00\" ends before it has begun");
    expect_problem("guanxid.conf", 2, "model.working_hours: \"22:00-23:00\" begins before the one before it");
    expect_problem("guanxid.conf", 2, "model.working_hours: \"24:00-24:01\" is no interval");
    expect_problem("guanxid.conf", 3, "model.days_off: \"caturday\" is no weekday: expected \"monday\" to");
    expect_problem("guanxid.conf", 5, "model.time_zone");
    expect_problem("a.json", 2, "model.holidays: \"2025-02-30\" is no date");
    expect_problem("b.json", 5, "model.holidays: the year 2025 is listed by another file too");
    expect_problem("b.json", 4, "model.holidays: 2025-05-02 is listed both as a day off and as a work day");
    expect_problem("guanxid.conf", 1, "model.holidays: is not JSON from here on");
    assert_non_null(strstr(problems.text, "none.json cannot be read (No such file or directory): expected"));
    assert_non_null(strstr(problems.text, "/. cannot be read (Is a directory)"));
    assert_int_equal(problems.count, 12);
}

static void there_must_be_work(void **state)
{
    (void)state;
    build("days_off = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", "
          "\"saturday\", \"sunday\"];");
    expect_problem("guanxid.conf", 2, "model.days_off: no day works in the 370 days from 1970-01-01 on");
    assert_int_equal(problems.count, 1);
    build("working_hours = [\"00:00-01:00\", \"01:00-02:00\", \"02:00-03:00\", \"03:00-04:00\",\n"
          "\"04:00-05:00\", \"05:00-06:00\", \"06:00-07:00\", \"07:00-08:00\", \"08:00-09:00\"];");
    expect_problem("guanxid.conf", 2, "model.working_hours: has 9 intervals: expected at most 8");
}

static void the_end_of_the_known_years_is_told_once_a_year(void **state)
{
    (void)state;
    const struct policy *policy = build_china();
    static const struct {
        const char *now;
        int missing, warned;
    } steps[] = {
        {"2025-12-01", 0, 0},
        {"2026-09-30", 0, 0},
        {"2026-09-30T16:00:00Z", 1, 2026}, // 1 October in China
        {"2026-12-31", 1, 2026},
        {"2026-12-31T16:00:00Z", 1, 2027},
        {"2027-06-01", 1, 2027},
    };
    int warned = 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        calendar_watch(policy, at(steps[i].now), &warned);
        assert_int_equal(metric_read(METRIC_HOLIDAYS_MISSING), steps[i].missing);
        assert_int_equal(warned, steps[i].warned);
    }
    policy = build("days_off = [\"sunday\"];"); // lists nothing, misses nothing
    calendar_watch(policy, at("2030-01-01"), &warned);
    assert_int_equal(metric_read(METRIC_HOLIDAYS_MISSING), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(china_is_shipped),
        cmocka_unit_test(files_go_together),
        cmocka_unit_test(what_is_wrong_is_told_at_once),
        cmocka_unit_test(there_must_be_work),
        cmocka_unit_test(the_end_of_the_known_years_is_told_once_a_year),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
