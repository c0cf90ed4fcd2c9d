// Reading what a batch needs: customers by id, and identities.
#include "base/status.h"
#include "customer_columns.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"
#include "store_rows.h"

// Ids asked for at a time. While a piece is taken in, the server works on the next one.
enum { PIECE_IDS = 2048 };

static int ask(struct postgres_store *store, const char *sql, const struct span *ids, size_t count)
{
    struct parameters parameters = {0};
    rows_texts(&store->rows, ids, count);
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    int outcome = connection_send(&store->connection, sql, &parameters);
    return outcome ? outcome : connection_flush(&store->connection);
}

// Index of an id among sorted ones, which mostly is the one behind the last.
static size_t index_of(const struct span *ids, size_t count, struct span id, size_t expected)
{
    if (expected < count && span_equal(ids[expected], id))
        return expected;
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_compare(ids[middle], id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && span_equal(ids[low], id) ? low : count;
}

static int take_customers(const PGresult *result, const struct span *ids, size_t count,
                          struct arena *arena, struct customer_row *rows)
{
    size_t expected = 0;
    for (int row = 0; row < PQntuples(result); row++) {
        size_t i = index_of(ids, count, customer_read_id(result, row), expected);
        if (i == count)
            return fault(STATUS_BROKEN, "PostgreSQL, customer_load: a customer nobody asked for");
        int outcome = customer_read(result, row, arena, &rows[i]);
        if (outcome)
            return outcome;
        expected = i + 1;
    }
    return 0;
}

int store_load(struct store *store, const struct span *ids, size_t count, struct arena *arena,
               struct customer_row *rows)
{
    struct postgres_store *postgres = postgres_store(store);
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct customer_row){.id = ids[i], .wake_at = INSTANT_NEVER, .fold_at = INSTANT_NEVER,
                                        .quiet_until = INSTANT_NONE};
        customer_init(&rows[i].state);
    }
    size_t size = count < PIECE_IDS ? count : PIECE_IDS;
    int outcome = count ? ask(postgres, sql_customer_load, ids, size) : 0;
    for (size_t from = 0; outcome == 0 && from < count;) {
        PGresult *result;
        size_t next = from + size, left = count - next;
        size_t next_size = left < PIECE_IDS ? left : PIECE_IDS;
        outcome = connection_receive(&postgres->connection, &result);
        if (outcome == 0 && next_size)
            outcome = ask(postgres, sql_customer_load, ids + next, next_size);
        int taken = result ? take_customers(result, ids + from, size, arena, rows + from) : 0;
        outcome = outcome ? outcome : taken;
        PQclear(result);
        from = next;
        size = next_size;
    }
    if (outcome)
        connection_rollback(&postgres->connection);
    rows_trim(&postgres->rows);
    return outcome;
}

int store_identify(struct store *store, const struct span *customer_ids, const struct event *const *events,
                   size_t count, enum identity *identities)
{
    static const enum column_type types[] = {COLUMN_TEXT, COLUMN_TEXT,    COLUMN_TEXT, COLUMN_TEXT,
                                             COLUMN_INT2, COLUMN_INSTANT, COLUMN_TEXT};
    struct postgres_store *postgres = postgres_store(store);
    struct rows *rows = &postgres->rows;
    for (size_t from = 0; from < count; from += PIECE_IDS) {
        size_t size = count - from < PIECE_IDS ? count - from : PIECE_IDS;
        struct parameters parameters = {0};
        PGresult *result;
        rows_begin_arrays(rows, types, 7);
        for (size_t i = from; i < from + size; i++) {
            identities[i] = IDENTITY_NEW;
            row_begin(rows);
            row_span(rows, customer_ids[i]);
            row_span(rows, events[i]->source);
            row_span(rows, events[i]->id);
            row_span(rows, recorded_as(events[i], customer_ids[i]));
            row_int2(rows, (int16_t)events[i]->type);
            row_instant(rows, events[i]->time);
            row_span(rows, events[i]->data.data ? events[i]->data : SPAN_LITERAL("{}"));
        }
        if (rows->failed)
            return fault(STATUS_NOMEM, "out of memory");
        rows_parameters(rows, &parameters);
        int outcome = connection_run(&postgres->connection, sql_timeline_identify, &parameters, &result);
        if (outcome)
            return outcome;
        for (int row = 0; row < PQntuples(result); row++)
            identities[from + (size_t)result_int8(result, row, 0) - 1] =
                result_bool(result, row, 1) ? IDENTITY_SAME : IDENTITY_OTHER;
        PQclear(result);
    }
    rows_trim(rows);
    return 0;
}
