// Rows of customers that a fold replaces as a whole, read back: transitions, promises, objections, profiles.
#include "base/status.h"
#include "follow_up_rows.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"
#include "store_internal.h"

// Which customer a row is of: rows and ids come in the same order.
struct reading {
    const struct span *ids;
    size_t count, at;
    struct arena *arena;
};

static int customer_of(struct reading *reading, const PGresult *result, int row, struct span *id)
{
    struct span of = result_span(result, row, 0);
    while (reading->at < reading->count && !span_equal(reading->ids[reading->at], of))
        reading->at++;
    if (reading->at == reading->count)
        return fault(STATUS_BROKEN, "PostgreSQL, histories: a customer out of order");
    *id = reading->ids[reading->at];
    return 0;
}

static int read_transition(const PGresult *result, int row, struct arena *arena, void *item)
{
    enum { CUSTOMER, KIND, NUMBER, FROM, TO, DETAIL, AT, SOURCE, EVENT };
    struct transition_row *transition = item;
    transition->transition = (struct transition){
        .kind = (uint8_t)result_int2(result, row, KIND), .n = result_int4(result, row, NUMBER),
        .from = (uint8_t)result_int2(result, row, FROM), .to = (uint8_t)result_int2(result, row, TO),
        .detail = result_int4(result, row, DETAIL)};
    transition->at = result_instant(result, row, AT);
    int status = keep_text(result, row, SOURCE, arena, &transition->source);
    return status ? status : keep_text(result, row, EVENT, arena, &transition->event_id);
}

static int read_promise(const PGresult *result, int row, struct arena *arena, void *item)
{
    enum { CUSTOMER, ID, BY, STATE, MADE, DUE, OUTCOME, ABOUT };
    struct promise *promise = &((struct promise_row *)item)->promise;
    *promise = (struct promise){
        .by = (uint8_t)result_int2(result, row, BY), .state = (uint8_t)result_int2(result, row, STATE),
        .made_at = result_instant(result, row, MADE), .due = result_instant(result, row, DUE),
        .outcome_at = result_instant(result, row, OUTCOME)};
    int status = keep_text(result, row, ID, arena, &promise->id);
    return status ? status : keep_text(result, row, ABOUT, arena, &promise->about);
}

static int read_objection(const PGresult *result, int row, struct arena *arena, void *item)
{
    enum { CUSTOMER, KIND, CAUSE, RAISED, RESOLVED };
    struct objection_row *objection = item;
    (void)arena;
    objection->kind = (uint8_t)result_int2(result, row, KIND);
    objection->cause = (uint8_t)result_int2(result, row, CAUSE);
    objection->raised_at = result_instant(result, row, RAISED);
    objection->resolved_at = result_instant(result, row, RESOLVED);
    return 0;
}

static int read_profile(const PGresult *result, int row, struct arena *arena, void *item)
{
    enum { CUSTOMER, OWNER, MANAGER, NAME, CHANNEL };
    struct profile_row *profile = item;
    int status = keep_text(result, row, OWNER, arena, &profile->owner);
    if (status == 0)
        status = keep_text(result, row, MANAGER, arena, &profile->manager);
    if (status == 0)
        status = keep_text(result, row, NAME, arena, &profile->name);
    return status ? status : keep_text(result, row, CHANNEL, arena, &profile->channel);
}

// One kind of rows: each begins with its customer_id, in the array and in the result.
struct kind {
    const char *sql;
    size_t size;
    int (*read)(const PGresult *result, int row, struct arena *arena, void *item);
};

static int read_rows(const struct kind *kind, struct reading *reading, const PGresult *result, void **items,
                     size_t *count)
{
    *count = (size_t)PQntuples(result);
    char *item = arena_take(reading->arena, (*count + 1) * kind->size);
    int status = 0;
    if (!item)
        return fault(STATUS_NOMEM, "out of memory");
    *items = item;
    for (size_t row = 0; status == 0 && row < *count; row++, item += kind->size) {
        struct span customer = {0};
        memset(item, 0, kind->size);
        status = customer_of(reading, result, (int)row, &customer);
        if (status == 0) {
            memcpy(item, &customer, sizeof customer);
            status = kind->read(result, (int)row, reading->arena, item);
        }
    }
    return status;
}

static int ask(struct postgres_store *store, const struct kind *kind, const struct span *ids, size_t id_count,
               struct arena *arena, void **items, size_t *count)
{
    struct reading reading = {ids, id_count, 0, arena};
    struct parameters parameters = {0};
    PGresult *result;
    rows_texts(&store->rows, ids, id_count);
    if (store->rows.failed)
        return fault(STATUS_NOMEM, "out of memory");
    rows_parameters(&store->rows, &parameters);
    int outcome = connection_run(&store->connection, kind->sql, &parameters, &result);
    if (outcome == 0)
        outcome = read_rows(kind, &reading, result, items, count);
    PQclear(result);
    return outcome;
}

int store_histories(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                    struct histories *histories)
{
    static const struct kind transitions = {sql_history_transitions, sizeof(struct transition_row), read_transition};
    static const struct kind promises = {sql_history_promises, sizeof(struct promise_row), read_promise};
    static const struct kind objections = {sql_history_objections, sizeof(struct objection_row), read_objection};
    static const struct kind profiles = {sql_history_profiles, sizeof(struct profile_row), read_profile};
    struct postgres_store *postgres = postgres_store(store);
    *histories = (struct histories){0};
#define ASK(kind, number) \
    ask(postgres, &kind, ids, count, arena, (void **)&histories->kind, &histories->number)
    int outcome = ASK(transitions, transition_count);
    if (outcome == 0)
        outcome = ASK(promises, promise_count);
    if (outcome == 0)
        outcome = ASK(objections, objection_count);
    if (outcome == 0)
        outcome = ASK(profiles, profile_count);
#undef ASK
    rows_trim(&postgres->rows);
    return outcome;
}
