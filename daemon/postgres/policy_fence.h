// The fence of policies: a write goes by the policy in force, or it does not take place.
#ifndef GUANXI_POSTGRES_POLICY_FENCE_H
#define GUANXI_POSTGRES_POLICY_FENCE_H

#include "pipeline.h"

// Sends the check of a write that concerns customers, behind identity_lock: while it is under way no other policy comes
// into force. It answers STATUS_CONFIG where another one is.
int policy_fence(struct pipeline *pipeline, uint64_t policy, const struct store_write *write);
// The outcome of the write as it is; where the check refused it, in words.
int policy_verdict(const struct connection *connection, int outcome);

#endif
