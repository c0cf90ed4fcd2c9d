// The events of a batch by customer: customers sorted by id, each one's events in the model's order, and
// what repeats within the batch told apart.
#ifndef GUANXI_APP_GROUP_H
#define GUANXI_APP_GROUP_H

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
    uint32_t hash; // of source and id
    enum verdict verdict;
    bool known;   // looked up in the database
    bool dropped; // the model dropped it: it does not move its lane
};

struct group {
    struct span id;
    uint64_t hash;
    uint64_t prefix; // of the id, for sorting
    uint32_t first, count; // its members: members[order[first]] ...
};

struct grouping {
    VECTOR(struct member) members; // in order of arrival
    VECTOR(struct group) groups;   // sorted by id
    VECTOR(uint32_t) order;
    VECTOR(uint32_t) slots; // hash index, first of customers, then of identities
};

// Groups the events among the items (other records are passed over). 0, or STATUS_NOMEM.
int group_events(struct grouping *grouping, const struct item *items, size_t count);
void grouping_free(struct grouping *grouping);

static inline struct member *grouping_member(const struct grouping *grouping, const struct group *group, uint32_t i)
{
    return &grouping->members.items[grouping->order.items[group->first + i]];
}

#endif
