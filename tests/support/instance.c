#include "support/instance.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"

enum { QUIET_ROUNDS = 8, MOST_ROUNDS = 20000 }; // a broken connection is noticed and made again one step at a time

void site_begin(struct site *site, const struct policy *policy)
{
    *site = (struct site){.database = fake_database_new(), .broker = fake_broker_new(), .sink = fake_sink_new(),
                          .policy = policy};
    site->settings = (struct app_settings){
        .workers = 1, .batch_events = 1000, .cache_bytes = 1 << 20, .sweep_interval = 0, .lateness = 60 * SECOND,
        .lane_hold = HOUR, .stop_on_loss = true, .poison_share = 0.5, .poison_window = 100,
        .notice_horizon = 72 * HOUR, .announce_rate = 10, .reminders_topic = "reminders", .changes_topic = "changes"};
}

void site_end(struct site *site)
{
    fake_sink_free(site->sink);
    fake_broker_free(site->broker);
    fake_database_free(site->database);
}

static void note(struct instance *instance, int status)
{
    if (status < 0 && instance->status == 0) {
        instance->status = status;
        if (status == STATUS_BROKEN)
            fprintf(stderr, "%s: status %d: %s\n", instance->owner, status, fault_message());
    }
    int fatal = instance->engine ? atomic_load(&instance->engine->shared.fatal) : 0;
    if (fatal < 0 && instance->status == 0)
        instance->status = fault(fatal, "%s", instance->engine->shared.fatal_message);
}

static int begin_parts(struct instance *instance)
{
    struct engine *engine = instance->engine;
    int workers = instance->settings.workers;
    int status = 0;
    for (int i = 0; i < workers && status == 0; i++) {
        status = worker_init(&engine->workers[i], &engine->shared, i, instance->stores[3 + i]);
        instance->stores[3 + i] = NULL; // taken over in any case
    }
    engine->keeper = (struct keeper){.shared = &engine->shared, .store = engine->parts.keeper, .connected = true};
    arena_init(&engine->keeper.arena, 4096);
    publisher_init(&engine->publisher, &engine->shared, engine->parts.publisher, engine->parts.sink);
    return status;
}

int instance_begin(struct instance *instance, struct site *site, const char *owner)
{
    *instance = (struct instance){.site = site, .settings = site->settings};
    snprintf(instance->owner, sizeof instance->owner, "%s", owner);
    instance->settings.owner = instance->owner;
    int workers = instance->settings.workers;
    for (int i = 0; i < workers + 3; i++)
        instance->stores[i] = fake_store_open(site->database);
    struct engine_parts parts = {
        .policy = site->policy, .settings = &instance->settings, .control = instance->stores[0],
        .keeper = instance->stores[1], .publisher = instance->stores[2], .workers = instance->stores + 3,
        .sink = fake_sink_port(site->sink)};
    int status = engine_new(&parts, &instance->engine);
    if (instance->engine) {
        struct source_events events = engine_source_events(instance->engine);
        instance->source = fake_source_new(site->broker, &events);
        engine_attach(instance->engine, fake_source_port(instance->source));
    }
    if (status == 0)
        status = begin_parts(instance);
    note(instance, status);
    return status;
}

void instance_end(struct instance *instance, bool crashed)
{
    struct engine *engine = instance->engine;
    if (engine) {
        ownership_drop(engine, !crashed);
        for (int i = 0; i < instance->settings.workers; i++) {
            if (engine->workers[i].shared)
                worker_destroy(&engine->workers[i]);
        }
        vector_free(&engine->keeper.lanes);
        vector_free(&engine->keeper.ends);
        vector_free(&engine->keeper.shown);
        arena_free(&engine->keeper.arena);
        publisher_free(&engine->publisher);
        fake_source_free(instance->source);
        engine_free(engine);
    }
    instance->engine = NULL;
}

void instance_poll(struct instance *instance)
{
    struct engine *engine = instance->engine;
    struct source *source = fake_source_port(instance->source);
    engine->retry_us = 0;
    int status = source->ops->poll(source, 0);
    if (status == 0)
        status = ownership_claim(engine);
    if (status == 0)
        status = ownership_tend(engine);
    note(instance, status);
}

int instance_turn(struct instance *instance, int index)
{
    struct worker *worker = &instance->engine->workers[index];
    worker->resume_us = 0;
    worker_enter(worker);
    int done = worker_turn(worker);
    worker_leave(worker);
    note(instance, done);
    return done;
}

void instance_keep(struct instance *instance)
{
    note(instance, keeper_round(&instance->engine->keeper));
}

int instance_publish(struct instance *instance)
{
    int done = publisher_round(&instance->engine->publisher);
    note(instance, done);
    return done;
}

bool instance_round(struct instance *instance)
{
    int64_t writes = fake_calls(instance->site->database, FAKE_OP_write);
    instance_poll(instance);
    bool done = false;
    for (int i = 0; i < instance->settings.workers && instance->status == 0; i++)
        done |= instance_turn(instance, i) > 0;
    if (instance->status == 0)
        instance_keep(instance);
    if (instance->status == 0)
        done |= instance_publish(instance) > 0;
    return done || fake_calls(instance->site->database, FAKE_OP_write) != writes;
}

bool instance_settle(struct instance *instance)
{
    int quiet = 0;
    for (int i = 0; i < MOST_ROUNDS && instance->status == 0; i++) {
        quiet = instance_round(instance) ? 0 : quiet + 1;
        if (quiet == QUIET_ROUNDS)
            return true;
    }
    return instance->status == 0 ? false : true;
}
