#include "identity_change.h"

#include "base/status.h"
#include "postgres/sql.h"
#include "store_rows.h"

static const char *const statements[] = {
    sql_identity_exclude, sql_identity_raise,  sql_identity_depart,   sql_customer_lock,    sql_customer_depart,
    sql_customer_absent,  sql_timeline_merge,  sql_alias_add,        sql_merged_count,     sql_timeline_unmerge,
    sql_alias_delete,     sql_unmerged_count,  sql_erase_lock,       sql_erase_ids,        sql_erase_rows,
    sql_erase_changes,    sql_erase_names,     sql_erase_quarantine, sql_erase_parcels,    sql_unranked_put,
    sql_readmit_id,       sql_erase_held,
};

int identity_prepare(struct connection *connection, const struct store_write *write)
{
    int outcome = 0;
    if (!write->identity && write->delete_customer_count == 0)
        return 0;
    for (size_t i = 0; outcome == 0 && i < sizeof statements / sizeof *statements; i++)
        outcome = connection_prepare(connection, statements[i]);
    return outcome;
}

int identity_lock(struct pipeline *pipeline, const struct store_write *write)
{
    const struct identity_change *change = write->identity;
    struct parameters epoch = {0};
    int outcome = 0;
    parameter_int8(&epoch, change ? change->epoch : write->epoch);
    if (change) {
        outcome = pipeline_add(pipeline, sql_identity_exclude, NULL, -1, 0);
        return outcome ? outcome : pipeline_add(pipeline, sql_identity_raise, &epoch, 1, STORE_CONFLICT);
    }
    if (write->epoch != EPOCH_ANY) {
        outcome = pipeline_add(pipeline, sql_identity_share, NULL, -1, 0);
        if (outcome == 0)
            outcome = pipeline_add(pipeline, sql_identity_check, &epoch, 1, STORE_CONFLICT);
    }
    if (outcome == 0 && write->delete_customer_count)
        outcome = pipeline_add(pipeline, sql_identity_depart, NULL, -1, 0);
    return outcome;
}

static void write_ids(struct rows *rows, const struct customer_row *customers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        row_begin(rows);
        row_span(rows, customers[i].id);
    }
}

// Sends a statement with the texts that were written and touches judged as in pipeline_add.
static int send_texts(struct pipeline *pipeline, const char *sql, int64_t touches)
{
    struct parameters parameters = {0};
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(pipeline->rows, &parameters);
    return pipeline_add(pipeline, sql, &parameters, touches, STORE_CONFLICT);
}

int identity_lock_customers(struct pipeline *pipeline, const struct store_write *write)
{
    bool erases = write->identity && write->identity->kind == IDENTITY_ERASE;
    if (erases) {
        rows_texts(pipeline->rows, write->identity->ids, write->identity->id_count);
        return send_texts(pipeline, sql_erase_lock, -1);
    }
    if (write->delete_customer_count == 0)
        return 0;
    rows_begin_texts(pipeline->rows);
    write_ids(pipeline->rows, write->customers, write->customer_count);
    write_ids(pipeline->rows, write->delete_customers, write->delete_customer_count);
    return send_texts(pipeline, sql_customer_lock, -1);
}

WRITER(write_departed)
{
    const struct customer_row *row = item;
    (void)context;
    row_begin(rows);
    row_span(rows, row->id);
    row_int8(rows, row->version);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        row_int4(rows, row->messages[kind]);
    const struct standing pram = standing_of(&row->state, TRANSITION_PRAM);
    const struct standing tier = standing_of(&row->state, TRANSITION_TIER);
    row_int2(rows, row->state.level);
    row_int2(rows, row->state.stage);
    row_int2(rows, (int16_t)pram.state);
    row_int4(rows, pram.detail);
    row_int2(rows, (int16_t)tier.state);
    row_int2(rows, (int16_t)tier.detail);
    row_int4(rows, row->home);
    return true;
}
const struct array_statement customer_depart = {
    .sql = sql_customer_depart,
    TYPES(COLUMN_TEXT, COLUMN_INT8, COLUMN_INT4, COLUMN_INT4, COLUMN_INT4, COLUMN_INT4, COLUMN_INT2, COLUMN_INT2,
          COLUMN_INT2, COLUMN_INT4, COLUMN_INT2, COLUMN_INT2, COLUMN_INT4),
    .write = write_departed,
    .otherwise = STORE_CONFLICT,
};

