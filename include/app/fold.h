// The fold makes customers again from their timelines: from nothing, in the one order of their events, to
// the watermark. It is the one mechanism behind late events, retried quarantine and whatever else changes
// a timeline or the policy: change, mark, fold.
#ifndef GUANXI_APP_FOLD_H
#define GUANXI_APP_FOLD_H

#include "app/collector.h"

// A place in folder->effects: how many rows stand before it.
struct fold_place {
    size_t transitions, promises, objections, profiles, reminders, notices;
};

// What the tables have of one customer beside its row.
struct follow_ups {
    const struct reminder_row *reminders;
    size_t reminder_count;
    const struct notice_row *notices;
    size_t notice_count;
    const struct outbox_row *outbox; // held ones
    size_t outbox_count;
    struct histories histories;
    bool fresh; // there is and was nothing
};

// One customer made from nothing; its effects are a stretch of folder->effects.
struct folded {
    struct customer_row row;
    struct customer_row before; // as it stood
    struct follow_ups had;      // read only where the fold is to be written
    struct fold_place begin, end;
};

struct folder {
    const struct policy *policy;
    struct store *store;
    struct decoder *decoder;
    instant quiet_until; // of customers that an import has marked: all before it is silent; INSTANT_NONE: as they say

    // scratch, kept from fold to fold
    VECTOR(struct customer_row) loaded;
    VECTOR(struct folded) folded;
    struct collector collector;
    struct writeset effects; // as if nothing had been there before
    struct writeset set;     // what is written
    struct arena arena;      // what the store gave
    struct arena scratch;    // of one event
    size_t rows;             // of timelines, in the last fold; of those
    bool bounded;            // of each customer only so many rows are corrected at once; what is over is ..
    size_t uncorrected;      // .. counted
    size_t refused;          // today's rules refuse so many, the first of them for
    struct reject reject;
};

void folder_init(struct folder *folder);
void folder_free(struct folder *folder);

// Makes customers (ids sorted, unique) up to `watermark`, or as far as each had come if that is further, and writes
// nothing. 0: folder->folded has each, with its rows in folder->effects; folder->set.points what timelines show that is
// not so. One who is not in the database is passed over. Else as the store says.
int fold_make(struct folder *folder, const struct span *ids, size_t count, instant watermark);

// Folds customers (ids sorted, unique) up to `watermark` and writes the result, marks gone, under their
// versions; one of whom no event is left that begins a customer is no more. 0: folder->set.customers tells what
// was written, versions raised. STORE_CONFLICT: somebody
// changed one of them meanwhile; nothing was written. Others as the store says.
int fold_customers(struct folder *folder, const struct span *ids, size_t count, instant watermark);

// What a fold yields of one customer beside its row.
struct yielded {
    const struct transition_row *transitions;
    size_t transition_count;
    const struct promise_row *promises;
    size_t promise_count;
    const struct objection_row *objections;
    size_t objection_count;
    const struct profile_row *profiles;
    size_t profile_count;
    const struct reminder_row *reminders;
    size_t reminder_count;
    const struct notice_row *notices;
    size_t notice_count;
};

// Brings the reminders and held messages that the tables have in line with a fold (model section 1, Fold):
// a reminder of which something was published keeps its due_at, opened_at and notices; one that the fold
// does not yield is closed moot, or deleted if nothing of it was published. False: memory is out.
// Notices before before->quiet_until are suppressed; so they stay, and where an import wants it told, an open reminder
// of which that is all is to be announced. Rows that are as they are to be are not written.
bool reconcile_reminders(struct writeset *set, const struct customer_row *row, const struct customer_row *before,
                         const struct yielded *yielded, const struct follow_ups *had);

// Issues one message of each kind of transition in which the folded customer stands elsewhere than was last
// published, in place of all that were held; of a customer who is no more none, the row then carries what was told
// (app/told.h). Of what an import brought silently, and of which nothing was told before, nothing is told now. Sets
// row->messages. False: memory is out.
bool reconcile_transitions(struct writeset *set, struct customer_row *row, const struct customer_row *before,
                           const struct yielded *yielded, const struct follow_ups *had);

// Brings transitions, promises, objections and the profile in the tables in line with a fold; what stands there as it
// was made again is not written. False: memory is out.
bool reconcile_histories(struct writeset *set, struct span id, const struct yielded *yielded,
                         const struct follow_ups *had);

#endif
