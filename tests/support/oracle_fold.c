#include "support/oracle.h"

#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn)) give_up(const struct oracle_customer *customer, const char *what)
{
    fprintf(stderr, "oracle: %.*s: %s\n", (int)customer->id.size, customer->id.data, what);
    abort();
}

// A new row; there is always memory for one.
#define ADD(rows) ((__typeof__((rows)->items))must_have(vector_push(rows)))

static void *must_have(void *row)
{
    if (!row)
        abort();
    return row;
}

static struct span keep(struct oracle_customer *customer, struct span text)
{
    return text.data ? arena_copy(&customer->oracle->arena, text) : SPAN_NONE;
}

// ----------------------------------------------------------------------------------------------- effects

static void on_transition(struct oracle_customer *customer, const struct effect *effect)
{
    int32_t n = 1;
    for (size_t i = 0; i < customer->transitions.count; i++)
        n += customer->transitions.items[i].transition.kind == effect->transition.kind;
    if (effect->transition.n != n)
        give_up(customer, "a transition is not numbered on");
    *ADD(&customer->transitions) = (struct oracle_transition){effect->transition, effect->at, effect->event};
    if (effect->transition.kind == TRANSITION_STAGE)
        customer->ended_reason =
            effect->transition.to == STAGE_ENDED ? keep(customer, effect->event->text) : SPAN_NONE;
}

static struct oracle_reminder *find_reminder(struct oracle_customer *customer, const struct effect *effect)
{
    uint8_t id[16];
    if (effect->promise_id.data)
        promise_reminder_id(id, customer->id, effect->reminder, effect->promise_id);
    else
        reminder_id(id, customer->id, effect->reminder, effect->care.anchor);
    for (size_t i = customer->reminders.count; i > 0; i--)
        if (memcmp(customer->reminders.items[i - 1].id, id, sizeof id) == 0)
            return &customer->reminders.items[i - 1];
    if (effect->kind != EFFECT_REMINDER_OPENED)
        give_up(customer, "an effect on a reminder that never opened");
    struct oracle_reminder *opened = ADD(&customer->reminders);
    memcpy(opened->id, id, sizeof id);
    opened->kind = effect->reminder;
    opened->promise_id = keep(customer, effect->promise_id);
    opened->closed_at = INSTANT_NONE;
    return opened;
}

// Of one kind (and promise) one is open at a time, and each opens once, with its first notice.
static void check_opening(const struct oracle_customer *customer, const struct oracle_reminder *opened)
{
    if (opened->notice_count != 0)
        give_up(customer, "a reminder opens a second time");
    for (size_t i = 0; i < customer->reminders.count; i++) {
        const struct oracle_reminder *other = &customer->reminders.items[i];
        if (other != opened && other->kind == opened->kind && other->status == REMINDER_OPEN &&
            span_equal(other->promise_id, opened->promise_id))
            give_up(customer, "a second reminder of a kind opens");
    }
}

static void add_notice(const struct oracle_customer *customer, struct oracle_reminder *reminder,
                       const struct effect *effect)
{
    if (effect->notice != reminder->notice_count + 1 || effect->notice > ORACLE_NOTICES)
        give_up(customer, "a notice is not numbered on");
    reminder->notices[reminder->notice_count++] = (struct oracle_notice){effect->at, effect->recipients};
    reminder->at_risk = effect->at_risk;
}

static void on_reminder(struct oracle_customer *customer, const struct effect *effect)
{
    struct oracle_reminder *reminder = find_reminder(customer, effect);
    if (effect->kind == EFFECT_REMINDER_OPENED)
        check_opening(customer, reminder);
    else if (reminder->status != REMINDER_OPEN)
        give_up(customer, "an effect on a reminder that is closed");
    reminder->care = effect->care;
    if (effect->kind == EFFECT_REMINDER_OPENED || effect->kind == EFFECT_REMINDER_NOTICED) {
        add_notice(customer, reminder, effect);
    } else if (effect->kind == EFFECT_REMINDER_CLOSED) {
        reminder->status = effect->status;
        reminder->closed_at = effect->at;
        reminder->closed_by = effect->event;
    }
}

