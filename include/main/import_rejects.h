// The file of lines that an import did not take: number of the line, reason, detail and the line itself, with a TAB
// between, so that `cut -f4-` gives lines that can be imported again.
#ifndef GUANXI_MAIN_IMPORT_REJECTS_H
#define GUANXI_MAIN_IMPORT_REJECTS_H

#include "app/import.h"

struct import_rejects {
    const char *path;
    int fd;      // -1: not open
    char *bytes; // not written yet
    size_t size, capacity;
    int64_t before; // so many lie in it from earlier runs
};

void rejects_init(struct import_rejects *rejects, const char *path);
void rejects_free(struct import_rejects *rejects);

// As struct import_output asks: 0 or STATUS_IO, STATUS_NOMEM. The file is there once there is something to put into it;
// one that is there already and is no such file is left alone, which is STATUS_IO. What earlier runs
// put in stays, up to the line this one goes on with.
int rejects_resume(struct import_rejects *rejects, int64_t next);
int rejects_add(struct import_rejects *rejects, const struct import_rejected *rejected);
int rejects_settle(struct import_rejects *rejects);

#endif
