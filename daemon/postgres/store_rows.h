// Rows of the smaller tables: how they go out and how they come back.
#ifndef GUANXI_POSTGRES_STORE_ROWS_H
#define GUANXI_POSTGRES_STORE_ROWS_H

#include "pipeline.h"

// A COPY and the function that writes its rows.
struct copy_statement {
    const char *sql;
    int columns;
    row_writer *write;
    int duplicate; // outcome of a key that exists already
};

// What stands in a statement: the types of its arrays. And the head of a function that writes a row.
#define TYPES(...) .types = (const enum column_type[]){__VA_ARGS__}, \
    .columns = sizeof((const enum column_type[]){__VA_ARGS__}) / sizeof(enum column_type)
#define WRITER(name) static bool name(struct rows *rows, const void *item, const void *context)

extern const struct copy_statement timeline_copy, customer_copy, transition_copy, outbox_copy,
    quarantine_copy, reminder_copy, notice_copy;
extern const struct array_statement lane_fence, customer_depart, timeline_points, customer_forget, promise_put,
    objection_put, profile_put, transition_delete, reminder_delete, notice_forget, reminder_open, reminder_update, notice_add,
    notice_delete, notice_update, outbox_delete, parcel_add, quarantine_settle;

// The subject of an event as its row has it: empty where it is the customer itself.
// Merges and unmerges stand on timelines in a way of their own; erasures do not stand there.
static inline bool event_changes_ids(const struct event *event)
{
    return event->type == TYPE_CUSTOMER_MERGED || event->type == TYPE_CUSTOMER_UNMERGED;
}

static inline struct span recorded_as(const struct event *event, struct span customer_id)
{
    return span_equal(event->subject, customer_id) ? SPAN_LITERAL("") : event->subject;
}

// The customer of that id among those the write inserts or updates, or NULL.
const struct customer_row *customer_in(const struct store_write *write, struct span id);
// That every new reminder comes in a write of its customer, of which it has its home.
bool reminders_have_customers(const struct store_write *write);

#endif
