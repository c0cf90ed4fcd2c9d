// The batch: guards first, then what it puts in, on copies of the customers; at the end the copies replace
// the originals, or nothing does.
#include "base/status.h"
#include "fakes/database.h"

// The copy of a customer in this transaction, taken when there is none yet; NULL: no such customer.
struct fake_customer *fake_touch(struct fake_transaction *transaction, struct span id)
{
    for (size_t i = 0; i < transaction->touched.count; i++) {
        if (span_equal(transaction->touched.items[i]->row.id, id))
            return transaction->touched.items[i];
    }
    bool found;
    size_t place = fake_place(&transaction->database->tables, id, &found);
    if (!found)
        return NULL;
    struct fake_customer *copy = fake_customer_copy(transaction->database->tables.customers.items[place]);
    struct fake_customer **kept = vector_push(&transaction->touched);
    if (!kept)
        abort();
    return *kept = copy;
}

static int check_lanes(const struct fake_transaction *transaction)
{
    const struct fake_tables *tables = &transaction->database->tables;
    for (size_t i = 0; i < transaction->write->lane_count; i++) {
        const struct lane_advance *advance = &transaction->write->lanes[i];
        if (advance->lane_id < 1 || (size_t)advance->lane_id > tables->lanes.count)
            return STORE_FENCED;
        const struct lane_row *row = &tables->lanes.items[advance->lane_id - 1].row;
        if (row->epoch != advance->epoch || row->next_offset != advance->from_offset)
            return STORE_FENCED;
    }
    return STORE_OK;
}

static void move_lanes(struct fake_transaction *transaction)
{
    struct fake_database *database = transaction->database;
    for (size_t i = 0; i < transaction->write->lane_count; i++) {
        const struct lane_advance *advance = &transaction->write->lanes[i];
        struct fake_lane *lane = &database->tables.lanes.items[advance->lane_id - 1];
        lane->row.next_offset = advance->next_offset;
        lane->row.anchor_offset = advance->anchor_offset;
        lane->row.anchor = advance->anchor;
        lane->row.lane_time = instant_later(lane->row.lane_time, advance->lane_time);
        lane->heartbeat_at = database->wall;
        if (advance->end_offset >= 0)
            lane->end_offset = advance->end_offset;
    }
}

static int put_customers(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    for (size_t i = 0; i < write->customer_count; i++) {
        const struct customer_row *row = &write->customers[i];
        if (i > 0 && span_compare(write->customers[i - 1].id, row->id) >= 0)
            return fault(STATUS_BROKEN, "customers of a write are not sorted and unique");
        struct fake_customer *customer = fake_touch(transaction, row->id);
        if ((customer ? customer->row.version : 0) != row->version)
            return STORE_CONFLICT;
        if (!customer) {
            customer = fake_customer_copy(NULL);
            customer->row.id = fake_text(transaction->database, row->id);
            customer->row.home = row->home;
            *vector_push(&transaction->touched) = customer;
        }
        struct span id = customer->row.id;
        int32_t home = customer->row.home;
        customer->row = *row;
        customer->row.id = id;
        customer->row.home = home;
        customer->row.version++;
        customer->row.state.last_event = NULL;
    }
    return STORE_OK;
}

static bool is_poison(const struct fake_transaction *transaction, struct span event_id, bool quarantine)
{
    const struct fake_database *database = transaction->database;
    for (size_t i = 0; i < database->poison_count; i++) {
        if (span_equal(span_text(database->poisons[i].id), event_id) && (!quarantine || database->poisons[i].quarantine))
            return true;
    }
    return false;
}

static struct event keep_event(struct fake_database *database, const struct event *event)
{
    struct event kept = *event;
    kept.subject = fake_text(database, event->subject);
    kept.source = fake_text(database, event->source);
    kept.id = fake_text(database, event->id);
    kept.data = fake_text(database, event->data);
    kept.ref = kept.text = SPAN_NONE;
    kept.profile = NULL;
    return kept;
}

static int put_timeline(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    for (size_t i = 0; i < write->timeline_count; i++) {
        const struct timeline_row *row = &write->timeline[i];
        struct fake_customer *customer = fake_touch(transaction, row->customer_id);
        if (is_poison(transaction, row->event->id, false))
            return STORE_POISON;
        if (!customer)
            return fault(STATUS_BROKEN, "a timeline row without its customer");
        size_t place = 0;
        for (size_t k = 0; k < customer->event_count; k++) {
            const struct event *other = &customer->events[k].event;
            if (span_equal(other->source, row->event->source) && span_equal(other->id, row->event->id))
                return STORE_DUPLICATE;
            if (event_compare(other, row->event) < 0)
                place = k + 1;
        }
        struct fake_event *kept = FAKE_INSERT(customer->events, customer->event_count, place);
        *kept = (struct fake_event){.event = keep_event(transaction->database, row->event), .points = row->points,
                                    .has_amount = row->has_amount, .lane_id = row->lane_id, .offset = row->offset};
    }
    return STORE_OK;
}

