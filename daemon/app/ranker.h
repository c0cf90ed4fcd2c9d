// The ranker: a thread that ranks customers once a day, when the watermark has passed rank_at. Of several instances
// one does it; the others look whether it is done.
#ifndef GUANXI_DAEMON_APP_RANKER_H
#define GUANXI_DAEMON_APP_RANKER_H

#include "app/rank.h"
#include "app/shared.h"

struct ranker {
    struct shared *shared;
    struct store *store; // owned by the engine
    pthread_t thread;
    bool connected;
    int32_t ranked;    // the last day that has its rank, as far as we know; days since 1970
    int64_t resume_us; // monotonic instant before which nothing is tried again
    int64_t due_us;    // monotonic instant since when a rank is due; 0: none is
    int64_t told_us;   // of the last line of the log
};

void ranker_init(struct ranker *ranker, struct shared *shared, struct store *store);
int ranker_start(struct ranker *ranker);
void ranker_join(struct ranker *ranker);
// Ranks if it is time to. 1: it did; 0: nothing to do now; negative: fatal. For the thread and for tests.
int ranker_round(struct ranker *ranker);

#endif
