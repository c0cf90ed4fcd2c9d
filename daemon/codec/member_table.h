// The members of `data` that types of events have: one table, by which they are read and described.
#ifndef GUANXI_CODEC_MEMBER_TABLE_H
#define GUANXI_CODEC_MEMBER_TABLE_H

#include "core/event.h"

// What members are read into; the table names places in it.
struct facts {
    struct event event;
    struct profile_update profile;
    struct span amount, currency; // text until everything else is known to be good
    struct span list, item;       // checklist.marked
    struct span judged;           // must be as the table wants it; nothing is kept of it
};

enum form {
    FORM_TEXT,     // any string
    FORM_LINE,     // a string of 1..most bytes without control characters
    FORM_WORD,     // one word of a list, kept as its number
    FORM_LEVEL,    // a number, 1 to 4
    FORM_INSTANT,  // RFC 3339
    FORM_SECONDS,  // a number not below 0; nothing is kept of it
    FORM_DECIMAL,  // a string or a number, as text
    FORM_CURRENCY, // a string; which, is judged with the amount
};

struct words {
    const char *list;     // for messages
    uint8_t first;        // number of words[0]
    struct span words[6]; // as many as are there
};

struct member {
    struct span name;
    uint16_t place; // offset in struct facts
    uint16_t most;  // FORM_LINE
    uint8_t form;
    bool optional;
    const struct words *words;
    const char *help; // what it means, for those who publish
};

struct members {
    const struct member *members;
    size_t count;
};

// The members of a built-in type; none of others.
struct members members_of_type(uint16_t type);
// Of types whose contact the configuration made to go by direction.
extern const struct member member_direction;

#endif
