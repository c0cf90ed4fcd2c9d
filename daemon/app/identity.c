#include "app/identity.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/told.h"
#include "base/status.h"
#include "codec/encode.h"
#include "identity_leave.h"

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while customers were merged");
}

bool event_is_identity(const struct event *event)
{
    return event->effect == EFFECT_OF_CUSTOMER_MERGED || event->effect == EFFECT_OF_CUSTOMER_UNMERGED ||
           event->effect == EFFECT_OF_CUSTOMER_ERASED;
}

static int refuse(struct identity_plan *plan, enum reject_reason reason, const char *detail)
{
    plan->verdict = IDENTITY_EVENT_REFUSED;
    plan->reject = (struct reject){.reason = reason};
    snprintf(plan->reject.detail, sizeof plan->reject.detail, "%s", detail);
    return STORE_OK;
}

// Where messages of the subject are sent from, and always were: only within one home they keep their order. `row` is of
// whom it means.
static int32_t home_of_subject(const struct identity_work *work, const struct customer_row *row,
                               const struct identity_row *subject)
{
    if (row->version > 0 && span_equal(row->id, subject->id))
        return row->home;
    return subject->home ? subject->home : leave_home(work, row);
}

// The message about the change, which goes out at once: there is nothing to wait for, and nothing takes it back.
static bool announce(struct identity_work *work, const struct event *event, const struct identity_plan *plan,
                     const struct identity_message *message)
{
    struct outbox_row *sent = vector_push(&work->set->outbox);
    if (!sent)
        return false;
    *sent = (struct outbox_row){
        .customer_id = event->subject, .home = plan->change.home, .at = event->time, .kind = OUTBOX_IDENTITY,
        .released = true, .payload = encode_identity(&work->set->arena, message),
    };
    return sent->payload.data != NULL;
}

// ---------------------------------------------------------------------------------------- who comes back

// Marks a customer whose timeline changes; one that is not there yet comes as a stub for the fold.
static bool mark(struct identity_work *work, const struct customer_row *loaded, const struct identity_row *identity,
                 instant fold_at, const struct event *event)
{
    struct customer_row *row = vector_push(&work->set->customers);
    if (!row)
        return false;
    *row = *loaded;
    if (row->version == 0) {
        *row = customer_row_unknown(loaded->id, work->lane_id);
        told_begin(row, identity, work->policy, fold_at);
        row->policy = work->policy->fingerprint;
    }
    row->fold_at = instant_earlier(row->fold_at, fold_at);
    row->quiet_until = instant_later(row->quiet_until, event->time);
    return true;
}

// When somebody whose timeline changes is to be folded: once the watermark has come as far as he has.
static instant as_far(const struct customer_row *row, instant otherwise)
{
    if (row->version == 0)
        return otherwise;
    return customer_exists(&row->state) ? row->state.as_of : row->fold_at; // a stub tells by its mark
}

// A write has its customers by id.
static void sort_rows(struct writeset *set)
{
    if (set->customers.count == 2 && span_compare(set->customers.items[0].id, set->customers.items[1].id) > 0) {
        struct customer_row first = set->customers.items[0];
        set->customers.items[0] = set->customers.items[1];
        set->customers.items[1] = first;
    }
}

// A customer who goes with the write. False: memory is out.
static bool depart(struct identity_work *work, const struct customer_row *row, const struct belongings *had)
{
    struct told told[TRANSITION_KIND_COUNT];
    struct customer_row *gone = vector_push(&work->set->delete_customers);
    if (!gone)
        return false;
    *gone = *row;
    told_find(row, had->outbox, had->outbox_count, told);
    told_put(gone, told);
    return true;
}

// Loads two customers, in the order given.
static int load_two(struct identity_work *work, const struct span ids[2], struct customer_row rows[2])
{
    bool swapped = span_compare(ids[0], ids[1]) > 0;
    const struct span sorted[2] = {ids[swapped], ids[!swapped]};
    struct customer_row loaded[2];
    int outcome = work->store->ops->load(work->store, sorted, 2, work->arena, loaded);
    for (int i = 0; outcome == STORE_OK && i < 2; i++) {
        rows[i] = loaded[swapped ? 1 - i : i];
        rows[i].id = ids[i];
    }
    return outcome;
}

