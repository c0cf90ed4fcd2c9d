// A decoded event as a CloudEvent in structured mode, as a producer would have written it.
#ifndef GUANXI_TESTS_EVENT_JSON_H
#define GUANXI_TESTS_EVENT_JSON_H

#include "core/event.h"
#include "core/policy.h"

enum { EVENT_JSON_MAX = 4096 };

// Amounts are in the base currency of the policy (two minor digits). Returns the length; the text ends
// with a NUL.
size_t event_json(const struct policy *policy, const struct event *event, char text[EVENT_JSON_MAX]);

#endif
