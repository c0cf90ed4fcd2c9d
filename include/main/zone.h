// Time zones of the system as transitions.
#ifndef GUANXI_MAIN_ZONE_H
#define GUANXI_MAIN_ZONE_H

#include "core/policy.h"

// Reads the transitions of a zone ("Asia/Shanghai") from 1970 to the end of 2199; *transitions is to be
// freed. 1: the system knows no such zone. STATUS_NOMEM. Changes TZ of the process for a moment: not while
// other threads look at the environment or at local time; but the zone read last is known and read no more.
int zone_read(const char *name, struct zone_transition **transitions, size_t *count);

#endif
