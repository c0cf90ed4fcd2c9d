// What ids stand for: aliases, tombstones and what was issued of those that are no more, and the changes of them. As
// with customers, a write works on copies and the commit puts them in.
#include <stdio.h>
#include <xxhash.h>

#include "base/status.h"
#include "fakes/database.h"

static const struct fake_alias *alias_of(const struct fake_identities *identities, struct span id)
{
    for (size_t i = 0; i < identities->aliases.count; i++) {
        if (span_equal(identities->aliases.items[i].customer_id, id))
            return &identities->aliases.items[i];
    }
    return NULL;
}

static struct span meant_by(const struct fake_identities *identities, struct span id)
{
    for (const struct fake_alias *alias; (alias = alias_of(identities, id));)
        id = alias->into;
    return id;
}

static bool leads_to(const struct fake_identities *identities, struct span id, struct span end)
{
    for (const struct fake_alias *alias; (alias = alias_of(identities, id));) {
        id = alias->into;
        if (span_equal(id, end))
            return true;
    }
    return false;
}

static struct fake_tombstone *tombstone_of(const struct fake_identities *identities, struct span id)
{
    for (size_t i = 0; i < identities->tombstones.count; i++) {
        if (span_equal(identities->tombstones.items[i].customer_id, id))
            return &identities->tombstones.items[i];
    }
    return NULL;
}

static struct fake_departed *departed_of(const struct fake_identities *identities, struct span id)
{
    for (size_t i = 0; i < identities->departed.count; i++) {
        if (span_equal(identities->departed.items[i].customer_id, id))
            return &identities->departed.items[i];
    }
    return NULL;
}

static bool is_among(struct span id, const struct span *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (span_equal(ids[i], id))
            return true;
    }
    return false;
}

// As of whom nothing is known.
static void tell_nobody(struct standing told[TRANSITION_KIND_COUNT])
{
    struct customer nobody;
    customer_init(&nobody);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        told[kind] = standing_of(&nobody, (enum transition_kind)kind);
}

// ------------------------------------------------------------------------------------------------ reading

// Events stand in their order.
static instant recorded_at(const struct fake_database *database, struct span id)
{
    bool found;
    size_t place = fake_place(&database->tables, id, &found);
    const struct fake_customer *customer = found ? database->tables.customers.items[place] : NULL;
    if (!customer || customer->row.version > 0 || customer->event_count == 0)
        return INSTANT_NONE;
    return customer->events[customer->event_count - 1].event.time;
}

int fake_do_resolve(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                    struct identity_row *rows, int64_t *epoch)
{
    const struct fake_identities *identities = &database->tables.identities;
    *epoch = identities->epoch;
    for (size_t i = 0; i < count; i++) {
        const struct fake_departed *departed = departed_of(identities, ids[i]);
        const struct fake_tombstone *tombstone = tombstone_of(identities, ids[i]);
        rows[i] = (struct identity_row){.id = arena_copy(arena, ids[i]),
                                        .customer = arena_copy(arena, meant_by(identities, ids[i]))};
        rows[i].recorded_at = recorded_at(database, rows[i].customer);
        tell_nobody(rows[i].told);
        if (departed) {
            memcpy(rows[i].messages, departed->messages, sizeof rows[i].messages);
            memcpy(rows[i].told, departed->told, sizeof rows[i].told);
            rows[i].merged = departed->merged;
            rows[i].unmerged = departed->unmerged;
            rows[i].home = departed->home;
        }
        if (tombstone) {
            rows[i].erased = tombstone->stands;
            rows[i].erasures = tombstone->times;
        }
    }
    return STORE_OK;
}

