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

static void take_turn(struct tellers *tellers, bool open, bool over)
{
    pthread_mutex_lock(&tellers->turns);
    tellers->open = open;
    tellers->over |= over;
    pthread_cond_broadcast(&tellers->turn);
    while (!open && tellers->busy > 0)
        pthread_cond_wait(&tellers->turn, &tellers->turns);
    pthread_mutex_unlock(&tellers->turns);
}

void tellers_begin(struct tellers *tellers)
{
    take_turn(tellers, true, false);
}

void tellers_pause(struct tellers *tellers)
{
    take_turn(tellers, false, false);
}

void tellers_end(struct tellers *tellers)
{
    take_turn(tellers, false, true);
}

bool tellers_join(struct tellers *tellers)
{
    pthread_mutex_lock(&tellers->turns);
    while (!tellers->open && !tellers->over)
        pthread_cond_wait(&tellers->turn, &tellers->turns);
    bool joined = !tellers->over;
    tellers->busy += joined;
    pthread_mutex_unlock(&tellers->turns);
    return joined;
}

void tellers_leave(struct tellers *tellers)
{
    pthread_mutex_lock(&tellers->turns);
    tellers->busy--;
    pthread_cond_broadcast(&tellers->turn);
    pthread_mutex_unlock(&tellers->turns);
}

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

static int end_helpers(struct tellers *tellers, struct helper *helpers, int outcome)
{
    tellers_end(tellers);
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
    struct tellers tellers = {.ranking = ranking, .after = span_of("", 0), .mutex = PTHREAD_MUTEX_INITIALIZER,
                              .turns = PTHREAD_MUTEX_INITIALIZER, .turn = PTHREAD_COND_INITIALIZER};
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
    pthread_cond_destroy(&tellers.turn);
    pthread_mutex_destroy(&tellers.turns);
    pthread_mutex_destroy(&tellers.mutex);
    return outcome;
}
