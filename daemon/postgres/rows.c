#include "rows.h"

#include <stdlib.h>

enum {
    BUFFER_LEAST = 4096,
    BUFFER_KEPT = 1 << 20, // never given back below this
    ARRAY_HEADER = 20,     // dimensions, has-null flag, element type, count, lower bound
    COPY_HEADER = 19,      // signature, flags, extension
};

void rows_init(struct rows *rows)
{
    memset(rows, 0, sizeof *rows);
}

void rows_free(struct rows *rows)
{
    for (int i = 0; i < ROWS_COLUMNS_MAX; i++)
        free(rows->buffers[i].data);
    rows_init(rows);
}

static void buffer_empty(struct buffer *buffer)
{
    if (buffer->peak < buffer->size)
        buffer->peak = buffer->size;
    buffer->size = 0;
}

static void begin(struct rows *rows, int columns)
{
    rows->columns = columns;
    rows->column = 0;
    rows->count = 0;
    rows->failed = false;
}

void rows_begin_copy(struct rows *rows, int columns)
{
    static const char header[COPY_HEADER] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";
    begin(rows, columns);
    rows->form = ROWS_COPY;
    buffer_empty(&rows->buffers[0]);
    char *at = rows_room(rows, &rows->buffers[0], COPY_HEADER);
    if (at)
        memcpy(at, header, COPY_HEADER);
}

void rows_begin_arrays(struct rows *rows, const enum column_type *types, int columns)
{
    begin(rows, columns);
    rows->form = ROWS_ARRAYS;
    rows->types = types;
    for (int i = 0; i < columns; i++) {
        buffer_empty(&rows->buffers[i]);
        rows_room(rows, &rows->buffers[i], ARRAY_HEADER);
    }
}

void rows_begin_texts(struct rows *rows)
{
    static const enum column_type types[] = {COLUMN_TEXT};
    rows_begin_arrays(rows, types, 1);
}

void rows_texts(struct rows *rows, const struct span *texts, size_t count)
{
    rows_begin_texts(rows);
    for (size_t i = 0; i < count; i++) {
        row_begin(rows);
        row_span(rows, texts[i]);
    }
}

void rows_begin_records(struct rows *rows, uint32_t record_type, int columns)
{
    begin(rows, columns);
    rows->form = ROWS_RECORDS;
    rows->record_type = record_type;
    rows->record = 0;
    buffer_empty(&rows->buffers[0]);
    rows_room(rows, &rows->buffers[0], ARRAY_HEADER);
}

// The size of a record is known when its columns are written.
static void end_record(struct rows *rows)
{
    struct buffer *buffer = &rows->buffers[0];
    if (!rows->record || rows->failed)
        return;
    uint32_t size = htobe32((uint32_t)(buffer->size - rows->record - 4));
    memcpy(buffer->data + rows->record, &size, 4);
}

void rows_begin_row(struct rows *rows)
{
    struct buffer *buffer = &rows->buffers[0];
    if (rows->form == ROWS_COPY) {
        uint16_t columns = htobe16((uint16_t)rows->columns);
        char *at = rows_room(rows, buffer, 2);
        if (at)
            memcpy(at, &columns, 2);
        return;
    }
    end_record(rows);
    rows->record = buffer->size;
    uint32_t columns = htobe32((uint32_t)rows->columns);
    char *at = rows_room(rows, buffer, 8);
    if (at)
        memcpy(at + 4, &columns, 4);
}

char *rows_grow(struct rows *rows, struct buffer *buffer, size_t size)
{
    size_t needed = buffer->size + size;
    size_t capacity = buffer->capacity < BUFFER_LEAST ? BUFFER_LEAST : buffer->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    char *data = rows->failed ? NULL : realloc(buffer->data, capacity);
    if (!data) {
        rows->failed = true;
        return NULL;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    buffer->size = needed;
    return data + needed - size;
}

void rows_trim(struct rows *rows)
{
    for (int i = 0; i < ROWS_COLUMNS_MAX; i++) {
        struct buffer *buffer = &rows->buffers[i];
        buffer_empty(buffer);
        if (buffer->capacity > BUFFER_KEPT && buffer->peak < buffer->capacity / 4) {
            free(buffer->data);
            *buffer = (struct buffer){0};
        }
        // Fades, so that a peak counts for the next few dozen writes and no longer.
        buffer->peak -= buffer->peak / 16;
    }
}

static void add_array(struct rows *rows, struct buffer *buffer, uint32_t type, struct parameters *parameters)
{
    // The flag says that NULLs may occur, which is allowed to be untrue.
    uint32_t header[5] = {htobe32(1), htobe32(1), htobe32(type), htobe32((uint32_t)rows->count), htobe32(1)};
    memcpy(buffer->data, header, sizeof header);
    parameter_bytes(parameters, buffer->data, buffer->size);
}

void rows_parameters(struct rows *rows, struct parameters *parameters)
{
    if (rows->failed)
        return;
    if (rows->form == ROWS_RECORDS) {
        end_record(rows);
        add_array(rows, &rows->buffers[0], rows->record_type, parameters);
        return;
    }
    for (int i = 0; i < rows->columns; i++)
        add_array(rows, &rows->buffers[i], rows->types[i], parameters);
}
