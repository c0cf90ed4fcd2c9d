#include "main/import_rejects.h"

#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD "line\treason\tdetail\ttext\n"

enum { PIECE = 64 * 1024 };

void rejects_init(struct import_rejects *rejects, const char *path)
{
    *rejects = (struct import_rejects){.path = path, .fd = -1};
}

void rejects_free(struct import_rejects *rejects)
{
    if (rejects->fd >= 0)
        close(rejects->fd);
    free(rejects->bytes);
}

static int trouble(const struct import_rejects *rejects)
{
    return fault(STATUS_IO, "%s: %s", rejects->path, strerror(errno));
}

// Where the first entry of line `next` or a later one begins, or what is not whole. -1: this is no such file.
static long find_end(FILE *file, int64_t next, int64_t *count)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size = getline(&line, &capacity, file);
    long end = size == (ssize_t)strlen(HEAD) && strcmp(line, HEAD) == 0 ? (long)size : size < 0 ? 0 : -1;
    while (end > 0 && (size = getline(&line, &capacity, file)) > 0) {
        char *behind;
        long long number = strtoll(line, &behind, 10);
        if (*behind != '\t' || number >= next || line[size - 1] != '\n')
            break;
        end += size;
        (*count)++;
    }
    free(line);
    return end;
}

int rejects_resume(struct import_rejects *rejects, int64_t next)
{
    FILE *file = fopen(rejects->path, "r+e");
    if (!file)
        return errno == ENOENT ? 0 : trouble(rejects);
    long end = find_end(file, next, &rejects->before);
    int status = 0;
    if (end < 0)
        status = fault(STATUS_IO, "%s is there and is no file of rejected lines: name another with --rejects",
                       rejects->path);
    else if (end <= (long)strlen(HEAD) ? unlink(rejects->path) != 0 : ftruncate(fileno(file), end) != 0)
        status = trouble(rejects);
    fclose(file);
    return status;
}

static int put(struct import_rejects *rejects, const char *bytes, size_t size)
{
    if (rejects->capacity - rejects->size < size) {
        size_t capacity = rejects->capacity + size + PIECE;
        char *grown = realloc(rejects->bytes, capacity);
        if (!grown)
            return fault(STATUS_NOMEM, "out of memory");
        rejects->bytes = grown;
        rejects->capacity = capacity;
    }
    memcpy(rejects->bytes + rejects->size, bytes, size);
    rejects->size += size;
    return 0;
}

static int flush(struct import_rejects *rejects)
{
    for (size_t done = 0; done < rejects->size;) {
        ssize_t written = write(rejects->fd, rejects->bytes + done, rejects->size - done);
        if (written < 0 && errno != EINTR)
            return trouble(rejects);
        done += written > 0 ? (size_t)written : 0;
    }
    rejects->size = 0;
    return 0;
}

static int begin(struct import_rejects *rejects)
{
    if (rejects->fd >= 0)
        return 0;
    rejects->fd = open(rejects->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (rejects->fd < 0)
        return trouble(rejects);
    return lseek(rejects->fd, 0, SEEK_END) == 0 ? put(rejects, HEAD, strlen(HEAD)) : 0;
}

// A field, without what would end it.
static int put_field(struct import_rejects *rejects, struct span text, char end)
{
    size_t from = rejects->size;
    int status = put(rejects, text.data ? text.data : "", text.size);
    for (size_t i = from; status == 0 && i < rejects->size; i++) {
        char c = rejects->bytes[i];
        if (c == '\n' || (end == '\t' && c == '\t'))
            rejects->bytes[i] = ' ';
    }
    return status ? status : put(rejects, &end, 1);
}

int rejects_add(struct import_rejects *rejects, const struct import_rejected *rejected)
{
    char number[24];
    int size = snprintf(number, sizeof number, "%lld", (long long)rejected->line);
    int status = begin(rejects);
    if (status == 0)
        status = put_field(rejects, span_of(number, (size_t)size), '\t');
    if (status == 0)
        status = put_field(rejects, span_text(rejected->code), '\t');
    if (status == 0)
        status = put_field(rejects, span_text(rejected->detail), '\t');
    if (status == 0)
        status = put_field(rejects, rejected->text, '\n');
    return status || rejects->size < PIECE ? status : flush(rejects);
}

int rejects_settle(struct import_rejects *rejects)
{
    int status = rejects->fd >= 0 ? flush(rejects) : 0;
    return status == 0 && rejects->fd >= 0 && fdatasync(rejects->fd) != 0 && errno != EINVAL ? trouble(rejects) : status;
}
