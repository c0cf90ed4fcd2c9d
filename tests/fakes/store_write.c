// The batch: guards first, then what it puts in, on copies of the customers; at the end the copies replace
// the originals, or nothing does.
#include "base/status.h"
#include "fakes/database.h"

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

struct fake_customer *fake_touch_any(struct fake_transaction *transaction, struct span id)
{
    struct fake_customer *customer = fake_touch(transaction, id);
    if (customer)
        return customer;
    customer = fake_customer_copy(NULL);
    customer->row.id = fake_text(transaction->database, id);
    fake_depart(customer);
    return *vector_push(&transaction->touched) = customer;
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
        struct fake_customer *customer = fake_touch_any(transaction, row->id);
        if (customer->row.version != row->version)
            return STORE_CONFLICT;
        if (row->state.book)
            return fault(STATUS_BROKEN, "a customer is written that is still at hand");
        struct span id = customer->row.id, book = customer->row.book;
        int32_t home = row->version > 0 ? customer->row.home : row->home;
        customer->row = *row;
        customer->row.id = id;
        customer->row.book = span_equal(book, row->book) ? book : fake_text(transaction->database, row->book);
        customer->row.home = home;
        customer->row.version = customer_next_version(row->version, write->epoch);
        customer->row.state.last_event = NULL;
    }
    return STORE_OK;
}

static int put_marks(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    const struct marks *marks = write->marks;
    for (size_t i = 0; marks && i < marks->count; i++) {
        const struct mark_row *mark = &marks->rows[i];
        if (i > 0 && span_compare(marks->rows[i - 1].customer_id, mark->customer_id) >= 0)
            return fault(STATUS_BROKEN, "marked customers of a write are not sorted and unique");
        struct fake_customer *customer = fake_touch_any(transaction, mark->customer_id);
        struct customer_row *row = &customer->row;
        bool unknown = row->version == 0;
        if (unknown) {
            *row = customer_row_unknown(row->id, marks->home);
            row->policy = marks->policy;
        }
        row->version = customer_next_version(row->version, write->epoch);
        if (row->fold_at == INSTANT_NEVER)
            row->fold_at = unknown ? mark->since : row->state.as_of;
        row->quiet_until = instant_later(row->quiet_until, marks->quiet_until);
        if (marks->brought > row->brought)
            row->brought = (uint8_t)marks->brought;
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
    kept.promise = NULL;
    return kept;
}

static bool same_identity(const struct event *a, const struct event *b)
{
    return span_equal(a->source, b->source) && span_equal(a->id, b->id) && span_equal(a->subject, b->subject);
}

int fake_put_event(struct fake_customer *customer, const struct fake_event *event)
{
    size_t place = 0;
    for (size_t i = 0; i < customer->event_count; i++) {
        const struct event *other = &customer->events[i].event;
        if (same_identity(other, &event->event))
            return STORE_DUPLICATE;
        if (event_compare(other, &event->event) < 0)
            place = i + 1;
    }
    *FAKE_INSERT(customer->events, customer->event_count, place) = *event;
    return STORE_OK;
}

static int put_timeline(struct fake_transaction *transaction)
{
    const struct store_write *write = transaction->write;
    int outcome = STORE_OK;
    for (size_t i = 0; i < write->timeline_count && outcome == STORE_OK; i++) {
        const struct timeline_row *row = &write->timeline[i];
        struct fake_customer *customer = fake_touch_any(transaction, row->customer_id);
        if (is_poison(transaction, row->event->id, false))
            return STORE_POISON;
        if (customer->row.version == 0 && !write->identity) // a merge of strangers stands there before they are known
            return fault(STATUS_BROKEN, "a timeline row without its customer");
        struct span names = fake_changes_ids(row->event) ? fake_text(transaction->database, row->event->ref) : SPAN_NONE;
        const struct fake_event kept = {.event = keep_event(transaction->database, row->event), .points = row->points,
                                        .names = names, .winner = fake_text(transaction->database, row->winner),
                                        .has_amount = row->has_amount, .lane_id = row->lane_id, .offset = row->offset};
        outcome = fake_put_event(customer, &kept);
    }
    return outcome;
}

static int correct_points(struct fake_transaction *transaction)
{
    for (size_t i = 0; i < transaction->write->points_count; i++) {
        const struct timeline_row *row = &transaction->write->points[i];
        struct fake_customer *customer = fake_touch(transaction, row->customer_id);
        struct fake_event *found = NULL;
        for (size_t k = 0; customer && k < customer->event_count; k++) {
            if (same_identity(&customer->events[k].event, row->event))
                found = &customer->events[k];
        }
        if (!found)
            return STORE_CONFLICT;
        found->points = row->points;
        found->has_amount = row->has_amount;
        found->event.amount = row->event->amount;
        found->event.side = row->event->side;
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
        kept->held = !write->quarantine[i].discarded;
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
    fake_commit_identities(transaction);
    put_quarantine(transaction);
    for (size_t i = 0; i < transaction->touched.count; i++)
        fake_replace(&database->tables, transaction->touched.items[i]);
    database->next_seq = transaction->next_seq;
    transaction->touched.count = 0;
}

int fake_do_write(struct fake_database *database, uint64_t policy, const struct store_write *write)
{
    struct fake_transaction transaction = {.database = database, .write = write, .next_seq = database->next_seq};
    int outcome = fake_check_epoch(&transaction);
    if (outcome == STORE_OK)
        outcome = fake_check_policy(database, policy, write);
    if (outcome == STORE_OK)
        outcome = check_lanes(&transaction);
    if (outcome == STORE_OK)
        outcome = settle_quarantine(&transaction);
    if (outcome == STORE_OK)
        outcome = put_marks(&transaction);
    if (outcome == STORE_OK)
        outcome = put_customers(&transaction);
    if (outcome == STORE_OK)
        outcome = fake_change_identities(&transaction);
    if (outcome == STORE_OK)
        outcome = fake_write_follow_ups(&transaction);
    if (outcome == STORE_OK)
        outcome = correct_points(&transaction);
    if (outcome == STORE_OK)
        outcome = put_timeline(&transaction);
    if (outcome == STORE_OK)
        outcome = fake_write_rows(&transaction);
    if (outcome == STORE_OK)
        outcome = fake_check_departed(&transaction);
    if (outcome == STORE_OK)
        commit(&transaction);
    for (size_t i = 0; i < transaction.touched.count; i++)
        fake_customer_release(transaction.touched.items[i]);
    vector_free(&transaction.touched);
    fake_identities_free(&transaction.identities);
    return outcome;
}
