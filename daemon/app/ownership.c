// Which lanes are ours, and where each begins: claims, restarts, and what happens when records are gone.
#include <inttypes.h>
#include <stdio.h>

#include "engine.h"

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/status.h"

enum {
    QUERY_MS = 5000,
    RETRY_US = 1000 * 1000,
    FENCED_US = 50 * 1000 * 1000, // fenced for longer than a session lasts though the lane is still ours: claim again
    FAULT_RETRY_US = 30 * 1000 * 1000, // what the broker refused is asked for again
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while claiming lanes");
}

static void halt(struct lane *lane, const char *reason)
{
    snprintf(lane->reason, sizeof lane->reason, "%s", reason);
    lane->state = LANE_HALTED;
}

// Records are gone that we have not read. By the rule for lost data the lane halts, or goes on at `low`
// with a row that says exactly what is missing.
static int lose(struct engine *engine, struct lane *lane, int64_t low, int64_t to, const char *what)
{
    char reason[LANE_REASON_MAX];
    if (engine->parts.settings->stop_on_loss) {
        snprintf(reason, sizeof reason, "%s (we are at %" PRId64 ", the topic begins at %" PRId64 "); restore the "
                 "records, or go on without them by lost_data = \"continue\"", what, lane->next_offset, low);
        halt(lane, reason);
        return STORE_OK;
    }
    struct loss_row loss = {.topic = lane->topic, .partition = lane->partition, .from_offset = lane->next_offset,
                            .to_offset = to, .reason = what};
    struct lane_advance move = {.lane_id = lane->id, .epoch = lane->epoch, .from_offset = lane->next_offset,
        .next_offset = low, .anchor_offset = -1, .lane_time = INSTANT_NONE, .end_offset = -1};
    int outcome = engine->parts.control->ops->move(engine->parts.control, &move, &loss);
    if (outcome != STORE_OK)
        return outcome;
    log_lane_event(LOG_ERROR, DATA_LOST, lane->topic, lane->partition,
                   "%s/%d: %s; going on at %" PRId64 " (lost: from %" PRId64 " to before %" PRId64 ")", lane->topic,
                   lane->partition, what, low, loss.from_offset, loss.to_offset);
    struct lane_row row = {.lane_id = lane->id, .epoch = lane->epoch, .next_offset = low, .anchor_offset = -1};
    lane_reset(lane, &row);
    lane->cluster_id[0] = '\0';
    return STORE_OK;
}

// Offsets that could not be read when the group gave us the partition.
static bool ask_offsets(struct engine *engine, struct wanted *wanted)
{
    struct source *source = engine->shared.source;
    return source->ops->query(source, wanted->topic, wanted->partition, QUERY_MS, &wanted->low, &wanted->high) == 0;
}

// Whether the topic still is what the cursor belongs to, and where to begin.
static int examine(struct engine *engine, struct lane *lane, struct wanted *topic)
{
    bool other_cluster = lane->cluster_id[0] && topic->cluster_id[0] && strcmp(lane->cluster_id, topic->cluster_id) != 0;
    if (other_cluster)
        return lose(engine, lane, topic->low, lane->next_offset, "this is another Kafka cluster");
    // Whoever had the lane may have gone on after our offsets were asked for; now that it is ours nobody does.
    if (lane->next_offset > topic->high && !ask_offsets(engine, topic))
        return fault(STORE_RETRY, "%s/%d: the broker does not tell its offsets", topic->topic, topic->partition);
    if (lane->changed || lane->next_offset > topic->high)
        return lose(engine, lane, topic->low, lane->next_offset, "the topic was recreated or truncated");
    if (lane->next_offset < topic->low)
        return lose(engine, lane, topic->low, topic->low, "retention has deleted records that were not read yet");
    if (lane->anchor_offset < topic->low)
        lane->check_anchor = false; // the anchor itself is gone, rightly
    return STORE_OK;
}

static int start(struct engine *engine, struct lane *lane, struct wanted *topic)
{
    int outcome = examine(engine, lane, topic);
    if (outcome != STORE_OK)
        return outcome;
    if (lane->state == LANE_HALTED)
        return STORE_OK;
    struct source *source = engine->shared.source;
    int result = source->ops->start(source, lane->topic, lane->partition, lane_start_offset(lane),
                                    engine->workers[lane->worker].wake_fd, &lane->handle);
    if (result != 0) // not ours to read: the group will say so, or it can be started later
        return result < 0 ? result : fault(STORE_RETRY, "%s/%d cannot be read yet", lane->topic, lane->partition);
    lane->state = LANE_RUNNING;
    return STORE_OK;
}

