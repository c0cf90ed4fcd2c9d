#include "app/fold.h"

static bool same_reminder(const uint8_t a[16], const uint8_t b[16])
{
    return memcmp(a, b, 16) == 0;
}

static const struct reminder_row *find(const struct reminder_row *rows, size_t count, const uint8_t id[16])
{
    for (size_t i = 0; i < count; i++) {
        if (same_reminder(rows[i].reminder_id, id))
            return &rows[i];
    }
    return NULL;
}

// A notice of a reminder that stays and whose number is taken: it was released, published or suppressed.
static bool number_taken(const struct follow_ups *had, const struct notice_row *notice)
{
    for (size_t i = 0; i < had->notice_count; i++) {
        const struct notice_row *other = &had->notices[i];
        if (other->notice == notice->notice && other->state != NOTICE_HELD &&
            same_reminder(other->reminder_id, notice->reminder_id))
            return true;
    }
    return false;
}

// Held notices of a kept reminder make room for the fold's.
static bool drop_held_notices(struct writeset *set, const struct reminder_row *reminder, const struct follow_ups *had)
{
    for (size_t i = 0; i < had->notice_count; i++) {
        const struct notice_row *notice = &had->notices[i];
        if (notice->state != NOTICE_HELD || !same_reminder(notice->reminder_id, reminder->reminder_id))
            continue;
        struct notice_row *dropped = vector_push(&set->delete_notices);
        if (!dropped)
            return false;
        *dropped = *notice;
    }
    return true;
}

// Held closings and level changes are all made anew.
static bool drop_held_messages(struct writeset *set, const struct follow_ups *had, enum outbox_kind kind)
{
    for (size_t i = 0; i < had->outbox_count; i++) {
        if (had->outbox[i].kind != kind)
            continue;
        struct outbox_row *dropped = vector_push(&set->delete_outbox);
        if (!dropped)
            return false;
        *dropped = had->outbox[i];
    }
    return true;
}

// Whether the closing of a reminder is still to be announced: it is open in the table, or closed there with
// a message that is held.
static bool closing_is_due(const struct reminder_row *had_row, const struct follow_ups *had)
{
    if (had_row->status == REMINDER_OPEN)
        return true;
    for (size_t i = 0; i < had->outbox_count; i++) {
        if (had->outbox[i].kind == OUTBOX_CLOSING && same_reminder(had->outbox[i].reminder_id, had_row->reminder_id))
            return true;
    }
    return false;
}

static bool add_notices(struct writeset *set, const struct customer_row *row, const struct reminder_row *reminder,
                        const struct yielded *yielded, const struct follow_ups *kept)
{
    for (size_t i = 0; i < yielded->notice_count; i++) {
        const struct notice_row *notice = &yielded->notices[i];
        if (!same_reminder(notice->reminder_id, reminder->reminder_id) || (kept && number_taken(kept, notice)))
            continue;
        struct notice_row *added = vector_push(&set->notices);
        if (!added)
            return false;
        *added = *notice;
        added->home = row->home;
        added->state = reminder->status == REMINDER_OPEN ? NOTICE_HELD : NOTICE_SUPPRESSED;
    }
    return true;
}

// One that the fold yields. Where something of it was published, the table's row goes on as the fold says;
// else nobody has seen it and it is made anew.
static bool keep_or_make(struct writeset *set, const struct customer_row *row, const struct reminder_row *fresh,
                         const struct yielded *yielded, const struct follow_ups *had)
{
    const struct reminder_row *old = find(had->reminders, had->reminder_count, fresh->reminder_id);
    bool kept = old && old->published;
    if (old && !kept) {
        struct reminder_row *dropped = vector_push(&set->delete_reminders);
        if (!dropped)
            return false;
        *dropped = *old;
    }
    struct reminder_row *made = vector_push(&set->reminders);
    if (!made)
        return false;
    *made = *fresh;
    made->exists = kept;
    made->announce = kept ? ANNOUNCE_KEEP : ANNOUNCE_NOT;
    if (kept) {
        made->due_at = old->due_at;
        made->opened_at = old->opened_at;
        if (!drop_held_notices(set, old, had))
            return false;
        if (made->status != REMINDER_OPEN && closing_is_due(old, had) && !outbox_closing(set, row, made))
            return false;
    }
    return add_notices(set, row, made, yielded, kept ? had : NULL);
}

// One that the fold does not yield: moot if somebody was told of it, else it never was.
static bool moot_or_delete(struct writeset *set, const struct customer_row *row, const struct reminder_row *old,
                           const struct follow_ups *had)
{
    if (!old->published) {
        struct reminder_row *dropped = vector_push(&set->delete_reminders);
        if (dropped)
            *dropped = *old;
        return dropped != NULL;
    }
    bool was_open = old->status == REMINDER_OPEN;
    if (!was_open && !closing_is_due(old, had))
        return true;
    struct reminder_row closed = *old;
    closed.exists = true;
    closed.announce = ANNOUNCE_KEEP;
    if (was_open) {
        closed.status = REMINDER_MOOT;
        closed.closed_at = instant_later(row->state.as_of, old->opened_at);
        struct reminder_row *made = vector_push(&set->reminders);
        if (!made)
            return false;
        *made = closed;
    }
    return drop_held_notices(set, old, had) && outbox_closing(set, row, &closed);
}

bool reconcile_reminders(struct writeset *set, const struct customer_row *row, const struct yielded *yielded,
                         const struct follow_ups *had)
{
    if (!drop_held_messages(set, had, OUTBOX_CLOSING))
        return false;
    for (size_t i = 0; i < yielded->reminder_count; i++) {
        if (!keep_or_make(set, row, &yielded->reminders[i], yielded, had))
            return false;
    }
    for (size_t i = 0; i < had->reminder_count; i++) {
        const struct reminder_row *old = &had->reminders[i];
        if (!find(yielded->reminders, yielded->reminder_count, old->reminder_id) &&
            !moot_or_delete(set, row, old, had))
            return false;
    }
    return true;
}

bool reconcile_level(struct writeset *set, struct customer_row *row, const struct customer_row *before,
                     const struct level_change_row *last_step, const struct follow_ups *had)
{
    int32_t published = before->level_messages;
    int level = before->state.level;
    for (size_t i = 0; i < had->outbox_count; i++) {
        const struct outbox_row *message = &had->outbox[i];
        if (message->kind == OUTBOX_LEVEL && message->n <= published) {
            published = message->n - 1;
            level = message->from_level;
        }
    }
    row->level_messages = published;
    if (!drop_held_messages(set, had, OUTBOX_LEVEL))
        return false;
    if (row->state.level == level)
        return true;
    struct level_change_row change = {
        .customer_id = row->id, .at = row->state.as_of, .cause = LEVEL_BY_EVENT,
        .from_level = (uint8_t)level, .to_level = (uint8_t)row->state.level,
    };
    if (last_step) {
        change.at = last_step->at;
        change.cause = last_step->cause;
        change.source = last_step->source;
        change.event_id = last_step->event_id;
    }
    return outbox_level(set, row, &change);
}
