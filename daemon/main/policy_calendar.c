#include "main/policy_calendar.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "codec/holidays.h"
#include "codec/time.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MOST = 1 << 20, QUARTER_DAYS = 92 };

// ---------------------------------------------------------------------------------------------------- hours

// "HH:MM" as minutes of the day, up to 24:00; -1 when it is something else.
static int read_time_of_day(const char *text)
{
    for (int i = 0; i < 5; i++)
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9')
            return -1;
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    return minute > 59 || hour * 60 + minute > MINUTES_A_DAY ? -1 : hour * 60 + minute;
}

static void build_hours(struct calendar *calendar, const struct config *config,
                        struct config_problems *problems)
{
    const struct config_texts *hours = &config->model.working_hours;
    struct config_source where = config_where(config, "model", "working_hours");
    if (hours->count > CALENDAR_INTERVALS) {
        config_problem(problems, where, "model.working_hours", "has %zu intervals: expected at most %d",
                       hours->count, CALENDAR_INTERVALS);
        return;
    }
    int last = 0;
    for (size_t i = 0; i < hours->count; i++) {
        const char *text = hours->items[i];
        bool shaped = strlen(text) == 11 && text[5] == '-';
        int from = shaped ? read_time_of_day(text) : -1;
        int to = shaped ? read_time_of_day(text + 6) : -1;
        if (from < 0 || to < 0)
            config_problem(problems, where, "model.working_hours",
                           "\"%s\" is no interval: expected one as in \"09:00-12:30\"", text);
        else if (from >= to)
            config_problem(problems, where, "model.working_hours",
                           "\"%s\" ends before it has begun: expected an interval within a day; one over "
                           "midnight is two, as in \"00:00-06:00\" and \"22:00-24:00\"",
                           text);
        else if (from < last)
            config_problem(problems, where, "model.working_hours",
                           "\"%s\" begins before the one before it has ended: expected ascending intervals",
                           text);
        else
            calendar->intervals[calendar->interval_count++] =
                (struct working_interval){(int16_t)from, (int16_t)to};
        last = to > last ? to : last;
    }
}

static void build_days_off(struct calendar *calendar, const struct config *config,
                           struct config_problems *problems)
{
    static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday"};
    const struct config_texts *days = &config->model.days_off;
    for (size_t i = 0; i < days->count; i++) {
        int weekday = 0;
        while (weekday < 7 && strcmp(days->items[i], weekdays[weekday]) != 0)
            weekday++;
        if (weekday == 7)
            config_problem(problems, config_where(config, "model", "days_off"), "model.days_off",
                           "\"%s\" is no weekday: expected \"monday\" to \"sunday\"", days->items[i]);
        else
            calendar->days_off |= (uint8_t)(1 << weekday);
    }
}

// ------------------------------------------------------------------------------------------------- holidays

// A file whose problems are told.
struct holiday_file {
    const char *path;
    struct config_problems *problems;
};

static void file_problem(void *context, int line, const char *what)
{
    const struct holiday_file *file = context;
    config_problem(file->problems, (struct config_source){file->path, line}, "model.holidays", "%s", what);
}

// The path of a file that is named in another: relative to that one's directory. On the command line: as it
// is. To be freed; NULL when memory is out.
static char *path_beside(const char *name, struct config_source where)
{
    const char *slash = where.line > 0 && *name != '/' ? strrchr(where.file, '/') : NULL;
    char *path;
    int directory = slash ? (int)(slash - where.file) + 1 : 0;
    return asprintf(&path, "%.*s%s", directory, slash ? where.file : "", name) < 0 ? NULL : path;
}

// The whole of a file, to be freed; NULL with errno.
static char *read_file(const char *path, size_t *size)
{
    FILE *in = fopen(path, "re");
    if (!in)
        return NULL;
    char *text = malloc(FILE_MOST);
    *size = text ? fread(text, 1, FILE_MOST, in) : 0;
    bool failed = !text || ferror(in) || *size == FILE_MOST;
    int error = !text ? ENOMEM : *size == FILE_MOST ? EFBIG : errno;
    fclose(in);
    if (!failed)
        return text;
    free(text);
    errno = error;
    return NULL;
}

