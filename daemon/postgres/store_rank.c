// What a rank reads, and the small things it writes; store_rank_put.c writes its values.
#include "store_rank.h"

#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "row_put.h"

// One row, one boolean.
static int ask(struct store *store, const char *sql, bool *answer)
{
    PGresult *result;
    int outcome = connection_run(&postgres_store(store)->connection, sql, NULL, &result);
    if (outcome == 0)
        *answer = result_bool(result, 0, 0);
    PQclear(result);
    return outcome;
}

static int rank_enter(struct store *store, bool *entered)
{
    return ask(store, sql_rank_enter, entered);
}

static int rank_leave(struct store *store)
{
    bool was_in;
    return ask(store, sql_rank_leave, &was_in);
}

static int rank_unfolded(struct store *store, instant watermark, bool *unfolded)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_instant(&parameters, watermark);
    int outcome = connection_run(&postgres_store(store)->connection, sql_rank_unfolded, &parameters, &result);
    *unfolded = outcome == 0 && result_bool(result, 0, 0);
    PQclear(result);
    return outcome;
}

static int rank_find(struct store *store, int32_t as_of, struct rank_row *row, bool *found)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int4(&parameters, as_of);
    int outcome = connection_run(&postgres_store(store)->connection, sql_rank_find, &parameters, &result);
    *found = outcome == 0 && PQntuples(result) == 1;
    *row = (struct rank_row){.as_of = as_of};
    if (*found) {
        row->daily = result_bool(result, 0, 0);
        row->done = result_bool(result, 0, 1);
        row->customers = (size_t)result_int4(result, 0, 2);
        row->changed = (size_t)result_int4(result, 0, 3);
    }
    PQclear(result);
    return outcome;
}

// ------------------------------------------------------------------------------------------- purchases

enum { CUSTOMER, AT, TYPE, AMOUNT, FIRST_SEEN_AT, TRAITS }; // columns of rank_open

static struct rank_source source_of(const PGresult *result, int row)
{
    struct rank_source source = {.customer_id = result_span(result, row, CUSTOMER),
                                 .type = result_int2(result, row, TYPE)};
    if (source.type) {
        source.at = result_instant(result, row, AT);
        source.amount = result_int8(result, row, AMOUNT);
        return source;
    }
    struct customer customer = {.traits = result_null(result, row, TRAITS) ? 0 : result_int4(result, row, TRAITS)};
    source.at = result_instant(result, row, FIRST_SEEN_AT);
    source.tier = (uint8_t)customer_trait(&customer, TRAIT_TIER);
    source.target = (uint8_t)customer_trait(&customer, TRAIT_TARGET);
    return source;
}

static int open_stream(struct connection *connection, instant until, instant later)
{
    struct parameters parameters = {0};
    parameter_instant(&parameters, until);
    parameter_instant(&parameters, later);
    int outcome = connection_run(connection, sql_begin, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_rank_plans, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_rank_open, &parameters, NULL);
    return outcome ? outcome : connection_send(connection, sql_rank_fetch, NULL);
}

static int rank_purchases(struct store *store, instant until, instant later,
                          int (*each)(void *context, const struct rank_source *row), void *context)
{
    struct connection *connection = &postgres_store(store)->connection;
    bool more = true;
    int outcome = open_stream(connection, until, later);
    while (outcome == 0 && more) {
        PGresult *result;
        outcome = connection_receive(connection, &result);
        more = outcome == 0 && PQntuples(result) > 0;
        if (more) // the server makes the next piece while this one is taken in
            outcome = connection_send(connection, sql_rank_fetch, NULL);
        if (outcome == 0 && more)
            outcome = connection_flush(connection);
        for (int row = 0; outcome == 0 && more && row < PQntuples(result); row++) {
            const struct rank_source source = source_of(result, row);
            outcome = each(context, &source);
        }
        PQclear(result);
    }
    connection_rollback(connection); // nothing was written: this closes the cursor
    return outcome;
}

// --------------------------------------------------------------------------------------------- changes

static int rank_changes(struct store *store, int32_t as_of, struct span after, size_t limit, struct arena *arena,
                        struct rank_change **changes, size_t *count)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int4(&parameters, as_of);
    parameter_span(&parameters, after.data ? after : SPAN_LITERAL(""));
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = connection_run(&postgres_store(store)->connection, sql_value_changed, &parameters, &result);
    if (outcome)
        return outcome;
    *count = (size_t)PQntuples(result);
    *changes = arena_take(arena, *count * sizeof **changes + 1);
    bool copied = *changes != NULL;
    for (size_t i = 0; copied && i < *count; i++) {
        (*changes)[i] = (struct rank_change){.customer_id = arena_copy(arena, result_span(result, (int)i, 0)),
                                             .tier = (uint8_t)result_int2(result, (int)i, 1),
                                             .target = (uint8_t)result_int2(result, (int)i, 2)};
        copied = (*changes)[i].customer_id.data != NULL;
    }
    PQclear(result);
    return copied ? 0 : fault(STATUS_NOMEM, "out of memory");
}

