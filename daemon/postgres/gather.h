// The same question to every home in one round trip, its answers merged: each home has an index of its own,
// so that a question costs what it answers, however much more is waiting.
#ifndef GUANXI_POSTGRES_GATHER_H
#define GUANXI_POSTGRES_GATHER_H

#include "connection.h"
#include "rows.h"

struct gathered_row {
    const PGresult *result;
    int row;
    size_t home;   // its place among the homes
    int64_t order; // the instant or number in the order column
};

struct gathered {
    PGresult **results;
    size_t result_count;
    struct gathered_row *rows; // by order, then by the order of the homes; at most the limit
    size_t count;
};

// Asks `sql` with parameters $1 home and then those of `parameters` for each home. `order_column` of the
// answers is an int8 or an instant by which they are ordered. gathered_free also after a failure.
int gather(struct connection *connection, const char *sql, const int32_t *homes, size_t home_count,
           const struct parameters *parameters, int order_column, size_t limit, struct gathered *gathered);
void gathered_free(struct gathered *gathered);

#endif
