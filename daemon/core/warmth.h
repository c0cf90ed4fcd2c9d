// Warmth: the decayed sum of points. A weight w of instant t counts w * 2^(-(now - t) / half_life). It is
// kept as one number and its instant, which moves only on events with points: so the number depends on
// the events alone, not on how often anyone looked.
#ifndef CORE_WARMTH_H
#define CORE_WARMTH_H

#include "core/customer.h"

// Adds the points (not 0) of an event at `at`.
void warmth_add(const struct policy *policy, struct customer *customer, double points, instant at);

// The instant at which warmth falls to `leave` if nothing happens: the first whole second at or after
// warmth_at + half_life * log2(warmth / leave), where less than 1 microsecond above a whole second is
// that second; warmth_at if it is there already; INSTANT_NEVER if it never gets there.
instant warmth_falls_to(const struct policy *policy, const struct customer *customer, double leave);

#endif
