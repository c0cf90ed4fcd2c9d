// Events that change who ids mean, among those of a batch.
#include "app/identity.h"
#include "base/status.h"
#include "batch_parts.h"

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while customers were merged");
}

// Adds what the verdict asks for beside what identity_work_out has put into the set. False: memory is out.
static bool take(struct applier *applier, const struct item *item, const struct identity_plan *plan)
{
    const struct event *event = &item->taken->event;
    bool counts = true, done = true;
    switch (plan->verdict) {
    case IDENTITY_EVENT_APPLIED:
    case IDENTITY_EVENT_IGNORED: tally_event(&applier->tally, event, RESULT_APPLIED); break;
    case IDENTITY_EVENT_DUPLICATE: tally_event(&applier->tally, event, RESULT_DUPLICATE); break;
    case IDENTITY_EVENT_DROPPED:
        tally_event(&applier->tally, event, RESULT_ERASED);
        counts = false;
        break;
    case IDENTITY_EVENT_REFUSED:
        done = batch_quarantine_event(applier, item, plan->reject.reason, plan->reject.detail);
        counts = false;
        break;
    }
    if (counts)
        batch_move_lane(item);
    return done;
}

static void forget(struct applier *applier, const struct event *event, const struct identity_plan *plan)
{
    const struct span ids[] = {event->subject, event->ref, plan->change.from, plan->change.to};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        if (ids[i].data)
            cache_remove(applier->cache, customer_hash(ids[i]), ids[i]);
    }
    for (size_t i = 0; i < plan->change.id_count; i++)
        cache_remove(applier->cache, customer_hash(plan->change.ids[i]), plan->change.ids[i]);
}

static int attempt(struct applier *applier, const struct item *item)
{
    const struct event *event = &item->taken->event;
    struct writeset *set = &applier->set;
    struct identity_plan plan;
    struct identity_work work = {
        .policy = applier->policy, .store = applier->store, .set = set, .arena = &applier->scratch,
        .lane_id = item->lane->id, .offset = item->taken->offset,
    };
    writeset_clear(set);
    arena_reset(&applier->scratch);
    batch_count_anew(applier);
    int outcome = identity_work_out(&work, event, &plan);
    if (outcome != STORE_OK)
        return outcome;
    if (plan.verdict == IDENTITY_EVENT_IGNORED)
        return BATCH_NO_IDENTITY;
    if (!batch_begin_lanes(applier, item, 1) || !take(applier, item, &plan) || !batch_finish_lanes(applier))
        return out_of_memory();
    set->durable = set->outbox.count > 0; // what goes out at once must not be lost
    set->epoch = plan.change.epoch;
    struct store_write write = writeset_view(set);
    outcome = applier->store->ops->write(applier->store, &write);
    if (outcome == STORE_OK) {
        forget(applier, event, &plan);
        batch_committed(applier, 1);
    }
    applier->epoch_known = false;
    return outcome;
}

int batch_apply_identity(struct applier *applier, const struct item *item)
{
    int outcome = STORE_CONFLICT;
    for (int i = 0; i < BATCH_ATTEMPTS && (outcome == STORE_CONFLICT || outcome == STORE_DUPLICATE); i++)
        outcome = attempt(applier, item);
    return outcome == STORE_DUPLICATE ? STORE_CONFLICT : outcome;
}
