// The rows that the model makes beside a customer's own: transitions, promises, objections, the profile.
#include "base/status.h"
#include "fakes/database.h"

void fake_forget_rows(struct fake_customer *customer)
{
    customer->transition_count = customer->promise_count = customer->objection_count = 0;
    customer->has_profile = false;
}

static int put_transition(struct fake_database *database, struct fake_customer *customer,
                          const struct transition_row *row)
{
    size_t place = 0;
    for (; place < customer->transition_count; place++) {
        const struct transition *other = &customer->transitions[place].transition;
        if (other->kind == row->transition.kind && other->n == row->transition.n)
            return fake_repeated("transition", row->customer_id);
        if (other->kind > row->transition.kind || (other->kind == row->transition.kind && other->n > row->transition.n))
            break;
    }
    struct transition_row *kept = FAKE_INSERT(customer->transitions, customer->transition_count, place);
    *kept = *row;
    kept->customer_id = customer->row.id;
    kept->source = fake_text(database, row->source);
    kept->event_id = fake_text(database, row->event_id);
    return STORE_OK;
}

static size_t promise_place(const struct fake_customer *customer, struct span id, bool *found)
{
    size_t place = 0;
    while (place < customer->promise_count && span_compare(customer->promises[place].id, id) < 0)
        place++;
    *found = place < customer->promise_count && span_equal(customer->promises[place].id, id);
    return place;
}

static void put_promise(struct fake_database *database, struct fake_customer *customer, const struct promise *promise)
{
    bool found;
    size_t place = promise_place(customer, promise->id, &found);
    if (!found)
        FAKE_INSERT(customer->promises, customer->promise_count, place)->id = fake_text(database, promise->id);
    struct promise *kept = &customer->promises[place];
    struct span id = kept->id, about = promise->about.data ? fake_text(database, promise->about) : kept->about;
    *kept = *promise;
    kept->id = id;
    kept->about = about;
}

static void put_objection(struct fake_customer *customer, const struct objection_row *row)
{
    size_t place = 0;
    for (; place < customer->objection_count; place++) {
        struct objection_row *other = &customer->objections[place];
        if (other->kind == row->kind && other->cause == row->cause && other->raised_at == row->raised_at) {
            other->resolved_at = row->resolved_at;
            return;
        }
        if (other->raised_at > row->raised_at)
            break;
    }
    struct objection_row *kept = FAKE_INSERT(customer->objections, customer->objection_count, place);
    *kept = *row;
    kept->customer_id = customer->row.id;
}

static void put_profile(struct fake_database *database, struct fake_customer *customer, const struct profile_row *row)
{
    customer->has_profile = true;
    customer->profile = (struct profile_row){
        .customer_id = customer->row.id, .owner = fake_text(database, row->owner),
        .manager = fake_text(database, row->manager), .name = fake_text(database, row->name),
        .channel = fake_text(database, row->channel)};
}

int fake_write_rows(struct fake_transaction *transaction)
{
    struct fake_database *database = transaction->database;
    const struct store_write *write = transaction->write;
    struct fake_customer *customer;
    int outcome = STORE_OK;
    for (size_t i = 0; i < write->forget_count; i++) {
        if ((customer = fake_touch(transaction, write->forget[i])))
            fake_forget_rows(customer);
    }
    for (size_t i = 0; i < write->delete_transition_count; i++) {
        const struct transition *from = &write->delete_transitions[i].transition;
        customer = fake_touch(transaction, write->delete_transitions[i].customer_id);
        for (size_t k = customer ? customer->transition_count : 0; k-- > 0;) {
            if (customer->transitions[k].transition.kind == from->kind && customer->transitions[k].transition.n >= from->n)
                FAKE_REMOVE(customer->transitions, customer->transition_count, k);
        }
    }
    for (size_t i = 0; i < write->transition_count && outcome == STORE_OK; i++) {
        if (!(customer = fake_touch(transaction, write->transitions[i].customer_id)))
            return fault(STATUS_BROKEN, "a transition without its customer");
        if (write->transitions[i].message && (outcome = fake_put_told(transaction, &write->transitions[i])) != STORE_OK)
            return outcome;
        struct transition_row step = write->transitions[i]; // of a walk one row a step: tests read them so
        const struct transition walk = step.transition;
        for (int k = 0; k < transition_steps(&walk) && outcome == STORE_OK; k++) {
            step.transition = transition_step(&walk, k);
            outcome = put_transition(database, customer, &step);
        }
    }
    for (size_t i = 0; i < write->promise_count; i++) {
        if (!(customer = fake_touch(transaction, write->promises[i].customer_id)))
            return fault(STATUS_BROKEN, "a promise without its customer");
        put_promise(database, customer, &write->promises[i].promise);
    }
    for (size_t i = 0; i < write->objection_count; i++) {
        if (!(customer = fake_touch(transaction, write->objections[i].customer_id)))
            return fault(STATUS_BROKEN, "an objection without its customer");
        put_objection(customer, &write->objections[i]);
    }
    for (size_t i = 0; i < write->profile_count; i++) {
        if (!(customer = fake_touch(transaction, write->profiles[i].customer_id)))
            return fault(STATUS_BROKEN, "a profile without its customer");
        put_profile(database, customer, &write->profiles[i]);
    }
    return outcome;
}

int fake_do_promises(struct fake_database *database, const struct span *customer_ids, const struct span *promise_ids,
                     size_t count, struct arena *arena, struct promise *rows)
{
    for (size_t i = 0; i < count; i++) {
        bool found;
        size_t place = fake_place(&database->tables, customer_ids[i], &found);
        const struct fake_customer *customer = found ? database->tables.customers.items[place] : NULL;
        rows[i] = (struct promise){.id = promise_ids[i], .state = PROMISE_UNKNOWN};
        size_t at = customer ? promise_place(customer, promise_ids[i], &found) : 0;
        if (customer && found) {
            rows[i] = customer->promises[at];
            rows[i].id = arena_copy(arena, rows[i].id);
            rows[i].about = arena_copy(arena, rows[i].about);
        }
    }
    return STORE_OK;
}

const struct promise *fake_promise(const struct fake_customer *customer, const char *id)
{
    bool found;
    size_t place = promise_place(customer, span_text(id), &found);
    return found ? &customer->promises[place] : NULL;
}

const struct transition_row *fake_transition(const struct fake_customer *customer, enum transition_kind kind, int32_t n)
{
    for (size_t i = 0; i < customer->transition_count; i++) {
        const struct transition *transition = &customer->transitions[i].transition;
        if (transition->kind == kind && transition->n == n)
            return &customer->transitions[i];
    }
    return NULL;
}
