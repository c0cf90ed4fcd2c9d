#include "ranker.h"

#include <inttypes.h>
#include <poll.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "codec/time.h"

enum {
    LOOK_MS = 500,
    NAP_MS = 50,
    SECOND_US = 1000 * 1000,
    SOON_US = 5 * SECOND_US,   // somebody else is at it, or PostgreSQL is away
    LATER_US = 60 * SECOND_US, // it did not work, and at once it would not work either
    PATIENCE_US = 300 * SECOND_US, // with folds that never are all made, as in a backlog
    LOG_EVERY_US = 15 * SECOND_US,
    STEPS = 1000 * 1000, // of progress
    REST = 4,            // times as long as a rank took
};

// What part of a rank has been done when a phase begins, in hundredths: about as long as they take.
static const int begins[RANK_PHASES + 1] = {
    [RANK_READING] = 0,  [RANK_FITTING] = 30, [RANK_VALUING] = 30,
    [RANK_WRITING] = 35, [RANK_TELLING] = 50, [RANK_PHASES] = 100,
};

static void show_progress(void *context, enum rank_phase phase, size_t done, size_t total)
{
    struct ranker *ranker = context;
    int64_t now = clock_monotonic_us(), part = begins[phase];
    health_beat();
    if (phase == RANK_TELLING && total > 0)
        part += (int64_t)((begins[RANK_PHASES] - begins[RANK_TELLING]) * done / total);
    metric_set(METRIC_RANK_PROGRESS, part * (STEPS / 100));
    if (now - ranker->told_us < LOG_EVERY_US)
        return;
    ranker->told_us = now;
    log_info("rank: %s, %zu %s done", rank_phase_names[phase], done, rank_phase_units[phase]);
}

static void tell(const struct rank_row *row, int64_t spent_us)
{
    int year, month, day;
    time_date(row->as_of, &year, &month, &day);
    log_notice("ranked %zu customers as of %04d-%02d-%02d in %.1f s; %zu have another tier or target level",
               row->customers, year, month, day, (double)spent_us / SECOND_US, row->changed);
    metric_set(METRIC_RANK_DURATION, spent_us);
    metric_set(METRIC_RANK_CUSTOMERS, (int64_t)row->customers);
    metric_set(METRIC_RANK_CHANGED, (int64_t)row->changed);
    metric_set(METRIC_RANK_SUCCESS, clock_local_us());
}

// What became of a rank: 1, 0 or negative as of a round.
static int judge(struct ranker *ranker, int outcome, const struct policy *policy)
{
    struct shared *shared = ranker->shared;
    int64_t now = clock_monotonic_us();
    switch (outcome) {
    case RANK_STOPPED:
        return 0;
    case RANK_ELSEWHERE:
        ranker->resume_us = now + SOON_US;
        return 0;
    case STORE_AWAY:
        ranker->resume_us = now + SOON_US;
        if (!atomic_load(&shared->stopping))
            shared_away(shared, &ranker->connected, fault_message());
        return 0;
    case STATUS_CONFIG:
        // Another policy came into force meanwhile; if it is ours the rank is made under that.
        if (shared_settled_policy(shared) == policy)
            return outcome;
        return 0;
    default:
        if (outcome < 0 && outcome != STATUS_NOMEM)
            return outcome;
        log_warning("the rank is put off: %s", fault_message());
        ranker->resume_us = now + LATER_US;
        return 0;
    }
}

static int reconnect(struct ranker *ranker)
{
    int outcome = ranker->store->ops->reconnect(ranker->store);
    if (outcome != STORE_OK)
        return outcome;
    metric_add(METRIC_POSTGRES_RECONNECTS, 1);
    shared_back(ranker->shared, &ranker->connected);
    return STORE_OK;
}

// Late events have marked customers: the folds go before. True: it is time.
static bool is_time(struct ranker *ranker, instant watermark, int *outcome)
{
    int64_t now = clock_monotonic_us();
    bool unfolded = false;
    *outcome = ranker->connected ? STORE_OK : reconnect(ranker);
    if (*outcome == STORE_OK)
        *outcome = ranker->store->rank->unfolded(ranker->store, watermark, &unfolded);
    if (ranker->due_us == 0)
        ranker->due_us = now;
    return *outcome == STORE_OK && (!unfolded || now - ranker->due_us > PATIENCE_US);
}

int ranker_round(struct ranker *ranker)
{
    struct shared *shared = ranker->shared;
    const struct policy *policy = atomic_load(&shared->policy);
    instant watermark = atomic_load(&shared->watermark);
    int64_t begun_us = clock_monotonic_us();
    struct rank_request request = {.daily = true, .tell = true};
    int outcome;
    if (begun_us < ranker->resume_us || !rank_due(policy, watermark, &request.as_of) ||
        request.as_of <= ranker->ranked)
        return 0;
    if (!is_time(ranker, watermark, &outcome))
        return outcome == STORE_OK ? 0 : judge(ranker, outcome, policy);
    struct ranking ranking = {.policy = policy, .store = ranker->store, .stop = &shared->stopping,
                              .progress = show_progress, .context = ranker};
    ranker->store->policy = policy->fingerprint;
    ranker->told_us = begun_us;
    outcome = rank_run(&ranking, &request);
    metric_set(METRIC_RANK_PROGRESS, METRIC_ABSENT);
    if (outcome != STORE_OK)
        return judge(ranker, outcome, policy);
    ranker->ranked = request.as_of;
    ranker->due_us = 0;
    if (ranking.idle)
        return 0;
    int64_t now = clock_monotonic_us();
    tell(&ranking.row, now - begun_us);
    // In a backlog days go by in seconds: most of the time is for what is behind.
    if (!atomic_load(&shared->caught_up))
        ranker->resume_us = now + REST * (now - begun_us);
    return 1;
}

static void *run(void *context)
{
    struct ranker *ranker = context;
    struct shared *shared = ranker->shared;
    health_heart_begin("ranker");
    while (!atomic_load(&shared->stopping)) {
        health_beat();
        int result = ranker_round(ranker);
        if (result < 0)
            shared_fail(shared, result);
        for (int waited = 0; waited < LOOK_MS && !atomic_load(&shared->stopping); waited += NAP_MS)
            poll(NULL, 0, NAP_MS);
    }
    health_heart_end();
    return NULL;
}

void ranker_init(struct ranker *ranker, struct shared *shared, struct store *store)
{
    *ranker = (struct ranker){.shared = shared, .store = store, .connected = true, .ranked = -1};
}

int ranker_start(struct ranker *ranker)
{
    int error = pthread_create(&ranker->thread, NULL, run, ranker);
    return error ? fault(STATUS_NOMEM, "cannot start the ranker: %s", strerror(error)) : 0;
}

void ranker_join(struct ranker *ranker)
{
    ranker->store->rank->interrupt(ranker->store);
    pthread_join(ranker->thread, NULL);
}
