// The batch: one transaction under its fence. Guarded statements go out together in one round trip and are
// judged before anything is copied; then the inserts, each a COPY; then the commit.
#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "customer_columns.h"
#include "customer_mark.h"
#include "identity_change.h"
#include "policy_fence.h"
#include "postgres/sql.h"
#include "result.h"
#include "store_internal.h"
#include "store_rows.h"

// Bytes handed to libpq at a time: the server works on one piece while the next is written.
enum { COPY_PIECE = 128 * 1024 };

// One part of a write: an array of it and the statement that puts it into PostgreSQL.
struct part {
    const void *items;
    size_t size, count;
    const struct array_statement *arrays;
    const struct copy_statement *copy;
    const void *context; // of a copy
};
#define PART_ARRAYS(field, number, statement) \
    {write->field, sizeof *write->field, write->number, &(statement), NULL, NULL}
#define PART_COPY(field, number, statement, context)                                   \
    {                                                                                  \
        write->field, sizeof *write->field, write->number, NULL, &(statement), context \
    }

static int send_parts(struct pipeline *pipeline, const struct store_write *write, const struct part *parts,
                      size_t count)
{
    int outcome = 0;
    for (size_t i = 0; outcome == 0 && i < count; i++)
        if (parts[i].count)
            outcome = pipeline_arrays(pipeline, parts[i].arrays, parts[i].items, parts[i].size,
                                      parts[i].count, write);
    return outcome;
}

static int send_guarded(struct pipeline *pipeline, struct parcels *parcels, uint64_t policy,
                        const struct store_write *write)
{
    const struct part lanes = PART_ARRAYS(lanes, lane_count, lane_fence);
    const struct part customers[] = {
        PART_ARRAYS(customers, customer_count, customer_update),
        PART_ARRAYS(delete_customers, delete_customer_count, customer_depart),
        PART_ARRAYS(settle, settle_count, quarantine_settle), // before an erasure takes its bytes
    };
    const struct part parts[] = {
        PART_ARRAYS(forget, forget_count, customer_forget),
        PART_ARRAYS(delete_transitions, delete_transition_count, transition_delete),
        PART_ARRAYS(delete_reminders, delete_reminder_count, notice_forget),
        PART_ARRAYS(delete_reminders, delete_reminder_count, reminder_delete),
        PART_ARRAYS(delete_notices, delete_notice_count, notice_delete),
        PART_ARRAYS(delete_outbox, delete_outbox_count, parcel_revoke),
        PART_ARRAYS(delete_outbox, delete_outbox_count, outbox_delete),
        PART_ARRAYS(points, points_count, timeline_points),
        PART_ARRAYS(promises, promise_count, promise_put),
        PART_ARRAYS(objections, objection_count, objection_put),
        PART_ARRAYS(profiles, profile_count, profile_put),
        PART_ARRAYS(reminders, reminder_count, reminder_update),
        PART_ARRAYS(reminders, reminder_count, reminder_open),
        PART_ARRAYS(notices, notice_count, notice_update),
        PART_ARRAYS(notices, notice_count, notice_add),
        PART_ARRAYS(outbox, outbox_count, parcel_add),
    };
    // What ids stand for first, then the fence: under it nobody else writes for these lanes. Customers next, as
    // their version guards the rest, and always in the order of their ids, so that two writers wait instead of
    // deadlock.
    int outcome = identity_lock(pipeline, write);
    if (outcome == 0)
        outcome = policy_fence(pipeline, policy, write);
    if (outcome == 0)
        outcome = send_parts(pipeline, write, &lanes, 1);
    if (outcome == 0)
        outcome = identity_lock_customers(pipeline, write);
    if (outcome == 0)
        outcome = customer_mark(pipeline, write);
    if (outcome == 0)
        outcome = send_parts(pipeline, write, customers, sizeof customers / sizeof *customers);
    if (outcome == 0)
        outcome = identity_apply(pipeline, write);
    if (outcome == 0)
        outcome = send_parts(pipeline, write, parts, sizeof parts / sizeof *parts);
    return outcome ? outcome : parcels_hold(parcels, pipeline, write);
}

