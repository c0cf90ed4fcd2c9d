// Instants and durations: microseconds, UTC, counted from 1970-01-01T00:00:00Z.
#ifndef GUANXI_CORE_INSTANT_H
#define GUANXI_CORE_INSTANT_H

#include <stdint.h>

typedef int64_t instant;  // microseconds since 1970, or INSTANT_NONE
typedef int64_t duration; // microseconds

#define INSTANT_NONE INT64_MIN // unset; less than every instant, so comparisons with it read naturally
#define INSTANT_NEVER INT64_MAX // later than every instant
#define SECOND ((duration)1000000)
#define MINUTE (60 * SECOND)
#define HOUR (3600 * SECOND)
#define DAY (86400 * SECOND)
#define INSTANT_LAST ((instant)7258118400 * SECOND - 1) // 2199-12-31T23:59:59.999999Z

static inline instant instant_later(instant a, instant b)
{
    return a > b ? a : b;
}

static inline instant instant_earlier(instant a, instant b)
{
    return a < b ? a : b;
}

#endif
