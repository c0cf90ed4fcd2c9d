#include "tables.h"

int tables_read(struct tables *tables, struct store *store, const struct span *ids, size_t count, struct arena *arena)
{
    struct follow_ups *all = &tables->all;
    struct reminder_row *reminders = NULL;
    struct notice_row *notices = NULL;
    struct outbox_row *outbox = NULL;
    *tables = (struct tables){0};
    if (count == 0)
        return STORE_OK;
    int outcome = store->ops->histories(store, ids, count, arena, &all->histories);
    if (outcome == STORE_OK)
        outcome = store->ops->follow_ups(store, ids, count, arena, &reminders, &all->reminder_count, &notices,
                                         &all->notice_count, &outbox, &all->outbox_count);
    all->reminders = reminders;
    all->notices = notices;
    all->outbox = outbox;
    return outcome;
}

// The stretch that belongs to `id` of rows sorted by customer, from *from on; *from moves behind it.
#define STRETCH(rows, total, id, from, start, length) \
    do { \
        (start) = (rows) + *(from); \
        (length) = 0; \
        while (*(from) < (total) && span_equal((rows)[*(from)].customer_id, (id))) { \
            ++*(from); \
            ++(length); \
        } \
    } while (0)

void tables_next(struct tables *tables, struct span id, struct follow_ups *had)
{
    const struct follow_ups *all = &tables->all;
    const struct histories *from = &all->histories;
    struct histories *own = &had->histories;
    STRETCH(from->transitions, from->transition_count, id, &tables->transition, own->transitions, own->transition_count);
    STRETCH(from->promises, from->promise_count, id, &tables->promise, own->promises, own->promise_count);
    STRETCH(from->objections, from->objection_count, id, &tables->objection, own->objections, own->objection_count);
    STRETCH(from->profiles, from->profile_count, id, &tables->profile, own->profiles, own->profile_count);
    STRETCH(all->reminders, all->reminder_count, id, &tables->reminder, had->reminders, had->reminder_count);
    STRETCH(all->notices, all->notice_count, id, &tables->notice, had->notices, had->notice_count);
    STRETCH(all->outbox, all->outbox_count, id, &tables->message, had->outbox, had->outbox_count);
}
