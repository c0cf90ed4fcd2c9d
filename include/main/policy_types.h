// The part of building a policy that is about event types, checklists and what stages show of them.
#ifndef GUANXI_MAIN_POLICY_TYPES_H
#define GUANXI_MAIN_POLICY_TYPES_H

#include "main/policy.h"

// Replaces the checklists; within their limits, which config_load has checked.
void policy_build_items(struct policy *policy, const struct config_checklists *checklists);

// What each stage shows of these checklists. Of the default that is what they have; what was given and they do
// not have is a problem.
void policy_build_stages(struct policy *policy, const struct config_model *model,
                         struct config_problems *problems);

// Finds the marks of the built-in rows in these checklists, then changes and adds rows.
void policy_build_types(struct policy_owner *owner, const struct config_types *types,
                        struct config_problems *problems);

// Puts configured rows into the order of their numbers, so that the order in which they were written means
// nothing.
void policy_sort_types(struct policy_owner *owner);

#endif
