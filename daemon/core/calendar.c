// The business calendar: see core/calendar.h.
#include "core/calendar.h"

#include "zone.h"

// Where clocks go back, so many later days may have begun before an instant of this one.
enum { DAYS_AHEAD = 3 };

// ---------------------------------------------------------------------------------------------------- years

int32_t calendar_first_day(int year)
{
    const int leaps_before_1970 = 477;
    int past = year - 1;
    return 365 * (year - 1970) + past / 4 - past / 100 + past / 400 - leaps_before_1970;
}

int calendar_year_of(int32_t day)
{
    int year = 1970 + day / 366; // near it
    while (calendar_first_day(year) > day) {
        year--;
    }
    while (calendar_first_day(year + 1) <= day) {
        year++;
    }
    return year;
}

// The place of the year that begins with the day, or where it would stand.
static size_t year_place(const struct calendar *calendar, int32_t first_day)
{
    size_t place = 0;
    while (place < calendar->year_count && calendar->years[place].first_day < first_day) {
        place++;
    }
    return place;
}

// The year with this number, made where it is not there; NULL when there is no room.
static struct calendar_year *take_year(struct calendar *calendar, int year)
{
    int32_t first_day = calendar_first_day(year);
    size_t place = year_place(calendar, first_day);
    struct calendar_year *at = &calendar->years[place];
    if (place < calendar->year_count && at->first_day == first_day) {
        return at;
    }
    if (calendar->year_count == CALENDAR_YEARS) {
        return NULL;
    }
    memmove(at + 1, at, (calendar->year_count - place) * sizeof *at);
    memset(at, 0, sizeof *at);
    at->first_day = first_day;
    calendar->year_count++;
    return at;
}

enum calendar_listing calendar_list_year(struct calendar *calendar, int year)
{
    struct calendar_year *taken = take_year(calendar, year);
    if (!taken) {
        return CALENDAR_FULL;
    }
    if (taken->listed) {
        return CALENDAR_TWICE;
    }
    taken->listed = true;
    return CALENDAR_LISTED;
}

static bool has_day(const uint64_t words[CALENDAR_WORDS], int32_t place)
{
    return words[place / 64] >> (place % 64) & 1;
}

enum calendar_listing calendar_list_day(struct calendar *calendar, int32_t day, bool off)
{
    struct calendar_year *year = take_year(calendar, calendar_year_of(day));
    if (!year) {
        return CALENDAR_FULL;
    }
    int32_t place = day - year->first_day;
    if (has_day(off ? year->work : year->off, place)) {
        return CALENDAR_TWICE;
    }
    (off ? year->off : year->work)[place / 64] |= UINT64_C(1) << (place % 64);
    return CALENDAR_LISTED;
}

bool calendar_knows(const struct calendar *calendar, int year)
{
    int32_t first_day = calendar_first_day(year);
    size_t place = year_place(calendar, first_day);
    return calendar->year_count == 0 ||
           (place < calendar->year_count && calendar->years[place].first_day == first_day &&
            calendar->years[place].listed);
}

// ----------------------------------------------------------------------------------------- working instants

static bool is_always(const struct calendar *calendar)
{
    return !calendar->days_off && !calendar->interval_count && !calendar->year_count;
}

static bool day_works(const struct calendar *calendar, int32_t day)
{
    // The last year that begins at or before the day; the day may be beyond its end.
    size_t after = year_place(calendar, day + 1);
    if (after > 0) {
        const struct calendar_year *year = &calendar->years[after - 1];
        int32_t place = day - year->first_day;
        if (place < 64 * CALENDAR_WORDS) {
            if (has_day(year->work, place)) {
                return true;
            }
            if (has_day(year->off, place)) {
                return false;
            }
        }
    }
    int weekday = (int)((day % 7 + 7 + 3) % 7); // 1970-01-01 was a Thursday
    return !(calendar->days_off >> weekday & 1);
}

static instant local_instant(const struct policy *policy, int32_t day, int minute)
{
    return zone_instant(&policy->zone, day * DAY + minute * MINUTE);
}

// The local intervals of a day that works.
static size_t day_intervals(const struct calendar *calendar, const struct working_interval **intervals)
{
    static const struct working_interval all_day = {0, MINUTES_A_DAY};
    *intervals = calendar->interval_count > 0 ? calendar->intervals : &all_day;
    return calendar->interval_count > 0 ? calendar->interval_count : 1;
}

// The first working instant of the day at or after `at`; INSTANT_NEVER when there is none.
static instant working_on(const struct policy *policy, int32_t day, instant at)
{
    if (!day_works(&policy->calendar, day)) {
        return INSTANT_NEVER;
    }
    const struct working_interval *intervals;
    size_t count = day_intervals(&policy->calendar, &intervals);
    for (size_t i = 0; i < count; i++) {
        instant from = instant_later(at, local_instant(policy, day, intervals[i].from));
        // An interval all of which is in a gap of the zone is empty.
        if (from < local_instant(policy, day, intervals[i].to)) {
            return from;
        }
    }
    return INSTANT_NEVER;
}

instant policy_working(const struct policy *policy, instant at)
{
    if (is_always(&policy->calendar)) {
        return at;
    }
    // No interval of an earlier day holds `at`: all of them end before its day begins for the first time.
    int32_t today = policy_day(policy, at);
    for (int32_t day = today; day <= today + CALENDAR_REACH; day++) {
        instant working = working_on(policy, day, at);
        if (working != INSTANT_NEVER) {
            return working;
        }
    }
    return INSTANT_NEVER;
}

// The last interval of the day that begins before `at`, cut off there. Whether there is one.
static bool worked_on(const struct policy *policy, int32_t day, instant at, instant *from, instant *to)
{
    if (!day_works(&policy->calendar, day)) {
        return false;
    }
    const struct working_interval *intervals;
    for (size_t i = day_intervals(&policy->calendar, &intervals); i > 0; i--) {
        *from = local_instant(policy, day, intervals[i - 1].from);
        *to = instant_earlier(at, local_instant(policy, day, intervals[i - 1].to));
        if (*from < *to) {
            return true;
        }
    }
    return false;
}

bool policy_worked(const struct policy *policy, instant at, instant *from, instant *to)
{
    if (is_always(&policy->calendar)) {
        *from = INSTANT_NONE;
        *to = at;
        return true;
    }
    int32_t today = policy_day(policy, at);
    for (int32_t day = today + DAYS_AHEAD; day >= today - CALENDAR_REACH; day--) {
        if (worked_on(policy, day, at, from, to)) {
            return true;
        }
    }
    return false;
}

bool policy_works(const struct policy *policy, int32_t *gap)
{
    const struct calendar *calendar = &policy->calendar;
    // Further away from listed days one week is like the other.
    int32_t day = 0, last = CALENDAR_REACH;
    if (calendar->year_count > 0) {
        day = calendar->years[0].first_day - CALENDAR_REACH;
        last = calendar->years[calendar->year_count - 1].first_day + 366 + CALENDAR_REACH;
    }
    while (day <= last) {
        instant working = policy_working(policy, local_instant(policy, day, 0));
        if (working == INSTANT_NEVER || policy_day(policy, working) >= day + CALENDAR_REACH) {
            *gap = day;
            return false;
        }
        day = policy_day(policy, working) + 1;
    }
    return true;
}
