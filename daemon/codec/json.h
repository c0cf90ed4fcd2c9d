// A strict JSON parser: a complete document becomes a flat list of tokens. Everything is visited: what
// stands in the list has been checked against RFC 8259.
#ifndef GUANXI_CODEC_JSON_PARSER_H
#define GUANXI_CODEC_JSON_PARSER_H

#include "codec/arena.h"

enum { JSON_DEPTH_MAX = 32 }; // of objects and arrays inside each other

enum json_status {
    JSON_OK = 0,
    JSON_BAD_UTF8,
    JSON_NOT_JSON,      // also nothing at all, trailing bytes, lone surrogates
    JSON_NUL,           // U+0000, as a byte or as an escape
    JSON_TOO_DEEP,
    JSON_DUPLICATE_KEY, // two equal keys of one object, compared after unescaping
    JSON_NOMEM,
};

enum json_type { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL };

// A value. The values inside of an object or array follow it: the first one is the next token, and each one
// leads by `end` to the next, up to the container's own `end`.
struct json_token {
    struct span key;  // unescaped; absent for the root and in arrays
    struct span text; // a string unescaped; anything else as it stands, from its first to its last byte
    uint32_t end;     // index of the first token after this value and all inside of it
    uint8_t type;     // enum json_type
};

struct json; // holds the memory of tokens; one per thread
struct json *json_new(void); // NULL when memory is out
void json_free(struct json *json);

// Parses the whole of `text`, which must outlive the tokens: spans point into it, and into `arena` where
// something had to be unescaped. On success the tokens are *tokens, [0] is the root; they hold until the next
// parse. On failure *fault is the place, a byte offset.
enum json_status json_parse(struct json *json, struct arena *arena, struct span text,
                            const struct json_token **tokens, uint32_t *fault);

// The unescaped content of a string with escapes (between its quotes, valid UTF-8, no control characters).
enum json_status json_unescape(struct arena *arena, struct span content, struct span *text);

// True for the text of a JSON number.
bool json_is_number(struct span text);

#endif
