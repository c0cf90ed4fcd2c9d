// Which records make a batch: those of the lane that is furthest behind in time, so that topics read at
// different speeds bring their events in nearly the order in which they happened.
#include <assert.h>
#include <stdio.h>

#include "app/worker.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"

enum {
    STARVING_US = 300 * 1000, // so long the others wait for a lane that is behind and has nothing to give
    RECORD_BYTES = 64,        // of a record for the indexes over a batch
    CUSTOMER_BYTES = 50,      // of a customer for sorting
    FAR_BEHIND = 4096,        // records that were there at once: more will come soon
    MORE_MS = 5,
    MORE_US = 100 * 1000,     // so long a batch waits for them in all
};

// Whether a lane takes part, and whether it has a record at hand.
enum readiness { READY, AWAITED, ABSENT };

// A lane without records: the others wait for it when it is behind, but not for long.
static bool is_awaited(struct worker *worker, struct lane *lane)
{
    if (lane_is_at_end(lane, worker->shared->source)) {
        lane->starving_us = 0;
        return false;
    }
    int64_t now = clock_monotonic_us();
    if (lane->starving_us == 0)
        lane->starving_us = now;
    return now - lane->starving_us < STARVING_US;
}

static enum readiness readiness(struct worker *worker, struct lane *lane, struct taken **next, int *result)
{
    if (lane->state != LANE_RUNNING)
        return ABSENT;
    if (lane->first || lane->dry_round != worker->round) {
        int peeked = lane_peek(lane, &worker->intake, next);
        if (peeked == 0) {
            lane->starving_us = 0;
            return READY;
        }
        if (peeked == LANE_CHANGED) {
            lane->changed = true;
            lane->state = LANE_RESTART;
        }
        if (peeked != LANE_EMPTY) {
            *result = peeked < 0 ? peeked : 0;
            return ABSENT;
        }
        lane->dry_round = worker->round;
        lane->awaited = is_awaited(worker, lane);
    }
    return lane->awaited ? AWAITED : ABSENT;
}

static void halt(struct lane *lane, const char *reason)
{
    snprintf(lane->reason, sizeof lane->reason, "%s", reason);
    lane->state = LANE_HALTED;
}

// Records before which a lane stops rather than swallow a topic of broken records.
static bool stops_at(struct lane *lane, const struct app_settings *settings, const struct taken *taken)
{
    if (++lane->window_records > settings->poison_window)
        lane->window_records = 1, lane->window_rejects = 0;
    if (taken->decoded == DECODED_REJECTED &&
        (double)++lane->window_rejects > settings->poison_share * settings->poison_window) {
        char reason[LANE_REASON_MAX];
        snprintf(reason, sizeof reason, "%lld of the last %lld records are bad (the latest: %s): the format of the "
                 "topic seems to have changed; restart after it is mended, or raise poison_share",
                 (long long)lane->window_rejects, (long long)lane->window_records,
                 reject_code(taken->reject->reason));
        halt(lane, reason);
        return true;
    }
    return false;
}

static int pop(struct worker *worker, struct lane *lane, struct taken *taken)
{
    const struct chunk *held = worker->chunks.count ? worker->chunks.items[worker->chunks.count - 1] : NULL;
    struct item *item = vector_push(&worker->batch);
    struct chunk **place = lane->first != held ? vector_push(&worker->chunks) : NULL;
    if (!item || (lane->first != held && !place)) {
        worker->batch.count -= item != NULL;
        return fault(STATUS_NOMEM, "out of memory while gathering a batch");
    }
    *item = (struct item){taken, lane};
    worker->batch_bytes += taken->value.size; // which the rest points into, mostly
    lane->popped = taken->offset + 1;
    if (taken->decoded == DECODED_EVENT || taken->decoded == DECODED_TICK)
        lane->gathered = instant_later(lane->gathered, taken->event.time);
    struct chunk *chunk = lane_pop(lane, held);
    if (place)
        *place = chunk;
    return 0;
}

