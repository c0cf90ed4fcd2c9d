#include "app/worker.h"

#include <assert.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/status.h"

enum {
    BACKOFF_LEAST_US = 50 * 1000,
    BACKOFF_MOST_US = 5000000,
    BACKOFF_DOUBLINGS = 8,
    SWEEP_PATIENCE = 10, // intervals between sweeps while far behind
    STUBBORN = 5,    // conflicts in a row that are worth a word
    BATCH_LEAST_BYTES = 2 << 20,
    IDLE_MS = 250,   // a worker looks around at least so often
    AWAITING_MS = 5, // while a lane that is behind has nothing to give yet
};

// The larger a batch, the less it costs an event: neighbours in the database are written together, and a customer
// once for all its events. So batches have a good part of a worker's memory for customers.
static size_t batch_room(size_t share)
{
    size_t room = share / 16 * 7;
    return room > BATCH_LEAST_BYTES ? room : BATCH_LEAST_BYTES;
}

int worker_init(struct worker *worker, struct shared *shared, int index, struct store *store)
{
    memset(worker, 0, sizeof *worker);
    worker->shared = shared;
    worker->index = index;
    worker->store = store;
    worker->connected = true;
    pthread_mutex_init(&worker->mutex, NULL);
    applier_init(&worker->applier);
    sweeper_init(&worker->sweeper);
    worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    size_t share = shared->settings->cache_bytes / (size_t)shared->settings->workers;
    worker->batch_room = batch_room(share);
    worker->cache = cache_new(share > worker->batch_room ? share - worker->batch_room : 0);
    worker->intake = (struct intake){.source = shared->source, .decoder = decoder_new()};
    if (worker->wake_fd < 0 || !worker->cache || !worker->intake.decoder) {
        worker_destroy(worker);
        return fault(STATUS_NOMEM, "out of memory (or of file descriptors) while starting worker %d", index);
    }
    worker->applier.store = worker->sweeper.store = worker->sweeper.folder.store = store;
    worker->applier.cache = worker->sweeper.cache = worker->cache;
    worker->applier.turnstile = &shared->turnstile;
    worker->sweeper.folder.decoder = worker->intake.decoder;
    worker_adopt(worker, shared->policy, shared->settings);
    return 0;
}

static void drop_batch(struct worker *worker)
{
    for (size_t i = 0; i < worker->chunks.count; i++)
        chunk_release(worker->chunks.items[i]);
    worker->chunks.count = worker->batch.count = 0;
}

void worker_destroy(struct worker *worker)
{
    drop_batch(worker);
    chunk_release(worker->intake.spare);
    vector_free(&worker->batch);
    vector_free(&worker->chunks);
    vector_free(&worker->lanes);
    vector_free(&worker->homes);
    applier_free(&worker->applier);
    sweeper_free(&worker->sweeper);
    decoder_free(worker->intake.decoder);
    cache_free(worker->cache);
    if (worker->store)
        worker->store->ops->close(worker->store);
    if (worker->wake_fd >= 0)
        close(worker->wake_fd);
    pthread_mutex_destroy(&worker->mutex);
    memset(worker, 0, sizeof *worker); // no longer there, as ownership_drop sees it
}

static void wake(struct worker *worker)
{
    uint64_t one = 1;
    ssize_t written = write(worker->wake_fd, &one, sizeof one);
    (void)written; // full: it is awake already
}

void worker_enter(struct worker *worker)
{
    atomic_fetch_add(&worker->guests, 1);
    // A turn may take long. Whether the worker is stuck its own heart shows.
    struct timespec until;
    do {
        health_beat();
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
    } while (pthread_mutex_timedlock(&worker->mutex, &until) != 0);
    atomic_fetch_sub(&worker->guests, 1);
}

void worker_leave(struct worker *worker)
{
    pthread_mutex_unlock(&worker->mutex);
    wake(worker);
}

void worker_prune(struct worker *worker)
{
    size_t kept = 0;
    for (size_t i = 0; i < worker->batch.count; i++) {
        const struct item *item = &worker->batch.items[i];
        bool ours = item->lane->state == LANE_RUNNING || item->lane->state == LANE_HALTED;
        if (ours && item->taken->offset >= item->lane->next_offset)
            worker->batch.items[kept++] = *item;
    }
    worker->batch.count = kept;
    if (kept == 0)
        drop_batch(worker);
}

// Waits longer after each failure in a row, with jitter, so that instances do not retry in step.
static void back_off(struct worker *worker)
{
    int doublings = worker->failures < BACKOFF_DOUBLINGS ? worker->failures : BACKOFF_DOUBLINGS;
    int64_t wait = (int64_t)BACKOFF_LEAST_US << doublings;
    if (wait > BACKOFF_MOST_US)
        wait = BACKOFF_MOST_US;
    int64_t now = clock_monotonic_us();
    wait = wait / 2 + (now * 7919 + (int64_t)worker->index * 104729) % (wait / 2);
    worker->failures++;
    worker->resume_us = now + wait;
}

