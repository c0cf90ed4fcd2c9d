// The fold and the reminders of the tables.
#include "app/fold.h"
#include "app/outbox.h"

// Rows by the reminder that they are about: a customer may have very many of them.
struct place {
    uint8_t id[16];
    uint32_t row; // its place among the rows: those of one reminder keep their order
};

struct index {
    struct place *places;
    size_t count;
};

struct reconciling {
    struct writeset *set;
    const struct customer_row *row;
    const struct yielded *yielded;
    const struct follow_ups *had;
    instant quiet_until; // before it all is silent
    struct index made, made_notices, old, old_notices;
    struct index old_messages; // of closings; others are about none
};

static int compare_places(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    int order = memcmp(left->id, right->id, sizeof left->id);
    return order ? order : (left->row > right->row) - (left->row < right->row);
}

// `rows` are of `size` bytes each and have the id of their reminder at `offset`. False: memory is out.
static bool index_rows(struct arena *arena, struct index *index, const void *rows, size_t count, size_t size,
                       size_t offset)
{
    index->places = arena_take(arena, (count + 1) * sizeof *index->places);
    if (!index->places)
        return false;
    index->count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(index->places[i].id, (const char *)rows + i * size + offset, sizeof index->places[i].id);
        index->places[i].row = (uint32_t)i;
    }
    if (count > 1)
        qsort(index->places, count, sizeof *index->places, compare_places);
    return true;
}

#define INDEX_ROWS(index, rows, count) \
    index_rows(&all->set->arena, (index), (rows), (count), sizeof *(rows), offsetof(__typeof__(*(rows)), reminder_id))

static bool make_indexes(struct reconciling *all)
{
    const struct yielded *yielded = all->yielded;
    const struct follow_ups *had = all->had;
    return INDEX_ROWS(&all->made, yielded->reminders, yielded->reminder_count) &&
           INDEX_ROWS(&all->made_notices, yielded->notices, yielded->notice_count) &&
           INDEX_ROWS(&all->old, had->reminders, had->reminder_count) &&
           INDEX_ROWS(&all->old_notices, had->notices, had->notice_count) &&
           INDEX_ROWS(&all->old_messages, had->outbox, had->outbox_count);
}

// The rows of one reminder: the first place, and how many.
static const struct place *find(const struct index *index, const uint8_t id[16], size_t *count)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(index->places[middle].id, id, 16) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < index->count && memcmp(index->places[low + *count].id, id, 16) == 0)
        ++*count;
    return &index->places[low];
}

// A notice of a reminder that stays and whose number is taken: it was released, published or suppressed.
static bool number_taken(const struct reconciling *all, const struct notice_row *notice)
{
    size_t count;
    const struct place *places = find(&all->old_notices, notice->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice_row *other = &all->had->notices[places[i].row];
        if (other->notice == notice->notice && other->state != NOTICE_HELD)
            return true;
    }
    return false;
}

// Held notices of a kept reminder make room for the fold's.
static bool drop_held_notices(const struct reconciling *all, const struct reminder_row *reminder)
{
    size_t count;
    const struct place *places = find(&all->old_notices, reminder->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice_row *notice = &all->had->notices[places[i].row];
        if (notice->state != NOTICE_HELD)
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
    find(&all->old_messages, old->reminder_id, &count);
    return old->status == REMINDER_OPEN || count > 0;
}

static bool add_notices(const struct reconciling *all, const struct reminder_row *reminder, bool kept)
{
    size_t count;
    const struct place *places = find(&all->made_notices, reminder->reminder_id, &count);
    for (size_t i = 0; i < count; i++) {
        const struct notice_row *notice = &all->yielded->notices[places[i].row];
        if (kept && number_taken(all, notice))
            continue;
        struct notice_row *added = vector_push(&all->set->notices);
        if (!added)
            return false;
        *added = *notice;
        added->home = all->row->home;
        bool silent = reminder->status != REMINDER_OPEN || notice->at < all->quiet_until;
        added->state = silent ? NOTICE_SUPPRESSED : NOTICE_HELD;
    }
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
    const struct place *place = find(&all->old, fresh->reminder_id, &count);
    const struct reminder_row *old = count ? &all->had->reminders[place->row] : NULL;
    bool kept = old && old->published;
    if (old && !kept && !delete_reminder(all, old))
        return false;
    struct reminder_row *made = vector_push(&all->set->reminders);
    if (!made)
        return false;
    *made = *fresh;
    made->exists = kept;
    made->announce = kept ? ANNOUNCE_KEEP : ANNOUNCE_NOT;
    if (kept) {
        made->anchor = old->anchor; // of a promise it may come out otherwise
        made->due_at = old->due_at;
        made->opened_at = old->opened_at;
        if (!drop_held_notices(all, old))
            return false;
        if (made->status != REMINDER_OPEN && closing_is_due(all, old) && !outbox_closing(all->set, all->row, made))
            return false;
    }
    return add_notices(all, made, kept);
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
    return drop_held_notices(all, old) && outbox_closing(all->set, all->row, &closed);
}

bool reconcile_reminders(struct writeset *set, const struct customer_row *row, const struct customer_row *before,
                         const struct yielded *yielded, const struct follow_ups *had)
{
    struct reconciling all = {
        .set = set, .row = row, .yielded = yielded, .had = had, .quiet_until = before->quiet_until};
    if (!make_indexes(&all) || !drop_held_closings(&all))
        return false;
    for (size_t i = 0; i < yielded->reminder_count; i++) {
        if (!keep_or_make(&all, &yielded->reminders[i]))
            return false;
    }
    for (size_t i = 0; i < had->reminder_count; i++) {
        const struct reminder_row *old = &had->reminders[i];
        size_t count;
        find(&all.made, old->reminder_id, &count);
        if (count == 0 && !moot_or_delete(&all, old))
            return false;
    }
    return true;
}
