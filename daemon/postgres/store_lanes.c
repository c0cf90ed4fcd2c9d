// Lanes: claiming, the sign of life, and what moves a lane without a batch.
#include <stdio.h>

#include "base/status.h"
#include "pipeline.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"

// Columns of lane_claim and lane_select.
static void read_lane(const PGresult *result, int row, struct lane_row *lane)
{
    lane->lane_id = result_int4(result, row, 0);
    lane->epoch = result_int8(result, row, 1);
    lane->next_offset = result_int8(result, row, 2);
    lane->anchor_offset = result_int8(result, row, 3);
    lane->anchor = result_int8(result, row, 4);
    lane->lane_time = result_instant(result, row, 5);
    struct span cluster = result_span(result, row, 6);
    snprintf(lane->cluster_id, sizeof lane->cluster_id, "%.*s", (int)cluster.size, cluster.data);
    lane->halted = result_bool(result, row, 7);
}

static int take_claimed(const PGresult *result, const struct lane_claim *claims, size_t count,
                        struct lane_row *rows)
{
    enum { TOPIC = 8, PARTITION = 9 };
    size_t taken = 0;
    for (int row = 0; row < PQntuples(result); row++) {
        struct span topic = result_span(result, row, TOPIC);
        int32_t partition = result_int4(result, row, PARTITION);
        for (size_t i = 0; i < count; i++) {
            if (claims[i].partition != partition || !span_equal(span_text(claims[i].topic), topic))
                continue;
            read_lane(result, row, &rows[i]);
            taken++;
            break;
        }
    }
    return taken == count ? 0 : fault(STATUS_BROKEN, "PostgreSQL, lane_claim: not every lane was claimed");
}

int store_claim(struct store *store, const char *owner, const struct lane_claim *claims, size_t count,
                struct lane_row *rows)
{
    static const enum column_type types[] = {COLUMN_TEXT, COLUMN_INT4, COLUMN_INT8, COLUMN_TEXT, COLUMN_INT8};
    struct postgres_store *postgres = postgres_store(store);
    struct connection *connection = &postgres->connection;
    struct parameters parameters = {0};
    PGresult *result = NULL;
    rows_begin_arrays(&postgres->rows, types, 5);
    for (size_t i = 0; i < count; i++) {
        row_begin(&postgres->rows);
        row_text(&postgres->rows, claims[i].topic);
        row_int4(&postgres->rows, claims[i].partition);
        row_int8(&postgres->rows, claims[i].start);
        row_text(&postgres->rows, claims[i].cluster_id ? claims[i].cluster_id : "");
        row_int8(&postgres->rows, claims[i].end);
    }
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    parameter_text(&parameters, owner);

    int outcome = connection_begin_durable(connection);
    if (outcome == 0)
        outcome = connection_run(connection, sql_lane_claim, &parameters, &result);
    if (outcome == 0)
        outcome = take_claimed(result, claims, count, rows);
    if (outcome == 0)
        outcome = connection_commit(connection);
    if (outcome)
        connection_rollback(connection);
    PQclear(result);
    return outcome;
}

int store_lanes(struct store *store, const int32_t *lane_ids, size_t count, struct lane_row *rows)
{
    static const enum column_type types[] = {COLUMN_INT4};
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    PGresult *result;
    rows_begin_arrays(&postgres->rows, types, 1);
    for (size_t i = 0; i < count; i++) {
        row_begin(&postgres->rows);
        row_int4(&postgres->rows, lane_ids[i]);
    }
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    int outcome = connection_run(&postgres->connection, sql_lane_select, &parameters, &result);
    if (outcome)
        return outcome;
    size_t taken = 0;
    for (int row = 0; row < PQntuples(result); row++) {
        for (size_t i = 0; i < count; i++) {
            if (lane_ids[i] != result_int4(result, row, 0))
                continue;
            read_lane(result, row, &rows[i]);
            taken++;
        }
    }
    PQclear(result);
    return taken == count ? 0 : fault(STATUS_BROKEN, "PostgreSQL, lane_select: a lane has no row any more");
}

