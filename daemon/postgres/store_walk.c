// Customers as a whole, for what goes over all of them: recompute, verify, simulate.
#include <stdlib.h>

#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"
#include "store_internal.h"

static const duration alive = 15 * SECOND; // since the last sign of life of an owner

static int run(struct store *store, const char *sql, const struct parameters *parameters, PGresult **result)
{
    return connection_run(&postgres_store(store)->connection, sql, parameters, result);
}

int store_mark(struct store *store, size_t limit, instant quiet_until, enum brought brought, size_t *count)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int8(&parameters, (int64_t)limit);
    parameter_instant(&parameters, quiet_until);
    parameter_int4(&parameters, brought);
    int outcome = run(store, sql_policy_mark, &parameters, &result);
    *count = outcome == 0 ? (size_t)result_int8(result, 0, 0) : 0;
    PQclear(result);
    return outcome;
}

int store_derived(struct store *store, uint64_t fingerprint, struct span from, struct span to)
{
    struct parameters parameters = {0};
    parameter_int8(&parameters, (int64_t)fingerprint);
    parameter_span(&parameters, from);
    parameter_span(&parameters, to);
    return run(store, sql_policy_derived, &parameters, NULL);
}

static int take_ids(PGresult *result, struct arena *arena, struct span **ids, size_t *count)
{
    *count = (size_t)PQntuples(result);
    *ids = arena_take(arena, (*count + 1) * sizeof **ids);
    bool done = *ids != NULL;
    for (size_t i = 0; done && i < *count; i++) {
        (*ids)[i] = arena_copy(arena, result_span(result, (int)i, 0));
        done = (*ids)[i].data != NULL;
    }
    PQclear(result);
    return done ? 0 : fault(STATUS_NOMEM, "out of memory");
}

int store_walk(struct store *store, struct span after, bool marked, size_t limit, struct arena *arena,
               struct span **ids, size_t *count)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_span(&parameters, after.data ? after : SPAN_LITERAL(""));
    parameter_bool(&parameters, marked);
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = run(store, sql_customer_walk, &parameters, &result);
    return outcome ? outcome : take_ids(result, arena, ids, count);
}

static int compare_spans(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

int store_pick(struct store *store, size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = run(store, sql_customer_pick, &parameters, &result);
    if (outcome == 0)
        outcome = take_ids(result, arena, ids, count);
    if (outcome == 0 && *ids && *count > 1)
        qsort(*ids, *count, sizeof **ids, compare_spans);
    return outcome;
}

int store_census(struct store *store, struct census *census)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int8(&parameters, alive);
    int outcome = run(store, sql_customer_census, &parameters, &result);
    if (outcome)
        return outcome;
    *census = (struct census){result_int8(result, 0, 0), result_int8(result, 0, 1), result_bool(result, 0, 2)};
    PQclear(result);
    return 0;
}

int store_freeze(struct store *store)
{
    int outcome = run(store, sql_freeze, NULL, NULL);
    postgres_store(store)->frozen = outcome == 0;
    return outcome;
}

void store_thaw(struct store *store)
{
    struct postgres_store *postgres = postgres_store(store);
    postgres->frozen = false;
    connection_rollback(&postgres->connection);
}
