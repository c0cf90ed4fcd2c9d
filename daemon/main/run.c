// `guanxid run`: opens the adapters, wires them to the engine and keeps it running until a signal.
#include "main/command.h"

#include "app/engine.h"
#include "base/health.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/status.h"
#include "kafka/sink.h"
#include "kafka/source.h"
#include "main/policy_force.h"
#include "main/rank.h"
#include "main/watch.h"
#include "postgres/store.h"

#include <assert.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RANKER = 3,
    STORES_BESIDES = 4, // control, keeper, publisher and ranker have one each, beside the workers
    MMAP_BYTES = 8 << 20,
    TRIM_BYTES = 64 << 20,
    STOP_SECONDS = 10,  // after that a stop is made short: a killed daemon loses nothing
};

static struct engine *volatile signalled;

static void on_stop(int number)
{
    (void)number;
    alarm(STOP_SECONDS);
    health_stop();
    notify_stopping();
    if (signalled)
        engine_stop(signalled);
}

static void on_reload(int number)
{
    (void)number;
    watch_ask_reload();
}

static void handle_signals(struct engine *engine)
{
    signalled = engine;
    struct sigaction stop = {.sa_handler = on_stop};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    struct sigaction reload = {.sa_handler = on_reload, .sa_flags = SA_RESTART};
    sigaction(SIGHUP, &reload, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
}

static int open_store(const struct postgres_settings *settings, struct store **opened)
{
    struct store *store = NULL;
    int status = postgres_store_open(settings, &store);
    if (status != 0 || !store)
        return status;
    *opened = store;
    int outcome = store->ops->reconnect(store);
    return outcome <= 0 ? outcome : fault(STATUS_UNAVAILABLE, "PostgreSQL cannot be reached: %s", fault_message());
}

// The schema must fit, and the policy must be known to the views, before anything is read.
static int prepare_store(struct command_context *context, struct store *store)
{
    assert(store);
    int outcome = store->ops->check_schema(store);
    if (outcome > 0)
        return fault(STATUS_UNAVAILABLE, "PostgreSQL could not be prepared: %s", fault_message());
    health_set(HEALTH_SCHEMA, outcome == 0, "%s", "");
    return outcome ? outcome : policy_start(&context->policy, store, context->settings.app.lane_hold);
}

static void close_stores(struct store **stores, int count)
{
    for (int i = 0; i < count; i++) {
        if (stores[i])
            stores[i]->ops->close(stores[i]);
    }
}

static void look_around(void *watch)
{
    watch_look(watch);
}

// Runs the engine over an open sink; the stores are the engine's from here on.
static int run_engine(struct reloader *reloader, struct store **stores, struct sink *sink)
{
    const struct settings *settings = &reloader->first->settings;
    struct engine_parts parts = {
        .policy = reloader->policy, .settings = &settings->app, .control = stores[0], .keeper = stores[1],
        .publisher = stores[2], .ranker = stores[RANKER], .workers = stores + STORES_BESIDES, .sink = sink,
    };
    struct engine *engine;
    struct source *source = NULL;
    struct watch watch;
    int status = engine_new(&parts, &engine);
    reloader->engine = engine;
    if (status == 0) {
        struct source_events events = engine_source_events(engine);
        status = kafka_source_open(&settings->kafka, &events, &source);
    }
    if (status == 0)
        status = watch_begin(&watch, reloader);
    if (status == 0) {
        engine_attach(engine, source);
        handle_signals(engine);
        log_event(LOG_NOTICE, READY, "guanxid " GUANXID_VERSION " is ready: instance %s, group %s", settings->app.owner,
                  settings->kafka.group_id);
        status = engine_run(engine, look_around, &watch);
        watch_end(&watch);
    }
    kafka_source_close(source);
    signalled = NULL;
    engine_free(engine);
    return status;
}

// Batches take and give back the same memory all the time: it is kept, or the kernel would clear it anew for
// each. What is kept is bounded by what batches take.
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, MMAP_BYTES);
    mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
}

int command_run(struct command_context *context)
{
    keep_memory();
    notify_open();
    struct reloader reloader;
    reloader_begin(&reloader, context);
    const struct settings *settings = &context->settings;
    int count = STORES_BESIDES + settings->app.workers;
    struct store **stores = calloc((size_t)count, sizeof *stores);
    if (!stores)
        return fault(STATUS_NOMEM, "out of memory while starting");
    const struct postgres_settings patient = rank_store_settings(&settings->postgres);
    struct sink *sink = NULL;
    int status = 0;
    for (int i = 0; i < count && status == 0; i++)
        status = open_store(i == RANKER ? &patient : &settings->postgres, &stores[i]);
    if (status == 0)
        status = prepare_store(context, stores[0]);
    for (int i = 0; i < count && status == 0; i++) {
        assert(stores[i]);
        stores[i]->policy = context->policy.policy.fingerprint;
    }
    if (status == 0)
        status = kafka_sink_open(&settings->kafka, &sink);
    if (status == 0)
        status = run_engine(&reloader, stores, sink);
    else
        close_stores(stores, count);
    kafka_sink_close(sink);
    reloader_free(&reloader);
    free(stores);
    if (status == 0)
        log_event(LOG_NOTICE, STOPPED, "stopped");
    return status;
}
