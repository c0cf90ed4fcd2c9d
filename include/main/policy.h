// The configuration as a policy.
#ifndef GUANXI_MAIN_POLICY_H
#define GUANXI_MAIN_POLICY_H

#include "base/config.h"
#include "core/policy.h"
#include "port/store.h"

// A policy with all that it points at. Does not move once built.
struct policy_owner {
    struct policy policy;
    struct type_rule *types; // built-in rows, then configured ones
    struct currency_rate *rates;
    struct zone_transition *transitions;
    char type_prefix[65];
};

// Builds the policy of a configuration; what only the model can judge (zones, currencies, types, marks)
// becomes problems, and the policy must not be used then. Configured types have provisional numbers until
// policy_number_types; fingerprints are set. 0 or STATUS_NOMEM; policy_owner_free takes it in any case. At
// start only: see zone_read.
int policy_build(struct policy_owner *owner, const struct config *config,
                 struct config_problems *problems);
void policy_owner_free(struct policy_owner *owner);

// Gives configured types their lasting numbers (store->ops->number_types) and renews the fingerprints. The
// outcome of the store.
int policy_number_types(struct policy_owner *owner, struct store *store);

#endif
