// How decoding is divided: envelope.c reads the attributes of either mode, members.c the members of `data`,
// decode.c judges and puts the event together.
#ifndef GUANXI_CODEC_DECODE_PARTS_H
#define GUANXI_CODEC_DECODE_PARTS_H

#include "codec/decode.h"

#include "codec/export.h"
#include "json.h"

// The attributes we use, by their name in structured mode.
#define ATTRIBUTES(X) \
    X(SPECVERSION, "specversion") \
    X(ID, "id") \
    X(SOURCE, "source") \
    X(TYPE, "type") \
    X(SUBJECT, "subject") \
    X(TIME, "time") \
    X(DATACONTENTTYPE, "datacontenttype") \
    X(DATA_BASE64, "data_base64") \
    X(OWN_DATA, EXPORT_DATA) \
    X(OWN_STANDS, EXPORT_STANDS) \
    X(DATA, "data")

enum attribute {
#define X(NAME, name) ATTRIBUTE_##NAME,
    ATTRIBUTES(X)
#undef X
    ATTRIBUTE_COUNT
};

struct envelope {
    bool structured;
    struct span values[ATTRIBUTE_COUNT]; // in the arena; absent without the attribute
    uint16_t ill_typed;                  // set of attributes that are there but are no text
    const struct json_token *tokens;     // of the parsed document
    const struct json_token *data;       // NULL: no data
};

// One call of decode_record or decode_row.
struct decoding {
    struct json *json;
    const struct policy *policy;
    struct arena *arena;
    struct reject *reject;
    struct envelope envelope;
    struct own_record *own; // NULL: of such nothing is known
    int64_t unknown_marks;
};

// Fills the reject, with what the envelope has so far, and returns DECODED_REJECTED.
int decode_reject(struct decoding *decoding, enum reject_reason reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Records the fault and returns STATUS_NOMEM.
int decode_no_memory(void);

// Parses `text` (in the arena): 0, DECODED_REJECTED or negative.
int decode_json(struct decoding *decoding, struct span text, const struct json_token **tokens);

// Reads the attributes and finds `data`: 0, DECODED_REJECTED or negative.
int envelope_read(struct decoding *decoding, const struct record *record);

// Reads what the type of the event says of the members of `data` (NULL: none), and the marks. `event` has its
// type; direction, side, variant and all that data tells are set. 0, DECODED_REJECTED or negative.
int members_read(struct decoding *decoding, const struct type_rule *rule, const struct json_token *tokens,
                 const struct json_token *data, struct event *event);

// True for 1..most bytes without control characters (U+0000-001F, U+007F-009F). The text is valid UTF-8.
bool text_is_plain(struct span text, uint32_t most);

#endif