static int compare_ids(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

int fake_do_merged_into(struct fake_database *database, struct span id, struct arena *arena, struct span **ids,
                        size_t *count)
{
    const struct fake_identities *identities = &database->tables.identities;
    *count = 0;
    *ids = arena_take(arena, (identities->aliases.count + 1) * sizeof **ids);
    if (!*ids)
        abort();
    for (size_t i = 0; i < identities->aliases.count; i++) {
        struct span led = identities->aliases.items[i].customer_id;
        if (leads_to(identities, led, id))
            (*ids)[(*count)++] = arena_copy(arena, led);
    }
    qsort(*ids, *count, sizeof **ids, compare_ids);
    return STORE_OK;
}

const struct fake_alias *fake_alias(struct fake_database *database, const char *id)
{
    return alias_of(&database->tables.identities, span_text(id));
}

bool fake_erased(struct fake_database *database, const char *id)
{
    const struct fake_tombstone *tombstone = tombstone_of(&database->tables.identities, span_text(id));
    return tombstone && tombstone->stands;
}

// ----------------------------------------------------------------------------------------------- changing

static struct fake_departed *departed(struct fake_transaction *transaction, struct span id, int32_t home)
{
    struct fake_departed *found = departed_of(&transaction->identities, id);
    if (!found) {
        found = vector_push(&transaction->identities.departed);
        *found = (struct fake_departed){.customer_id = fake_text(transaction->database, id), .home = home};
        tell_nobody(found->told);
    }
    return found;
}

void fake_depart(struct fake_customer *customer)
{
    customer->row = (struct customer_row){.id = customer->row.id, .wake_at = INSTANT_NEVER, .fold_at = INSTANT_NEVER,
                                          .quiet_until = INSTANT_NONE};
    customer_init(&customer->row.state);
}

int fake_check_epoch(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    const struct fake_identities *now = &transaction->database->tables.identities;
    int64_t epoch = write->identity ? write->identity->epoch : write->epoch;
    if ((write->identity || epoch != EPOCH_ANY) && epoch != now->epoch)
        return STORE_CONFLICT;
    transaction->has_identities = write->identity || write->delete_customer_count > 0;
    if (!transaction->has_identities)
        return STORE_OK;
    fake_identities_copy(&transaction->identities, now);
    transaction->identities.epoch++; // also where somebody departs by himself
    return STORE_OK;
}

static int delete_customers(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->delete_customer_count; i++) {
        const struct customer_row *gone = &transaction->write->delete_customers[i];
        struct fake_customer *customer = fake_touch(transaction, gone->id);
        if (!customer || customer->row.version == 0 || customer->row.version != gone->version)
            return STORE_CONFLICT;
        struct fake_departed *kept = departed(transaction, gone->id, gone->home);
        memcpy(kept->messages, gone->messages, sizeof gone->messages);
        for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
            kept->told[kind] = standing_of(&gone->state, (enum transition_kind)kind);
        fake_depart(customer);
    }
    return STORE_OK;
}

static bool is_written(const struct fake_transaction *transaction, struct span id)
{
    for (size_t i = 0; i < transaction->write->customer_count; i++) {
        if (span_equal(transaction->write->customers[i].id, id))
            return true;
    }
    return false;
}

// Of whom the write says nothing there must be no customer.
static bool is_absent(struct fake_transaction *transaction, struct span id)
{
    const struct fake_customer *customer = fake_touch(transaction, id);
    return !customer || customer->row.version == 0;
}

static int merge(struct fake_transaction *transaction, const struct identity_change *change)
{
    struct fake_identities *identities = &transaction->identities;
    if (alias_of(identities, change->from) || alias_of(identities, change->to) ||
        span_equal(change->from, change->to))
        return fault(STATUS_BROKEN, "a merge of what is an alias already, or into itself");
    if (!is_absent(transaction, change->from))
        return STORE_CONFLICT;
    struct fake_customer *from = fake_touch(transaction, change->from);
    if (from) {
        struct fake_customer *to = fake_touch_any(transaction, change->to);
        for (size_t i = 0; i < from->event_count; i++) {
            struct fake_event moved = from->events[i];
            if (fake_changes_ids(&moved.event) && !moved.winner.data)
                moved.winner = from->row.id;
            if (moved.winner.data && span_equal(moved.winner, change->to))
                moved.winner = SPAN_NONE;
            if (fake_put_event(to, &moved) != STORE_OK)
                return fake_repeated("timeline row", change->to);
        }
        from->event_count = 0;
        fake_forget_rows(from);
    }
    *vector_push(&identities->aliases) = (struct fake_alias){fake_text(transaction->database, change->from),
                                                             fake_text(transaction->database, change->to), change->at};
    departed(transaction, change->subject, change->home)->merged++;
    return STORE_OK;
}

static bool goes_back(const struct identity_change *change, const struct fake_event *event)
{
    if (fake_changes_ids(&event->event))
        return event->winner.data && is_among(event->winner, change->ids, change->id_count);
    return is_among(event->event.subject, change->ids, change->id_count);
}

