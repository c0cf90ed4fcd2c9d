// Inside a rank.
#ifndef GUANXI_DAEMON_APP_RANK_PARTS_H
#define GUANXI_DAEMON_APP_RANK_PARTS_H

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

#endif
