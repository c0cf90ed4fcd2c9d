#include "main/import_input.h"

#include "base/status.h"
#include "codec/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct import_file {
    const char *path;
    int fd;
    int64_t size; // 0: not known
    uint32_t limit;
    struct unpacker *unpacker;
    struct lines *lines;
    struct line_digest *digest; // of all lines before `last`
    struct line last;           // given last; number 0: it is in the digest
    struct reject reject;

    // of CSV
    struct csv *csv;
    struct orders *orders;
    struct csv_record record;
    struct arena arena;
};

static int64_t read_some(void *context, char *bytes, size_t size)
{
    const struct import_file *file = context;
    ssize_t got;
    while ((got = read(file->fd, bytes, size)) < 0 && errno == EINTR)
        ;
    return got >= 0 ? got : fault(STATUS_IO, "%s", strerror(errno));
}

static int open_path(struct import_file *file)
{
    struct stat status;
    file->fd = strcmp(file->path, "-") == 0 ? STDIN_FILENO : open(file->path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 || fstat(file->fd, &status) != 0)
        return fault(STATUS_IO, "%s: %s", file->path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return fault(STATUS_IO, "%s: is a folder", file->path);
    file->size = S_ISREG(status.st_mode) ? status.st_size : 0;
    return 0;
}

// A fault, with the file that it is about.
static int of_file(const struct import_file *file, int status)
{
    char message[400];
    snprintf(message, sizeof message, "%s", fault_message());
    return fault(status, "%s: %s", file->path, message);
}

// Something else than its name says is no history: half a download, or an answer of a server that it is not to be had.
static int check_packing(const struct import_file *file)
{
    const char *end = strrchr(file->path, '.');
    enum packing named = !end                         ? PACKING_NONE
                         : strcmp(end, ".gz") == 0  ? PACKING_GZIP
                         : strcmp(end, ".zst") == 0 ? PACKING_ZSTD
                                                    : PACKING_NONE;
    int status = named == PACKING_NONE ? 0 : unpacker_look(file->unpacker);
    if (status != 0)
        return of_file(file, status);
    if (named == PACKING_NONE || unpacker_packing(file->unpacker) == named)
        return 0;
    return fault(STATUS_IO, "%s: does not begin as %s data does: a file that is not packed is named without %s", file->path,
                 named == PACKING_GZIP ? "gzip" : "zstd", end);
}

int import_file_open(const char *path, uint32_t limit, struct import_file **opened)
{
    struct import_file *file = calloc(1, sizeof *file);
    *opened = file;
    if (!file)
        return fault(STATUS_NOMEM, "out of memory");
    file->path = path;
    file->limit = limit;
    int status = open_path(file);
    if (status != 0)
        return status;
    file->unpacker = unpacker_new(read_some, file);
    file->lines = file->unpacker ? lines_new(file->unpacker, limit) : NULL;
    file->digest = line_digest_new();
    return file->lines && file->digest ? check_packing(file) : fault(STATUS_NOMEM, "out of memory");
}

void import_file_close(struct import_file *file)
{
    if (!file)
        return;
    if (file->fd > STDIN_FILENO)
        close(file->fd);
    line_digest_free(file->digest);
    csv_free(file->csv);
    arena_free(&file->arena);
    lines_free(file->lines);
    unpacker_free(file->unpacker);
    free(file);
}

static void digest_last(struct import_file *file)
{
    if (file->last.number > 0)
        line_digest_add(file->digest, &file->last);
    file->last.number = 0;
}

static int64_t digest(void *context, bool with_last)
{
    struct import_file *file = context;
    if (with_last)
        digest_last(file);
    return line_digest_value(file->digest);
}

static bool is_blank(struct span text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] != ' ' && text.data[i] != '\t')
            return false;
    }
    return true;
}

static int next_line(struct import_file *file)
{
    digest_last(file);
    int got = lines_next(file->lines, &file->last);
    return got < 0 ? of_file(file, got) : got;
}

static int next_event(void *context, struct import_line *line)
{
    struct import_file *file = context;
    int got = next_line(file);
    if (got != 1)
        return got;
    *line = (struct import_line){.number = file->last.number, .next = file->last.number + 1, .text = file->last.text};
    if (file->last.too_long) {
        file->reject = (struct reject){.reason = REJECT_TOO_LARGE};
        snprintf(file->reject.detail, sizeof file->reject.detail, "more than %u bytes, max_event_bytes is less",
                 file->last.text.size);
        line->reject = &file->reject;
    } else if (!is_blank(line->text)) {
        line->value = line->text;
    }
    return 1;
}

struct import_input import_file_events(struct import_file *file)
{
    return (struct import_input){.next = next_event, .digest = digest, .context = file};
}

// The first record is the head.
static int next_order(void *context, struct import_line *line)
{
    struct import_file *file = context;
    digest_last(file);
    int got = file->csv ? csv_next(file->csv, &file->record) : fault(STATUS_NOMEM, "out of memory");
    if (got != 1)
        return got < 0 ? of_file(file, got) : got;
    const struct csv_record *record = &file->record;
    file->last = (struct line){.number = record->line, .text = record->text};
    *line = (struct import_line){.number = record->line, .next = record->next, .text = record->text};
    int status = 0;
    arena_reset(&file->arena);
    if (record->line == 1)
        status = orders_head(file->orders, record);
    else if (record->count > 0 || record->fault[0])
        status = orders_event(file->orders, record, &file->arena, &line->value, &file->reject);
    if (status < 0)
        return of_file(file, status);
    if (status > 0)
        line->reject = &file->reject;
    return 1;
}

struct import_input import_file_orders(struct import_file *file, struct orders *orders)
{
    arena_init(&file->arena, 1 << 14);
    file->csv = csv_new(file->lines, file->limit);
    file->orders = orders;
    return (struct import_input){.next = next_order, .digest = digest, .context = file};
}

int64_t import_file_lines(const struct import_file *file, int64_t lines)
{
    int64_t taken = unpacker_taken(file->unpacker);
    bool enough = file->size > 0 && taken > file->size / 100;
    return enough ? (int64_t)((double)lines * (double)file->size / (double)taken) : 0;
}