static int unmerge(struct fake_transaction *transaction, const struct identity_change *change)
{
    struct fake_identities *identities = &transaction->identities;
    const struct fake_alias *alias = alias_of(identities, change->to);
    if (!alias || (!is_written(transaction, change->from) && !is_absent(transaction, change->from)))
        return STORE_CONFLICT;
    struct fake_customer *from = fake_touch(transaction, change->from);
    size_t kept = 0;
    for (size_t i = 0; from && i < from->event_count; i++) {
        struct fake_event *event = &from->events[i];
        if (!goes_back(change, event)) {
            from->events[kept++] = *event;
            continue;
        }
        if (event->winner.data && span_equal(event->winner, change->to))
            event->winner = SPAN_NONE;
        if (fake_put_event(fake_touch_any(transaction, change->to), event) != STORE_OK)
            return fake_repeated("timeline row", change->to);
    }
    if (from)
        from->event_count = kept;
    FAKE_REMOVE(identities->aliases.items, identities->aliases.count, (size_t)(alias - identities->aliases.items));
    departed(transaction, change->subject, change->home)->unmerged++;
    return STORE_OK;
}

// Only the places of released messages stay: somebody may be sending those beside them.
static void erase_customer(struct fake_transaction *transaction, struct fake_customer *customer)
{
    for (size_t i = 0; i < customer->outbox_count; i++) {
        if (!customer->outbox[i].released)
            continue;
        struct outbox_row *place = vector_push(&transaction->identities.voids);
        *place = customer->outbox[i];
        place->is_void = true;
        place->customer_id = place->source = place->event_id = place->payload = SPAN_NONE;
        memset(place->reminder_id, 0, sizeof place->reminder_id);
    }
    fake_forget_rows(customer);
    customer->event_count = customer->reminder_count = customer->notice_count = customer->outbox_count = 0;
    fake_depart(customer);
}

static void bury(struct fake_transaction *transaction, struct span id, int32_t home)
{
    struct fake_identities *identities = &transaction->identities;
    const struct fake_alias *alias = alias_of(identities, id);
    if (alias)
        FAKE_REMOVE(identities->aliases.items, identities->aliases.count, (size_t)(alias - identities->aliases.items));
    struct fake_tombstone *tombstone = tombstone_of(identities, id);
    if (!tombstone) {
        tombstone = vector_push(&identities->tombstones);
        *tombstone = (struct fake_tombstone){.customer_id = fake_text(transaction->database, id)};
    }
    tombstone->times++;
    tombstone->stands = true;
    const struct fake_departed *counts = departed_of(identities, id);
    tombstone->home = counts ? counts->home : home;
    if (!counts)
        return;
    memcpy(tombstone->messages, counts->messages, sizeof tombstone->messages);
    tombstone->merged = counts->merged;
    tombstone->unmerged = counts->unmerged;
    FAKE_REMOVE(identities->departed.items, identities->departed.count,
                (size_t)(counts - identities->departed.items));
}

struct span fake_veil(struct arena *arena, const struct event *event)
{
    char text[64];
    int size = snprintf(text, sizeof text, "{\"%s\":\"%016llx\"}",
                        event->type == TYPE_CUSTOMER_MERGED ? "into" : "customer",
                        (unsigned long long)XXH3_64bits(event->data.data, event->data.size));
    return arena_copy(arena, span_of(text, (size_t)size));
}

static bool is_of(const struct fake_event *event, const struct identity_change *change)
{
    return fake_changes_ids(&event->event) && is_among(event->event.subject, change->ids, change->id_count);
}

static bool names_one(const struct fake_event *event, const struct identity_change *change)
{
    return event->names.data && is_among(event->names, change->ids, change->id_count);
}

// Merges and unmerges that stand with somebody else.
static void erase_changes(struct fake_transaction *transaction, struct span id, const struct identity_change *change)
{
    struct fake_customer *customer = fake_touch(transaction, id);
    size_t kept = 0;
    for (size_t i = 0; i < customer->event_count; i++) {
        struct fake_event *event = &customer->events[i];
        if (is_of(event, change))
            continue;
        if (names_one(event, change)) {
            event->event.data = fake_veil(&transaction->database->texts, &event->event);
            event->names = SPAN_NONE;
        }
        customer->events[kept++] = *event;
    }
    bool marks = kept < customer->event_count && customer->row.version > 0;
    customer->event_count = kept;
    if (!marks)
        return;
    customer->row.version++;
    if (customer->row.fold_at == INSTANT_NEVER)
        customer->row.fold_at = customer->row.state.as_of;
}

