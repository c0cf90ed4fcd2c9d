// Reminders, notices and messages: how a write changes them.
#include "base/status.h"
#include "fakes/database.h"

static struct reminder_row *reminder_of(const struct fake_customer *customer, const uint8_t id[16])
{
    for (size_t i = 0; i < customer->reminder_count; i++) {
        if (memcmp(customer->reminders[i].reminder_id, id, 16) == 0)
            return &customer->reminders[i];
    }
    return NULL;
}

static struct notice_row *notice_of(const struct fake_customer *customer, const uint8_t id[16], uint16_t number)
{
    for (size_t i = 0; i < customer->notice_count; i++) {
        if (memcmp(customer->notices[i].reminder_id, id, 16) == 0 && customer->notices[i].notice == number)
            return &customer->notices[i];
    }
    return NULL;
}

static struct outbox_row *message_of(const struct fake_customer *customer, int64_t seq)
{
    for (size_t i = 0; i < customer->outbox_count; i++) {
        if (customer->outbox[i].seq == seq)
            return &customer->outbox[i];
    }
    return NULL;
}

static int delete_reminders(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->delete_reminder_count; i++) {
        const struct reminder_row *gone = &transaction->write->delete_reminders[i];
        struct fake_customer *customer = fake_touch(transaction, gone->customer_id);
        struct reminder_row *row = customer ? reminder_of(customer, gone->reminder_id) : NULL;
        if (!row)
            return STORE_CONFLICT;
        FAKE_REMOVE(customer->reminders, customer->reminder_count, (size_t)(row - customer->reminders));
        for (size_t k = customer->notice_count; k-- > 0;) {
            if (memcmp(customer->notices[k].reminder_id, gone->reminder_id, 16) == 0)
                FAKE_REMOVE(customer->notices, customer->notice_count, k);
        }
    }
    return STORE_OK;
}

static int delete_notices(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->delete_notice_count; i++) {
        const struct notice_row *gone = &transaction->write->delete_notices[i];
        struct fake_customer *customer = fake_touch(transaction, gone->customer_id);
        struct notice_row *row = customer ? notice_of(customer, gone->reminder_id, gone->notice) : NULL;
        if (!row || (row->state != NOTICE_HELD && row->state != NOTICE_SUPPRESSED))
            return STORE_CONFLICT;
        FAKE_REMOVE(customer->notices, customer->notice_count, (size_t)(row - customer->notices));
    }
    return STORE_OK;
}

static int delete_outbox(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->delete_outbox_count; i++) {
        const struct outbox_row *gone = &transaction->write->delete_outbox[i];
        struct fake_customer *customer = fake_touch(transaction, gone->customer_id);
        struct outbox_row *row = customer ? message_of(customer, gone->seq) : NULL;
        if (!row || row->released)
            return STORE_CONFLICT;
        FAKE_REMOVE(customer->outbox, customer->outbox_count, (size_t)(row - customer->outbox));
    }
    return STORE_OK;
}

static void keep_reminder(struct fake_database *database, struct reminder_row *row, const struct reminder_row *from)
{
    row->notices = from->notices;
    row->status = from->status;
    row->closed_at = from->closed_at;
    row->closed_source = fake_text(database, from->closed_source);
    row->closed_event = fake_text(database, from->closed_event);
    row->acknowledged_at = from->acknowledged_at;
    row->snoozed_until = from->snoozed_until;
    row->at_risk = from->at_risk;
    row->published |= from->published;
    if (from->announce != ANNOUNCE_KEEP)
        row->announce = from->announce;
}

static int put_reminder(struct fake_transaction *transaction, const struct reminder_row *given)
{
    struct fake_customer *customer = fake_touch(transaction, given->customer_id);
    if (!customer || (customer->row.version == 0 && !given->exists))
        return fault(STATUS_BROKEN, "a reminder without its customer");
    struct reminder_row *row = reminder_of(customer, given->reminder_id);
    if (given->exists && !row)
        return STORE_CONFLICT;
    // One that a fold closed although it had been published opens again: the row goes on as after a fold.
    if (!given->exists && row && !row->published)
        return fake_repeated("reminder", given->customer_id);
    if (!row) {
        size_t place = 0;
        while (place < customer->reminder_count &&
               (customer->reminders[place].opened_at < given->opened_at ||
                (customer->reminders[place].opened_at == given->opened_at &&
                 memcmp(customer->reminders[place].reminder_id, given->reminder_id, 16) < 0)))
            place++;
        row = FAKE_INSERT(customer->reminders, customer->reminder_count, place);
        *row = *given;
        row->customer_id = customer->row.id;
        row->promise_id = fake_text(transaction->database, given->promise_id);
        row->published = false;
        row->announce = ANNOUNCE_NOT;
        row->exists = true;
    }
    keep_reminder(transaction->database, row, given);
    return STORE_OK;
}

static int put_notice(struct fake_transaction *transaction, const struct notice_row *given)
{
    struct fake_customer *customer = fake_touch(transaction, given->customer_id);
    if (!customer)
        return fault(STATUS_BROKEN, "a notice without its customer");
    struct notice_row *row = notice_of(customer, given->reminder_id, given->notice);
    if (given->exists) {
        if (!row || row->state != given->was)
            return STORE_CONFLICT;
        row->state = given->state;
        return STORE_OK;
    }
    if (given->about.size == 0 && given->state != NOTICE_SUPPRESSED) // of which nobody will be told
        return fault(STATUS_BROKEN, "a notice that says nothing of its customer");
    if (row) // what has been published stays published
        return row->state == NOTICE_HELD ? fake_repeated("notice", given->customer_id) : STORE_OK;
    size_t place = 0;
    while (place < customer->notice_count) {
        int order = memcmp(customer->notices[place].reminder_id, given->reminder_id, 16);
        if (order > 0 || (order == 0 && customer->notices[place].notice > given->notice))
            break;
        place++;
    }
    row = FAKE_INSERT(customer->notices, customer->notice_count, place);
    *row = *given;
    row->customer_id = customer->row.id;
    row->about = fake_text(transaction->database, given->about);
    row->exists = true;
    row->was = row->state;
    return STORE_OK;
}

