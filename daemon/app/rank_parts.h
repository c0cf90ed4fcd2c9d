// Inside a rank.
#ifndef GUANXI_DAEMON_APP_RANK_PARTS_H
#define GUANXI_DAEMON_APP_RANK_PARTS_H

#include <pthread.h>

#include "app/rank.h"

static inline bool rank_stops(const struct ranking *ranking)
{
    return ranking->stop && atomic_load(ranking->stop);
}

static inline void rank_progress(const struct ranking *ranking, enum rank_phase phase, size_t done, size_t total)
{
    if (ranking->progress)
        ranking->progress(ranking->context, phase, done, total);
}

// Works out the values of ranking->row.as_of and writes them. ranking->row tells how many, and whom they change.
int rank_value(struct ranking *ranking, const struct rank_request *request);
// Puts the events of ranking->row on the timelines of whom it changed, and says that it is done.
int rank_tell(struct ranking *ranking);

enum { RANK_ID_MAX = 128 };

// Those who tell of one rank. Each takes the next customers in the order of ids, so that no two have one in hand.
struct tellers {
    struct ranking *ranking;
    char event_id[32];      // rank/2026-01-31
    _Atomic size_t done;    // customers so far
    _Atomic bool failed;    // one of them has, so that all end
    pthread_mutex_t mutex;  // of what is below
    struct span after;      // behind whom nobody was taken yet; absent: nobody is left
    char last[RANK_ID_MAX]; // its bytes
    pthread_mutex_t turns;  // of what is below
    pthread_cond_t turn;    // it changed
    bool open, over;        // those who help may tell; will not any more
    size_t busy;            // so many of them are at it
};

// Tells until nobody is left or one has failed; `helps`: only while the one who leads has shut the gate.
int teller_run(struct tellers *tellers, struct store *store, bool helps);

// The one who leads: those who help may tell; they do no more, and none of them is at it; nor will they ever.
void tellers_begin(struct tellers *tellers);
void tellers_pause(struct tellers *tellers);
void tellers_end(struct tellers *tellers);
// One who helps: waits until it may tell, which holds up a pause until it leaves. false: it is over.
bool tellers_join(struct tellers *tellers);
void tellers_leave(struct tellers *tellers);

#endif
