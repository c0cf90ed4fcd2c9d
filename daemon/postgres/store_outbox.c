// The road of a message: held in the outbox, released into a parcel, sent from there and deleted with it.
#include "base/status.h"
#include "follow_up_rows.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"
#include "store_rows.h"

WRITER(write_held)
{
    const struct outbox_row *row = item;
    (void)context;
    if (row->released)
        return false;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_int4(rows, row->home);
    row_instant(rows, row->at);
    row_int2(rows, (int16_t)row->kind);
    if (row->kind == OUTBOX_TRANSITION)
        row_null(rows);
    else
        row_uuid(rows, row->reminder_id);
    row_int4(rows, row->kind == OUTBOX_TRANSITION ? row->transition.n : row->n);
    row_int2(rows, row->transition.kind);
    row_int2(rows, row->transition.from);
    row_int2(rows, row->transition.to);
    row_int4(rows, row->transition.detail);
    row_span(rows, row->source);
    row_span(rows, row->event_id);
    row_span(rows, row->payload);
    return true;
}
const struct copy_statement outbox_copy = {sql_outbox_copy, 13, write_held, STORE_POISON};

WRITER(write_held_key)
{
    const struct outbox_row *row = item;
    (void)context;
    if (row->parcel)
        return false;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_int8(rows, row->seq);
    return true;
}
const struct array_statement outbox_delete = {
    .sql = sql_outbox_delete,
    TYPES(COLUMN_TEXT, COLUMN_INT8),
    .write = write_held_key,
    .otherwise = STORE_CONFLICT,
};

WRITER(write_released)
{
    const struct outbox_row *row = item;
    (void)context;
    if (!row->released)
        return false;
    row_begin(rows);
    row_int4(rows, row->home);
    row_int2(rows, (int16_t)row->kind);
    row_span(rows, row->customer_id);
    row_instant(rows, row->at);
    row_int4(rows, row->n);
    if (row->kind == OUTBOX_IDENTITY)
        row_null(rows);
    else
        row_uuid(rows, row->reminder_id);
    row_span(rows, row->payload);
    return true;
}
const struct array_statement parcel_add = {
    .sql = sql_parcel_add,
    TYPES(COLUMN_INT4, COLUMN_INT2, COLUMN_TEXT, COLUMN_INSTANT, COLUMN_INT4, COLUMN_UUID, COLUMN_TEXT),
    .write = write_released,
    .unguarded = true,
};

WRITER(write_notice)
{
    const struct outbox_row *row = item;
    (void)context;
    if (row->kind != OUTBOX_NOTICE || row->is_void)
        return false;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_uuid(rows, row->reminder_id);
    row_int2(rows, (int16_t)row->n);
    return true;
}
static const struct array_statement notice_published = {
    .sql = sql_notice_published,
    TYPES(COLUMN_TEXT, COLUMN_UUID, COLUMN_INT2),
    .write = write_notice,
    .unguarded = true,
};

static void homes_parameter(struct rows *rows, const int32_t *homes, size_t count, struct parameters *parameters)
{
    static const enum column_type types[] = {COLUMN_INT4};
    rows_begin_arrays(rows, types, 1);
    for (size_t i = 0; i < count; i++) {
        row_begin(rows);
        row_int4(rows, homes[i]);
    }
    rows_parameters(rows, parameters);
}

// Changes that are held one by one. *full: of some home there may be more.
static int release_single(struct connection *connection, const struct parameters *parameters, size_t limit,
                          size_t *count, bool *full)
{
    PGresult *result = NULL;
    int outcome = connection_run(connection, sql_outbox_release, parameters, &result);
    for (int i = 0; outcome == 0 && i < PQntuples(result); i++) {
        size_t messages = (size_t)result_int4(result, i, 0);
        *count += messages;
        *full |= messages >= limit;
    }
    PQclear(result);
    return outcome;
}

// Those that are held one by one come before what parcels hold of the same customers. Parcels are locked first:
// what their customers held one by one when they were written is seen by what comes after.
int store_release_changes(struct store *store, const int32_t *homes, size_t home_count, instant watermark,
                          size_t limit, size_t *count)
{
    struct postgres_store *postgres = postgres_store(store);
    struct connection *connection = &postgres->connection;
    struct parameters parameters = {0};
    PGresult *due = NULL;
    bool full = false;
    *count = 0;
    homes_parameter(&postgres->rows, homes, home_count, &parameters);
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    parameter_instant(&parameters, watermark);
    int outcome = connection_begin_durable(connection);
    if (outcome == 0)
        outcome = parcels_lock_due(postgres, &parameters, &due);
    parameter_int8(&parameters, (int64_t)limit);
    if (outcome == 0)
        outcome = release_single(connection, &parameters, limit, count, &full);
    if (outcome == 0 && !full)
        outcome = parcels_release(postgres, due, watermark, limit, count);
    PQclear(due);
    if (outcome == 0)
        outcome = connection_commit(connection);
    if (outcome)
        connection_rollback(connection);
    return outcome;
}

