// Inside batches: what is read from the database before one is worked out.
#ifndef GUANXI_DAEMON_APP_JUDGE_H
#define GUANXI_DAEMON_APP_JUDGE_H

#include "app/batch.h"

// Fills set.customers with one row for each group, in their order, as they stand; from the cache where it
// knows them. The outcome of the store.
int judge_customers(struct applier *applier);

// Asks the cache for the customers of groups behind this one, for those who walk over all of them.
void judge_ask_ahead(const struct applier *applier, size_t index);

// A write was contradicted: nobody passes for new any more until it has been earned twice over.
void judge_distrust(struct applier *applier);

// Marks members as duplicates or conflicts of what the timelines have. Looks up only those that can be: an
// event ahead of all its customer's events cannot repeat one.
int judge_identities(struct applier *applier);

#endif