// Whoever loses events or everything, and has a row, is guarded by its version; that there is none is guarded here.
static int expect_absent(struct pipeline *pipeline, const struct store_write *write)
{
    const struct identity_change *change = write->identity;
    bool erases = change->kind == IDENTITY_ERASE;
    const struct span *ids = erases ? change->ids : &change->from;
    size_t count = erases ? change->id_count : 1;
    rows_begin_texts(pipeline->rows);
    for (size_t i = 0; i < count; i++) {
        if (change->kind != IDENTITY_MERGE && customer_in(write, ids[i]))
            continue;
        row_begin(pipeline->rows);
        row_span(pipeline->rows, ids[i]);
    }
    return pipeline->rows->count ? send_texts(pipeline, sql_customer_absent, 0) : 0;
}

// One more message of the subject.
static int count_message(struct pipeline *pipeline, const char *sql, const struct identity_change *change)
{
    struct parameters parameters = {0};
    parameter_span(&parameters, change->subject);
    parameter_int4(&parameters, change->home);
    return pipeline_add(pipeline, sql, &parameters, 1, STORE_CONFLICT);
}

static int send_id(struct pipeline *pipeline, const char *sql, struct span id)
{
    struct parameters parameters = {0};
    parameter_span(&parameters, id);
    return pipeline_add(pipeline, sql, &parameters, 1, STORE_CONFLICT);
}

// Who buys more or less from now on than was ranked.
static int unrank(struct pipeline *pipeline, const struct identity_change *change, const struct span *ids, size_t count)
{
    struct parameters parameters = {0};
    rows_texts(pipeline->rows, ids, count);
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(pipeline->rows, &parameters);
    parameter_int8(&parameters, change->epoch + 1);
    return pipeline_add(pipeline, sql_unranked_put, &parameters, -1, 0);
}

static int merge(struct pipeline *pipeline, const struct identity_change *change)
{
    struct parameters parameters = {0};
    parameter_span(&parameters, change->from);
    parameter_span(&parameters, change->to);
    int outcome = pipeline_add(pipeline, sql_timeline_merge, &parameters, -1, 0);
    if (outcome == 0)
        outcome = pipeline_arrays(pipeline, &customer_forget, &change->from, sizeof change->from, 1, NULL);
    parameter_instant(&parameters, change->at);
    if (outcome == 0)
        outcome = pipeline_add(pipeline, sql_alias_add, &parameters, 1, STORE_CONFLICT);
    if (outcome == 0)
        outcome = unrank(pipeline, change, &change->to, 1);
    return outcome ? outcome : count_message(pipeline, sql_merged_count, change);
}

static int unmerge(struct pipeline *pipeline, const struct identity_change *change)
{
    struct parameters parameters = {0};
    parameter_span(&parameters, change->from);
    parameter_span(&parameters, change->to);
    rows_texts(pipeline->rows, change->ids, change->id_count);
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(pipeline->rows, &parameters);
    int outcome = pipeline_add(pipeline, sql_timeline_unmerge, &parameters, -1, 0);
    if (outcome == 0)
        outcome = send_id(pipeline, sql_alias_delete, change->to);
    const struct span both[] = {change->from, change->to};
    if (outcome == 0)
        outcome = unrank(pipeline, change, both, 2);
    return outcome ? outcome : count_message(pipeline, sql_unmerged_count, change);
}

static int erase(struct pipeline *pipeline, const struct identity_change *change)
{
    // Parcels last: who is filling one with messages of the ids is waited for by the deletion of those.
    static const char *const erasing[] = {sql_erase_held,  sql_erase_rows,       sql_erase_changes,
                                          sql_erase_names, sql_erase_quarantine, sql_erase_parcels};
    struct parameters parameters = {0}, tombstones;
    rows_texts(pipeline->rows, change->ids, change->id_count);
    if (pipeline->rows->failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(pipeline->rows, &parameters);
    tombstones = parameters;
    parameter_int4(&tombstones, change->home);
    int outcome = pipeline_add(pipeline, sql_erase_ids, &tombstones, -1, 0);
    for (size_t i = 0; outcome == 0 && i < sizeof erasing / sizeof *erasing; i++)
        outcome = pipeline_add(pipeline, erasing[i], &parameters, -1, 0);
    return outcome;
}

int identity_apply(struct pipeline *pipeline, const struct store_write *write)
{
    const struct identity_change *change = write->identity;
    if (!change)
        return 0;
    if (change->kind == IDENTITY_READMIT)
        return send_id(pipeline, sql_readmit_id, change->subject);
    int outcome = expect_absent(pipeline, write);
    if (outcome)
        return outcome;
    switch (change->kind) {
    case IDENTITY_MERGE:
        return merge(pipeline, change);
    case IDENTITY_UNMERGE:
        return unmerge(pipeline, change);
    default:
        return erase(pipeline, change);
    }
}
