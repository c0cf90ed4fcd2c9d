#include "pipeline.h"

#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"

// Rows a statement gets at most: bounds the memory of both ends and gives the server work early.
enum { PIECE_ROWS = 2048 };

int pipeline_resume(struct pipeline *pipeline)
{
    struct connection *connection = pipeline->connection;
    pipeline->outstanding = 0;
    if (!PQenterPipelineMode(connection->pg))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    return 0;
}

int pipeline_begin(struct pipeline *pipeline, struct connection *connection, struct rows *rows, bool durable,
                   const char *const *statements)
{
    *pipeline = (struct pipeline){.connection = connection, .rows = rows};
    int outcome = connection_prepare(connection, sql_begin);
    if (outcome == 0)
        outcome = connection_prepare(connection, sql_durable);
    if (outcome == 0)
        outcome = connection_prepare(connection, sql_commit);
    for (size_t i = 0; outcome == 0 && statements[i]; i++)
        outcome = connection_prepare(connection, statements[i]);
    if (outcome == 0)
        outcome = pipeline_resume(pipeline);
    bool begun = connection->pg && PQtransactionStatus(connection->pg) == PQTRANS_INTRANS; // it goes on
    if (outcome == 0 && !begun)
        outcome = pipeline_add(pipeline, sql_begin, NULL, -1, 0);
    if (outcome == 0 && durable)
        outcome = pipeline_add(pipeline, sql_durable, NULL, -1, 0);
    return outcome;
}

int pipeline_add(struct pipeline *pipeline, const char *sql, const struct parameters *parameters,
                 int64_t touches, int otherwise)
{
    if (pipeline->outstanding == PIPELINE_DEPTH) {
        int outcome = pipeline_settle(pipeline);
        if (outcome == 0)
            outcome = pipeline_resume(pipeline);
        if (outcome)
            return outcome;
    }
    int outcome = connection_send(pipeline->connection, sql, parameters);
    if (outcome)
        return outcome;
    size_t i = pipeline->outstanding++;
    pipeline->expected[i].sql = sql;
    pipeline->expected[i].touches = touches;
    pipeline->expected[i].otherwise = otherwise;
    pipeline->expected[i].answer = NULL;
    return 0;
}

int pipeline_ask(struct pipeline *pipeline, const char *sql, const struct parameters *parameters, int64_t *answer)
{
    int outcome = pipeline_add(pipeline, sql, parameters, 1, STATUS_BROKEN);
    if (outcome == 0)
        pipeline->expected[pipeline->outstanding - 1].answer = answer;
    return outcome;
}

static int send_piece(struct pipeline *pipeline, const struct array_statement *statement)
{
    struct parameters parameters = {0};
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(pipeline->rows, &parameters);
    int64_t touches = statement->unguarded ? -1 : (int64_t)pipeline->rows->count;
    int outcome = pipeline_add(pipeline, statement->sql, &parameters, touches, statement->otherwise);
    return outcome ? outcome : connection_flush(pipeline->connection);
}

static void begin_piece(struct pipeline *pipeline, const struct array_statement *statement)
{
    if (statement->records)
        rows_begin_records(pipeline->rows, pipeline->record_type, statement->columns);
    else
        rows_begin_arrays(pipeline->rows, statement->types, statement->columns);
}

int pipeline_arrays(struct pipeline *pipeline, const struct array_statement *statement, const void *items,
                    size_t item_size, size_t count, const void *context)
{
    struct rows *rows = pipeline->rows;
    const char *item = items;
    begin_piece(pipeline, statement);
    for (size_t i = 0; i < count; i++, item += item_size) {
        if (!statement->write(rows, item, context) || rows->count < PIECE_ROWS)
            continue;
        int outcome = send_piece(pipeline, statement);
        if (outcome)
            return outcome;
        begin_piece(pipeline, statement);
    }
    return rows->count ? send_piece(pipeline, statement) : 0;
}

// The first fault counts: the statements behind it were not run.
int pipeline_settle(struct pipeline *pipeline)
{
    struct connection *connection = pipeline->connection;
    if (!PQpipelineSync(connection->pg))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    for (size_t i = 0; i < pipeline->outstanding; i++) {
        PGresult *result;
        connection->doing = connection_statement_name(pipeline->expected[i].sql);
        int outcome = connection_receive(connection, &result);
        if (outcome)
            return outcome;
        int64_t touched = result_touched(result);
        if (pipeline->expected[i].answer && touched == 1)
            *pipeline->expected[i].answer = result_int8(result, 0, 0);
        PQclear(result);
        if (pipeline->expected[i].touches >= 0 && touched != pipeline->expected[i].touches)
            return fault(pipeline->expected[i].otherwise,
                         "PostgreSQL, %s: %lld of %lld rows stood as expected", connection->doing,
                         (long long)touched, (long long)pipeline->expected[i].touches);
    }
    PGresult *synced;
    int outcome = connection_next(connection, &synced);
    if (outcome)
        return outcome;
    bool done = PQresultStatus(synced) == PGRES_PIPELINE_SYNC;
    PQclear(synced);
    if (!done || !PQexitPipelineMode(connection->pg))
        return connection_lost(connection, "the pipeline does not end");
    return 0;
}

int pipeline_commit(struct pipeline *pipeline)
{
    int outcome = pipeline_settle(pipeline);
    return outcome ? outcome : connection_commit(pipeline->connection);
}
