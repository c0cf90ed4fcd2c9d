// The business time zone: which calendar day an instant belongs to.
#include "core/policy.h"

static int32_t zone_offset(const struct zone *zone, instant at)
{
    // The last transition at or before the instant; the first one holds from the beginning of time.
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
    return zone->transitions[low].offset;
}

int32_t policy_day(const struct policy *policy, instant at)
{
    instant local = at + zone_offset(&policy->zone, at) * SECOND;
    instant day = local / DAY;
    return (int32_t)(local % DAY < 0 ? day - 1 : day);
}
