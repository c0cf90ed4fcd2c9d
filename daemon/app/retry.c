#include "app/retry.h"

#include <stdio.h>

#include "base/status.h"

enum { ATTEMPTS = 12 }; // at a customer that others keep changing

int retrier_init(struct retrier *retrier, const struct policy *policy, struct store *store,
                 instant wall)
{
    *retrier = (struct retrier){.policy = policy, .store = store, .wall = wall};
    arena_init(&retrier->arena, 1 << 16);
    writeset_init(&retrier->set);
    retrier->decoder = decoder_new();
    return retrier->decoder ? 0 : fault(STATUS_NOMEM, "out of memory");
}

void retrier_free(struct retrier *retrier)
{
    decoder_free(retrier->decoder);
    arena_free(&retrier->arena);
    writeset_free(&retrier->set);
}

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while judging a record again");
}

// A reason that shows only beside what is kept already.
static void refuse(struct reject *reject, enum reject_reason reason, const char *detail)
{
    *reject = (struct reject){.reason = reason};
    snprintf(reject->detail, sizeof reject->detail, "%s", detail);
}

static bool add_settle(struct retrier *retrier, const struct retry_row *row, bool applied)
{
    struct quarantine_settle *settle = vector_push(&retrier->set.settle);
    if (settle)
        *settle =
            (struct quarantine_settle){.quarantine_id = row->quarantine_id, .applied = applied};
    return settle != NULL;
}

// Puts the event on its customer's timeline: late, it marks the customer, else it is applied like any other.
static bool add_event(struct retrier *retrier, const struct retry_row *row,
                      const struct event *event, const struct customer_row *loaded)
{
    struct customer_row *customer = vector_push(&retrier->set.customers);
    if (!customer)
        return false;
    *customer = *loaded;
    double points = event_points(retrier->policy, event);
    if (customer_is_late(&customer->state, event->time)) {
        if (customer->fold_at == INSTANT_NEVER)
            customer->fold_at = customer->state.as_of;
    } else {
        struct collector collector;
        collector_begin(&collector, &retrier->set, retrier->policy, customer, true);
        const struct effects effects = collector_effects(&collector);
        if (customer_apply(retrier->policy, &customer->state, customer->id, event, &effects,
                           &points) == EVENT_DROPPED) {
            retrier->set.customers.count--; // ignored, and its customer is unknown
            return true;
        }
        customer_settle(retrier->policy, &customer->state, customer->id, &effects);
        customer_row_derive(retrier->policy, customer, false);
        if (collector.failed)
            return false;
    }
    return writeset_timeline(&retrier->set, event, points, row->lane_id, row->record->offset);
}

static int load(struct retrier *retrier, const struct retry_row *row, const struct event *event,
                struct customer_row *customer)
{
    int outcome = retrier->store->ops->load(retrier->store, &event->subject, 1, customer);
    if (outcome == STORE_OK && customer->version == 0) {
        *customer = (struct customer_row){
            .home = row->lane_id, .wake_at = INSTANT_NEVER, .fold_at = INSTANT_NEVER};
        customer_init(&customer->state);
    }
    customer->id = event->subject;
    return outcome;
}

// One try at a valid event. An outcome of the store, or -1 with `reject`: still refused.
static int attempt(struct retrier *retrier, const struct retry_row *row, const struct event *event,
                   bool *held, struct reject *reject)
{
    struct customer_row customer;
    enum identity identity;
    int outcome = load(retrier, row, event, &customer);
    if (outcome == STORE_OK)
        outcome =
            retrier->store->ops->identify(retrier->store, &event->subject, &event, 1, &identity);
    if (outcome != STORE_OK)
        return outcome;
    *held = identity == IDENTITY_OTHER;
    if (*held) {
        refuse(reject, REJECT_CONFLICT,
               "the same source and id were read before with other content");
        return STORE_OK;
    }
    writeset_clear(&retrier->set);
    if (!add_settle(retrier, row, true) ||
        (identity == IDENTITY_NEW && !add_event(retrier, row, event, &customer)))
        return out_of_memory();
    struct store_write write = writeset_view(&retrier->set);
    return retrier->store->ops->write(retrier->store, &write);
}

static int apply(struct retrier *retrier, const struct retry_row *row, const struct event *event,
                 struct reject *reject)
{
    int outcome = STORE_CONFLICT;
    bool held = false;
    for (int i = 0; i < ATTEMPTS && (outcome == STORE_CONFLICT || outcome == STORE_DUPLICATE); i++)
        outcome = attempt(retrier, row, event, &held, reject);
    if (outcome == STORE_POISON) {
        refuse(reject, REJECT_BAD_DATA, "refused by the database");
        return RETRIED_HELD;
    }
    if (outcome != STORE_OK)
        return outcome > 0 ? RETRY_SHIFT + outcome : outcome;
    return held ? RETRIED_HELD : RETRIED_APPLIED;
}

static int discard(struct retrier *retrier, const struct retry_row *row)
{
    writeset_clear(&retrier->set);
    if (!add_settle(retrier, row, false))
        return out_of_memory();
    struct store_write write = writeset_view(&retrier->set);
    int outcome = retrier->store->ops->write(retrier->store, &write);
    return outcome > 0 ? RETRY_SHIFT + outcome : outcome < 0 ? outcome : RETRIED_DISCARDED;
}

int retry_record(struct retrier *retrier, const struct retry_row *row, struct reject *reject)
{
    struct event event;
    int64_t unknown_marks = 0;
    arena_reset(&retrier->arena);
    int decoded = decode_record(retrier->decoder, retrier->policy, row->record, retrier->wall,
                                &retrier->arena, &event, reject, &unknown_marks);
    if (decoded == DECODED_REJECTED)
        return RETRIED_HELD;
    if (decoded != DECODED_EVENT)
        return decoded < 0 ? decoded : discard(retrier, row);
    if (event.effect == EFFECT_OF_CUSTOMER_MERGED || event.effect == EFFECT_OF_CUSTOMER_UNMERGED ||
        event.effect == EFFECT_OF_CUSTOMER_ERASED) {
        refuse(reject, REJECT_BAD_MERGE,
               "merging and erasing customers is not supported by this version");
        return RETRIED_HELD;
    }
    return apply(retrier, row, &event, reject);
}
