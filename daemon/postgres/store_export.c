// The stream of an export: a cursor read in pieces, in a transaction that sees one instant.
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"
#include "store_internal.h"

// Columns of export_open.
enum { STANDS, CUSTOMER, OCCURRED_AT, SOURCE, EVENT_ID, RECORDED_AS, TYPE, NAME, DATA };

struct stream {
    struct connection *connection;
    int (*each)(void *context, const struct exported *exported);
    void *context;
};

static int give_event(const struct stream *stream, const PGresult *result, int row)
{
    const struct event event = {
        .time = result_instant(result, row, OCCURRED_AT),
        .subject = result_span(result, row, PQgetlength(result, row, RECORDED_AS) ? RECORDED_AS : CUSTOMER),
        .source = result_span(result, row, SOURCE),
        .id = result_span(result, row, EVENT_ID),
        .data = result_span(result, row, DATA),
        .type = (uint16_t)result_int2(result, row, TYPE),
    };
    return stream->each(stream->context, &(struct exported){.kind = EXPORTED_EVENT, .event = &event,
                                                            .customer = result_span(result, row, STANDS),
                                                            .type = result_span(result, row, NAME)});
}

static int give_aliases(const struct stream *stream, const struct parameters *parameters)
{
    PGresult *result = NULL;
    int outcome = connection_run(stream->connection, sql_export_aliases, parameters, &result);
    for (int row = 0; outcome == 0 && row < PQntuples(result); row++)
        outcome = stream->each(stream->context, &(struct exported){.kind = EXPORTED_ALIAS,
                                                                   .customer = result_span(result, row, 0),
                                                                   .into = result_span(result, row, 1),
                                                                   .at = result_instant(result, row, 2)});
    PQclear(result);
    return outcome;
}

// Takes a piece while the server makes the next. *more: there is a next one.
static int take_piece(const struct stream *stream, bool *more)
{
    PGresult *result;
    int outcome = connection_receive(stream->connection, &result);
    if (outcome)
        return outcome;
    *more = PQntuples(result) > 0;
    if (*more)
        outcome = connection_send(stream->connection, sql_export_fetch, NULL);
    if (outcome == 0 && *more)
        outcome = connection_flush(stream->connection);
    for (int row = 0; outcome == 0 && row < PQntuples(result); row++)
        outcome = give_event(stream, result, row);
    PQclear(result);
    return outcome;
}

static int give_events(const struct stream *stream, const struct parameters *parameters)
{
    bool more = true;
    int outcome = connection_run(stream->connection, sql_export_open, parameters, NULL);
    if (outcome == 0)
        outcome = connection_send(stream->connection, sql_export_fetch, NULL);
    while (outcome == 0 && more)
        outcome = take_piece(stream, &more);
    return outcome;
}

static int give_watermark(const struct stream *stream)
{
    PGresult *result;
    int outcome = connection_run(stream->connection, sql_export_watermark, NULL, &result);
    if (outcome)
        return outcome;
    if (PQntuples(result) == 1 && !result_null(result, 0, 0))
        outcome = stream->each(stream->context, &(struct exported){.kind = EXPORTED_WATERMARK,
                                                                   .at = result_instant(result, 0, 0)});
    PQclear(result);
    return outcome;
}

int store_export(struct store *store, struct span customer,
                 int (*each)(void *context, const struct exported *exported), void *context)
{
    struct stream stream = {&postgres_store(store)->connection, each, context};
    struct parameters parameters = {0};
    parameter_span(&parameters, customer);
    int outcome = connection_run(stream.connection, sql_freeze, NULL, NULL);
    if (outcome == 0)
        outcome = give_aliases(&stream, &parameters);
    if (outcome == 0)
        outcome = give_events(&stream, &parameters);
    if (outcome == 0)
        outcome = give_watermark(&stream);
    // Nothing was written: the end of the transaction closes the cursor, whatever became of it.
    connection_rollback(stream.connection);
    return outcome;
}