static bool enlist(struct engine *engine, struct lane *lane)
{
    struct lane **mine = vector_push(&engine->lanes);
    if (mine)
        *mine = lane;
    struct lane **place = mine ? vector_push(&engine->workers[lane->worker].lanes) : NULL;
    if (!place) {
        engine->lanes.count -= mine != NULL;
        lane_free(lane);
        return false;
    }
    *place = lane;
    pthread_mutex_lock(&engine->shared.registry_mutex);
    struct registered *registered = vector_push(&engine->shared.registry);
    if (registered)
        *registered = (struct registered){lane->id, lane->epoch, lane};
    pthread_mutex_unlock(&engine->shared.registry_mutex);
    metric_set(METRIC_LANES_OWNED, (int64_t)engine->lanes.count);
    return registered != NULL;
}

static int begin(struct engine *engine, struct wanted *wanted, const struct lane_row *row)
{
    int worker = wanted->partition % engine->parts.settings->workers;
    struct lane *lane = lane_new(wanted->topic, wanted->partition, worker);
    if (!lane)
        return out_of_memory();
    lane_reset(lane, row);
    snprintf(lane->cluster_id, sizeof lane->cluster_id, "%s", row->cluster_id);
    worker_enter(&engine->workers[worker]);
    int outcome = enlist(engine, lane) ? start(engine, lane, wanted) : out_of_memory();
    if (outcome == STORE_OK && lane->state == LANE_RUNNING)
        log_lane_event(LOG_INFO, NONE, lane->topic, lane->partition, "%s/%d: ours from offset %" PRId64
                       ", epoch %" PRId64, lane->topic, lane->partition, lane->next_offset, lane->epoch);
    worker_leave(&engine->workers[worker]);
    // A lane that could not be started now is started by ownership_tend.
    return outcome < 0 ? outcome : 0;
}

// Positive outcomes mean "not now": said once, tried again a little later.
static int put_off(struct engine *engine, int outcome)
{
    if (outcome <= 0)
        return outcome;
    engine->retry_us = clock_monotonic_us() + RETRY_US;
    if (outcome == STORE_AWAY) {
        shared_away(&engine->shared, &engine->connected, fault_message());
    } else {
        log_warning("claiming lanes is put off: %s", fault_message());
    }
    return 0;
}

static int reconnected(struct engine *engine)
{
    if (engine->connected)
        return STORE_OK;
    int outcome = engine->parts.control->ops->reconnect(engine->parts.control);
    if (outcome == STORE_OK)
        shared_back(&engine->shared, &engine->connected);
    return outcome;
}

// Claims the first `count` of the wanted partitions and begins each.
static int claim(struct engine *engine, size_t count)
{
    struct lane_claim *claims = calloc(count, sizeof *claims);
    struct lane_row *rows = calloc(count, sizeof *rows);
    int outcome = claims && rows ? reconnected(engine) : out_of_memory();
    for (size_t i = 0; claims && i < count; i++) {
        const struct wanted *wanted = &engine->wanted.items[i];
        claims[i] = (struct lane_claim){.topic = wanted->topic, .partition = wanted->partition, .start = wanted->low,
                                        .end = wanted->high, .cluster_id = wanted->cluster_id};
    }
    if (outcome == STORE_OK)
        outcome = engine->parts.control->ops->claim(engine->parts.control, engine->parts.settings->owner, claims, count,
                                                    rows);
    for (size_t i = 0; outcome == STORE_OK && i < count; i++)
        outcome = begin(engine, &engine->wanted.items[i], &rows[i]);
    free(claims);
    free(rows);
    return outcome;
}

