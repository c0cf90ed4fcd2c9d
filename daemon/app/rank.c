#include "app/rank.h"

#include "base/status.h"
#include "rank_parts.h"

const char *const rank_phase_names[RANK_PHASES] = {
    [RANK_READING] = "reading purchases",  [RANK_VALUING] = "valuing customers",
    [RANK_FITTING] = "fitting parameters", [RANK_WRITING] = "writing values",
    [RANK_TELLING] = "putting changes of tier on timelines",
};
const char *const rank_phase_units[RANK_PHASES] = {
    [RANK_READING] = "customers", [RANK_VALUING] = "customers", [RANK_FITTING] = "customers",
    [RANK_WRITING] = "customers", [RANK_TELLING] = "customers",
};

// What is older than values are kept; each time a bounded piece.
static int expire(struct ranking *ranking)
{
    struct store *store = ranking->store;
    bool gone = true;
    int outcome = STORE_OK;
    while (outcome == STORE_OK && gone && !rank_stops(ranking))
        outcome = store->rank->expire(store, ranking->policy->valuation.value_retention, ranking->row.as_of, &gone);
    return outcome;
}

static int run_alone(struct ranking *ranking, const struct rank_request *request)
{
    struct store *store = ranking->store;
    struct rank_row had;
    bool found;
    int outcome = store->rank->find(store, request->as_of, &had, &found);
    if (outcome != STORE_OK)
        return outcome;
    bool begun = found && !had.done;
    ranking->row = had;
    ranking->idle = request->daily && found && had.daily && had.done;
    if (ranking->idle)
        return STORE_OK;
    if (!request->daily || !begun || !had.daily) {
        struct rank_request anew = *request;
        anew.tell |= begun; // of its changes some may be on timelines already
        outcome = rank_value(ranking, &anew);
    }
    if (outcome == STORE_OK && !ranking->row.done)
        outcome = rank_tell(ranking);
    return outcome == STORE_OK ? expire(ranking) : outcome;
}

int rank_run(struct ranking *ranking, const struct rank_request *request)
{
    struct store *store = ranking->store;
    bool entered = false;
    ranking->fit = (struct rank_fit){.customers = 0};
    int outcome = store->rank->enter(store, &entered);
    if (outcome != STORE_OK)
        return outcome;
    if (!entered)
        return fault(RANK_ELSEWHERE, "another instance ranks at the moment");
    outcome = run_alone(ranking, request);
    if (outcome == STORE_AWAY)
        return outcome; // and with the connection the place went
    int left = store->rank->leave(store);
    return outcome ? outcome : left;
}
