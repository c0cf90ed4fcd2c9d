#include "app/batch.h"

#include <stdio.h>

#include "base/ahead.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "judge.h"

enum {
    ATTEMPTS = 12,          // at one write that others keep changing the ground of
    AHEAD = 8,              // groups
    FAR_AHEAD = 2 * AHEAD,
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
}

void applier_free(struct applier *applier)
{
    grouping_free(&applier->grouping);
    vector_free(&applier->loaded);
    vector_free(&applier->ids);
    vector_free(&applier->wanted);
    vector_free(&applier->events);
    vector_free(&applier->identities);
    vector_free(&applier->lanes);
    writeset_free(&applier->set);
}

static bool quarantine(struct applier *applier, const struct item *item, const struct reject *reject)
{
    struct quarantine_row *row = vector_push(&applier->set.quarantine);
    if (!row)
        return false;
    const struct taken *taken = item->taken;
    *row = (struct quarantine_row){
        .topic = item->lane->topic, .partition = item->lane->partition, .offset = taken->offset,
        .reason = reject->reason, .detail = span_text(reject->detail), .key = taken->key, .value = taken->value,
        .headers = taken->headers, .source = reject->source, .event_id = reject->id, .type = reject->type,
        .subject = reject->subject,
    };
    applier->tally[METRIC_EVENTS_QUARANTINED]++;
    return true;
}

// Puts a valid event into quarantine for what shows only here. The reject is in the write set's memory.
static bool quarantine_event(struct applier *applier, const struct item *item, enum reject_reason reason,
                             const char *detail)
{
    struct reject *reject = arena_take(&applier->set.arena, sizeof *reject);
    if (!reject)
        return false;
    const struct event *event = &item->taken->event;
    const struct type_rule *rule = policy_rule(applier->policy, event->type);
    *reject = (struct reject){.reason = reason, .source = event->source, .id = event->id,
                              .type = rule ? span_text(rule->name) : SPAN_NONE, .subject = event->subject};
    snprintf(reject->detail, sizeof reject->detail, "%s", detail);
    return quarantine(applier, item, reject);
}

static bool add_timeline(struct applier *applier, const struct item *item, double points)
{
    return writeset_timeline(&applier->set, &item->taken->event, points, item->lane->id, item->taken->offset);
}

// Applies one event that came in order. True; false when memory is out. `*touched`: the customer changed.
static bool apply_event(struct applier *applier, struct collector *collector, struct member *member, bool *touched)
{
    const struct effects effects = collector_effects(collector);
    double points = 0;
    enum applied applied = customer_apply(applier->policy, &collector->row->state, collector->row->id,
                                          &member->item->taken->event, &effects, &points);
    member->dropped = applied == EVENT_DROPPED;
    applier->tally[applied == EVENT_APPLIED ? METRIC_EVENTS_APPLIED : METRIC_EVENTS_IGNORED]++;
    if (applied == EVENT_DROPPED)
        return true;
    *touched = true;
    return !collector->failed && add_timeline(applier, member->item, points);
}

static void move_lane(const struct item *item)
{
    struct lane_advance *pending = &item->lane->pending;
    pending->lane_time = instant_later(pending->lane_time, item->taken->event.time);
}

// A late event only goes on the timeline and marks its customer, to be folded when the watermark is there.
static bool mark_late(struct applier *applier, struct customer_row *row, const struct member *member)
{
    if (row->fold_at == INSTANT_NEVER)
        row->fold_at = row->state.as_of;
    applier->tally[METRIC_EVENTS_LATE]++;
    return add_timeline(applier, member->item, event_points(applier->policy, &member->item->taken->event));
}

static void ask_for_member(const struct grouping *grouping, size_t index)
{
    const struct member *members = grouping->members.items;
    if (index + FAR_AHEAD < grouping->members.count)
        ask_for(members[index + FAR_AHEAD].item, sizeof(struct item));
    if (index + AHEAD < grouping->members.count)
        ask_for(members[index + AHEAD].item->taken, sizeof(struct taken));
}

