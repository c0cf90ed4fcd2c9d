// Customers through the views.
#include "postgres/overview.h"

#include "base/status.h"
#include "overview_read.h"
#include "postgres/sql.h"
#include "rows.h"

int overview_start(struct connection *connection, const struct postgres_settings *settings)
{
    struct postgres_settings ours = *settings;
    ours.read_only = true;
    int outcome = command_start(connection, &ours);
    return outcome ? outcome : connection_run(connection, sql_overview_session, NULL, NULL);
}

int overview_walk(const PGresult *result, int (*each)(void *context, const PGresult *result, int row), void *context)
{
    int outcome = 0;
    for (int row = 0; outcome == 0 && row < PQntuples(result); row++)
        outcome = each(context, result, row);
    return outcome;
}

// Runs one statement on a connection of its own. What `each` says comes back as it is.
static int ask(const struct postgres_settings *settings, const char *sql, const struct parameters *parameters,
               int (*each)(void *context, const PGresult *result, int row), void *context)
{
    struct connection connection;
    PGresult *result = NULL;
    int outcome = overview_start(&connection, settings);
    if (outcome == 0)
        outcome = connection_run(&connection, sql, parameters, &result);
    outcome = command_finish(&connection, outcome);
    if (outcome == 0)
        outcome = overview_walk(result, each, context);
    PQclear(result);
    return outcome;
}

// ------------------------------------------------------------------------------------------------- who is who

struct asking {
    struct arena *arena;
    struct overview_identity *identity;
};

static int take_identity(void *context, const PGresult *result, int row)
{
    struct asking *asking = context;
    asking->identity->customer = arena_copy(asking->arena, result_span(result, row, 0));
    return asking->identity->customer.data ? 0 : fault(STATUS_NOMEM, "out of memory");
}

static int take_erased(void *context, const PGresult *result, int row)
{
    struct asking *asking = context;
    asking->identity->erased = result_bool(result, row, 0);
    return 0;
}

int overview_identity(const struct postgres_settings *settings, struct span id, struct arena *arena,
                      struct overview_identity *identity)
{
    struct asking asking = {arena, identity};
    struct parameters parameters = {0};
    *identity = (struct overview_identity){0};
    parameter_bytes(&parameters, id.data, id.size);
    int status = ask(settings, sql_overview_identity, &parameters, take_identity, &asking);
    if (status == 0)
        status = ask(settings, sql_overview_erased, &parameters, take_erased, &asking);
    identity->hides_erased = status == STATUS_DENIED && identity->customer.data;
    return identity->hides_erased ? 0 : status;
}

// ------------------------------------------------------------------------------------------------- customers

int overview_code(const PGresult *result, int row, int column, const char *(*code)(int number), int end)
{
    int number = code_number(code, end, result_span(result, row, column));
    return number < 0 ? 0 : number;
}

struct lines {
    int (*each)(void *context, const struct customer_line *line);
    void *context;
};

static const char *kind_code(int kind)
{
    return reminder_kind_code((enum reminder_kind)kind);
}

int overview_kind(const PGresult *result, int row, int column)
{
    return overview_code(result, row, column, kind_code, REMINDER_KIND_COUNT);
}

static int take_line(void *context, const PGresult *result, int row)
{
    enum {
        ID, NAME, OWNER, WARMTH, LEVEL, TARGET, STAGE, TIER, LAST_CONTACT, KIND, DUE, OPEN, SPENT, AT_RISK
    };
    const struct lines *lines = context;
    const struct customer_line line = {
        .id = result_span(result, row, ID),
        .name = result_span(result, row, NAME),
        .owner = result_span(result, row, OWNER),
        .warmth = result_real(result, row, WARMTH),
        .level = result_int2(result, row, LEVEL),
        .target = result_null(result, row, TARGET) ? 0 : result_int2(result, row, TARGET),
        .stage = result_int2(result, row, STAGE),
        .tier = overview_code(result, row, TIER, tier_code, TIER_COUNT),
        .last_contact_at = result_instant(result, row, LAST_CONTACT),
        .has_upcoming = !result_null(result, row, KIND),
        .upcoming = {.kind = (enum reminder_kind)overview_kind(result, row, KIND),
                     .due_at = result_instant(result, row, DUE)},
        .open_reminders = result_int8(result, row, OPEN),
        .spent = result_int8(result, row, SPENT),
        .at_risk = result_bool(result, row, AT_RISK),
    };
    return lines->each(lines->context, &line);
}

