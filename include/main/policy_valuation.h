// The part of building a policy that is about ranks.
#ifndef GUANXI_MAIN_POLICY_VALUATION_H
#define GUANXI_MAIN_POLICY_VALUATION_H

#include "main/policy.h"

// Fills policy->valuation, after the base currency.
void policy_build_valuation(struct policy *policy, const struct config *config, struct config_problems *problems);

#endif
