// The stream of timelines, for the fold: a cursor read in pieces, so that neither end holds more than two.
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"
#include "store_internal.h"

// Columns of timeline_open.
enum {
    CUSTOMER,
    OCCURRED_AT,
    SOURCE,
    EVENT_ID,
    RECORDED_AS,
    TYPE,
    SIDE,
    POINTS,
    AMOUNT,
    LANE_ID,
    OFFSET,
    DATA
};

struct stream {
    struct postgres_store *store;
    const struct span *ids;
    size_t count;
    size_t customer; // index of the customer of the last row
    int (*each)(void *context, size_t customer, struct timeline_row *row, struct event *event);
    void *context;
};

// Data moves to memory of ours, which may be read beyond its end.
static int take_data(struct postgres_store *store, struct span data, struct span *taken)
{
    store->event.size = 0;
    char *at = rows_room(&store->rows, &store->event, (size_t)data.size + ARENA_PADDING);
    if (!at)
        return fault(STATUS_NOMEM, "out of memory");
    if (data.size > 0)
        memcpy(at, data.data, data.size);
    memset(at + data.size, 0, ARENA_PADDING);
    *taken = span_of(at, data.size);
    return 0;
}

static int take_row(struct stream *stream, const PGresult *result, int row)
{
    struct span id = result_span(result, row, CUSTOMER);
    while (stream->customer < stream->count && !span_equal(stream->ids[stream->customer], id))
        stream->customer++;
    if (stream->customer == stream->count)
        return fault(STATUS_BROKEN, "PostgreSQL, timeline_fetch: a customer out of order");

    struct event event = {
        .time = result_instant(result, row, OCCURRED_AT),
        .subject = result_span(result, row, RECORDED_AS),
        .source = result_span(result, row, SOURCE),
        .id = result_span(result, row, EVENT_ID),
        .type = (uint16_t)result_int2(result, row, TYPE),
        .due = INSTANT_NONE,
        .until = INSTANT_NONE,
    };
    if (event.subject.size == 0)
        event.subject = stream->ids[stream->customer];
    if (!result_null(result, row, SIDE))
        event.side = (uint8_t)result_int2(result, row, SIDE);
    struct timeline_row timeline = {
        .event = &event,
        .points = result_real(result, row, POINTS),
        .has_amount = !result_null(result, row, AMOUNT),
        .customer_id = stream->ids[stream->customer],
        .lane_id = result_null(result, row, LANE_ID) ? 0 : result_int4(result, row, LANE_ID),
        .offset = result_null(result, row, OFFSET) ? -1 : result_int8(result, row, OFFSET),
    };
    if (timeline.has_amount)
        event.amount = result_int8(result, row, AMOUNT);
    int status = take_data(stream->store, result_span(result, row, DATA), &event.data);
    return status ? status : stream->each(stream->context, stream->customer, &timeline, &event);
}

static int open_stream(struct stream *stream)
{
    struct connection *connection = &stream->store->connection;
    struct rows *rows = &stream->store->rows;
    struct parameters parameters = {0};
    rows_texts(rows, stream->ids, stream->count);
    if (rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(rows, &parameters);
    int outcome = stream->store->frozen ? 0 : connection_run(connection, sql_begin, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, connection->settings.read_only ? sql_event_open : sql_timeline_open,
                                 &parameters, NULL);
    return outcome ? outcome : connection_send(connection, sql_timeline_fetch, NULL);
}

// Takes a piece while the server makes the next. *more: there is a next one.
static int take_piece(struct stream *stream, bool *more)
{
    struct connection *connection = &stream->store->connection;
    PGresult *result;
    int outcome = connection_receive(connection, &result);
    if (outcome)
        return outcome;
    *more = PQntuples(result) > 0;
    if (*more)
        outcome = connection_send(connection, sql_timeline_fetch, NULL);
    if (outcome == 0 && *more)
        outcome = connection_flush(connection);
    for (int row = 0; outcome == 0 && row < PQntuples(result); row++)
        outcome = take_row(stream, result, row);
    PQclear(result);
    return outcome;
}

int store_timelines(struct store *store, const struct span *ids, size_t count,
                    int (*each)(void *context, size_t customer, struct timeline_row *row,
                                struct event *event),
                    void *context)
{
    struct stream stream = {postgres_store(store), ids, count, 0, each, context};
    bool more = count > 0;
    int outcome = more ? open_stream(&stream) : 0;
    while (outcome == 0 && more)
        outcome = take_piece(&stream, &more);
    // Nothing was written: the end of the transaction closes the cursor, whatever became of it.
    if (!stream.store->frozen)
        connection_rollback(&stream.store->connection);
    else if (outcome == 0 && count > 0)
        outcome = connection_run(&stream.store->connection, sql_timeline_close, NULL, NULL);
    rows_trim(&stream.store->rows);
    return outcome;
}

int store_clock(struct store *store, instant *watermark, instant *wall)
{
    PGresult *result;
    int outcome = connection_run(&postgres_store(store)->connection, sql_event_clock, NULL, &result);
    if (outcome)
        return outcome;
    *watermark = result_instant(result, 0, 0);
    *wall = result_instant(result, 0, 1);
    PQclear(result);
    return 0;
}
