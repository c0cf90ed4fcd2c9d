// judge: reads events in structured mode, one a line, and writes for each what decoding makes of it by the default
// policy: "event", "other" (a tick, or of an unknown type) or the reason for which it is refused.
#include <stdio.h>
#include <stdlib.h>

#include "codec/decode.h"

static const char *verdict(struct decoder *decoder, const struct policy *policy, struct arena *arena, struct span line)
{
    const struct record_header header = {span_text("content-type"), span_text("application/cloudevents+json")};
    const struct record record = {.timestamp_ms = -1, .value = line, .headers = &header, .header_count = 1};
    struct event event;
    struct reject reject;
    int64_t unknown_marks = 0;
    int outcome = decode_record(decoder, policy, &record, INSTANT_NONE, arena, &event, &reject, &unknown_marks);
    arena_reset(arena);
    if (outcome < 0)
        return NULL;
    return outcome == DECODED_EVENT ? "event" : outcome == DECODED_REJECTED ? reject_code(reject.reason) : "other";
}

int main(void)
{
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    struct decoder *decoder = decoder_new();
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    int code = decoder ? 0 : 1;
    while (code == 0 && (size = getline(&line, &capacity, stdin)) > 0) {
        const char *judged = verdict(decoder, &policy, &arena, span_of(line, (size_t)size - (line[size - 1] == '\n')));
        code = judged ? 0 : 1;
        puts(judged ? judged : "out of memory");
    }
    free(line);
    arena_free(&arena);
    decoder_free(decoder);
    return code;
}
