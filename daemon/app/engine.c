#include "engine.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/status.h"

enum {
    POLL_MS = 100,
    LEAVE_AFTER_US = 60 * 1000 * 1000, // PostgreSQL away for so long: others may have better luck with our lanes
};

static void close_store(struct store *store)
{
    if (store)
        store->ops->close(store);
}

// Those of workers are theirs once they have them.
static void close_stores(const struct engine_parts *parts)
{
    close_store(parts->control);
    close_store(parts->keeper);
    close_store(parts->publisher);
    close_store(parts->ranker);
    for (int i = 0; i < parts->settings->workers; i++)
        close_store(parts->workers[i]);
}

int engine_new(const struct engine_parts *parts, struct engine **made)
{
    *made = NULL;
    int count = parts->settings->workers;
    struct engine *engine = calloc(1, sizeof *engine);
    struct worker *workers = calloc((size_t)count, sizeof *workers);
    if (!engine || !workers) {
        free(engine);
        free(workers);
        close_stores(parts);
        return fault(STATUS_NOMEM, "out of memory while starting");
    }
    engine->parts = *parts;
    engine->workers = workers;
    engine->connected = true;
    metric_set(METRIC_POSTGRES_UP, 1); // opened by whoever gives them to us
    health_set(HEALTH_POSTGRES, true, "%s", "");
    engine->shared.policy = parts->policy;
    engine->shared.settings = parts->settings;
    engine->shared.watermark = INSTANT_NONE;
    pthread_mutex_init(&engine->shared.turnstile.mutex, NULL);
    pthread_mutex_init(&engine->shared.registry_mutex, NULL);
    pthread_mutex_init(&engine->shared.policy_mutex, NULL);
    pthread_mutex_init(&engine->shared.publish_mutex, NULL);
    engine->shared.publish_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    *made = engine;
    return engine->shared.publish_fd < 0 ? fault(STATUS_IO, "no file descriptor left for an eventfd") : 0;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    for (int i = 0; i < engine->parts.settings->workers; i++) {
        if (engine->workers[i].shared)
            worker_destroy(&engine->workers[i]);
    }
    for (size_t i = 0; i < engine->lanes.count; i++)
        lane_free(engine->lanes.items[i]);
    vector_free(&engine->lanes);
    vector_free(&engine->wanted);
    vector_free(&engine->shared.registry);
    vector_free(&engine->shared.orphans);
    close_stores(&engine->parts);
    if (engine->shared.publish_fd >= 0)
        close(engine->shared.publish_fd);
    pthread_mutex_destroy(&engine->shared.turnstile.mutex);
    pthread_mutex_destroy(&engine->shared.registry_mutex);
    pthread_mutex_destroy(&engine->shared.policy_mutex);
    pthread_mutex_destroy(&engine->shared.publish_mutex);
    free(engine->workers);
    free(engine);
}

static void assigned(void *context, const struct source_partition *partitions, size_t count)
{
    struct engine *engine = context;
    for (size_t i = 0; i < count; i++) {
        struct wanted *wanted = vector_push(&engine->wanted);
        if (!wanted) {
            shared_fail(&engine->shared, fault(STATUS_NOMEM, "out of memory while taking lanes"));
            return;
        }
        snprintf(wanted->topic, sizeof wanted->topic, "%s", partitions[i].topic);
        snprintf(wanted->cluster_id, sizeof wanted->cluster_id, "%s",
                 partitions[i].cluster_id ? partitions[i].cluster_id : "");
        wanted->partition = partitions[i].partition;
        wanted->low = partitions[i].low;
        wanted->high = partitions[i].high;
    }
    engine->retry_us = 0;
    int result = ownership_claim(engine);
    if (result < 0)
        shared_fail(&engine->shared, result);
}

static void revoked(void *context, bool lost)
{
    struct engine *engine = context;
    ownership_drop(engine, !lost);
}

static void faulted(void *context, struct source_lane *lane, int kind, const char *detail)
{
    ownership_fault(context, lane, kind, detail);
}

struct source_events engine_source_events(struct engine *engine)
{
    return (struct source_events){.context = engine, .assigned = assigned, .revoked = revoked, .fault = faulted};
}

void engine_attach(struct engine *engine, struct source *source)
{
    engine->shared.source = source;
}

static int start_threads(struct engine *engine)
{
    int count = engine->parts.settings->workers;
    int result = 0;
    for (int i = 0; i < count && result == 0; i++) {
        result = worker_init(&engine->workers[i], &engine->shared, i, engine->parts.workers[i]);
        engine->parts.workers[i] = NULL; // the worker's now
    }
    if (result == 0)
        result = keeper_start(&engine->keeper, &engine->shared, engine->parts.keeper);
    engine->keeper_runs = result == 0;
    if (result == 0)
        result = publisher_start(&engine->publisher, &engine->shared, engine->parts.publisher, engine->parts.sink);
    engine->publisher_runs = result == 0;
    if (result == 0 && engine->parts.ranker) {
        ranker_init(&engine->ranker, &engine->shared, engine->parts.ranker);
        result = ranker_start(&engine->ranker);
        engine->ranker_runs = result == 0;
    }
    while (result == 0 && engine->workers_run < count) {
        result = worker_start(&engine->workers[engine->workers_run]);
        engine->workers_run += result == 0;
    }
    return result;
}

static void stop_threads(struct engine *engine)
{
    engine_stop(engine);
    if (engine->ranker_runs)
        ranker_join(&engine->ranker);
    engine->ranker_runs = false;
    while (engine->workers_run > 0)
        worker_join(&engine->workers[--engine->workers_run]);
    uint64_t one = 1;
    ssize_t written = write(engine->shared.publish_fd, &one, sizeof one);
    (void)written; // full: the publisher is awake already
    if (engine->publisher_runs)
        publisher_join(&engine->publisher);
    if (engine->keeper_runs)
        keeper_join(&engine->keeper);
    engine->publisher_runs = engine->keeper_runs = false;
}

// With PostgreSQL away for long the group is left, so that an instance with a better road to it may take over;
// it is joined again when PostgreSQL answers.
static void follow_outage(struct engine *engine)
{
    struct source *source = engine->shared.source;
    int64_t since = atomic_load(&engine->shared.away_us);
    if (!engine->left && since != 0 && clock_monotonic_us() - since > LEAVE_AFTER_US) {
        log_notice("leaving the consumer group until PostgreSQL is back");
        engine->left = true;
        source->ops->leave(source);
    } else if (engine->left && since == 0) {
        engine->left = false;
        source->ops->join(source);
    }
}

int engine_run(struct engine *engine, void (*idle)(void *context), void *context)
{
    struct source *source = engine->shared.source;
    int result = start_threads(engine);
    health_heart_begin("engine");
    while (result == 0 && !atomic_load(&engine->shared.stopping)) {
        health_beat();
        result = source->ops->poll(source, POLL_MS);
        if (result == 0)
            result = ownership_claim(engine);
        if (result == 0)
            result = ownership_tend(engine);
        ownership_tell(engine);
        follow_outage(engine);
        if (idle)
            idle(context);
    }
    if (result < 0)
        shared_fail(&engine->shared, result);
    health_heart_end();
    stop_threads(engine);
    if (engine->workers[engine->parts.settings->workers - 1].shared)
        ownership_drop(engine, true);
    int fatal = atomic_load(&engine->shared.fatal);
    return fatal ? fault(fatal, "%s", engine->shared.fatal_message) : 0;
}

void engine_stop(struct engine *engine)
{
    atomic_store(&engine->shared.stopping, true);
}
