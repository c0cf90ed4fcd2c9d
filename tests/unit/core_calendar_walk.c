// The calendar of the core, forwards and backwards, against a slow walk over random calendars and zones, minute by minute.
// GUANXI_SEED repeats a run.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/history.h"
#include "support/random.h"

static struct policy defaults;
static struct policy *const policy = &defaults;
static struct calendar *const calendar = &defaults.calendar;
static struct type_rule types[POLICY_TYPES];

enum { WALK_DAYS = 60, WALK_MINUTES = WALK_DAYS * MINUTES_A_DAY, CALENDARS = 200, LISTED_MOST = 12 };

#define DECEMBER (INT64_C(1796083200) * SECOND) // 2026-12-01: a year ends within the walk

// Listed days as the walk looks them up: 0 not listed, 'o' off, 'w' work.
struct any_calendar {
    instant start;
    char listed[WALK_DAYS + 4];
    size_t transition_count;
    struct zone_transition transitions[4];
    int interval[WALK_MINUTES]; // a number of the interval that each minute is in; 0: not working
};

static void any_calendar(struct any_calendar *any, struct random *random)
{
    *any = (struct any_calendar){.start = DECEMBER};
    any->transitions[any->transition_count++] =
        (struct zone_transition){INSTANT_NONE, (int32_t)random_below(random, 27 * 4) * 900 - 12 * 3600};
    for (int i = 1; i < 4 && random_permille(random, 700); i++) {
        // Jumps of up to three hours, and now and then a whole day.
        int32_t jump = (int32_t)random_below(random, 13) * 1800 - 3 * 3600;
        int32_t before = any->transitions[i - 1].offset;
        jump = random_permille(random, 100) ? (before > 0 ? -86400 : 86400) : jump;
        any->transitions[any->transition_count++] =
            (struct zone_transition){any->start + (i * 15 + random_below(random, 10)) * DAY +
                                         random_below(random, 96) * 15 * MINUTE,
                                     before + jump};
    }
    policy->zone = (struct zone){any->transition_count, any->transitions};
    calendar->days_off = (uint8_t)random_below(random, 128);
    for (int minute = 0; minute < MINUTES_A_DAY && calendar->interval_count < CALENDAR_INTERVALS;) {
        int from = minute + (int)random_below(random, 8) * 15 * (int)random_below(random, 10);
        int to = from + 15 * (1 + (int)random_below(random, 30));
        minute = to;
        if (to > MINUTES_A_DAY || random_permille(random, 100))
            break;
        calendar->intervals[calendar->interval_count++] =
            (struct working_interval){(int16_t)from, (int16_t)to};
    }
    for (int i = 0; i < LISTED_MOST; i++) {
        int day = (int)random_below(random, WALK_DAYS);
        bool off = random_permille(random, 500);
        if (!any->listed[day]) {
            any->listed[day] = off ? 'o' : 'w';
            calendar_list_day(calendar, (int32_t)(any->start / DAY) + day, off);
        }
    }
}

// The number of the interval that holds a local time: no two days share one. 0: not working.
static int local_interval(const struct any_calendar *any, instant local)
{
    int64_t day = local / DAY, place = day - any->start / DAY;
    char listed = place >= 0 && place < WALK_DAYS ? any->listed[place] : 0;
    if (listed ? listed == 'o' : calendar->days_off >> ((day + 3) % 7) & 1)
        return 0;
    int number = 1 + (int)(place + 100) * (CALENDAR_INTERVALS + 1);
    int64_t minute = local % DAY / MINUTE;
    for (int i = 0; i < calendar->interval_count; i++)
        if (minute >= calendar->intervals[i].from && minute < calendar->intervals[i].to)
            return number + i;
    return calendar->interval_count == 0 ? number : 0;
}

// A local time has come once the latest local time so far is not before it; so what works is what the
// latest local time so far says.
static void walk(struct any_calendar *any)
{
    instant latest = INSTANT_NONE;
    size_t zone = 0;
    for (int i = 0; i < WALK_MINUTES; i++) {
        instant now = any->start + i * MINUTE;
        while (zone + 1 < any->transition_count && any->transitions[zone + 1].from <= now)
            zone++;
        latest = instant_later(latest, now + any->transitions[zone].offset * SECOND);
        any->interval[i] = local_interval(any, latest);
    }
}

static void compare(const struct any_calendar *any, struct random *random, uint64_t seed)
{
    int next = -1;
    for (int i = WALK_MINUTES - 1; i >= 0; i--) {
        next = any->interval[i] ? i : next;
        // Every place where something changes, and some others.
        bool edge = i == 0 || any->interval[i] != any->interval[i - 1];
        if (!edge && !random_permille(random, 5))
            continue;
        instant from = any->start + i * MINUTE + random_below(random, 2) * random_below(random, MINUTE);
        instant found = policy_working(policy, from);
        instant wanted = next == i ? from : any->start + next * MINUTE;
        if (next < 0 ? found < any->start + WALK_MINUTES * MINUTE : found != wanted)
            fail_msg("seed %llu: from minute %d: found %lld, wanted %lld", (unsigned long long)seed, i,
                     (long long)((found - any->start) / MINUTE), (long long)next);
    }
}

// The last interval that began before an instant of minute i, whose last minutes so far were `from` to `to`;
// -1: it began before the walk, or at its start.
static void expect_worked(const struct any_calendar *any, instant at, int from, int to, uint64_t seed)
{
    instant found_from = INSTANT_NONE, found_to = INSTANT_NONE;
    bool found = policy_worked(policy, at, &found_from, &found_to);
    instant wanted_to = instant_earlier(at, any->start + to * MINUTE);
    if (from < 0 ? found && found_from > any->start
                 : !found || found_from != any->start + from * MINUTE || found_to != wanted_to)
        fail_msg("seed %llu: before minute %lld: found %lld to %lld, wanted %d to %d", (unsigned long long)seed,
                 (long long)((at - any->start) / MINUTE), (long long)((found_from - any->start) / MINUTE),
                 (long long)((found_to - any->start) / MINUTE), from, to);
}

static void compare_backwards(const struct any_calendar *any, struct random *random, uint64_t seed)
{
    int from = -1, to = -1;
    for (int i = 0; i < WALK_MINUTES; i++) {
        bool edge = i > 0 && any->interval[i] != any->interval[i - 1];
        bool look = edge || random_permille(random, 5);
        instant at = any->start + i * MINUTE;
        if (look)
            expect_worked(any, at, from, to, seed);
        if (edge && any->interval[i])
            from = i;
        if (any->interval[i])
            to = i + 1;
        if (look)
            expect_worked(any, at + 1 + random_below(random, MINUTE - 1), from, to, seed);
    }
}

static void agrees_with_a_walk_minute_by_minute(void **state)
{
    static struct any_calendar any;
    (void)state;
    uint64_t first = history_seed();
    for (uint64_t seed = first; seed < first + CALENDARS; seed++) {
        struct random random = {seed};
        policy_defaults(policy, types);
        any_calendar(&any, &random);
        walk(&any);
        compare(&any, &random, seed);
        compare_backwards(&any, &random, seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(agrees_with_a_walk_minute_by_minute)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