// The cursor in the database is the only truth: what it says of a lane decides how we go on.
static void compare_lane(struct lane *lane, const struct lane_row *row)
{
    assert(row);
    if (row->epoch > lane->epoch) {
        lane->fenced_us = clock_monotonic_us(); // before the state, which hands the lane to the engine
        lane->state = LANE_FENCED;
        metric_add(METRIC_FENCED, 1);
        log_lane_event(LOG_NOTICE, LANE_FENCED, lane->topic, lane->partition,
                       "%s/%d has another owner now; what was read of it is dropped", lane->topic, lane->partition);
    } else if (row->epoch < lane->epoch || row->next_offset < lane->next_offset) {
        log_warning("%s/%d: the database has lost commits (offset %" PRId64 ", epoch %" PRId64 "; we had %" PRId64
                    ", %" PRId64 "); reading again from there",
                    lane->topic, lane->partition, row->next_offset, row->epoch, lane->next_offset, lane->epoch);
        lane->state = LANE_RESTART;
    } else if (row->next_offset > lane->next_offset) {
        // The commit whose answer we did not get had taken place.
        lane_set_cursor(lane, row->next_offset);
        lane->anchor_offset = row->anchor_offset;
        lane->anchor = row->anchor;
    }
}

int worker_check_lanes(struct worker *worker)
{
    size_t count = worker->lanes.count;
    int32_t *ids = calloc(count + 1, sizeof *ids);
    struct lane_row *rows = calloc(count + 1, sizeof *rows);
    int outcome = ids && rows ? STORE_OK : fault(STATUS_NOMEM, "out of memory while comparing lanes");
    for (size_t i = 0; i < count && ids; i++)
        ids[i] = worker->lanes.items[i]->id;
    if (outcome == STORE_OK && count > 0)
        outcome = worker->store->ops->lanes(worker->store, ids, count, rows);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        struct lane *lane = worker->lanes.items[i];
        if (lane->state == LANE_RUNNING || lane->state == LANE_HALTED)
            compare_lane(lane, &rows[i]);
    }
    free(ids);
    free(rows);
    if (outcome == STORE_OK)
        worker_prune(worker);
    return outcome;
}

// What a store operation said, as the turn goes on: 0 go on, 1 wait, negative fatal.
static int judge(struct worker *worker, int outcome)
{
    switch (outcome) {
    case STORE_OK:
        worker->failures = 0;
        return 0;
    case STORE_AWAY:
        cache_clear(worker->cache);
        shared_away(worker->shared, &worker->connected, fault_message());
        break;
    case STORE_FENCED:
        cache_clear(worker->cache);
        outcome = worker_check_lanes(worker);
        return outcome == STORE_OK ? 1 : judge(worker, outcome);
    case STORE_FULL:
        log_event(LOG_ERROR, POSTGRES_FULL, "PostgreSQL has no room left: %s; nothing is lost, waiting for room",
                  fault_message());
        break;
    case STORE_RETRY:
        worker->part = worker->part > 1 ? worker->part / 2 : 1;
        sweeper_halve(&worker->sweeper);
        log_warning("PostgreSQL asks to try again: %s", fault_message());
        break;
    case STORE_CONFLICT:
        if (worker->failures >= STUBBORN)
            log_warning("other writers get in the way again and again: %s", fault_message());
        break;
    default:
        return outcome < 0 ? outcome : fault(STATUS_BROKEN, "unexpected outcome %d of the store", outcome);
    }
    back_off(worker);
    return 1;
}

static int reconnect(struct worker *worker)
{
    int outcome = worker->store->ops->reconnect(worker->store);
    if (outcome != STORE_OK)
        return judge(worker, outcome);
    metric_add(METRIC_POSTGRES_RECONNECTS, 1);
    cache_clear(worker->cache);
    outcome = worker_check_lanes(worker);
    if (outcome == STORE_OK)
        shared_back(worker->shared, &worker->connected);
    return judge(worker, outcome);
}

// After a commit: a lane at its end has also passed the control records there.
static void show_progress(struct worker *worker)
{
    struct source *source = worker->shared->source;
    for (size_t i = 0; i < worker->applier.lanes.count; i++) {
        struct lane *lane = worker->applier.lanes.items[i];
        int64_t end = lane_is_at_end(lane, source) ? source->ops->end_seen(source, lane->handle) : 0;
        if (end > lane->next_offset)
            atomic_store(&lane->position, end);
    }
}

// The record that nothing can be done with is the first that is not committed: its lane stops before it.
static void halt_at_poison(struct worker *worker)
{
    worker_prune(worker);
    if (worker->batch.count == 0)
        return;
    struct lane *lane = worker->batch.items[0].lane;
    snprintf(lane->reason, sizeof lane->reason, "the database refuses even to quarantine offset %" PRId64,
             worker->batch.items[0].taken->offset);
    lane->state = LANE_HALTED;
    size_t kept = 0;
    for (size_t i = 0; i < worker->batch.count; i++) {
        if (worker->batch.items[i].lane != lane)
            worker->batch.items[kept++] = worker->batch.items[i];
    }
    worker->batch.count = kept;
}

