// Records to events: CloudEvents 1.0 in structured and binary mode, judged by the rules of a policy.
#ifndef GUANXI_CODEC_DECODE_H
#define GUANXI_CODEC_DECODE_H

#include "codec/arena.h"
#include "codec/record.h"
#include "core/event.h"
#include "core/policy.h"

// Why a record is quarantined, in the order in which reasons apply. Codes are stored and shown.
#define REJECT_REASONS(X) \
    X(TOO_LARGE, "too_large") \
    X(BAD_UTF8, "bad_utf8") \
    X(NOT_JSON, "not_json") \
    X(NUL, "nul") \
    X(TOO_DEEP, "too_deep") \
    X(DUPLICATE_KEY, "duplicate_key") \
    X(BAD_ATTRIBUTE, "bad_attribute") \
    X(BAD_TIME, "bad_time") \
    X(UNKNOWN_TYPE, "unknown_type") \
    X(FUTURE, "future") \
    X(BAD_DATA, "bad_data") \
    X(BAD_AMOUNT, "bad_amount") \
    X(NO_RATE, "no_rate") \
    X(CONFLICT, "conflict") \
    X(BAD_MERGE, "bad_merge")

enum reject_reason {
#define X(NAME, code) REJECT_##NAME,
    REJECT_REASONS(X)
#undef X
    REJECT_REASON_COUNT
};
const char *reject_code(enum reject_reason reason);

// Outcomes of decoding.
enum decoded {
    DECODED_EVENT = 0,
    DECODED_TICK = 1,      // guanxi.tick with clock = "events": event->time is set
    DECODED_IGNORED = 2,   // a tick with another clock
    DECODED_UNKNOWN = 3,   // an unknown type, to be passed over
    DECODED_TOMBSTONE = 4, // no value
    DECODED_REJECTED = 5,  // to be quarantined: see struct reject
};

struct reject {
    enum reject_reason reason;
    char detail[160]; // English, what and where, valid UTF-8, no payload text beyond names of members
    // As far as they could be read (else absent), for the quarantine row; in the arena.
    struct span source, id, type, subject;
};

// Holds the JSON parser's memory; one per thread.
struct decoder;
struct decoder *decoder_new(void); // NULL when memory is out
void decoder_free(struct decoder *decoder);

// What an export (codec/export.h) says beyond the event of a line.
struct own_record {
    bool exact;         // the data stood in an attribute of its own, where it was too much for a line
    bool alias;         // no event: who the subject was merged into, as event->ref
    struct span stands; // an event that changed who ids mean, whose effect is told apart: on whose timeline it stands;
                        // absent else
};
// From now on lines of an export are understood: *own tells of each record what there is to tell. Also taken are rows
// that guanxid itself has put on timelines, and records with data as large as others may be as a whole.
void decoder_take_own(struct decoder *decoder, struct own_record *own);

// Decodes a record. What the event's spans point at is copied into `arena`, so the record may go at once.
// `wall` is the wall clock for future_tolerance (INSTANT_NONE: not checked; events clock never checks).
// `unknown_marks` is increased by the marks that were passed over. Negative: STATUS_NOMEM.
int decode_record(struct decoder *decoder, const struct policy *policy, const struct record *record, instant wall,
                  struct arena *arena, struct event *event, struct reject *reject, int64_t *unknown_marks);

// The same for a record whose value lives as long as the event and is followed by ARENA_PADDING readable bytes:
// the event points into it, and nothing of it is copied.
int decode_kept_record(struct decoder *decoder, const struct policy *policy, const struct record *record,
                       instant wall, struct arena *arena, struct event *event, struct reject *reject,
                       int64_t *unknown_marks);

// Makes an event again from a timeline row, for the fold: `event` comes with time, subject, source, id, data
// and type set (all spans stay borrowed), and gets the rest by today's policy. `data` must be followed by
// ARENA_PADDING readable bytes. Returns DECODED_EVENT, or DECODED_REJECTED when today's rules refuse it
// (a rate that is gone, a type that is no longer configured), or negative.
int decode_row(struct decoder *decoder, const struct policy *policy, struct arena *arena, struct event *event,
               struct reject *reject);

// Whether a text is an id: 1..128 bytes of UTF-8 without control characters.
bool text_is_id(struct span text);
bool text_is_source(struct span text); // 1..256

#endif
