// What one transaction is going to write, gathered piece by piece, with the memory of the texts made for it.
#ifndef GUANXI_APP_WRITESET_H
#define GUANXI_APP_WRITESET_H

#include "app/vector.h"
#include "port/store.h"

struct writeset {
    VECTOR(struct lane_advance) lanes;
    VECTOR(struct customer_row) customers;
    VECTOR(struct customer_row) delete_customers;
    VECTOR(struct timeline_row) timeline;
    VECTOR(struct transition_row) transitions;
    VECTOR(struct promise_row) promises;
    VECTOR(struct objection_row) objections;
    VECTOR(struct profile_row) profiles;
    VECTOR(struct reminder_row) reminders;
    VECTOR(struct notice_row) notices;
    VECTOR(struct outbox_row) outbox;
    VECTOR(struct quarantine_row) quarantine;
    VECTOR(struct quarantine_settle) settle;
    VECTOR(struct span) forget;
    VECTOR(struct transition_row) delete_transitions;
    VECTOR(struct reminder_row) delete_reminders;
    VECTOR(struct notice_row) delete_notices;
    VECTOR(struct outbox_row) delete_outbox;
    VECTOR(struct timeline_row) points;
    struct arena arena;
    const struct identity_change *identity; // borrowed, or NULL
    int64_t epoch;                          // of store_write; EPOCH_ANY unless it is set
    bool durable;
};

void writeset_init(struct writeset *set);
void writeset_clear(struct writeset *set); // empties it, keeps the memory
void writeset_free(struct writeset *set);
bool writeset_is_empty(const struct writeset *set);
size_t writeset_size(const struct writeset *set); // bytes of its rows and texts
// Borrows the set: valid until it is changed.
struct store_write writeset_view(const struct writeset *set);

// Puts an event on the timeline of whom its subject means. `event` must outlive the set. False: memory is out.
bool writeset_timeline(struct writeset *set, const struct event *event, struct span customer_id, double points,
                       int32_t lane_id, int64_t offset);

#endif
