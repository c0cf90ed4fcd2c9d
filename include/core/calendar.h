// The business calendar: in which local times reminders go out. A day works unless its weekday is off; a
// listed holiday beats the weekday, a listed make-up work day (调休) beats both. On a day that works, its
// half-open local intervals do; a local time in a gap of the zone is the instant after the gap, one that
// comes twice is the first. In years that are not listed weekdays alone count. All zeros is "always".
#ifndef GUANXI_CORE_CALENDAR_H
#define GUANXI_CORE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CALENDAR_INTERVALS = 8, // a day
    CALENDAR_FILES = 32,    // listed years
    CALENDAR_YEARS = 3 * CALENDAR_FILES, // each may name days of its neighbours
    CALENDAR_REACH = 370,   // days in which there must be a working instant
    CALENDAR_WORDS = 6,     // of 64 bits, one for each day of a year
    MINUTES_A_DAY = 1440,
};

// Minutes of the local day, from < to <= MINUTES_A_DAY.
struct working_interval {
    int16_t from;
    int16_t to;
};

struct calendar_year {
    int32_t first_day; // 1 January, in days since 1970-01-01
    bool listed;       // as a whole; else it has but days that its neighbour's list names
    uint64_t off[CALENDAR_WORDS];
    uint64_t work[CALENDAR_WORDS];
};

struct calendar {
    uint8_t days_off;       // bits of weekdays, bit 0 is Monday
    uint8_t interval_count; // 0: the whole day
    uint8_t year_count;
    struct working_interval intervals[CALENDAR_INTERVALS]; // ascending, apart or touching
    struct calendar_year years[CALENDAR_YEARS];            // ascending
};

enum calendar_listing {
    CALENDAR_LISTED = 0,
    CALENDAR_TWICE, // a year that is listed already; a day listed with the other meaning
    CALENDAR_FULL,  // more years than there is room for; not with CALENDAR_FILES of them
};

// A year as known: what is not named in it is an ordinary day.
enum calendar_listing calendar_list_year(struct calendar *calendar, int year);
// A day (since 1970-01-01) as a holiday (off) or a make-up work day.
enum calendar_listing calendar_list_day(struct calendar *calendar, int32_t day, bool off);

// Whether the year is known; of a calendar that lists none, every year is.
bool calendar_knows(const struct calendar *calendar, int year);

// The year of a day since 1970-01-01, and the day of its 1 January.
int calendar_year_of(int32_t day);
int32_t calendar_first_day(int year);

#endif
