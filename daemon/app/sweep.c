#include "app/sweep.h"

#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"

enum {
    FOLD_AT_ONCE = 500,    // customers of one transaction at most
    FOLD_FIRST = 50,
    FOLD_QUICK_US = 100 * 1000, // a fold that is done so fast may take twice as many
    FOLD_SLOW_US = 400 * 1000,  // one that takes so long keeps others waiting: half as many
    ADVANCE_AT_ONCE = 2000,
    BLOCK = 64 * 1024,
};

void sweeper_init(struct sweeper *sweeper)
{
    memset(sweeper, 0, sizeof *sweeper);
    folder_init(&sweeper->folder);
    writeset_init(&sweeper->set);
    arena_init(&sweeper->arena, BLOCK);
    sweeper->fold_share = FOLD_FIRST;
    sweeper->advance_share = ADVANCE_AT_ONCE;
}

static size_t half(size_t share)
{
    return share > 1 ? share / 2 : 1;
}

void sweeper_halve(struct sweeper *sweeper)
{
    sweeper->fold_share = half(sweeper->fold_share);
    sweeper->advance_share = half(sweeper->advance_share);
}

static size_t twice(size_t share, size_t most)
{
    return share * 2 < most ? share * 2 : most;
}

void sweeper_free(struct sweeper *sweeper)
{
    folder_free(&sweeper->folder);
    collector_free(&sweeper->collector);
    writeset_free(&sweeper->set);
    arena_free(&sweeper->arena);
    vector_free(&sweeper->rows);
    vector_free(&sweeper->loaded);
    vector_free(&sweeper->ids);
    vector_free(&sweeper->missing);
}

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while sweeping");
}

int sweep_compare_ids(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

static int load_missing(struct sweeper *sweeper)
{
    size_t count = sweeper->missing.count;
    struct span *ids = arena_take(&sweeper->arena, count * sizeof *ids);
    if (!ids || !vector_reserve(&sweeper->loaded, count))
        return out_of_memory();
    for (size_t i = 0; i < count; i++)
        ids[i] = sweeper->ids.items[sweeper->missing.items[i]];
    int outcome = sweeper->store->ops->load(sweeper->store, ids, count, &sweeper->arena, sweeper->loaded.items);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        struct customer_row *row = &sweeper->rows.items[sweeper->missing.items[i]];
        *row = sweeper->loaded.items[i];
        row->id = ids[i];
    }
    return outcome;
}

int sweep_load(struct sweeper *sweeper)
{
    size_t count = sweeper->ids.count;
    if (!vector_reserve(&sweeper->rows, count) || !vector_reserve(&sweeper->missing, count))
        return out_of_memory();
    sweeper->rows.count = count;
    sweeper->missing.count = 0;
    for (size_t i = 0; i < count; i++) {
        sweeper->rows.items[i].id = sweeper->ids.items[i];
        if (!cache_get(sweeper->cache, customer_hash(sweeper->ids.items[i]), &sweeper->arena, &sweeper->rows.items[i]))
            sweeper->missing.items[sweeper->missing.count++] = i;
    }
    return sweeper->missing.count ? load_missing(sweeper) : STORE_OK;
}

int sweep_write(struct sweeper *sweeper)
{
    struct writeset *set = &sweeper->set;
    if (writeset_is_empty(set))
        return STORE_OK;
    struct store_write write = writeset_view(set);
    int outcome = sweeper->store->ops->write(sweeper->store, &write);
    if (outcome == STORE_OK) {
        for (size_t i = 0; i < set->customers.count; i++) {
            struct customer_row *row = &set->customers.items[i];
            row->version++;
            cache_put(sweeper->cache, customer_hash(row->id), row);
        }
    } else {
        for (size_t i = 0; i < sweeper->ids.count; i++)
            cache_remove(sweeper->cache, customer_hash(sweeper->ids.items[i]), sweeper->ids.items[i]);
    }
    return outcome;
}

