// decode_record in both modes, and decode_row on what it accepts.
//
// An input is a record: lines "name: value" are headers, an empty line ends them, the rest is the value.
// A first line "!" makes the clock that of events and lets unknown types pass.
#include <stdlib.h>

#include "codec/decode.h"

enum { HEADERS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static struct span take_line(struct span *rest)
{
    const char *newline = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    struct span line = span_of(rest->data, newline ? (size_t)(newline - rest->data) : rest->size);
    uint32_t taken = line.size + (newline ? 1 : 0);
    *rest = span_of(rest->data + taken, rest->size - taken);
    return line;
}

static size_t take_headers(struct span *rest, struct record_header *headers)
{
    size_t count = 0;
    for (struct span line = take_line(rest); line.size; line = take_line(rest)) {
        const char *colon = memchr(line.data, ':', line.size);
        if (!colon || count == HEADERS_MAX) {
            continue;
        }
        uint32_t name = (uint32_t)(colon - line.data);
        uint32_t value = name + 1 < line.size && colon[1] == ' ' ? name + 2 : name + 1;
        headers[count++] =
            (struct record_header){span_of(line.data, name), span_of(line.data + value, line.size - value)};
    }
    return count;
}

// What was accepted stands on a timeline and must be readable from there, with the same meaning.
static void decode_again(struct decoder *decoder, const struct policy *policy, struct arena *arena,
                         const struct event *event)
{
    struct event row = {.time = event->time,
                        .subject = event->subject,
                        .source = event->source,
                        .id = event->id,
                        .type = event->type,
                        .data = arena_copy(arena, event->data)};
    struct reject reject;
    must(decode_row(decoder, policy, arena, &row, &reject) == DECODED_EVENT);
    must(row.side == event->side && row.direction == event->direction && row.variant == event->variant);
    must(row.marks == event->marks && row.amount == event->amount && row.due == event->due);
    must(row.until == event->until && span_equal(row.ref, event->ref) && span_equal(row.text, event->text));
    must(!event->profile == !row.profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct decoder *decoder;
    static struct policy policy;
    static struct type_rule types[POLICY_TYPES];
    static struct arena arena;
    if (!decoder) {
        decoder = decoder_new();
        policy_defaults(&policy, types);
        arena_init(&arena, 1 << 16);
        must(decoder != NULL);
    }
    struct record_header headers[HEADERS_MAX];
    struct span rest = span_of((const char *)bytes, size);
    bool events = size >= 2 && memcmp(bytes, "!\n", 2) == 0;
    if (events) {
        take_line(&rest);
    }
    policy.events_clock = policy.ignore_unknown_types = events;
    size_t count = take_headers(&rest, headers); // before the value is what is left
    struct record record = {.headers = headers, .header_count = count, .value = rest};
    struct event event;
    struct reject reject;
    int64_t unknown_marks = 0;
    arena_reset(&arena);
    int outcome =
        decode_record(decoder, &policy, &record, INSTANT_LAST / 2, &arena, &event, &reject, &unknown_marks);
    if (outcome == DECODED_EVENT) {
        must(event.time >= 0 && event.time <= INSTANT_LAST);
        must(event.subject.size && event.id.size && event.source.size);
        must(event.data.size >= 2 && event.data.data[0] == '{' &&
             event.data.data[event.data.size - 1] == '}');
        decode_again(decoder, &policy, &arena, &event);
    } else if (outcome == DECODED_REJECTED) {
        must(reject.reason < REJECT_REASON_COUNT && reject.detail[0]);
    } else {
        must(outcome == DECODED_TOMBSTONE || events || outcome == DECODED_IGNORED);
    }
    return 0;
}
