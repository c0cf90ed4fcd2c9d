// What a store reads: customers, identities, what is due, what is held, what is to be sent. Texts that go
// out live as long as the database.
#include "fakes/database.h"

static bool is_home(const int32_t *homes, size_t count, int32_t home)
{
    for (size_t i = 0; i < count; i++) {
        if (homes[i] == home)
            return true;
    }
    return false;
}

static void *take(struct arena *arena, size_t count, size_t size)
{
    void *memory = arena_take(arena, (count + 1) * size);
    if (!memory)
        abort();
    return memory;
}

int fake_do_load(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                 struct customer_row *rows)
{
    for (size_t i = 0; i < count; i++) {
        bool found;
        size_t place = fake_place(&database->tables, ids[i], &found);
        if (found && database->tables.customers.items[place]->row.version > 0) {
            rows[i] = database->tables.customers.items[place]->row;
            rows[i].book = arena_copy(arena, rows[i].book);
        } else {
            rows[i] = (struct customer_row){
                .wake_at = INSTANT_NEVER, .fold_at = INSTANT_NEVER, .quiet_until = INSTANT_NONE};
            customer_init(&rows[i].state);
        }
        rows[i].id = ids[i];
    }
    return STORE_OK;
}

static bool same_data(const struct event *kept, const struct event *event)
{
    struct arena arena;
    arena_init(&arena, 256);
    bool same = span_equal(kept->data, event->data) ||
                (fake_changes_ids(kept) && span_equal(kept->data, fake_veil(&arena, event)));
    arena_free(&arena);
    return same;
}

// Looks for an event on a timeline, all of it or just merges and unmerges.
static void identify_on(const struct fake_customer *customer, bool all, const struct event *event,
                        enum identity *result)
{
    for (size_t k = 0; k < customer->event_count; k++) {
        const struct event *kept = &customer->events[k].event;
        if (!span_equal(kept->source, event->source) || !span_equal(kept->id, event->id) ||
            !span_equal(kept->subject, event->subject) || (!all && !fake_changes_ids(kept)))
            continue;
        bool same = kept->type == event->type && kept->time == event->time && same_data(kept, event);
        if (*result != IDENTITY_SAME)
            *result = same ? IDENTITY_SAME : IDENTITY_OTHER;
    }
}

int fake_do_identify(struct fake_database *database, const struct span *customer_ids,
                     const struct event *const *events, size_t count, enum identity *result)
{
    for (size_t i = 0; i < count; i++) {
        result[i] = IDENTITY_NEW;
        for (size_t k = 0; k < database->tables.customers.count; k++) {
            const struct fake_customer *customer = database->tables.customers.items[k];
            identify_on(customer, span_equal(customer->row.id, customer_ids[i]), events[i], &result[i]);
        }
    }
    return STORE_OK;
}

struct timed {
    instant at;
    struct span id;
    size_t order;
    const void *row; // of that customer
    const struct fake_customer *customer;
};

static int compare_timed(const void *a, const void *b)
{
    const struct timed *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    int order = span_compare(left->id, right->id);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

typedef VECTOR(struct timed) timed_list;

static void add_timed(timed_list *list, struct timed timed)
{
    struct timed *place = vector_push(list);
    if (!place)
        abort();
    *place = timed;
}

static void add(timed_list *list, instant at, const struct fake_customer *customer, const void *row, size_t order)
{
    add_timed(list, (struct timed){at, customer->row.id, order, row, customer});
}

// The first `limit` in their order.
static size_t first_of(timed_list *list, size_t limit)
{
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_timed);
    return list->count < limit ? list->count : limit;
}

static int take_ids(timed_list *list, size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    *count = first_of(list, limit);
    *ids = take(arena, *count, sizeof **ids);
    for (size_t i = 0; i < *count; i++)
        (*ids)[i] = list->items[i].id;
    vector_free(list);
    return STORE_OK;
}

int fake_do_due(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    timed_list list = {0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        if (is_home(homes, home_count, customer->row.home) && customer->row.wake_at < watermark &&
            customer->row.fold_at == INSTANT_NEVER)
            add(&list, customer->row.wake_at, customer, NULL, 0);
    }
    return take_ids(&list, limit, arena, ids, count);
}

int fake_do_marked(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                   size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    timed_list list = {0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        if (is_home(homes, home_count, customer->row.home) && customer->row.fold_at <= watermark)
            add(&list, customer->row.fold_at, customer, NULL, 0);
    }
    return take_ids(&list, limit, arena, ids, count);
}

static const struct reminder_row *reminder_of(const struct fake_customer *customer, const uint8_t id[16])
{
    for (size_t i = 0; i < customer->reminder_count; i++) {
        if (memcmp(customer->reminders[i].reminder_id, id, 16) == 0)
            return &customer->reminders[i];
    }
    return NULL;
}

// A message as it is read: with what became of its reminder.
static struct outbox_row message_read(const struct fake_customer *customer, const struct outbox_row *row)
{
    struct outbox_row read = *row;
    bool has_reminder = row->kind == OUTBOX_NOTICE || row->kind == OUTBOX_CLOSING;
    const struct reminder_row *reminder = has_reminder && customer ? reminder_of(customer, row->reminder_id) : NULL;
    read.reminder_published = reminder && reminder->published;
    return read;
}

