// A customer as a row: the one place that knows in which order its columns go and come, the order of
// sql/customer_*.sql.
#ifndef GUANXI_POSTGRES_CUSTOMER_COLUMNS_H
#define GUANXI_POSTGRES_CUSTOMER_COLUMNS_H

#include "pipeline.h"

#define X(...) +1
enum { CUSTOMER_OWN_COLUMNS = 10, CUSTOMER_COLUMNS = CUSTOMER_OWN_COLUMNS CUSTOMER_FIELDS(X) };
#undef X

extern const struct array_statement customer_update;

// row_writer of struct customer_row for customer_copy: new customers, others are passed over.
bool customer_write_new(struct rows *rows, const void *item, const void *context);

// Reads a row of customer_load; `id` is left to the caller. STATUS_BROKEN: what is kept is not of our form.
int customer_read(const PGresult *result, int row, struct customer_row *customer);

#endif
