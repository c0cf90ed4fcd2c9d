// An import over the fake database, from lines in memory.
#ifndef GUANXI_TESTS_IMPORTING_H
#define GUANXI_TESTS_IMPORTING_H

#include "app/import.h"
#include "fakes/store.h"

enum { IMPORTING_REJECTS = 64, IMPORTING_DETAIL = 160 };

struct importing_reject {
    int64_t line;
    char code[32], detail[IMPORTING_DETAIL];
};

struct importing {
    struct fake_database *database;
    const struct policy *policy;
    struct import_settings settings; // name "file", batches of few lines; may be changed before a run
    struct import_result result;     // of the last run

    // The file: lines without their ends, borrowed.
    const struct span *lines;
    size_t line_count;
    int64_t broken_at; // after so many lines it cannot be read on; 0: it is whole

    struct importing_reject rejects[IMPORTING_REJECTS];
    size_t reject_count;
    int64_t resumed; // the line at which the last run went on
    size_t settled;  // rejects that were to last
    size_t steps;    // calls of progress
    size_t at;       // lines given
    int64_t digest;
};

void importing_init(struct importing *importing, struct fake_database *database, const struct policy *policy);
// One run, with connections of its own; what import_run says.
int importing_run(struct importing *importing, const struct span *lines, size_t count);
// The same of a text of lines.
int importing_text(struct importing *importing, const char *text);
// Runs of the same lines until one comes through; how many there were. Aborts where none does.
int importing_finish(struct importing *importing, const struct span *lines, size_t count);

#endif