static int copy_part(struct postgres_store *store, const struct part *part)
{
    struct connection *connection = &store->connection;
    struct rows *rows = &store->rows;
    const char *item = part->items;
    bool begun = false;
    int outcome = 0;
    rows_begin_copy(rows, part->copy->columns);
    for (size_t i = 0; i < part->count; i++, item += part->size) {
        bool written = part->copy->write(rows, item, part->context);
        if (written && !begun) {
            begun = true;
            outcome = connection_copy_begin(connection, part->copy->sql);
        }
        if (outcome == 0 && rows->buffers[0].size >= COPY_PIECE)
            outcome = connection_copy_put(connection, rows);
        if (outcome)
            return outcome;
    }
    if (!begun)
        return 0;
    int64_t copied = 0;
    outcome = connection_copy_put(connection, rows);
    if (outcome == 0)
        outcome = connection_copy_end(connection, part->copy->duplicate, &copied);
    if (outcome == 0 && copied != (int64_t)rows->count)
        outcome = fault(STATUS_BROKEN, "PostgreSQL, %s: not all rows were taken", connection->doing);
    return outcome;
}

static int copy_inserts(struct postgres_store *store, const struct store_write *write)
{
    // Customers before their timelines, for the order of locks.
    const struct part parts[] = {
        PART_COPY(customers, customer_count, customer_copy, write),
        PART_COPY(timeline, timeline_count, timeline_copy, write),
        PART_COPY(transitions, transition_count, transition_copy, &store->parcels),
        PART_COPY(reminders, reminder_count, reminder_copy, write),
        PART_COPY(notices, notice_count, notice_copy, write),
        PART_COPY(outbox, outbox_count, outbox_copy, write),
        PART_COPY(quarantine, quarantine_count, quarantine_copy, write),
    };
    int outcome = 0;
    for (size_t i = 0; outcome == 0 && i < sizeof parts / sizeof *parts; i++)
        if (parts[i].count)
            outcome = copy_part(store, &parts[i]);
    return outcome;
}

static const char *const write_statements[] = {
    sql_identity_share,  sql_identity_check,  sql_policy_check,
    sql_lane_fence,      sql_customer_update, sql_quarantine_settle, sql_customer_forget,
    sql_notice_forget,   sql_reminder_delete, sql_notice_delete,     sql_outbox_delete,
    sql_timeline_points, sql_promise_put,     sql_objection_put,     sql_profile_put,
    sql_reminder_update, sql_reminder_open,   sql_notice_update,     sql_notice_add,
    sql_parcel_add,      sql_parcel_revoke,   sql_parcel_hold,       sql_transition_delete,
    NULL,
};

// Asks once a connection for the number of the row type of customers.
static int know_customer_type(struct postgres_store *store)
{
    PGresult *result;
    if (store->customer_type)
        return 0;
    int outcome = connection_run(&store->connection, sql_customer_type, NULL, &result);
    if (outcome == 0)
        store->customer_type = (uint32_t)result_int4(result, 0, 0);
    PQclear(result);
    return outcome;
}

int store_write_batch(struct store *store, const struct store_write *write)
{
    struct postgres_store *postgres = postgres_store(store);
    struct connection *connection = &postgres->connection;
    struct pipeline pipeline;
    if (!reminders_have_customers(write))
        return fault(STATUS_BROKEN, "a reminder opens in a write without its customer");
    int outcome = know_customer_type(postgres);
    if (outcome == 0)
        outcome = identity_prepare(connection, write);
    if (outcome == 0)
        outcome = customer_mark_prepare(connection, write);
    if (outcome == 0)
        outcome = pipeline_begin(&pipeline, connection, &postgres->rows, write->durable, write_statements);
    pipeline.record_type = postgres->customer_type;
    if (outcome == 0)
        outcome = send_guarded(&pipeline, &postgres->parcels, store->policy, write);
    if (outcome == 0)
        outcome = pipeline_settle(&pipeline);
    if (outcome == 0)
        outcome = copy_inserts(postgres, write);
    int64_t begun_us = clock_monotonic_us();
    if (outcome == 0)
        outcome = connection_commit(connection);
    outcome = policy_verdict(connection, outcome);
    if (outcome)
        connection_rollback(connection);
    else
        metric_observe(METRIC_BATCH_STAGE, STAGE_COMMIT, clock_monotonic_us() - begun_us);
    rows_trim(&postgres->rows);
    return outcome;
}