static int put_message(struct fake_transaction *transaction, const struct outbox_row *given)
{
    // What is released at once may be of an id that is no customer.
    struct fake_customer *customer = given->released ? fake_touch_any(transaction, given->customer_id)
                                                     : fake_touch(transaction, given->customer_id);
    if (!customer)
        return fault(STATUS_BROKEN, "a message without its customer");
    if ((given->kind == OUTBOX_TRANSITION && given->released) || (given->kind == OUTBOX_IDENTITY && !given->released))
        return fault(STATUS_BROKEN, "a message that is released at once, or is not, against its kind");
    if ((given->kind != OUTBOX_TRANSITION && given->payload.size == 0) || given->seq != 0)
        return fault(STATUS_BROKEN, "a message that is not complete when it is put in");
    struct outbox_row *row = FAKE_INSERT(customer->outbox, customer->outbox_count, customer->outbox_count);
    *row = *given;
    row->seq = transaction->next_seq++;
    row->customer_id = customer->row.id;
    row->payload = fake_text(transaction->database, given->payload);
    row->source = fake_text(transaction->database, given->source);
    row->event_id = fake_text(transaction->database, given->event_id);
    return STORE_OK;
}

// The message of a transition is held as one that was put in by itself.
int fake_put_told(struct fake_transaction *transaction, const struct transition_row *row)
{
    struct outbox_row message = {.customer_id = row->customer_id, .home = row->home, .at = row->at,
                                 .kind = OUTBOX_TRANSITION, .transition = row->transition, .source = row->source,
                                 .event_id = row->event_id};
    message.transition.n = row->message;
    message.transition.from = row->message_from;
    return put_message(transaction, &message);
}

int fake_write_follow_ups(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    int outcome = delete_reminders(transaction);
    if (outcome == STORE_OK)
        outcome = delete_notices(transaction);
    if (outcome == STORE_OK)
        outcome = delete_outbox(transaction);
    for (size_t i = 0; outcome == STORE_OK && i < write->reminder_count; i++)
        outcome = put_reminder(transaction, &write->reminders[i]);
    for (size_t i = 0; outcome == STORE_OK && i < write->notice_count; i++)
        outcome = put_notice(transaction, &write->notices[i]);
    for (size_t i = 0; outcome == STORE_OK && i < write->outbox_count; i++)
        outcome = put_message(transaction, &write->outbox[i]);
    return outcome;
}

static void delete_void(struct fake_database *database, int64_t seq)
{
    struct fake_identities *identities = &database->tables.identities;
    size_t i = 0;
    while (i < identities->voids.count && identities->voids.items[i].seq != seq)
        i++;
    if (i < identities->voids.count)
        FAKE_REMOVE(identities->voids.items, identities->voids.count, i);
}

int fake_do_delivered(struct fake_database *database, const struct outbox_row *outbox, size_t count)
{
    fake_remember(database, false);
    for (size_t i = 0; i < count; i++) {
        bool found;
        delete_void(database, outbox[i].seq); // it may have become one while it was being sent
        if (outbox[i].is_void)
            continue;
        size_t place = fake_place(&database->tables, outbox[i].customer_id, &found);
        if (!found)
            continue;
        struct fake_customer *copy = fake_customer_copy(database->tables.customers.items[place]);
        struct outbox_row *row = message_of(copy, outbox[i].seq);
        if (row)
            FAKE_REMOVE(copy->outbox, copy->outbox_count, (size_t)(row - copy->outbox));
        struct notice_row *notice =
            outbox[i].kind == OUTBOX_NOTICE ? notice_of(copy, outbox[i].reminder_id, (uint16_t)outbox[i].n) : NULL;
        if (notice)
            notice->state = NOTICE_PUBLISHED;
        fake_replace(&database->tables, copy);
    }
    return STORE_OK;
}

static bool is_held_change(const struct outbox_row *message, int32_t home, instant watermark)
{
    return message->kind == OUTBOX_TRANSITION && !message->released && message->home == home && message->at < watermark;
}

int fake_do_release_changes(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                            size_t limit, size_t *count)
{
    struct fake_tables *tables = &database->tables;
    fake_remember(database, true);
    *count = 0;
    for (size_t h = 0; h < home_count; h++) {
        size_t released = 0;
        for (size_t i = 0; i < tables->customers.count; i++) {
            struct fake_customer *copy = NULL;
            const struct fake_customer *customer = tables->customers.items[i];
            for (size_t k = 0; customer->row.fold_at == INSTANT_NEVER && k < customer->outbox_count; k++) {
                if (released == limit || !is_held_change(&customer->outbox[k], homes[h], watermark))
                    continue;
                copy = copy ? copy : fake_customer_copy(customer);
                copy->outbox[k].released = true;
                released++;
            }
            if (copy) {
                fake_customer_release(tables->customers.items[i]);
                tables->customers.items[i] = copy;
            }
        }
        *count += released;
    }
    return STORE_OK;
}
