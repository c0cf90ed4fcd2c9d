// After a change of intervals, graces, escalation or calendars: whoever is woken too late by the schedule that the
// former policy made is woken anew. Those whom the change moves nothing of keep their row, and the fingerprint in it.
#include "app/sweep.h"

#include "base/log.h"
#include "base/status.h"

enum { AT_ONCE = 1000 }; // customers

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while deriving schedules anew");
}

static bool same_upcoming(const struct customer_row *a, const struct customer_row *b)
{
    return a->has_upcoming == b->has_upcoming &&
           (!a->has_upcoming || (a->upcoming.kind == b->upcoming.kind && a->upcoming.due_at == b->upcoming.due_at));
}

// Puts a customer into the set whose row is to say something else. 0, or negative.
static int derive(struct sweeper *sweeper, const struct customer_row *loaded, instant watermark)
{
    bool derived = loaded->version == 0 || loaded->fold_at != INSTANT_NEVER || !customer_exists(&loaded->state) ||
                   loaded->policy == sweeper->policy->fingerprint;
    if (derived)
        return 0;
    struct customer_row *row = vector_push(&sweeper->set.customers);
    if (!row)
        return out_of_memory();
    *row = *loaded;
    int status = collector_begin(&sweeper->collector, &sweeper->set, sweeper->policy, row, true);
    if (status != 0)
        return status;
    if (!collector_end(&sweeper->collector, watermark))
        return out_of_memory();
    if (row->wake_at >= loaded->wake_at && same_upcoming(row, loaded))
        sweeper->set.customers.count--;
    return 0;
}

static int derive_all(struct sweeper *sweeper, const struct span *ids, size_t count, instant watermark)
{
    struct store *store = sweeper->store;
    if (!vector_reserve(&sweeper->rows, count) || !vector_reserve(&sweeper->set.customers, count))
        return out_of_memory();
    int outcome = store->ops->load(store, ids, count, &sweeper->arena, sweeper->rows.items);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++)
        outcome = derive(sweeper, &sweeper->rows.items[i], watermark);
    if (outcome != STORE_OK || sweeper->set.customers.count == 0)
        return outcome;
    // Whoever is gone through has not been asked for: the cache forgets them rather than make room for them.
    for (size_t i = 0; i < sweeper->set.customers.count; i++) {
        struct span id = sweeper->set.customers.items[i].id;
        cache_remove(sweeper->cache, customer_hash(id), id);
    }
    struct store_write write = writeset_view(&sweeper->set);
    return store->ops->write(store, &write);
}

int sweep_derive(struct sweeper *sweeper, instant watermark, size_t *done)
{
    struct store *store = sweeper->store;
    struct policy_row policy;
    struct span *ids;
    size_t count = 0;
    *done = 0;
    if (sweeper->derived)
        return STORE_OK;
    arena_reset(&sweeper->arena);
    writeset_clear(&sweeper->set);
    int outcome = store->ops->policy(store, &sweeper->arena, &policy);
    if (outcome != STORE_OK)
        return outcome;
    sweeper->derived = !policy.deriving.data || policy.fingerprint != sweeper->policy->fingerprint;
    if (sweeper->derived)
        return STORE_OK;
    outcome = store->ops->walk(store, policy.deriving, false, AT_ONCE, &sweeper->arena, &ids, &count);
    if (outcome == STORE_OK && count > 0)
        outcome = derive_all(sweeper, ids, count, watermark);
    if (outcome == STORE_OK)
        outcome = store->ops->derived(store, policy.fingerprint, policy.deriving, count > 0 ? ids[count - 1] : SPAN_NONE);
    if (outcome != STORE_OK)
        return outcome;
    sweeper->derived = count == 0;
    if (count == 0)
        log_info("what is due of all customers is scheduled by the present policy now");
    *done = count;
    return STORE_OK;
}
