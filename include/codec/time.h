// RFC 3339 text and instants.
#ifndef GUANXI_CODEC_TIME_H
#define GUANXI_CODEC_TIME_H

#include "core/instant.h"
#include "core/span.h"

// 0, or -1: not RFC 3339, second 60, or outside 1970-01-01 .. 2199-12-31 (UTC). Digits beyond the
// microsecond are cut.
int time_parse(struct span text, instant *at);

// "2026-01-01T00:00:00Z", with ".ffffff" when there is a fraction; returns the length. `text` holds 28 bytes.
enum { TIME_TEXT_MAX = 28 };
int time_format(instant at, char text[TIME_TEXT_MAX]);

// The date of a day counted from 1970-01-01 (not before).
void time_date(int64_t days, int *year, int *month, int *day);

// A date ("2026-01-31") of the Gregorian calendar as its day, counted from 1970-01-01. 0, or -1: no such date.
int time_parse_date(struct span text, int64_t *days);

#endif
