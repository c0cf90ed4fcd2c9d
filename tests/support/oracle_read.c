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

static void print_quarantined(const struct oracle *oracle, int lane, int64_t offset, enum reject_reason reason,
                              const struct reject *reject)
{
    row_begin(oracle->out, "v_quarantine");
    row_text(oracle->out, "topic", span_text(oracle->lanes[lane].topic));
    row_integer(oracle->out, "partition", oracle->lanes[lane].partition);
    row_integer(oracle->out, "offset", offset);
    row_text(oracle->out, "reason", span_text(reject_code(reason)));
    row_text(oracle->out, "source", reject->source);
    row_text(oracle->out, "event_id", reject->id);
    row_text(oracle->out, "subject", reject->subject);
    row_text(oracle->out, "state", SPAN_LITERAL("held"));
    row_end(oracle->out);
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
        .event = *event, .lane = lane, .offset = offset, .number = oracle->event_count};
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
        print_quarantined(oracle, lane, offset, reject.reason, &reject);
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

static int compare_identities(const struct event *a, const struct event *b)
{
    int order = span_compare(a->subject, b->subject);
    if (!order)
        order = span_compare(a->source, b->source);
    return order ? order : span_compare(a->id, b->id);
}

static int by_identity(const void *left, const void *right)
{
    const struct oracle_event *a = left, *b = right;
    int order = compare_identities(&a->event, &b->event);
    return order ? order : (a->number > b->number) - (a->number < b->number);
}

static int by_history(const void *left, const void *right)
{
    const struct oracle_event *a = left, *b = right;
    int order = span_compare(a->event.subject, b->event.subject);
    return order ? order : event_compare(&a->event, &b->event);
}

static bool same_content(const struct event *a, const struct event *b)
{
    return a->type == b->type && a->time == b->time && span_equal(a->data, b->data);
}

static void note_again(struct oracle *oracle, struct oracle_event *first, const struct oracle_event *repeat)
{
    struct oracle_event *kept = arena_take(&oracle->arena, sizeof *kept);
    if (!kept)
        abort();
    *kept = *repeat;
    kept->again = first->again;
    first->again = kept;
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
        if (!first || compare_identities(&first->event, &event->event) != 0) {
            move_lane(oracle, event->lane, event->event.time);
            oracle->events[kept++] = *event;
        } else if (same_content(&first->event, &event->event)) {
            move_lane(oracle, event->lane, event->event.time);
            note_again(oracle, first, event);
        } else {
            struct reject reject = {.source = event->event.source, .id = event->event.id,
                                    .subject = event->event.subject};
            print_quarantined(oracle, event->lane, event->offset, REJECT_CONFLICT, &reject);
        }
    }
    oracle->event_count = kept;
    qsort(oracle->events, kept, sizeof *oracle->events, by_history);
}

instant oracle_watermark(const struct oracle *oracle)
{
    instant watermark = INSTANT_NEVER;
    for (int i = 0; i < oracle->lane_count; i++)
        watermark = instant_earlier(watermark, oracle->lanes[i].time);
    return oracle->lane_count ? watermark : INSTANT_NONE;
}
