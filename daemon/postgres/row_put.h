// The rows that are written most, customers and events of the timeline, value behind value: the room for a
// whole row is looked for once and the place of the next value is at hand, where the functions of rows.h look
// for both with each value. For COPY and for arrays of records.
#ifndef GUANXI_POSTGRES_ROW_PUT_H
#define GUANXI_POSTGRES_ROW_PUT_H

#include "rows.h"

// Type, size and value of the widest columns of fixed width; and what a text needs beside its bytes.
enum { PUT_MOST = 4 + 4 + 8 };

// Begins a row with `bytes` bytes of texts in it. NULL when memory is out; else where its first value goes,
// and row_close with the place behind its last one ends it.
static inline char *row_open(struct rows *rows, size_t bytes)
{
    struct buffer *buffer = &rows->buffers[0];
    size_t most = (size_t)rows->columns * PUT_MOST + bytes;
    row_begin(rows);
    if (buffer->capacity - buffer->size < most) {
        if (!rows_room(rows, buffer, most))
            return NULL;
        buffer->size -= most;
    }
    return buffer->data + buffer->size;
}

static inline void row_close(struct rows *rows, const char *at)
{
    rows->buffers[0].size = (size_t)(at - rows->buffers[0].data);
}

// Before each value of a record.
static inline char *put_type(char *at, enum column_type type)
{
    uint32_t bits = htobe32(type);
    memcpy(at, &bits, 4);
    return at + 4;
}

static inline char *put_null(char *at)
{
    memset(at, 0xff, 4);
    return at + 4;
}

static inline char *put_bytes(char *at, const void *bytes, uint32_t size)
{
    uint32_t length = htobe32(size);
    memcpy(at, &length, 4);
    memcpy(at + 4, bytes, size);
    return at + 4 + size;
}

static inline char *put_int2(char *at, int16_t value)
{
    uint16_t bits = htobe16((uint16_t)value);
    return put_bytes(at, &bits, 2);
}

static inline char *put_int4(char *at, int32_t value)
{
    uint32_t bits = htobe32((uint32_t)value);
    return put_bytes(at, &bits, 4);
}

static inline char *put_int8(char *at, int64_t value)
{
    uint64_t bits = htobe64((uint64_t)value);
    return put_bytes(at, &bits, 8);
}

static inline char *put_real(char *at, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_int8(at, bits);
}

// `usual` is NULL; INSTANT_NONE (before everything) and INSTANT_NEVER are the infinities.
static inline char *put_instant_or(char *at, instant value, instant usual)
{
    if (value == usual)
        return put_null(at);
    return put_int8(at, value == INSTANT_NONE || value == INSTANT_NEVER ? value : value - POSTGRES_EPOCH);
}

static inline char *put_instant(char *at, instant value)
{
    return put_instant_or(at, value, INSTANT_NONE);
}

static inline char *put_span(char *at, struct span bytes)
{
    return bytes.data ? put_bytes(at, bytes.data, bytes.size) : put_null(at);
}

#endif
