// How far a long command has come: on a terminal a line of stderr that is written over, elsewhere a line of the log
// now and then. One thread.
#ifndef GUANXI_BASE_PROGRESS_H
#define GUANXI_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    const char *what, *unit; // "importing", "events"
    int64_t done, total;     // total 0: nobody knows
    int64_t first;           // done when it began: what is resumed has no part in the rate
    int64_t begun_us, shown_us, rated_us; // monotonic
    int64_t rated;           // done at rated_us
    double rate;             // units per second of late
    bool terminal;
    bool silent;             // nothing is shown; for tests, and where somebody else shows progress_text
};

// `what` and `unit` are borrowed; `done` of `total` are behind us already.
void progress_begin(struct progress *progress, const char *what, const char *unit, int64_t done, int64_t total);
// So many are done by now. Cheap: to be called as often as it moves, and while it does not.
void progress_at(struct progress *progress, int64_t done);
// Shows the end of it, with the mean rate, if anything was done.
void progress_end(struct progress *progress);

// The line: "importing: 12,000 of 1,000,000 events (1 %), 48,000/s, 20 s left"; for STATUS= and the like. Cut to
// `size`.
enum { PROGRESS_TEXT = 200 };
void progress_text(const struct progress *progress, char *text, size_t size);

// The same with a clock of the caller's, for tests.
void progress_begin_at(struct progress *progress, const char *what, const char *unit, int64_t done, int64_t total,
                       int64_t now_us);
void progress_move(struct progress *progress, int64_t done, int64_t now_us);

#endif
