#include "app/batch.h"

#include "app/identity.h"
#include "base/ahead.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "batch_parts.h"
#include "judge.h"

enum {
    AHEAD = 8,              // groups
    FAR_AHEAD = 2 * AHEAD,
    SCRATCH_BLOCK = 16 * 1024,
    STRANGERS = 20000,      // in a row, and the next ones pass for new
    ATTEMPTS_ALONE = 3,     // after so many, no other worker of this process writes meanwhile
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while applying a batch");
}

void applier_init(struct applier *applier)
{
    memset(applier, 0, sizeof *applier);
    applier->trust = STRANGERS;
    writeset_init(&applier->set);
    aliases_init(&applier->aliases);
    arena_init(&applier->scratch, SCRATCH_BLOCK);
}

void applier_free(struct applier *applier)
{
    grouping_free(&applier->grouping);
    vector_free(&applier->loaded);
    vector_free(&applier->ids);
    vector_free(&applier->wanted);
    vector_free(&applier->events);
    vector_free(&applier->identities);
    vector_free(&applier->asked);
    vector_free(&applier->promise_ids);
    vector_free(&applier->promises);
    vector_free(&applier->lanes);
    vector_free(&applier->erased);
    collector_free(&applier->collector);
    aliases_free(&applier->aliases);
    arena_free(&applier->scratch);
    writeset_free(&applier->set);
}

static bool add_timeline(struct applier *applier, const struct item *item, struct span customer_id, double points)
{
    return writeset_timeline(&applier->set, &item->taken->event, customer_id, points, item->lane->id,
                             item->taken->offset);
}

// Applies one event that came in order. True; false when memory is out. `*touched`: the customer changed.
static bool apply_event(struct applier *applier, uint32_t index, bool *touched)
{
    struct collector *collector = &applier->collector;
    struct member *member = &applier->grouping.members.items[index];
    struct event *event = &member->item->taken->event;
    struct promise promise = {.state = PROMISE_UNKNOWN};
    if (event_is_about_promise(event))
        promise = judge_promise(applier, index);
    event->promise = promise.state != PROMISE_UNKNOWN ? &promise : NULL;
    const struct effects effects = collector_effects(collector);
    double points = 0;
    enum applied applied = customer_apply(applier->policy, &collector->row->state, collector->row->id, event,
                                          &effects, &points);
    event->promise = NULL;
    member->dropped = applied == EVENT_DROPPED;
    tally_event(&applier->tally, event, applied == EVENT_APPLIED ? RESULT_APPLIED : RESULT_IGNORED);
    if (applied == EVENT_DROPPED)
        return true;
    *touched = true;
    return !collector->failed && add_timeline(applier, member->item, collector->row->id, points);
}

// A late event only goes on the timeline and marks its customer, to be folded when the watermark is there.
static bool mark_late(struct applier *applier, struct customer_row *row, const struct member *member)
{
    if (row->fold_at == INSTANT_NEVER)
        row->fold_at = row->state.as_of;
    tally_event(&applier->tally, &member->item->taken->event, RESULT_LATE);
    return add_timeline(applier, member->item, row->id,
                        event_points(applier->policy, &member->item->taken->event));
}

static void ask_for_member(const struct grouping *grouping, size_t index)
{
    const struct member *members = grouping->members.items;
    if (index + FAR_AHEAD < grouping->members.count)
        ask_for(members[index + FAR_AHEAD].item, sizeof(struct item));
    if (index + AHEAD < grouping->members.count)
        ask_for(members[index + AHEAD].item->taken, sizeof(struct taken));
}

// The customer has had its events of the batch.
static bool settle_customer(struct applier *applier, struct customer_row *row)
{
    const struct effects effects = collector_effects(&applier->collector);
    customer_settle(applier->policy, &row->state, row->id, &effects);
    return collector_end(&applier->collector, INSTANT_NONE);
}

// Events of somebody erased: nothing of them is kept, and they do not move their lanes.
static void drop_group(struct applier *applier, struct group *group)
{
    for (uint32_t i = 0; i < group->count; i++) {
        const struct member *member = grouping_member(&applier->grouping, group, i);
        tally_event(&applier->tally, &member->item->taken->event, RESULT_ERASED);
    }
    group->changed = false;
}

