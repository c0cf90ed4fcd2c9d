// What is known of the customer as a person or a firm. The latest word counts; what an event leaves out stays.
#ifndef CORE_PROFILE_H
#define CORE_PROFILE_H

#include "change.h"

void profile_updated(const struct change *change, const struct event *event);

// Tier and target as a rank worked them out (guanxi.valued).
void profile_valued(const struct change *change, const struct event *event);

#endif
