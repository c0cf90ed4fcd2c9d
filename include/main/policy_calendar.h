// The part of building a policy that is about the business calendar, and the watch over its years.
#ifndef GUANXI_MAIN_POLICY_CALENDAR_H
#define GUANXI_MAIN_POLICY_CALENDAR_H

#include "main/policy.h"

// Fills policy->calendar, after the zone; reads the files of holidays. 0 or STATUS_NOMEM.
int policy_build_calendar(struct policy *policy, const struct config *config,
                          struct config_problems *problems);

// Looks whether the holidays of the business year at `now` are known, and in its last quarter those of the
// next: keeps the metric, and warns once in each year. *warned is the year warned in last; 0 to begin with.
void calendar_watch(const struct policy *policy, instant now, int *warned);

#endif
