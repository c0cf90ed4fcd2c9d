#include "identity_leave.h"

#include "app/outbox.h"

int32_t leave_home(const struct identity_work *work, const struct customer_row *row)
{
    return row->version > 0 ? row->home : work->lane_id;
}

// A closing that is not to wait for the watermark. `row` is whose reminder it was.
static bool close_at_once(struct identity_work *work, const struct customer_row *row, const struct reminder_row *closed)
{
    if (!outbox_closing(work->set, row, closed))
        return false;
    work->set->outbox.items[work->set->outbox.count - 1].released = true;
    return true;
}

static struct reminder_row closed_moot(const struct reminder_row *open, const struct event *event)
{
    struct reminder_row closed = *open;
    closed.status = REMINDER_MOOT;
    closed.closed_at = instant_later(event->time, open->opened_at);
    closed.exists = true;
    closed.announce = ANNOUNCE_KEEP;
    closed.closed_source = event->source;
    closed.closed_event = event->id;
    return closed;
}

// A reminder of somebody who goes: open and told of, it closes; never told of, it never was.
static bool leave_reminder(struct identity_work *work, const struct customer_row *row,
                           const struct reminder_row *reminder, const struct event *event)
{
    if (!reminder->published) {
        struct reminder_row *dropped = vector_push(&work->set->delete_reminders);
        if (dropped)
            *dropped = *reminder;
        return dropped != NULL;
    }
    if (reminder->status != REMINDER_OPEN)
        return true;
    struct reminder_row *closed = vector_push(&work->set->reminders);
    if (!closed)
        return false;
    *closed = closed_moot(reminder, event);
    return close_at_once(work, row, closed);
}

// What is held of somebody who goes: closings of what was told go out, all else is forgotten.
static bool leave_message(struct identity_work *work, const struct outbox_row *held)
{
    struct outbox_row *dropped = vector_push(&work->set->delete_outbox);
    if (!dropped)
        return false;
    *dropped = *held;
    if (held->kind != OUTBOX_CLOSING || !held->reminder_published)
        return true;
    struct outbox_row *sent = vector_push(&work->set->outbox);
    if (!sent)
        return false;
    *sent = *held;
    sent->seq = 0;
    sent->released = true;
    return true;
}

int leave_read(struct identity_work *work, const struct span *ids, size_t count, struct belongings *had)
{
    return work->store->ops->follow_ups(work->store, ids, count, work->arena, &had->reminders, &had->reminder_count,
                                        &had->notices, &had->notice_count, &had->outbox, &had->outbox_count);
}

static const struct reminder_row *reminder_of(const struct belongings *had, const struct notice_row *notice)
{
    for (size_t i = 0; i < had->reminder_count; i++) {
        if (memcmp(had->reminders[i].reminder_id, notice->reminder_id, sizeof notice->reminder_id) == 0)
            return &had->reminders[i];
    }
    return NULL;
}

void leave_count(struct customer_row *row, const struct belongings *had)
{
    for (size_t i = 0; i < had->outbox_count; i++) {
        const struct transition *held = &had->outbox[i].transition;
        if (had->outbox[i].kind == OUTBOX_TRANSITION && held->n <= row->messages[held->kind])
            row->messages[held->kind] = held->n - 1;
    }
}

bool leave_merged(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                  const struct event *event)
{
    bool done = true;
    for (size_t i = 0; i < had->outbox_count && done; i++)
        done = leave_message(work, &had->outbox[i]);
    for (size_t i = 0; i < had->reminder_count && done; i++)
        done = leave_reminder(work, row, &had->reminders[i], event);
    for (size_t i = 0; i < had->notice_count && done; i++) {
        const struct reminder_row *reminder = reminder_of(had, &had->notices[i]);
        if (had->notices[i].state != NOTICE_HELD || !reminder || !reminder->published)
            continue; // what goes with its reminder needs no word
        struct notice_row *dropped = vector_push(&work->set->delete_notices);
        done = dropped != NULL;
        if (dropped)
            *dropped = had->notices[i];
    }
    return done;
}

// Where its notices are sent from: whose it was may be no customer any more.
static int32_t home_of_reminder(const struct reminder_row *reminder, const struct belongings *had, int32_t otherwise)
{
    for (size_t i = 0; i < had->notice_count; i++) {
        if (memcmp(had->notices[i].reminder_id, reminder->reminder_id, sizeof reminder->reminder_id) == 0)
            return had->notices[i].home;
    }
    return otherwise;
}

bool leave_erased(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                  const struct event *event)
{
    const int32_t home = leave_home(work, row);
    bool done = true;
    for (size_t i = 0; i < had->reminder_count && done; i++) {
        const struct reminder_row *reminder = &had->reminders[i];
        if (!reminder->published)
            continue;
        struct reminder_row closed = reminder->status == REMINDER_OPEN ? closed_moot(reminder, event) : *reminder;
        closed.closed_source = closed.closed_event = closed.promise_id = SPAN_NONE;
        const struct customer_row whose = {.id = reminder->customer_id, .home = home_of_reminder(reminder, had, home)};
        done = close_at_once(work, &whose, &closed);
    }
    return done;
}
