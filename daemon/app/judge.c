// What a batch has to know of the database before it is worked out: its customers, and which of its events
// stand on their timelines already.
#include "judge.h"

#include "base/status.h"

enum {
    LOAD_AT_ONCE = 4096,   // customers of one statement
    SUSPICION = 16,        // batches with looked-up late events after a repeated identity
    LOOK_UP_AT_MOST = 256, // so few late events are always looked up: it costs one round trip
    AHEAD = 8,             // groups whose entries of the cache are asked for
    FAR_AHEAD = 2 * AHEAD, // and their places in its index
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while judging a batch");
}

// Loads `count` of the wanted customers, a bounded number at once: the rows are large. Neighbours are read to
// where they belong.
static int load_some(struct applier *applier, const uint32_t *wanted, size_t count)
{
    const struct grouping *grouping = &applier->grouping;
    struct customer_row *customers = applier->set.customers.items;
    bool neighbours = wanted[count - 1] - wanted[0] + 1 == count;
    if (!neighbours && !vector_reserve(&applier->loaded, LOAD_AT_ONCE))
        return out_of_memory();
    struct customer_row *loaded = neighbours ? &customers[wanted[0]] : applier->loaded.items;
    for (size_t i = 0; i < count; i++)
        applier->ids.items[i] = grouping->groups.items[wanted[i]].id;
    int outcome = applier->store->ops->load(applier->store, applier->ids.items, count, loaded);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        struct customer_row *row = &customers[wanted[i]];
        if (!neighbours)
            *row = loaded[i];
        applier->strangers = row->version == 0 ? applier->strangers + 1 : 0;
        if (row->version == 0)
            row->home = grouping_member(grouping, &grouping->groups.items[wanted[i]], 0)->item->lane->id;
    }
    return outcome;
}

// A backlog of new customers: asking for each would find nobody. So after many strangers in a row the next ones
// pass for new. One who is not contradicts when he is written, by the key of customers: then all are asked for
// again. That an event of his makes him exist is what lets him be written at all.
static void pass_strangers(struct applier *applier)
{
    if (applier->strangers < applier->trust)
        return;
    const struct grouping *grouping = &applier->grouping;
    size_t kept = 0;
    for (size_t i = 0; i < applier->wanted.count; i++) {
        uint32_t wanted = applier->wanted.items[i];
        const struct member *first = grouping_member(grouping, &grouping->groups.items[wanted], 0);
        if (first->verdict != VERDICT_PENDING || !event_begins(&first->item->taken->event)) {
            applier->wanted.items[kept++] = wanted;
            continue;
        }
        struct customer_row *row = &applier->set.customers.items[wanted];
        *row = (struct customer_row){.id = row->id, .home = first->item->lane->id, .wake_at = INSTANT_NEVER,
                                     .fold_at = INSTANT_NEVER};
        customer_init(&row->state);
    }
    applier->wanted.count = kept;
}

void judge_distrust(struct applier *applier)
{
    if (applier->strangers >= applier->trust)
        applier->trust *= 2;
    applier->strangers = 0;
}

static int load_missing(struct applier *applier)
{
    size_t count = applier->wanted.count;
    if (!vector_reserve(&applier->ids, count < LOAD_AT_ONCE ? count : LOAD_AT_ONCE))
        return out_of_memory();
    int outcome = STORE_OK;
    for (size_t done = 0; outcome == STORE_OK && done < count; done += LOAD_AT_ONCE) {
        size_t some = count - done < LOAD_AT_ONCE ? count - done : LOAD_AT_ONCE;
        outcome = load_some(applier, applier->wanted.items + done, some);
    }
    return outcome;
}

void judge_ask_ahead(const struct applier *applier, size_t index)
{
    const struct group *groups = applier->grouping.groups.items;
    size_t count = applier->grouping.groups.count;
    if (index + FAR_AHEAD < count)
        cache_ask_index(applier->cache, groups[index + FAR_AHEAD].hash);
    if (index + AHEAD < count)
        cache_ask_entry(applier->cache, groups[index + AHEAD].hash);
}

int judge_customers(struct applier *applier)
{
    const struct grouping *grouping = &applier->grouping;
    const struct group *groups = grouping->groups.items;
    size_t count = grouping->groups.count;
    if (!vector_reserve(&applier->set.customers, count) || !vector_reserve(&applier->wanted, count))
        return out_of_memory();
    applier->set.customers.count = count;
    applier->wanted.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        judge_ask_ahead(applier, i);
        struct customer_row *row = &applier->set.customers.items[i];
        row->id = groups[i].id;
        if (!cache_get(applier->cache, groups[i].hash, row))
            applier->wanted.items[applier->wanted.count++] = i;
    }
    metric_add(METRIC_CACHE_HITS, (int64_t)(count - applier->wanted.count));
    metric_add(METRIC_CACHE_MISSES, (int64_t)applier->wanted.count);
    pass_strangers(applier);
    return load_missing(applier);
}

// Members whose identity may stand in the database: the late ones, for an event that is ahead of all its
// customer's events cannot repeat one; or all, once the database has said that one does.
static size_t collect_suspects(struct applier *applier)
{
    struct grouping *grouping = &applier->grouping;
    applier->wanted.count = 0;
    for (uint32_t i = 0; i < grouping->members.count; i++) {
        const struct member *member = &grouping->members.items[i];
        const struct customer_row *row = &applier->set.customers.items[member->group];
        if (member->verdict != VERDICT_PENDING || member->known || row->version == 0)
            continue;
        if (applier->look_up_all || customer_is_late(&row->state, member->item->taken->event.time))
            applier->wanted.items[applier->wanted.count++] = i;
    }
    // What repeats one of them in the batch is judged by the timeline too, should the timeline have it.
    for (uint32_t i = 0; i < grouping->members.count && applier->wanted.count > 0; i++) {
        const struct member *member = &grouping->members.items[i];
        if (member->verdict != VERDICT_PENDING && !member->known)
            applier->wanted.items[applier->wanted.count++] = i;
    }
    return applier->wanted.count;
}

int judge_identities(struct applier *applier)
{
    struct grouping *grouping = &applier->grouping;
    if (!vector_reserve(&applier->wanted, grouping->members.count))
        return out_of_memory();
    size_t count = collect_suspects(applier);
    if (count == 0 || (!applier->look_up_all && applier->suspicious == 0 && count > LOOK_UP_AT_MOST))
        return STORE_OK;
    if (!vector_reserve(&applier->ids, count) || !vector_reserve(&applier->events, count) ||
        !vector_reserve(&applier->identities, count))
        return out_of_memory();
    for (size_t i = 0; i < count; i++) {
        const struct member *member = &grouping->members.items[applier->wanted.items[i]];
        applier->ids.items[i] = grouping->groups.items[member->group].id;
        applier->events.items[i] = &member->item->taken->event;
    }
    int outcome = applier->store->ops->identify(applier->store, applier->ids.items, applier->events.items, count,
                                                applier->identities.items);
    if (outcome != STORE_OK)
        return outcome;
    for (size_t i = 0; i < count; i++) {
        struct member *member = &grouping->members.items[applier->wanted.items[i]];
        member->known = true;
        if (applier->identities.items[i] == IDENTITY_NEW)
            continue;
        member->verdict = applier->identities.items[i] == IDENTITY_SAME ? VERDICT_DUPLICATE : VERDICT_CONFLICT;
        applier->suspicious = SUSPICION;
    }
    return STORE_OK;
}

