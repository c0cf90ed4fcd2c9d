// What an import asks for beside batches and folds: the customers it is to fold.
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"
#include "store_internal.h"

int store_brought_begin(struct store *store, size_t *count)
{
    struct connection *connection = &postgres_store(store)->connection;
    PGresult *result = NULL;
    int outcome = connection_run(connection, sql_begin, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_brought_close, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_brought_order, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_brought_open, NULL, NULL);
    if (outcome == 0)
        outcome = connection_commit(connection);
    if (outcome == 0)
        outcome = connection_run(connection, sql_brought_count, NULL, &result);
    if (outcome == 0)
        *count = (size_t)result_touched(result);
    PQclear(result);
    if (outcome == 0)
        outcome = connection_run(connection, sql_brought_rewind, NULL, NULL);
    if (outcome)
        connection_rollback(connection);
    return outcome;
}

static int fetch(struct connection *connection, struct arena *arena, struct span *ids, size_t most, size_t *count,
                 bool *last)
{
    PGresult *result;
    int outcome = connection_run(connection, sql_brought_fetch, NULL, &result);
    if (outcome)
        return outcome;
    size_t rows = (size_t)PQntuples(result);
    for (size_t row = 0; outcome == 0 && row < rows && *count < most; row++) {
        ids[*count] = arena_copy(arena, result_span(result, (int)row, 0));
        outcome = ids[*count].data ? 0 : fault(STATUS_NOMEM, "out of memory");
        ++*count;
    }
    *last = rows == 0;
    PQclear(result);
    return outcome;
}

int store_brought_next(struct store *store, size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    enum { AT_ONCE = 100 }; // of brought_fetch
    struct connection *connection = &postgres_store(store)->connection;
    size_t most = (limit + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
    bool last = false;
    *count = 0;
    *ids = arena_take(arena, most * sizeof **ids + 1);
    if (!*ids)
        return fault(STATUS_NOMEM, "out of memory");
    int outcome = 0;
    while (outcome == 0 && !last && *count < most)
        outcome = fetch(connection, arena, *ids, most, count, &last);
    return outcome;
}
