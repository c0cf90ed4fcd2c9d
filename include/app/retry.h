// A quarantined record, judged again by today's rules and applied as an ordinary, mostly late, event. Its
// identity prevents a second effect; the row in quarantine is settled in the same transaction.
#ifndef GUANXI_APP_RETRY_H
#define GUANXI_APP_RETRY_H

#include "app/collector.h"

struct retrier {
    const struct policy *policy;
    struct store *store;
    struct decoder *decoder;
    instant wall; // PostgreSQL's clock, for events ahead of it
    struct arena arena;
    struct collector collector;
    struct writeset set;
    int64_t epoch; // of ids, as last resolved
};

// Outcomes of retry_record; positive outcomes of the store are below them, RETRY_SHIFT added.
enum retried {
    RETRIED_APPLIED = 0,   // it counts now (or was a duplicate of one that does)
    RETRIED_DISCARDED = 1, // it is nothing to count: a tombstone, a tick, a type that is passed over
    RETRIED_HELD = 2,      // still refused: see `reject`
    RETRY_SHIFT = 16,
};

struct retry_row {
    int64_t quarantine_id;
    int32_t lane_id;
    const struct record *record;
};

// 0, or STATUS_NOMEM; retrier_free takes it in any case.
int retrier_init(struct retrier *retrier, const struct policy *policy, struct store *store, instant wall);
void retrier_free(struct retrier *retrier);
int retry_record(struct retrier *retrier, const struct retry_row *row, struct reject *reject);

#endif
