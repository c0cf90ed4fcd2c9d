// What a batch does to its lanes and to the quarantine.
#include "batch_parts.h"

#include <stdio.h>

#include "base/clock.h"

bool batch_quarantine(struct applier *applier, const struct item *item, const struct reject *reject, bool erased)
{
    struct quarantine_row *row = vector_push(&applier->set.quarantine);
    if (!row)
        return false;
    const struct taken *taken = item->taken;
    tally_reject(&applier->tally, taken->decoded == DECODED_EVENT ? &taken->event : NULL, reject->reason);
    if (erased) {
        *row = (struct quarantine_row){.topic = item->lane->topic, .partition = item->lane->partition,
                                       .offset = taken->offset, .reason = reject->reason,
                                       .detail = SPAN_LITERAL("of a customer who was erased"), .discarded = true};
        return true;
    }
    *row = (struct quarantine_row){
        .topic = item->lane->topic, .partition = item->lane->partition, .offset = taken->offset,
        .reason = reject->reason, .detail = span_text(reject->detail), .key = taken->key, .value = taken->value,
        .headers = taken->headers, .source = reject->source, .event_id = reject->id, .type = reject->type,
        .subject = reject->subject,
    };
    return true;
}

// The reject is in the write set's memory.
bool batch_quarantine_event(struct applier *applier, const struct item *item, enum reject_reason reason,
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
    return batch_quarantine(applier, item, reject, false);
}

void batch_move_lane(const struct item *item)
{
    struct lane_advance *pending = &item->lane->pending;
    pending->lane_time = instant_later(pending->lane_time, item->taken->event.time);
}

// Moves the cursors over all items.
bool batch_begin_lanes(struct applier *applier, const struct item *items, size_t count)
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
            batch_move_lane(&items[i]);
    }
    return true;
}

bool batch_finish_lanes(struct applier *applier)
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

void batch_count_anew(struct applier *applier)
{
    tally_begin(&applier->tally, applier->policy->events_clock ? INSTANT_NONE : wall_now());
}

void batch_committed(struct applier *applier, size_t records)
{
    for (size_t i = 0; i < applier->lanes.count; i++) {
        struct lane *lane = applier->lanes.items[i];
        lane_set_cursor(lane, lane->pending.next_offset);
        lane->anchor_offset = lane->pending.anchor_offset;
        lane->anchor = lane->pending.anchor;
        lane->latest = lane->pending.lane_time;
        atomic_store(&lane->committed_us, clock_monotonic_us());
        lane_note_oldest(lane);
    }
    tally_commit(&applier->tally);
    metric_add(METRIC_BATCHES, 1);
    metric_observe(METRIC_BATCH_SIZE, 0, (int64_t)records);
    metric_set(METRIC_LAST_EVENT, clock_local_us());
}
