// What one transaction is going to write, gathered piece by piece, with the memory of the texts made for it.
#ifndef GUANXI_APP_WRITESET_H
#define GUANXI_APP_WRITESET_H

#include "app/vector.h"
#include "port/store.h"

struct writeset {
    VECTOR(struct lane_advance) lanes;
    VECTOR(struct customer_row) customers;
    VECTOR(struct timeline_row) timeline;
    VECTOR(struct level_change_row) level_changes;
    VECTOR(struct reminder_row) reminders;
    VECTOR(struct notice_row) notices;
    VECTOR(struct outbox_row) outbox;
    VECTOR(struct quarantine_row) quarantine;
    VECTOR(struct quarantine_settle) settle;
    VECTOR(struct span) forget_level_changes;
    VECTOR(struct reminder_row) delete_reminders;
    VECTOR(struct notice_row) delete_notices;
    VECTOR(struct outbox_row) delete_outbox;
    VECTOR(struct timeline_row) points;
    struct arena arena;
    bool durable;
};

void writeset_init(struct writeset *set);
void writeset_clear(struct writeset *set); // empties it, keeps the memory
void writeset_free(struct writeset *set);
bool writeset_is_empty(const struct writeset *set);
// Borrows the set: valid until it is changed.
struct store_write writeset_view(const struct writeset *set);

// Collects the effects of one customer at a time into a write set. `row` is the customer's row in the making:
// level messages are numbered in it. With `messages`, level changes and closings go to the outbox at once
// (live); without, only rows of the tables are made (fold, which reconciles them with what was published).
struct collector {
    struct writeset *set;
    const struct policy *policy;
    struct customer_row *row;
    size_t first_reminder; // rows of this customer begin here
    bool messages;
    bool failed; // memory ran out
    struct arena *keep; // where to copy what names an event; NULL: events outlive the set
};
void collector_begin(struct collector *collector, struct writeset *set, const struct policy *policy,
                     struct customer_row *row, bool messages);
// As it is made by collector_begin, `keep` is NULL.
struct effects collector_effects(struct collector *collector);

// Puts an event on its customer's timeline. `event` must outlive the set. False: memory is out.
bool writeset_timeline(struct writeset *set, const struct event *event, double points, int32_t lane_id,
                       int64_t offset);

// Puts a level change into the outbox as the customer's next one. False: memory is out.
bool outbox_level(struct writeset *set, struct customer_row *row, const struct level_change_row *change);
// Puts the closing of a reminder into the outbox, to be sent if a notice of it was.
bool outbox_closing(struct writeset *set, const struct customer_row *row, const struct reminder_row *reminder);

// Derives what a row shows and is woken by from its state. The indexed wake only moves earlier, unless
// `rearm` (it has fired or the state was made anew): a postponed wake is not worth an index entry.
void customer_row_derive(const struct policy *policy, struct customer_row *row, bool rearm);

#endif
