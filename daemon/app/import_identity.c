// Events that change who ids mean, among those of an import.
#include "import_parts.h"

#include "app/identity.h"
#include "base/status.h"

enum { ATTEMPTS = 12 }; // at what others keep changing

static enum brought brought_by(const struct import *import)
{
    return import->parts->settings->announce ? BROUGHT_TO_TELL : BROUGHT_SILENTLY;
}

// Whether anything was ever told of a customer.
static bool is_told(const struct customer_row *row)
{
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++) {
        if (row->messages[kind] > 0)
            return true;
    }
    return false;
}

// Customers that the event marks are folded as the import wants it. An import that tells nothing tells of a merge only
// where it concerns somebody of whom something was told before.
static void hush(struct import *import)
{
    struct writeset *set = &import->set;
    bool tell = import->parts->settings->announce;
    for (size_t i = 0; i < set->customers.count; i++) {
        struct customer_row *row = &set->customers.items[i];
        row->quiet_until = instant_later(row->quiet_until, import->quiet_until);
        if (brought_by(import) > row->brought)
            row->brought = (uint8_t)brought_by(import);
        tell |= is_told(row);
    }
    for (size_t i = 0; i < set->delete_customers.count; i++)
        tell |= is_told(&set->delete_customers.items[i]);
    size_t kept = 0;
    for (size_t i = 0; i < set->outbox.count; i++) {
        if (tell || set->outbox.items[i].kind != OUTBOX_IDENTITY)
            set->outbox.items[kept++] = set->outbox.items[i];
    }
    set->outbox.count = kept;
}

// An alias of an export is no event: nothing of it stands on a timeline, and one that is there is as it should be.
static void be_alias(struct import *import, struct identity_plan *plan)
{
    import->set.timeline.count = 0;
    if (plan->verdict == IDENTITY_EVENT_REFUSED && plan->is_one)
        plan->verdict = IDENTITY_EVENT_DUPLICATE;
}

static int attempt(struct import *import, struct import_event *event, struct reject *reject)
{
    struct store *store = import->parts->control;
    struct identity_plan plan;
    struct identity_work work = {.policy = import->parts->policy, .store = store, .set = &import->set,
                                 .arena = &import->arena, .lane_id = import->lane.lane_id, .offset = event->line};
    writeset_clear(&import->set);
    arena_reset(&import->arena);
    int outcome = identity_work_out(&work, &event->event, &plan);
    if (outcome != STORE_OK)
        return outcome;
    if (import->own.alias)
        be_alias(import, &plan);
    switch (plan.verdict) {
    case IDENTITY_EVENT_IGNORED: return STORE_OK;
    case IDENTITY_EVENT_DUPLICATE: event->fate = IMPORT_REPEATED; return STORE_OK;
    case IDENTITY_EVENT_DROPPED: event->fate = IMPORT_ERASED; return STORE_OK;
    case IDENTITY_EVENT_REFUSED:
        *reject = plan.reject;
        event->fate = plan.reject.reason == REJECT_CONFLICT ? IMPORT_CONFLICT : IMPORT_REFUSED;
        return STORE_OK;
    default: break;
    }
    if (plan.change.kind != IDENTITY_ERASE) // which is told in any case
        hush(import);
    import->set.durable = import->set.outbox.count > 0;
    import->set.epoch = plan.change.epoch;
    struct store_write write = writeset_view(&import->set);
    outcome = store->ops->write(store, &write);
    if (outcome == STORE_OK)
        event->fate = IMPORT_TAKEN;
    return outcome;
}

int import_identity(struct import *import, struct import_event *event, struct reject *reject)
{
    int outcome = STORE_CONFLICT;
    for (int i = 0; i < ATTEMPTS; i++) {
        outcome = attempt(import, event, reject);
        if (outcome != STORE_CONFLICT && outcome != STORE_DUPLICATE && outcome != STORE_RETRY)
            break;
    }
    if (outcome == STORE_POISON) {
        *reject = (struct reject){.reason = REJECT_BAD_DATA, .detail = "refused by the database"};
        event->fate = IMPORT_REFUSED;
        return STORE_OK;
    }
    return outcome;
}
