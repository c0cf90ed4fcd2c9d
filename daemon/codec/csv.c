#include "codec/csv.h"

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct csv {
    struct lines *lines;
    uint32_t limit;
    char *raw; // lines that were read, each with LF behind it; the first ones are those of the record given last
    size_t size, capacity;
    size_t used;      // bytes of that record
    int64_t used_lines;
    int64_t number;   // of the first line in `raw`
    bool cut, ended;  // the only line in `raw` is too long; there are no more lines
    char *values;     // fields without their quotes
};

struct csv *csv_new(struct lines *lines, uint32_t limit)
{
    struct csv *csv = calloc(1, sizeof *csv);
    if (!csv)
        return NULL;
    *csv = (struct csv){.lines = lines, .limit = limit, .number = 1};
    return csv;
}

void csv_free(struct csv *csv)
{
    if (!csv)
        return;
    free(csv->raw);
    free(csv->values);
    free(csv);
}

static int no_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while reading CSV");
}

// Reads one more line behind those that are there. 1, 0: there is none, or negative.
static int read_line(struct csv *csv)
{
    struct line line;
    int got = csv->ended ? 0 : lines_next(csv->lines, &line);
    csv->ended = got == 0;
    if (got != 1)
        return got;
    size_t needed = csv->size + line.text.size + 1;
    if (needed > csv->capacity) {
        size_t capacity = needed * 2;
        char *raw = realloc(csv->raw, capacity);
        if (raw)
            csv->raw = raw;
        char *values = raw ? realloc(csv->values, capacity) : NULL;
        if (!values)
            return no_memory();
        csv->values = values;
        csv->capacity = capacity;
    }
    memcpy(csv->raw + csv->size, line.text.data, line.text.size);
    csv->raw[needed - 1] = '\n';
    csv->size = needed;
    csv->cut = line.too_long;
    return 1;
}

static void drop_used(struct csv *csv)
{
    if (csv->used > 0)
        memmove(csv->raw, csv->raw + csv->used, csv->size - csv->used);
    csv->size -= csv->used;
    csv->number += csv->used_lines;
    csv->used = 0;
    csv->used_lines = 0;
}

static void __attribute__((format(printf, 2, 3))) blame(struct csv_record *record, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(record->fault, sizeof record->fault, format, arguments);
    va_end(arguments);
}

// One line by itself.
static void take_line(struct csv *csv, struct csv_record *record)
{
    const char *end = memchr(csv->raw, '\n', csv->size);
    csv->used = (size_t)(end - csv->raw) + 1;
    csv->used_lines = 1;
    record->text = span_of(csv->raw, csv->used - 1);
}

// As many lines as quotes ask for: 1; 0: a quote stays open, to the end or to the limit.
static int take_lines(struct csv *csv, struct csv_record *record)
{
    bool open = false;
    size_t at = 0;
    for (;;) {
        for (; at < csv->size; at++) {
            open ^= csv->raw[at] == '"';
            if (csv->raw[at] != '\n')
                continue;
            csv->used_lines++;
            if (!open) {
                csv->used = at + 1;
                record->text = span_of(csv->raw, at);
                return 1;
            }
        }
        int got = csv->size > csv->limit ? 0 : read_line(csv);
        if (got != 1)
            return got;
    }
}

// ----------------------------------------------------------------------------------------------- fields

// A field in quotes that begins at `from`: where it ends, or NULL.
static const char *take_quoted(struct csv_record *record, const char *from, const char *end, char **to)
{
    for (const char *at = from + 1; at < end; at++) {
        if (*at != '"') {
            *(*to)++ = *at;
        } else if (at + 1 < end && at[1] == '"') {
            *(*to)++ = '"';
            at++;
        } else if (at + 1 < end && at[1] != ',') {
            blame(record, "field %zu: text behind the quote that ends it", record->count + 1);
            return NULL;
        } else {
            return at + 1;
        }
    }
    blame(record, "field %zu: its quote is never closed", record->count + 1);
    return NULL;
}

static const char *take_plain(struct csv_record *record, const char *from, const char *end, char **to)
{
    for (const char *at = from; at < end; at++) {
        if (*at == ',')
            return at;
        if (*at == '"') {
            blame(record, "field %zu: a quote inside a field that does not begin with one", record->count + 1);
            return NULL;
        }
        *(*to)++ = *at;
    }
    return end;
}

static void take_fields(struct csv *csv, struct csv_record *record)
{
    const char *at = record->text.data, *end = at + record->text.size;
    char *to = csv->values;
    while (record->text.size > 0) {
        char *from = to;
        if (record->count == CSV_FIELDS_MAX) {
            blame(record, "more than %d fields", CSV_FIELDS_MAX);
            return;
        }
        at = at < end && *at == '"' ? take_quoted(record, at, end, &to) : take_plain(record, at, end, &to);
        if (!at)
            return;
        record->fields[record->count++] = span_of(from, (size_t)(to - from));
        if (at == end)
            return;
        at++; // the comma
    }
}

int csv_next(struct csv *csv, struct csv_record *record)
{
    drop_used(csv);
    *record = (struct csv_record){.line = csv->number};
    int got = csv->size > 0 ? 1 : read_line(csv);
    if (got != 1)
        return got;
    if (csv->cut && memchr(csv->raw, '\n', csv->size) == csv->raw + csv->size - 1) {
        take_line(csv, record);
        record->too_long = true;
        blame(record, "more than %u bytes", record->text.size);
    } else {
        got = take_lines(csv, record);
        if (got < 0)
            return got;
        if (got == 0 || record->text.size > csv->limit)
            take_line(csv, record);
        take_fields(csv, record);
        if (record->fault[0]) // what seemed to belong to it may be good by itself
            take_line(csv, record);
    }
    record->next = csv->number + csv->used_lines;
    return 1;
}