// Applies a group to its customer, in place. If that changes it, the row is to be written.
static bool apply_group(struct applier *applier, struct group *group, struct customer_row *row)
{
    const instant as_of = row->state.as_of; // what is late is late by the state as it was read
    struct collector collector;
    collector_begin(&collector, &applier->set, applier->policy, row, true);
    bool marked = false, moved = false, done = true;
    for (uint32_t i = 0; i < group->count && done; i++) {
        struct member *member = grouping_member(&applier->grouping, group, i);
        member->dropped = false;
        ask_for_member(&applier->grouping, group->first + i);
        if (member->verdict == VERDICT_DUPLICATE) {
            applier->tally[METRIC_EVENTS_DUPLICATE]++;
        } else if (member->verdict == VERDICT_CONFLICT) {
            done = quarantine_event(applier, member->item, REJECT_CONFLICT,
                                    "the same source and id were read before with other content");
        } else if (member->item->taken->event.time <= as_of) {
            done = mark_late(applier, row, member);
            marked = true;
        } else {
            done = apply_event(applier, &collector, member, &moved);
        }
        // Lane time follows what was applied, late or a duplicate.
        if (member->verdict != VERDICT_CONFLICT && !member->dropped)
            move_lane(member->item);
    }
    if (moved) {
        const struct effects effects = collector_effects(&collector);
        customer_settle(applier->policy, &row->state, row->id, &effects);
        customer_row_derive(applier->policy, row, false);
    }
    group->changed = marked || moved;
    return done && !collector.failed;
}

// Applies all groups; rows that did not change drop out of what is written.
static bool apply_groups(struct applier *applier)
{
    size_t kept = 0;
    struct customer_row *customers = applier->set.customers.items;
    for (size_t i = 0; i < applier->grouping.groups.count; i++) {
        struct group *group = &applier->grouping.groups.items[i];
        if (i + AHEAD < applier->grouping.groups.count)
            ask_for(&customers[i + AHEAD], sizeof *customers);
        if (!apply_group(applier, group, &customers[i]))
            return false;
        if (group->changed && kept != i)
            customers[kept] = customers[i];
        kept += group->changed;
    }
    applier->set.customers.count = kept;
    return true;
}

// Moves the cursors over all items.
static bool begin_lanes(struct applier *applier, const struct item *items, size_t count)
{
    applier->lanes.count = 0;
    for (size_t i = 0; i < count; i++)
        items[i].lane->pending.lane_id = 0;
    for (size_t i = 0; i < count; i++) {
        struct lane *lane = items[i].lane;
        if (lane->pending.lane_id == 0) {
            struct lane **place = vector_push(&applier->lanes);
            if (!place)
                return false;
            *place = lane;
            lane->pending = (struct lane_advance){.lane_id = lane->id, .epoch = lane->epoch,
                .from_offset = lane->next_offset, .lane_time = lane->latest, .end_offset = -1};
        }
        lane->pending.next_offset = items[i].taken->offset + 1;
        lane->pending.anchor_offset = items[i].taken->offset;
        lane->last_taken = items[i].taken;
        if (items[i].taken->decoded == DECODED_TICK)
            move_lane(&items[i]);
    }
    return true;
}

static bool finish_lanes(struct applier *applier)
{
    instant wall = wall_now();
    for (size_t i = 0; i < applier->lanes.count; i++) {
        struct lane_advance *advance = vector_push(&applier->set.lanes);
        if (!advance)
            return false;
        const struct lane *lane = applier->lanes.items[i];
        applier->lanes.items[i]->pending.anchor = taken_digest(lane->last_taken);
        *advance = lane->pending;
        // Read to its end, a lane is as far as the clock, whatever the times of its records.
        bool at_end = lane->caught_up_at != INSTANT_NONE && lane->popped == advance->next_offset &&
                      !applier->policy->events_clock;
        instant latest = at_end ? lane->caught_up_at : advance->lane_time;
        advance->lane_time = lane_time(applier->policy, applier->settings, latest, wall);
    }
    return true;
}

