// Whether the process is alive and ready. Alive: each of its loops has turned not long ago, for which it has a heart
// that beats at each turn. Waiting is a turn too, so that an outage of Kafka or PostgreSQL does not look like death.
// Ready: all checks hold. Any thread.
#ifndef GUANXI_BASE_HEALTH_H
#define GUANXI_BASE_HEALTH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { HEARTS_MOST = 72, HEART_NAME_MAX = 24 };
#define HEALTH_PATIENCE_US (INT64_C(30) * 1000 * 1000) // a loop that has not turned for so long is stuck

// Gives the calling thread a heart, which beats once, and this name, unless it is the first of the process. Without a
// place for it nothing happens.
void health_heart_begin(const char *name);
void health_heart_end(void);
// The calling thread's heart, if it has one.
void health_beat(void);
// The same, for something that may take up to so many microseconds without a turn.
void health_beat_for(int64_t us);

// Whether every heart has beaten within `patience_us`. If not, *who (nullable, HEART_NAME_MAX bytes) is the stillest.
bool health_is_alive(int64_t patience_us, char *who);

#define HEALTH_CHECKS(X) X(SCHEMA, "schema") X(POSTGRES, "postgres") X(KAFKA, "kafka") X(LANES, "lanes")
enum health_check {
#define X(NAME, name) HEALTH_##NAME,
    HEALTH_CHECKS(X)
#undef X
    HEALTH_CHECK_COUNT
};

// What is found of one; the text says it in a few words, in either case.
void health_set(enum health_check check, bool ok, const char *format, ...) __attribute__((format(printf, 3, 4)));
// From now on the process is not ready any more, whatever the checks say: it ends. Safe in a signal handler.
void health_stop(void);
// Whether all hold. `out` (nullable) gets a line of each: "[+]postgres ok" or "[-]kafka failed: ...".
bool health_is_ready(FILE *out);

#endif