static void list_day(struct calendar *calendar, const struct holiday *holiday, struct holiday_file *file)
{
    enum calendar_listing outcome = calendar_list_day(calendar, holiday->day, holiday->off);
    int year, month, day;
    char what[128];
    time_date(holiday->day, &year, &month, &day);
    if (outcome == CALENDAR_TWICE) {
        snprintf(what, sizeof what,
                 "%04d-%02d-%02d is listed both as a day off and as a work day: expected one of them", year,
                 month, day);
        file_problem(file, holiday->line, what);
    }
}

static void list_holidays(struct calendar *calendar, const struct holidays *holidays,
                          struct holiday_file *file)
{
    char what[128];
    enum calendar_listing outcome = CALENDAR_LISTED;
    if (holidays->year > 0)
        outcome = calendar_list_year(calendar, holidays->year);
    if (outcome != CALENDAR_LISTED) {
        // With no more than CALENDAR_FILES there is room for all.
        snprintf(what, sizeof what, "the year %d is listed by another file too: expected one file a year",
                 holidays->year);
        file_problem(file, holidays->year_line, what);
    }
    for (size_t i = 0; i < holidays->count; i++)
        list_day(calendar, &holidays->days[i], file);
}

// Reads one file into the calendar; `holidays` is room to work in. 0 or STATUS_NOMEM.
static int build_file(struct calendar *calendar, const char *name, struct config_source where,
                      struct config_problems *problems, struct holidays *holidays)
{
    char *path = path_beside(name, where);
    size_t size = 0;
    char *text = path ? read_file(path, &size) : NULL;
    int status = 0;
    if (text) {
        struct holiday_file file = {path, problems};
        status = holidays_read(span_of(text, size), holidays, file_problem, &file);
        if (status >= 0)
            list_holidays(calendar, holidays, &file);
    } else if (!path || errno == ENOMEM) {
        status = fault(STATUS_NOMEM, "out of memory");
    } else {
        config_problem(problems, where, "model.holidays",
                       "%s cannot be read (%s): expected a file of holidays as holiday-cn has them", path,
                       strerror(errno));
    }
    free(text);
    free(path);
    return status < 0 ? status : 0;
}

static int build_holidays(struct calendar *calendar, const struct config *config,
                          struct config_problems *problems)
{
    const struct config_texts *names = &config->model.holidays;
    struct config_source where = config_where(config, "model", "holidays");
    if (names->count > CALENDAR_FILES) {
        config_problem(problems, where, "model.holidays", "has %zu files: expected at most %d",
                       names->count, CALENDAR_FILES);
        return 0;
    }
    struct holidays *holidays = malloc(sizeof *holidays);
    if (!holidays)
        return fault(STATUS_NOMEM, "out of memory");
    int status = 0;
    for (size_t i = 0; i < names->count && status == 0; i++)
        status = build_file(calendar, names->items[i], where, problems, holidays);
    free(holidays);
    return status;
}

// ---------------------------------------------------------------------------------------------------- whole

int policy_build_calendar(struct policy *policy, const struct config *config,
                          struct config_problems *problems)
{
    size_t before = problems->count;
    build_hours(&policy->calendar, config, problems);
    build_days_off(&policy->calendar, config, problems);
    int status = build_holidays(&policy->calendar, config, problems);
    int32_t gap;
    // Only what has been understood as it was meant is worth judging as a whole.
    if (status == 0 && problems->count == before && !policy_works(policy, &gap)) {
        int year, month, day;
        time_date(gap, &year, &month, &day);
        const char *option = config->model.days_off.count > 0 ? "days_off" : "holidays";
        char place[32];
        snprintf(place, sizeof place, "model.%s", option);
        config_problem(problems, config_where(config, "model", option), place,
                       "no day works in the %d days from %04d-%02d-%02d on, so that no reminder would go "
                       "out: expected fewer days off, or fewer holidays",
                       CALENDAR_REACH, year, month, day);
    }
    return status;
}

void calendar_watch(const struct policy *policy, instant now, int *warned)
{
    int32_t today = policy_day(policy, now);
    int year = calendar_year_of(today), next = calendar_year_of(today + QUARTER_DAYS);
    int missing = !calendar_knows(&policy->calendar, year)   ? year
                  : !calendar_knows(&policy->calendar, next) ? next
                                                             : 0;
    metric_set(METRIC_HOLIDAYS_MISSING, missing != 0);
    if (missing == 0 || *warned == year)
        return;
    *warned = year;
    log_event(LOG_WARNING, HOLIDAYS_MISSING, "the holidays of %d are not known: in that year weekdays alone say when "
              "reminders go out; add its file to model.holidays and reload", missing);
}
