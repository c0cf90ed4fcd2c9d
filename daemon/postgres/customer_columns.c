#include "customer_columns.h"

#include "base/status.h"
#include "postgres/sql.h"
#include "row_put.h"

static char *put_int4_or(char *at, int32_t value, int32_t usual)
{
    return value == usual ? put_null(at) : put_int4(at, value);
}

static char *put_count8(char *at, int64_t count)
{
    return count ? put_int8(at, count) : put_null(at);
}

// Where a value goes: in a record its type stands before it.
#define COLUMN(type) (typed ? put_type(at, COLUMN_##type) : at)

// The columns of the list.
static char *put_state(char *at, bool typed, const struct customer *state)
{
#define PUT_INSTANT(name) put_instant(COLUMN(INSTANT), state->name)
#define PUT_LAST(name) put_instant_or(COLUMN(INSTANT), state->name, state->as_of)
#define PUT_SINCE(name) put_instant_or(COLUMN(INSTANT), state->name, state->first_seen_at)
#define PUT_INT2(name) put_int2(COLUMN(INT2), state->name)
#define PUT_COUNT4(name) put_int4_or(COLUMN(INT4), state->name, 0)
#define PUT_COUNT8(name) put_count8(COLUMN(INT8), state->name)
#define PUT_REAL(name) put_real(COLUMN(REAL), state->name)
#define X(name, kind, meaning) at = PUT_##kind(name);
    CUSTOMER_FIELDS(X)
#undef X
    return at;
}

// Changes of one kind so far, which mostly were all issued.
static int32_t changes_of(const struct customer *state, int kind)
{
    const int32_t changes[TRANSITION_KIND_COUNT] = {
        [TRANSITION_LEVEL] = state->level_changes,
        [TRANSITION_STAGE] = state->stage_changes,
        [TRANSITION_PRAM] = state->pram_changes,
        [TRANSITION_TIER] = state->tier_changes,
    };
    return changes[kind];
}

static void write_customer(struct rows *rows, bool typed, const struct customer_row *row, int64_t version)
{
    char *at = row_open(rows, (size_t)row->id.size + row->book.size);
    if (!at)
        return;
    at = put_int8(COLUMN(INT8), version);
    at = put_int8(COLUMN(INT8), (int64_t)row->policy);
    at = put_instant_or(COLUMN(INSTANT), row->wake_at, INSTANT_NEVER);
    at = put_instant_or(COLUMN(INSTANT), row->fold_at, INSTANT_NEVER);
    at = put_instant(COLUMN(INSTANT), row->quiet_until);
    at = put_instant(COLUMN(INSTANT), row->has_upcoming ? row->upcoming.due_at : INSTANT_NONE);
    at = put_state(at, typed, &row->state);
    at = put_int4(COLUMN(INT4), row->home);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        at = put_int4_or(COLUMN(INT4), row->messages[kind], changes_of(&row->state, kind));
    at = COLUMN(INT2);
    at = row->has_upcoming ? put_int2(at, (int16_t)row->upcoming.kind) : put_null(at);
    at = COLUMN(INT2);
    at = row->brought ? put_int2(at, row->brought) : put_null(at);
    at = put_span(COLUMN(TEXT), row->id);
    at = put_span(COLUMN(BYTEA), row->book.size ? row->book : SPAN_NONE);
    row_close(rows, at);
}
#undef COLUMN

bool customer_write_new(struct rows *rows, const void *item, const void *context)
{
    const struct customer_row *row = item;
    const struct store_write *write = context;
    if (row->version > 0)
        return false;
    write_customer(rows, false, row, customer_next_version(0, write->epoch));
    return true;
}

static bool write_known(struct rows *rows, const void *item, const void *context)
{
    const struct customer_row *row = item;
    (void)context;
    if (row->version == 0)
        return false;
    write_customer(rows, true, row, row->version);
    return true;
}

const struct array_statement customer_update = {
    .sql = sql_customer_update,
    .columns = CUSTOMER_COLUMNS,
    .write = write_known,
    .records = true,
    .otherwise = STORE_CONFLICT,
};

static int32_t result_int4_or(const PGresult *result, int row, int column, int32_t usual)
{
    return result_null(result, row, column) ? usual : result_int4(result, row, column);
}

static int64_t result_count8(const PGresult *result, int row, int column)
{
    return result_null(result, row, column) ? 0 : result_int8(result, row, column);
}

struct span customer_read_id(const PGresult *result, int row)
{
    return result_span(result, row, CUSTOMER_COLUMNS - 2);
}

int customer_read(const PGresult *result, int row, struct arena *arena, struct customer_row *customer)
{
    struct customer *state = &customer->state;
    int column = 0;
    customer->version = result_int8(result, row, column++);
    customer->policy = (uint64_t)result_int8(result, row, column++);
    customer->wake_at = result_instant_or(result, row, column++, INSTANT_NEVER);
    customer->fold_at = result_instant_or(result, row, column++, INSTANT_NEVER);
    customer->quiet_until = result_instant(result, row, column++);
    customer->upcoming.due_at = result_instant(result, row, column++);

#define READ_INSTANT result_instant(result, row, column++)
#define READ_LAST result_instant_or(result, row, column++, state->as_of)
#define READ_SINCE result_instant_or(result, row, column++, state->first_seen_at)
#define READ_INT2 result_int2(result, row, column++)
#define READ_COUNT4 result_int4_or(result, row, column++, 0)
#define READ_COUNT8 result_count8(result, row, column++)
#define READ_REAL result_real(result, row, column++)
#define X(name, kind, meaning) state->name = READ_##kind;
    CUSTOMER_FIELDS(X)
#undef X
    customer->home = result_int4(result, row, column++);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        customer->messages[kind] = result_int4_or(result, row, column++, changes_of(state, kind));
    customer->has_upcoming = !result_null(result, row, column);
    if (customer->has_upcoming)
        customer->upcoming.kind = (enum reminder_kind)result_int2(result, row, column);
    column++;
    customer->brought = result_null(result, row, column) ? BROUGHT_NOTHING : (uint8_t)result_int2(result, row, column);
    struct span book = result_span(result, row, column + 2);
    customer->book = book.data ? arena_copy(arena, book) : SPAN_NONE;
    return book.data && !customer->book.data ? fault(STATUS_NOMEM, "out of memory") : 0;
}
