// The fold and the reminders of the tables.
#include "app/fold.h"
#include "app/outbox.h"
#include "reminder_index.h"

struct reconciling {
    struct writeset *set;
    const struct customer_row *row, *before;
    const struct yielded *yielded;
    const struct follow_ups *had;
    struct reminder_index made, made_notices, old, old_notices;
    struct reminder_index old_messages; // of closings; others are about none
};

static bool make_indexes(struct reconciling *all)
{
    const struct yielded *yielded = all->yielded;
    const struct follow_ups *had = all->had;
    struct arena *arena = &all->set->arena;
    return REMINDER_INDEX(arena, &all->made, yielded->reminders, yielded->reminder_count) &&
           REMINDER_INDEX(arena, &all->made_notices, yielded->notices, yielded->notice_count) &&
           REMINDER_INDEX(arena, &all->old, had->reminders, had->reminder_count) &&
           REMINDER_INDEX(arena, &all->old_notices, had->notices, had->notice_count) &&
           REMINDER_INDEX(arena, &all->old_messages, had->outbox, had->outbox_count);
}

// The notice of the same number, or NULL.
static const struct notice_row *same_number(const struct reminder_index *index, const struct notice_row *notices,
                                            const struct notice_row *notice)
{
    size_t count;
    const struct reminder_place *places = reminder_index_find(index, notice->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        if (notices[places[i].row].notice == notice->notice)
            return &notices[places[i].row];
    }
    return NULL;
}

static const struct notice_row *old_notice(const struct reconciling *all, const struct notice_row *notice)
{
    return same_number(&all->old_notices, all->had->notices, notice);
}

// Whether a notice in the table goes for the fold's of its number: nobody was told of it, and that it was to be silent
// has its reason no more (the reminder was closed), or was about another instant.
static bool makes_room(const struct reconciling *all, const struct reminder_row *reminder, const struct notice_row *old)
{
    if (old->state != NOTICE_SUPPRESSED)
        return old->state == NOTICE_HELD;
    const struct notice_row *made = same_number(&all->made_notices, all->yielded->notices, old);
    return made && (reminder->status != REMINDER_OPEN || made->at != old->at);
}

static bool drop_notices(const struct reconciling *all, const struct reminder_row *reminder)
{
    size_t count;
    const struct reminder_place *places = reminder_index_find(&all->old_notices, reminder->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice_row *notice = &all->had->notices[places[i].row];
        if (!makes_room(all, reminder, notice))
            continue;
        struct notice_row *dropped = vector_push(&all->set->delete_notices);
        if (!dropped)
            return false;
        *dropped = *notice;
    }
    return true;
}

// Held closings are all made anew.
static bool drop_held_closings(const struct reconciling *all)
{
    for (size_t i = 0; i < all->had->outbox_count; i++) {
        if (all->had->outbox[i].kind != OUTBOX_CLOSING)
            continue;
        struct outbox_row *dropped = vector_push(&all->set->delete_outbox);
        if (!dropped)
            return false;
        *dropped = all->had->outbox[i];
    }
    return true;
}

// Whether the closing of a reminder is still to be announced: it is open in the table, or closed there with
// a message that is held.
static bool closing_is_due(const struct reconciling *all, const struct reminder_row *old)
{
    size_t count;
    reminder_index_find(&all->old_messages, old->reminder_id, &count);
    return old->status == REMINDER_OPEN || count > 0;
}

// Whether nobody is to be told of a notice: its reminder is closed; or it is from before what is silent, and was not
// waiting to be told before that. What was silent of an open reminder stays so, as far as the customer had come.
static bool is_silent(const struct reconciling *all, const struct reminder_row *reminder, const struct reminder_row *old,
                      const struct notice_row *notice)
{
    if (reminder->status != REMINDER_OPEN)
        return true;
    const struct notice_row *was = old && old->status == REMINDER_OPEN ? old_notice(all, notice) : NULL;
    if (was && was->state != NOTICE_SUPPRESSED)
        return false;
    return notice->at < all->before->quiet_until || (was && notice->at < all->before->state.as_of);
}

