#include "support/oracle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int find_lane(struct oracle *oracle, const char *topic, int32_t partition)
{
    for (int i = 0; i < oracle->lane_count; i++)
        if (oracle->lanes[i].partition == partition && strcmp(oracle->lanes[i].topic, topic) == 0)
            return i;
    if (oracle->lane_count == ORACLE_LANES)
        abort(); // no test has so many
    struct oracle_lane *lane = &oracle->lanes[oracle->lane_count];
    snprintf(lane->topic, sizeof lane->topic, "%s", topic);
    lane->partition = partition;
    lane->time = INSTANT_NONE;
    return oracle->lane_count++;
}

static struct span keep(struct oracle *oracle, struct span text)
{
    return text.data ? arena_copy(&oracle->arena, text) : SPAN_NONE;
}

void oracle_reject(struct oracle *oracle, const struct oracle_reject *reject)
{
    struct oracle_reject *kept = vector_push(&oracle->rejects);
    if (!kept)
        abort();
    *kept = *reject;
    kept->source = keep(oracle, reject->source);
    kept->id = keep(oracle, reject->id);
    kept->subject = keep(oracle, reject->subject);
    kept->key = keep(oracle, reject->key);
}

void oracle_reject_event(struct oracle *oracle, const struct oracle_event *event, enum reject_reason reason)
{
    oracle_reject(oracle, &(struct oracle_reject){
        .lane = event->lane, .offset = event->offset, .reason = reason, .source = event->event.source,
        .id = event->event.id, .subject = event->event.subject});
}

// Of an erased customer nothing is kept, and what contradicts is there only if it came before the erasure.
void oracle_print_quarantine(const struct oracle *oracle)
{
    for (size_t i = 0; i < oracle->rejects.count; i++) {
        const struct oracle_reject *reject = &oracle->rejects.items[i];
        bool erased = oracle_erased(oracle, reject->subject) || oracle_erased(oracle, reject->key);
        row_begin(oracle->out, "v_quarantine");
        row_text(oracle->out, "topic", span_text(oracle->lanes[reject->lane].topic));
        row_integer(oracle->out, "partition", oracle->lanes[reject->lane].partition);
        row_integer(oracle->out, "offset", reject->offset);
        row_text(oracle->out, "reason", span_text(reject_code(reject->reason)));
        row_text(oracle->out, "source", erased ? SPAN_NONE : reject->source);
        row_text(oracle->out, "event_id", erased ? SPAN_NONE : reject->id);
        row_text(oracle->out, "subject", erased ? SPAN_NONE : reject->subject);
        row_bool(oracle->out, "erased", erased);
        row_bool(oracle->out, "optional", erased && reject->reason == REJECT_CONFLICT);
        row_end(oracle->out);
    }
}

static void add_event(struct oracle *oracle, const struct event *event, int lane, int64_t offset)
{
    if (oracle->event_count == oracle->event_capacity) {
        oracle->event_capacity = oracle->event_capacity ? oracle->event_capacity * 2 : 4096;
        oracle->events = realloc(oracle->events, oracle->event_capacity * sizeof *oracle->events);
        if (!oracle->events)
            abort();
    }
    oracle->events[oracle->event_count] = (struct oracle_event){
        .event = *event, .owner = -1, .lane = lane, .offset = offset, .number = oracle->event_count};
    oracle->event_count++;
}

static void move_lane(struct oracle *oracle, int lane, instant at)
{
    oracle->lanes[lane].time = instant_later(oracle->lanes[lane].time, at);
}

