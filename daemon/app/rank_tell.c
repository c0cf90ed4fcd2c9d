// One who tells of a rank: events on the timelines of those whom it changed, applied like any other, in batches.
#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "judge.h"
#include "rank_parts.h"

enum {
    TELL_FIRST = 500,  // customers of one transaction
    TELL_MOST = 4000,
    QUICK_US = 200 * 1000, // one that is over so fast may take twice as many
    SLOW_US = 500 * 1000,  // one that takes so long keeps others waiting: half as many
    ATTEMPTS = 20,
    RETRY_MS = 100,
    NAP_MS = 20,
    // Bursts behind the gate; and rests, when others are there, of so many times as long as these were kept from it.
    BURST_US = 1000 * 1000,
    RESTS = 2,
    BLOCK = 256 * 1024,
};

struct telling {
    struct tellers *tellers;
    struct ranking *ranking;
    const struct policy *policy;
    struct store *store;
    bool helps;
    instant watermark;
    struct collector collector;
    struct writeset set;
    struct arena arena; // of one batch
    size_t share;
    bool look_up; // some of the events may be on their timelines

    // A batch: customers in the order of ids.
    const struct rank_change *changes;
    size_t count;
    struct span *ids;
    struct customer_row *rows;
    struct event *events;
    enum identity *identities;
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while telling of a rank");
}

static bool make_room(struct telling *telling)
{
    struct arena *arena = &telling->arena;
    size_t count = telling->count;
    telling->ids = arena_take(arena, count * sizeof *telling->ids);
    telling->rows = arena_take(arena, count * sizeof *telling->rows);
    telling->events = arena_take(arena, count * sizeof *telling->events);
    telling->identities = arena_take(arena, count * sizeof *telling->identities);
    for (size_t i = 0; telling->ids && i < count; i++)
        telling->ids[i] = telling->changes[i].customer_id;
    return telling->ids && telling->rows && telling->events && telling->identities &&
           vector_reserve(&telling->set.customers, count) && vector_reserve(&telling->set.timeline, count);
}

// The event of each, at the later of the watermark and the customer's clock.
static bool make_events(struct telling *telling)
{
    char text[64];
    for (size_t i = 0; i < telling->count; i++) {
        const struct rank_change *change = &telling->changes[i];
        int size = snprintf(text, sizeof text, "{\"tier\":\"%s\",\"target\":%d}", tier_code(change->tier), change->target);
        struct span data = arena_copy(&telling->arena, span_of(text, (size_t)size));
        if (!data.data)
            return false;
        telling->events[i] = (struct event){
            .time = instant_later(telling->watermark, telling->rows[i].state.as_of), .subject = change->customer_id,
            .source = SPAN_LITERAL("guanxi"), .id = span_text(telling->tellers->event_id), .data = data, .type = TYPE_VALUED,
            .effect = EFFECT_OF_VALUED, .due = INSTANT_NONE, .until = INSTANT_NONE, .tier = change->tier,
            .target = change->target,
        };
    }
    return true;
}

static int look_events_up(struct telling *telling)
{
    for (size_t i = 0; i < telling->count; i++)
        telling->identities[i] = IDENTITY_NEW;
    if (!telling->look_up)
        return STORE_OK;
    const struct event **events = arena_take(&telling->arena, telling->count * sizeof *events);
    if (!events)
        return out_of_memory();
    for (size_t i = 0; i < telling->count; i++)
        events[i] = &telling->events[i];
    return telling->store->ops->identify(telling->store, telling->ids, events, telling->count, telling->identities);
}