static void erase_with_others(struct fake_transaction *transaction, const struct identity_change *change)
{
    const struct fake_tables *tables = &transaction->database->tables;
    for (size_t i = 0; i < tables->customers.count; i++) {
        const struct fake_customer *customer = tables->customers.items[i];
        bool touched = false;
        for (size_t k = 0; k < customer->event_count; k++)
            touched |= is_of(&customer->events[k], change) || names_one(&customer->events[k], change);
        if (touched && !is_among(customer->row.id, change->ids, change->id_count))
            erase_changes(transaction, customer->row.id, change);
    }
}

static int erase(struct fake_transaction *transaction, const struct identity_change *change)
{
    for (size_t i = 0; i < change->id_count; i++) {
        if (!is_written(transaction, change->ids[i]) && !is_absent(transaction, change->ids[i]))
            return STORE_CONFLICT;
    }
    for (size_t i = 0; i < change->id_count; i++) {
        struct fake_customer *customer = fake_touch(transaction, change->ids[i]);
        if (customer)
            erase_customer(transaction, customer);
        bury(transaction, change->ids[i], change->home);
    }
    erase_with_others(transaction, change);
    return STORE_OK;
}

static int readmit(struct fake_transaction *transaction, const struct identity_change *change)
{
    struct fake_tombstone *tombstone = tombstone_of(&transaction->identities, change->subject);
    if (!tombstone || !tombstone->stands)
        return STORE_CONFLICT;
    tombstone->stands = false;
    struct fake_departed *counts = departed(transaction, change->subject, tombstone->home);
    memcpy(counts->messages, tombstone->messages, sizeof counts->messages);
    counts->merged = tombstone->merged;
    counts->unmerged = tombstone->unmerged;
    return STORE_OK;
}

int fake_change_identities(struct fake_transaction *transaction)
{
    static int (*const changes[])(struct fake_transaction *, const struct identity_change *) = {
        [IDENTITY_MERGE] = merge, [IDENTITY_UNMERGE] = unmerge, [IDENTITY_ERASE] = erase, [IDENTITY_READMIT] = readmit};
    const struct identity_change *change = transaction->write->identity;
    int outcome = delete_customers(transaction);
    return outcome == STORE_OK && change ? changes[change->kind](transaction, change) : outcome;
}

static bool has_held_rows(const struct fake_customer *customer)
{
    for (size_t i = 0; i < customer->notice_count; i++) {
        if (customer->notices[i].state == NOTICE_HELD)
            return true;
    }
    for (size_t i = 0; i < customer->outbox_count; i++) {
        if (!customer->outbox[i].released)
            return true;
    }
    return false;
}

// Nothing would ever change or send such rows any more.
int fake_check_departed(const struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->touched.count; i++) {
        const struct fake_customer *customer = transaction->touched.items[i];
        if (customer->row.version > 0)
            continue;
        bool open = false;
        for (size_t k = 0; k < customer->reminder_count; k++)
            open |= customer->reminders[k].status == REMINDER_OPEN;
        if (open || has_held_rows(customer) || customer->transition_count || customer->promise_count ||
            customer->objection_count || customer->has_profile)
            return fault(STATUS_BROKEN, "%.*s is no customer any more and keeps rows of one",
                         (int)customer->row.id.size, customer->row.id.data);
    }
    return STORE_OK;
}

static void forget_quarantined(struct fake_database *database, const struct identity_change *change)
{
    for (size_t i = 0; i < database->tables.quarantine.count; i++) {
        struct fake_quarantine *kept = &database->tables.quarantine.items[i];
        struct quarantine_row *row = &kept->row;
        if (!is_among(row->subject, change->ids, change->id_count) &&
            !is_among(row->key, change->ids, change->id_count))
            continue;
        row->key = row->value = row->headers = row->source = row->event_id = row->subject = SPAN_NONE;
        row->detail = span_text("");
        kept->held = false;
    }
}

void fake_commit_identities(struct fake_transaction *transaction)
{
    struct fake_database *database = transaction->database;
    const struct identity_change *change = transaction->write->identity;
    if (!transaction->has_identities)
        return;
    fake_identities_free(&database->tables.identities);
    database->tables.identities = transaction->identities;
    transaction->identities = (struct fake_identities){0};
    if (change && change->kind == IDENTITY_ERASE)
        forget_quarantined(database, change);
}
