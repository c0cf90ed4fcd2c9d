#include "app/recompute.h"

#include <time.h>

#include "base/clock.h"
#include "base/status.h"

enum {
    MARK_AT_ONCE = 2000,
    FOLD_AT_ONCE = 500,
    ATTEMPTS = 12,  // at a customer that others keep changing
    PASSES = 10,    // over those that were contended
    PAUSE_MS = 20,
    LOOK_MS = 500,  // at how far the daemon is
    BLOCK = 4096,
};
#define PATIENCE_US (INT64_C(10) * 1000 * 1000) // with a daemon that does not get on

static void pause_ms(int ms)
{
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static void tell(const struct recompute *recompute, const char *doing, int64_t done, int64_t total)
{
    if (recompute->progress)
        recompute->progress(recompute->context, doing, done, total);
}

static enum brought brought(const struct recompute *recompute)
{
    return recompute->announce ? BROUGHT_TO_TELL : BROUGHT_NOTHING;
}

int recompute_mark(struct recompute *recompute)
{
    struct store *store = recompute->control;
    struct census census;
    size_t count = 0;
    int retries = 0;
    int outcome = store->ops->census(store, &census);
    int64_t before = recompute->resumed && census.marked < census.customers ? census.marked : 0;
    while (outcome == STORE_OK) {
        outcome = store->ops->mark(store, MARK_AT_ONCE, recompute->quiet_until, brought(recompute), &count);
        if (outcome == STORE_RETRY && retries++ < ATTEMPTS) {
            pause_ms(PAUSE_MS);
            outcome = STORE_OK;
            continue;
        }
        if (outcome != STORE_OK || count == 0)
            break;
        retries = 0;
        recompute->marked += (int64_t)count;
        int64_t marked = before + recompute->marked;
        tell(recompute, "marking", marked < census.customers ? marked : census.customers, census.customers);
    }
    return outcome;
}

// ------------------------------------------------------------------------------------------------- folding

struct worker {
    struct folder folder;
    instant watermark;
    int64_t folded, left;
};

// Where others are at some of the customers the rest is folded, by halving; who stays contended waits for the next pass.
static int fold(struct worker *worker, const struct span *ids, size_t count)
{
    int outcome = fold_customers(&worker->folder, ids, count, worker->watermark);
    for (int i = 1; count == 1 && i < ATTEMPTS && (outcome == STORE_CONFLICT || outcome == STORE_RETRY); i++) {
        pause_ms(PAUSE_MS);
        outcome = fold_customers(&worker->folder, ids, count, worker->watermark);
    }
    if (outcome == STORE_OK)
        worker->folded += (int64_t)count;
    if (outcome != STORE_CONFLICT && outcome != STORE_RETRY)
        return outcome > 0 ? fault(STATUS_UNAVAILABLE, "PostgreSQL is not to be had: %s", fault_message()) : outcome;
    if (count == 1) {
        worker->left++;
        return 0;
    }
    outcome = fold(worker, ids, count / 2);
    return outcome ? outcome : fold(worker, ids + count / 2, count - count / 2);
}

static int work(void *context, const struct span *ids, size_t count)
{
    return fold(context, ids, count);
}

static int begin_worker(const struct recompute *recompute, struct worker *worker, size_t index)
{
    folder_init(&worker->folder);
    worker->folder.policy = recompute->policy;
    worker->folder.store = recompute->stores[index];
    worker->folder.decoder = decoder_new();
    worker->watermark = recompute->watermark;
    return worker->folder.decoder ? 0 : fault(STATUS_NOMEM, "out of memory");
}

static void end_worker(struct worker *worker)
{
    decoder_free(worker->folder.decoder);
    folder_free(&worker->folder);
}

struct telling {
    const struct recompute *recompute;
    int64_t before, total; // customers
};

static void tell_folded(void *context, int64_t customers)
{
    const struct telling *telling = context;
    tell(telling->recompute, "folding", telling->before + customers, telling->total);
}

// All that are marked, once.
static int fold_marked(struct recompute *recompute, const struct census *census)
{
    struct worker *workers = calloc(recompute->workers, sizeof *workers);
    void *contexts[RECOMPUTE_WORKERS_MOST];
    struct telling telling = {recompute, census->customers - census->marked, census->customers};
    int status = 0;
    size_t begun = 0;
    if (!workers)
        return fault(STATUS_NOMEM, "out of memory");
    for (; status == 0 && begun < recompute->workers; begun++) {
        status = begin_worker(recompute, &workers[begun], begun);
        contexts[begun] = &workers[begun];
    }
    const struct drive all = {
        .control = recompute->control, .marked = true, .at_once = FOLD_AT_ONCE, .workers = recompute->workers,
        .contexts = contexts, .work = work, .progress = tell_folded, .progress_context = &telling,
    };
    if (status == 0)
        status = drive(&all);
    recompute->left = 0;
    for (size_t i = 0; i < begun; i++) {
        recompute->folded += workers[i].folded;
        recompute->left += workers[i].left;
        end_worker(&workers[i]);
    }
    free(workers);
    return status;
}

// Leaves it to the daemon as long as fewer and fewer are marked.
static int watch(struct recompute *recompute, struct census *census)
{
    struct store *store = recompute->control;
    int64_t moved_us = clock_monotonic_us();
    int outcome = STORE_OK;
    while (outcome == STORE_OK && census->tended && census->marked > 0) {
        int64_t marked = census->marked, now = clock_monotonic_us();
        if (now - moved_us > PATIENCE_US)
            break;
        tell(recompute, "folding", census->customers - marked, census->customers);
        pause_ms(LOOK_MS);
        outcome = store->ops->census(store, census);
        if (outcome == STORE_OK && census->marked < marked) {
            recompute->folded += marked - census->marked;
            moved_us = now;
        }
    }
    return outcome;
}

int recompute_fold(struct recompute *recompute)
{
    struct store *store = recompute->control;
    struct census census;
    int outcome = store->ops->census(store, &census);
    for (int pass = 0; outcome == STORE_OK && census.marked > 0 && pass < PASSES; pass++) {
        outcome = watch(recompute, &census);
        if (outcome == STORE_OK && census.marked > 0)
            outcome = fold_marked(recompute, &census);
        if (outcome == STORE_OK && recompute->left == 0)
            break; // whoever is marked since then is marked by events
        if (outcome == STORE_OK)
            outcome = store->ops->census(store, &census);
    }
    return outcome;
}

// --------------------------------------------------------------------------------------------------- one

static int mark_one(const struct recompute *recompute, struct span id, struct arena *arena)
{
    struct store *store = recompute->stores[0];
    struct customer_row row;
    int outcome = store->ops->load(store, &id, 1, arena, &row);
    if (outcome != STORE_OK)
        return outcome;
    if (row.version == 0)
        return RECOMPUTE_NONE;
    instant as_of = row.state.as_of == INSTANT_NONE ? INSTANT_NEVER : row.state.as_of;
    row.fold_at = instant_earlier(row.fold_at, as_of);
    row.quiet_until = instant_later(row.quiet_until, recompute->quiet_until);
    if (brought(recompute) > row.brought)
        row.brought = (uint8_t)brought(recompute);
    const struct store_write write = {.customers = &row, .customer_count = 1, .epoch = EPOCH_ANY};
    return store->ops->write(store, &write);
}

int recompute_one(struct recompute *recompute, struct span id)
{
    struct worker worker = {0};
    struct arena arena;
    arena_init(&arena, BLOCK);
    int outcome = begin_worker(recompute, &worker, 0);
    for (int i = 0; outcome == 0 && i < ATTEMPTS; i++) {
        arena_reset(&arena);
        outcome = mark_one(recompute, id, &arena);
        if (outcome != STORE_CONFLICT && outcome != STORE_RETRY)
            break;
        pause_ms(PAUSE_MS);
        outcome = i + 1 < ATTEMPTS ? STORE_OK : outcome;
    }
    if (outcome == STORE_OK)
        outcome = fold(&worker, &id, 1);
    recompute->folded = worker.folded;
    recompute->left = worker.left;
    end_worker(&worker);
    arena_free(&arena);
    return outcome;
}
