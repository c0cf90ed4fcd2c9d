// What the database keeps of the configuration: numbers of types, and the policy as the views need it.
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "core/policy_pack.h"
#include "follow_up_rows.h"
#include "policy_fence.h"
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

// For who only reads: types that have no number yet are on no timeline, and get one that no row has.
static int look_numbers_up(struct connection *connection, const struct parameters *names, size_t count,
                           uint16_t *numbers)
{
    PGresult *result;
    int outcome = connection_run(connection, sql_event_types, names, &result);
    if (outcome)
        return outcome;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint16_t)(INT16_MAX - i);
    for (int row = 0; row < PQntuples(result); row++)
        numbers[result_int8(result, row, 0) - 1] = (uint16_t)result_int2(result, row, 1);
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
    bool complete = false;
    if (postgres->frozen) { // as below: what has no number yet is on no timeline
        for (size_t i = 0; i < count; i++)
            numbers[i] = (uint16_t)(INT16_MAX - i);
        return read_numbers(&postgres->connection, &select, count, numbers, &complete);
    }
    if (postgres->connection.settings.read_only)
        return look_numbers_up(&postgres->connection, &select, count, numbers);
    parameter_int4(&parameters, TYPE_CONFIGURED);

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

// What stands now. *customers: there are any.
static int read_policy(struct postgres_store *store, struct arena *arena, struct policy_row *row, bool *customers)
{
    enum { FINGERPRINT, MIXED, SINCE, PACKED, MARKING, DERIVING, CUSTOMERS };
    PGresult *result;
    *row = (struct policy_row){.since = INSTANT_NONE};
    *customers = false;
    int outcome = connection_run(&store->connection, sql_policy_select, NULL, &result);
    if (outcome)
        return outcome;
    if (PQntuples(result) > 0) {
        row->recorded = true;
        row->fingerprint = (uint64_t)result_int8(result, 0, FINGERPRINT);
        row->mixed_fingerprint = (uint64_t)result_int8(result, 0, MIXED);
        row->since = result_instant(result, 0, SINCE);
        *customers = result_bool(result, 0, CUSTOMERS);
        outcome = keep_text(result, 0, PACKED, arena, &row->packed);
        if (outcome == 0)
            outcome = keep_text(result, 0, MARKING, arena, &row->marking);
        if (outcome == 0)
            outcome = keep_text(result, 0, DERIVING, arena, &row->deriving);
    }
    PQclear(result);
    return outcome;
}

int store_policy(struct store *store, struct arena *arena, struct policy_row *row)
{
    bool customers;
    return read_policy(postgres_store(store), arena, row, &customers);
}

static int write_policy(struct postgres_store *store, const struct policy *policy, duration lane_hold, bool mark,
                        struct arena *arena)
{
    struct parameters parameters = {0};
    size_t size = policy_pack(policy, NULL);
    uint8_t *packed = arena_take(arena, size);
    if (!packed)
        return fault(STATUS_NOMEM, "out of memory");
    policy_pack(policy, packed);
    parameter_int4(&parameters, policy->base_minor_digits);
    parameter_int4(&parameters, policy->rfm_window);
    parameter_int8(&parameters, (int64_t)policy->fingerprint);
    parameter_int8(&parameters, (int64_t)policy->mixed_fingerprint);
    parameter_text(&parameters, policy->zone_name);
    parameter_text(&parameters, policy->base_currency);
    parameter_int8(&parameters, lane_hold);
    parameter_bytes(&parameters, packed, size);
    parameter_bool(&parameters, mark);
    parameter_int8(&parameters, policy->half_life);
    int outcome = connection_run(&store->connection, sql_policy_record, &parameters, NULL);
    return outcome ? outcome : record_checklists(store, policy);
}

// Alone with the table of identities nobody writes customers, and nobody else records.
static int record(struct postgres_store *store, const struct policy *policy, duration lane_hold,
                  enum policy_entry entry, struct arena *arena, struct policy_row *row)
{
    bool customers;
    int outcome = connection_begin_durable(&store->connection);
    if (outcome == 0)
        outcome = connection_run(&store->connection, sql_identity_exclude, NULL, NULL);
    if (outcome == 0)
        outcome = read_policy(store, arena, row, &customers);
    if (outcome)
        return outcome;
    bool mixes = row->recorded && customers && row->mixed_fingerprint != policy->mixed_fingerprint;
    if (entry == POLICY_STARTS && (mixes || row->marking.data))
        return fault(STORE_CONFLICT, "customers stand under another policy");
    outcome = write_policy(store, policy, lane_hold, row->recorded && (mixes || entry == POLICY_RECOMPUTES_ALL), arena);
    if (outcome == 0)
        outcome = read_policy(store, arena, row, &customers);
    return outcome ? outcome : connection_commit(&store->connection);
}

int store_record_policy(struct store *store, const struct policy *policy, duration lane_hold,
                        enum policy_entry entry, struct arena *arena, struct policy_row *row)
{
    struct postgres_store *postgres = postgres_store(store);
    int outcome = record(postgres, policy, lane_hold, entry, arena, row);
    if (outcome)
        connection_rollback(&postgres->connection);
    return outcome;
}

// ------------------------------------------------------------------------------------------------- fence

int policy_fence(struct pipeline *pipeline, uint64_t policy, const struct store_write *write)
{
    struct parameters parameters = {0};
    bool fenced = policy != 0 && (write->customer_count || write->delete_customer_count || write->timeline_count ||
                                  write->marks);
    if (!fenced)
        return 0;
    int outcome = 0;
    if (!write->identity && write->epoch == EPOCH_ANY) // else the lock is held already
        outcome = pipeline_add(pipeline, sql_identity_share, NULL, -1, 0);
    parameter_int8(&parameters, (int64_t)policy);
    return outcome ? outcome : pipeline_add(pipeline, sql_policy_check, &parameters, 1, STATUS_CONFIG);
}

static int refused(void)
{
    return fault(STATUS_CONFIG, "another policy is in force in this database by now, recorded by another instance or by "
                                "`guanxid recompute`: nothing is written under the former one; start with the "
                                "configuration that holds now");
}

int policy_verdict(const struct connection *connection, int outcome)
{
    if (outcome != STATUS_CONFIG || strcmp(connection->doing, connection_statement_name(sql_policy_check)) != 0)
        return outcome;
    return refused();
}

int store_check_policy(struct store *store)
{
    struct parameters parameters = {0};
    PGresult *result;
    if (store->policy == 0)
        return 0;
    parameter_int8(&parameters, (int64_t)store->policy);
    int outcome = connection_run(&postgres_store(store)->connection, sql_policy_check, &parameters, &result);
    bool stands = outcome == 0 && PQntuples(result) == 1;
    PQclear(result);
    return outcome || stands ? outcome : refused();
}