// ------------------------------------------------------------------------------------------------ events

static bool stand(struct identity_work *work, const struct event *event, struct span customer_id)
{
    return writeset_timeline(work->set, event, customer_id, 0, work->lane_id, work->offset);
}

// `identities`: of the subject and of whom it is merged into.
static int merge(struct identity_work *work, const struct event *event, const struct identity_row identities[2],
                 struct identity_plan *plan)
{
    const struct span ids[2] = {identities[0].customer, identities[1].customer};
    if (identities[1].erased)
        return refuse(plan, REJECT_BAD_MERGE, "data.into was erased");
    plan->is_one = span_equal(ids[0], ids[1]);
    if (plan->is_one)
        return refuse(plan, REJECT_BAD_MERGE, "the subject and data.into are the same customer already");
    struct customer_row rows[2];
    struct belongings had;
    int outcome = load_two(work, ids, rows);
    if (outcome == STORE_OK)
        outcome = leave_read(work, &ids[0], 1, &had);
    if (outcome != STORE_OK)
        return outcome;
    struct customer_row *loser = &rows[0], *winner = &rows[1];
    plan->change = (struct identity_change){.kind = IDENTITY_MERGE, .epoch = plan->change.epoch,
                                            .subject = event->subject, .from = ids[0], .to = ids[1],
                                            .at = event->time};
    bool known = loser->version > 0 || winner->version > 0;
    struct identity_row into = identities[1];
    int64_t epoch; // the write is made under the first
    if (known && winner->version == 0 && !span_equal(into.id, winner->id)) // an alias, of somebody without a row
        outcome = work->store->ops->resolve(work->store, &winner->id, 1, work->arena, &into, &epoch);
    if (outcome != STORE_OK)
        return outcome;
    instant fold_at = as_far(winner, as_far(loser, event->time));
    bool done = stand(work, event, winner->id) && (!known || mark(work, winner, &into, fold_at, event));
    if (done && loser->version > 0)
        done = depart(work, loser, &had) && leave_merged(work, loser, &had, event);
    const struct identity_message message = {
        .subject = event->subject, .at = event->time, .kind = MESSAGE_MERGED, .other = event->ref,
        .n = identities[0].merged + 1, .event_source = event->source, .event_id = event->id};
    plan->change.home = home_of_subject(work, loser, &identities[0]);
    return done && announce(work, event, plan, &message) ? STORE_OK : out_of_memory();
}

// The ids that lead to one, and itself, sorted.
static int read_tree(struct identity_work *work, struct span id, const struct span **ids, size_t *count)
{
    struct span *merged;
    int outcome = work->store->ops->merged_into(work->store, id, work->arena, &merged, count);
    if (outcome != STORE_OK)
        return outcome;
    struct span *all = arena_take(work->arena, (*count + 1) * sizeof *all);
    if (!all)
        return out_of_memory();
    size_t place = 0;
    for (size_t i = 0; i < *count; i++)
        all[place++] = merged[i];
    all[place++] = id;
    for (size_t i = place - 1; i > 0 && span_compare(all[i - 1], all[i]) > 0; i--) {
        struct span before = all[i - 1];
        all[i - 1] = all[i];
        all[i] = before;
    }
    *ids = all;
    *count = place;
    return STORE_OK;
}

