// What ids stand for, as the application asks.
#include "base/status.h"
#include "follow_up_rows.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"

// Ids asked for at a time.
enum { PIECE_IDS = 2048 };

static int run_with_ids(struct postgres_store *store, const char *sql, const struct span *ids, size_t count,
                        PGresult **result)
{
    struct parameters parameters = {0};
    rows_texts(&store->rows, ids, count);
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    return connection_run(&store->connection, sql, &parameters, result);
}

static int read_identity(const PGresult *result, int row, struct arena *arena, struct identity_row *identity)
{
    enum {
        EPOCH, NUMBER, CUSTOMER, ERASED, RECORDED_AT, MESSAGES, MERGED = MESSAGES + TRANSITION_KIND_COUNT, UNMERGED,
        TIMES, LEVEL, STAGE, PHASE, CYCLE, TIER, TARGET, HOME
    };
    identity->erased = result_bool(result, row, ERASED);
    identity->recorded_at = result_instant(result, row, RECORDED_AT);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        identity->messages[kind] = result_int4(result, row, MESSAGES + kind);
    identity->merged = result_int4(result, row, MERGED);
    identity->unmerged = result_int4(result, row, UNMERGED);
    identity->erasures = result_int4(result, row, TIMES);
    identity->told[TRANSITION_LEVEL].state = result_int4(result, row, LEVEL);
    identity->told[TRANSITION_STAGE].state = result_int4(result, row, STAGE);
    identity->told[TRANSITION_PRAM].state = result_int4(result, row, PHASE);
    identity->told[TRANSITION_PRAM].detail = result_int4(result, row, CYCLE);
    identity->told[TRANSITION_TIER].state = result_int4(result, row, TIER);
    identity->told[TRANSITION_TIER].detail = result_int4(result, row, TARGET);
    identity->home = result_int4(result, row, HOME);
    return keep_text(result, row, CUSTOMER, arena, &identity->customer);
}

static int resolve_piece(struct postgres_store *store, const struct span *ids, size_t count, struct arena *arena,
                         struct identity_row *rows, int64_t *epoch)
{
    PGresult *result = NULL;
    int outcome = run_with_ids(store, sql_identity_resolve, ids, count, &result);
    if (outcome == 0 && (size_t)PQntuples(result) != count)
        outcome = fault(STATUS_BROKEN, "PostgreSQL, identity_resolve: not every id has one end");
    for (size_t i = 0; outcome == 0 && i < count; i++) {
        struct identity_row *identity = &rows[result_int8(result, (int)i, 1) - 1];
        *identity = (struct identity_row){.id = arena_copy(arena, ids[result_int8(result, (int)i, 1) - 1])};
        outcome = identity->id.data ? read_identity(result, (int)i, arena, identity)
                                    : fault(STATUS_NOMEM, "out of memory");
    }
    if (outcome == 0)
        *epoch = result_int8(result, 0, 0);
    PQclear(result);
    return outcome;
}

int store_resolve(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                  struct identity_row *rows, int64_t *epoch)
{
    struct postgres_store *postgres = postgres_store(store);
    if (count == 0) {
        PGresult *result;
        int outcome = connection_run(&postgres->connection, sql_identity_epoch, NULL, &result);
        if (outcome == 0)
            *epoch = result_int8(result, 0, 0);
        PQclear(result);
        return outcome;
    }
    int outcome = 0;
    for (size_t from = 0; outcome == 0 && from < count; from += PIECE_IDS) {
        size_t size = count - from < PIECE_IDS ? count - from : PIECE_IDS;
        int64_t now = 0;
        outcome = resolve_piece(postgres, ids + from, size, arena, rows + from, &now);
        // Of pieces the first: what came between them is a conflict when something is written.
        if (outcome == 0 && from == 0)
            *epoch = now;
    }
    rows_trim(&postgres->rows);
    return outcome;
}

int store_merged_into(struct store *store, struct span id, struct arena *arena, struct span **ids, size_t *count)
{
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    PGresult *result;
    *count = 0;
    parameter_bytes(&parameters, id.data, id.size);
    int outcome = connection_run(&postgres->connection, sql_alias_leading, &parameters, &result);
    if (outcome)
        return outcome;
    size_t found = (size_t)PQntuples(result);
    *ids = arena_take(arena, found * sizeof **ids + 1);
    outcome = *ids ? 0 : fault(STATUS_NOMEM, "out of memory");
    for (; outcome == 0 && *count < found; ++*count)
        outcome = keep_text(result, (int)*count, 0, arena, &(*ids)[*count]);
    PQclear(result);
    return outcome;
}