static bool count_others(struct applier *applier, const struct item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        switch (items[i].taken->decoded) {
        case DECODED_EVENT: break; // its group sees to it
        case DECODED_TICK: applier->tally[METRIC_EVENTS_TICK]++; break;
        case DECODED_IGNORED: applier->tally[METRIC_EVENTS_IGNORED]++; break;
        case DECODED_UNKNOWN: applier->tally[METRIC_EVENTS_UNKNOWN]++; break;
        case DECODED_TOMBSTONE: applier->tally[METRIC_EVENTS_TOMBSTONE]++; break;
        case DECODED_REJECTED:
            if (!quarantine(applier, &items[i], items[i].taken->reject))
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
        row->version++;
        cache_put(applier->cache, groups[i].hash, row++);
    }
}

static void committed(struct applier *applier)
{
    remember_customers(applier);
    for (size_t i = 0; i < applier->lanes.count; i++) {
        struct lane *lane = applier->lanes.items[i];
        lane_set_cursor(lane, lane->pending.next_offset);
        lane->anchor_offset = lane->pending.anchor_offset;
        lane->anchor = lane->pending.anchor;
        lane->latest = lane->pending.lane_time;
        atomic_store(&lane->committed_us, clock_monotonic_us());
    }
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (applier->tally[i])
            metric_add((enum metric)i, applier->tally[i]);
    }
    metric_add(METRIC_BATCHES, 1);
    if (applier->suspicious > 0)
        applier->suspicious--;
}

static int attempt(struct applier *applier, const struct item *items, size_t count)
{
    writeset_clear(&applier->set);
    memset(applier->tally, 0, sizeof applier->tally);
    int outcome = judge_customers(applier);
    if (outcome == STORE_OK)
        outcome = judge_identities(applier);
    if (outcome != STORE_OK)
        return outcome;
    if (!begin_lanes(applier, items, count) || !apply_groups(applier) || !count_others(applier, items, count) ||
        !finish_lanes(applier))
        return out_of_memory();
    struct store_write write = writeset_view(&applier->set);
    outcome = applier->store->ops->write(applier->store, &write);
    if (outcome == STORE_OK)
        committed(applier);
    return outcome;
}

// Somebody else wrote: customers are read again, and what their timelines had not is looked up again.
static void forget_customers(struct applier *applier)
{
    judge_distrust(applier);
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
    for (int i = 0; i < ATTEMPTS; i++) {
        bool alone = i >= ATTEMPTS_ALONE;
        if (alone)
            pthread_mutex_lock(&applier->turnstile->mutex);
        outcome = attempt(applier, items, count);
        if (alone)
            pthread_mutex_unlock(&applier->turnstile->mutex);
        if (outcome == STORE_CONFLICT) {
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
    memset(applier->tally, 0, sizeof applier->tally);
    applier->grouping.members.count = applier->grouping.groups.count = 0;
    if (!quarantine_event(applier, item, REJECT_BAD_DATA, "refused by the database") ||
        !begin_lanes(applier, item, 1) || !finish_lanes(applier))
        return out_of_memory();
    struct store_write write = writeset_view(&applier->set);
    int outcome = applier->store->ops->write(applier->store, &write);
    if (outcome == STORE_OK)
        committed(applier);
    return outcome;
}

int applier_apply(struct applier *applier, const struct item *items, size_t count)
{
    int outcome = group_events(&applier->grouping, items, count);
    if (outcome < 0)
        return outcome;
    applier->look_up_all = false;
    outcome = settle(applier, items, count);
    if (outcome != STORE_POISON)
        return outcome;
    if (count == 1)
        return quarantine_poison(applier, items);
    outcome = applier_apply(applier, items, count / 2);
    return outcome == STORE_OK ? applier_apply(applier, items + count / 2, count - count / 2) : outcome;
}
