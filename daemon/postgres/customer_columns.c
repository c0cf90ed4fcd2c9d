#include "customer_columns.h"

#include "base/status.h"
#include "postgres/sql.h"

static const enum column_type types[CUSTOMER_COLUMNS] = {
    COLUMN_INT8, COLUMN_INT8, COLUMN_INT4, COLUMN_INT4, COLUMN_INSTANT, COLUMN_INSTANT, COLUMN_INSTANT,
#define X(name, kind, meaning) COLUMN_##kind,
    CUSTOMER_FIELDS(X)
#undef X
    COLUMN_INT2, COLUMN_TEXT, COLUMN_BYTEA,
};

static void write_customer(struct rows *rows, const struct customer_row *row, int64_t version)
{
    const struct customer *state = &row->state;
    uint8_t care[CARE_PACKED_MAX];
    size_t care_size = customer_pack_care(state, care);

    row_begin(rows);
    row_int8(rows, version);
    row_int8(rows, (int64_t)row->policy);
    row_int4(rows, row->home);
    row_int4(rows, row->level_messages);
    row_wake(rows, row->wake_at);
    row_wake(rows, row->fold_at);
    row_instant(rows, row->has_upcoming ? row->upcoming.due_at : INSTANT_NONE);

#define WRITE_INSTANT row_instant
#define WRITE_INT2 row_int2
#define WRITE_INT4 row_int4
#define WRITE_INT8 row_int8
#define WRITE_REAL row_real
#define X(name, kind, meaning) WRITE_##kind(rows, state->name);
    CUSTOMER_FIELDS(X)
#undef X

    if (row->has_upcoming)
        row_int2(rows, (int16_t)row->upcoming.kind);
    else
        row_null(rows);
    row_span(rows, row->id);
    row_span(rows, care_size ? span_of((const char *)care, care_size) : SPAN_NONE);
}

bool customer_write_new(struct rows *rows, const void *item, const void *context)
{
    const struct customer_row *row = item;
    (void)context;
    if (row->version > 0)
        return false;
    write_customer(rows, row, 1);
    return true;
}

static bool write_known(struct rows *rows, const void *item, const void *context)
{
    const struct customer_row *row = item;
    (void)context;
    if (row->version == 0)
        return false;
    write_customer(rows, row, row->version);
    return true;
}

const struct array_statement customer_update = {
    .sql = sql_customer_update,
    .types = types,
    .columns = CUSTOMER_COLUMNS,
    .write = write_known,
    .records = true,
    .otherwise = STORE_CONFLICT,
};

struct span customer_read_id(const PGresult *result, int row)
{
    return result_span(result, row, CUSTOMER_COLUMNS - 2);
}

int customer_read(const PGresult *result, int row, struct customer_row *customer)
{
    struct customer *state = &customer->state;
    int column = 0;
    customer->version = result_int8(result, row, column++);
    customer->policy = (uint64_t)result_int8(result, row, column++);
    customer->home = result_int4(result, row, column++);
    customer->level_messages = result_int4(result, row, column++);
    customer->wake_at = result_wake(result, row, column++);
    customer->fold_at = result_wake(result, row, column++);
    customer->upcoming.due_at = result_instant(result, row, column++);

#define READ_INSTANT result_instant
#define READ_INT2 result_int2
#define READ_INT4 result_int4
#define READ_INT8 result_int8
#define READ_REAL result_real
#define X(name, kind, meaning) state->name = READ_##kind(result, row, column++);
    CUSTOMER_FIELDS(X)
#undef X
    customer->has_upcoming = !result_null(result, row, column);
    if (customer->has_upcoming)
        customer->upcoming.kind = (enum reminder_kind)result_int2(result, row, column);
    struct span care = result_span(result, row, column + 2);
    if (care.data && customer_unpack_care(state, (const uint8_t *)care.data, care.size) != 0)
        return fault(STATUS_BROKEN,
                     "PostgreSQL, customer_load: a row of customer has an unknown form of care");
    return 0;
}
