// Families of a random stream: customers that are merged into each other, unmerged and erased. All these changes
// travel in one lane of the family's, so that whatever else arrives when, they have one outcome. What a customer's
// other events bring about does not depend on when they arrive, be it as themselves, as an alias or too late for one
// who was erased.
#ifndef GUANXI_TESTS_STREAM_FAMILY_H
#define GUANXI_TESTS_STREAM_FAMILY_H

#include "support/stream_tale.h"

enum { FAMILY_MEMBERS = 7 };

struct family_member {
    int customer;
    int into; // the member that it was merged into; -1: none
    bool erased;
    bool known; // the family's lane has an event of its own that makes it a customer
};

struct family {
    int topic;
    int32_t partition;
    bool mortal; // its members may be erased
    int count;
    struct family_member members[FAMILY_MEMBERS];
    struct tale_event last; // of a member, for another one to have its source, id and instant; type NULL: none
};

struct families {
    struct family *items;
    int count;
};

bool families_init(struct families *families, struct random *random, int customers, int32_t partitions);
void families_free(struct families *families);
// Of a customer; NULL: it has none.
struct family *families_find(const struct families *families, int customer);

// A merge, an unmerge or an erasure at `now` or thereabouts, possible or not: an event for the lane of the family that is
// returned. NULL: there are no families.
struct family *families_next(struct families *families, struct tale *tale, instant now, struct tale_event *event);
// An event of a member: now and then it gets the source, the id and the instant of another member's.
void family_mingle(struct family *family, struct random *random, struct tale_event *event);
// An event of a member stands in the family's lane, whose other events are behind it.
void family_note(struct family *family, const struct tale_event *event);

#endif
