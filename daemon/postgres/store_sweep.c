// What time has made due: customers to advance or to fold, held notices and messages, announcements.
#include "base/status.h"
#include "follow_up_rows.h"
#include "gather.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"

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
