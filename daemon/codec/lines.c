#include "codec/lines.h"

#include "base/status.h"

#include <stdlib.h>
#include <xxhash.h>

enum { PIECE = 256 * 1024 }; // read at once

struct lines {
    struct unpacker *unpacker;
    uint32_t limit;
    int64_t number; // of the last line given
    char *bytes;    // begin..end are read and not given yet
    size_t begin, end, capacity;
    size_t looked; // bytes behind `begin` in which there is no end of a line
    char *kept;    // the beginning of a line that is too long
    bool ended, marked; // the byte order mark was looked for
};

struct lines *lines_new(struct unpacker *unpacker, uint32_t limit)
{
    struct lines *lines = calloc(1, sizeof *lines);
    if (!lines)
        return NULL;
    *lines = (struct lines){.unpacker = unpacker, .limit = limit, .capacity = (size_t)limit + 2 + PIECE};
    lines->bytes = malloc(lines->capacity);
    if (lines->bytes)
        return lines;
    lines_free(lines);
    return NULL;
}

void lines_free(struct lines *lines)
{
    if (!lines)
        return;
    free(lines->bytes);
    free(lines->kept);
    free(lines);
}

// Reads on behind what is there. 0, or negative.
static int fill(struct lines *lines)
{
    if (lines->begin > 0) {
        memmove(lines->bytes, lines->bytes + lines->begin, lines->end - lines->begin);
        lines->end -= lines->begin;
        lines->begin = 0;
    }
    int64_t got = unpacker_read(lines->unpacker, lines->bytes + lines->end, lines->capacity - lines->end);
    if (got < 0)
        return (int)got;
    lines->ended = got == 0;
    lines->end += (size_t)got;
    return 0;
}

static void pass_mark(struct lines *lines)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (lines->marked || lines->end < sizeof mark - 1)
        return;
    lines->marked = true;
    if (memcmp(lines->bytes, mark, sizeof mark - 1) != 0)
        return;
    lines->begin = sizeof mark - 1;
    lines->looked = 0;
}

// Looks for the end of the line that begins at `begin`: its length, or SIZE_MAX while it is not there yet.
static size_t find_end(struct lines *lines)
{
    const char *from = lines->bytes + lines->begin;
    size_t have = lines->end - lines->begin;
    const char *end = memchr(from + lines->looked, '\n', have - lines->looked);
    if (end)
        return (size_t)(end - from);
    lines->looked = have;
    return lines->ended ? have : SIZE_MAX;
}

static struct span without_return(const char *bytes, size_t size)
{
    return span_of(bytes, size > 0 && bytes[size - 1] == '\r' ? size - 1 : size);
}

// The rest of a line of which enough is known already. 0, or negative.
static int pass_rest(struct lines *lines)
{
    size_t length;
    while ((length = find_end(lines)) == SIZE_MAX) {
        lines->begin = lines->end;
        lines->looked = 0;
        int status = fill(lines);
        if (status != 0)
            return status;
    }
    lines->begin += length + (lines->begin + length < lines->end);
    lines->looked = 0;
    return 0;
}

// Of a line longer than the limit its beginning is kept, and the rest passed.
static int take_long(struct lines *lines, struct line *line)
{
    if (!lines->kept && !(lines->kept = malloc(lines->limit)))
        return fault(STATUS_NOMEM, "out of memory while reading lines");
    memcpy(lines->kept, lines->bytes + lines->begin, lines->limit);
    int status = pass_rest(lines);
    if (status != 0)
        return status;
    *line = (struct line){.number = ++lines->number, .text = span_of(lines->kept, lines->limit), .too_long = true};
    return 1;
}

int lines_next(struct lines *lines, struct line *line)
{
    size_t length;
    while ((length = find_end(lines)) == SIZE_MAX) {
        if (lines->end - lines->begin > (size_t)lines->limit + 1)
            return take_long(lines, line);
        int status = fill(lines);
        if (status != 0)
            return status;
        pass_mark(lines);
    }
    if (length == 0 && lines->begin == lines->end)
        return 0;
    struct span text = without_return(lines->bytes + lines->begin, length);
    if (text.size > lines->limit)
        return take_long(lines, line);
    *line = (struct line){.number = ++lines->number, .text = text};
    lines->begin += length + (lines->begin + length < lines->end);
    lines->looked = 0;
    return 1;
}

// ------------------------------------------------------------------------------------------------ digest

struct line_digest {
    XXH3_state_t *state;
};

struct line_digest *line_digest_new(void)
{
    struct line_digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return NULL;
    digest->state = XXH3_createState();
    if (digest->state && XXH3_64bits_reset(digest->state) == XXH_OK)
        return digest;
    line_digest_free(digest);
    return NULL;
}

void line_digest_free(struct line_digest *digest)
{
    if (!digest)
        return;
    XXH3_freeState(digest->state);
    free(digest);
}

void line_digest_add(struct line_digest *digest, const struct line *line)
{
    if (line->text.size)
        XXH3_64bits_update(digest->state, line->text.data, line->text.size);
    XXH3_64bits_update(digest->state, "\n", 1);
}

int64_t line_digest_value(const struct line_digest *digest)
{
    return (int64_t)XXH3_64bits_digest(digest->state);
}
