// Events that change who ids mean: customer.merged, .unmerged and .erased (model section 11). Each is a write of
// its own: what it does to customers, their timelines and reminders, its message, and the change of ids, all under
// the epoch and the versions that were read.
#ifndef GUANXI_APP_IDENTITY_H
#define GUANXI_APP_IDENTITY_H

#include "app/writeset.h"

struct identity_work {
    const struct policy *policy;
    struct store *store;
    struct writeset *set; // what the event brings is added
    struct arena *arena;  // for what is read
    int32_t lane_id;      // of the record
    int64_t offset;
};

enum identity_verdict {
    IDENTITY_EVENT_APPLIED,   // the set has what it brings
    IDENTITY_EVENT_IGNORED,   // nothing of the set is for it: an event like any other, without effect
    IDENTITY_EVENT_DUPLICATE, // read before
    IDENTITY_EVENT_DROPPED,   // of somebody erased, or an unmerge of somebody erased
    IDENTITY_EVENT_REFUSED,   // for the quarantine, `reject` says why
};

// What one write has to say of ids; set->identity points at it.
struct identity_plan {
    struct identity_change change;
    enum identity_verdict verdict;
    struct reject reject; // of REFUSED
    bool is_one;          // of REFUSED: both are the same customer
};

bool event_is_identity(const struct event *event);

// Works one such event out. An outcome of the store; with STORE_OK plan->verdict tells, and plan->change.epoch is
// what the write must be made under, whatever the verdict. The set borrows event and plan.
int identity_work_out(struct identity_work *work, const struct event *event, struct identity_plan *plan);

#endif
