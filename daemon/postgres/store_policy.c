// What the database keeps of the configuration: numbers of types, and the policy as the views need it.
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"

// Rounds after which another instance that numbers types at the same time must be done.
enum { NUMBERING_ROUNDS = 5 };

static int read_numbers(struct connection *connection, const struct parameters *names, size_t count,
                        uint16_t *numbers, bool *complete)
{
    PGresult *result;
    int outcome = connection_run(connection, sql_type_select, names, &result);
    if (outcome)
        return outcome;
    for (int row = 0; row < PQntuples(result); row++)
        numbers[result_int8(result, row, 0) - 1] = (uint16_t)result_int2(result, row, 1);
    *complete = (size_t)PQntuples(result) == count;
    PQclear(result);
    return 0;
}

int store_number_types(struct store *store, const char *const *names, size_t count, uint16_t *numbers)
{
    static const enum column_type types[] = {COLUMN_TEXT};
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0}, select = {0};
    rows_begin_arrays(&postgres->rows, types, 1);
    for (size_t i = 0; i < count; i++) {
        row_begin(&postgres->rows);
        row_text(&postgres->rows, names[i]);
    }
    if (postgres->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&postgres->rows, &parameters);
    rows_parameters(&postgres->rows, &select);
    parameter_int4(&parameters, TYPE_CONFIGURED);

    bool complete = false;
    int outcome = read_numbers(&postgres->connection, &select, count, numbers, &complete);
    for (int round = 0; outcome == 0 && !complete && round < NUMBERING_ROUNDS; round++) {
        outcome = connection_run(&postgres->connection, sql_type_number, &parameters, NULL);
        if (outcome == 0)
            outcome = read_numbers(&postgres->connection, &select, count, numbers, &complete);
    }
    if (outcome == 0 && !complete)
        outcome =
            fault(STORE_RETRY, "PostgreSQL, type_number: other instances number types at the same time");
    return outcome;
}

static int record_checklists(struct postgres_store *store, const struct policy *policy)
{
    static const enum column_type types[] = {COLUMN_INT2, COLUMN_TEXT, COLUMN_TEXT};
    struct parameters parameters = {0};
    rows_begin_arrays(&store->rows, types, 3);
    for (size_t i = 0; i < policy->item_count; i++) {
        row_begin(&store->rows);
        row_int2(&store->rows, (int16_t)i);
        row_text(&store->rows, policy->items[i].list);
        row_text(&store->rows, policy->items[i].item);
    }
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    return connection_run(&store->connection, sql_checklist_record, &parameters, NULL);
}

int store_record_policy(struct store *store, const struct policy *policy, duration lane_hold)
{
    struct postgres_store *postgres = postgres_store(store);
    struct parameters parameters = {0};
    parameter_int4(&parameters, policy->base_minor_digits);
    parameter_int4(&parameters, policy->rfm_window);
    parameter_int8(&parameters, (int64_t)policy->fingerprint);
    parameter_int8(&parameters, (int64_t)policy->mixed_fingerprint);
    parameter_text(&parameters, policy->zone_name);
    parameter_text(&parameters, policy->base_currency);
    parameter_int8(&parameters, lane_hold);
    int outcome = connection_run(&postgres->connection, sql_policy_record, &parameters, NULL);
    return outcome ? outcome : record_checklists(postgres, policy);
}
