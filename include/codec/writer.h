// Text that grows in an arena, and JSON written into it.
#ifndef GUANXI_CODEC_WRITER_H
#define GUANXI_CODEC_WRITER_H

#include "codec/arena.h"
#include "core/instant.h"

struct writer {
    struct arena *arena;
    char *text;
    size_t size, capacity;
    bool failed; // memory is out: nothing more is written
};

void writer_init(struct writer *writer, struct arena *arena);
// The text, ended by a NUL that the size does not count; absent when memory was out.
struct span writer_finish(struct writer *writer);

void write_bytes(struct writer *writer, struct span bytes);
void write_text(struct writer *writer, const char *text);
void write_number(struct writer *writer, int64_t number);
void write_real(struct writer *writer, double number); // finite, with as many digits as tell it from others

// JSON. A comma goes before whatever does not come first in its object or array. Strings must be valid
// UTF-8; an absent span is null, and so is INSTANT_NONE.
void json_open(struct writer *writer, char bracket); // '{' or '['; also behind json_key
void json_close(struct writer *writer, char bracket);
void json_key(struct writer *writer, const char *key);
void json_string(struct writer *writer, struct span text);
void json_members(struct writer *writer, struct span members); // whole members that were written before
void json_instant(struct writer *writer, instant at);

// A whole member of an object.
void member_string(struct writer *writer, const char *key, struct span text);
void member_text(struct writer *writer, const char *key, const char *text);
void member_number(struct writer *writer, const char *key, int64_t number);
void member_real(struct writer *writer, const char *key, double number);
void member_bool(struct writer *writer, const char *key, bool value);
void member_instant(struct writer *writer, const char *key, instant at);

// JSON without blanks as lines, each level of it further in. In the arena, ended by a line feed and a NUL that the
// size does not count; absent when memory is out.
struct span json_indented(struct arena *arena, struct span json);

#endif
