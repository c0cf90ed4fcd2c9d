// All customers made anew from their timelines, under the policy in force: they are marked in the order of their ids,
// then folded, by the daemon that runs or by as many connections as are given. How far the marking came is kept in the
// database, and a mark goes with its fold, so that whatever kills it, it goes on where it stood.
#ifndef GUANXI_APP_RECOMPUTE_H
#define GUANXI_APP_RECOMPUTE_H

#include "app/drive.h"
#include "app/fold.h"

enum { RECOMPUTE_WORKERS_MOST = 64 };

struct recompute {
    const struct policy *policy; // in force
    struct store *control;
    struct store *const *stores; // of the workers
    size_t workers;
    instant watermark;   // INSTANT_NONE: there is none
    instant quiet_until; // what comes to light from before it is not published..
    bool resumed;        // the marking goes on where another run came to
    bool announce;       // ..one by one, but told as late announcements and changes; else not at all
    // Told now and then how far it is; `total` is the customers there are. May be NULL.
    void (*progress)(void *context, const char *doing, int64_t done, int64_t total);
    void *context;

    int64_t marked, folded; // by this run
    int64_t left;           // customers that others kept changing, still marked
};

// Each returns 0 or an outcome of the store, or negative.
int recompute_mark(struct recompute *recompute); // marks those that are still to be marked
// Folds whoever is marked, wherever its fold would wait for: a daemon that tends customers is left to it as long as it
// gets on.
int recompute_fold(struct recompute *recompute);

// One customer, marked and folded at once. RECOMPUTE_NONE: there is no such customer.
enum { RECOMPUTE_NONE = 100 };
int recompute_one(struct recompute *recompute, struct span id);

#endif
