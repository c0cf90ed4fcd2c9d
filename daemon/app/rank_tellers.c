// The second half of a rank: who tells of it, alone or several at once.
#include <stdio.h>

#include "base/status.h"
#include "codec/time.h"
#include "rank_parts.h"

enum { MESSAGE_MAX = 512 };

struct helper {
    struct tellers *tellers;
    struct store *store;
    pthread_t thread;
    bool runs;
    int outcome;
    char message[MESSAGE_MAX]; // of the thread that is gone by then
};

static int tell(struct tellers *tellers, struct store *store, bool helps)
{
    int outcome = teller_run(tellers, store, helps);
    if (outcome != STORE_OK)
        atomic_store(&tellers->failed, true);
    return outcome;
}

static void *help(void *context)
{
    struct helper *helper = context;
    helper->outcome = tell(helper->tellers, helper->store, true);
    if (helper->outcome != STORE_OK)
        snprintf(helper->message, sizeof helper->message, "%s", fault_message());
    return NULL;
}

// One that cannot be begun is done without.
static void begin_helpers(struct tellers *tellers, struct helper *helpers)
{
    for (size_t i = 0; i < tellers->ranking->helper_count; i++) {
        helpers[i] = (struct helper){.tellers = tellers, .store = tellers->ranking->helpers[i]};
        helpers[i].runs = pthread_create(&helpers[i].thread, NULL, help, &helpers[i]) == 0;
    }
}

static int end_helpers(const struct tellers *tellers, struct helper *helpers, int outcome)
{
    for (size_t i = 0; i < tellers->ranking->helper_count; i++) {
        if (helpers[i].runs)
            pthread_join(helpers[i].thread, NULL);
        if (outcome == STORE_OK && helpers[i].outcome != STORE_OK)
            outcome = fault(helpers[i].outcome, "%s", helpers[i].message);
    }
    return outcome;
}

int rank_tell(struct ranking *ranking)
{
    struct tellers tellers = {.ranking = ranking, .after = span_of("", 0), .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct helper *helpers = calloc(ranking->helper_count + 1, sizeof *helpers);
    if (!helpers)
        return fault(STATUS_NOMEM, "out of memory while telling of a rank");
    int year, month, day;
    time_date(ranking->row.as_of, &year, &month, &day);
    snprintf(tellers.event_id, sizeof tellers.event_id, "rank/%04d-%02d-%02d", year, month, day);
    begin_helpers(&tellers, helpers);
    int outcome = end_helpers(&tellers, helpers, tell(&tellers, ranking->store, false));
    if (outcome == STORE_OK)
        outcome = ranking->store->rank->done(ranking->store, ranking->row.as_of);
    ranking->row.done = outcome == STORE_OK;
    free(helpers);
    pthread_mutex_destroy(&tellers.mutex);
    return outcome;
}
