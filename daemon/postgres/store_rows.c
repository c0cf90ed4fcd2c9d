#include "store_rows.h"

#include "base/ahead.h"
#include "base/clock.h"
#include "customer_columns.h"
#include "postgres/sql.h"
#include "row_put.h"

enum { AHEAD = 8, FAR_AHEAD = 2 * AHEAD }; // rows

// Events stand in the order in which they came, their rows in that of customers.
static void ask_for_events(const struct timeline_row *row, const struct timeline_row *end)
{
    if (end - row > FAR_AHEAD)
        ask_for(row[FAR_AHEAD].event, sizeof *row->event);
    if (end - row > AHEAD) {
        const struct event *event = row[AHEAD].event;
        ask_for(event->subject.data, 1);
        ask_for(event->source.data, 1);
        ask_for(event->id.data, 1);
        ask_for(event->data.data, (size_t)2 * CACHE_LINE);
    }
}

WRITER(write_timeline)
{
    const struct store_write *write = context;
    const struct timeline_row *row = item;
    const struct event *event = row->event;
    ask_for_events(row, write->timeline + write->timeline_count);
    struct span data = event->data.data ? event->data : SPAN_LITERAL("{}");
    struct span subject = recorded_as(event, row->customer_id);
    struct span names = event_changes_ids(event) ? event->ref : SPAN_NONE;
    char *at = row_open(rows, (size_t)row->customer_id.size + event->source.size + event->id.size +
                                  data.size + subject.size + names.size + row->winner.size);
    if (!at)
        return true;
    at = put_instant(at, event->time);
    at = put_real(at, row->points);
    at = row->lane_id ? put_int8(at, row->offset) : put_null(at);
    at = row->has_amount ? put_int8(at, event->amount) : put_null(at);
    at = row->lane_id ? put_int4(at, row->lane_id) : put_null(at); // of no lane: made here
    at = put_int2(at, (int16_t)event->type);
    at = event->side == SIDE_NONE ? put_null(at) : put_int2(at, event->side);
    at = put_span(at, row->customer_id);
    at = put_span(at, event->source);
    at = put_span(at, event->id);
    at = put_span(at, data);
    at = put_span(at, subject);
    at = put_span(at, names);
    at = put_span(at, row->winner);
    row_close(rows, at);
    return true;
}
const struct copy_statement timeline_copy = {sql_timeline_copy, 14, write_timeline, STORE_DUPLICATE};

const struct copy_statement customer_copy = {sql_customer_copy, CUSTOMER_COLUMNS, customer_write_new,
                                             STORE_CONFLICT};

// What an insert and an update of a reminder have in common, in two parts.
static void write_reminder_end(struct rows *rows, const struct reminder_row *row)
{
    row_instant(rows, row->closed_at);
    row_span(rows, row->closed_source);
    row_span(rows, row->closed_event);
    row_instant(rows, row->acknowledged_at);
    row_instant(rows, row->snoozed_until);
    row_bool(rows, row->at_risk);
    row_bool(rows, row->published);
}