static bool read_record(struct oracle *oracle, const struct stream_line *line)
{
    int lane = find_lane(oracle, line->topic, line->partition);
    int64_t offset = line->record.offset, unknown_marks = 0;
    oracle->lanes[lane].records = offset + 1;
    struct event event;
    struct reject reject;
    switch (decode_record(oracle->decoder, &oracle->policy, &line->record, oracle->wall, &oracle->arena, &event,
                          &reject, &unknown_marks)) {
    case DECODED_EVENT:
        add_event(oracle, &event, lane, offset);
        return true;
    case DECODED_TICK:
        move_lane(oracle, lane, event.time);
        return true;
    case DECODED_IGNORED:
    case DECODED_UNKNOWN:
    case DECODED_TOMBSTONE:
        return true;
    case DECODED_REJECTED:
        oracle_reject(oracle, &(struct oracle_reject){lane, offset, reject.reason, reject.source, reject.id,
                                                      reject.subject, line->record.key});
        return true;
    default:
        fprintf(stderr, "oracle: out of memory\n");
        return false;
    }
}

bool oracle_read(struct oracle *oracle, const char *path, int last_phase)
{
    struct stream_reader *reader = stream_open(path);
    if (!reader) {
        fprintf(stderr, "oracle: %s: %s\n", path, strerror(errno));
        return false;
    }
    struct stream_line line;
    int outcome;
    bool good = true;
    while (good && (outcome = stream_read(reader, &line)) != 0)
        if (outcome < 0) {
            fprintf(stderr, "oracle: %s: a line is malformed\n", path);
            good = false;
        } else if (line.phase <= last_phase) {
            good = read_record(oracle, &line);
        }
    stream_close(reader);
    return good;
}

// ---------------------------------------------------------------------------------------------- identity

int oracle_compare_identities(const struct event *a, const struct event *b)
{
    int order = span_compare(a->subject, b->subject);
    if (!order)
        order = span_compare(a->source, b->source);
    return order ? order : span_compare(a->id, b->id);
}

static int by_identity(const void *left, const void *right)
{
    const struct oracle_event *a = left, *b = right;
    int order = oracle_compare_identities(&a->event, &b->event);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

bool oracle_same_content(const struct event *a, const struct event *b)
{
    return a->type == b->type && a->time == b->time && span_equal(a->data, b->data);
}

void oracle_note_again(struct oracle *oracle, struct oracle_event *first, const struct oracle_event *repeat)
{
    struct oracle_event *kept = arena_take(&oracle->arena, sizeof *kept);
    if (!kept)
        abort();
    *kept = *repeat;
    kept->again = first->again;
    first->again = kept;
}

void oracle_move_lane(struct oracle *oracle, const struct oracle_event *event)
{
    move_lane(oracle, event->lane, event->event.time);
}

bool oracle_changes_ids(const struct event *event)
{
    return event->effect == EFFECT_OF_CUSTOMER_MERGED || event->effect == EFFECT_OF_CUSTOMER_UNMERGED ||
           event->effect == EFFECT_OF_CUSTOMER_ERASED;
}

void oracle_identify(struct oracle *oracle)
{
    if (!oracle->event_count)
        return;
    qsort(oracle->events, oracle->event_count, sizeof *oracle->events, by_identity);
    size_t kept = 0;
    for (size_t i = 0; i < oracle->event_count; i++) {
        struct oracle_event *event = &oracle->events[i];
        struct oracle_event *first = kept ? &oracle->events[kept - 1] : NULL;
        if (oracle_changes_ids(&event->event)) {
            oracle->events[kept++] = *event;
        } else if (!first || oracle_compare_identities(&first->event, &event->event) != 0) {
            oracle_move_lane(oracle, event);
            oracle->events[kept++] = *event;
        } else if (oracle_same_content(&first->event, &event->event)) {
            oracle_move_lane(oracle, event);
            oracle_note_again(oracle, first, event);
        } else {
            oracle_reject_event(oracle, event, REJECT_CONFLICT);
        }
    }
    oracle->event_count = kept;
}

instant oracle_watermark(const struct oracle *oracle)
{
    instant watermark = INSTANT_NEVER;
    for (int i = 0; i < oracle->lane_count; i++)
        watermark = instant_earlier(watermark, oracle->lanes[i].time);
    return oracle->lane_count ? watermark : INSTANT_NONE;
}
