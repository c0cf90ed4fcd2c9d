#include "gather.h"

#include <stdlib.h>

#include "base/status.h"
#include "result.h"

// Questions in flight at a time: bounds what an answering server can have waiting for us.
enum { ASKED_AT_ONCE = 64 };

void gathered_free(struct gathered *gathered)
{
    for (size_t i = 0; i < gathered->result_count; i++)
        PQclear(gathered->results[i]);
    free(gathered->results);
    free(gathered->rows);
    *gathered = (struct gathered){0};
}

static int ask_home(struct connection *connection, const char *sql, int32_t home,
                    const struct parameters *rest)
{
    struct parameters parameters = {0};
    parameter_int4(&parameters, home);
    for (int i = 0; i < rest->count; i++)
        parameter_bytes(&parameters, rest->values[i], (size_t)rest->sizes[i]);
    return connection_send(connection, sql, &parameters);
}

static int ask_homes(struct connection *connection, const char *sql, const int32_t *homes, size_t count,
                     const struct parameters *parameters, struct gathered *gathered)
{
    int outcome = 0;
    if (!PQenterPipelineMode(connection->pg))
        return connection_lost(connection, PQerrorMessage(connection->pg));
    for (size_t i = 0; outcome == 0 && i < count; i++)
        outcome = ask_home(connection, sql, homes[i], parameters);
    if (outcome == 0 && !PQpipelineSync(connection->pg))
        outcome = connection_lost(connection, PQerrorMessage(connection->pg));
    for (size_t i = 0; outcome == 0 && i < count; i++) {
        outcome = connection_receive(connection, &gathered->results[gathered->result_count]);
        gathered->result_count += outcome == 0;
    }
    if (outcome)
        return outcome;
    PGresult *synced;
    outcome = connection_next(connection, &synced);
    PQclear(synced);
    if (outcome == 0 && !PQexitPipelineMode(connection->pg))
        outcome = connection_lost(connection, PQerrorMessage(connection->pg));
    return outcome;
}

static int compare(const void *left, const void *right)
{
    const struct gathered_row *a = left, *b = right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    // Within a home as the server ordered; between homes the one asked first.
    if (a->result != b->result)
        return a->home < b->home ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static int merge(struct gathered *gathered, int order_column, size_t limit)
{
    size_t total = 0;
    for (size_t i = 0; i < gathered->result_count; i++)
        total += (size_t)PQntuples(gathered->results[i]);
    gathered->rows = malloc(total * sizeof *gathered->rows + 1);
    if (!gathered->rows)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; i < gathered->result_count; i++)
        for (int row = 0; row < PQntuples(gathered->results[i]); row++)
            gathered->rows[gathered->count++] = (struct gathered_row){
                gathered->results[i], row, i, result_int8(gathered->results[i], row, order_column)};
    if (gathered->result_count > 1)
        qsort(gathered->rows, total, sizeof *gathered->rows, compare);
    if (gathered->count > limit)
        gathered->count = limit;
    return 0;
}

int gather(struct connection *connection, const char *sql, const int32_t *homes, size_t home_count,
           const struct parameters *parameters, int order_column, size_t limit, struct gathered *gathered)
{
    *gathered = (struct gathered){.results = calloc(home_count + 1, sizeof(PGresult *))};
    if (!gathered->results)
        return fault(STATUS_NOMEM, "out of memory");
    int outcome = connection_prepare(connection, sql);
    for (size_t from = 0; outcome == 0 && from < home_count; from += ASKED_AT_ONCE) {
        size_t left = home_count - from;
        outcome = ask_homes(connection, sql, homes + from, left < ASKED_AT_ONCE ? left : ASKED_AT_ONCE,
                            parameters, gathered);
    }
    if (outcome)
        connection_rollback(connection);
    else
        outcome = merge(gathered, order_column, limit);
    return outcome;
}
