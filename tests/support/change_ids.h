// Merges, unmerges, erasures and readmissions as the application writes them: under the versions and the epoch that
// stand when they begin. Each returns what the write did.
#ifndef GUANXI_TESTS_CHANGE_IDS_H
#define GUANXI_TESTS_CHANGE_IDS_H

#include "port/store.h"
#include "support/postgres.h"

// The epoch that stands; ends the program where it cannot be read.
int64_t test_epoch(struct store *store);

// `from` becomes an alias of `to`, which is made if only `from` has a row. `event` is the id of the event, put on
// the timeline of the winner under the subject `from` (merge) or the winner itself (unmerge).
int test_merge(struct store *store, const char *from, const char *to, const char *event);
// `to` goes back from `from`.
int test_unmerge(struct store *store, const char *from, const char *to, const char *event);
// With all that lead to it.
int test_erase(struct store *store, const char *id);
int test_readmit(struct store *store, const char *id);

// Waits until that many locks are waited for; false when that does not come about.
bool test_await_waiting(struct test_database *database, int locks);

#endif
