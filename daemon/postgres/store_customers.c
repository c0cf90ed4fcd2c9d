// What is known of given customers beside their state: follow-ups, and values for the payload of notices.
#include "base/status.h"
#include "follow_up_rows.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"

// One statement for customers, the whole answer.
static int select_customers(struct postgres_store *store, const char *sql, const struct span *ids,
                            size_t count, PGresult **result)
{
    struct parameters parameters = {0};
    rows_texts(&store->rows, ids, count);
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    return connection_run(&store->connection, sql, &parameters, result);
}

static int take_reminders(const PGresult *result, struct arena *arena, struct reminder_row **reminders,
                          size_t *count)
{
    int status = 0;
    *count = (size_t)PQntuples(result);
    *reminders = arena_take(arena, *count * sizeof **reminders + 1);
    if (!*reminders)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; status == 0 && i < *count; i++)
        status = reminder_read(result, (int)i, 0, arena, &(*reminders)[i]);
    return status;
}

static int take_notices(const PGresult *result, struct arena *arena, struct notice_row **notices,
                        size_t *count)
{
    int status = 0;
    *count = (size_t)PQntuples(result);
    *notices = arena_take(arena, *count * sizeof **notices + 1);
    if (!*notices)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; status == 0 && i < *count; i++)
        status = notice_read(result, (int)i, 0, arena, &(*notices)[i]);
    return status;
}

static int take_messages(const PGresult *result, struct arena *arena, struct outbox_row **outbox,
                         size_t *count)
{
    int status = 0;
    *count = (size_t)PQntuples(result);
    *outbox = arena_take(arena, *count * sizeof **outbox + 1);
    if (!*outbox)
        return fault(STATUS_NOMEM, "out of memory");
    for (size_t i = 0; status == 0 && i < *count; i++)
        status = outbox_read(result, (int)i, arena, &(*outbox)[i]);
    return status;
}

int store_follow_ups(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                     struct reminder_row **reminders, size_t *reminder_count, struct notice_row **notices,
                     size_t *notice_count, struct outbox_row **outbox, size_t *outbox_count)
{
    struct postgres_store *postgres = postgres_store(store);
    PGresult *result = NULL;
    int outcome = select_customers(postgres, sql_reminder_select, ids, count, &result);
    if (outcome == 0)
        outcome = take_reminders(result, arena, reminders, reminder_count);
    PQclear(result);
    if (outcome)
        return outcome;
    outcome = select_customers(postgres, sql_notice_select, ids, count, &result);
    if (outcome == 0)
        outcome = take_notices(result, arena, notices, notice_count);
    PQclear(result);
    if (outcome)
        return outcome;
    outcome = select_customers(postgres, sql_outbox_select, ids, count, &result);
    if (outcome == 0)
        outcome = take_messages(result, arena, outbox, outbox_count);
    PQclear(result);
    rows_trim(&postgres->rows);
    return outcome;
}

int store_values(struct store *store, const struct policy *policy, const struct span *ids,
                 const int32_t *days, size_t count, int64_t *f, int64_t *m)
{
    static const enum column_type types[] = {COLUMN_TEXT, COLUMN_INT4};
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    PGresult *result;
    rows_begin_arrays(&postgres->rows, types, 2);
    for (size_t i = 0; i < count; i++) {
        f[i] = m[i] = 0;
        row_begin(&postgres->rows);
        row_span(&postgres->rows, ids[i]);
        row_int4(&postgres->rows, days[i]);
    }
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    parameter_int4(&parameters, policy->rfm_window);
    parameter_text(&parameters, policy->zone_name);
    int outcome = connection_run(&postgres->connection, sql_timeline_values, &parameters, &result);
    if (outcome)
        return outcome;
    for (int row = 0; row < PQntuples(result); row++) {
        size_t i = (size_t)result_int8(result, row, 0) - 1;
        f[i] = result_int8(result, row, 1);
        m[i] = result_int8(result, row, 2);
    }
    PQclear(result);
    return 0;
}
