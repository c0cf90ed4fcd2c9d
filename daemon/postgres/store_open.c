// The store as a whole: opening, closing, connecting again, and the table of its operations.
#include <stdlib.h>

#include "base/status.h"
#include "schema_check.h"
#include "store_internal.h"
#include "store_rank.h"

static void store_close(struct store *store)
{
    if (!store)
        return;
    struct postgres_store *postgres = postgres_store(store);
    connection_free(&postgres->connection);
    rows_free(&postgres->rows);
    parcels_free(&postgres->parcels);
    free(postgres->event.data);
    free(postgres);
}

static int store_reconnect(struct store *store)
{
    struct postgres_store *postgres = postgres_store(store);
    postgres->customer_type = 0;
    postgres->frozen = false;
    return connection_open(&postgres->connection);
}

static int store_check_schema(struct store *store)
{
    return schema_check(&postgres_store(store)->connection);
}

static const struct store_ops operations = {
    .close = store_close,
    .reconnect = store_reconnect,
    .check_schema = store_check_schema,
    .number_types = store_number_types,
    .record_policy = store_record_policy,
    .claim = store_claim,
    .lanes = store_lanes,
    .move = store_move,
    .halt = store_halt,
    .beat = store_beat,
    .release = store_release,
    .orphans = store_orphans,
    .load = store_load,
    .promises = store_promises,
    .resolve = store_resolve,
    .merged_into = store_merged_into,
    .identify = store_identify,
    .pass = store_pass,
    .let_go = store_let_go,
    .write = store_write_batch,
    .due = store_due,
    .marked = store_marked,
    .timelines = store_timelines,
    .clock = store_clock,
    .follow_ups = store_follow_ups,
    .held = store_held,
    .announcements = store_announcements,
    .values = store_values,
    .release_changes = store_release_changes,
    .released = store_released,
    .delivered = store_delivered,
    .brought_begin = store_brought_begin,
    .brought_next = store_brought_next,
    .export = store_export,
    .sample = store_sample,
    .levels = store_levels,
    .policy = store_policy,
    .check_policy = store_check_policy,
    .mark = store_mark,
    .derived = store_derived,
    .walk = store_walk,
    .pick = store_pick,
    .census = store_census,
    .histories = store_histories,
    .freeze = store_freeze,
    .thaw = store_thaw,
};

int postgres_store_open(const struct postgres_settings *settings, struct store **store)
{
    struct postgres_store *postgres = calloc(1, sizeof *postgres);
    if (!postgres)
        return fault(STATUS_NOMEM, "out of memory");
    rows_init(&postgres->rows);
    int status = connection_init(&postgres->connection, settings);
    if (status) {
        free(postgres);
        return status;
    }
    postgres->store.ops = &operations;
    postgres->store.rank = &store_rank_operations;
    *store = &postgres->store;
    return 0;
}
