// A rank and its values, in one transaction: whoever reads sees those of before or all of these.
#include <math.h>

#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "row_put.h"
#include "store_rank.h"

enum { COLUMNS = 20, COPY_PIECE = 128 * 1024 };

static char *put_score(char *at, int score)
{
    return score ? put_int2(at, (int16_t)score) : put_null(at);
}

// `known` has to be a number.
static char *put_known(char *at, double known)
{
    return isnan(known) ? put_null(at) : put_real(at, known);
}

static void write_value(struct rows *rows, int32_t as_of, const struct ranked *value)
{
    char *at = row_open(rows, value->id.size);
    if (!at)
        return;
    at = put_int8(at, value->m);
    at = put_int8(at, value->clv);
    at = put_known(at, value->alive);
    at = put_known(at, value->expected);
    at = put_int4(at, as_of - POSTGRES_DAY);
    at = put_int4(at, value->f < INT32_MAX ? (int32_t)value->f : INT32_MAX);
    at = value->rank ? put_int4(at, (int32_t)value->rank) : put_null(at);
    at = put_int4(at, value->recency);
    at = put_int4(at, value->history.x);
    at = put_int4(at, value->history.t_x);
    at = put_int4(at, value->history.t_age);
    for (int what = 0; what < RFM_COUNT; what++)
        at = put_score(at, value->scores[what]);
    at = put_score(at, value->segment);
    at = put_bytes(at, &value->abc, 1);
    at = put_int2(at, value->tier);
    at = put_int2(at, value->target);
    at = put_bytes(at, &(char){value->changed}, 1);
    at = put_span(at, value->id);
    row_close(rows, at);
}

static int copy_values(struct postgres_store *store, const struct rank_row *row, const struct ranked *values)
{
    struct connection *connection = &store->connection;
    struct rows *rows = &store->rows;
    rows_begin_copy(rows, COLUMNS);
    int outcome = connection_copy_begin(connection, sql_value_copy);
    for (size_t i = 0; outcome == 0 && i < row->customers; i++) {
        write_value(rows, row->as_of, &values[i]);
        if (rows->buffers[0].size >= COPY_PIECE)
            outcome = connection_copy_put(connection, rows);
    }
    int64_t copied = 0;
    if (outcome == 0)
        outcome = connection_copy_put(connection, rows);
    if (outcome == 0)
        outcome = connection_copy_end(connection, STATUS_BROKEN, &copied);
    if (outcome == 0 && copied != (int64_t)row->customers)
        outcome = fault(STATUS_BROKEN, "PostgreSQL, value_copy: not all rows were taken");
    return outcome;
}

static int put_row(struct postgres_store *store, const struct rank_row *row, const char *const *names,
                   size_t name_count)
{
    struct parameters parameters = {0};
    parameter_int4(&parameters, row->as_of);
    parameter_bool(&parameters, row->daily);
    parameter_int8(&parameters, row->epoch);
    parameter_int4(&parameters, (int32_t)row->customers);
    parameter_int4(&parameters, (int32_t)row->changed);
    parameter_bool(&parameters, !row->done);
    const double model[] = {row->model.r, row->model.alpha, row->model.a, row->model.b};
    for (size_t i = 0; i < sizeof model / sizeof *model; i++) {
        if (row->has_model)
            parameter_real(&parameters, model[i]);
        else
            parameter_null(&parameters);
    }
    rows_begin_texts(&store->rows);
    for (size_t i = 0; i < name_count; i++) {
        row_begin(&store->rows);
        row_text(&store->rows, names[i]);
    }
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    return connection_run(&store->connection, sql_rank_put, &parameters, NULL);
}

// Ids that were merged, unmerged or erased since the purchases were read: from here to the end none is.
static int see_to_ids(struct connection *connection, const struct rank_row *row)
{
    PGresult *result = NULL;
    struct parameters parameters = {0};
    int outcome = connection_run(connection, sql_identity_share, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_identity_epoch, NULL, &result);
    bool stand = outcome == 0 && result_int8(result, 0, 0) == row->epoch;
    PQclear(result);
    if (outcome || stand)
        return outcome;
    parameter_int4(&parameters, row->as_of);
    parameter_int8(&parameters, row->epoch);
    outcome = connection_run(connection, sql_rank_plans, NULL, NULL);
    return outcome ? outcome : connection_run(connection, sql_value_gone, &parameters, NULL);
}

int store_rank_put(struct store *store, const struct rank_row *row, const struct ranked *values,
                   const char *const *names, size_t name_count)
{
    struct postgres_store *postgres = postgres_store(store);
    struct connection *connection = &postgres->connection;
    struct parameters day = {0};
    parameter_int4(&day, row->as_of);
    int outcome = connection_begin_durable(connection);
    if (outcome == 0)
        outcome = put_row(postgres, row, names, name_count);
    if (outcome == 0)
        outcome = connection_run(connection, sql_value_clear, &day, NULL);
    if (outcome == 0)
        outcome = copy_values(postgres, row, values);
    if (outcome == 0)
        outcome = see_to_ids(connection, row);
    if (outcome == 0)
        outcome = connection_commit(connection);
    if (outcome)
        connection_rollback(connection);
    rows_trim(&postgres->rows);
    return outcome;
}
