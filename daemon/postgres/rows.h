// Rows on their way to PostgreSQL, in binary: for COPY row by row, as one array parameter a column for
// unnest, or as one array of a table's row type (for wide rows: unnest of many arrays goes through a
// tuplestore for each of them, which cost a quarter of the server's time for customers). A value is written
// alike in all forms, its size and then its bytes. Buffers are kept for the next use and given back after a
// peak.
#ifndef GUANXI_POSTGRES_ROWS_H
#define GUANXI_POSTGRES_ROWS_H

#include <endian.h>

#include "core/instant.h"
#include "core/span.h"
#include "result.h"

enum { ROWS_COLUMNS_MAX = 48 };

// Type numbers of PostgreSQL that our columns have.
enum column_type {
    COLUMN_BOOL = 16,
    COLUMN_BYTEA = 17,
    COLUMN_INT8 = 20,
    COLUMN_INT2 = 21,
    COLUMN_INT4 = 23,
    COLUMN_TEXT = 25,
    COLUMN_REAL = 701,
    COLUMN_INSTANT = 1184,
    COLUMN_UUID = 2950,
};

struct buffer {
    char *data;
    size_t size, capacity;
    size_t peak; // the most that was needed lately
};

enum rows_form { ROWS_COPY, ROWS_ARRAYS, ROWS_RECORDS };

struct rows {
    struct buffer buffers[ROWS_COLUMNS_MAX]; // ROWS_ARRAYS: one a column; else the first alone
    enum rows_form form;
    const enum column_type *types;
    uint32_t record_type; // ROWS_RECORDS: the number of the row type
    size_t record;        // ROWS_RECORDS: where the row in hand begins
    int columns;
    int column; // ROWS_ARRAYS: the next to be written
    bool failed; // memory was out: what is there is of no use
    size_t count;
};

void rows_init(struct rows *rows);
void rows_free(struct rows *rows);

// Begins anew. `types` is borrowed and needed for arrays.
void rows_begin_copy(struct rows *rows, int columns);
void rows_begin_arrays(struct rows *rows, const enum column_type *types, int columns);
// One array of texts: begun, and as a whole.
void rows_begin_texts(struct rows *rows);
void rows_texts(struct rows *rows, const struct span *texts, size_t count);
// Records are written with row_put.h.
void rows_begin_records(struct rows *rows, uint32_t record_type, int columns);
// Makes room behind `buffer` for `size` bytes; NULL when memory is out.
char *rows_grow(struct rows *rows, struct buffer *buffer, size_t size);
// The head of a row in the forms that have one.
void rows_begin_row(struct rows *rows);
// Gives memory back that lately nobody needed. Called when a write is over.
void rows_trim(struct rows *rows);

static inline char *rows_room(struct rows *rows, struct buffer *buffer, size_t size)
{
    if (buffer->capacity - buffer->size < size)
        return rows_grow(rows, buffer, size);
    char *at = buffer->data + buffer->size;
    buffer->size += size;
    return at;
}

// Where the next value goes.
static inline struct buffer *rows_column(struct rows *rows)
{
    return &rows->buffers[rows->form == ROWS_ARRAYS ? rows->column++ : 0];
}

// Every row begins with row_begin and then gets its columns, all of them, in order.
static inline void row_begin(struct rows *rows)
{
    rows->count++;
    rows->column = 0;
    if (rows->form != ROWS_ARRAYS)
        rows_begin_row(rows);
}

static inline void row_bytes(struct rows *rows, const void *bytes, uint32_t size)
{
    char *at = rows_room(rows, rows_column(rows), 4 + (size_t)size);
    if (!at)
        return;
    uint32_t length = htobe32(size);
    memcpy(at, &length, 4);
    if (size)
        memcpy(at + 4, bytes, size);
}

static inline void row_null(struct rows *rows)
{
    char *at = rows_room(rows, rows_column(rows), 4);
    if (at)
        memset(at, 0xff, 4);
}

