// Inside an import: batches of lines on their way to the database.
#ifndef GUANXI_DAEMON_APP_IMPORT_PARTS_H
#define GUANXI_DAEMON_APP_IMPORT_PARTS_H

#include "app/import.h"

#include <pthread.h>

// A line that is not taken. Texts live in the batch.
struct import_note {
    int64_t line;
    enum reject_reason reason;
    const char *detail;
    struct span text;
};

// Lines that are written together. It stays until all before it are written too.
struct import_batch {
    struct import_batch *following;
    struct arena arena;
    VECTOR(struct import_event) shares[IMPORT_SHARES];
    VECTOR(struct import_note) notes;
    int64_t next;   // the line behind it
    int64_t digest; // of all lines before that
    instant latest; // of its events and ticks
    int pending;    // shares that are not written yet
};

// The threads that write: batches are handed in, done by every share in their order, and come out.
struct import_crew {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    pthread_t threads[IMPORT_SHARES];
    int running;
    struct import_batch *first, *last;
    struct import_batch *next[IMPORT_SHARES]; // of each share, what it has not begun or is at
    int count;
    bool ended;    // no more batches come
    int outcome;   // of the store, or negative: the first thing that went wrong, with its message
    char message[512];
    struct importer importers[IMPORT_SHARES];
};

// Threads with importers like `common`, each with its own of the stores. 0, or negative; crew_end in any case.
int crew_start(struct import_crew *crew, struct store *const stores[IMPORT_SHARES], const struct importer *common);
// Hands a batch in, whose it is then.
void crew_give(struct import_crew *crew, struct import_batch *batch);
// The first batch, once it is done; NULL: there is none. While `most` at most are under way it does not wait for one.
// *outcome: what went wrong, the fault message with it.
struct import_batch *crew_take(struct import_crew *crew, int most, int *outcome);
// Lets the threads forget what they know of ids. Nothing may be under way.
void crew_forget_ids(struct import_crew *crew);
// Ends the threads, when they are through with their batches or have failed; what is left of batches is freed.
void crew_end(struct import_crew *crew);
void import_batch_free(struct import_batch *batch);

// An import under way.
struct import {
    const struct import_parts *parts;
    struct import_result *result;
    struct lane_row lane;
    struct lane_advance cursor;
    instant quiet_until;
    struct decoder *decoder;
    struct own_record own; // of the line decoded last
    struct import_crew crew;
    int64_t next;               // the line behind all that were read
    struct import_batch *batch; // being filled
    struct import_batch *spare;
    struct writeset set; // of changes of ids
    struct arena arena;
};

// An outcome of the store as a status with what to do: an import ends there and can be run again.
int import_status(const struct import *import, int outcome);
int import_no_memory(void);

// Passes the lines that an earlier run has taken, and sees whether they are the same. 0, or negative.
int import_pass(struct import *import);
// Takes all other lines, until they are written. 0, or negative.
int import_feed(struct import *import);

// Applies one event that changes who ids mean, alone: everything before it is written. An outcome of the store.
int import_identity(struct import *import, struct import_event *event, struct reject *reject);

// Folds all customers that an import has marked.
int import_fold(struct import *import);

#endif