int ownership_claim(struct engine *engine)
{
    if (engine->wanted.count == 0 || clock_monotonic_us() < engine->retry_us)
        return 0;
    // Those whose offsets are known move to the front; the others wait without holding them up. A broker that
    // does not answer for one is not asked for more this time.
    size_t known = 0;
    bool answers = true;
    for (size_t i = 0; i < engine->wanted.count; i++) {
        struct wanted ready = engine->wanted.items[i];
        if ((ready.low < 0 || ready.high < 0) && (!answers || !(answers = ask_offsets(engine, &ready))))
            continue;
        engine->wanted.items[i] = engine->wanted.items[known];
        engine->wanted.items[known++] = ready;
    }
    int outcome = known ? claim(engine, known) : STORE_OK;
    if (outcome == STORE_OK) {
        engine->wanted.count -= known;
        memmove(engine->wanted.items, engine->wanted.items + known, engine->wanted.count * sizeof *engine->wanted.items);
        if (engine->wanted.count > 0)
            outcome = fault(STORE_RETRY, "the broker does not tell the offsets of %zu partitions, %s/%d first",
                            engine->wanted.count, engine->wanted.items[0].topic, engine->wanted.items[0].partition);
    }
    return put_off(engine, outcome);
}

// Takes the lane's cursor as the database has it and starts there. A lane that another owner has stays fenced,
// unless it has been for long and the group still says it is ours: then it is claimed again.
static int restart(struct engine *engine, struct lane *lane, struct wanted *topic)
{
    struct store *store = engine->parts.control;
    struct lane_row row;
    int outcome = reconnected(engine);
    if (outcome == STORE_OK)
        outcome = store->ops->lanes(store, &lane->id, 1, &row);
    if (outcome == STORE_OK && row.epoch != lane->epoch && (row.epoch < lane->epoch || lane->state == LANE_FENCED)) {
        struct lane_claim claim = {.topic = lane->topic, .partition = lane->partition, .start = topic->low,
                                   .end = topic->high, .cluster_id = lane->cluster_id};
        outcome = store->ops->claim(store, engine->parts.settings->owner, &claim, 1, &row);
    } else if (outcome == STORE_OK && row.epoch > lane->epoch) {
        lane->fenced_us = clock_monotonic_us();
        lane->state = LANE_FENCED;
        return STORE_OK;
    }
    if (outcome != STORE_OK)
        return outcome;
    if (row.halted) // it is tried again; should it fail, that is written down anew
        outcome = store->ops->halt(store, lane->id, row.epoch, NULL);
    if (outcome != STORE_OK)
        return outcome;
    bool changed = lane->changed;
    lane_reset(lane, &row);
    lane->changed = changed;
    lane->state = LANE_RESTART; // also one that was halted or fenced: from here on it begins anew
    worker_prune(&engine->workers[lane->worker]);
    pthread_mutex_lock(&engine->shared.registry_mutex);
    for (size_t i = 0; i < engine->shared.registry.count; i++) {
        if (engine->shared.registry.items[i].lane == lane)
            engine->shared.registry.items[i].epoch = lane->epoch;
    }
    pthread_mutex_unlock(&engine->shared.registry_mutex);
    return start(engine, lane, topic);
}

// Whether a lane that stands still is to be started again: asked for, fenced though the group still gives it to
// us, or halted by a fault of the broker's that may be over.
static bool is_due(const struct lane *lane, enum lane_state state)
{
    int64_t now = clock_monotonic_us();
    return state == LANE_RESTART || (state == LANE_FENCED && now - lane->fenced_us > FENCED_US) ||
           (state == LANE_HALTED && lane->retry_us && now > lane->retry_us);
}

static int tend(struct engine *engine, struct lane *lane)
{
    enum lane_state state = lane->state;
    bool due = is_due(lane, state);
    bool close = (state == LANE_HALTED || state == LANE_FENCED) && lane->handle;
    if (!due && !close)
        return STORE_OK;
    struct wanted topic = {.partition = lane->partition, .low = -1, .high = -1};
    snprintf(topic.topic, sizeof topic.topic, "%s", lane->topic);
    if (due && !ask_offsets(engine, &topic)) { // asked before the worker is kept waiting
        lane->retry_us = lane->retry_us ? clock_monotonic_us() + FAULT_RETRY_US : 0;
        return fault(STORE_RETRY, "%s/%d: the broker does not tell its offsets", topic.topic, topic.partition);
    }
    struct worker *worker = &engine->workers[lane->worker];
    int outcome = STORE_OK;
    worker_enter(worker);
    if (close) {
        engine->shared.source->ops->stop(engine->shared.source, lane->handle);
        lane->handle = NULL;
    }
    if (due)
        outcome = restart(engine, lane, &topic);
    worker_leave(worker);
    return outcome;
}

