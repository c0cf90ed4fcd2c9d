// What time has made due: customers to advance or to fold, held notices and messages, announcements, and
// what is to be sent.
#include "base/status.h"
#include "follow_up_rows.h"
#include "gather.h"
#include "pipeline.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"
#include "store_rows.h"

// Column by which each question orders.
enum { ORDER_OF_CUSTOMERS = 1, ORDER_OF_NOTICES = 3, ORDER_OF_OUTBOX = 3,
       ORDER_OF_ANNOUNCEMENTS = NOTICE_COLUMNS + 5 };

static int take_ids(const struct gathered *gathered, struct arena *arena, struct span **ids, size_t *count)
{
    *count = gathered->count;
    *ids = arena_take(arena, gathered->count * sizeof **ids + 1);
    for (size_t i = 0; *ids && i < gathered->count; i++) {
        (*ids)[i] = arena_copy(arena, result_span(gathered->rows[i].result, gathered->rows[i].row, 0));
        if (!(*ids)[i].data)
            *ids = NULL;
    }
    return *ids ? 0 : fault(STATUS_NOMEM, "out of memory");
}

static int take_held(const struct gathered *gathered, struct arena *arena, struct held_notice **held,
                     size_t *count)
{
    int status = 0;
    *count = gathered->count;
    *held = arena_take(arena, gathered->count * sizeof **held + 1);
    if (!*held)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; status == 0 && i < gathered->count; i++)
        status = held_notice_read(gathered->rows[i].result, gathered->rows[i].row, arena, &(*held)[i]);
    return status;
}

static int take_outbox(const struct gathered *gathered, struct arena *arena, struct outbox_row **outbox,
                       size_t *count)
{
    int status = 0;
    *count = gathered->count;
    *outbox = arena_take(arena, gathered->count * sizeof **outbox + 1);
    if (!*outbox)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; status == 0 && i < gathered->count; i++)
        status = outbox_read(gathered->rows[i].result, gathered->rows[i].row, arena, &(*outbox)[i]);
    return status;
}

static int gather_ids(struct store *store, const char *sql, const int32_t *homes, size_t home_count,
                      instant watermark, size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    struct parameters parameters = {0};
    struct gathered gathered;
    parameter_instant(&parameters, watermark);
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = gather(&postgres_store(store)->connection, sql, homes, home_count, &parameters,
                         ORDER_OF_CUSTOMERS, limit, &gathered);
    if (outcome == 0)
        outcome = take_ids(&gathered, arena, ids, count);
    gathered_free(&gathered);
    return outcome;
}

int store_due(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
              struct arena *arena, struct span **ids, size_t *count)
{
    return gather_ids(store, sql_customer_due, homes, home_count, watermark, limit, arena, ids, count);
}

int store_marked(struct store *store, const int32_t *homes, size_t home_count, instant watermark,
                 size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    return gather_ids(store, sql_customer_marked, homes, home_count, watermark, limit, arena, ids, count);
}

int store_held(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
               struct arena *arena, struct held_notice **notices, size_t *notice_count,
               struct outbox_row **outbox, size_t *outbox_count)
{
    struct connection *connection = &postgres_store(store)->connection;
    struct parameters parameters = {0};
    struct gathered gathered;
    parameter_instant(&parameters, watermark);
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = gather(connection, sql_notice_held, homes, home_count, &parameters, ORDER_OF_NOTICES, limit,
                         &gathered);
    if (outcome == 0)
        outcome = take_held(&gathered, arena, notices, notice_count);
    gathered_free(&gathered);
    if (outcome)
        return outcome;
    outcome = gather(connection, sql_outbox_held, homes, home_count, &parameters, ORDER_OF_OUTBOX, limit,
                     &gathered);
    if (outcome == 0)
        outcome = take_outbox(&gathered, arena, outbox, outbox_count);
    gathered_free(&gathered);
    return outcome;
}

int store_announcements(struct store *store, const int32_t *homes, size_t home_count, size_t limit,
                        struct arena *arena, struct held_notice **notices, size_t *count)
{
    struct parameters parameters = {0};
    struct gathered gathered;
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = gather(&postgres_store(store)->connection, sql_reminder_announce, homes, home_count,
                         &parameters, ORDER_OF_ANNOUNCEMENTS, limit, &gathered);
    if (outcome == 0)
        outcome = take_held(&gathered, arena, notices, count);
    gathered_free(&gathered);
    return outcome;
}

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

int store_release_changes(struct store *store, const int32_t *homes, size_t home_count, instant watermark,
                          size_t limit, size_t *count)
{
    struct postgres_store *postgres = postgres_store(store);
    struct connection *connection = &postgres->connection;
    struct parameters parameters = {0};
    PGresult *result = NULL;
    homes_parameter(&postgres->rows, homes, home_count, &parameters);
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    parameter_instant(&parameters, watermark);
    parameter_int8(&parameters, (int64_t)limit);
    int outcome = connection_run(connection, sql_begin, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_durable, NULL, NULL);
    if (outcome == 0)
        outcome = connection_run(connection, sql_outbox_release, &parameters, &result);
    if (outcome == 0) {
        *count = (size_t)result_touched(result);
        outcome = connection_commit(connection);
    }
    if (outcome)
        connection_rollback(connection);
    PQclear(result);
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
    int outcome = connection_run(&postgres->connection, sql_outbox_released, &parameters, &result);
    if (outcome)
        return outcome;
    *count = (size_t)PQntuples(result);
    *outbox = arena_take(arena, *count * sizeof **outbox + 1);
    outcome = *outbox ? 0 : fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; outcome == 0 && i < *count; i++)
        outcome = outbox_read(result, (int)i, arena, &(*outbox)[i]);
    PQclear(result);
    return outcome;
}

int store_delivered(struct store *store, const struct outbox_row *outbox, size_t count)
{
    static const char *const statements[] = {sql_outbox_delivered, sql_notice_published, NULL};
    struct postgres_store *postgres = postgres_store(store);
    struct pipeline pipeline;
    // Lost with a crash it is only said again, and a message sent again has the same id.
    int outcome = pipeline_begin(&pipeline, &postgres->connection, &postgres->rows, false, statements);
    if (outcome == 0)
        outcome = pipeline_arrays(&pipeline, &outbox_delivered, outbox, sizeof *outbox, count, NULL);
    if (outcome == 0)
        outcome = pipeline_arrays(&pipeline, &notice_published, outbox, sizeof *outbox, count, NULL);
    if (outcome == 0)
        outcome = pipeline_commit(&pipeline);
    if (outcome)
        connection_rollback(&postgres->connection);
    rows_trim(&postgres->rows);
    return outcome;
}
