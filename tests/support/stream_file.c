#include "support/stream_file.h"

#include <stdlib.h>
#include <string.h>

enum { LANES_MAX = 256 };

struct lane_count {
    char topic[64];
    int32_t partition;
    int64_t records;
};

struct stream_reader {
    FILE *file;
    char *line;
    size_t capacity;
    struct record_header headers[STREAM_HEADERS_MAX];
    struct lane_count lanes[LANES_MAX];
    size_t lane_count;
};

// ---------------------------------------------------------------------------------------------- writing

static void write_field(FILE *file, struct span field, const char *also)
{
    if (!field.data) {
        fputc('-', file);
        return;
    }
    if (field.size == 1 && field.data[0] == '-') {
        fputs("%2D", file);
        return;
    }
    for (uint32_t i = 0; i < field.size; i++) {
        unsigned char byte = (unsigned char)field.data[i];
        if (byte < 0x20 || byte == 0x7f || byte == '%' || (byte < 0x80 && strchr(also, byte)))
            fprintf(file, "%%%02X", byte);
        else
            fputc(byte, file);
    }
}

void stream_write(FILE *file, const struct stream_line *line)
{
    const struct record *record = &line->record;
    fprintf(file, "%s\t%d\t%d\t", line->topic, line->partition, line->phase);
    write_field(file, record->key, "");
    fputc('\t', file);
    for (size_t i = 0; i < record->header_count; i++) {
        if (i)
            fputc('&', file);
        write_field(file, record->headers[i].name, "&=");
        fputc('=', file);
        write_field(file, record->headers[i].value, "&=");
    }
    if (!record->header_count)
        fputc('-', file);
    fputc('\t', file);
    write_field(file, record->value, "");
    fputc('\n', file);
}

// ---------------------------------------------------------------------------------------------- reading

static int hex_digit(char c)
{
    const char *digits = "0123456789ABCDEF";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

// Unescapes in place. False when a % is not followed by two digits.
static bool read_field(char *text, struct span *field)
{
    if (strcmp(text, "-") == 0) {
        *field = SPAN_NONE;
        return true;
    }
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        int high = hex_digit(from[1]);
        int low = high < 0 ? -1 : hex_digit(from[2]);
        if (low < 0)
            return false;
        *to++ = (char)(high * 16 + low);
        from += 2;
    }
    *field = span_of(text, (size_t)(to - text));
    return true;
}

static bool read_headers(struct stream_reader *reader, char *text, struct record *record)
{
    record->headers = reader->headers;
    record->header_count = 0;
    if (strcmp(text, "-") == 0)
        return true;
    char *state = NULL;
    for (char *one = strtok_r(text, "&", &state); one; one = strtok_r(NULL, "&", &state)) {
        char *equals = strchr(one, '=');
        if (!equals || record->header_count == STREAM_HEADERS_MAX)
            return false;
        *equals = '\0';
        struct record_header *header = &reader->headers[record->header_count++];
        if (!read_field(one, &header->name) || !read_field(equals + 1, &header->value))
            return false;
    }
    return true;
}

static int64_t next_offset(struct stream_reader *reader, const char *topic, int32_t partition)
{
    for (size_t i = 0; i < reader->lane_count; i++) {
        struct lane_count *lane = &reader->lanes[i];
        if (lane->partition == partition && strcmp(lane->topic, topic) == 0)
            return lane->records++;
    }
    if (reader->lane_count == LANES_MAX)
        abort(); // no test has so many
    struct lane_count *lane = &reader->lanes[reader->lane_count++];
    snprintf(lane->topic, sizeof lane->topic, "%s", topic);
    lane->partition = partition;
    lane->records = 1;
    return 0;
}

struct stream_reader *stream_open(const char *path)
{
    struct stream_reader *reader = calloc(1, sizeof *reader);
    if (reader && !(reader->file = fopen(path, "r"))) {
        free(reader);
        return NULL;
    }
    return reader;
}

void stream_close(struct stream_reader *reader)
{
    if (!reader)
        return;
    fclose(reader->file);
    free(reader->line);
    free(reader);
}

int stream_read(struct stream_reader *reader, struct stream_line *line)
{
    ssize_t size = getline(&reader->line, &reader->capacity, reader->file);
    if (size < 0)
        return 0;
    if (reader->line[size - 1] == '\n')
        reader->line[size - 1] = '\0';
    char *fields[6];
    char *rest = reader->line;
    for (int i = 0; i < 6; i++) {
        fields[i] = strsep(&rest, "\t");
        if (!fields[i])
            return -1;
    }
    *line = (struct stream_line){.topic = fields[0], .partition = atoi(fields[1]), .phase = atoi(fields[2])};
    struct record *record = &line->record;
    if (rest || !read_field(fields[3], &record->key) || !read_headers(reader, fields[4], record) ||
        !read_field(fields[5], &record->value))
        return -1;
    record->timestamp_ms = -1;
    record->offset = next_offset(reader, line->topic, line->partition);
    return 1;
}
