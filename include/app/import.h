// An import: the lines of a file become events on timelines, and the customers they are about are folded. Where it
// stands is kept in its lane, `import:<name>`: the number of the next line, with a digest of all lines before it, so
// that it goes on after any interruption, and notices when it is given another file.
#ifndef GUANXI_APP_IMPORT_H
#define GUANXI_APP_IMPORT_H

#include "app/importer.h"

enum { IMPORT_SHARES = 2 }; // connections that write at the same time, each its share of the customers
#define IMPORT_LANE "import:"

// What an input gives: a line, or what belongs together as one.
struct import_line {
    int64_t number;    // of the first line of it
    int64_t next;      // of the line behind it
    struct span text;  // as it stands, without its end
    struct span value; // an event, structured; absent: there is none (a blank line, a head)
    const struct reject *reject; // instead of a value: what is wrong with it
};

struct import_input {
    // 1: *line is the next one; 0: there are no more; negative. Borrowed until the next call.
    int (*next)(void *context, struct import_line *line);
    // A digest of all that was given so far, with the last line or (asked first) without it.
    int64_t (*digest)(void *context, bool with_last);
    void *context;
};

struct import_rejected {
    int64_t line;
    const char *code, *detail;
    struct span text;
};

struct import_output {
    // One line that was not taken, in the order of the file. 0, or negative.
    int (*reject)(void *context, const struct import_rejected *rejected);
    // Before an import goes on at line `next`: of later lines nothing may be there.
    int (*resume)(void *context, int64_t next);
    // What was rejected so far is to last.
    int (*settle)(void *context);
    // How far it is: lines behind us, or customers folded of `total`.
    void (*progress)(void *context, bool folding, int64_t done, int64_t total);
    void *context;
};

struct import_settings {
    const char *name;
    const char *owner;
    bool again;    // from the first line on, whatever was taken before
    bool announce; // open reminders from before the import are announced late, and changes told
    duration lateness, lane_hold;
    size_t batch_events, batch_bytes; // of lines that are written together
};

struct import_parts {
    const struct policy *policy;
    const struct import_settings *settings;
    struct store *control; // all connected, and borrowed
    struct store *shares[IMPORT_SHARES];
    struct import_input input;
    struct import_output output;
};

struct import_result {
    int64_t before;                          // lines that were taken by an earlier run
    int64_t lines;                           // taken by this one
    int64_t fates[IMPORT_FATES];             // events
    int64_t rejected[REJECT_REASON_COUNT];   // lines, conflicts among them
    int64_t passed_over;                     // ticks, and types that are unknown and ignored
    int64_t unknown_marks;                   // marks passed over
    int64_t folded;                          // customers
    int64_t left;                            // customers that others kept changing, still marked
};

// 0: all of it was taken and folded; negative: what is wrong, and *result tells how far it came.
int import_run(const struct import_parts *parts, struct import_result *result);

#endif
