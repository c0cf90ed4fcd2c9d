// The business calendar: tables of instants, and what it does to reminders.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/story.h"

static struct story story;
static struct policy *const policy = &story.policy;
static struct calendar *const calendar = &story.policy.calendar;

enum { SATURDAY = 1 << 5, SUNDAY = 1 << 6 };

static const struct zone_transition shanghai[] = {{INSTANT_NONE, 28800}};

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    return 0;
}

static void works(int from_hour, int from_minute, int to_hour, int to_minute)
{
    calendar->intervals[calendar->interval_count++] =
        (struct working_interval){.from = (int16_t)(from_hour * 60 + from_minute),
                                  .to = (int16_t)(to_hour * 60 + to_minute)};
}

static void list(const char *first, const char *last, bool off)
{
    for (instant day = at(first); day <= at(last); day += DAY)
        assert_int_equal(calendar_list_day(calendar, (int32_t)(day / DAY), off), CALENDAR_LISTED);
}

// China's office hours and the announced days of the first weeks and of the autumn of 2025.
static int set_up_china(void **state)
{
    set_up(state);
    policy->zone = (struct zone){1, shanghai};
    calendar->days_off = SATURDAY | SUNDAY;
    works(9, 0, 12, 0);
    works(13, 30, 18, 0);
    assert_int_equal(calendar_list_year(calendar, 2025), CALENDAR_LISTED);
    list("2025-01-01", "2025-01-01", true);
    list("2025-01-26", "2025-01-26", false);
    list("2025-01-28", "2025-02-04", true);
    list("2025-02-08", "2025-02-08", false);
    list("2025-09-28", "2025-09-28", false);
    list("2025-10-01", "2025-10-08", true);
    list("2025-10-11", "2025-10-11", false);
    policy_fingerprint(policy);
    return 0;
}

// A local time of China as an instant.
static instant cn(const char *date, int hour, int minute)
{
    return at(date) + hour * HOUR + minute * MINUTE - 8 * HOUR;
}

struct step {
    const char *date;
    int hour, minute;
    const char *then;
    int then_hour, then_minute;
};

static void expect_steps(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        if (policy_working(policy, cn(step->date, step->hour, step->minute)) !=
            cn(step->then, step->then_hour, step->then_minute))
            fail_msg("%s %02d:%02d does not lead to %s %02d:%02d", step->date, step->hour, step->minute,
                     step->then, step->then_hour, step->then_minute);
    }
}

static void china_works_as_announced(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"2025-03-03", 9, 0, "2025-03-03", 9, 0},    // Monday, the first instant
        {"2025-03-03", 8, 59, "2025-03-03", 9, 0},   // before work
        {"2025-03-03", 11, 59, "2025-03-03", 11, 59},
        {"2025-03-03", 12, 0, "2025-03-03", 13, 30}, // lunch
        {"2025-03-03", 13, 30, "2025-03-03", 13, 30},
        {"2025-03-03", 18, 0, "2025-03-04", 9, 0},   // after work
        {"2025-03-07", 18, 0, "2025-03-10", 9, 0},   // over the weekend
        {"2025-03-08", 10, 0, "2025-03-10", 9, 0},
        {"2025-01-01", 0, 0, "2025-01-02", 9, 0},    // a Wednesday that is a holiday
        {"2025-01-24", 18, 0, "2025-01-26", 9, 0},   // the Sunday before Spring Festival works
        {"2025-01-27", 18, 0, "2025-02-05", 9, 0},   // Spring Festival
        {"2025-02-07", 20, 0, "2025-02-08", 9, 0},   // a Saturday that works
        {"2025-09-26", 18, 0, "2025-09-28", 9, 0},   // a Sunday that works
        {"2025-09-30", 17, 59, "2025-09-30", 17, 59},
        {"2025-09-30", 18, 0, "2025-10-09", 9, 0},   // the week of National Day
        {"2025-10-03", 12, 0, "2025-10-09", 9, 0},
        {"2025-10-10", 18, 0, "2025-10-11", 9, 0},   // a Saturday that works
        {"2025-10-11", 18, 0, "2025-10-13", 9, 0},
        {"2025-12-31", 18, 0, "2026-01-01", 9, 0},   // beyond the last listed year weekdays alone count
        {"2026-10-03", 12, 0, "2026-10-05", 9, 0},
        {"2024-12-28", 12, 0, "2024-12-30", 9, 0},   // and before the first
    };
    expect_steps(steps, sizeof steps / sizeof *steps);
    assert_int_equal(policy_working(policy, cn("2025-03-03", 12, 0) - 1), cn("2025-03-03", 12, 0) - 1);
    assert_int_equal(policy_working(policy, cn("2025-03-03", 18, 0) - 1), cn("2025-03-03", 18, 0) - 1);
    int32_t gap;
    assert_true(policy_works(policy, &gap));
}

