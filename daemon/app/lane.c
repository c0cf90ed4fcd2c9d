#include "app/lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "app/cache.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"

enum {
    CHUNK_RECORDS = 512,       // decoded at once
    CHUNK_BLOCK = 160 * 1024,  // bytes of an arena block: about what that many records need
};

void chunk_release(struct chunk *chunk)
{
    if (!chunk || --chunk->references > 0)
        return;
    arena_free(&chunk->arena);
    free(chunk->items);
    free(chunk);
}

static struct chunk *chunk_new(void)
{
    struct chunk *chunk = calloc(1, sizeof *chunk);
    if (!chunk)
        return NULL;
    chunk->references = 1;
    arena_init(&chunk->arena, CHUNK_BLOCK);
    chunk->items = malloc(CHUNK_RECORDS * sizeof *chunk->items);
    if (chunk->items)
        return chunk;
    chunk_release(chunk);
    return NULL;
}

struct lane *lane_new(const char *topic, int32_t partition, int worker)
{
    struct lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return NULL;
    snprintf(lane->topic, sizeof lane->topic, "%s", topic);
    lane->partition = partition;
    lane->worker = worker;
    lane->series = metric_label_index(LABEL_TOPIC, topic);
    lane->state = LANE_RESTART;
    lane->end = -1;
    lane->latest = lane->gathered = INSTANT_NONE;
    return lane;
}

void lane_forget(struct lane *lane)
{
    while (lane->first) {
        struct chunk *chunk = lane->first;
        lane->first = chunk->next;
        chunk_release(chunk);
    }
    lane->last = NULL;
    lane->starving_us = 0;
    lane->gathered = lane->latest;
}

void lane_free(struct lane *lane)
{
    if (!lane)
        return;
    lane_forget(lane);
    free(lane);
}

void lane_reset(struct lane *lane, const struct lane_row *row)
{
    lane->id = row->lane_id;
    lane->epoch = row->epoch;
    lane->anchor_offset = row->anchor_offset;
    lane->anchor = row->anchor;
    lane->check_anchor = row->anchor_offset >= 0;
    lane->changed = lane->reported = false;
    lane->retry_us = 0;
    lane->latest = INSTANT_NONE; // what the database has of lane time never goes back
    lane->window_records = lane->window_rejects = 0;
    lane->popped = row->next_offset;
    lane->caught_up_at = INSTANT_NONE;
    lane_set_cursor(lane, row->next_offset);
    atomic_store(&lane->told, -1);
    atomic_store(&lane->oldest_ms, -1);
    lane_forget(lane);
}

void lane_set_cursor(struct lane *lane, int64_t offset)
{
    lane->next_offset = offset;
    atomic_store(&lane->cursor, offset);
    atomic_store(&lane->position, offset);
}

void lane_note_oldest(struct lane *lane)
{
    int64_t oldest = -1;
    if (lane->popped > lane->next_offset) // the rest of the batch is not older than what was committed of it
        oldest = lane->last_taken->timestamp_ms;
    else if (lane->first)
        oldest = lane->first->items[lane->first->taken].timestamp_ms;
    atomic_store(&lane->oldest_ms, oldest);
}

int64_t lane_start_offset(const struct lane *lane)
{
    return lane->check_anchor ? lane->anchor_offset : lane->next_offset;
}

struct taking {
    struct lane *lane;
    struct intake *intake;
    struct chunk *chunk;
    instant wall;
    int result;
};

static int no_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while reading a record");
}

// Headers in their packed form; those of a topic are mostly the same in every record.
static int keep_headers(struct chunk *chunk, const struct record *record, struct taken *taken)
{
    size_t size = record_pack_headers(record, NULL, 0);
    uint8_t *headers = arena_take(&chunk->arena, size);
    if (!headers)
        return no_memory();
    record_pack_headers(record, headers, size);
    taken->headers = span_of((char *)headers, size);
    if (span_equal(taken->headers, chunk->headers))
        arena_give_back(&chunk->arena, headers, size);
    else
        chunk->headers = taken->headers;
    taken->headers = chunk->headers;
    return 0;
}

// The key mostly is the subject of the event, which is kept already.
static int keep_key(struct chunk *chunk, const struct record *record, struct taken *taken)
{
    bool is_subject = taken->decoded == DECODED_EVENT && record->key.data &&
                      span_equal(record->key, taken->event.subject);
    taken->key = is_subject ? taken->event.subject : arena_copy(&chunk->arena, record->key);
    return record->key.data && !taken->key.data ? no_memory() : 0;
}

static int keep_reject(struct chunk *chunk, const struct reject *reject, struct taken *taken)
{
    struct reject *kept = arena_take(&chunk->arena, sizeof *kept);
    if (!kept)
        return no_memory();
    *kept = *reject;
    taken->reject = kept;
    return 0;
}

// The first record after a start must be the one the cursor remembers, else this is another topic.
static bool is_anchor(struct taking *taking, const struct record *record)
{
    struct lane *lane = taking->lane;
    lane->check_anchor = false;
    if (record->offset != lane->anchor_offset)
        return false; // compacted away or past retention: nothing to compare with
    if (record_digest(record) != lane->anchor) {
        snprintf(lane->reason, sizeof lane->reason,
                 "record %lld is not the one read before: the topic was recreated or truncated",
                 (long long)record->offset);
        taking->result = LANE_CHANGED;
    }
    return true;
}

