// What a batch has to know of the database before it is worked out: its customers, and which of its events
// stand on their timelines already.
#include "judge.h"

#include "app/told.h"
#include "base/status.h"
#include "batch_parts.h"

enum {
    LOAD_AT_ONCE = 4096,   // customers of one statement
    DOUBT_MOST = 16,       // batches that do not ask the cache
    SUSPICION = 16,        // batches with looked-up late events after a repeated identity
    ALIASES_MOST = 100000, // kept at hand
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
    int outcome = applier->store->ops->load(applier->store, applier->ids.items, count, &applier->set.arena, loaded);
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
    if (applier->strangers < applier->trust || applier->epoch != 0) // an id may mean somebody else, or nobody
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
        *row = customer_row_unknown(row->id, first->item->lane->id);
    }
    applier->wanted.count = kept;
}

void judge_distrust(struct applier *applier)
{
    if (applier->strangers >= applier->trust)
        applier->trust *= 2;
    applier->strangers = 0;
}

void judge_doubt_cache(struct applier *applier)
{
    if (applier->doubted > 0) // it was not asked: no fault of its
        return;
    applier->doubt = applier->doubt == 0 ? 1 : applier->doubt * 2 < DOUBT_MOST ? applier->doubt * 2 : DOUBT_MOST;
    applier->doubted = applier->doubt;
}

void judge_calm(struct applier *applier)
{
    if (applier->doubted > 0)
        applier->doubted--;
    else if (applier->doubt > 0)
        applier->doubt--;
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

static int load_customers(struct applier *applier)
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
        if (applier->doubted > 0 || !cache_get(applier->cache, groups[i].hash, &applier->set.arena, row))
            applier->wanted.items[applier->wanted.count++] = i;
    }
    metric_add(METRIC_CACHE_HITS, (int64_t)(count - applier->wanted.count));
    metric_add(METRIC_CACHE_MISSES, (int64_t)applier->wanted.count);
    pass_strangers(applier);
    return load_missing(applier);
}

// Whether what is known of ids still holds. An outcome of the store; *regroup: events are to be grouped again.
static int check_epoch(struct applier *applier, bool *regroup)
{
    if (applier->epoch_known)
        return STORE_OK;
    int64_t epoch;
    arena_reset(&applier->scratch);
    int outcome = applier->store->ops->resolve(applier->store, NULL, 0, &applier->scratch, NULL, &epoch);
    if (outcome != STORE_OK)
        return outcome;
    if (epoch != applier->epoch) {
        *regroup = applier->aliases.items.count > 0;
        aliases_clear(&applier->aliases);
    }
    applier->epoch = epoch;
    applier->epoch_known = true;
    return STORE_OK;
}

// The groups of whom the database knows nothing: their ids become applier->ids, their numbers ->wanted.
static bool collect_unknown(struct applier *applier)
{
    const struct group *groups = applier->grouping.groups.items;
    size_t count = applier->grouping.groups.count, unknown = 0;
    if (!vector_reserve(&applier->ids, count + 1) || !vector_reserve(&applier->wanted, count + 1))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (applier->set.customers.items[i].version > 0 || groups[i].erased)
            continue;
        applier->wanted.items[unknown] = i;
        applier->ids.items[unknown++] = groups[i].id;
    }
    applier->wanted.count = unknown;
    return true;
}

// One whom nobody knows comes into being by the first event of the group that begins a customer, if any does.
static void begin_customer(struct applier *applier, uint32_t index, const struct identity_row *identity)
{
    const struct group *group = &applier->grouping.groups.items[index];
    for (uint32_t i = 0; i < group->count; i++) {
        const struct event *event = &grouping_member(&applier->grouping, group, i)->item->taken->event;
        if (!event_begins(event))
            continue;
        told_begin(&applier->set.customers.items[index], identity, applier->policy, event->time);
        return;
    }
}

// Asks what the ids of unknown customers stand for. *regroup: some of them for somebody else, or for nobody.
static int resolve_unknown(struct applier *applier, bool *regroup)
{
    if (applier->epoch == 0) // every id means itself
        return STORE_OK;
    if (!collect_unknown(applier))
        return out_of_memory();
    size_t count = applier->wanted.count;
    if (count == 0)
        return STORE_OK;
    int64_t epoch;
    arena_reset(&applier->scratch);
    struct identity_row *rows = arena_take(&applier->scratch, count * sizeof *rows);
    if (!rows)
        return out_of_memory();
    int outcome = applier->store->ops->resolve(applier->store, applier->ids.items, count, &applier->scratch, rows,
                                               &epoch);
    if (outcome != STORE_OK)
        return outcome;
    if (epoch != applier->epoch)
        return STORE_CONFLICT;
    size_t learned = applier->aliases.items.count;
    for (size_t i = 0; i < count; i++) {
        begin_customer(applier, applier->wanted.items[i], &rows[i]);
        if (!aliases_learn(&applier->aliases, &rows[i]))
            return out_of_memory();
    }
    aliases_sort(&applier->aliases);
    *regroup = applier->aliases.items.count > learned;
    return STORE_OK;
}

