#include "support/importing.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"

enum { LINES = 256, RUNS = 10000 };

void importing_init(struct importing *importing, struct fake_database *database, const struct policy *policy)
{
    *importing = (struct importing){
        .database = database, .policy = policy,
        .settings = {.name = "file", .owner = "import", .lateness = 60 * SECOND, .lane_hold = HOUR, .batch_events = 7,
                     .batch_bytes = 1 << 24}};
}

static int64_t digest_of(const struct importing *importing, size_t count)
{
    uint64_t digest = 14695981039346656037u; // FNV-1a
    for (size_t i = 0; i < count; i++) {
        for (uint32_t k = 0; k <= importing->lines[i].size; k++)
            digest = (digest ^ (k < importing->lines[i].size ? (uint8_t)importing->lines[i].data[k] : '\n')) *
                     1099511628211u;
    }
    return (int64_t)digest;
}

static int64_t digest(void *context, bool with_last)
{
    const struct importing *importing = context;
    return digest_of(importing, importing->at - !with_last);
}

static int next(void *context, struct import_line *line)
{
    struct importing *importing = context;
    if (importing->broken_at > 0 && importing->at == (size_t)importing->broken_at)
        return fault(STATUS_IO, "broken off");
    if (importing->at == importing->line_count)
        return 0;
    struct span text = importing->lines[importing->at++];
    *line = (struct import_line){.number = (int64_t)importing->at, .next = (int64_t)importing->at + 1, .text = text,
                                 .value = text.size ? text : SPAN_NONE};
    return 1;
}

static int reject(void *context, const struct import_rejected *rejected)
{
    struct importing *importing = context;
    if (importing->reject_count == IMPORTING_REJECTS)
        return fault(STATUS_IO, "too many rejects");
    struct importing_reject *kept = &importing->rejects[importing->reject_count++];
    kept->line = rejected->line;
    snprintf(kept->code, sizeof kept->code, "%s", rejected->code);
    snprintf(kept->detail, sizeof kept->detail, "%s", rejected->detail);
    return 0;
}

static int resume(void *context, int64_t line)
{
    struct importing *importing = context;
    importing->resumed = line;
    while (importing->reject_count > 0 && importing->rejects[importing->reject_count - 1].line >= line)
        importing->reject_count--;
    importing->settled = importing->reject_count;
    return 0;
}

static int settle(void *context)
{
    struct importing *importing = context;
    importing->settled = importing->reject_count;
    return 0;
}

static void progress(void *context, bool folding, int64_t done, int64_t total)
{
    (void)folding;
    (void)done;
    (void)total;
    ((struct importing *)context)->steps++;
}

int importing_run(struct importing *importing, const struct span *lines, size_t count)
{
    struct store *stores[1 + IMPORT_SHARES];
    for (int i = 0; i < 1 + IMPORT_SHARES; i++)
        stores[i] = fake_store_open(importing->database);
    importing->lines = lines;
    importing->line_count = count;
    importing->at = 0;
    const struct import_parts parts = {
        .policy = importing->policy, .settings = &importing->settings, .control = stores[0],
        .shares = {stores[1], stores[2]}, .input = {next, digest, importing},
        .output = {reject, resume, settle, progress, importing},
    };
    int status = import_run(&parts, &importing->result);
    for (int i = 0; i < 1 + IMPORT_SHARES; i++)
        stores[i]->ops->close(stores[i]);
    return status;
}

int importing_text(struct importing *importing, const char *text)
{
    static struct span lines[LINES];
    size_t count = 0;
    for (; *text && count < LINES; text += strcspn(text, "\n"), text += *text == '\n')
        lines[count++] = span_of(text, strcspn(text, "\n"));
    return importing_run(importing, lines, count);
}

int importing_finish(struct importing *importing, const struct span *lines, size_t count)
{
    for (int run = 1; run <= RUNS; run++) {
        if (importing_run(importing, lines, count) == 0)
            return run;
    }
    fprintf(stderr, "importing: no end: %s\n", fault_message());
    abort();
}
