#include "fakes/source.h"

#include <poll.h>
#include <stdio.h>

#include "base/status.h"
#include "fakes/broker.h"
#include "support/allocation.h"

struct fake_source {
    struct source port;
    struct fake_broker *broker;
    struct source_events events;
    uint64_t mask;
    bool regroup, lost, has;
    _Atomic bool joined;
    int broken;
    _Atomic int most, left;
    struct {
        char topic[64], detail[128];
        int32_t partition;
        int kind; // 0: none
    } fault;
};

static struct fake_source *of(struct source *source)
{
    return (struct fake_source *)source;
}

static void close_lane(struct fake_broker *broker, struct source_lane *lane)
{
    size_t kept = 0;
    for (size_t i = 0; i < broker->lanes.count; i++) {
        if (broker->lanes.items[i] != lane)
            broker->lanes.items[kept++] = broker->lanes.items[i];
    }
    broker->lanes.count = kept;
    free(lane);
}

static struct source_lane *lane_at(struct fake_source *source, const struct fake_partition *partition)
{
    struct fake_broker *broker = source->broker;
    for (size_t i = 0; i < broker->lanes.count; i++) {
        if (broker->lanes.items[i]->source == source && (!partition || broker->lanes.items[i]->partition == partition))
            return broker->lanes.items[i];
    }
    return NULL;
}

static void take_away(struct fake_source *source, bool lost)
{
    if (source->has)
        source->events.revoked(source->events.context, lost);
    source->has = false;
    pthread_mutex_lock(&source->broker->mutex);
    for (struct source_lane *lane; (lane = lane_at(source, NULL));)
        close_lane(source->broker, lane);
    pthread_mutex_unlock(&source->broker->mutex);
}

static void assign(struct fake_source *source)
{
    struct source_partition given[64];
    size_t count = 0;
    struct fake_broker *broker = source->broker;
    pthread_mutex_lock(&broker->mutex);
    for (size_t i = 0; i < broker->partitions.count; i++) {
        const struct fake_partition *partition = broker->partitions.items[i];
        if (source->mask >> i & 1)
            given[count++] = (struct source_partition){
                .topic = partition->topic, .partition = partition->number, .cluster_id = broker->cluster_id,
                .low = broker->answers ? partition->low : -1, .high = broker->answers ? partition->high : -1};
    }
    pthread_mutex_unlock(&broker->mutex);
    source->has = count > 0;
    if (count > 0)
        source->events.assigned(source->events.context, given, count);
}

// Tells the owner what happened to lanes, outside the lock.
static void tell_faults(struct fake_source *source)
{
    struct fake_broker *broker = source->broker;
    pthread_mutex_lock(&broker->mutex);
    struct source_lane *gone = NULL;
    for (size_t i = 0; i < broker->lanes.count && !gone; i++) {
        if (broker->lanes.items[i]->source == source && broker->lanes.items[i]->out_of_range)
            gone = broker->lanes.items[i];
    }
    if (gone)
        gone->out_of_range = false;
    struct fake_partition *partition =
        source->fault.kind ? fake_partition_of(broker, source->fault.topic, source->fault.partition) : NULL;
    struct source_lane *faulty = partition ? lane_at(source, partition) : NULL;
    int kind = source->fault.kind;
    source->fault.kind = 0;
    pthread_mutex_unlock(&broker->mutex);
    if (gone)
        source->events.fault(source->events.context, gone, LANE_FAULT_OUT_OF_RANGE, "offset out of range");
    if (faulty)
        source->events.fault(source->events.context, faulty, kind, source->fault.detail);
}

static int source_poll(struct source *port, int timeout_ms)
{
    struct fake_source *source = of(port);
    pthread_mutex_lock(&source->broker->mutex);
    bool regroup = source->regroup && source->joined, lost = source->lost;
    int broken = source->broken;
    source->regroup &= !source->joined;
    pthread_mutex_unlock(&source->broker->mutex);
    if (broken)
        return fault(broken, "fake source: broken on purpose");
    if (regroup) {
        take_away(source, lost);
        assign(source);
    }
    tell_faults(source);
    poll(NULL, 0, timeout_ms < 2 ? timeout_ms : 2);
    return 0;
}

static int source_start(struct source *port, const char *topic, int32_t number, int64_t offset, int wake_fd,
                        struct source_lane **lane)
{
    struct fake_source *source = of(port);
    struct fake_broker *broker = source->broker;
    *lane = NULL;
    pthread_mutex_lock(&broker->mutex);
    struct fake_partition *partition = fake_partition_of(broker, topic, number);
    struct source_lane *former = lane_at(source, partition);
    if (former)
        close_lane(broker, former);
    allocation_pause();
    struct source_lane *made = calloc(1, sizeof *made);
    struct source_lane **place = vector_push(&broker->lanes);
    allocation_resume();
    if (!partition || !made || !place)
        abort();
    *made = (struct source_lane){.source = source, .partition = partition, .position = offset, .wake_fd = wake_fd};
    *place = *lane = made;
    fake_wake(broker, partition);
    pthread_mutex_unlock(&broker->mutex);
    return 0;
}

static void source_stop(struct source *port, struct source_lane *lane)
{
    struct fake_broker *broker = of(port)->broker;
    pthread_mutex_lock(&broker->mutex);
    close_lane(broker, lane);
    pthread_mutex_unlock(&broker->mutex);
}

