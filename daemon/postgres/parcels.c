// Parcels that are held: how a write makes them, and how they go when the watermark has passed them.
#include "parcels.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"
#include "store_rows.h"

enum {
    LARGE = 1000,               // messages of a parcel that is not divided at once
    DELAY_MOST_US = 3 * 1000000,
};

static struct parcel *find(const struct parcels *parcels, int32_t home)
{
    for (size_t i = 0; i < parcels->count; i++)
        if (parcels->items[i].home == home)
            return &parcels->items[i];
    return NULL;
}

static struct parcel *add(struct parcels *parcels, int32_t home)
{
    if (parcels->count == parcels->room) {
        size_t room = parcels->room ? 2 * parcels->room : 8;
        struct parcel *items = realloc(parcels->items, room * sizeof *items);
        if (!items)
            return NULL;
        parcels->items = items;
        parcels->room = room;
    }
    struct parcel *parcel = &parcels->items[parcels->count++];
    *parcel = (struct parcel){.home = home, .from_at = INSTANT_NEVER, .until_at = INSTANT_NONE};
    return parcel;
}

// Which homes there are, and what is in the parcel of each.
static bool collect(struct parcels *parcels, const struct store_write *write)
{
    parcels->count = 0;
    for (size_t i = 0; i < write->transition_count; i++) {
        const struct transition_row *row = &write->transitions[i];
        if (!row->message)
            continue;
        struct parcel *parcel = find(parcels, row->home);
        if (!parcel && !(parcel = add(parcels, row->home)))
            return false;
        parcel->messages++;
        parcel->from_at = instant_earlier(parcel->from_at, row->at);
        parcel->until_at = instant_later(parcel->until_at, row->at);
    }
    return true;
}

static void write_messages(struct rows *rows, const struct parcel *parcel, const struct store_write *write)
{
    static const enum column_type types[] = {COLUMN_TEXT, COLUMN_INSTANT, COLUMN_INT4, COLUMN_INT2, COLUMN_INT2,
                                             COLUMN_INT2, COLUMN_INT4,    COLUMN_TEXT, COLUMN_TEXT};
    rows_begin_arrays(rows, types, sizeof types / sizeof *types);
    for (size_t i = 0; i < write->transition_count; i++) {
        const struct transition_row *row = &write->transitions[i];
        if (!row->message || row->home != parcel->home)
            continue;
        row_begin(rows);
        row_span(rows, row->customer_id);
        row_instant(rows, row->at);
        row_int4(rows, row->message);
        row_int2(rows, row->transition.kind);
        row_int2(rows, row->message_from);
        row_int2(rows, row->transition.to);
        row_int4(rows, row->transition.detail);
        row_span(rows, row->source);
        row_span(rows, row->event_id);
    }
}

int parcels_hold(struct parcels *parcels, struct pipeline *pipeline, const struct store_write *write)
{
    if (!collect(parcels, write))
        return fault(STATUS_NOMEM, "out of memory");
    int outcome = 0;
    for (size_t i = 0; outcome == 0 && i < parcels->count; i++) {
        struct parcel *parcel = &parcels->items[i];
        struct parameters parameters = {0};
        write_messages(pipeline->rows, parcel, write);
        if (pipeline->rows->failed)
            return fault(STATUS_NOMEM, "out of memory");
        parameter_int4(&parameters, parcel->home);
        parameter_instant(&parameters, parcel->from_at);
        parameter_instant(&parameters, parcel->until_at);
        parameter_int4(&parameters, parcel->messages);
        rows_parameters(pipeline->rows, &parameters);
        outcome = pipeline_ask(pipeline, sql_parcel_hold, &parameters, &parcel->parcel_id);
        if (outcome == 0)
            outcome = connection_flush(pipeline->connection);
    }
    return outcome;
}

int64_t parcels_find(const struct parcels *parcels, const struct transition_row *row)
{
    const struct parcel *parcel = row->message ? find(parcels, row->home) : NULL;
    return parcel ? parcel->parcel_id : 0;
}

void parcels_free(struct parcels *parcels)
{
    free(parcels->items);
    *parcels = (struct parcels){0};
}

// Of each parcel that a customer's messages are in, once. They come by customer and by parcel, the first one first.
static bool write_revoked(struct rows *rows, const void *item, const void *context)
{
    const struct outbox_row *row = item;
    const struct store_write *write = context;
    if (!row->parcel)
        return false;
    if (row > write->delete_outbox && row[-1].parcel == row->parcel && span_equal(row[-1].customer_id, row->customer_id))
        return false;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_int8(rows, row->parcel);
    row_instant(rows, row->at);
    return true;
}
const struct array_statement parcel_revoke = {
    .sql = sql_parcel_revoke,
    TYPES(COLUMN_TEXT, COLUMN_INT8, COLUMN_INSTANT),
    .write = write_revoked,
    .otherwise = STORE_CONFLICT,
};

// ------------------------------------------------------------------------------------------- their release

// The parcels that are due, locked, as far as they have been dealt with.
struct releasing {
    struct postgres_store *store;
    instant watermark;
    PGresult *due, *mixed;
    int next_mixed;
    int32_t *waiting;  // homes of which a parcel waits for its rest
    int waiting_count;
    size_t released; // messages
};