int ownership_tend(struct engine *engine)
{
    if (clock_monotonic_us() < engine->retry_us)
        return 0;
    // Also with nothing to do: as long as one connection is away, the group is not joined again.
    int first = reconnected(engine);
    if (first != STORE_OK)
        return put_off(engine, first);
    for (size_t i = 0; i < engine->lanes.count; i++) {
        int outcome = tend(engine, engine->lanes.items[i]);
        if (outcome < 0 || outcome == STORE_AWAY)
            return put_off(engine, outcome);
        first = first != STORE_OK ? first : outcome;
    }
    return put_off(engine, first);
}

// Whoever gets our homes would send again what is being sent.
static void let_publishing_end(struct engine *engine)
{
    pthread_mutex_lock(&engine->shared.publish_mutex);
    pthread_mutex_unlock(&engine->shared.publish_mutex);
}

void ownership_drop(struct engine *engine, bool tell)
{
    size_t count = engine->lanes.count;
    struct lane_row *rows = tell ? calloc(count + 1, sizeof *rows) : NULL;
    // The group is left after the workers have ended, and it says so.
    int workers = engine->parts.settings->workers;
    for (int i = 0; i < workers; i++) {
        if (engine->workers[i].shared)
            worker_enter(&engine->workers[i]);
    }
    for (size_t i = 0; i < count; i++) {
        struct lane *lane = engine->lanes.items[i];
        lane->state = LANE_GONE;
        if (tell)
            lane_tell_group(lane, engine->shared.source);
        if (rows)
            rows[i] = (struct lane_row){.lane_id = lane->id, .epoch = lane->epoch};
    }
    pthread_mutex_lock(&engine->shared.registry_mutex);
    vector_clear(&engine->shared.registry);
    metrics_set_lanes(NULL, 0); // under the mutex, or the keeper might show them once more
    pthread_mutex_unlock(&engine->shared.registry_mutex);
    if (tell)
        let_publishing_end(engine);
    for (int i = 0; i < workers; i++) {
        if (!engine->workers[i].shared)
            continue;
        worker_prune(&engine->workers[i]);
        vector_clear(&engine->workers[i].lanes);
        worker_leave(&engine->workers[i]);
    }
    for (size_t i = 0; i < count; i++)
        lane_free(engine->lanes.items[i]);
    vector_clear(&engine->lanes);
    vector_clear(&engine->wanted);
    metric_set(METRIC_LANES_OWNED, 0);
    // Only a courtesy to those who look: whoever claims next does not need it.
    if (rows && count > 0 && engine->connected &&
        engine->parts.control->ops->release(engine->parts.control, rows, count) == STORE_AWAY)
        shared_away(&engine->shared, &engine->connected, fault_message());
    free(rows);
}

void ownership_fault(struct engine *engine, struct source_lane *handle, int fault_kind, const char *detail)
{
    for (size_t i = 0; i < engine->lanes.count; i++) {
        struct lane *lane = engine->lanes.items[i];
        if (lane->handle != handle || lane->state != LANE_RUNNING)
            continue;
        struct worker *worker = &engine->workers[lane->worker];
        worker_enter(worker);
        if (fault_kind == LANE_FAULT_OUT_OF_RANGE) {
            lane->state = LANE_RESTART;
        } else {
            halt(lane, detail);
            lane->retry_us = clock_monotonic_us() + FAULT_RETRY_US;
        }
        worker_leave(worker);
    }
}

// Ready is who works on what it was given; one lane that stands still is for an operator to see, not for others to
// take over.
void ownership_tell(const struct engine *engine)
{
    size_t halted = 0, lanes = engine->lanes.count;
    for (size_t i = 0; i < lanes; i++)
        halted += engine->lanes.items[i]->state == LANE_HALTED;
    if (engine->wanted.count > 0)
        health_set(HEALTH_LANES, false, "%zu wait to be claimed", engine->wanted.count);
    else if (lanes > 0 && halted == lanes)
        health_set(HEALTH_LANES, false, "all %zu are halted", lanes);
    else
        health_set(HEALTH_LANES, true, "%zu owned, %zu halted", lanes, halted);
}
