#include "codec/time.h"

enum { SECONDS_A_DAY = 86400, DAYS_TO_1970 = 719468 };

// Days since 1970-01-01 of a date of the Gregorian calendar. Counted from 0000-03-01, so that the leap day
// is the last one of its year.
static int64_t days_of_date(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           DAYS_TO_1970;
}

void time_date(int64_t days, int *year, int *month, int *day)
{
    int64_t shifted = days + DAYS_TO_1970;
    int64_t era = shifted / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

// Reads exactly `digits` digits at *at and moves past them; -1 when they are not there.
static int take_number(const char **at, const char *end, int digits)
{
    if (end - *at < digits) {
        return -1;
    }
    int number = 0;
    for (int i = 0; i < digits; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9') {
            return -1;
        }
        number = number * 10 + (c - '0');
    }
    *at += digits;
    return number;
}

static bool take_char(const char **at, const char *end, char wanted)
{
    if (*at == end || **at != wanted) {
        return false;
    }
    (*at)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool take_date(const char **at, const char *end, int64_t *days)
{
    int year = take_number(at, end, 4);
    if (year < 0 || !take_char(at, end, '-')) {
        return false;
    }
    int month = take_number(at, end, 2);
    if (month < 1 || month > 12 || !take_char(at, end, '-')) {
        return false;
    }
    int day = take_number(at, end, 2);
    if (day < 1 || day > days_in_month(year, month)) {
        return false;
    }
    *days = days_of_date(year, month, day);
    return true;
}

int time_parse_date(struct span text, int64_t *days)
{
    const char *next = text.data;
    return text.data && take_date(&next, text.data + text.size, days) && next == text.data + text.size ? 0 : -1;
}

// Hours and minutes with a colon between, as in a time of day and in an offset.
static bool take_hours(const char **at, const char *end, int *seconds)
{
    int hour = take_number(at, end, 2);
    if (hour < 0 || hour > 23 || !take_char(at, end, ':')) {
        return false;
    }
    int minute = take_number(at, end, 2);
    if (minute < 0 || minute > 59) {
        return false;
    }
    *seconds = hour * 3600 + minute * 60;
    return true;
}

// Seconds with an optional fraction; digits beyond the microsecond are cut.
static bool take_seconds(const char **at, const char *end, int64_t *microseconds)
{
    int second = take_number(at, end, 2);
    if (second < 0 || second > 59) {
        return false;
    }
    int64_t fraction = 0;
    if (take_char(at, end, '.')) {
        const char *first = *at;
        int64_t unit = SECOND / 10;
        for (; *at < end && **at >= '0' && **at <= '9'; (*at)++, unit /= 10) {
            fraction += unit * (**at - '0');
        }
        if (*at == first) {
            return false;
        }
    }
    *microseconds = second * SECOND + fraction;
    return true;
}

static bool take_offset(const char **at, const char *end, int *offset)
{
    *offset = 0;
    if (take_char(at, end, 'Z') || take_char(at, end, 'z')) {
        return true;
    }
    bool west = take_char(at, end, '-');
    if ((!west && !take_char(at, end, '+')) || !take_hours(at, end, offset)) {
        return false;
    }
    *offset = west ? -*offset : *offset;
    return true;
}

int time_parse(struct span text, instant *at)
{
    const char *next = text.data;
    const char *end = text.data + text.size;
    int64_t days, microseconds;
    int time_of_day, offset;
    if (!text.data || !take_date(&next, end, &days) ||
        (!take_char(&next, end, 'T') && !take_char(&next, end, 't')) ||
        !take_hours(&next, end, &time_of_day) || !take_char(&next, end, ':') ||
        !take_seconds(&next, end, &microseconds) || !take_offset(&next, end, &offset) || next != end) {
        return -1;
    }
    instant parsed = (days * SECONDS_A_DAY + time_of_day - offset) * SECOND + microseconds;
    if (parsed < 0 || parsed > INSTANT_LAST) {
        return -1;
    }
    *at = parsed;
    return 0;
}

// The last digits of a number, with zeros in front. The place behind them.
static char *put_digits(char *at, int number, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + digits;
}

int time_format(instant at, char text[TIME_TEXT_MAX])
{
    static const char before[] = {'\0', '-', '-', 'T', ':', ':', '.'};
    int64_t seconds = at / SECOND;
    int time_of_day = (int)(seconds % SECONDS_A_DAY);
    int year, month, day;
    time_date(seconds / SECONDS_A_DAY, &year, &month, &day);
    const int parts[] = {year, month, day, time_of_day / 3600, time_of_day / 60 % 60, time_of_day % 60,
                         (int)(at % SECOND)};
    char *end = put_digits(text, year, 4);
    for (int i = 1; i < (parts[6] ? 7 : 6); i++) {
        *end++ = before[i];
        end = put_digits(end, parts[i], i < 6 ? 2 : 6);
    }
    *end++ = 'Z';
    *end = '\0';
    return (int)(end - text);
}