int store_move(struct store *store, const struct lane_advance *lane, const struct loss_row *loss)
{
    static const char *const statements[] = {sql_lane_move, sql_loss_insert, NULL};
    struct postgres_store *postgres = postgres_store(store);
    struct pipeline pipeline;
    struct parameters move = {0}, lost = {0};
    parameter_int4(&move, lane->lane_id);
    parameter_int8(&move, lane->epoch);
    parameter_int8(&move, lane->next_offset);
    parameter_int8(&move, lane->anchor_offset);
    parameter_int8(&move, lane->anchor);
    parameter_instant(&move, lane->lane_time);
    parameter_int8(&move, lane->end_offset);

    // What is known to be lost may not be forgotten by a crash.
    int outcome =
        pipeline_begin(&pipeline, &postgres->connection, &postgres->rows, loss != NULL, statements);
    if (outcome == 0)
        outcome = pipeline_add(&pipeline, sql_lane_move, &move, 1, STORE_FENCED);
    if (outcome == 0 && loss) {
        parameter_text(&lost, loss->topic);
        parameter_int4(&lost, loss->partition);
        parameter_int8(&lost, loss->from_offset);
        parameter_int8(&lost, loss->to_offset);
        parameter_text(&lost, loss->reason);
        outcome = pipeline_add(&pipeline, sql_loss_insert, &lost, 1, STATUS_BROKEN);
    }
    if (outcome == 0)
        outcome = pipeline_commit(&pipeline);
    if (outcome)
        connection_rollback(&postgres->connection);
    return outcome;
}

int store_halt(struct store *store, int32_t lane_id, int64_t epoch, const char *reason)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int4(&parameters, lane_id);
    parameter_int8(&parameters, epoch);
    parameter_text(&parameters, reason);
    int outcome = connection_run(&postgres_store(store)->connection, sql_lane_halt, &parameters, &result);
    if (outcome)
        return outcome;
    int64_t touched = result_touched(result);
    PQclear(result);
    return touched == 1 ? 0 : fault(STORE_FENCED, "lane %d has another owner", (int)lane_id);
}

int store_beat(struct store *store, const struct lane_advance *lanes, size_t count, duration lane_hold,
               instant *watermark, int32_t *left_out, instant *wall)
{
    static const enum column_type types[] = {COLUMN_INT4, COLUMN_INT8, COLUMN_INSTANT, COLUMN_INT8};
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    PGresult *result;
    rows_begin_arrays(&postgres->rows, types, 4);
    for (size_t i = 0; i < count; i++) {
        row_begin(&postgres->rows);
        row_int4(&postgres->rows, lanes[i].lane_id);
        row_int8(&postgres->rows, lanes[i].epoch);
        row_instant(&postgres->rows, lanes[i].lane_time);
        row_int8(&postgres->rows, lanes[i].end_offset);
    }
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    parameter_int8(&parameters, lane_hold);
    int outcome = connection_run(&postgres->connection, sql_lane_beat, &parameters, &result);
    if (outcome)
        return outcome;
    *watermark = result_instant(result, 0, 0);
    *left_out = result_int4(result, 0, 1);
    *wall = result_instant(result, 0, 2);
    PQclear(result);
    return 0;
}

int store_release(struct store *store, const struct lane_row *lanes, size_t count)
{
    static const enum column_type types[] = {COLUMN_INT4, COLUMN_INT8};
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    rows_begin_arrays(&postgres->rows, types, 2);
    for (size_t i = 0; i < count; i++) {
        row_begin(&postgres->rows);
        row_int4(&postgres->rows, lanes[i].lane_id);
        row_int8(&postgres->rows, lanes[i].epoch);
    }
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    return connection_run(&postgres->connection, sql_lane_release, &parameters, NULL);
}

int store_orphans(struct store *store, duration grace, struct arena *arena, int32_t **lane_ids, size_t *count)
{
    struct parameters parameters = {0};
    PGresult *result;
    parameter_int8(&parameters, grace);
    int outcome = connection_run(&postgres_store(store)->connection, sql_lane_orphans, &parameters, &result);
    if (outcome)
        return outcome;
    *count = (size_t)PQntuples(result);
    *lane_ids = arena_take(arena, *count * sizeof **lane_ids + 1);
    for (size_t i = 0; *lane_ids && i < *count; i++)
        (*lane_ids)[i] = result_int4(result, (int)i, 0);
    PQclear(result);
    return *lane_ids ? 0 : fault(STATUS_NOMEM, "out of memory");
}
