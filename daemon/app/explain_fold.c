// The fold of one customer that leaves everything it passes to look at.
#include "explain_parts.h"

#include "base/log.h"
#include "base/status.h"

struct folding {
    struct explainer *explainer;
    struct customer_row row;
    struct event last; // what steps at its very instant are named after
    size_t current, last_number; // of events, from 1; 0: none
    char source[256], id[128];
};

void ignore_effect(void *context, const struct effect *effect)
{
    (void)context;
    (void)effect;
}

// Evidence is judged from the lowest level up.
static int lacking(const struct policy *policy, const struct customer *customer, int level, instant at)
{
    for (int under = LEVEL_REACTIVE; under <= level; under++)
        if (customer_evidence_end(policy, customer, under) <= at)
            return under;
    return 0;
}

struct explained_step explained_step(const struct policy *policy, const struct customer *customer,
                                     const struct effect *effect, size_t event)
{
    struct explained_step step = {.at = effect->at, .transition = effect->transition, .event = event};
    if (effect->transition.kind == TRANSITION_LEVEL && effect->transition.detail == LEVEL_BY_EVIDENCE)
        step.evidence = lacking(policy, customer, effect->transition.from, effect->at);
    return step;
}

static void take_effect(void *context, const struct effect *effect)
{
    struct folding *folding = context;
    struct explainer *explainer = folding->explainer;
    if (effect->kind == EFFECT_PROMISE) {
        const struct effects effects = collector_effects(&explainer->collector);
        effects.emit(effects.context, effect);
    }
    if (effect->kind != EFFECT_TRANSITION)
        return;
    struct explained_step *step = vector_push(&explainer->made.steps);
    if (!step) {
        explainer->failed = true;
        return;
    }
    size_t number = effect->event == &folding->last ? folding->last_number : folding->current;
    *step = explained_step(explainer->policy, &folding->row.state, effect, effect->event ? number : 0);
}

static void remember(struct folding *folding, const struct event *event)
{
    memcpy(folding->source, event->source.data, event->source.size);
    memcpy(folding->id, event->id.data, event->id.size);
    folding->last = *event;
    folding->last.source = span_of(folding->source, event->source.size);
    folding->last.id = span_of(folding->id, event->id.size);
    folding->last_number = folding->current;
}

static bool keep_event(struct folding *folding, const struct event *event)
{
    struct explainer *explainer = folding->explainer;
    struct explained_event *kept = vector_push(&explainer->made.events);
    if (!kept)
        return false;
    *kept = (struct explained_event){
        .at = event->time,
        .source = arena_copy(&explainer->arena, event->source),
        .id = arena_copy(&explainer->arena, event->id),
        .rule = policy_rule(explainer->policy, event->type),
        .side = event->side,
        .amount = event->amount,
    };
    folding->current = explainer->made.events.count;
    return kept->source.data && kept->id.data;
}

// Of a promise what the fold itself has made of it counts.
static double apply(struct folding *folding, struct event *event)
{
    struct explainer *explainer = folding->explainer;
    struct customer *state = &folding->row.state;
    const struct promise *known =
        event_is_about_promise(event) ? collector_promise(&explainer->collector, event->ref) : NULL;
    struct promise promise = known ? *known : (struct promise){.state = PROMISE_UNKNOWN};
    const struct effects effects = {take_effect, folding};
    double points = 0;
    event->promise = known ? &promise : NULL;
    customer_apply(explainer->policy, state, folding->row.id, event, &effects, &points);
    if (state->last_event == event) { // an ignored event leaves the one before it
        remember(folding, event);
        state->last_event = &folding->last;
    }
    return points;
}

static int take_row(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    struct folding *folding = context;
    struct explainer *explainer = folding->explainer;
    (void)customer;
    (void)row;
    if (explainer->made.asked && event->time > explainer->made.at)
        return 0;
    arena_reset(&explainer->scratch);
    struct reject reject;
    int decoded = decode_row(explainer->decoder, explainer->policy, &explainer->scratch, event, &reject);
    if (decoded < 0)
        return decoded;
    if (decoded != DECODED_EVENT) {
        log_warning("a timeline row is no longer valid under the present policy (%s: %s); it does not count",
                    reject_code(reject.reason), reject.detail);
        return 0;
    }
    if (!keep_event(folding, event))
        return fault(STATUS_NOMEM, "out of memory");
    double points = apply(folding, event);
    explainer->made.events.items[folding->current - 1].points = points;
    return explainer->failed || explainer->collector.failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}

int explain_fold(struct explainer *explainer)
{
    struct explanation *made = &explainer->made;
    struct folding folding = {.explainer = explainer, .row = customer_row_unknown(made->id, 0)};
    folding.row.policy = explainer->policy->fingerprint;
    int status =
        collector_begin(&explainer->collector, &explainer->set, explainer->policy, &folding.row, false);
    if (status != 0)
        return status;
    explainer->collector.keep = true;
    int outcome = explainer->store->ops->timelines(explainer->store, &made->id, 1, take_row, &folding);
    if (outcome != 0)
        return outcome;
    const struct effects effects = {take_effect, &folding};
    customer_settle(explainer->policy, &folding.row.state, made->id, &effects);
    // An instant that was asked for has come when what it brings has.
    customer_advance(explainer->policy, &folding.row.state, made->id, made->asked ? made->at + 1 : made->read, &effects);
    made->state = folding.row.state;
    made->book = explainer->collector.book;
    made->state.book = &made->book;
    return explainer->failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}