// Applies its event to a customer. One that is marked, or whose clock stands at the very instant, only gets the row,
// for its fold. 0, or negative.
static int value_customer(struct telling *telling, struct customer_row *loaded, const struct event *event)
{
    const struct customer *before = &loaded->state;
    bool waits = loaded->fold_at != INSTANT_NEVER || customer_row_is_late(loaded, event->time);
    if (!waits && customer_trait(before, TRAIT_TIER) == event->tier &&
        customer_trait(before, TRAIT_TARGET) == event->target)
        return 0; // it came to be so meanwhile
    struct customer_row *row = vector_push(&telling->set.customers);
    if (!row)
        return out_of_memory();
    *row = *loaded;
    if (waits) {
        if (row->fold_at == INSTANT_NEVER)
            row->fold_at = event->time;
    } else {
        int status = collector_begin(&telling->collector, &telling->set, telling->policy, row, true);
        if (status != 0)
            return status;
        const struct effects effects = collector_effects(&telling->collector);
        double points;
        customer_apply(telling->policy, &row->state, row->id, event, &effects, &points);
        customer_settle(telling->policy, &row->state, row->id, &effects);
        if (!collector_end(&telling->collector, INSTANT_NONE))
            return out_of_memory();
    }
    return writeset_timeline(&telling->set, event, row->id, 0, 0, -1) ? 0 : out_of_memory();
}

// `hold`: others write the same customers, which are to be kept from it.
static int attempt(struct telling *telling, bool hold)
{
    struct store *store = telling->store;
    writeset_clear(&telling->set);
    if (!make_room(telling))
        return out_of_memory();
    int outcome = hold ? store->rank->hold(store, telling->ids, telling->count, &telling->arena, telling->rows)
                       : store->ops->load(store, telling->ids, telling->count, &telling->arena, telling->rows);
    if (outcome == STORE_OK && !make_events(telling))
        outcome = out_of_memory();
    if (outcome == STORE_OK)
        outcome = look_events_up(telling);
    for (size_t i = 0; outcome == STORE_OK && i < telling->count; i++)
        if (telling->rows[i].version > 0 && telling->identities[i] == IDENTITY_NEW)
            outcome = value_customer(telling, &telling->rows[i], &telling->events[i]);
    if (outcome == STORE_OK && !writeset_is_empty(&telling->set)) {
        const struct store_write write = writeset_view(&telling->set);
        return store->ops->write(store, &write);
    }
    if (hold)
        store->ops->let_go(store);
    return outcome;
}

static void show(const struct telling *telling)
{
    if (!telling->helps)
        rank_progress(telling->ranking, RANK_TELLING, atomic_load(&telling->tellers->done), telling->ranking->row.changed);
}

static void rest(const struct telling *telling, int64_t us)
{
    int64_t end = clock_monotonic_us() + us;
    while (clock_monotonic_us() < end && !rank_stops(telling->ranking)) {
        show(telling);
        poll(NULL, 0, NAP_MS);
    }
}

// Tells of the changes in hand, or of as many of them as PostgreSQL takes at once: telling->count says how many.
static int tell_some(struct telling *telling)
{
    int outcome = STORE_OK;
    bool hold = false;
    for (int i = 0; i < ATTEMPTS && !rank_stops(telling->ranking); i++) {
        outcome = attempt(telling, hold);
        if (outcome == STORE_CONFLICT) {
            hold = true;
        } else if (outcome == STORE_DUPLICATE) {
            telling->look_up = true;
        } else if (outcome == STORE_RETRY) {
            telling->share = telling->share > 1 ? telling->share / 2 : 1;
            telling->count = telling->count > telling->share ? telling->share : telling->count;
            rest(telling, INT64_C(1000) * RETRY_MS);
        } else {
            return outcome;
        }
    }
    return rank_stops(telling->ranking) ? fault(RANK_STOPPED, "stopped") : outcome;
}

static void adapt(struct telling *telling, int64_t spent_us)
{
    if (spent_us < QUICK_US && telling->share < TELL_MOST)
        telling->share *= 2;
    else if (spent_us > SLOW_US && telling->share > 1)
        telling->share /= 2;
}

// The next customers of all those that are to be told of. *count 0: nobody is left.
static int take_changes(struct telling *telling, struct rank_change **changes, size_t *count)
{
    struct tellers *tellers = telling->tellers;
    struct store *store = telling->store;
    int outcome = STORE_OK;
    *count = 0;
    pthread_mutex_lock(&tellers->mutex);
    if (tellers->after.data)
        outcome = store->rank->changes(store, telling->ranking->row.as_of, tellers->after, telling->share,
                                       &telling->arena, changes, count);
    tellers->after = SPAN_NONE;
    if (outcome == STORE_OK && *count > 0) {
        struct span id = (*changes)[*count - 1].customer_id;
        memcpy(tellers->last, id.data, id.size);
        tellers->after = span_of(tellers->last, id.size);
    }
    pthread_mutex_unlock(&tellers->mutex);
    return outcome;
}