const struct customer_row *customer_in(const struct store_write *write, struct span id)
{
    size_t low = 0, high = write->customer_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_compare(write->customers[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < write->customer_count && span_equal(write->customers[low].id, id);
    return found ? &write->customers[low] : NULL;
}

bool reminders_have_customers(const struct store_write *write)
{
    for (size_t i = 0; i < write->reminder_count; i++)
        if (!write->reminders[i].exists && !customer_in(write, write->reminders[i].customer_id))
            return false;
    return true;
}

static void write_reminder(struct rows *rows, const struct reminder_row *row, const void *context)
{
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_uuid(rows, row->reminder_id);
    row_int2(rows, (int16_t)row->kind);
    row_int8(rows, row->anchor);
    row_instant(rows, row->due_at);
    row_instant(rows, row->opened_at);
    row_int4(rows, customer_in(context, row->customer_id)->home);
    row_int2(rows, (int16_t)row->notices);
    row_int2(rows, (int16_t)row->status);
    write_reminder_end(rows, row);
    row_int2(rows, row->announce == ANNOUNCE_KEEP ? ANNOUNCE_NOT : row->announce);
    row_span(rows, row->promise_id);
}

WRITER(write_reminder_new)
{
    const struct reminder_row *row = item;
    if (row->exists || row->fresh)
        return false;
    write_reminder(rows, row, context);
    return true;
}

// Where nothing can be there already.
WRITER(write_reminder_fresh)
{
    const struct reminder_row *row = item;
    if (row->exists || !row->fresh)
        return false;
    write_reminder(rows, row, context);
    return true;
}
const struct copy_statement reminder_copy = {sql_reminder_copy, 18, write_reminder_fresh, STORE_CONFLICT};

const struct array_statement reminder_open = {
    .sql = sql_reminder_open,
    TYPES(COLUMN_TEXT, COLUMN_UUID, COLUMN_INT2, COLUMN_INT8, COLUMN_INSTANT, COLUMN_INSTANT, COLUMN_INT4,
          COLUMN_INT2, COLUMN_INT2, COLUMN_INSTANT, COLUMN_TEXT, COLUMN_TEXT, COLUMN_INSTANT, COLUMN_INSTANT,
          COLUMN_BOOL, COLUMN_BOOL, COLUMN_INT2, COLUMN_TEXT),
    .write = write_reminder_new,
    .otherwise = STORE_CONFLICT,
};

WRITER(write_reminder_known)
{
    const struct reminder_row *row = item;
    (void)context;
    if (!row->exists)
        return false;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_uuid(rows, row->reminder_id);
    row_int2(rows, (int16_t)row->notices);
    row_int2(rows, (int16_t)row->status);
    write_reminder_end(rows, row);
    row_int2(rows, row->announce);
    return true;
}
const struct array_statement reminder_update = {
    .sql = sql_reminder_update,
    TYPES(COLUMN_TEXT, COLUMN_UUID, COLUMN_INT2, COLUMN_INT2, COLUMN_INSTANT, COLUMN_TEXT, COLUMN_TEXT,
          COLUMN_INSTANT, COLUMN_INSTANT, COLUMN_BOOL, COLUMN_BOOL, COLUMN_INT2),
    .write = write_reminder_known,
    .otherwise = STORE_CONFLICT,
};

WRITER(write_reminder_key)
{
    const struct reminder_row *row = item;
    (void)context;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_uuid(rows, row->reminder_id);
    return true;
}
const struct array_statement reminder_delete = {
    .sql = sql_reminder_delete,
    TYPES(COLUMN_TEXT, COLUMN_UUID),
    .write = write_reminder_key,
    .otherwise = STORE_CONFLICT,
};
const struct array_statement notice_forget = {.sql = sql_notice_forget,
                                              TYPES(COLUMN_TEXT, COLUMN_UUID),
                                              .write = write_reminder_key,
                                              .unguarded = true};

static void write_notice(struct rows *rows, const struct notice_row *row)
{
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_uuid(rows, row->reminder_id);
    row_int2(rows, (int16_t)row->notice);
    row_instant(rows, row->at);
    row_int2(rows, row->recipients);
    row_int2(rows, (int16_t)row->state);
    row_int4(rows, row->home);
    row_span(rows, row->about);
    row_instant(rows, row->last_order_at);
    row_instant(rows, row->next_at);
}

WRITER(write_notice_new)
{
    const struct notice_row *row = item;
    (void)context;
    if (row->exists || row->fresh)
        return false;
    write_notice(rows, row);
    return true;
}

WRITER(write_notice_fresh)
{
    const struct notice_row *row = item;
    (void)context;
    if (row->exists || !row->fresh)
        return false;
    write_notice(rows, row);
    return true;
}
const struct copy_statement notice_copy = {sql_notice_copy, 10, write_notice_fresh, STORE_CONFLICT};

const struct array_statement notice_add = {
    .sql = sql_notice_add,
    TYPES(COLUMN_TEXT, COLUMN_UUID, COLUMN_INT2, COLUMN_INSTANT, COLUMN_INT2, COLUMN_INT2, COLUMN_INT4,
          COLUMN_TEXT, COLUMN_INSTANT, COLUMN_INSTANT),
    .write = write_notice_new,
    .unguarded = true,
};

static void write_notice_key(struct rows *rows, const struct notice_row *row)
{
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_uuid(rows, row->reminder_id);
    row_int2(rows, (int16_t)row->notice);
}

WRITER(write_notice_known)
{
    const struct notice_row *row = item;
    (void)context;
    if (!row->exists)
        return false;
    write_notice_key(rows, row);
    row_int2(rows, (int16_t)row->state);
    row_int2(rows, (int16_t)row->was);
    return true;
}
const struct array_statement notice_update = {
    .sql = sql_notice_update,
    TYPES(COLUMN_TEXT, COLUMN_UUID, COLUMN_INT2, COLUMN_INT2, COLUMN_INT2),
    .write = write_notice_known,
    .otherwise = STORE_CONFLICT,
};

WRITER(write_notice_gone)
{
    (void)context;
    write_notice_key(rows, item);
    return true;
}
const struct array_statement notice_delete = {
    .sql = sql_notice_delete,
    TYPES(COLUMN_TEXT, COLUMN_UUID, COLUMN_INT2),
    .write = write_notice_gone,
    .otherwise = STORE_CONFLICT,
};

WRITER(write_quarantine)
{
    const struct quarantine_row *row = item;
    (void)context;
    row_begin(rows);
    row_text(rows, row->topic);
    row_int4(rows, row->partition);
    row_int8(rows, row->offset);
    row_text(rows, reject_code(row->reason));
    row_span(rows, row->detail.data ? row->detail : SPAN_LITERAL(""));
    row_span(rows, row->key);
    row_span(rows, row->value);
    row_span(rows, row->headers);
    row_span(rows, row->source);
    row_span(rows, row->event_id);
    row_span(rows, row->type);
    row_span(rows, row->subject);
    row_text(rows, row->discarded ? "discarded" : "held");
    row_instant(rows, row->discarded ? wall_now() : INSTANT_NONE);
    return true;
}
const struct copy_statement quarantine_copy = {sql_quarantine_copy, 14, write_quarantine, STORE_POISON};

WRITER(write_settled)
{
    const struct quarantine_settle *row = item;
    (void)context;
    row_begin(rows);
    row_int8(rows, row->quarantine_id);
    row_bool(rows, row->applied);
    return true;
}
const struct array_statement quarantine_settle = {
    .sql = sql_quarantine_settle,
    TYPES(COLUMN_INT8, COLUMN_BOOL),
    .write = write_settled,
    .otherwise = STORE_CONFLICT,
};

WRITER(write_fence)
{
    const struct lane_advance *lane = item;
    (void)context;
    row_begin(rows);
    row_int4(rows, lane->lane_id);
    row_int8(rows, lane->epoch);
    row_int8(rows, lane->from_offset);
    row_int8(rows, lane->next_offset);
    row_int8(rows, lane->anchor_offset);
    row_int8(rows, lane->anchor);
    row_instant(rows, lane->lane_time);
    row_int8(rows, lane->end_offset);
    return true;
}
const struct array_statement lane_fence = {
    .sql = sql_lane_fence,
    TYPES(COLUMN_INT4, COLUMN_INT8, COLUMN_INT8, COLUMN_INT8, COLUMN_INT8, COLUMN_INT8, COLUMN_INSTANT,
          COLUMN_INT8),
    .write = write_fence,
    .otherwise = STORE_FENCED,
};

WRITER(write_points)
{
    const struct timeline_row *row = item;
    (void)context;
    row_begin(rows);
    row_span(rows, row->customer_id);
    row_span(rows, row->event->source);
    row_span(rows, row->event->id);
    row_span(rows, recorded_as(row->event, row->customer_id));
    row_real(rows, row->points);
    if (row->has_amount)
        row_int8(rows, row->event->amount);
    else
        row_null(rows);
    if (row->event->side == SIDE_NONE)
        row_null(rows);
    else
        row_int2(rows, row->event->side);
    return true;
}
const struct array_statement timeline_points = {
    .sql = sql_timeline_points,
    TYPES(COLUMN_TEXT, COLUMN_TEXT, COLUMN_TEXT, COLUMN_TEXT, COLUMN_REAL, COLUMN_INT8, COLUMN_INT2),
    .write = write_points,
    .otherwise = STORE_CONFLICT,
};