static void expect_worked(instant at, instant from, instant to)
{
    instant found_from, found_to;
    assert_true(policy_worked(policy, at, &found_from, &found_to));
    assert_int_equal(found_from, from);
    assert_int_equal(found_to, to);
}

struct interval {
    const char *date; // before this local time of China ..
    int hour, minute;
    const char *day; // .. the last interval is one of this day
    int from_hour, from_minute, to_hour, to_minute;
};

static void expect_intervals(const struct interval *intervals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct interval *last = &intervals[i];
        expect_worked(cn(last->date, last->hour, last->minute), cn(last->day, last->from_hour, last->from_minute),
                      cn(last->day, last->to_hour, last->to_minute));
    }
}

static void china_has_worked_as_announced(void **state)
{
    (void)state;
    static const struct interval intervals[] = {
        {"2025-03-03", 15, 0, "2025-03-03", 13, 30, 15, 0},  // as far as it lies before
        {"2025-03-03", 18, 0, "2025-03-03", 13, 30, 18, 0},
        {"2025-03-03", 23, 0, "2025-03-03", 13, 30, 18, 0},
        {"2025-03-03", 13, 30, "2025-03-03", 9, 0, 12, 0},   // at its start it has not begun before
        {"2025-03-03", 12, 30, "2025-03-03", 9, 0, 12, 0},
        {"2025-03-04", 9, 0, "2025-03-03", 13, 30, 18, 0},
        {"2025-03-10", 8, 0, "2025-03-07", 13, 30, 18, 0},   // over the weekend
        {"2025-02-05", 9, 0, "2025-01-27", 13, 30, 18, 0},   // Spring Festival
        {"2025-01-27", 9, 0, "2025-01-26", 13, 30, 18, 0},   // the Sunday before it works
        {"2025-10-09", 6, 0, "2025-09-30", 13, 30, 18, 0},   // the week of National Day
        {"2025-10-12", 12, 0, "2025-10-11", 13, 30, 18, 0},  // a Saturday that works
        {"2025-01-02", 0, 0, "2024-12-31", 13, 30, 18, 0},   // before the first listed year
        {"2026-10-05", 9, 0, "2026-10-02", 13, 30, 18, 0},   // and beyond the last
    };
    expect_intervals(intervals, sizeof intervals / sizeof *intervals);
    instant start = cn("2025-03-03", 13, 30);
    expect_worked(start + 1, start, start + 1);
}

static void days_end_at_24(void **state)
{
    (void)state;
    policy->zone = (struct zone){1, shanghai};
    works(0, 0, 6, 0);
    works(22, 0, 24, 0);
    calendar->days_off = SUNDAY;
    static const struct step steps[] = {
        {"2025-03-04", 23, 59, "2025-03-04", 23, 59},
        {"2025-03-05", 0, 0, "2025-03-05", 0, 0}, // one interval touches the next day's
        {"2025-03-05", 6, 0, "2025-03-05", 22, 0},
        {"2025-03-09", 0, 0, "2025-03-10", 0, 0}, // Sunday
    };
    expect_steps(steps, sizeof steps / sizeof *steps);
    assert_int_equal(policy_working(policy, cn("2025-03-09", 0, 0) - 1), cn("2025-03-09", 0, 0) - 1);
    static const struct interval intervals[] = {
        {"2025-03-05", 0, 0, "2025-03-04", 22, 0, 24, 0},
        {"2025-03-05", 3, 0, "2025-03-05", 0, 0, 3, 0}, // not the one that it touches
        {"2025-03-10", 0, 0, "2025-03-08", 22, 0, 24, 0},
    };
    expect_intervals(intervals, sizeof intervals / sizeof *intervals);
}

