// The engine: owns the lanes of this instance and the threads that work on them. Its own thread serves the
// source (group changes, restarts of lanes); workers apply and sweep; the keeper keeps heartbeats, clock and
// watermark; the publisher sends what was released.
#ifndef GUANXI_APP_ENGINE_H
#define GUANXI_APP_ENGINE_H

#include "app/settings.h"
#include "port/sink.h"
#include "port/source.h"
#include "port/store.h"

struct engine;

// Everything an engine works with. Stores and sink become the engine's (stores are closed with it); policy
// and settings are borrowed.
struct engine_parts {
    const struct policy *policy;
    const struct app_settings *settings;
    struct store *control;   // for the engine's own thread
    struct store *keeper;    // for the keeper
    struct store *publisher; // for the publisher
    struct store *ranker;    // for the ranker; NULL: nothing is ranked by itself
    struct store **workers;  // settings->workers of them
    struct sink *sink;
};

// 0, or negative; the stores are taken over in either case.
int engine_new(const struct engine_parts *parts, struct engine **engine);
void engine_free(struct engine *engine);

// What the source is opened with, and the source itself once it is open (borrowed, outlives the engine's run).
struct source_events engine_source_events(struct engine *engine);
void engine_attach(struct engine *engine, struct source *source);

// Runs until engine_stop or a fatal fault. 0 after a stop; lanes are then given up and nothing is half done.
// `idle` (nullable) is called a few times a second on this thread: signals, watchdog, status line.
int engine_run(struct engine *engine, void (*idle)(void *context), void *context);
// Puts another policy and other settings in the place of those it runs with, between two batches. While nobody
// writes, `enter` (nullable) brings the policy into force in the database, with a connected store; what it returns
// other than 0 is returned, and nothing has changed. 1: PostgreSQL is away, nothing has changed. Both outlive the
// engine, and what it replaces has to, as threads may still look at it; workers, cache_bytes, owner, topics and the
// clock must be the same. On the engine's thread, as from `idle`.
int engine_swap(struct engine *engine, const struct policy *policy, const struct app_settings *settings,
                int (*enter)(void *context, struct store *store), void *context);
// From any thread, and from a signal handler.
void engine_stop(struct engine *engine);

#endif