static void hash_event(struct taken *taken)
{
    const struct event *event = &taken->event;
    taken->subject_hash = customer_hash(event->subject);
    uint64_t source = XXH3_64bits(event->source.data, event->source.size);
    taken->identity_hash = XXH3_64bits_withSeed(event->id.data, event->id.size, source);
}

static bool take_record(void *context, const struct record *record)
{
    struct taking *taking = context;
    struct lane *lane = taking->lane;
    struct chunk *chunk = taking->chunk;
    if (lane->check_anchor && is_anchor(taking, record))
        return taking->result == 0;
    if (record->offset < lane->next_offset)
        return true;
    struct taken *taken = &chunk->items[chunk->count];
    struct reject reject;
    taken->offset = record->offset;
    taken->timestamp_ms = record->timestamp_ms;
    taken->reject = NULL;
    taken->value = arena_copy(&chunk->arena, record->value);
    if (record->value.data && !taken->value.data) {
        taking->result = no_memory();
        return false;
    }
    struct record kept = *record;
    kept.value = taken->value;
    int decoded = decode_kept_record(taking->intake->decoder, taking->intake->policy, &kept, taking->wall,
                                     &chunk->arena, &taken->event, &reject, &taking->intake->unknown_marks);
    taken->decoded = (enum decoded)decoded;
    if (decoded == DECODED_EVENT)
        hash_event(taken);
    taking->result = decoded < 0 ? decoded : keep_key(chunk, record, taken);
    if (taking->result == 0)
        taking->result = keep_headers(chunk, record, taken);
    if (taking->result == 0 && decoded == DECODED_REJECTED)
        taking->result = keep_reject(chunk, &reject, taken);
    if (taking->result < 0)
        return false;
    chunk->count++;
    return chunk->count < CHUNK_RECORDS;
}

static int lane_refill(struct lane *lane, struct intake *intake)
{
    struct chunk *chunk = intake->spare ? intake->spare : chunk_new();
    intake->spare = NULL;
    if (!chunk)
        return fault(STATUS_NOMEM, "out of memory while reading %s/%d", lane->topic, lane->partition);
    struct taking taking = {.lane = lane, .intake = intake, .chunk = chunk, .wall = wall_now()};
    int64_t begun_us = clock_monotonic_us();
    intake->source->ops->take(intake->source, lane->handle, CHUNK_RECORDS, take_record, &taking);
    intake->busy_us += clock_monotonic_us() - begun_us;
    metric_add_at(METRIC_EVENTS_CONSUMED, lane->series, 0, chunk->count);
    if (taking.result != 0 || chunk->count == 0) {
        if (chunk->count == 0)
            intake->spare = chunk;
        else
            chunk_release(chunk);
        return taking.result ? taking.result : LANE_EMPTY;
    }
    if (lane->last)
        lane->last->next = chunk;
    else
        lane->first = chunk;
    lane->last = chunk;
    if (atomic_load(&lane->oldest_ms) < 0)
        atomic_store(&lane->oldest_ms, chunk->items[0].timestamp_ms);
    return 0;
}

int64_t taken_digest(const struct taken *taken)
{
    struct record_header headers[RECORD_DIGEST_HEADERS];
    int count = record_unpack_headers((const uint8_t *)taken->headers.data, taken->headers.size, headers,
                                      RECORD_DIGEST_HEADERS);
    return record_digest(&(struct record){.timestamp_ms = taken->timestamp_ms, .key = taken->key,
                                          .value = taken->value, .headers = headers,
                                          .header_count = count > 0 ? (size_t)count : 0});
}

int lane_peek(struct lane *lane, struct intake *intake, struct taken **next)
{
    if (!lane->first) {
        int result = lane_refill(lane, intake);
        if (result != 0)
            return result;
    }
    *next = &lane->first->items[lane->first->taken];
    return 0;
}

struct chunk *lane_pop(struct lane *lane, const struct chunk *held)
{
    struct chunk *chunk = lane->first;
    if (++chunk->taken < chunk->count) {
        chunk->references += chunk != held;
        return chunk;
    }
    // Drained: the lane's own reference becomes the caller's, who may have one already.
    lane->first = chunk->next;
    if (!lane->first)
        lane->last = NULL;
    chunk->references -= chunk == held;
    return chunk;
}

void lane_tell_group(struct lane *lane, struct source *source)
{
    int64_t position = atomic_load(&lane->position);
    if (atomic_exchange(&lane->told, position) != position)
        source->ops->commit(source, lane->topic, lane->partition, position);
}

bool lane_is_at_end(struct lane *lane, struct source *source)
{
    return !lane->first && lane->handle && source->ops->end_seen(source, lane->handle) != SOURCE_NOT_AT_END;
}

instant lane_time(const struct policy *policy, const struct app_settings *settings, instant latest, instant wall)
{
    if (latest == INSTANT_NONE || policy->events_clock)
        return latest;
    if (wall == INSTANT_NONE)
        return INSTANT_NONE;
    return instant_earlier(latest, wall) - settings->lateness;
}
