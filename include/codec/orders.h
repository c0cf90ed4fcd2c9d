// Orders from CSV as events: a column says who, one when, one how much, and one may say which order it is.
#ifndef GUANXI_CODEC_ORDERS_H
#define GUANXI_CODEC_ORDERS_H

#include "codec/arena.h"
#include "codec/csv.h"
#include "codec/decode.h"

// Names of columns as the head has them. Without `id` an order is named after its date: the first of a customer on
// 2026-01-31 is "2026-01-31/1", the next one "2026-01-31/2", in the order of the file.
struct orders_form {
    const char *customer, *date, *amount;
    const char *id;       // or NULL
    const char *currency; // of all amounts
    const char *source;   // of the events
};

// Remembers of which customer there were how many orders on which day: 12..24 bytes for each, unless they have ids.
struct orders;
struct orders *orders_new(const struct policy *policy, const struct orders_form *form); // both borrowed; NULL: no memory
void orders_free(struct orders *orders);

// Finds the columns. 0, or STATUS_CONFIG: which one is not there, and what there is.
int orders_head(struct orders *orders, const struct csv_record *head);

// A record as an event, structured, in the arena. A day is its first instant in the business time zone. 0; 1: *reject
// says which column is wrong; STATUS_NOMEM.
int orders_event(struct orders *orders, const struct csv_record *record, struct arena *arena, struct span *event,
                 struct reject *reject);

#endif
