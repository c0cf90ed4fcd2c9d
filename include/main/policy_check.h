// Whether the settings of a policy can do together what they are for.
#ifndef GUANXI_MAIN_POLICY_CHECK_H
#define GUANXI_MAIN_POLICY_CHECK_H

#include "main/policy.h"

// Of a policy that was built without problems: what contradicts itself becomes problems, each where it stands.
void policy_check(const struct policy *policy, const struct config *config, struct config_problems *problems);

#endif