// Applies a group to its customer, in place. If that changes it, the row is to be written. 0, or negative.
static int apply_group(struct applier *applier, struct group *group, struct customer_row *row)
{
    const instant as_of = row->state.as_of; // what is late is late by the state as it was read
    const bool unfolded = customer_row_is_stub(row);
    bool marked = false, moved = false, done = true;
    for (uint32_t i = 0; i < group->count && done; i++) {
        struct member *member = grouping_member(&applier->grouping, group, i);
        member->dropped = false;
        ask_for_member(&applier->grouping, group->first + i);
        if (member->verdict == VERDICT_DUPLICATE) {
            tally_event(&applier->tally, &member->item->taken->event, RESULT_DUPLICATE);
        } else if (member->verdict == VERDICT_CONFLICT) {
            done = batch_quarantine_event(applier, member->item, REJECT_CONFLICT,
                                    "the same source and id were read before with other content");
        } else if (unfolded || member->item->taken->event.time <= as_of) {
            done = mark_late(applier, row, member);
            marked = true;
        } else {
            int status = row->state.book ? 0 : collector_begin(&applier->collector, &applier->set, applier->policy,
                                                               row, true);
            if (status != 0)
                return status;
            done = apply_event(applier, group->first + i, &moved);
        }
        // Lane time follows what was applied, late or a duplicate.
        if (member->verdict != VERDICT_CONFLICT && !member->dropped)
            batch_move_lane(member->item);
    }
    if (moved)
        done = done && settle_customer(applier, row);
    row->state.book = NULL;
    group->changed = marked || moved;
    return done ? 0 : out_of_memory();
}

// Applies all groups; rows that did not change drop out of what is written. 0, or negative.
static int apply_groups(struct applier *applier)
{
    size_t kept = 0;
    applier->answer = 0;
    struct customer_row *customers = applier->set.customers.items;
    for (size_t i = 0; i < applier->grouping.groups.count; i++) {
        struct group *group = &applier->grouping.groups.items[i];
        if (i + AHEAD < applier->grouping.groups.count)
            ask_for(&customers[i + AHEAD], sizeof *customers);
        if (group->erased) {
            drop_group(applier, group);
            continue;
        }
        int status = apply_group(applier, group, &customers[i]);
        if (status != 0)
            return status;
        if (group->changed && kept != i)
            customers[kept] = customers[i];
        kept += group->changed;
    }
    applier->written = writeset_size(&applier->set); // with all the customers that were read
    applier->set.customers.count = kept;
    return 0;
}

static bool count_others(struct applier *applier, const struct item *items, size_t count)
{
    size_t rejected = 0;
    for (size_t i = 0; i < count; i++) {
        switch (items[i].taken->decoded) {
        case DECODED_EVENT: break; // its group sees to it
        case DECODED_TICK: tally_other(&applier->tally, RESULT_TICK); break;
        case DECODED_IGNORED: tally_other(&applier->tally, RESULT_IGNORED); break;
        case DECODED_UNKNOWN: tally_other(&applier->tally, RESULT_UNKNOWN); break;
        case DECODED_TOMBSTONE: tally_other(&applier->tally, RESULT_TOMBSTONE); break;
        case DECODED_REJECTED:
            if (!batch_quarantine(applier, &items[i], items[i].taken->reject, judge_erased(applier, rejected++)))
                return false;
            break;
        }
    }
    return true;
}

// The customers as written stand in the order of the groups that changed them.
static void remember_customers(struct applier *applier)
{
    const struct group *groups = applier->grouping.groups.items;
    size_t count = applier->grouping.groups.count;
    struct customer_row *row = applier->set.customers.items, *end = row + applier->set.customers.count;
    for (size_t i = 0; i < count; i++) {
        judge_ask_ahead(applier, i);
        if (!groups[i].changed)
            continue;
        if (row + AHEAD < end)
            ask_for(row + AHEAD, sizeof *row);
        row->version = customer_next_version(row->version, applier->set.epoch);
        cache_put(applier->cache, groups[i].hash, row++);
    }
}

static void committed(struct applier *applier, size_t records)
{
    remember_customers(applier);
    batch_committed(applier, records);
    judge_calm(applier);
    if (applier->suspicious > 0)
        applier->suspicious--;
}

// Ends a stage of the batch; the next begins.
static void end_stage(enum metric_stage stage, int64_t *begun_us)
{
    int64_t now = clock_monotonic_us();
    metric_observe(METRIC_BATCH_STAGE, stage, now - *begun_us);
    *begun_us = now;
}

static int try(struct applier *applier, const struct item *items, size_t count)
{
    int64_t begun_us = clock_monotonic_us();
    int outcome = judge_customers(applier, items, count);
    if (outcome == STORE_OK)
        outcome = judge_identities(applier);
    if (outcome == STORE_OK)
        outcome = judge_promises(applier);
    if (outcome == STORE_OK)
        outcome = judge_rejects(applier, items, count);
    if (outcome != STORE_OK)
        return outcome;
    end_stage(STAGE_LOAD, &begun_us);
    if (!batch_begin_lanes(applier, items, count))
        return out_of_memory();
    outcome = apply_groups(applier);
    if (outcome != 0)
        return outcome;
    if (!count_others(applier, items, count) || !batch_finish_lanes(applier))
        return out_of_memory();
    end_stage(STAGE_APPLY, &begun_us);
    applier->set.epoch = applier->epoch;
    struct store_write write = writeset_view(&applier->set);
    outcome = applier->store->ops->write(applier->store, &write);
    end_stage(STAGE_WRITE, &begun_us);
    if (outcome == STORE_OK)
        committed(applier, count);
    return outcome;
}

