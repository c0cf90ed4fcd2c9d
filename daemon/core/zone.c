// The business time zone: which calendar day an instant belongs to, and when a local time is.
#include "zone.h"

// No zone is further than this from UTC.
#define OFFSET_MOST (26 * HOUR)

// The last transition at or before the instant; the first one holds from the beginning of time.
static size_t zone_transition_at(const struct zone *zone, instant at)
{
    size_t low = 0;
    size_t high = zone->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle].from <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static int32_t zone_offset(const struct zone *zone, instant at)
{
    return zone->transitions[zone_transition_at(zone, at)].offset;
}

instant zone_instant(const struct zone *zone, instant local)
{
    const struct zone_transition *transitions = zone->transitions;
    size_t i = zone_transition_at(zone, local - OFFSET_MOST);
    for (;; i++) {
        instant at = instant_later(transitions[i].from, local - transitions[i].offset * SECOND);
        if (i + 1 == zone->count || at < transitions[i + 1].from) {
            return at;
        }
    }
}

duration policy_offset(const struct policy *policy, instant at)
{
    return zone_offset(&policy->zone, at) * SECOND;
}

instant policy_local(const struct policy *policy, int32_t day, int32_t minute)
{
    return zone_instant(&policy->zone, day * DAY + minute * MINUTE);
}

instant policy_day_begins(const struct policy *policy, int32_t day)
{
    return zone_instant(&policy->zone, day * DAY);
}

int32_t policy_day(const struct policy *policy, instant at)
{
    instant local = at + policy_offset(policy, at);
    instant day = local / DAY;
    return (int32_t)(local % DAY < 0 ? day - 1 : day);
}
