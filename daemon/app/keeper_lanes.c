// What the keeper knows of lanes: how far each has come, where it ends, and what the metrics say of both.
#include "keeper.h"

#include <stdio.h>

#include "base/clock.h"

enum {
    BUSY_US = 1000 * 1000, // a lane that committed so short ago shows its life itself
    ENDS_MS = 2000,        // for the brokers to say where our lanes end
};

static bool copy_registry(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    int64_t now = clock_monotonic_us();
    pthread_mutex_lock(&shared->registry_mutex);
    size_t count = shared->registry.count;
    bool done = vector_reserve(&keeper->lanes, count) && vector_reserve(&keeper->ends, count) &&
                vector_reserve(&keeper->shown, count);
    keeper->lanes.count = keeper->ends.count = done ? count : 0;
    for (size_t i = 0; i < keeper->lanes.count; i++) {
        const struct registered *registered = &shared->registry.items[i];
        struct lane *lane = registered->lane;
        struct kept_lane *copy = &keeper->lanes.items[i];
        *copy = (struct kept_lane){
            .beat = {.lane_id = registered->lane_id, .epoch = registered->epoch, .lane_time = INSTANT_NONE,
                     .end_offset = -1},
            .position = atomic_load(&lane->position), .cursor = atomic_load(&lane->cursor),
            .running = lane->state == LANE_RUNNING, .idle = now - atomic_load(&lane->committed_us) > BUSY_US,
        };
        snprintf(copy->topic, sizeof copy->topic, "%s", lane->topic);
        keeper->ends.items[i] = (struct source_partition){.topic = copy->topic, .partition = lane->partition};
        lane_tell_group(lane, shared->source);
    }
    pthread_mutex_unlock(&shared->registry_mutex);
    return done;
}

// A lane that has been read to its end is as far as the clock was when its end was asked for. Control records
// that were passed there do not count as unread.
static void look_for_ends(struct keeper *keeper)
{
    const struct shared *shared = keeper->shared;
    instant wall = wall_now();
    shared->source->ops->ends(shared->source, keeper->ends.items, keeper->ends.count, ENDS_MS);
    for (size_t i = 0; i < keeper->lanes.count; i++) {
        struct kept_lane *lane = &keeper->lanes.items[i];
        int64_t end = keeper->ends.items[i].high;
        if (end < 0)
            continue;
        lane->beat.end_offset = end - (lane->position - lane->cursor);
        if (lane->running && lane->position >= end && wall != INSTANT_NONE && !shared->policy->events_clock)
            lane->beat.lane_time = wall - shared->settings->lateness;
    }
}

static enum metric_lane_state shown_state(enum lane_state state)
{
    switch (state) {
    case LANE_RUNNING: return LANE_STATE_RUNNING;
    case LANE_HALTED: return LANE_STATE_HALTED;
    case LANE_FENCED: return LANE_STATE_FENCED;
    default: return LANE_STATE_RESTARTING;
    }
}

// How old the oldest record is that is not committed. One that was not taken yet, as of a lane that stands still,
// has been there at least since it was first seen.
static int64_t age_of_oldest(struct lane *lane, int64_t unread, int64_t now)
{
    int64_t oldest_ms = atomic_load(&lane->oldest_ms);
    if (unread == 0 || oldest_ms >= 0)
        lane->unread_us = 0;
    else if (lane->unread_us == 0)
        lane->unread_us = now;
    if (unread == 0)
        return 0;
    int64_t since = oldest_ms >= 0 ? oldest_ms * 1000 : lane->unread_us;
    return now > since ? now - since : 0;
}

static struct metric_lane show_lane(struct lane *lane, int64_t now)
{
    struct metric_lane shown = {.partition = lane->partition};
    int64_t position = atomic_load(&lane->position);
    int64_t unread = lane->end > position ? lane->end - position : 0;
    snprintf(shown.topic, sizeof shown.topic, "%s", lane->topic);
    shown.values[LANE_METRIC_STATE] = shown_state(lane->state);
    shown.values[LANE_METRIC_COMMITTED] = position;
    shown.values[LANE_METRIC_END] = lane->end < 0 ? METRIC_ABSENT : lane->end;
    shown.values[LANE_METRIC_LAG] = lane->end < 0 ? METRIC_ABSENT : unread;
    shown.values[LANE_METRIC_LAG_SECONDS] = lane->end < 0 ? METRIC_ABSENT : age_of_oldest(lane, unread, now);
    return shown;
}

// Under the mutex to its end: a lane that is given up meanwhile is not shown again.
static void show_lanes(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    int64_t now = clock_local_us();
    vector_clear(&keeper->shown);
    pthread_mutex_lock(&shared->registry_mutex);
    for (size_t i = 0; i < keeper->lanes.count; i++) {
        bool same = i < shared->registry.count &&
                    shared->registry.items[i].lane_id == keeper->lanes.items[i].beat.lane_id;
        if (!same)
            break; // the group changed: the next round has the new ones
        struct lane *lane = shared->registry.items[i].lane;
        if (keeper->ends.items[i].high >= 0)
            lane->end = keeper->ends.items[i].high;
        keeper->shown.items[keeper->shown.count++] = show_lane(lane, now);
    }
    metrics_set_lanes(keeper->shown.items, keeper->shown.count);
    pthread_mutex_unlock(&shared->registry_mutex);
}

bool keeper_look_at_lanes(struct keeper *keeper)
{
    if (!copy_registry(keeper))
        return false;
    look_for_ends(keeper);
    show_lanes(keeper);
    return true;
}