// A statement over one day, in a transaction that is on disk when it is over.
static int run_durably(struct connection *connection, const char *sql, const struct parameters *parameters)
{
    int outcome = connection_begin_durable(connection);
    if (outcome == 0)
        outcome = connection_run(connection, sql, parameters, NULL);
    if (outcome == 0)
        outcome = connection_commit(connection);
    if (outcome)
        connection_rollback(connection);
    return outcome;
}

static int rank_done(struct store *store, int32_t as_of)
{
    struct parameters parameters = {0};
    parameter_int4(&parameters, as_of);
    return run_durably(&postgres_store(store)->connection, sql_rank_done, &parameters);
}

static int rank_expire(struct store *store, int32_t days, int32_t as_of, bool *gone)
{
    struct connection *connection = &postgres_store(store)->connection;
    struct parameters parameters = {0}, oldest = {0};
    PGresult *result;
    parameter_int4(&parameters, days);
    parameter_int4(&parameters, as_of);
    int outcome = connection_run(connection, sql_value_oldest, &parameters, &result);
    *gone = outcome == 0 && PQntuples(result) == 1;
    if (*gone) {
        parameter_int4(&oldest, result_int4(result, 0, 0));
        outcome = connection_run(connection, sql_rank_expire, &oldest, NULL);
    }
    PQclear(result);
    return outcome;
}

// ------------------------------------------------------------------------------------------------- fits

static int rank_put_fit(struct store *store, const struct rank_fit *fit)
{
    struct parameters parameters = {0};
    const double reals[] = {fit->model.r, fit->model.alpha, fit->model.a, fit->model.b, fit->log_likelihood};
    parameter_int4(&parameters, fit->as_of);
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        parameter_real(&parameters, reals[i]);
    parameter_int4(&parameters, (int32_t)fit->customers);
    return run_durably(&postgres_store(store)->connection, sql_fit_put, &parameters);
}

static int rank_fit(struct store *store, struct bgnbd *model, bool *found)
{
    PGresult *result;
    int outcome = connection_run(&postgres_store(store)->connection, sql_fit_select, NULL, &result);
    *found = outcome == 0 && PQntuples(result) == 1;
    if (*found)
        *model = (struct bgnbd){result_real(result, 0, 0), result_real(result, 0, 1), result_real(result, 0, 2),
                                result_real(result, 0, 3)};
    PQclear(result);
    return outcome;
}

// ------------------------------------------------------------------------------------------------- hold

static int rank_hold(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                     struct customer_row *rows)
{
    struct postgres_store *postgres = postgres_store(store);
    struct connection *connection = &postgres->connection;
    struct parameters parameters = {0};
    rows_texts(&postgres->rows, ids, count);
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    int outcome = connection_run(connection, sql_begin, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_customer_lock, &parameters, NULL);
    if (outcome == 0)
        outcome = store->ops->load(store, ids, count, arena, rows);
    if (outcome)
        connection_rollback(connection);
    return outcome;
}

// ------------------------------------------------------------------------------------------------- gate

int store_pass(struct store *store)
{
    struct connection *connection = &postgres_store(store)->connection;
    int outcome = connection_run(connection, sql_begin, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_gate_pass, NULL, NULL);
    if (outcome)
        connection_rollback(connection);
    return outcome;
}

void store_let_go(struct store *store)
{
    connection_rollback(&postgres_store(store)->connection);
}

static int rank_shut(struct store *store, bool *met)
{
    bool shut = false;
    int outcome = ask(store, sql_gate_try, &shut);
    *met = !shut;
    return outcome || shut ? outcome : connection_run(&postgres_store(store)->connection, sql_gate_shut, NULL, NULL);
}

static int rank_open(struct store *store, bool *met)
{
    bool was_shut;
    int outcome = ask(store, sql_gate_queue, met);
    return outcome ? outcome : ask(store, sql_gate_open, &was_shut);
}

static void rank_interrupt(struct store *store)
{
    atomic_store(&postgres_store(store)->connection.interrupted, true);
}

const struct rank_ops store_rank_operations = {
    .enter = rank_enter,
    .leave = rank_leave,
    .unfolded = rank_unfolded,
    .find = rank_find,
    .purchases = rank_purchases,
    .put = store_rank_put,
    .changes = rank_changes,
    .done = rank_done,
    .expire = rank_expire,
    .put_fit = rank_put_fit,
    .fit = rank_fit,
    .hold = rank_hold,
    .shut = rank_shut,
    .open = rank_open,
    .interrupt = rank_interrupt,
};