// `old`: the reminder in the table, or NULL. A number of one that stays is taken where its notice is.
static bool add_notices(const struct reconciling *all, struct reminder_row *reminder, const struct reminder_row *old)
{
    size_t count;
    bool held = false;
    const struct reminder_place *places = reminder_index_find(&all->made_notices, reminder->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice_row *notice = &all->yielded->notices[places[i].row];
        const struct notice_row *was = reminder->exists ? old_notice(all, notice) : NULL;
        if (was && !makes_room(all, old, was))
            continue;
        struct notice_row *added = vector_push(&all->set->notices);
        if (!added)
            return false;
        *added = *notice;
        added->home = all->row->home;
        added->fresh = all->had->fresh;
        added->state = is_silent(all, reminder, old, notice) ? NOTICE_SUPPRESSED : NOTICE_HELD;
        held |= added->state == NOTICE_HELD;
    }
    bool tells = all->before->brought == BROUGHT_TO_TELL; // open reminders are announced late
    if (tells && !reminder->exists && reminder->status == REMINDER_OPEN && !held)
        reminder->announce = ANNOUNCE_PENDING;
    return true;
}

static bool delete_reminder(const struct reconciling *all, const struct reminder_row *old)
{
    struct reminder_row *dropped = vector_push(&all->set->delete_reminders);
    if (dropped)
        *dropped = *old;
    return dropped != NULL;
}

// One that the fold yields. Where something of it was published, the table's row goes on as the fold says;
// else nobody has seen it and it is made anew.
static bool keep_or_make(const struct reconciling *all, const struct reminder_row *fresh)
{
    size_t count;
    const struct reminder_place *place = reminder_index_find(&all->old, fresh->reminder_id, &count);
    const struct reminder_row *old = count ? &all->had->reminders[place->row] : NULL;
    bool kept = old && old->published;
    if (old && !kept && !delete_reminder(all, old))
        return false;
    struct reminder_row *made = vector_push(&all->set->reminders);
    if (!made)
        return false;
    *made = *fresh;
    made->exists = kept;
    made->fresh = all->had->fresh;
    made->announce = kept ? ANNOUNCE_KEEP : old && made->status == REMINDER_OPEN ? old->announce : ANNOUNCE_NOT;
    if (kept) {
        made->anchor = old->anchor; // of a promise it may come out otherwise
        made->due_at = old->due_at;
        made->opened_at = old->opened_at;
        if (!drop_notices(all, old))
            return false;
        if (made->status != REMINDER_OPEN && closing_is_due(all, old) && !outbox_closing(all->set, all->row, made))
            return false;
    }
    return add_notices(all, made, old);
}

// One that the fold does not yield: moot if somebody was told of it, else it never was.
static bool moot_or_delete(const struct reconciling *all, const struct reminder_row *old)
{
    if (!old->published)
        return delete_reminder(all, old);
    bool was_open = old->status == REMINDER_OPEN;
    if (!was_open && !closing_is_due(all, old))
        return true;
    struct reminder_row closed = *old;
    closed.exists = true;
    closed.announce = ANNOUNCE_KEEP;
    if (was_open) {
        closed.status = REMINDER_MOOT;
        closed.closed_at = instant_later(all->row->state.as_of, old->opened_at);
        struct reminder_row *made = vector_push(&all->set->reminders);
        if (!made)
            return false;
        *made = closed;
    }
    return drop_notices(all, old) && outbox_closing(all->set, all->row, &closed);
}

bool reconcile_reminders(struct writeset *set, const struct customer_row *row, const struct customer_row *before,
                         const struct yielded *yielded, const struct follow_ups *had)
{
    struct reconciling all = {.set = set, .row = row, .before = before, .yielded = yielded, .had = had};
    if (!make_indexes(&all) || !drop_held_closings(&all))
        return false;
    for (size_t i = 0; i < yielded->reminder_count; i++) {
        if (!keep_or_make(&all, &yielded->reminders[i]))
            return false;
    }
    for (size_t i = 0; i < had->reminder_count; i++) {
        const struct reminder_row *old = &had->reminders[i];
        size_t count;
        reminder_index_find(&all.made, old->reminder_id, &count);
        if (count == 0 && !moot_or_delete(&all, old))
            return false;
    }
    return true;
}