// The lane to take from next: the least far in time; `until` is how far it may go before another is due.
// NULL when it has to be waited for, or when there is none.
static struct lane *furthest_behind(struct worker *worker, struct taken **next, instant *until, int *result)
{
    struct lane *least = NULL;
    bool awaited = false;
    *until = INSTANT_NEVER;
    for (size_t i = 0; i < worker->lanes.count && *result == 0; i++) {
        struct lane *lane = worker->lanes.items[i];
        struct taken *head;
        enum readiness ready = readiness(worker, lane, &head, result);
        if (ready == ABSENT)
            continue;
        if (!least || lane->gathered < least->gathered) {
            if (least)
                *until = instant_earlier(*until, least->gathered);
            least = lane;
            awaited = ready == AWAITED;
            *next = ready == READY ? head : NULL;
        } else {
            *until = instant_earlier(*until, lane->gathered);
        }
    }
    return awaited || *result != 0 ? NULL : least;
}

// What a batch takes: its records as they stand and decoded, and what is read and written because of them. How
// many customers there will be, and what they and their messages take, is as with the batch before.
static size_t batch_size(const struct worker *worker)
{
    const struct grouping *before = &worker->applier.grouping;
    size_t count = worker->batch.count, records = before->members.count;
    size_t customers = records ? count * before->groups.count / records : count;
    size_t written = records ? count * worker->applier.written / records
                             : count * (sizeof(struct timeline_row) + sizeof(struct customer_row));
    return worker->batch_bytes + count * (sizeof(struct taken) + RECORD_BYTES) +
           customers * (sizeof(struct group) + CUSTOMER_BYTES) + written;
}

static bool has_room(const struct worker *worker)
{
    return worker->batch.count < (size_t)worker->shared->settings->batch_events &&
           batch_size(worker) < worker->batch_room;
}

// Lanes that were read to their ends meanwhile are as far as the clock was before.
static void note_ends(struct worker *worker, instant wall)
{
    for (size_t i = 0; i < worker->lanes.count; i++) {
        struct lane *lane = worker->lanes.items[i];
        lane->caught_up_at = INSTANT_NONE;
        if (lane->state != LANE_RUNNING || !lane_is_at_end(lane, worker->shared->source))
            continue;
        lane->caught_up_at = wall;
        int64_t end = worker->shared->source->ops->end_seen(worker->shared->source, lane->handle);
        if (lane->popped <= lane->next_offset && end > lane->next_offset)
            atomic_store(&lane->position, end); // only control records were there
    }
}

// The batch is large already, its lanes are not at their ends, and what was read ahead is used up: the next
// records are on their way, and a larger batch costs less an event. Not at the head, where somebody waits.
static bool waits_for_more(struct worker *worker, int64_t begun_us)
{
    bool awaited = false;
    for (size_t i = 0; i < worker->lanes.count; i++)
        awaited |= worker->lanes.items[i]->state == LANE_RUNNING && worker->lanes.items[i]->awaited;
    if (!awaited || worker->batch.count < FAR_BEHIND || clock_monotonic_us() - begun_us > MORE_US ||
        atomic_load(&worker->shared->stopping) || atomic_load(&worker->guests) > 0)
        return false;
    worker_doze(worker, MORE_MS);
    worker->round++;
    return true;
}

static void count_intake(struct intake *intake)
{
    metric_observe(METRIC_BATCH_STAGE, STAGE_DECODE, intake->busy_us);
    metric_add(METRIC_MARKS_UNKNOWN, intake->unknown_marks);
    intake->unknown_marks = 0;
}

int worker_gather(struct worker *worker)
{
    const struct app_settings *settings = worker->shared->settings;
    int64_t begun_us = clock_monotonic_us();
    instant wall = wall_now();
    // Without the clock nothing can be said of times that lie ahead, nor of how far a lane has come.
    if (wall == INSTANT_NONE && !worker->shared->policy->events_clock)
        return 0;
    int result = 0;
    worker->round++;
    worker->batch_bytes = 0;
    worker->intake.busy_us = 0;
    while (has_room(worker)) {
        struct taken *next = NULL;
        instant until;
        struct lane *lane = furthest_behind(worker, &next, &until, &result);
        if (!lane && result == 0 && waits_for_more(worker, begun_us))
            continue;
        if (!lane)
            break;
        assert(next);
        do {
            if (stops_at(lane, settings, next))
                break;
            result = pop(worker, lane, next);
            if (result != 0 || lane->gathered > until || !lane->first)
                break;
            next = &lane->first->items[lane->first->taken];
        } while (has_room(worker));
        if (result != 0)
            break;
    }
    worker->far_behind = !has_room(worker) || worker->batch.count >= FAR_BEHIND;
    if (worker->batch.count > 0)
        count_intake(&worker->intake);
    note_ends(worker, wall);
    return result;
}
