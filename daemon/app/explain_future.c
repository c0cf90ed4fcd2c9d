// What is open, and what comes if nothing is done: the state, moved on in memory until nothing changes any more.
#include "explain_parts.h"

#include "codec/encode.h"

enum { NOTICES_MOST = 1 + ESCALATIONS }; // the last marks the customer at risk

// Why it speaks, with the customer as it stands then.
static bool say_why(struct explainer *explainer, const struct customer *customer, instant at,
                    struct explained_reminder *reminder)
{
    const struct about about = {
        .customer_id = explainer->made.id,
        .customer = customer,
        .kind = reminder->kind,
        .promise_id = reminder->promise_id,
        .anchor = reminder->care.anchor,
        .due_at = reminder->care.due_at,
        .notice_at = at,
    };
    reminder->why[LANGUAGE_EN] = sentence_en(&explainer->arena, explainer->policy, &about);
    reminder->why[LANGUAGE_ZH] = sentence_zh(&explainer->arena, explainer->policy, &about);
    return reminder->why[LANGUAGE_EN].data && reminder->why[LANGUAGE_ZH].data;
}

static bool begin_reminder(struct explainer *explainer, struct explained_reminder *reminder, enum reminder_kind kind,
                           struct span promise_id, const struct care *care)
{
    *reminder = (struct explained_reminder){
        .kind = kind,
        .promise_id = promise_id.data ? arena_copy(&explainer->arena, promise_id) : SPAN_NONE,
        .care = *care,
        .at_risk = care->notices >= NOTICES_MOST,
        .next_at = INSTANT_NONE,
        .manager_at = INSTANT_NONE,
        .risk_at = INSTANT_NONE,
    };
    return !promise_id.data || reminder->promise_id.data;
}

static bool add_open(struct explainer *explainer, enum reminder_kind kind, struct span promise_id,
                     const struct care *care)
{
    struct explanation *made = &explainer->made;
    if (!care->open)
        return true;
    struct explained_reminder *reminder = vector_push(&made->reminders);
    return reminder && begin_reminder(explainer, reminder, kind, promise_id, care) &&
           say_why(explainer, &made->state, made->at, reminder);
}

bool explain_reminders(struct explainer *explainer)
{
    const struct book *book = &explainer->made.book;
    bool added = true;
    for (int kind = 0; kind < REMINDER_INSTANT_KINDS; kind++)
        added = added && add_open(explainer, (enum reminder_kind)kind, SPAN_NONE, &book->care[kind]);
    for (int i = 0; i < book->promise_count; i++) {
        const struct kept_promise *promise = &book->promises[i];
        enum reminder_kind kind = promise->kept ? REMINDER_THANKS : REMINDER_PROMISE;
        added = added && add_open(explainer, kind, kept_promise_id(promise), &promise->reminder) &&
                add_open(explainer, REMINDER_OVERDUE, kept_promise_id(promise), &promise->overdue);
    }
    return added;
}

struct ahead {
    struct explainer *explainer;
    struct customer customer;
};

static bool is_about(const struct explained_reminder *reminder, const struct effect *effect)
{
    return reminder->kind == effect->reminder && span_equal(reminder->promise_id, effect->promise_id);
}

// The reminder that a notice belongs to: of those that are open, or that will have opened by then.
static struct explained_reminder *reminder_of(struct explanation *made, const struct effect *effect)
{
    for (size_t i = made->future.count; i-- > 0;)
        if (made->future.items[i].opens && is_about(&made->future.items[i].reminder, effect))
            return &made->future.items[i].reminder;
    for (size_t i = 0; i < made->reminders.count; i++)
        if (is_about(&made->reminders.items[i], effect))
            return &made->reminders.items[i];
    return NULL;
}

static void first(instant *at, instant now, bool happens)
{
    if (happens && *at == INSTANT_NONE)
        *at = now;
}

static void note_notice(struct explained_reminder *reminder, const struct effect *effect)
{
    first(&reminder->next_at, effect->at, effect->kind == EFFECT_REMINDER_NOTICED);
    first(&reminder->manager_at, effect->at, effect->recipients & TO_MANAGER);
    first(&reminder->risk_at, effect->at, effect->at_risk);
}

static bool foresee(struct ahead *ahead, const struct effect *effect)
{
    struct explainer *explainer = ahead->explainer;
    struct explanation *made = &explainer->made;
    if (effect->kind == EFFECT_REMINDER_NOTICED) {
        struct explained_reminder *reminder = reminder_of(made, effect);
        if (reminder)
            note_notice(reminder, effect);
        return true;
    }
    if (effect->kind != EFFECT_REMINDER_OPENED && effect->kind != EFFECT_TRANSITION)
        return true;
    struct foreseen *foreseen = vector_push(&made->future);
    if (!foreseen)
        return false;
    foreseen->at = effect->at;
    foreseen->opens = effect->kind == EFFECT_REMINDER_OPENED;
    if (!foreseen->opens) {
        foreseen->step = explained_step(explainer->policy, &ahead->customer, effect, 0);
        return true;
    }
    bool made_up = begin_reminder(explainer, &foreseen->reminder, effect->reminder, effect->promise_id, &effect->care) &&
                   say_why(explainer, &ahead->customer, effect->at, &foreseen->reminder);
    note_notice(&foreseen->reminder, effect);
    return made_up;
}

static void take_effect(void *context, const struct effect *effect)
{
    struct ahead *ahead = context;
    if (!ahead->explainer->failed)
        ahead->explainer->failed = !foresee(ahead, effect);
}

bool explain_future(struct explainer *explainer)
{
    const struct policy *policy = explainer->policy;
    struct ahead ahead = {explainer, explainer->made.state};
    const struct effects effects = {take_effect, &ahead};
    explainer->ahead = explainer->made.book;
    ahead.customer.book = &explainer->ahead;
    while (!explainer->failed) {
        instant wake = customer_wake(policy, &ahead.customer);
        if (wake > INSTANT_LAST)
            return true;
        customer_advance(policy, &ahead.customer, explainer->made.id, wake + 1, &effects);
    }
    return false;
}