int judge_customers(struct applier *applier, const struct item *items, size_t count)
{
    if (applier->aliases.items.count > ALIASES_MOST)
        applier->epoch_known = false, applier->epoch = EPOCH_ANY;
    for (;;) {
        bool regroup = false;
        writeset_clear(&applier->set);
        batch_count_anew(applier);
        int outcome = check_epoch(applier, &regroup);
        if (outcome == STORE_OK && !regroup)
            outcome = load_customers(applier);
        if (outcome == STORE_OK && !regroup)
            outcome = resolve_unknown(applier, &regroup);
        if (outcome == STORE_OK && regroup)
            outcome = group_events(&applier->grouping, items, count, &applier->aliases);
        if (outcome != STORE_OK || !regroup)
            return outcome;
    }
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
        bool unknown = row->version == 0 && !customer_row_is_stub(row);
        if (member->verdict != VERDICT_PENDING || member->known || (unknown && !applier->look_up_all))
            continue;
        if (applier->look_up_all || customer_row_is_late(row, member->item->taken->event.time))
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

static bool asks_for_promise(const struct applier *applier, const struct member *member)
{
    const struct customer_row *row = &applier->set.customers.items[member->group];
    const struct event *event = &member->item->taken->event;
    return event_is_about_promise(event) && member->verdict == VERDICT_PENDING && row->version > 0 &&
           !customer_row_is_late(row, event->time);
}

int judge_promises(struct applier *applier)
{
    const struct grouping *grouping = &applier->grouping;
    applier->asked.count = 0;
    for (uint32_t i = 0; i < grouping->members.count; i++) {
        if (!asks_for_promise(applier, &grouping->members.items[i]))
            continue;
        uint32_t *asked = vector_push(&applier->asked);
        if (!asked)
            return out_of_memory();
        *asked = i;
    }
    size_t count = applier->asked.count;
    if (count == 0)
        return STORE_OK;
    if (!vector_reserve(&applier->ids, count) || !vector_reserve(&applier->promise_ids, count) ||
        !vector_reserve(&applier->promises, count))
        return out_of_memory();
    for (size_t i = 0; i < count; i++) {
        const struct member *member = &grouping->members.items[applier->asked.items[i]];
        applier->ids.items[i] = grouping->groups.items[member->group].id;
        applier->promise_ids.items[i] = member->item->taken->event.ref;
    }
    return applier->store->ops->promises(applier->store, applier->ids.items, applier->promise_ids.items, count,
                                         &applier->set.arena, applier->promises.items);
}

struct promise judge_promise(struct applier *applier, uint32_t member)
{
    while (applier->answer < applier->asked.count && applier->asked.items[applier->answer] < member)
        applier->answer++;
    const struct event *event = &applier->grouping.members.items[member].item->taken->event;
    const struct promise *known = collector_promise(&applier->collector, event->ref);
    if (!known && applier->answer < applier->asked.count && applier->asked.items[applier->answer] == member)
        known = &applier->promises.items[applier->answer];
    return known ? *known : (struct promise){.state = PROMISE_UNKNOWN};
}

// The ids a rejected record may be about: each is asked for twice over, as subject and as key.
static bool collect_rejected(struct applier *applier, const struct item *items, size_t count)
{
    applier->ids.count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct taken *taken = items[i].taken;
        if (taken->decoded != DECODED_REJECTED)
            continue;
        struct span subject = text_is_id(taken->reject->subject) ? taken->reject->subject : SPAN_LITERAL("");
        struct span key = text_is_id(taken->key) ? taken->key : subject;
        struct span *place = vector_reserve(&applier->ids, applier->ids.count + 2)
                                 ? &applier->ids.items[applier->ids.count] : NULL;
        if (!place)
            return false;
        place[0] = subject.size ? subject : key;
        place[1] = key;
        applier->ids.count += 2;
    }
    return true;
}

int judge_rejects(struct applier *applier, const struct item *items, size_t count)
{
    applier->erased.count = 0;
    if (applier->epoch == 0)
        return STORE_OK;
    if (!collect_rejected(applier, items, count))
        return out_of_memory();
    size_t asked = applier->ids.count;
    if (asked == 0)
        return STORE_OK;
    int64_t epoch;
    arena_reset(&applier->scratch);
    struct identity_row *rows = arena_take(&applier->scratch, asked * sizeof *rows);
    if (!rows || !vector_reserve(&applier->erased, asked / 2))
        return out_of_memory();
    int outcome = applier->store->ops->resolve(applier->store, applier->ids.items, asked, &applier->scratch, rows,
                                               &epoch);
    if (outcome != STORE_OK)
        return outcome;
    for (size_t i = 0; i < asked / 2; i++)
        applier->erased.items[i] = rows[2 * i].erased || rows[2 * i + 1].erased;
    applier->erased.count = asked / 2;
    return STORE_OK;
}

bool judge_erased(const struct applier *applier, size_t rejected)
{
    return rejected < applier->erased.count && applier->erased.items[rejected];
}