static void without_hours_the_whole_day_works(void **state)
{
    (void)state;
    policy->zone = (struct zone){1, shanghai};
    calendar->days_off = SATURDAY | SUNDAY;
    static const struct step steps[] = {
        {"2025-03-07", 23, 59, "2025-03-07", 23, 59},
        {"2025-03-08", 0, 0, "2025-03-10", 0, 0},
    };
    expect_steps(steps, sizeof steps / sizeof *steps);
    static const struct interval intervals[] = {
        {"2025-03-07", 12, 0, "2025-03-07", 0, 0, 12, 0},
        {"2025-03-07", 0, 0, "2025-03-06", 0, 0, 24, 0},
        {"2025-03-10", 0, 0, "2025-03-07", 0, 0, 24, 0},
    };
    expect_intervals(intervals, sizeof intervals / sizeof *intervals);
}

// Berlin in 2026: 02:00 to 03:00 is left out on 29 March and comes twice on 25 October; both are Sundays.
static const struct zone_transition berlin[] = {
    {INSTANT_NONE, 3600},
    {INT64_C(1774746000) * SECOND, 7200}, // 2026-03-29T01:00Z
    {INT64_C(1792890000) * SECOND, 3600}, // 2026-10-25T01:00Z
};

static void expect_working(const char *from, const char *then)
{
    assert_int_equal(policy_working(policy, at(from)), at(then));
}

static void a_time_in_a_gap_is_the_instant_after_it(void **state)
{
    (void)state;
    policy->zone = (struct zone){3, berlin};
    works(2, 30, 4, 0);
    expect_working("2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z");
    expect_working("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"); // 02:30 is 03:00
    expect_working("2026-03-29T01:59:59Z", "2026-03-29T01:59:59Z");
    expect_working("2026-03-29T02:00:00Z", "2026-03-30T00:30:00Z");
    expect_worked(at("2026-03-29T01:00:00Z"), at("2026-03-28T01:30:00Z"), at("2026-03-28T03:00:00Z"));
    expect_worked(at("2026-03-29T12:00:00Z"), at("2026-03-29T01:00:00Z"), at("2026-03-29T02:00:00Z"));
    calendar->interval_count = 0;
    works(2, 0, 3, 0); // nothing is left of it
    expect_working("2026-03-28T02:00:00Z", "2026-03-30T00:00:00Z");
    expect_worked(at("2026-03-29T12:00:00Z"), at("2026-03-28T01:00:00Z"), at("2026-03-28T02:00:00Z"));
}