static int unmerge(struct identity_work *work, const struct event *event, const struct identity_row identities[2],
                   struct identity_plan *plan)
{
    const struct identity_row *back = &identities[1];
    if (back->erased) { // it would tell of somebody of whom nothing is to be kept
        plan->verdict = IDENTITY_EVENT_DROPPED;
        return STORE_OK;
    }
    if (span_equal(back->id, back->customer) || !span_equal(back->customer, identities[0].customer)) {
        plan->verdict = IDENTITY_EVENT_IGNORED;
        return STORE_OK;
    }
    const struct span ids[2] = {back->customer, back->id};
    struct customer_row rows[2];
    plan->change = (struct identity_change){.kind = IDENTITY_UNMERGE, .epoch = plan->change.epoch,
                                            .subject = event->subject, .from = ids[0], .to = ids[1],
                                            .at = event->time};
    int outcome = load_two(work, ids, rows);
    if (outcome == STORE_OK)
        outcome = read_tree(work, back->id, &plan->change.ids, &plan->change.id_count);
    if (outcome != STORE_OK)
        return outcome;
    instant fold_at = as_far(&rows[0], event->time);
    bool done = stand(work, event, ids[0]) &&
                (rows[0].version == 0 || mark(work, &rows[0], &identities[0], fold_at, event)) &&
                mark(work, &rows[1], back, fold_at, event);
    sort_rows(work->set);
    const struct identity_message message = {
        .subject = event->subject, .at = event->time, .kind = MESSAGE_UNMERGED, .other = event->ref,
        .n = identities[0].unmerged + 1, .event_source = event->source, .event_id = event->id};
    plan->change.home = home_of_subject(work, &rows[0], &identities[0]);
    return done && announce(work, event, plan, &message) ? STORE_OK : out_of_memory();
}

static int erase(struct identity_work *work, const struct event *event, const struct identity_row *identity,
                 struct identity_plan *plan)
{
    struct belongings had;
    struct customer_row row;
    plan->change = (struct identity_change){.kind = IDENTITY_ERASE, .epoch = plan->change.epoch,
                                            .subject = event->subject, .at = event->time};
    int outcome = read_tree(work, identity->customer, &plan->change.ids, &plan->change.id_count);
    if (outcome == STORE_OK)
        outcome = work->store->ops->load(work->store, &identity->customer, 1, work->arena, &row);
    if (outcome == STORE_OK)
        outcome = leave_read(work, plan->change.ids, plan->change.id_count, &had);
    if (outcome != STORE_OK)
        return outcome;
    bool done = leave_erased(work, &row, &had, event) && (row.version == 0 || depart(work, &row, &had));
    const struct identity_message message = {.subject = event->subject, .at = event->time, .kind = MESSAGE_ERASED,
                                             .n = identity->erasures + 1};
    plan->change.home = home_of_subject(work, &row, identity);
    return done && announce(work, event, plan, &message) ? STORE_OK : out_of_memory();
}

// Whether the event was read before, as the change that it is or as another one of whom its subject means.
static int judge_repeat(struct identity_work *work, const struct event *event, const struct identity_row *subject,
                        struct identity_plan *plan)
{
    enum identity found;
    int outcome = work->store->ops->identify(work->store, &subject->customer, &event, 1, &found);
    if (outcome != STORE_OK || found == IDENTITY_NEW)
        return outcome;
    plan->verdict = IDENTITY_EVENT_DUPLICATE;
    return found == IDENTITY_SAME
               ? STORE_OK
               : refuse(plan, REJECT_CONFLICT, "the same source and id were read before with other content");
}

int identity_work_out(struct identity_work *work, const struct event *event, struct identity_plan *plan)
{
    *plan = (struct identity_plan){.verdict = IDENTITY_EVENT_APPLIED};
    bool erased = event->effect == EFFECT_OF_CUSTOMER_ERASED;
    const struct span ids[2] = {event->subject, event->ref};
    struct identity_row identities[2];
    int outcome = work->store->ops->resolve(work->store, ids, erased ? 1 : 2, work->arena, identities,
                                            &plan->change.epoch);
    if (outcome != STORE_OK)
        return outcome;
    if (identities[0].erased) {
        plan->verdict = IDENTITY_EVENT_DROPPED;
        return STORE_OK;
    }
    if (erased) {
        outcome = erase(work, event, &identities[0], plan);
    } else {
        outcome = judge_repeat(work, event, &identities[0], plan);
        if (outcome != STORE_OK || plan->verdict != IDENTITY_EVENT_APPLIED)
            return outcome;
        outcome = event->effect == EFFECT_OF_CUSTOMER_MERGED ? merge(work, event, identities, plan)
                                                             : unmerge(work, event, identities, plan);
    }
    if (outcome == STORE_OK && plan->verdict == IDENTITY_EVENT_APPLIED)
        work->set->identity = &plan->change;
    return outcome;
}
