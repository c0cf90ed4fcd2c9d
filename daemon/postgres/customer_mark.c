#include "customer_mark.h"

#include "base/status.h"
#include "postgres/sql.h"

enum { PIECE_ROWS = 2048 }; // of one statement

int customer_mark_prepare(struct connection *connection, const struct store_write *write)
{
    return write->marks ? connection_prepare(connection, sql_customer_mark) : 0;
}

static int send_piece(struct pipeline *pipeline, const struct store_write *write, const struct mark_row *rows,
                      size_t count)
{
    static const enum column_type types[] = {COLUMN_TEXT, COLUMN_INSTANT};
    const struct marks *marks = write->marks;
    struct parameters parameters = {0};
    rows_begin_arrays(pipeline->rows, types, 2);
    for (size_t i = 0; i < count; i++) {
        row_begin(pipeline->rows);
        row_span(pipeline->rows, rows[i].customer_id);
        row_instant(pipeline->rows, rows[i].since);
    }
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(pipeline->rows, &parameters);
    parameter_int8(&parameters, customer_next_version(0, write->epoch));
    parameter_int4(&parameters, marks->home);
    parameter_int8(&parameters, (int64_t)marks->policy);
    parameter_instant(&parameters, marks->quiet_until);
    parameter_int4(&parameters, marks->brought);
    int outcome = pipeline_add(pipeline, sql_customer_mark, &parameters, (int64_t)count, STORE_CONFLICT);
    return outcome ? outcome : connection_flush(pipeline->connection);
}

int customer_mark(struct pipeline *pipeline, const struct store_write *write)
{
    int outcome = 0;
    size_t count = write->marks ? write->marks->count : 0;
    for (size_t from = 0; outcome == 0 && from < count; from += PIECE_ROWS) {
        size_t some = count - from < PIECE_ROWS ? count - from : PIECE_ROWS;
        outcome = send_piece(pipeline, write, write->marks->rows + from, some);
    }
    return outcome;
}
