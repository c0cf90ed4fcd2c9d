// The policy of this process and the one in force in the database. There is one at a time: daemons bring theirs into
// force when they start, commands that write join the one that is there.
#ifndef GUANXI_MAIN_POLICY_FORCE_H
#define GUANXI_MAIN_POLICY_FORCE_H

#include "main/policy.h"

// Both number the configured types, set policy.since and let this store write under the policy alone; other stores get
// its fingerprint from the caller. 0, or negative; STATUS_CONFIG says in which settings policies differ and what to do.

// As a daemon starts: what may change at a start takes effect, and daemons that run by the former policy stop.
int policy_start(struct policy_owner *owner, struct store *store, duration lane_hold);
// As a command does that works beside daemons: no change takes effect by it, but where there is no policy yet.
int policy_join(struct policy_owner *owner, struct store *store, duration lane_hold);

// The policy in force, as recorded; `row` as the store gives it. 0; 1: it is of another version of the program;
// STATUS_NOMEM. policy_owner_free takes it in any case; it borrows row->packed.
int policy_recorded(struct policy_owner *owner, const struct policy_row *row);

// The settings in which two policies differ, as "model.half_life, model.enter and 3 more".
enum { POLICY_NAMES = 256 };
void policy_name_differences(const struct policy *a, const struct policy *b, bool mixed, char names[POLICY_NAMES]);

#endif
