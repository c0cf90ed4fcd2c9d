#include "identity_leave.h"

#include "app/outbox.h"
#include "reminder_index.h"

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

// A notice that nobody will be told of any more, of a reminder that stays.
static bool leave_notice(struct identity_work *work, const struct belongings *had, const struct reminder_index *reminders,
                         const struct notice_row *notice)
{
    size_t count;
    const struct reminder_place *place = reminder_index_find(reminders, notice->reminder_id, &count);
    if (notice->state != NOTICE_HELD || count == 0 || !had->reminders[place->row].published)
        return true; // what goes with its reminder needs no word
    struct notice_row *dropped = vector_push(&work->set->delete_notices);
    if (dropped)
        *dropped = *notice;
    return dropped != NULL;
}

bool leave_merged(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                  const struct event *event)
{
    struct reminder_index reminders;
    bool done = REMINDER_INDEX(work->arena, &reminders, had->reminders, had->reminder_count);
    for (size_t i = 0; i < had->outbox_count && done; i++)
        done = leave_message(work, &had->outbox[i]);
    for (size_t i = 0; i < had->reminder_count && done; i++)
        done = leave_reminder(work, row, &had->reminders[i], event);
    for (size_t i = 0; i < had->notice_count && done; i++)
        done = leave_notice(work, had, &reminders, &had->notices[i]);
    return done;
}

// Where its notices are sent from: whose it was may be no customer any more.
static int32_t home_of_reminder(const struct reminder_row *reminder, const struct belongings *had,
                                const struct reminder_index *notices, int32_t otherwise)
{
    size_t count;
    const struct reminder_place *place = reminder_index_find(notices, reminder->reminder_id, &count);
    return count ? had->notices[place->row].home : otherwise;
}

bool leave_erased(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                  const struct event *event)
{
    const int32_t home = leave_home(work, row);
    struct reminder_index notices;
    bool done = REMINDER_INDEX(work->arena, &notices, had->notices, had->notice_count);
    for (size_t i = 0; i < had->reminder_count && done; i++) {
        const struct reminder_row *reminder = &had->reminders[i];
        if (!reminder->published)
            continue;
        struct reminder_row closed = reminder->status == REMINDER_OPEN ? closed_moot(reminder, event) : *reminder;
        closed.closed_source = closed.closed_event = closed.promise_id = SPAN_NONE;
        const struct customer_row whose = {.id = reminder->customer_id, .home = home_of_reminder(reminder, had, &notices, home)};
        done = close_at_once(work, &whose, &closed);
    }
    return done;
}
