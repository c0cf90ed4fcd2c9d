// The events of a batch by customer: customers sorted by id, each one's events in the model's order, and
// what repeats within the batch told apart.
#ifndef GUANXI_APP_GROUP_H
#define GUANXI_APP_GROUP_H

#include "app/aliases.h"
#include "app/lane.h"
#include "app/vector.h"

// A record of a batch with the lane it came from.
struct item {
    struct taken *taken;
    struct lane *lane;
};

enum verdict {
    VERDICT_PENDING,   // nothing known against it
    VERDICT_DUPLICATE, // same identity, same content as one before: dropped
    VERDICT_CONFLICT,  // same identity, other content: quarantined
};

struct member {
    const struct item *item;
    uint32_t group;
    enum verdict verdict : 2;
    bool known : 1;   // looked up in the database
    bool dropped : 1; // the model dropped it: it does not move its lane
};

struct group {
    struct span id;
    uint64_t hash; // customer_hash
    uint32_t first; // of its members
    uint32_t count : 30;
    bool erased : 1;  // there is a tombstone: its events are dropped
    bool changed : 1; // the batch changes the customer
};

struct grouping {
    VECTOR(struct member) members; // by group
    VECTOR(struct group) groups;   // sorted by id
    VECTOR(char) ids;              // of the groups, side by side: their events are far apart

    // scratch
    VECTOR(struct arrival) arrivals; // one for each item
    VECTOR(struct group_key) keys;   // to sort groups by
    VECTOR(uint32_t) slots;          // hash index, first of customers, then of identities
};

// Groups the events among the items by whom their subjects mean (other records are passed over). 0, or
// STATUS_NOMEM.
int group_events(struct grouping *grouping, const struct item *items, size_t count, const struct aliases *aliases);
void grouping_free(struct grouping *grouping);

static inline struct member *grouping_member(const struct grouping *grouping, const struct group *group, uint32_t i)
{
    return &grouping->members.items[group->first + i];
}

#endif
