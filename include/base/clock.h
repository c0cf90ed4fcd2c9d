// Clocks of the process. The wall clock of the model is PostgreSQL's: sampled now and then and carried
// on by the monotonic clock between samples, so a jump of the local clock changes nothing.
#ifndef GUANXI_BASE_CLOCK_H
#define GUANXI_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_us(void); // microseconds, CLOCK_MONOTONIC
int64_t clock_local_us(void);     // microseconds since 1970, CLOCK_REALTIME; for log lines only

// Thread-safe. wall_sample records that PostgreSQL's clock read `wall_us` at monotonic `monotonic_us`;
// wall_now is INT64_MIN before the first sample and never goes back.
void wall_sample(int64_t wall_us, int64_t monotonic_us);
int64_t wall_now(void);

#endif