int store_released(struct store *store, const int32_t *homes, size_t home_count, size_t limit,
                   struct arena *arena, struct outbox_row **outbox, size_t *count)
{
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    PGresult *result;
    *count = 0;
    if (home_count == 0)
        return 0;
    homes_parameter(&postgres->rows, homes, home_count, &parameters);
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    parameter_int8(&parameters, (int64_t)((limit + home_count - 1) / home_count));
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = connection_run(&postgres->connection, sql_parcel_select, &parameters, &result);
    if (outcome)
        return outcome;
    size_t most = 0;
    for (int i = 0; i < PQntuples(result); i++)
        most += parcel_messages(result, i);
    *outbox = arena_take(arena, most * sizeof **outbox + 1);
    outcome = *outbox ? 0 : fault(STATUS_NOMEM, "out of memory");
    for (int i = 0; outcome == 0 && i < PQntuples(result); i++) {
        outcome = parcel_read(result, i, arena, *outbox + *count);
        *count += parcel_messages(result, i);
    }
    PQclear(result);
    return outcome;
}

struct delivery {
    const struct outbox_row *rows, *end;
};

// How many rows from here on are of one parcel, if it begins here; else 0.
static size_t parcel_at(const struct delivery *delivery, const struct outbox_row *row)
{
    size_t count = 0;
    if (row > delivery->rows && row[-1].seq == row->seq)
        return 0;
    while (row + count < delivery->end && row[count].seq == row->seq)
        count++;
    return count;
}

WRITER(write_delivered)
{
    const struct outbox_row *row = item;
    if (parcel_at(context, row) != (size_t)row->of)
        return false;
    row_begin(rows);
    row_int4(rows, row->home);
    row_int8(rows, row->seq);
    return true;
}
static const struct array_statement parcel_delete = {
    .sql = sql_parcel_delete,
    TYPES(COLUMN_INT4, COLUMN_INT8),
    .write = write_delivered,
    .unguarded = true,
};

static int shorten(struct pipeline *pipeline, const struct outbox_row *rows, size_t count)
{
    static const enum column_type types[] = {COLUMN_INT4};
    struct parameters parameters = {0};
    parameter_int4(&parameters, rows->home);
    parameter_int8(&parameters, rows->seq);
    parameter_int4(&parameters, rows->of);
    rows_begin_arrays(pipeline->rows, types, 1);
    for (size_t i = 0; i < count; i++) {
        row_begin(pipeline->rows);
        row_int4(pipeline->rows, rows[i].place);
    }
    rows_parameters(pipeline->rows, &parameters);
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    return pipeline_add(pipeline, sql_parcel_shorten, &parameters, -1, 0);
}

static int shorten_parcels(struct pipeline *pipeline, const struct delivery *delivery)
{
    int outcome = 0;
    for (const struct outbox_row *row = delivery->rows; outcome == 0 && row < delivery->end;) {
        size_t count = parcel_at(delivery, row);
        if (count < (size_t)row->of)
            outcome = shorten(pipeline, row, count);
        row += count;
    }
    return outcome;
}

int store_delivered(struct store *store, const struct outbox_row *outbox, size_t count)
{
    static const char *const statements[] = {sql_notice_published, sql_parcel_delete, sql_parcel_shorten, NULL};
    struct postgres_store *postgres = postgres_store(store);
    struct delivery delivery = {outbox, outbox + count};
    struct pipeline pipeline;
    // Lost with a crash it is only said again, and a message sent again has the same id.
    int outcome = pipeline_begin(&pipeline, &postgres->connection, &postgres->rows, false, statements);
    // Notices before parcels, the order in which an erasure locks them.
    if (outcome == 0)
        outcome = pipeline_arrays(&pipeline, &notice_published, outbox, sizeof *outbox, count, NULL);
    if (outcome == 0)
        outcome = pipeline_arrays(&pipeline, &parcel_delete, outbox, sizeof *outbox, count, &delivery);
    if (outcome == 0)
        outcome = shorten_parcels(&pipeline, &delivery);
    if (outcome == 0)
        outcome = pipeline_commit(&pipeline);
    if (outcome)
        connection_rollback(&postgres->connection);
    rows_trim(&postgres->rows);
    return outcome;
}