// Columns of the parcels that are due.
enum { DUE_PARCEL, DUE_WHOLE, DUE_HOME, DUE_MESSAGES };

static bool is_mixed(struct releasing *releasing, int64_t parcel_id)
{
    const PGresult *mixed = releasing->mixed;
    while (releasing->next_mixed < PQntuples(mixed) && result_int8(mixed, releasing->next_mixed, 0) < parcel_id)
        releasing->next_mixed++;
    return releasing->next_mixed < PQntuples(mixed) && result_int8(mixed, releasing->next_mixed, 0) == parcel_id;
}

// Runs a statement that answers with numbers of messages that are released.
static int run(struct releasing *releasing, const char *sql, const struct parameters *parameters)
{
    PGresult *result = NULL;
    int outcome = connection_run(&releasing->store->connection, sql, parameters, &result);
    for (int i = 0; outcome == 0 && i < PQntuples(result); i++)
        releasing->released += (size_t)result_int4(result, i, 0);
    PQclear(result);
    return outcome;
}

static void begin_numbers(struct rows *rows)
{
    static const enum column_type types[] = {COLUMN_INT8};
    rows_begin_arrays(rows, types, 1);
}

static void add_number(struct rows *rows, int64_t number)
{
    row_begin(rows);
    row_int8(rows, number);
}

static int ask_for_mixed(struct releasing *releasing)
{
    struct rows *rows = &releasing->store->rows;
    struct parameters parameters = {0};
    begin_numbers(rows);
    for (int i = 0; i < PQntuples(releasing->due); i++)
        add_number(rows, result_int8(releasing->due, i, DUE_PARCEL));
    if (rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(rows, &parameters);
    return connection_run(&releasing->store->connection, sql_parcel_mixed, &parameters, &releasing->mixed);
}

static int release_whole(struct releasing *releasing)
{
    struct rows *rows = &releasing->store->rows;
    struct parameters parameters = {0};
    if (rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    int outcome = 0;
    if (rows->count) {
        rows_parameters(rows, &parameters);
        outcome = run(releasing, sql_parcel_release, &parameters);
    }
    begin_numbers(rows);
    return outcome;
}

static int divide(struct releasing *releasing, int64_t parcel_id)
{
    struct parameters parameters = {0};
    parameter_int8(&parameters, parcel_id);
    parameter_instant(&parameters, releasing->watermark);
    return run(releasing, sql_parcel_divide, &parameters);
}

static bool waits_at(struct releasing *releasing, int32_t home)
{
    for (int i = 0; i < releasing->waiting_count; i++)
        if (releasing->waiting[i] == home)
            return true;
    return false;
}

// Whether a parcel waits, for its rest or behind one that does.
static bool waits(struct releasing *releasing, int i)
{
    const PGresult *due = releasing->due;
    struct delay *delay = &releasing->store->delay;
    int32_t home = result_int4(due, i, DUE_HOME);
    if (waits_at(releasing, home))
        return true;
    if (result_bool(due, i, DUE_WHOLE) || result_int4(due, i, DUE_MESSAGES) < LARGE)
        return false;
    if (releasing->waiting_count == 0) {
        int64_t parcel_id = result_int8(due, i, DUE_PARCEL), now = clock_monotonic_us();
        if (delay->parcel_id != parcel_id)
            *delay = (struct delay){parcel_id, now};
        if (now - delay->since_us >= DELAY_MOST_US)
            return false;
    }
    releasing->waiting[releasing->waiting_count++] = home;
    return true;
}

// In the order in which they came, so that what is released of a customer comes before what stays.
static int release_due(struct releasing *releasing, size_t limit)
{
    int outcome = ask_for_mixed(releasing);
    begin_numbers(&releasing->store->rows);
    for (int i = 0; outcome == 0 && i < PQntuples(releasing->due) && releasing->released < limit; i++) {
        int64_t parcel_id = result_int8(releasing->due, i, DUE_PARCEL);
        if (waits(releasing, i))
            continue;
        if (result_bool(releasing->due, i, DUE_WHOLE) && !is_mixed(releasing, parcel_id)) {
            add_number(&releasing->store->rows, parcel_id);
            continue;
        }
        outcome = release_whole(releasing);
        if (outcome == 0)
            outcome = divide(releasing, parcel_id);
    }
    return outcome ? outcome : release_whole(releasing);
}

int parcels_lock_due(struct postgres_store *store, const struct parameters *parameters, PGresult **due)
{
    return connection_run(&store->connection, sql_parcel_due, parameters, due);
}

int parcels_release(struct postgres_store *store, PGresult *due, instant watermark, size_t limit, size_t *released)
{
    struct releasing releasing = {.store = store, .watermark = watermark, .due = due};
    if (PQntuples(due) == 0)
        return 0;
    releasing.waiting = calloc((size_t)PQntuples(due), sizeof *releasing.waiting);
    int outcome = releasing.waiting ? release_due(&releasing, limit) : fault(STATUS_NOMEM, "out of memory");
    free(releasing.waiting);
    PQclear(releasing.mixed);
    *released += releasing.released;
    return outcome;
}