static struct promise *find_promise(const struct oracle_customer *customer, struct span id)
{
    for (size_t i = 0; i < customer->promises.count; i++)
        if (span_equal(customer->promises.items[i].id, id))
            return &customer->promises.items[i];
    return NULL;
}

static void on_promise(struct oracle_customer *customer, const struct effect *effect)
{
    struct promise *row = find_promise(customer, effect->promise.id);
    if (!row) {
        row = ADD(&customer->promises);
        row->id = keep(customer, effect->promise.id);
    }
    struct span id = row->id, about = row->about;
    *row = effect->promise;
    row->id = id;
    row->about = row->about.data ? keep(customer, row->about) : about;
}

static void on_objection(struct oracle_customer *customer, const struct effect *effect)
{
    struct oracle_objection told = {effect->objection, effect->cause, effect->raised_at, effect->resolved_at};
    for (size_t i = 0; i < customer->objections.count; i++) {
        struct oracle_objection *row = &customer->objections.items[i];
        if (row->kind == told.kind && row->cause == told.cause && row->raised_at == told.raised_at) {
            *row = told;
            return;
        }
    }
    *ADD(&customer->objections) = told;
}

static void on_effect(void *context, const struct effect *effect)
{
    struct oracle_customer *customer = context;
    switch (effect->kind) {
    case EFFECT_TRANSITION: on_transition(customer, effect); break;
    case EFFECT_PROMISE: on_promise(customer, effect); break;
    case EFFECT_OBJECTION: on_objection(customer, effect); break;
    case EFFECT_PROFILE: break; // the texts are read off the book at the end
    default: on_reminder(customer, effect); break;
    }
}

// -------------------------------------------------------------------------------------------------- fold

static void begin(struct oracle_customer *customer, struct span id)
{
    customer->id = id;
    customer->ended_reason = SPAN_NONE;
    vector_clear(&customer->transitions);
    vector_clear(&customer->reminders);
    vector_clear(&customer->promises);
    vector_clear(&customer->objections);
    customer_init(&customer->state);
    book_init(&customer->book);
    customer->state.book = &customer->book;
}

// `events` are all that the customer has, in their order. Changes of ids stand there though nobody begins with them.
static void fold_customer(struct oracle_customer *customer, struct oracle_event *events, size_t count,
                          instant watermark)
{
    const struct policy *policy = &customer->oracle->policy;
    struct effects effects = {on_effect, customer};
    begin(customer, events[0].customer);
    for (size_t i = 0; i < count; i++) {
        const struct promise *standing = find_promise(customer, events[i].event.ref);
        if (standing) {
            events[i].standing = *standing;
            events[i].event.promise = &events[i].standing;
        }
        enum applied applied = customer_apply(policy, &customer->state, customer->id, &events[i].event, &effects,
                                              &events[i].points);
        if (applied != EVENT_DROPPED || oracle_changes_ids(&events[i].event))
            oracle_print_timeline(customer, &events[i]);
    }
    if (!customer_exists(&customer->state))
        return;
    customer_settle(policy, &customer->state, customer->id, &effects);
    if (watermark != INSTANT_NONE)
        customer_advance(policy, &customer->state, customer->id, watermark, &effects);
    oracle_print_customer(customer, events, count, watermark);
    oracle_print_relationship(customer);
    oracle_print_reminders(customer);
}

void oracle_fold(struct oracle *oracle, instant watermark)
{
    struct oracle_customer *customer = calloc(1, sizeof *customer);
    if (!customer)
        abort();
    customer->oracle = oracle;
    for (size_t from = 0, to; from < oracle->event_count; from = to) {
        to = from;
        while (to < oracle->event_count && span_equal(oracle->events[to].customer, oracle->events[from].customer))
            to++;
        fold_customer(customer, &oracle->events[from], to - from, watermark);
    }
    vector_free(&customer->transitions);
    vector_free(&customer->reminders);
    vector_free(&customer->promises);
    vector_free(&customer->objections);
    free(customer);
}