static void a_time_that_comes_twice_is_the_first(void **state)
{
    (void)state;
    policy->zone = (struct zone){3, berlin};
    works(2, 30, 4, 0);
    expect_working("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z");
    expect_working("2026-10-25T01:10:00Z", "2026-10-25T01:10:00Z"); // 02:10 for the second time
    expect_working("2026-10-25T03:00:00Z", "2026-10-26T01:30:00Z");
    expect_worked(at("2026-10-25T12:00:00Z"), at("2026-10-25T00:30:00Z"), at("2026-10-25T03:00:00Z"));
    expect_worked(at("2026-10-25T01:10:00Z"), at("2026-10-25T00:30:00Z"), at("2026-10-25T01:10:00Z"));
    calendar->interval_count = 0;
    works(3, 0, 4, 0); // comes once
    expect_working("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    calendar->interval_count = 0;
    works(1, 0, 2, 30); // ends at the first
    expect_working("2026-10-25T00:29:59Z", "2026-10-25T00:29:59Z");
    expect_working("2026-10-25T01:10:00Z", "2026-10-26T00:00:00Z");
    expect_worked(at("2026-10-25T01:10:00Z"), at("2026-10-24T23:00:00Z"), at("2026-10-25T00:30:00Z"));
}

// Half an hour into Sunday clocks go back an hour: Saturday comes again when Sunday has begun.
static void a_day_that_comes_again_has_worked_before(void **state)
{
    (void)state;
    const struct zone_transition back[] = {{INSTANT_NONE, 0}, {at("2026-06-07T00:30:00Z"), -3600}};
    policy->zone = (struct zone){2, back};
    works(0, 0, 6, 0);
    instant again = at("2026-06-07T00:40:00Z"); // 23:40 on Saturday
    assert_int_equal(policy_day(policy, again), at("2026-06-06") / DAY);
    expect_worked(again, at("2026-06-07"), again);
    assert_int_equal(policy_working(policy, again), again);
    // And by two days, as far as zones could go.
    const struct zone_transition far[] = {{INSTANT_NONE, 86400}, {at("2026-06-07T00:30:00Z"), -86400}};
    policy->zone = (struct zone){2, far};
    assert_int_equal(policy_day(policy, again), at("2026-06-06") / DAY);
    expect_worked(again, at("2026-06-07"), again);
}

static void calendars_without_work_are_found(void **state)
{
    (void)state;
    int32_t gap = -1;
    assert_true(policy_works(policy, &gap)); // always
    calendar->days_off = 0x7f;
    assert_false(policy_works(policy, &gap));
    assert_int_equal(policy_working(policy, at("2026-01-01")), INSTANT_NEVER);
    instant from, to;
    assert_false(policy_worked(policy, at("2026-01-01"), &from, &to));
    list("2026-05-05", "2026-05-05", false); // one day in all time
    assert_false(policy_works(policy, &gap));
    calendar->days_off = 0;
    list("2026-05-06", "2027-05-09", true); // 369 days
    assert_true(policy_works(policy, &gap));
    assert_int_equal(policy_working(policy, at("2026-05-06")), at("2027-05-10"));
    expect_worked(at("2027-05-10"), at("2026-05-05"), at("2026-05-06"));
    list("2027-05-10", "2027-05-10", true);
    assert_false(policy_works(policy, &gap));
    assert_int_equal(gap, at("2026-05-06") / DAY);
}

static void years_and_days_are_listed_once(void **state)
{
    (void)state;
    assert_true(calendar_knows(calendar, 2026)); // it lists none
    assert_int_equal(calendar_list_year(calendar, 2026), CALENDAR_LISTED);
    assert_int_equal(calendar_list_year(calendar, 2024), CALENDAR_LISTED);
    assert_int_equal(calendar_list_year(calendar, 2026), CALENDAR_TWICE);
    const int32_t eve = (int32_t)(at("2024-12-31") / DAY);
    assert_int_equal(calendar_list_day(calendar, eve, true), CALENDAR_LISTED); // the 366th
    assert_int_equal(calendar_list_day(calendar, eve, true), CALENDAR_LISTED);
    assert_int_equal(calendar_list_day(calendar, eve, false), CALENDAR_TWICE);
    assert_int_equal(calendar_list_day(calendar, eve + 1, false), CALENDAR_LISTED);
    assert_int_equal(calendar->year_count, 3);
    assert_true(calendar_knows(calendar, 2024) && calendar_knows(calendar, 2026));
    assert_false(calendar_knows(calendar, 2025) || calendar_knows(calendar, 2023) ||
                 calendar_knows(calendar, 2027)); // of 2025 but one day
    for (int year = 1969; year <= 2200; year++) {
        assert_int_equal(calendar_year_of(calendar_first_day(year)), year);
        assert_int_equal(calendar_year_of(calendar_first_day(year + 1) - 1), year);
    }
    assert_int_equal(calendar_first_day(2199), at("2199-01-01") / DAY);
    for (int year = 2100; year < 2100 + CALENDAR_YEARS - 3; year++)
        assert_int_equal(calendar_list_year(calendar, year), CALENDAR_LISTED);
    assert_int_equal(calendar_list_year(calendar, 2099), CALENDAR_FULL);
}

// -------------------------------------------------------------------------------------------- transcripts

static void expect_effect(size_t from_end, enum effect_kind kind, int notice, instant when)
{
    const struct effect *effect = story_effect(&story, from_end);
    assert_int_equal(effect->kind, kind);
    assert_int_equal(effect->notice, notice);
    assert_int_equal(effect->at, when);
}

// Asked on 2 October at noon: an answer is due on the 3rd, in the week of National Day.
static void a_reminder_waits_for_the_end_of_the_holidays(void **state)
{
    (void)state;
    story_contact(&story, TYPE_CALL_MISSED, SIDE_INBOUND, cn("2025-10-02", 12, 0));
    story_advance(&story, cn("2025-10-09", 9, 0));
    assert_int_equal(story.log.count, 0);
    assert_int_equal(customer_wake(policy, &story.customer), cn("2025-10-09", 9, 0));
    story_advance(&story, cn("2025-10-09", 9, 0) + 1);
    expect_effect(0, EFFECT_REMINDER_OPENED, 1, cn("2025-10-09", 9, 0));
    const struct care *care = &story.book.care[REMINDER_RESPONSE];
    assert_int_equal(care->due_at, cn("2025-10-03", 12, 0)); // nominal, and fixed
    assert_int_equal(care->opened_at, cn("2025-10-09", 9, 0));
    // Further notices are counted from the opening: Sunday the 12th waits.
    story_advance(&story, cn("2025-10-20", 0, 0));
    expect_effect(2, EFFECT_REMINDER_NOTICED, 2, cn("2025-10-13", 9, 0));
    expect_effect(1, EFFECT_REMINDER_NOTICED, 3, cn("2025-10-14", 9, 0));
    expect_effect(0, EFFECT_REMINDER_NOTICED, 4, cn("2025-10-16", 9, 0));
    assert_int_equal(story.log.count, 4);
}

static void a_make_up_saturday_is_a_day_for_reminders(void **state)
{
    (void)state;
    story_contact(&story, TYPE_CALL_MISSED, SIDE_INBOUND, cn("2025-10-09", 20, 0));
    story_advance(&story, cn("2025-10-20", 0, 0)); // due on Friday after work
    assert_int_equal(story.log.effects[0].at, cn("2025-10-11", 9, 0));
}

static void a_cure_in_the_holidays_is_in_time(void **state)
{
    (void)state;
    story_contact(&story, TYPE_CALL_MISSED, SIDE_INBOUND, cn("2025-10-02", 12, 0));
    story_contact(&story, TYPE_CALL_COMPLETED, SIDE_OUTBOUND, cn("2025-10-08", 12, 0));
    story_advance(&story, cn("2025-10-20", 0, 0));
    assert_int_equal(story.log.count, 0);
}

// A snooze ends in working time; what follows keeps its distance from the nominal end.
static void a_snooze_ends_in_working_time(void **state)
{
    (void)state;
    instant asked = cn("2025-09-22", 10, 0);
    story_contact(&story, TYPE_CALL_MISSED, SIDE_INBOUND, asked);
    story_advance(&story, cn("2025-09-24", 0, 0));
    expect_effect(0, EFFECT_REMINDER_OPENED, 1, cn("2025-09-23", 10, 0));
    story_answer(&story, TYPE_REMINDER_SNOOZED, REMINDER_RESPONSE, asked, cn("2025-09-24", 10, 0),
                 cn("2025-10-04", 10, 0));
    story_advance(&story, cn("2025-10-30", 0, 0));
    expect_effect(2, EFFECT_REMINDER_NOTICED, 2, cn("2025-10-09", 9, 0));
    expect_effect(1, EFFECT_REMINDER_NOTICED, 3, cn("2025-10-09", 9, 0));  // the 6th
    expect_effect(0, EFFECT_REMINDER_NOTICED, 4, cn("2025-10-09", 9, 0)); // the 8th
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(china_works_as_announced, set_up_china),
        cmocka_unit_test_setup(china_has_worked_as_announced, set_up_china),
        cmocka_unit_test_setup(days_end_at_24, set_up),
        cmocka_unit_test_setup(without_hours_the_whole_day_works, set_up),
        cmocka_unit_test_setup(a_time_in_a_gap_is_the_instant_after_it, set_up),
        cmocka_unit_test_setup(a_time_that_comes_twice_is_the_first, set_up),
        cmocka_unit_test_setup(a_day_that_comes_again_has_worked_before, set_up),
        cmocka_unit_test_setup(calendars_without_work_are_found, set_up),
        cmocka_unit_test_setup(years_and_days_are_listed_once, set_up),
        cmocka_unit_test_setup(a_reminder_waits_for_the_end_of_the_holidays, set_up_china),
        cmocka_unit_test_setup(a_make_up_saturday_is_a_day_for_reminders, set_up_china),
        cmocka_unit_test_setup(a_cure_in_the_holidays_is_in_time, set_up_china),
        cmocka_unit_test_setup(a_snooze_ends_in_working_time, set_up_china),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
