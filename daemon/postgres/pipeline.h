// One transaction of several statements in one round trip, each with the number of rows it must touch.
#ifndef GUANXI_POSTGRES_PIPELINE_H
#define GUANXI_POSTGRES_PIPELINE_H

#include "connection.h"
#include "rows.h"

enum { PIPELINE_DEPTH = 32 };

struct pipeline {
    struct connection *connection;
    struct rows *rows;
    uint32_t record_type; // for statements that take records
    size_t outstanding;
    struct {
        const char *sql;
        int64_t touches; // -1: any number
        int otherwise;   // outcome when it touched another number
        int64_t *answer; // where the number goes that it answers with; NULL: it does not
    } expected[PIPELINE_DEPTH];
};

// Opens a transaction, or goes on in the one that is open. Statements of a pipeline must be prepared before: pass all that may come, ended by
// NULL. Like every function here it returns the first thing that went wrong, after which
// connection_rollback is all that is left to do.
int pipeline_begin(struct pipeline *pipeline, struct connection *connection, struct rows *rows, bool durable,
                   const char *const *statements);
// Sends a statement; what it touches is judged later.
int pipeline_add(struct pipeline *pipeline, const char *sql, const struct parameters *parameters,
                 int64_t touches, int otherwise);

// Sends one that touches one row and answers with a number, which is there once the pipeline is settled.
int pipeline_ask(struct pipeline *pipeline, const char *sql, const struct parameters *parameters, int64_t *answer);

// Writes one item as a row; false: the item is not for this statement, and nothing was written.
typedef bool row_writer(struct rows *rows, const void *item, const void *context);

// Sends a statement whose parameters are one array a column, or one array of records, for as many items as
// there are, in pieces.
struct array_statement {
    const char *sql;
    const enum column_type *types; // of arrays
    int columns;
    row_writer *write;
    bool records;   // of the type numbered pipeline->record_type
    int otherwise;  // outcome when it touches another number of rows than it was given
    bool unguarded; // it may touch any number
};
int pipeline_arrays(struct pipeline *pipeline, const struct array_statement *statement, const void *items,
                    size_t item_size, size_t count, const void *context);

// Waits for everything sent and judges it. The transaction stays open and the connection is out of pipeline
// mode; pipeline_resume goes back to it.
int pipeline_settle(struct pipeline *pipeline);
int pipeline_resume(struct pipeline *pipeline);

// pipeline_settle and COMMIT. When the connection breaks here, nobody knows whether it took place.
int pipeline_commit(struct pipeline *pipeline);

#endif
