// How descriptions are divided: schema.c describes events, schema_message.c and schema_member.c what is published.
#ifndef GUANXI_CODEC_SCHEMA_PARTS_H
#define GUANXI_CODEC_SCHEMA_PARTS_H

#include "codec/schema.h"
#include "codec/writer.h"

// RFC 3339 within the years that are read, without a leap second.
#define SCHEMA_INSTANT \
    "^(19[7-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]+)?" \
    "([Zz]|[+-][0-9]{2}:[0-9]{2})$"
// Without control characters.
#define SCHEMA_LINE "^[^\\u0000-\\u001F\\u007F-\\u009F]*$"

// Opens a schema with its id and what it is about; one '}' is left to close.
void schema_open(struct writer *writer, const char *kind, const char *name, const char *help);
// A whole member of "properties".
void schema_line(struct writer *writer, const char *key, int most, const char *help);
void schema_instant(struct writer *writer, const char *key, const char *help);
void schema_const(struct writer *writer, const char *key, const char *value);
void schema_type(struct writer *writer, const char *key, const char *type, const char *help);

// The members of what is published.
// What a member of a message's data is.
enum told {
    TOLD_TEXT,
    TOLD_INSTANT,
    TOLD_UUID,
    TOLD_COUNT,  // a whole number
    TOLD_BOOL,
    TOLD_WORD,   // a code
    TOLD_LEVEL,  // {level, code, zh}
    TOLD_STAGE,  // {stage, code, zh}
    TOLD_NAMED,  // {code, zh}
    TOLD_TIER,   // {code, zh, target}
    TOLD_EVENT,  // {source, id}
    TOLD_SENTENCES, // {en, zh}
    TOLD_TEXTS,  // an array of texts
    TOLD_WORDS,  // an array of codes
    TOLD_STEPS,  // an array of {list, item, zh}
};

struct codes { // code(first) .. code(last)
    const char *(*code)(int number);
    int first, last;
};

struct telling {
    const char *name;
    enum told told;
    const char *help;
    bool nullable; // it may be null; else it never is
    bool optional; // it may be left out; else it is always there
    const struct codes *codes;
};
void schema_member(struct writer *writer, const struct telling *telling);

// The messages: their number, and for each its type, the topic it goes to, what it says and its schema.
size_t schema_message_count(void);
const char *schema_message_name(size_t number);
bool schema_message_is_change(size_t number); // else a reminder's
const char *schema_message_help(size_t number);
struct span schema_message_text(struct arena *arena, size_t number);

// The events come first, so many.
size_t schema_event_count(const struct policy *policy);
// What an event of that type means, or NULL of a configured one.
const char *schema_event_help(uint16_t type);

#endif