static void parameter_choice(struct parameters *parameters, int value, int any)
{
    if (value == any)
        parameter_null(parameters);
    else
        parameter_int4(parameters, value);
}

int overview_customers(const struct postgres_settings *settings, const struct policy *policy,
                       const struct customer_filter *filter,
                       int (*each)(void *context, const struct customer_line *line), void *context)
{
    static const char *const sorts[SORT_COUNT] = {
#define X(NAME, name, meaning) name,
        CUSTOMER_SORTS(X)
#undef X
    };
    struct lines lines = {each, context};
    struct parameters parameters = {0};
    parameter_bool(&parameters, policy->events_clock);
    parameter_int8(&parameters, policy->half_life);
    parameter_text(&parameters, filter->owner);
    parameter_choice(&parameters, filter->level, 0);
    parameter_choice(&parameters, filter->stage, -1);
    parameter_text(&parameters, tier_code(filter->tier));
    parameter_bool(&parameters, filter->at_risk);
    parameter_text(&parameters, sorts[filter->sort]);
    if (filter->limit)
        parameter_int8(&parameters, filter->limit);
    else
        parameter_null(&parameters);
    parameter_text(&parameters, filter->search);
    parameter_bool(&parameters, filter->owner || filter->level || filter->stage != -1 || filter->tier != TIER_NONE
                                    || filter->at_risk || filter->search);
    return ask(settings, sql_overview_customers, &parameters, take_line, &lines);
}

struct fields {
    int (*each)(void *context, const struct customer_field *field);
    void *context;
    int rows;
};

static struct customer_field field_of(const PGresult *result, int row, int column)
{
    struct customer_field field = {.name = PQfname(result, column), .known = !result_null(result, row, column)};
    switch (PQftype(result, column)) {
    case COLUMN_BOOL: field.type = FIELD_BOOL; break;
    case COLUMN_INT2:
    case COLUMN_INT4:
    case COLUMN_INT8: field.type = FIELD_NUMBER; break;
    case COLUMN_REAL: field.type = FIELD_REAL; break;
    case COLUMN_INSTANT: field.type = FIELD_INSTANT; break;
    default: field.type = FIELD_TEXT;
    }
    field.at = INSTANT_NONE;
    if (!field.known)
        return field;
    switch (PQftype(result, column)) {
    case COLUMN_BOOL: field.number = result_bool(result, row, column); break;
    case COLUMN_INT2: field.number = result_int2(result, row, column); break;
    case COLUMN_INT4: field.number = result_int4(result, row, column); break;
    case COLUMN_INT8: field.number = result_int8(result, row, column); break;
    case COLUMN_REAL: field.real = result_real(result, row, column); break;
    case COLUMN_INSTANT: field.at = result_instant(result, row, column); break;
    default: field.text = result_span(result, row, column);
    }
    return field;
}

static int take_fields(void *context, const PGresult *result, int row)
{
    struct fields *fields = context;
    int outcome = 0;
    fields->rows++;
    for (int column = 0; outcome == 0 && column < PQnfields(result); column++) {
        struct customer_field field = field_of(result, row, column);
        outcome = fields->each(fields->context, &field);
    }
    return outcome;
}

int overview_customer(const struct postgres_settings *settings, struct span id,
                      int (*each)(void *context, const struct customer_field *field), void *context)
{
    struct fields fields = {.each = each, .context = context};
    struct parameters parameters = {0};
    parameter_bytes(&parameters, id.data, id.size);
    int outcome = ask(settings, sql_overview_customer, &parameters, take_fields, &fields);
    return outcome == 0 && fields.rows == 0 ? OVERVIEW_NONE : outcome;
}
