// Another policy and other settings while the engine runs.
#include "engine.h"

#include "base/status.h"

void worker_adopt(struct worker *worker, const struct policy *policy, const struct app_settings *settings)
{
    worker->intake.policy = worker->applier.policy = worker->sweeper.policy = worker->sweeper.folder.policy = policy;
    worker->intake.settings = worker->applier.settings = worker->sweeper.settings = settings;
    worker->part = (size_t)settings->batch_events;
    worker->sweeper.derived = false; // the database knows whether all of it is scheduled by this policy
}

// Inside all workers.
static void adopt(struct engine *engine, const struct policy *policy, const struct app_settings *settings)
{
    bool other = policy != engine->shared.policy;
    engine->shared.policy = engine->parts.policy = policy;
    engine->shared.settings = engine->parts.settings = settings;
    for (int i = 0; i < settings->workers; i++) {
        struct worker *worker = &engine->workers[i];
        if (!worker->shared)
            continue;
        worker_adopt(worker, policy, settings);
        if (!other)
            continue;
        worker->store->policy = policy->fingerprint;
        cache_clear(worker->cache); // what is planned of customers was planned by the former policy
    }
}

int engine_swap(struct engine *engine, const struct policy *policy, const struct app_settings *settings,
                int (*enter)(void *context, struct store *store), void *context)
{
    if (enter && !engine->connected)
        return fault(1, "PostgreSQL is away");
    int workers = engine->parts.settings->workers;
    pthread_mutex_lock(&engine->shared.policy_mutex);
    for (int i = 0; i < workers; i++) {
        if (engine->workers[i].shared)
            worker_enter(&engine->workers[i]);
    }
    int result = enter ? enter(context, engine->parts.control) : 0;
    if (result == 0)
        adopt(engine, policy, settings);
    for (int i = 0; i < workers; i++) {
        if (engine->workers[i].shared)
            worker_leave(&engine->workers[i]);
    }
    pthread_mutex_unlock(&engine->shared.policy_mutex);
    return result;
}