// The next record at or after the position, when it may be taken.
static const struct kept_record *next_record(const struct source_lane *lane)
{
    const struct fake_partition *partition = lane->partition;
    int64_t from = lane->position > partition->low ? lane->position : partition->low;
    size_t low = 0, high = partition->records.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (partition->records.items[middle].offset < from)
            low = middle + 1;
        else
            high = middle;
    }
    bool there = low < partition->records.count && partition->records.items[low].offset < partition->limit;
    return there ? &partition->records.items[low] : NULL;
}

static int source_take(struct source *port, struct source_lane *lane, int most,
                       bool (*each)(void *context, const struct record *record), void *context)
{
    struct fake_source *source = of(port);
    struct fake_broker *broker = source->broker;
    static const struct record_header header = {
        {"content-type", sizeof "content-type" - 1},
        {"application/cloudevents+json", sizeof "application/cloudevents+json" - 1}};
    int taken = 0;
    pthread_mutex_lock(&broker->mutex);
    lane->out_of_range = lane->position < lane->partition->low || lane->position > lane->partition->high;
    bool more = !lane->out_of_range;
    while (more && taken < most && taken < source->most) {
        const struct kept_record *kept = next_record(lane);
        if (!kept)
            break;
        struct record record = {.offset = kept->offset, .timestamp_ms = kept->offset, .key = kept->key,
                                .value = kept->value, .header_count = 1, .headers = &header};
        lane->position = kept->offset + 1;
        more = each(context, &record);
        taken++;
    }
    // Behind the last record there may be offsets without one.
    if (more && !next_record(lane) && lane->partition->limit >= lane->partition->high)
        lane->position = lane->partition->high;
    pthread_mutex_unlock(&broker->mutex);
    return taken;
}

static int64_t source_end_seen(struct source *port, struct source_lane *lane)
{
    struct fake_broker *broker = of(port)->broker;
    pthread_mutex_lock(&broker->mutex);
    int64_t seen = lane->position >= lane->partition->high ? lane->position : SOURCE_NOT_AT_END;
    pthread_mutex_unlock(&broker->mutex);
    return seen;
}

static int source_query(struct source *port, const char *topic, int32_t number, int timeout_ms, int64_t *low,
                        int64_t *high)
{
    struct fake_broker *broker = of(port)->broker;
    (void)timeout_ms;
    pthread_mutex_lock(&broker->mutex);
    const struct fake_partition *partition = fake_partition_of(broker, topic, number);
    bool answers = broker->answers && partition;
    if (answers) {
        *low = partition->low;
        *high = partition->high;
    }
    pthread_mutex_unlock(&broker->mutex);
    return !answers;
}

static void source_ends(struct source *port, struct source_partition *lanes, size_t count, int timeout_ms)
{
    for (size_t i = 0; i < count; i++) {
        int64_t low;
        lanes[i].high = -1;
        source_query(port, lanes[i].topic, lanes[i].partition, timeout_ms, &low, &lanes[i].high);
    }
}

static void source_commit(struct source *port, const char *topic, int32_t number, int64_t offset)
{
    struct fake_broker *broker = of(port)->broker;
    FAKE_CHANGE(broker, topic, number, partition->committed = offset);
}

static void source_leave(struct source *port)
{
    struct fake_source *source = of(port);
    source->joined = false;
    take_away(source, false);
    source->left++;
}

static void source_join(struct source *port)
{
    struct fake_source *source = of(port);
    pthread_mutex_lock(&source->broker->mutex);
    source->joined = source->regroup = true;
    pthread_mutex_unlock(&source->broker->mutex);
}

static const struct source_ops operations = {
    .poll = source_poll, .start = source_start, .stop = source_stop, .take = source_take,
    .end_seen = source_end_seen, .query = source_query, .ends = source_ends, .commit = source_commit,
    .leave = source_leave, .join = source_join,
};

struct fake_source *fake_source_new(struct fake_broker *broker, const struct source_events *events)
{
    allocation_pause();
    struct fake_source *source = calloc(1, sizeof *source);
    allocation_resume();
    if (!source)
        abort();
    *source = (struct fake_source){
        .port = {&operations}, .broker = broker, .events = *events, .joined = true, .most = INT32_MAX};
    return source;
}

void fake_source_free(struct fake_source *source)
{
    pthread_mutex_lock(&source->broker->mutex);
    for (struct source_lane *lane; (lane = lane_at(source, NULL));)
        close_lane(source->broker, lane);
    pthread_mutex_unlock(&source->broker->mutex);
    free(source);
}

struct source *fake_source_port(struct fake_source *source)
{
    return &source->port;
}

void fake_source_assign(struct fake_source *source, uint64_t mask, bool lost)
{
    pthread_mutex_lock(&source->broker->mutex);
    source->mask = mask;
    source->lost = lost;
    source->regroup = true;
    pthread_mutex_unlock(&source->broker->mutex);
}

void fake_source_fault(struct fake_source *source, const char *topic, int32_t number, int fault, const char *detail)
{
    pthread_mutex_lock(&source->broker->mutex);
    snprintf(source->fault.topic, sizeof source->fault.topic, "%s", topic);
    snprintf(source->fault.detail, sizeof source->fault.detail, "%s", detail);
    source->fault.partition = number;
    source->fault.kind = fault;
    pthread_mutex_unlock(&source->broker->mutex);
}

void fake_source_set_most(struct fake_source *source, int most)
{
    source->most = most;
}

void fake_source_break(struct fake_source *source, int status)
{
    pthread_mutex_lock(&source->broker->mutex);
    source->broken = status;
    pthread_mutex_unlock(&source->broker->mutex);
}

int fake_source_left(struct fake_source *source)
{
    return source->left;
}

bool fake_source_joined(struct fake_source *source)
{
    return source->joined;
}
