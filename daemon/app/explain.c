#include "app/explain.h"

#include "base/status.h"
#include "explain_parts.h"

#include <math.h>

enum { BLOCK = 64 * 1024, SCRATCH_BLOCK = 8 * 1024 };

int explainer_init(struct explainer *explainer, const struct policy *policy, struct store *store)
{
    memset(explainer, 0, sizeof *explainer);
    arena_init(&explainer->arena, BLOCK);
    arena_init(&explainer->scratch, SCRATCH_BLOCK);
    writeset_init(&explainer->set);
    explainer->policy = policy;
    explainer->store = store;
    explainer->decoder = decoder_new();
    return explainer->decoder ? 0 : fault(STATUS_NOMEM, "out of memory");
}

void explainer_free(struct explainer *explainer)
{
    struct explanation *made = &explainer->made;
    vector_free(&made->events);
    vector_free(&made->weights);
    vector_free(&made->steps);
    vector_free(&made->reminders);
    vector_free(&made->future);
    decoder_free(explainer->decoder);
    collector_free(&explainer->collector);
    writeset_free(&explainer->set);
    arena_free(&explainer->scratch);
    arena_free(&explainer->arena);
}

static void clear(struct explainer *explainer, struct span id, instant at)
{
    struct explanation *made = &explainer->made;
    arena_reset(&explainer->arena);
    writeset_clear(&explainer->set);
    vector_clear(&made->events);
    vector_clear(&made->weights);
    vector_clear(&made->steps);
    vector_clear(&made->reminders);
    vector_clear(&made->future);
    made->id = id;
    made->asked = at != INSTANT_NONE;
    made->stored = false;
    made->valued = (struct valued){0};
    made->at = at;
    explainer->failed = false;
}

// ------------------------------------------------------------------------------------------------ the state

// The kept state, where the fold has nothing to add: its reminders are those that people were sent, under whatever
// policy they opened.
static int take_stored(struct explainer *explainer)
{
    struct explanation *made = &explainer->made;
    struct customer_row row;
    int outcome = explainer->store->ops->load(explainer->store, &made->id, 1, &explainer->arena, &row);
    if (outcome == STATUS_DENIED) // a login that only reads
        return 0;
    bool same = row.state.warmth_at == made->state.warmth_at && row.state.warmth == made->state.warmth;
    if (outcome != 0 || row.version == 0 || row.fold_at != INSTANT_NEVER || !same) // or events have come meanwhile
        return outcome;
    struct writeset *set = &explainer->set;
    size_t promises = set->promises.count;
    int status = collector_begin(&explainer->collector, set, explainer->policy, &row, false);
    if (status != 0)
        return status;
    const struct effects effects = {ignore_effect, NULL};
    customer_advance(explainer->policy, &row.state, made->id, made->read, &effects);
    made->state = row.state;
    made->book = explainer->collector.book;
    made->state.book = &made->book;
    made->stored = true;
    set->promises.count = promises;
    return 0;
}

// ------------------------------------------------------------------------------------------------- evidence

static instant last_proof(const struct customer *customer, int level)
{
    switch (level) {
    case LEVEL_REACTIVE: return customer->last_inbound_at;
    case LEVEL_ACCOUNTABLE: return customer->followed_up_at;
    case LEVEL_PROACTIVE: return customer->last_outbound_at;
    default: return customer->first_seen_at;
    }
}

static void weigh_evidence(const struct policy *policy, struct explanation *made)
{
    const struct customer *state = &made->state;
    for (int level = LEVEL_BASIC; level <= LEVEL_COUNT; level++) {
        instant until = customer_evidence_end(policy, state, level);
        made->evidence[level - 1] = (struct explained_evidence){
            .level = level, .since = last_proof(state, level), .until = until, .holds = until > made->at};
    }
    int next = state->level + 1;
    made->warmth_lacks = 0;
    made->rhythm_lacks = 0;
    if (next <= LEVEL_COUNT && made->warmth < policy->enter[next])
        made->warmth_lacks = policy->enter[next] - made->warmth;
    if (next == LEVEL_PROACTIVE && !made->evidence[next - 1].holds) {
        // Beyond the gap the next contact is the first again; within it the rhythm goes on.
        bool goes_on = state->last_outbound_at != INSTANT_NONE && made->at - state->last_outbound_at <= policy->rhythm_gap;
        int so_far = goes_on ? state->rhythm : 0;
        made->rhythm_lacks = so_far < policy->rhythm_least ? policy->rhythm_least - so_far : 1;
    }
}

// ----------------------------------------------------------------------------------------------- contributions

static bool heavier(const struct explained_event *a, const struct explained_event *b)
{
    double left = fabs(a->weight), right = fabs(b->weight);
    return left != right ? left > right : a > b; // of equal ones the later
}

static int compare_weights(const void *a, const void *b, void *context)
{
    const struct explained_event *events = context;
    return heavier(&events[*(const size_t *)a], &events[*(const size_t *)b]) ? -1 : 1;
}

static bool weigh_events(const struct policy *policy, struct explanation *made)
{
    for (size_t i = 0; i < made->events.count; i++) {
        struct explained_event *event = &made->events.items[i];
        if (event->points == 0)
            continue;
        event->weight = event->points * exp2(-(double)(made->at - event->at) / (double)policy->half_life);
        size_t *number = vector_push(&made->weights);
        if (!number)
            return false;
        *number = i;
    }
    if (made->weights.count > 0)
        qsort_r(made->weights.items, made->weights.count, sizeof *made->weights.items, compare_weights,
                made->events.items);
    return true;
}

// ------------------------------------------------------------------------------------------------------ promises

static void count_promises(struct explanation *made, const struct writeset *set)
{
    memset(made->promises, 0, sizeof made->promises);
    made->promise_rows = set->promises.items;
    made->promise_count = set->promises.count;
    for (size_t i = 0; i < made->promise_count; i++) {
        const struct promise *promise = &made->promise_rows[i].promise;
        made->promises[promise->by].kept += promise->state == PROMISE_KEPT;
        made->promises[promise->by].broken += promise->state == PROMISE_BROKEN;
    }
}

int explain(struct explainer *explainer, struct span id, instant at)
{
    struct explanation *made = &explainer->made;
    clear(explainer, id, at);
    int outcome = explainer->store->ops->clock(explainer->store, &made->read, &made->wall);
    if (outcome == 0)
        outcome = explain_fold(explainer);
    if (outcome != 0)
        return outcome;
    if (!customer_exists(&made->state))
        return EXPLAIN_NONE;
    count_promises(made, &explainer->set);
    if (!made->asked)
        outcome = take_stored(explainer);
    if (outcome != 0)
        return outcome;
    if (!made->asked)
        made->at = instant_later(made->read, made->state.as_of);
    made->warmth = customer_warmth(explainer->policy, &made->state, made->at);
    weigh_evidence(explainer->policy, made);
    explain_value(explainer->policy, made);
    bool kept = weigh_events(explainer->policy, made) && explain_reminders(explainer) && explain_future(explainer);
    return kept && !explainer->failed ? 0 : fault(STATUS_NOMEM, "out of memory");
}
