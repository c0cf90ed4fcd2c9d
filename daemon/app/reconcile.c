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

// Whether a notice in the table, of `old`, may go for the fold's of its number: nobody was told of it, and that it was
// to be silent has its reason no more (the reminder was closed, or nobody knew of it), or was about another instant.
static bool makes_room(const struct reminder_row *old, const struct notice_row *was, const struct notice_row *made)
{
    if (was->state != NOTICE_SUPPRESSED)
        return was->state == NOTICE_HELD;
    return !old->published || old->status != REMINDER_OPEN || made->at != was->at;
}

static bool drop_notice(const struct reconciling *all, const struct notice_row *old)
{
    struct notice_row *dropped = vector_push(&all->set->delete_notices);
    if (dropped)
        *dropped = *old;
    return dropped != NULL;
}

// Those of a reminder that goes, or whose number the fold does not have.
static bool drop_notices(const struct reconciling *all, const struct reminder_row *old)
{
    size_t count;
    const struct reminder_place *places = reminder_index_find(&all->old_notices, old->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice_row *notice = &all->had->notices[places[i].row];
        if (!same_number(&all->made_notices, all->yielded->notices, notice) &&
            (!old->published || notice->state == NOTICE_HELD) && !drop_notice(all, notice))
            return false;
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

static bool same_notice(const struct notice_row *a, const struct notice_row *b, bool about)
{
    return a->state == b->state && a->at == b->at && a->recipients == b->recipients && a->next_at == b->next_at &&
           a->last_order_at == b->last_order_at && (!about || span_equal(a->about, b->about));
}

// Whether one that the fold does not make open, or not to be told, may yet be: as the latest of a reminder that is
// announced, now or when one that is held comes to be too old.
static bool may_be_announced(const struct reconciling *all, const struct reminder_row *made,
                             const struct reminder_row *old)
{
    size_t count;
    bool waits = made->announce == ANNOUNCE_PENDING;
    const struct reminder_place *places = reminder_index_find(&all->made_notices, made->reminder_id, &count);
    for (size_t i = 0; i < count && !waits; i++)
        waits = !is_silent(all, made, old, &all->yielded->notices[places[i].row]);
    return waits && made->status == REMINDER_OPEN;
}

// Of one that stays, those numbers that are as they are to be are left; `old` is then the reminder in the table.
static bool put_notices(const struct reconciling *all, const struct reminder_row *made, const struct reminder_row *old)
{
    size_t count;
    bool announced = may_be_announced(all, made, old);
    const struct reminder_place *places = reminder_index_find(&all->made_notices, made->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        struct notice_row notice = all->yielded->notices[places[i].row];
        const struct notice_row *was = made->exists ? old_notice(all, &notice) : NULL;
        if (was && !makes_room(old, was, &notice))
            continue;
        notice.home = all->row->home;
        notice.fresh = all->had->fresh;
        notice.state = is_silent(all, made, old, &notice) ? NOTICE_SUPPRESSED : NOTICE_HELD;
        if (notice.state == NOTICE_SUPPRESSED && !announced)
            notice.about = SPAN_NONE;
        if (was && same_notice(was, &notice, notice.about.data != NULL))
            continue;
        if (was && !drop_notice(all, was))
            return false;
        struct notice_row *added = vector_push(&all->set->notices);
        if (!added)
            return false;
        *added = notice;
    }
    return true;
}

// Where an import wants it told, open reminders of which nobody is told otherwise are announced late.
static int8_t announce_of(const struct reconciling *all, const struct reminder_row *made,
                          const struct reminder_row *old)
{
    size_t count;
    bool held = false;
    if (old && old->published)
        return ANNOUNCE_KEEP;
    if (made->status != REMINDER_OPEN)
        return ANNOUNCE_NOT;
    const struct reminder_place *places = reminder_index_find(&all->made_notices, made->reminder_id, &count);
    for (size_t i = 0; i < count && !held; i++)
        held = !is_silent(all, made, old, &all->yielded->notices[places[i].row]);
    return all->before->brought == BROUGHT_TO_TELL && !held ? ANNOUNCE_PENDING : old ? old->announce : ANNOUNCE_NOT;
}

static bool delete_reminder(const struct reconciling *all, const struct reminder_row *old)
{
    struct reminder_row *dropped = vector_push(&all->set->delete_reminders);
    if (dropped)
        *dropped = *old;
    return dropped != NULL;
}

// Whether the table's row goes on. An update leaves what a reminder was opened with: of what was published it stays,
// else it must be the same.
static bool goes_on(const struct reconciling *all, const struct reminder_row *made, const struct reminder_row *old)
{
    size_t count;
    const struct reminder_place *place = reminder_index_find(&all->old_notices, old->reminder_id, &count);
    bool home = count > 0 && all->had->notices[place->row].home == all->row->home;
    return old->published || (home && old->kind == made->kind && old->anchor == made->anchor &&
                              old->due_at == made->due_at && old->opened_at == made->opened_at &&
                              span_equal(old->promise_id, made->promise_id));
}

// Whether an update would change nothing.
static bool same_reminder(const struct reminder_row *old, const struct reminder_row *made)
{
    return old->notices == made->notices && old->status == made->status && old->closed_at == made->closed_at &&
           span_equal(old->closed_source, made->closed_source) && span_equal(old->closed_event, made->closed_event) &&
           old->acknowledged_at == made->acknowledged_at && old->snoozed_until == made->snoozed_until &&
           old->at_risk == made->at_risk && (made->announce == ANNOUNCE_KEEP || made->announce == old->announce);
}

// One that the fold yields. Where the table's row can go on, it does so as the fold says; else nobody has seen it and
// it is made anew.
static bool keep_or_make(const struct reconciling *all, const struct reminder_row *yielded)
{
    size_t count;
    const struct reminder_place *place = reminder_index_find(&all->old, yielded->reminder_id, &count);
    const struct reminder_row *old = count ? &all->had->reminders[place->row] : NULL;
    struct reminder_row made = *yielded;
    made.exists = old && goes_on(all, &made, old);
    made.fresh = all->had->fresh;
    made.announce = announce_of(all, &made, old);
    if (old && old->published) {
        made.anchor = old->anchor; // of a promise it may come out otherwise
        made.due_at = old->due_at;
        made.opened_at = old->opened_at;
    }
    if (old && !(made.exists ? drop_notices(all, old) : delete_reminder(all, old)))
        return false;
    if (!made.exists || !same_reminder(old, &made)) {
        struct reminder_row *row = vector_push(&all->set->reminders);
        if (!row)
            return false;
        *row = made;
    }
    bool told = old && old->published && made.status != REMINDER_OPEN && closing_is_due(all, old);
    return (!told || outbox_closing(all->set, all->row, &made)) && put_notices(all, &made, old);
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
