// A share of an import: events that go onto timelines without being applied, and mark their customers for a fold. Each
// call is one transaction, or some. What stands there already stays: identity makes a second time harmless, so that
// nothing else has to be remembered.
#ifndef GUANXI_APP_IMPORTER_H
#define GUANXI_APP_IMPORTER_H

#include "app/writeset.h"

enum import_fate {
    IMPORT_PENDING,
    IMPORT_TAKEN,    // on the timeline
    IMPORT_REPEATED, // was there before, the same
    IMPORT_CONFLICT, // was there before, with other content
    IMPORT_ERASED,   // of somebody erased
    IMPORT_IGNORED,  // it begins no customer, and there is none
    IMPORT_REFUSED,  // by the database: fault_message of the time says why
    IMPORT_FATES,
};

struct import_event {
    struct event event; // its spans outlive the call
    int64_t line;       // of the file; ascending
    struct span text;   // of that line, for whoever asked; not looked at
    struct span stands; // on whose timeline it is, without an effect of its own; absent: its subject's
    enum import_fate fate;
};

// An event with whom it is about.
struct import_place {
    struct import_event *event;
    struct span customer;
    const struct identity_row *stranger; // the customer has no row: what is left of the id
};

struct importer {
    const struct policy *policy;
    struct store *store;
    int32_t lane_id;
    instant quiet_until; // of marks
    enum brought brought;

    // scratch, kept from call to call
    VECTOR(struct import_place) places; // by customer, then identity, then line
    VECTOR(struct span) ids;
    VECTOR(struct customer_row) rows;
    VECTOR(struct mark_row) marks;
    VECTOR(const struct event *) events;
    VECTOR(enum identity) identities;
    struct writeset set;
    struct arena arena; // what is known of ids
    int64_t epoch;      // of the ids, once known
    bool epoch_known;   // may be unset by whoever changed ids
    int suspicious;     // calls for which identities are looked up first: lately some were there before
    size_t part;        // so many events of one transaction; halved by timeouts
};

void importer_init(struct importer *importer);
void importer_free(struct importer *importer);

// Takes events in; their fates tell. No event that changes who ids mean (app/identity.h) may be among them. 0, or an
// outcome of the store, or negative: those still pending were not taken then. STORE_CONFLICT: others got in the way
// again and again.
int importer_apply(struct importer *importer, struct import_event *events, size_t count);

#endif
