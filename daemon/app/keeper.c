#include "keeper.h"

#include <poll.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"

enum {
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

// Heartbeats go to all lanes that are idle; busy ones have just committed.
static int beat(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    size_t count = 0;
    struct lane_advance *beats = arena_take(&keeper->arena, (keeper->lanes.count + 1) * sizeof *beats);
    if (!beats)
        return out_of_memory();
    for (size_t i = 0; i < keeper->lanes.count; i++) {
        if (keeper->lanes.items[i].idle)
            beats[count++] = keeper->lanes.items[i].beat;
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
    metric_set(METRIC_WATERMARK, watermark); // INSTANT_NONE is METRIC_ABSENT
    metric_set(METRIC_LEFT_OUT, left_out);
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

// With another policy in force than ours our time is over; unless it is ours that is being swapped.
static int check_policy(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    pthread_mutex_lock(&shared->policy_mutex);
    if (keeper->store->policy != 0)
        keeper->store->policy = shared->policy->fingerprint;
    int outcome = keeper->store->ops->check_policy(keeper->store);
    pthread_mutex_unlock(&shared->policy_mutex);
    return outcome;
}

int keeper_round(struct keeper *keeper)
{
    struct shared *shared = keeper->shared;
    arena_reset(&keeper->arena);
    if (!keeper_look_at_lanes(keeper))
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
    if (outcome == STORE_OK)
        outcome = check_policy(keeper);
    if (outcome == STORE_OK)
        outcome = keeper_sample(keeper);
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
    health_heart_begin("keeper");
    while (!atomic_load(&shared->stopping)) {
        health_beat();
        int64_t interval = shared->settings->sweep_interval / 1000;
        interval = interval < ROUND_MOST_MS ? interval : ROUND_MOST_MS;
        int64_t begun = clock_monotonic_us();
        int result = keeper_round(keeper);
        if (result < 0)
            shared_fail(shared, result);
        while (!atomic_load(&shared->stopping) && clock_monotonic_us() - begun < interval * 1000)
            poll(NULL, 0, interval < NAP_MS ? (int)interval : NAP_MS);
    }
    health_heart_end();
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
    vector_free(&keeper->ends);
    vector_free(&keeper->shown);
    arena_free(&keeper->arena);
}
