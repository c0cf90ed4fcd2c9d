// Customers held against the fold of their timelines: what is kept of one that is not marked is what the fold makes,
// byte for byte. Nothing is written, and each batch is read as of one instant, whatever runs beside.
#ifndef GUANXI_APP_VERIFY_H
#define GUANXI_APP_VERIFY_H

#include "app/fold.h"

// One thing in which a customer differs.
enum { DIFFERENCE_TEXT = 160 };
struct difference {
    struct span customer_id;
    char what[64];                // "level", "transition level 3", "reminder cadence ..."
    char stored[DIFFERENCE_TEXT]; // "" there is none
    char folded[DIFFERENCE_TEXT];
};

struct verify_counts {
    int64_t customers; // looked at; of those
    int64_t marked;    // are to be folded anyway, and
    int64_t partly;    // were met by a change of intervals since their last fold: their reminders are not compared
    int64_t differing;
    int64_t rows;      // of timelines
};

struct verifier {
    struct folder folder; // policy, store and decoder are set by verifier_init
    size_t most;          // customers whose differences are kept; of others they are counted
    struct verify_counts counts;
    VECTOR(struct difference) differences;
    size_t told;          // customers among them
    struct span at;       // the last customer that differed

    // scratch
    struct arena arena; // ids of differences
    struct arena read;  // what the tables have
    VECTOR(const void *) stored, made;
};

// 0 or STATUS_NOMEM; verifier_free takes it in any case. The policy is the one in force.
int verifier_init(struct verifier *verifier, const struct policy *policy, struct store *store, size_t most);
void verifier_free(struct verifier *verifier);

// Looks at customers (ids sorted, unique). 0, or an outcome of the store, or negative.
int verify_customers(struct verifier *verifier, const struct span *ids, size_t count);

#endif