static inline void row_bool(struct rows *rows, bool value)
{
    char byte = value;
    row_bytes(rows, &byte, 1);
}

static inline void row_int2(struct rows *rows, int16_t value)
{
    uint16_t bits = htobe16((uint16_t)value);
    row_bytes(rows, &bits, 2);
}

static inline void row_int4(struct rows *rows, int32_t value)
{
    uint32_t bits = htobe32((uint32_t)value);
    row_bytes(rows, &bits, 4);
}

static inline void row_int8(struct rows *rows, int64_t value)
{
    uint64_t bits = htobe64((uint64_t)value);
    row_bytes(rows, &bits, 8);
}

static inline void row_real(struct rows *rows, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    row_int8(rows, bits);
}

// INSTANT_NONE is NULL; an instant is never infinite.
static inline void row_instant(struct rows *rows, instant at)
{
    if (at == INSTANT_NONE)
        row_null(rows);
    else
        row_int8(rows, at == INSTANT_NEVER ? at : at - POSTGRES_EPOCH);
}

// An absent span is NULL.
static inline void row_span(struct rows *rows, struct span bytes)
{
    if (bytes.data)
        row_bytes(rows, bytes.data, bytes.size);
    else
        row_null(rows);
}

static inline void row_text(struct rows *rows, const char *text)
{
    row_span(rows, span_text(text));
}

static inline void row_uuid(struct rows *rows, const uint8_t uuid[16])
{
    row_bytes(rows, uuid, 16);
}

// Parameters of one statement, all binary. Scalars are kept here, texts and arrays are borrowed.
struct parameters {
    int count;
    const char *values[ROWS_COLUMNS_MAX];
    int sizes[ROWS_COLUMNS_MAX];
    int formats[ROWS_COLUMNS_MAX];
    char scalars[ROWS_COLUMNS_MAX][8];
};

static inline void parameter_bytes(struct parameters *parameters, const void *bytes, size_t size)
{
    int i = parameters->count++;
    parameters->values[i] = bytes;
    parameters->sizes[i] = (int)size;
    parameters->formats[i] = 1;
}

static inline void parameter_int8(struct parameters *parameters, int64_t value)
{
    uint64_t bits = htobe64((uint64_t)value);
    char *place = parameters->scalars[parameters->count];
    memcpy(place, &bits, 8);
    parameter_bytes(parameters, place, 8);
}

static inline void parameter_int4(struct parameters *parameters, int32_t value)
{
    uint32_t bits = htobe32((uint32_t)value);
    char *place = parameters->scalars[parameters->count];
    memcpy(place, &bits, 4);
    parameter_bytes(parameters, place, 4);
}

static inline void parameter_bool(struct parameters *parameters, bool value)
{
    char *place = parameters->scalars[parameters->count];
    *place = value;
    parameter_bytes(parameters, place, 1);
}

static inline void parameter_real(struct parameters *parameters, double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    parameter_int8(parameters, bits);
}

static inline void parameter_null(struct parameters *parameters)
{
    parameter_bytes(parameters, NULL, 0);
}

static inline void parameter_instant(struct parameters *parameters, instant at)
{
    if (at == INSTANT_NONE)
        parameter_null(parameters);
    else
        parameter_int8(parameters, at == INSTANT_NEVER ? at : at - POSTGRES_EPOCH);
}

// NULL is NULL, an empty text is a text.
static inline void parameter_text(struct parameters *parameters, const char *text)
{
    parameter_bytes(parameters, text, text ? strlen(text) : 0);
}

// An absent span is NULL.
static inline void parameter_span(struct parameters *parameters, struct span bytes)
{
    parameter_bytes(parameters, bytes.data, bytes.size);
}

// Completes the arrays and appends them: one parameter a column, or one of records.
void rows_parameters(struct rows *rows, struct parameters *parameters);

#endif