static int correct_points(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->points_count; i++) {
        const struct timeline_row *row = &transaction->write->points[i];
        struct fake_customer *customer = fake_touch(transaction, row->customer_id);
        struct fake_event *found = NULL;
        for (size_t k = 0; customer && k < customer->event_count; k++) {
            if (span_equal(customer->events[k].event.source, row->event->source) &&
                span_equal(customer->events[k].event.id, row->event->id))
                found = &customer->events[k];
        }
        if (!found)
            return STORE_CONFLICT;
        found->points = row->points;
    }
    return STORE_OK;
}

static int put_level_changes(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    for (size_t i = 0; i < write->forget_level_change_count; i++) {
        struct fake_customer *customer = fake_touch(transaction, write->forget_level_changes[i]);
        if (customer)
            customer->level_change_count = 0;
    }
    for (size_t i = 0; i < write->level_change_count; i++) {
        const struct level_change_row *row = &write->level_changes[i];
        struct fake_customer *customer = fake_touch(transaction, row->customer_id);
        if (!customer)
            return fault(STATUS_BROKEN, "a level change without its customer");
        size_t count = customer->level_change_count;
        if (count > 0 && customer->level_changes[count - 1].n >= row->n)
            return fake_repeated("level change", row->customer_id);
        struct level_change_row *kept = FAKE_INSERT(customer->level_changes, customer->level_change_count, count);
        *kept = *row;
        kept->customer_id = customer->row.id;
        kept->source = fake_text(transaction->database, row->source);
        kept->event_id = fake_text(transaction->database, row->event_id);
    }
    return STORE_OK;
}

static int settle_quarantine(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->settle_count; i++) {
        const struct quarantine_settle *settle = &transaction->write->settle[i];
        const struct fake_tables *tables = &transaction->database->tables;
        if (settle->quarantine_id < 1 || (size_t)settle->quarantine_id > tables->quarantine.count ||
            !tables->quarantine.items[settle->quarantine_id - 1].held)
            return STORE_CONFLICT;
    }
    for (size_t i = 0; i < transaction->write->quarantine_count; i++) {
        const struct quarantine_row *row = &transaction->write->quarantine[i];
        if (row->event_id.data && is_poison(transaction, row->event_id, true))
            return STORE_POISON;
    }
    return STORE_OK;
}

static void put_quarantine(struct fake_transaction *transaction)
{
    struct fake_database *database = transaction->database;
    const struct store_write *write = transaction->write;
    for (size_t i = 0; i < write->settle_count; i++) {
        struct fake_quarantine *row = &database->tables.quarantine.items[write->settle[i].quarantine_id - 1];
        row->held = false;
        row->applied = write->settle[i].applied;
    }
    for (size_t i = 0; i < write->quarantine_count; i++) {
        struct fake_quarantine *kept = vector_push(&database->tables.quarantine);
        kept->held = true;
        kept->row = write->quarantine[i];
        struct span topic = span_of(kept->row.topic, strlen(kept->row.topic) + 1);
        kept->row.topic = fake_text(database, topic).data;
        struct span *const texts[] = {&kept->row.detail, &kept->row.key, &kept->row.value, &kept->row.headers,
                                      &kept->row.source, &kept->row.event_id, &kept->row.type, &kept->row.subject};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            *texts[k] = fake_text(database, *texts[k]);
    }
}

static void commit(struct fake_transaction *transaction)
{
    struct fake_database *database = transaction->database;
    fake_remember(database, transaction->write->durable);
    move_lanes(transaction);
    put_quarantine(transaction);
    for (size_t i = 0; i < transaction->touched.count; i++) {
        struct fake_customer *customer = transaction->touched.items[i];
        bool found;
        size_t place = fake_place(&database->tables, customer->row.id, &found);
        if (found) {
            fake_customer_release(database->tables.customers.items[place]);
        } else {
            if (!vector_push(&database->tables.customers))
                abort();
            struct fake_customer **items = database->tables.customers.items;
            memmove(items + place + 1, items + place, (database->tables.customers.count - 1 - place) * sizeof *items);
        }
        database->tables.customers.items[place] = customer;
    }
    database->next_seq = transaction->next_seq;
    transaction->touched.count = 0;
}

int fake_do_write(struct fake_database *database, const struct store_write *write)
{
    struct fake_transaction transaction = {.database = database, .write = write, .next_seq = database->next_seq};
    int outcome = check_lanes(&transaction);
    if (outcome == STORE_OK)
        outcome = settle_quarantine(&transaction);
    if (outcome == STORE_OK)
        outcome = put_customers(&transaction);
    if (outcome == STORE_OK)
        outcome = fake_write_follow_ups(&transaction);
    if (outcome == STORE_OK)
        outcome = correct_points(&transaction);
    if (outcome == STORE_OK)
        outcome = put_timeline(&transaction);
    if (outcome == STORE_OK)
        outcome = put_level_changes(&transaction);
    if (outcome == STORE_OK)
        commit(&transaction);
    for (size_t i = 0; i < transaction.touched.count; i++)
        fake_customer_release(transaction.touched.items[i]);
    vector_free(&transaction.touched);
    return outcome;
}
