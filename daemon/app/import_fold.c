// The end of an import: the customers it has marked are folded, by as many threads as there are shares.
#include "import_parts.h"

#include "app/fold.h"
#include "base/clock.h"
#include "base/status.h"

#include <stdio.h>
#include <time.h>

enum {
    FOLD_FIRST = 50, // customers of one transaction to begin with, and at most
    FOLD_MOST = 2000,
    QUICK_US = 150 * 1000, // a fold that is done so fast may take twice as many
    SLOW_US = 500 * 1000,
    BEAT_US = 5 * 1000 * 1000,
    ATTEMPTS = 12, // at a customer that others keep changing
    PAUSE_NS = 20 * 1000 * 1000,
};

// What the threads share.
struct folding {
    struct import *import;
    instant watermark;
    pthread_mutex_t mutex; // of the control connection, and of all below
    int64_t total, folded, left;
    int64_t beat_us; // monotonic
    int outcome;
    char message[512];
};

struct share {
    struct folding *folding;
    pthread_t thread;
    bool started;
    struct folder folder;
    struct arena arena; // the ids at hand
    size_t size;        // so many at once
    int64_t folded, left;
};

static void fail(struct folding *folding, int outcome)
{
    if (folding->outcome != 0)
        return;
    folding->outcome = outcome;
    snprintf(folding->message, sizeof folding->message, "%s", fault_message());
}

// Others may take the customers of a lane over that gives no sign of life.
static int beat(struct folding *folding)
{
    const struct import *import = folding->import;
    struct store *control = import->parts->control;
    int64_t now = clock_monotonic_us();
    if (folding->beat_us != 0 && now - folding->beat_us < BEAT_US)
        return STORE_OK;
    folding->beat_us = now;
    const struct lane_advance sign = {.lane_id = import->lane.lane_id, .epoch = import->lane.epoch,
                                      .lane_time = INSTANT_NONE, .end_offset = -1};
    instant watermark, wall;
    int32_t left_out;
    return control->ops->beat(control, &sign, 1, import->parts->settings->lane_hold, &watermark, &left_out, &wall);
}

// The next customers, and a word on how far it is; none: there are no more.
static size_t take(struct share *share, struct span **ids)
{
    struct folding *folding = share->folding;
    const struct import_parts *parts = folding->import->parts;
    size_t count = 0;
    arena_reset(&share->arena);
    pthread_mutex_lock(&folding->mutex);
    folding->folded += share->folded;
    folding->left += share->left;
    share->folded = share->left = 0;
    parts->output.progress(parts->output.context, true, folding->folded, folding->total);
    int outcome = folding->outcome ? folding->outcome : beat(folding);
    if (outcome == STORE_OK)
        outcome = parts->control->ops->brought_next(parts->control, share->size, &share->arena, ids, &count);
    if (outcome != STORE_OK)
        fail(folding, outcome);
    pthread_mutex_unlock(&folding->mutex);
    return outcome == STORE_OK ? count : 0;
}

static void pause_a_little(void)
{
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    nanosleep(&pause, NULL);
}

// Where others are at some of the customers, the rest is folded by halving; who stays contended is theirs to fold.
static int fold(struct share *share, const struct span *ids, size_t count)
{
    int outcome = fold_customers(&share->folder, ids, count, share->folding->watermark);
    for (int i = 1; count == 1 && i < ATTEMPTS && (outcome == STORE_CONFLICT || outcome == STORE_RETRY); i++) {
        pause_a_little();
        outcome = fold_customers(&share->folder, ids, count, share->folding->watermark);
    }
    if (outcome == STORE_OK)
        share->folded += (int64_t)count;
    if (outcome != STORE_CONFLICT && outcome != STORE_RETRY)
        return outcome;
    if (count == 1) {
        share->left++;
        return STORE_OK;
    }
    outcome = fold(share, ids, count / 2);
    return outcome == STORE_OK ? fold(share, ids + count / 2, count - count / 2) : outcome;
}

static void *work(void *context)
{
    struct share *share = context;
    struct folding *folding = share->folding;
    struct span *ids;
    size_t count;
    while ((count = take(share, &ids)) > 0) {
        int64_t begun = clock_monotonic_us();
        int outcome = fold(share, ids, count);
        int64_t spent = clock_monotonic_us() - begun;
        if (outcome != STORE_OK) {
            pthread_mutex_lock(&folding->mutex);
            fail(folding, outcome);
            pthread_mutex_unlock(&folding->mutex);
        }
        if (spent < QUICK_US && share->size < FOLD_MOST)
            share->size *= 2;
        else if (spent > SLOW_US && share->size > 1)
            share->size /= 2;
    }
    return NULL;
}

static int share_start(struct share *share, struct folding *folding, struct store *store)
{
    const struct import *import = folding->import;
    share->folding = folding;
    share->size = FOLD_FIRST;
    arena_init(&share->arena, 1 << 16);
    folder_init(&share->folder);
    share->folder.policy = import->parts->policy;
    share->folder.store = store;
    share->folder.quiet_until = import->parts->settings->announce ? INSTANT_NONE : folding->watermark;
    share->folder.decoder = decoder_new();
    if (!share->folder.decoder)
        return import_no_memory();
    share->started = pthread_create(&share->thread, NULL, work, share) == 0;
    return share->started ? 0 : fault(STATUS_NOMEM, "no thread can be started");
}

static void share_end(struct share *share)
{
    if (share->started)
        pthread_join(share->thread, NULL);
    decoder_free(share->folder.decoder);
    folder_free(&share->folder);
    arena_free(&share->arena);
}

// How far the customers are advanced: to the watermark; where there is none yet, to what it would be of a lane that is
// read to its end.
static int find_watermark(struct import *import, instant *watermark)
{
    struct store *control = import->parts->control;
    const struct policy *policy = import->parts->policy;
    const struct import_settings *settings = import->parts->settings;
    instant wall;
    int32_t left_out;
    int outcome = control->ops->beat(control, NULL, 0, settings->lane_hold, watermark, &left_out, &wall);
    if (outcome == STORE_OK && *watermark == INSTANT_NONE)
        *watermark = policy->events_clock ? import->cursor.lane_time : wall - settings->lateness;
    return outcome;
}

// As long as no topic was read, this is how far the customers have come.
static int tell_time(struct import *import, instant watermark)
{
    struct store *control = import->parts->control;
    import->cursor.lane_time = instant_later(import->cursor.lane_time, watermark);
    return import_status(import, control->ops->move(control, &import->cursor, NULL));
}

int import_fold(struct import *import)
{
    struct store *control = import->parts->control;
    struct folding folding = {.import = import};
    struct share shares[IMPORT_SHARES];
    size_t total = 0;
    int outcome = find_watermark(import, &folding.watermark);
    if (outcome == STORE_OK)
        outcome = control->ops->brought_begin(control, &total);
    if (outcome != STORE_OK || total == 0)
        return import_status(import, outcome);
    folding.total = (int64_t)total;
    memset(shares, 0, sizeof shares);
    pthread_mutex_init(&folding.mutex, NULL);
    int status = 0, begun = 0;
    for (; status == 0 && begun < IMPORT_SHARES; begun++)
        status = share_start(&shares[begun], &folding, import->parts->shares[begun]);
    for (int i = 0; i < begun; i++)
        share_end(&shares[i]);
    pthread_mutex_destroy(&folding.mutex);
    import->result->folded = folding.folded;
    import->result->left = folding.left;
    if (status == 0 && folding.outcome != 0)
        status = import_status(import, fault(folding.outcome, "%s", folding.message));
    return status ? status : tell_time(import, folding.watermark);
}
