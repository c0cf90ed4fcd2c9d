// Random policies: the defaults, or settings that differ in what may well be set (summer time, working
// hours, no pauses, no patience, other contacts and points, other care).
#ifndef GUANXI_TESTS_ANY_POLICY_H
#define GUANXI_TESTS_ANY_POLICY_H

#include "core/policy.h"
#include "support/random.h"

// `types` as for policy_defaults. With both fingerprints.
void any_policy(struct policy *policy, struct type_rule types[POLICY_TYPES], struct random *random);

#endif