static int apply_batch(struct worker *worker)
{
    size_t count = worker->batch.count < worker->part ? worker->batch.count : worker->part;
    int outcome = applier_apply(&worker->applier, worker->batch.items, count);
    if (outcome == STORE_POISON) {
        halt_at_poison(worker);
        outcome = STORE_OK;
    }
    if (outcome == STORE_OK) {
        show_progress(worker);
        size_t most = (size_t)worker->shared->settings->batch_events;
        worker->part = worker->part * 2 < most ? worker->part * 2 : most;
    }
    worker_prune(worker);
    return judge(worker, outcome);
}

// Lanes that were halted meanwhile: written down where operators look, said once.
static int report_halts(struct worker *worker)
{
    for (size_t i = 0; i < worker->lanes.count; i++) {
        struct lane *lane = worker->lanes.items[i];
        if (lane->state != LANE_HALTED || lane->reported)
            continue;
        int outcome = worker->store->ops->halt(worker->store, lane->id, lane->epoch, lane->reason);
        if (outcome != STORE_OK)
            return judge(worker, outcome);
        lane->reported = true;
        log_lane_event(LOG_ERROR, LANE_HALTED, lane->topic, lane->partition, "%s/%d is halted: %s", lane->topic,
                       lane->partition, lane->reason);
    }
    return 0;
}

int worker_turn(struct worker *worker)
{
    int64_t now = clock_monotonic_us();
    if (now < worker->resume_us)
        return 0;
    int result = 0;
    if (!worker->connected) {
        result = reconnect(worker);
        return result < 0 ? result : 0;
    }
    if (worker->batch.count == 0)
        result = worker_gather(worker);
    if (result < 0)
        return result;
    bool applied = worker->batch.count > 0;
    if (applied)
        result = apply_batch(worker);
    if (result == 0)
        result = report_halts(worker);
    if (result != 0)
        return result < 0 ? result : 0;
    bool more = false;
    // Far behind, what is due can wait a little longer: a sweep costs less the more there is for it.
    int patience = worker->far_behind ? SWEEP_PATIENCE : 1;
    if (now - worker->swept_us >= patience * worker->shared->settings->sweep_interval) {
        if (atomic_load(&worker->shared->watermark) != INSTANT_NONE)
            result = judge(worker, worker_sweep(worker, &more));
        if (!more || applied) // behind, batches come first
            worker->swept_us = now;
    }
    return result < 0 ? result : applied || more;
}

void worker_doze(const struct worker *worker, int most_ms)
{
    struct pollfd fd = {.fd = worker->wake_fd, .events = POLLIN};
    uint64_t count;
    if (poll(&fd, 1, most_ms) > 0 && read(worker->wake_fd, &count, sizeof count) < 0)
        log_debug("worker %d: its eventfd was empty", worker->index);
}

// Nothing to do: until a lane wakes us, or a sweep or a retry is due.
static void rest(struct worker *worker)
{
    int64_t now = clock_monotonic_us();
    int64_t wait = IDLE_MS;
    int64_t sweep = (worker->swept_us + worker->shared->settings->sweep_interval - now) / 1000 + 1;
    wait = sweep < wait ? sweep : wait;
    for (size_t i = 0; i < worker->lanes.count; i++) {
        const struct lane *lane = worker->lanes.items[i];
        if (lane->state == LANE_RUNNING && lane->awaited && lane->starving_us)
            wait = wait < AWAITING_MS ? wait : AWAITING_MS;
    }
    if (worker->resume_us > now)
        wait = (worker->resume_us - now) / 1000 + 1;
    pthread_mutex_unlock(&worker->mutex);
    worker_doze(worker, wait > 0 ? (int)wait : 0);
    pthread_mutex_lock(&worker->mutex);
}

static void *run(void *context)
{
    struct worker *worker = context;
    char name[HEART_NAME_MAX];
    snprintf(name, sizeof name, "worker %d", worker->index);
    health_heart_begin(name);
    pthread_mutex_lock(&worker->mutex);
    while (!atomic_load(&worker->shared->stopping)) {
        health_beat();
        int result = worker_turn(worker);
        if (result < 0)
            shared_fail(worker->shared, result);
        else if (result == 0)
            rest(worker);
        while (atomic_load(&worker->guests) > 0 && !atomic_load(&worker->shared->stopping)) {
            pthread_mutex_unlock(&worker->mutex);
            poll(NULL, 0, 1);
            pthread_mutex_lock(&worker->mutex);
        }
    }
    pthread_mutex_unlock(&worker->mutex);
    health_heart_end();
    return NULL;
}

int worker_start(struct worker *worker)
{
    int error = pthread_create(&worker->thread, NULL, run, worker);
    return error ? fault(STATUS_NOMEM, "cannot start worker %d: %s", worker->index, strerror(error)) : 0;
}

void worker_join(struct worker *worker)
{
    wake(worker);
    pthread_join(worker->thread, NULL);
}