int sweep_fold(struct sweeper *sweeper, instant watermark, size_t *done)
{
    *done = 0;
    arena_reset(&sweeper->arena);
    struct span *ids;
    size_t count;
    int outcome = sweeper->store->ops->marked(sweeper->store, sweeper->homes, sweeper->home_count, watermark,
                                              sweeper->fold_share, &sweeper->arena, &ids, &count);
    if (outcome != STORE_OK || count == 0)
        return outcome;
    qsort(ids, count, sizeof *ids, sweep_compare_ids);
    struct folder *folder = &sweeper->folder;
    int64_t begun = clock_monotonic_us();
    outcome = fold_customers(folder, ids, count, watermark);
    int64_t spent = clock_monotonic_us() - begun;
    if (outcome == STORE_OK && spent < FOLD_QUICK_US && count == sweeper->fold_share)
        sweeper->fold_share = twice(sweeper->fold_share, FOLD_AT_ONCE);
    else if (spent > FOLD_SLOW_US)
        sweeper->fold_share = half(sweeper->fold_share);
    for (size_t i = 0; i < count; i++)
        cache_remove(sweeper->cache, customer_hash(ids[i]), ids[i]);
    if (outcome != STORE_OK)
        return outcome;
    for (size_t i = 0; i < folder->set.customers.count; i++) {
        const struct customer_row *row = &folder->set.customers.items[i];
        cache_put(sweeper->cache, customer_hash(row->id), row);
    }
    *done = count;
    return STORE_OK;
}

// Fires what is due of one customer. A wake that only had been postponed is armed anew. 0, or negative.
static int advance_customer(struct sweeper *sweeper, const struct customer_row *loaded, instant watermark)
{
    if (loaded->version == 0)
        return 0;
    if (loaded->fold_at != INSTANT_NEVER) {
        // The database said otherwise: marked since then, or folded by another sweeper without our cache knowing.
        cache_remove(sweeper->cache, customer_hash(loaded->id), loaded->id);
        return 0;
    }
    struct customer_row *row = vector_push(&sweeper->set.customers);
    if (!row)
        return out_of_memory();
    *row = *loaded;
    int status = collector_begin(&sweeper->collector, &sweeper->set, sweeper->policy, row, true);
    if (status != 0)
        return status;
    const struct effects effects = collector_effects(&sweeper->collector);
    customer_advance(sweeper->policy, &row->state, row->id, watermark, &effects);
    return collector_end(&sweeper->collector, watermark) ? 0 : out_of_memory();
}

int sweep_advance(struct sweeper *sweeper, instant watermark, size_t *done)
{
    *done = 0;
    arena_reset(&sweeper->arena);
    writeset_clear(&sweeper->set);
    struct span *ids;
    size_t count;
    int outcome = sweeper->store->ops->due(sweeper->store, sweeper->homes, sweeper->home_count, watermark,
                                           sweeper->advance_share, &sweeper->arena, &ids, &count);
    if (outcome != STORE_OK || count == 0)
        return outcome;
    qsort(ids, count, sizeof *ids, sweep_compare_ids);
    if (!vector_reserve(&sweeper->ids, count) || !vector_reserve(&sweeper->set.customers, count))
        return out_of_memory();
    memcpy(sweeper->ids.items, ids, count * sizeof *ids);
    sweeper->ids.count = count;
    outcome = sweep_load(sweeper);
    if (outcome != STORE_OK)
        return outcome;
    for (size_t i = 0; i < count; i++) {
        outcome = advance_customer(sweeper, &sweeper->rows.items[i], watermark);
        if (outcome != 0)
            return outcome;
    }
    *done = sweeper->set.customers.count;
    outcome = sweep_write(sweeper);
    if (outcome == STORE_OK) {
        metric_add(METRIC_ADVANCED, (int64_t)*done);
        sweeper->advance_share = twice(sweeper->advance_share, ADVANCE_AT_ONCE);
    }
    return outcome;
}
