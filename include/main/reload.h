// The configuration read again while the daemon runs: taken as a whole where it is sound, else the one in force stays
// as it is. What only a start can change keeps its value and is named.
#ifndef GUANXI_MAIN_RELOAD_H
#define GUANXI_MAIN_RELOAD_H

#include "main/command.h"

struct engine;

enum { RELOADS_KEPT = 64 };

struct reloader {
    struct engine *engine;
    struct command_context *first; // borrowed: what the daemon was started with
    struct command_context *now;   // in force; the first, or the last of:
    struct {
        struct command_context *context;
        int64_t retired_us; // monotonic instant since when it is out of force; 0: it is not
    } kept[RELOADS_KEPT];   // those taken by reloads; threads may look at former ones for a while
    int kept_count;
    const struct policy *policy; // in force: of one of them
    uint64_t written;            // its fingerprint before types had their lasting numbers
};

// Whether an option takes effect by a reload. False: at the next start.
bool reload_changes(const char *group, const char *option);

// With the configuration that the daemon is started with; before its types have their lasting numbers.
void reloader_begin(struct reloader *reloader, struct command_context *context);
// Reads it; says in the log and the metrics what came of it. Whether it was taken.
bool reloader_reload(struct reloader *reloader);
// After the engine is gone.
void reloader_free(struct reloader *reloader);

#endif