// Beside others who change very many customers one takes turns with them.
static int attempt(struct applier *applier, const struct item *items, size_t count)
{
    const struct store_ops *ops = applier->store->ops;
    if (applier->doubted == 0)
        return try(applier, items, count);
    int outcome = ops->pass(applier->store);
    if (outcome == STORE_OK)
        outcome = try(applier, items, count);
    if (outcome != STORE_OK)
        ops->let_go(applier->store);
    return outcome;
}

// Somebody else wrote: customers are read again, who ids mean, and what their timelines had not is looked up again.
static void forget_customers(struct applier *applier)
{
    judge_distrust(applier);
    applier->epoch_known = false;
    for (size_t i = 0; i < applier->grouping.groups.count; i++) {
        const struct group *group = &applier->grouping.groups.items[i];
        cache_remove(applier->cache, group->hash, group->id);
    }
    for (size_t i = 0; i < applier->grouping.members.count; i++)
        applier->grouping.members.items[i].known &= applier->grouping.members.items[i].verdict != VERDICT_PENDING;
}

// Tries until nobody changed a customer meanwhile and every repeated identity is known.
static int settle(struct applier *applier, const struct item *items, size_t count)
{
    int outcome = STORE_OK;
    for (int i = 0; i < BATCH_ATTEMPTS; i++) {
        bool alone = i >= ATTEMPTS_ALONE;
        if (alone)
            pthread_mutex_lock(&applier->turnstile->mutex);
        outcome = attempt(applier, items, count);
        if (alone)
            pthread_mutex_unlock(&applier->turnstile->mutex);
        if (outcome == STORE_CONFLICT) {
            judge_doubt_cache(applier);
            forget_customers(applier);
        } else if (outcome == STORE_DUPLICATE) {
            // Somebody else's write of the same identity also changed the customer's version.
            forget_customers(applier);
            applier->look_up_all = true;
        } else {
            break;
        }
        metric_add(METRIC_BATCH_RETRIES, 1);
    }
    return outcome == STORE_DUPLICATE ? STORE_CONFLICT : outcome;
}

// One record that the database refuses: kept with the server's words, its neighbours were applied. Of a record
// that is no event only the quarantine itself can have been refused: STORE_POISON then.
static int quarantine_poison(struct applier *applier, const struct item *item)
{
    if (item->taken->decoded != DECODED_EVENT)
        return STORE_POISON;
    log_warning("%s/%d offset %lld is refused by the database: %s", item->lane->topic, item->lane->partition,
                (long long)item->taken->offset, fault_message());
    writeset_clear(&applier->set);
    batch_count_anew(applier);
    applier->grouping.members.count = applier->grouping.groups.count = 0;
    applier->set.epoch = applier->epoch; // of whom was erased this moment nothing is kept
    if (!batch_quarantine_event(applier, item, REJECT_BAD_DATA, "refused by the database") ||
        !batch_begin_lanes(applier, item, 1) || !batch_finish_lanes(applier))
        return out_of_memory();
    struct store_write write = writeset_view(&applier->set);
    int outcome = applier->store->ops->write(applier->store, &write);
    if (outcome == STORE_OK)
        committed(applier, 1);
    return outcome;
}

// Applies records among which no event changes who ids mean.
static int apply_plain(struct applier *applier, const struct item *items, size_t count)
{
    int outcome = group_events(&applier->grouping, items, count, &applier->aliases);
    if (outcome < 0)
        return outcome;
    applier->look_up_all = false;
    outcome = settle(applier, items, count);
    if (outcome != STORE_POISON)
        return outcome;
    if (count == 1)
        return quarantine_poison(applier, items);
    outcome = apply_plain(applier, items, count / 2);
    return outcome == STORE_OK ? apply_plain(applier, items + count / 2, count - count / 2) : outcome;
}

int applier_apply(struct applier *applier, const struct item *items, size_t count)
{
    int outcome = STORE_OK;
    size_t begin = 0;
    for (size_t i = 0; outcome == STORE_OK && i < count; i++) {
        const struct taken *taken = items[i].taken;
        if (taken->decoded != DECODED_EVENT || !event_is_identity(&taken->event))
            continue;
        outcome = i > begin ? apply_plain(applier, items + begin, i - begin) : STORE_OK;
        if (outcome == STORE_OK)
            outcome = batch_apply_identity(applier, &items[i]);
        if (outcome == STORE_POISON)
            outcome = quarantine_poison(applier, &items[i]);
        if (outcome == BATCH_NO_IDENTITY)
            outcome = apply_plain(applier, &items[i], 1);
        begin = i + 1;
    }
    return outcome == STORE_OK && begin < count ? apply_plain(applier, items + begin, count - begin) : outcome;
}