int fake_do_follow_ups(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                       struct reminder_row **reminders, size_t *reminder_count, struct notice_row **notices,
                       size_t *notice_count, struct outbox_row **outbox, size_t *outbox_count)
{
    size_t most[3] = {0};
    *reminder_count = *notice_count = *outbox_count = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            *reminders = take(arena, most[0], sizeof **reminders);
            *notices = take(arena, most[1], sizeof **notices);
            *outbox = take(arena, most[2], sizeof **outbox);
        }
        for (size_t i = 0; i < count; i++) {
            bool found;
            size_t place = fake_place(&database->tables, ids[i], &found);
            if (!found)
                continue;
            const struct fake_customer *customer = database->tables.customers.items[place];
            most[0] += customer->reminder_count;
            most[1] += customer->notice_count;
            most[2] += customer->outbox_count;
            if (pass == 0)
                continue;
            for (size_t k = 0; k < customer->reminder_count; k++)
                (*reminders)[(*reminder_count)++] = customer->reminders[k];
            for (size_t k = 0; k < customer->notice_count; k++) {
                (*notices)[*notice_count] = customer->notices[k];
                (*notices)[(*notice_count)++].was = customer->notices[k].state;
            }
            for (size_t k = 0; k < customer->outbox_count; k++) {
                if (!customer->outbox[k].released)
                    (*outbox)[(*outbox_count)++] = message_read(customer, &customer->outbox[k]);
            }
        }
    }
    return STORE_OK;
}

static void take_notices(timed_list *list, size_t limit, struct arena *arena, struct held_notice **held, size_t *count)
{
    *count = first_of(list, limit);
    *held = take(arena, *count, sizeof **held);
    for (size_t i = 0; i < *count; i++) {
        const struct notice_row *notice = list->items[i].row;
        (*held)[i] = (struct held_notice){
            .notice = *notice, .reminder = *reminder_of(list->items[i].customer, notice->reminder_id)};
        (*held)[i].notice.was = notice->state;
    }
    vector_free(list);
}

int fake_do_held(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                 size_t limit, struct arena *arena, struct held_notice **notices, size_t *notice_count,
                 struct outbox_row **outbox, size_t *outbox_count)
{
    timed_list held = {0}, messages = {0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        if (customer->row.fold_at != INSTANT_NEVER)
            continue;
        for (size_t k = 0; k < customer->notice_count; k++) {
            const struct notice_row *notice = &customer->notices[k];
            if (notice->state == NOTICE_HELD && notice->at < watermark && is_home(homes, home_count, notice->home))
                add(&held, notice->at, customer, notice, k);
        }
        for (size_t k = 0; k < customer->outbox_count; k++) {
            const struct outbox_row *message = &customer->outbox[k];
            if (message->kind != OUTBOX_TRANSITION && !message->released && message->at < watermark &&
                is_home(homes, home_count, message->home))
                add(&messages, message->at, customer, message, k);
        }
    }
    take_notices(&held, limit, arena, notices, notice_count);
    *outbox_count = first_of(&messages, limit);
    *outbox = take(arena, *outbox_count, sizeof **outbox);
    for (size_t i = 0; i < *outbox_count; i++)
        (*outbox)[i] = message_read(messages.items[i].customer, messages.items[i].row);
    vector_free(&messages);
    return STORE_OK;
}

int fake_do_announcements(struct fake_database *database, const int32_t *homes, size_t home_count, size_t limit,
                          struct arena *arena, struct held_notice **notices, size_t *count)
{
    timed_list list = {0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        for (size_t k = 0; k < customer->notice_count; k++) {
            const struct notice_row *notice = &customer->notices[k];
            const struct reminder_row *reminder = reminder_of(customer, notice->reminder_id);
            if (is_home(homes, home_count, customer->row.home) && reminder->announce == ANNOUNCE_PENDING &&
                reminder->status == REMINDER_OPEN && reminder->notices == notice->notice &&
                notice->state == NOTICE_SUPPRESSED)
                add(&list, reminder->opened_at, customer, notice, k);
        }
    }
    take_notices(&list, limit, arena, notices, count);
    return STORE_OK;
}

int fake_do_values(struct fake_database *database, const struct policy *policy, const struct span *ids,
                   const int32_t *days, size_t count, int64_t *f, int64_t *m)
{
    for (size_t i = 0; i < count; i++) {
        bool found;
        size_t place = fake_place(&database->tables, ids[i], &found);
        f[i] = m[i] = 0;
        const struct fake_customer *customer = found ? database->tables.customers.items[place] : NULL;
        for (size_t k = 0; customer && k < customer->event_count; k++) {
            const struct event *event = &customer->events[k].event;
            int32_t day = policy_day(policy, event->time);
            if (day > days[i] || (policy->rfm_window && day <= days[i] - policy->rfm_window))
                continue;
            f[i] += event->type == TYPE_ORDER_PLACED;
            if (event->type == TYPE_ORDER_PLACED || event->type == TYPE_ORDER_REFUNDED)
                m[i] += event->type == TYPE_ORDER_PLACED ? event->amount : -event->amount;
        }
    }
    return STORE_OK;
}

int fake_do_released(struct fake_database *database, const int32_t *homes, size_t home_count, size_t limit,
                     struct arena *arena, struct outbox_row **outbox, size_t *count)
{
    timed_list list = {0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        for (size_t k = 0; k < customer->outbox_count; k++) {
            const struct outbox_row *message = &customer->outbox[k];
            if (message->released && is_home(homes, home_count, message->home))
                add(&list, message->seq, customer, message, k);
        }
    }
    for (size_t i = 0; i < database->tables.identities.voids.count; i++) {
        const struct outbox_row *place = &database->tables.identities.voids.items[i];
        if (is_home(homes, home_count, place->home))
            add_timed(&list, (struct timed){.at = place->seq, .row = place});
    }
    *count = first_of(&list, limit);
    *outbox = take(arena, *count, sizeof **outbox);
    for (size_t i = 0; i < *count; i++)
        (*outbox)[i] = message_read(list.items[i].customer, list.items[i].row);
    vector_free(&list);
    return STORE_OK;
}
