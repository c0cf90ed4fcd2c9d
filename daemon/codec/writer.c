#include "codec/writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/time.h"

enum { FIRST_CAPACITY = 2048 };

void writer_init(struct writer *writer, struct arena *arena)
{
    *writer = (struct writer){.arena = arena};
}

// Room for `size` more bytes and a NUL. What was outgrown stays in the arena until that is reset.
static bool reserve(struct writer *writer, size_t size)
{
    if (writer->failed || writer->capacity - writer->size > size) {
        return !writer->failed;
    }
    size_t capacity = writer->capacity ? writer->capacity : FIRST_CAPACITY;
    while (capacity - writer->size <= size) {
        capacity *= 2;
    }
    char *text = arena_take(writer->arena, capacity);
    if (!text) {
        writer->failed = true;
        return false;
    }
    if (writer->size) {
        memcpy(text, writer->text, writer->size);
    }
    writer->text = text;
    writer->capacity = capacity;
    return true;
}

struct span writer_finish(struct writer *writer)
{
    if (!reserve(writer, 0)) {
        return SPAN_NONE;
    }
    writer->text[writer->size] = '\0';
    struct arena *arena = writer->arena;
    if (writer->text + writer->capacity == arena->next) { // what is not needed goes back
        arena_give_back(arena, writer->text, writer->capacity);
        writer->text = arena_take(arena, writer->capacity = writer->size + 1);
    }
    return span_of(writer->text, writer->size);
}

// Messages are made of many short pieces: the common case, room enough, is decided where they are written.
static inline bool room_for(struct writer *writer, size_t size)
{
    return (!writer->failed && writer->capacity - writer->size > size) || reserve(writer, size);
}

static inline void put(struct writer *writer, const char *bytes, size_t size)
{
    memcpy(writer->text + writer->size, bytes, size);
    writer->size += size;
}

static inline void put_char(struct writer *writer, char c)
{
    writer->text[writer->size++] = c;
}

void write_bytes(struct writer *writer, struct span bytes)
{
    if (bytes.size && room_for(writer, bytes.size)) {
        put(writer, bytes.data, bytes.size);
    }
}

void write_text(struct writer *writer, const char *text)
{
    write_bytes(writer, span_text(text));
}

void write_number(struct writer *writer, int64_t number)
{
    char digits[24], *end = digits + sizeof digits, *at = end;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        *--at = (char)('0' + rest % 10);
    } while (rest /= 10);
    if (number < 0) {
        *--at = '-';
    }
    write_bytes(writer, span_of(at, (size_t)(end - at)));
}

void write_real(struct writer *writer, double number)
{
    char digits[32];
    int size = 0;
    for (int precision = 15; precision <= 17; precision++) {
        size = snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number) {
            break;
        }
    }
    write_bytes(writer, span_of(digits, (size_t)size));
}

// A value or key follows: a comma unless it is the first of its container or stands behind a key. Then there is room
// for `size` more bytes; false: there is not.
static inline bool separate(struct writer *writer, size_t size)
{
    if (!room_for(writer, size + 1)) {
        return false;
    }
    char last = writer->size ? writer->text[writer->size - 1] : '{';
    if (last != '{' && last != '[' && last != ':') {
        put_char(writer, ',');
    }
    return true;
}

void json_open(struct writer *writer, char bracket)
{
    if (separate(writer, 1)) {
        put_char(writer, bracket);
    }
}

void json_close(struct writer *writer, char bracket)
{
    write_bytes(writer, span_of(&bracket, 1));
}

static const char *short_escape(char c)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return NULL;
    }
}

static inline bool is_plain(char c)
{
    return (uint8_t)c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
}

// From the first character on that needs an escape.
static void write_escaped(struct writer *writer, struct span text, uint32_t first)
{
    uint32_t begun = 0; // of the run that needs no escape
    for (uint32_t i = first; i < text.size; i++) {
        char c = text.data[i];
        if (is_plain(c)) {
            continue;
        }
        write_bytes(writer, span_of(text.data + begun, i - begun));
        begun = i + 1;
        const char *escape = short_escape(c);
        char coded[8];
        if (!escape) {
            snprintf(coded, sizeof coded, "\\u%04x", (unsigned)(uint8_t)c);
            escape = coded;
        }
        write_text(writer, escape);
    }
    write_bytes(writer, span_of(text.data + begun, text.size - begun));
}

void json_string(struct writer *writer, struct span text)
{
    if (!text.data) {
        text = SPAN_LITERAL("null");
        if (separate(writer, text.size)) {
            put(writer, text.data, text.size);
        }
        return;
    }
    if (!separate(writer, text.size + (size_t)2)) {
        return;
    }
    uint32_t plain = 0;
    while (plain < text.size && is_plain(text.data[plain])) {
        plain++;
    }
    put_char(writer, '"');
    if (plain == text.size) {
        put(writer, text.data, text.size);
    } else {
        write_escaped(writer, text, plain);
    }
    write_text(writer, "\"");
}

void json_members(struct writer *writer, struct span members)
{
    if (members.size && separate(writer, members.size)) {
        put(writer, members.data, members.size);
    }
}

void json_instant(struct writer *writer, instant at)
{
    char text[TIME_TEXT_MAX];
    if (at == INSTANT_NONE) {
        json_string(writer, SPAN_NONE);
    } else {
        json_string(writer, span_of(text, (size_t)time_format(at, text)));
    }
}

void json_key(struct writer *writer, const char *key)
{
    json_string(writer, span_text(key));
    write_text(writer, ":");
}

void member_string(struct writer *writer, const char *key, struct span text)
{
    json_key(writer, key);
    json_string(writer, text);
}

void member_text(struct writer *writer, const char *key, const char *text)
{
    member_string(writer, key, span_text(text));
}

void member_number(struct writer *writer, const char *key, int64_t number)
{
    json_key(writer, key);
    write_number(writer, number);
}

void member_real(struct writer *writer, const char *key, double number)
{
    json_key(writer, key);
    write_real(writer, number);
}

void member_bool(struct writer *writer, const char *key, bool value)
{
    json_key(writer, key);
    write_text(writer, value ? "true" : "false");
}

void member_instant(struct writer *writer, const char *key, instant at)
{
    json_key(writer, key);
    json_instant(writer, at);
}