// The next batch. *more: there was one.
static int tell_batch(struct telling *telling, bool *more)
{
    struct store *store = telling->store;
    struct rank_change *changes = NULL;
    size_t count = 0;
    int64_t begun_us = clock_monotonic_us();
    instant wall;
    arena_reset(&telling->arena);
    int outcome = store->ops->clock(store, &telling->watermark, &wall);
    if (outcome == STORE_OK)
        outcome = take_changes(telling, &changes, &count);
    for (size_t at = 0; outcome == STORE_OK && at < count; at += telling->count) {
        telling->changes = changes + at;
        telling->count = count - at < telling->share ? count - at : telling->share;
        outcome = tell_some(telling);
        if (outcome == STORE_OK)
            atomic_fetch_add(&telling->tellers->done, telling->count);
    }
    *more = count > 0;
    if (outcome != STORE_OK || count == 0)
        return outcome;
    adapt(telling, clock_monotonic_us() - begun_us);
    return STORE_OK;
}

// Shuts the gate, waiting as long as that takes. *met: others are there.
static int shut(struct telling *telling, bool *met)
{
    struct store *store = telling->store;
    int outcome = STORE_RETRY;
    for (int i = 0; outcome == STORE_RETRY && i < ATTEMPTS && !rank_stops(telling->ranking); i++)
        outcome = store->rank->shut(store, met);
    return rank_stops(telling->ranking) ? fault(RANK_STOPPED, "stopped") : outcome;
}

// Behind the gate, with all who help. *more: somebody may be left to be told of.
static int burst(struct telling *telling, bool *more)
{
    struct tellers *tellers = telling->tellers;
    int64_t end_us = clock_monotonic_us() + BURST_US;
    int outcome = STORE_OK;
    tellers_begin(tellers);
    while (outcome == STORE_OK && *more && !atomic_load(&tellers->failed) && clock_monotonic_us() < end_us) {
        show(telling);
        outcome = rank_stops(telling->ranking) ? fault(RANK_STOPPED, "stopped") : tell_batch(telling, more);
    }
    tellers_pause(tellers);
    return outcome;
}

// Whom the rank tells of others may have in hand: their batches, which are large, would be contradicted by it one by one
// and never be done. So one takes turns with them.
static int lead(struct telling *telling)
{
    struct tellers *tellers = telling->tellers;
    struct store *store = telling->store;
    bool more = true;
    int outcome = STORE_OK;
    while (outcome == STORE_OK && more && !atomic_load(&tellers->failed)) {
        int64_t begun_us = clock_monotonic_us();
        bool within = false, before = false;
        outcome = shut(telling, &within);
        if (outcome != STORE_OK)
            break;
        outcome = burst(telling, &more);
        int opened = store->rank->open(store, &before);
        outcome = outcome ? outcome : opened;
        if (outcome == STORE_OK && more && (within || before))
            rest(telling, RESTS * (clock_monotonic_us() - begun_us));
    }
    return outcome;
}

static int follow(struct telling *telling)
{
    bool more = true;
    int outcome = STORE_OK;
    while (outcome == STORE_OK && more && tellers_join(telling->tellers)) {
        outcome = tell_batch(telling, &more);
        tellers_leave(telling->tellers);
    }
    return outcome;
}

int teller_run(struct tellers *tellers, struct store *store, bool helps)
{
    struct telling *telling = calloc(1, sizeof *telling); // the collector is large
    if (!telling)
        return out_of_memory();
    telling->tellers = tellers;
    telling->ranking = tellers->ranking;
    telling->policy = tellers->ranking->policy;
    telling->store = store;
    telling->helps = helps;
    telling->share = TELL_FIRST;
    writeset_init(&telling->set);
    arena_init(&telling->arena, BLOCK);
    int outcome = helps ? follow(telling) : lead(telling);
    collector_free(&telling->collector);
    writeset_free(&telling->set);
    arena_free(&telling->arena);
    free(telling);
    return outcome;
}
