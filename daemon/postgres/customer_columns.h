// A customer as a row: the one place that knows in which order its columns go and come, the order of
// the table.
#ifndef GUANXI_POSTGRES_CUSTOMER_COLUMNS_H
#define GUANXI_POSTGRES_CUSTOMER_COLUMNS_H

#include "pipeline.h"

#define X(...) +1
enum { CUSTOMER_COLUMNS = 11 + TRANSITION_KIND_COUNT CUSTOMER_FIELDS(X) };
#undef X

// Takes records of the table's row type: rows.h says why.
extern const struct array_statement customer_update;

// row_writer of struct customer_row for customer_copy: new customers, others are passed over.
bool customer_write_new(struct rows *rows, const void *item, const void *context);

// The id of a row of customer_load, as long as the result lives.
struct span customer_read_id(const PGresult *result, int row);
// Reads the rest of the row, the book into the arena; `id` is left to the caller. Zero, or STATUS_NOMEM.
int customer_read(const PGresult *result, int row, struct arena *arena, struct customer_row *customer);

#endif
