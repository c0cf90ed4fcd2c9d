// What a relationship has beside its state: transitions, promises, objections and texts.
#include "base/status.h"
#include "follow_up_rows.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"
#include "store_rows.h"

// Promises asked for at a time.
enum { PIECE_PROMISES = 2048 };

WRITER(write_transition)
{
    const struct transition_row *row = item;
    int64_t parcel = parcels_find(context, row);
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_int2(rows, row->transition.kind);
    row_int4(rows, row->transition.n);
    row_instant(rows, row->at);
    row_int2(rows, row->transition.from);
    row_int2(rows, row->transition.to);
    row_int4(rows, row->transition.detail);
    row_span(rows, row->source);
    row_span(rows, row->event_id);
    if (parcel)
        row_int8(rows, parcel);
    else
        row_null(rows);
    return true;
}
const struct copy_statement transition_copy = {sql_transition_copy, 10, write_transition, STORE_POISON};

WRITER(write_transition_from)
{
    const struct transition_row *row = item;
    (void)context;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_int2(rows, row->transition.kind);
    row_int4(rows, row->transition.n);
    return true;
}
const struct array_statement transition_delete = {
    .sql = sql_transition_delete,
    TYPES(COLUMN_TEXT, COLUMN_INT2, COLUMN_INT4),
    .write = write_transition_from,
    .unguarded = true,
};

WRITER(write_promise)
{
    const struct promise_row *row = item;
    const struct promise *promise = &row->promise;
    (void)context;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_span(rows, promise->id);
    row_int2(rows, promise->by);
    row_int2(rows, promise->state);
    row_instant(rows, promise->made_at);
    row_instant(rows, promise->due);
    row_instant(rows, promise->outcome_at);
    row_span(rows, promise->about);
    return true;
}
const struct array_statement promise_put = {
    .sql = sql_promise_put,
    TYPES(COLUMN_TEXT, COLUMN_TEXT, COLUMN_INT2, COLUMN_INT2, COLUMN_INSTANT, COLUMN_INSTANT, COLUMN_INSTANT,
          COLUMN_TEXT),
    .write = write_promise,
    .unguarded = true,
};

WRITER(write_objection)
{
    const struct objection_row *row = item;
    (void)context;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_int2(rows, row->kind);
    row_int2(rows, row->cause);
    row_instant(rows, row->raised_at);
    row_instant(rows, row->resolved_at);
    return true;
}
const struct array_statement objection_put = {
    .sql = sql_objection_put,
    TYPES(COLUMN_TEXT, COLUMN_INT2, COLUMN_INT2, COLUMN_INSTANT, COLUMN_INSTANT),
    .write = write_objection,
    .unguarded = true,
};

WRITER(write_profile)
{
    const struct profile_row *row = item;
    (void)context;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_span(rows, row->name);
    row_span(rows, row->owner);
    row_span(rows, row->manager);
    row_span(rows, row->channel);
    return true;
}
const struct array_statement profile_put = {
    .sql = sql_profile_put,
    TYPES(COLUMN_TEXT, COLUMN_TEXT, COLUMN_TEXT, COLUMN_TEXT, COLUMN_TEXT),
    .write = write_profile,
    .unguarded = true,
};

WRITER(write_forgotten)
{
    (void)context;
    row_begin(rows);
    row_span(rows, *(const struct span *)item);
    return true;
}
const struct array_statement customer_forget = {
    .sql = sql_customer_forget, TYPES(COLUMN_TEXT), .write = write_forgotten, .unguarded = true};

static int read_promise(const PGresult *result, int row, struct arena *arena, struct promise *promise)
{
    enum { NUMBER, BY, STATE, MADE, DUE, OUTCOME, ABOUT };
    promise->by = (uint8_t)result_int2(result, row, BY);
    promise->state = (uint8_t)result_int2(result, row, STATE);
    promise->made_at = result_instant(result, row, MADE);
    promise->due = result_instant(result, row, DUE);
    promise->outcome_at = result_instant(result, row, OUTCOME);
    return keep_text(result, row, ABOUT, arena, &promise->about);
}

static int ask_promises(struct postgres_store *store, const struct span *customer_ids,
                        const struct span *promise_ids, size_t count, struct arena *arena, struct promise *rows)
{
    static const enum column_type types[] = {COLUMN_TEXT, COLUMN_TEXT};
    struct parameters parameters = {0};
    PGresult *result;
    rows_begin_arrays(&store->rows, types, 2);
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct promise){.id = arena_copy(arena, promise_ids[i]), .made_at = INSTANT_NONE,
                                   .due = INSTANT_NONE, .outcome_at = INSTANT_NONE};
        if (!rows[i].id.data)
            return fault(STATUS_NOMEM, "out of memory");
        row_begin(&store->rows);
        row_span(&store->rows, customer_ids[i]);
        row_span(&store->rows, promise_ids[i]);
    }
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    int outcome = connection_run(&store->connection, sql_promise_select, &parameters, &result);
    for (int row = 0; outcome == 0 && row < PQntuples(result); row++)
        outcome = read_promise(result, row, arena, &rows[result_int8(result, row, 0) - 1]);
    PQclear(result);
    return outcome;
}

int store_promises(struct store *store, const struct span *customer_ids, const struct span *promise_ids,
                   size_t count, struct arena *arena, struct promise *rows)
{
    struct postgres_store *postgres = postgres_store(store);
    int outcome = 0;
    for (size_t from = 0; outcome == 0 && from < count; from += PIECE_PROMISES) {
        size_t size = count - from < PIECE_PROMISES ? count - from : PIECE_PROMISES;
        outcome = ask_promises(postgres, customer_ids + from, promise_ids + from, size, arena, rows + from);
    }
    rows_trim(&postgres->rows);
    return outcome;
}
