// Inside batches: what is read from the database before one is worked out.
#ifndef GUANXI_DAEMON_APP_JUDGE_H
#define GUANXI_DAEMON_APP_JUDGE_H

#include "app/batch.h"

// One that is to be made by a fold: it came back or came to be by a change of ids, or events waited for it.
static inline bool customer_row_is_stub(const struct customer_row *row)
{
    return row->fold_at != INSTANT_NEVER && !customer_exists(&row->state);
}

// Whether an event at `at` only goes on the timeline, for the fold: it is late, or there is no state yet to apply it
// to.
static inline bool customer_row_is_late(const struct customer_row *row, instant at)
{
    return customer_is_late(&row->state, at) || customer_row_is_stub(row);
}

// Begins the set anew and fills set.customers with one row for each group, in their order, as they stand; from the
// cache where it knows them. Subjects that mean somebody else are found here: then events are grouped again. An
// outcome of the store.
int judge_customers(struct applier *applier, const struct item *items, size_t count);

// Asks the cache for the customers of groups behind this one, for those who walk over all of them.
void judge_ask_ahead(const struct applier *applier, size_t index);

// A write was contradicted: nobody passes for new any more until it has been earned twice over.
void judge_distrust(struct applier *applier);

// Customers were changed by others: the cache, which may hold more such, is not asked for some batches, each time for
// twice as many, and these pass the gate. A rank of everybody would else contradict every batch.
void judge_doubt_cache(struct applier *applier);
// A batch is committed.
void judge_calm(struct applier *applier);

// Marks members as duplicates or conflicts of what the timelines have. Looks up only those that can be: an
// event ahead of all its customer's events cannot repeat one.
int judge_identities(struct applier *applier);

// Asks which of the rejected records are about somebody erased, by subject or key; judge_erased tells of each by its
// number among them.
int judge_rejects(struct applier *applier, const struct item *items, size_t count);
bool judge_erased(const struct applier *applier, size_t rejected);

// Asks how the promises stand that events about to be applied are about: applier->asked and ->promises. Late events
// need not know, and who is new has none.
int judge_promises(struct applier *applier);

// How the promise that a member is about stands before it: as the batch left it, else as the database has it. Asked
// of members in their order.
struct promise judge_promise(struct applier *applier, uint32_t member);

#endif
