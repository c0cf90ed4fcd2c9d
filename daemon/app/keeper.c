#include "keeper.h"

#include <poll.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"

enum {
    BUSY_US = 1000 * 1000,        // a lane that committed so short ago shows its life itself
    QUERY_MS = 2000,              // for one lane's end offset
    ORPHANS_EVERY_US = 10 * 1000 * 1000,
    ROUND_MOST_MS = 1000,
    NAP_MS = 50,
    BLOCK = 16 * 1024,
};
#define ORPHAN_GRACE (60 * SECOND)   // a lane without an owner for so long is swept by whoever sees it
#define CAUGHT_UP_SLACK (15 * SECOND) // watermark to clock, lateness aside, when all lanes are at their ends

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory in the keeper");
}

static bool copy_registry(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    vector_clear(&keeper->lanes);
    int64_t now = clock_monotonic_us();
    bool done = true;
    pthread_mutex_lock(&shared->registry_mutex);
    for (size_t i = 0; i < shared->registry.count && done; i++) {
        const struct registered *registered = &shared->registry.items[i];
        struct lane *lane = registered->lane;
        struct idle_lane *copy = vector_push(&keeper->lanes);
        done = copy != NULL;
        if (!done)
            break;
        copy->beat = (struct lane_advance){.lane_id = registered->lane_id, .epoch = registered->epoch,
                                           .lane_time = INSTANT_NONE, .end_offset = -1};
        snprintf(copy->topic, sizeof copy->topic, "%s", lane->topic);
        copy->partition = lane->partition;
        copy->position = atomic_load(&lane->position);
        copy->cursor = atomic_load(&lane->cursor);
        copy->running = lane->state == LANE_RUNNING;
        copy->idle = now - atomic_load(&lane->committed_us) > BUSY_US;
        lane_tell_group(lane, shared->source);
    }
    pthread_mutex_unlock(&shared->registry_mutex);
    return done;
}

// A lane that has been read to its end is as far as the clock was when its end was asked for. Control records
// that were passed there do not count as unread. False when the broker did not answer.
static bool look_for_end(struct keeper *keeper, struct idle_lane *lane)
{
    const struct shared *shared = keeper->shared;
    instant wall = wall_now();
    int64_t low, high;
    if (shared->source->ops->query(shared->source, lane->topic, lane->partition, QUERY_MS, &low, &high) != 0)
        return false;
    lane->beat.end_offset = high - (lane->position - lane->cursor);
    if (lane->running && lane->position >= high && wall != INSTANT_NONE && !shared->policy->events_clock)
        lane->beat.lane_time = wall - shared->settings->lateness;
    return true;
}

// Heartbeats go to all lanes that are idle; busy ones have just committed.
static int beat(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    size_t count = 0;
    struct lane_advance *beats = arena_take(&keeper->arena, (keeper->lanes.count + 1) * sizeof *beats);
    if (!beats)
        return out_of_memory();
    bool answers = true; // one that does not answer is waited for once a round
    for (size_t i = 0; i < keeper->lanes.count && !atomic_load(&shared->stopping); i++) {
        struct idle_lane *lane = &keeper->lanes.items[i];
        if (!lane->idle)
            continue;
        if (answers)
            answers = look_for_end(keeper, lane);
        beats[count++] = lane->beat;
    }
    instant watermark, wall;
    int32_t left_out;
    int outcome = keeper->store->ops->beat(keeper->store, beats, count, shared->settings->lane_hold, &watermark,
                                           &left_out, &wall);
    if (outcome != STORE_OK)
        return outcome;
    wall_sample(wall, clock_monotonic_us());
    if (left_out > 0)
        log_warning("%d lane(s) halted or without an owner no longer hold the watermark: reminders may go out "
                    "although their cure is still unread", left_out);
    atomic_store(&shared->watermark, watermark);
    atomic_store(&shared->caught_up,
                 watermark != INSTANT_NONE && wall - watermark < shared->settings->lateness + CAUGHT_UP_SLACK);
    return STORE_OK;
}

static int look_for_orphans(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    int64_t now = clock_monotonic_us();
    if (keeper->lanes.count == 0 || now - keeper->orphans_us < ORPHANS_EVERY_US)
        return STORE_OK;
    int32_t *lanes;
    size_t count;
    int outcome = keeper->store->ops->orphans(keeper->store, ORPHAN_GRACE, &keeper->arena, &lanes, &count);
    if (outcome != STORE_OK)
        return outcome;
    keeper->orphans_us = now;
    pthread_mutex_lock(&shared->registry_mutex);
    vector_clear(&shared->orphans);
    bool room = vector_reserve(&shared->orphans, count);
    if (room && count > 0)
        memcpy(shared->orphans.items, lanes, count * sizeof *lanes);
    shared->orphans.count = room ? count : 0;
    pthread_mutex_unlock(&shared->registry_mutex);
    return room ? STORE_OK : out_of_memory();
}

int keeper_round(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    arena_reset(&keeper->arena);
    if (!copy_registry(keeper))
        return out_of_memory();
    int outcome = STORE_OK;
    if (!keeper->connected)
        outcome = keeper->store->ops->reconnect(keeper->store);
    if (outcome == STORE_OK)
        shared_back(shared, &keeper->connected);
    if (outcome == STORE_OK)
        outcome = beat(keeper);
    if (outcome == STORE_OK)
        outcome = look_for_orphans(keeper);
    if (outcome == STORE_AWAY) {
        shared_away(shared, &keeper->connected, fault_message());
    } else if (outcome > 0) {
        log_warning("heartbeat put off: %s", fault_message());
    }
    return outcome < 0 ? outcome : 0;
}

static void *run(void *context)
{
    struct keeper *keeper = context;
    struct shared *shared = keeper->shared;
    int64_t interval = shared->settings->sweep_interval / 1000;
    if (interval > ROUND_MOST_MS)
        interval = ROUND_MOST_MS;
    while (!atomic_load(&shared->stopping)) {
        int64_t begun = clock_monotonic_us();
        int result = keeper_round(keeper);
        if (result < 0)
            shared_fail(shared, result);
        while (!atomic_load(&shared->stopping) && clock_monotonic_us() - begun < interval * 1000)
            poll(NULL, 0, interval < NAP_MS ? (int)interval : NAP_MS);
    }
    return NULL;
}

int keeper_start(struct keeper *keeper, struct shared *shared, struct store *store)
{
    memset(keeper, 0, sizeof *keeper);
    keeper->shared = shared;
    keeper->store = store;
    keeper->connected = true;
    arena_init(&keeper->arena, BLOCK);
    int error = pthread_create(&keeper->thread, NULL, run, keeper);
    return error ? fault(STATUS_NOMEM, "cannot start the keeper: %s", strerror(error)) : 0;
}

void keeper_join(struct keeper *keeper)
{
    pthread_join(keeper->thread, NULL);
    vector_free(&keeper->lanes);
    arena_free(&keeper->arena);
}
