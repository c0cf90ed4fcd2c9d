// Local times of the business time zone as instants.
#ifndef GUANXI_DAEMON_CORE_ZONE_H
#define GUANXI_DAEMON_CORE_ZONE_H

#include "core/policy.h"

// The first instant at which the local time is `local` (an instant as if the zone were UTC) or later: of a
// time that comes twice the first, of one in a gap the instant after the gap.
instant zone_instant(const struct zone *zone, instant local);

#endif
