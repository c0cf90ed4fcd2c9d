// The rank of a calendar day. Its values are worked out and written at once; then, if its outcome is to be lived by,
// whoever has another tier or target now gets the event guanxi.valued, in batches. Killed anywhere and begun again it
// comes out the same: values are replaced, and an event that is on its timeline is not put there twice.
#ifndef GUANXI_APP_RANK_H
#define GUANXI_APP_RANK_H

#include <stdatomic.h>

#include "app/collector.h"
#include "port/rank.h"

enum rank_outcome { // beside those of the store, which are below
    RANK_ELSEWHERE = 16, // somebody else ranks at the moment; nothing was done
    RANK_STOPPED = 17,   // as was asked for; what is left to do is done by who begins again
};

enum rank_phase { RANK_READING, RANK_VALUING, RANK_FITTING, RANK_WRITING, RANK_TELLING, RANK_PHASES };
extern const char *const rank_phase_names[RANK_PHASES]; // "reading customers" ..
extern const char *const rank_phase_units[RANK_PHASES]; // "customers" ..

struct rank_request {
    int32_t as_of;
    bool daily; // made by itself: nothing is done if the day has such a rank, and one that was begun is gone on with
    bool tell;  // customers live by it: who changed gets an event
    bool fit;   // fits parameters of BG/NBD to its customers first
};

// What a rank works with. All but `row` and `fit` is set by whoever runs it; borrowed.
struct ranking {
    const struct policy *policy;
    struct store *store;      // which writes under this policy
    // Others that do, to tell of changes at once with it. Or none.
    struct store *const *helpers;
    size_t helper_count;
    const _Atomic bool *stop; // or NULL
    // Called often, by the thread that ranks; `total` 0: nobody knows. NULL: nobody asks.
    void (*progress)(void *context, enum rank_phase phase, size_t done, size_t total);
    void *context;

    struct rank_row row; // how it came out
    bool idle;           // there was nothing to do: the day has its daily rank
    struct rank_fit fit; // customers 0: none was made
};

// 0, an outcome of the store or one of rank_outcome, or negative.
int rank_run(struct ranking *ranking, const struct rank_request *request);

#endif
