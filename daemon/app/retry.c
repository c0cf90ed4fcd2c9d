#include "app/retry.h"

#include <stdio.h>

#include "app/identity.h"
#include "app/told.h"
#include "base/status.h"
#include "judge.h"

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
    collector_free(&retrier->collector);
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

// Takes an event in that came in order: its customer is changed, or it is dropped with it. An outcome of the store.
static int take_in(struct retrier *retrier, struct event *event, struct customer_row *customer, double *points)
{
    struct promise promise = {.state = PROMISE_UNKNOWN};
    int outcome = STORE_OK;
    if (event_is_about_promise(event) && customer->version > 0)
        outcome = retrier->store->ops->promises(retrier->store, &customer->id, &event->ref, 1, &retrier->arena, &promise);
    if (outcome == STORE_OK)
        outcome = collector_begin(&retrier->collector, &retrier->set, retrier->policy, customer, true);
    if (outcome != STORE_OK)
        return outcome;
    event->promise = promise.state != PROMISE_UNKNOWN ? &promise : NULL;
    const struct effects effects = collector_effects(&retrier->collector);
    enum applied applied =
        customer_apply(retrier->policy, &customer->state, customer->id, event, &effects, points);
    event->promise = NULL;
    if (applied == EVENT_DROPPED) {
        retrier->set.customers.count = 0; // ignored, and its customer is unknown
        return STORE_OK;
    }
    customer_settle(retrier->policy, &customer->state, customer->id, &effects);
    return collector_end(&retrier->collector, INSTANT_NONE) ? STORE_OK : out_of_memory();
}

// Puts the event on its customer's timeline: late, it marks the customer, else it is applied like any other. An
// outcome of the store.
static int add_event(struct retrier *retrier, const struct retry_row *row, struct event *event,
                     const struct customer_row *loaded)
{
    struct customer_row *customer = vector_push(&retrier->set.customers);
    if (!customer)
        return out_of_memory();
    *customer = *loaded;
    double points = event_points(retrier->policy, event);
    if (customer_row_is_late(customer, event->time)) {
        if (customer->fold_at == INSTANT_NEVER)
            customer->fold_at = customer->state.as_of;
    } else {
        int outcome = take_in(retrier, event, customer, &points);
        if (outcome != STORE_OK || retrier->set.customers.count == 0)
            return outcome;
    }
    return writeset_timeline(&retrier->set, event, customer->id, points, row->lane_id, row->record->offset)
               ? STORE_OK
               : out_of_memory();
}

// Who the subject means, as a row. An outcome of the store; *erased: there is a tombstone.
static int load(struct retrier *retrier, const struct retry_row *row, const struct event *event,
                struct customer_row *customer, bool *erased)
{
    struct identity_row meant;
    int outcome = retrier->store->ops->resolve(retrier->store, &event->subject, 1, &retrier->arena, &meant,
                                               &retrier->epoch);
    *erased = outcome == STORE_OK && meant.erased;
    if (outcome == STORE_OK)
        outcome = retrier->store->ops->load(retrier->store, &meant.customer, 1, &retrier->arena, customer);
    if (outcome == STORE_OK && customer->version == 0) {
        *customer = customer_row_unknown(meant.customer, row->lane_id);
        if (event_begins(event))
            told_begin(customer, &meant, retrier->policy, event->time);
    }
    customer->id = meant.customer;
    return outcome;
}

static int write_set(struct retrier *retrier, int64_t epoch)
{
    retrier->set.epoch = epoch;
    struct store_write write = writeset_view(&retrier->set);
    return retrier->store->ops->write(retrier->store, &write);
}

// One try at a valid event. An outcome of the store; *result: what has become of the record.
static int attempt(struct retrier *retrier, const struct retry_row *row, struct event *event, int *result,
                   struct reject *reject)
{
    struct customer_row customer;
    enum identity identity = IDENTITY_NEW;
    const struct event *asked = event;
    bool erased;
    int outcome = load(retrier, row, event, &customer, &erased);
    if (outcome == STORE_OK)
        outcome = retrier->store->ops->identify(retrier->store, &customer.id, &asked, 1, &identity);
    if (outcome != STORE_OK)
        return outcome;
    if (identity == IDENTITY_OTHER) {
        refuse(reject, REJECT_CONFLICT,
               "the same source and id were read before with other content");
        *result = RETRIED_HELD;
        return STORE_OK;
    }
    *result = erased ? RETRIED_DISCARDED : RETRIED_APPLIED;
    writeset_clear(&retrier->set);
    if (!add_settle(retrier, row, !erased))
        return out_of_memory();
    if (!erased && identity == IDENTITY_NEW)
        outcome = add_event(retrier, row, event, &customer);
    return outcome == STORE_OK ? write_set(retrier, retrier->epoch) : outcome;
}

// The same of an event that changes who ids mean.
static int attempt_identity(struct retrier *retrier, const struct retry_row *row, struct event *event, int *result,
                            struct reject *reject)
{
    struct identity_plan plan;
    struct identity_work work = {.policy = retrier->policy, .store = retrier->store, .set = &retrier->set,
                                 .arena = &retrier->arena, .lane_id = row->lane_id, .offset = row->record->offset};
    writeset_clear(&retrier->set);
    int outcome = identity_work_out(&work, event, &plan);
    if (outcome != STORE_OK)
        return outcome;
    switch (plan.verdict) {
    case IDENTITY_EVENT_IGNORED: return attempt(retrier, row, event, result, reject);
    case IDENTITY_EVENT_REFUSED:
        *reject = plan.reject;
        *result = RETRIED_HELD;
        return STORE_OK;
    default: break;
    }
    bool applied = plan.verdict != IDENTITY_EVENT_DROPPED;
    *result = applied ? RETRIED_APPLIED : RETRIED_DISCARDED;
    retrier->set.durable = retrier->set.outbox.count > 0;
    return add_settle(retrier, row, applied) ? write_set(retrier, plan.change.epoch) : out_of_memory();
}

static int apply(struct retrier *retrier, const struct retry_row *row, struct event *event, struct reject *reject)
{
    int outcome = STORE_CONFLICT, result = RETRIED_HELD;
    for (int i = 0; i < ATTEMPTS && (outcome == STORE_CONFLICT || outcome == STORE_DUPLICATE); i++)
        outcome = event_is_identity(event) ? attempt_identity(retrier, row, event, &result, reject)
                                           : attempt(retrier, row, event, &result, reject);
    if (outcome == STORE_POISON) {
        refuse(reject, REJECT_BAD_DATA, "refused by the database");
        return RETRIED_HELD;
    }
    if (outcome != STORE_OK)
        return outcome > 0 ? RETRY_SHIFT + outcome : outcome;
    return result;
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
    return apply(retrier, row, &event, reject);
}
