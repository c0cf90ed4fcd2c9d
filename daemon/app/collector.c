#include "app/collector.h"

#include "app/outbox.h"
#include "base/status.h"
#include "codec/encode.h"

// Names the event of an effect in a row; false when memory is out.
static bool name_event(const struct collector *collector, const struct effect *effect, struct span *source,
                       struct span *id)
{
    if (!effect->event)
        return true;
    *source = effect->event->source;
    *id = effect->event->id;
    if (!collector->keep)
        return true;
    *source = arena_copy(&collector->set->arena, *source);
    *id = arena_copy(&collector->set->arena, *id);
    return source->data && id->data;
}

// A walk through stages is one row, and so is what tells of it: most customers come with one, and so it costs a
// third. Whether the step goes on from the last row.
static bool walk_on(struct collector *collector, const struct effect *effect)
{
    const struct transition *step = &effect->transition;
    size_t count = collector->set->transitions.count;
    if (step->kind != TRANSITION_STAGE || count == collector->first_transition)
        return false;
    struct transition *walk = &collector->set->transitions.items[count - 1].transition;
    bool goes_on = walk->kind == TRANSITION_STAGE && walk->from != STAGE_ENDED && walk->detail & STAGE_IMPLIED &&
                   walk->to == step->from && step->to == step->from + 1;
    if (!goes_on)
        return false;
    walk->to = step->to;
    walk->detail = STAGE_WALK | step->detail;
    if (collector->messages)
        collector->row->messages[TRANSITION_STAGE]++;
    return true;
}

static bool collect_transition(struct collector *collector, const struct effect *effect)
{
    const struct transition *transition = &effect->transition;
    if (walk_on(collector, effect))
        return true;
    struct transition_row *row = vector_push(&collector->set->transitions);
    if (!row)
        return false;
    *row = (struct transition_row){.customer_id = collector->row->id, .transition = *transition, .at = effect->at};
    struct standing from = {.state = transition->from};
    if (transition->kind == TRANSITION_PRAM) {
        from.detail = collector->pram;
        collector->pram = transition->detail;
    }
    if (collector->messages)
        outbox_tell(collector->row, row, from);
    return name_event(collector, effect, &row->source, &row->event_id);
}

// What the set has of a promise, made when there is nothing yet: the id is copied, as the model's own copy goes
// with the promise.
static struct ledger_entry *entry_of(struct collector *collector, struct span id)
{
    struct ledger_entry *entry = ledger_find(&collector->ledger, id);
    if (entry)
        return entry;
    struct span kept = arena_copy(&collector->set->arena, id);
    return kept.data ? ledger_add(&collector->ledger, kept) : NULL;
}

// The model does not carry along what an open promise is about: where an effect says nothing of it, it stays.
static bool keep_about(struct collector *collector, struct promise *promise, struct span before)
{
    if (!promise->about.data || promise->about.data == before.data) {
        promise->about = before;
        return true;
    }
    promise->about = arena_copy(&collector->set->arena, promise->about);
    return promise->about.data != NULL;
}

static bool collect_promise(struct collector *collector, const struct effect *effect)
{
    struct writeset *set = collector->set;
    struct ledger_entry *entry = entry_of(collector, effect->promise.id);
    if (!entry)
        return false;
    if (!entry->promise) {
        struct promise_row *row = vector_push(&set->promises);
        if (!row)
            return false;
        row->customer_id = collector->row->id;
        entry->promise = (uint32_t)set->promises.count;
    }
    struct promise *promise = &set->promises.items[entry->promise - 1].promise;
    struct span about = promise->about;
    *promise = effect->promise;
    promise->id = entry->id;
    return keep_about(collector, promise, about);
}

static bool collect_objection(struct collector *collector, const struct effect *effect)
{
    struct writeset *set = collector->set;
    uint32_t *number = &collector->objections[effect->objection][effect->cause];
    if (*number && set->objections.items[*number - 1].raised_at == effect->raised_at) {
        set->objections.items[*number - 1].resolved_at = effect->resolved_at;
        return true;
    }
    struct objection_row *row = vector_push(&set->objections);
    if (!row)
        return false;
    *number = (uint32_t)set->objections.count;
    *row = (struct objection_row){.customer_id = collector->row->id, .kind = effect->objection, .cause = effect->cause,
                                  .raised_at = effect->raised_at, .resolved_at = effect->resolved_at};
    return true;
}

static bool add_profile(struct collector *collector)
{
    struct arena *arena = &collector->set->arena;
    struct profile_row *row = vector_push(&collector->set->profiles);
    if (!row)
        return false;
    row->customer_id = collector->row->id;
    bool copied = true;
#define X(text, meaning) \
    row->text = arena_copy(arena, book_text_span(&collector->book.text)); \
    copied &= row->text.data || collector->book.text.size == 0;
    BOOK_TEXTS(X)
#undef X
    return copied;
}

// Where the number of the reminder's row stands. Of a kind that is about an instant one is open at a time, so only
// the last is ever changed.
static uint32_t *number_of(struct collector *collector, const struct effect *effect, struct span *promise_id)
{
    *promise_id = SPAN_NONE;
    if (effect->reminder < REMINDER_INSTANT_KINDS)
        return &collector->reminders[effect->reminder];
    struct ledger_entry *entry = entry_of(collector, effect->promise_id);
    if (!entry)
        return NULL;
    *promise_id = entry->id;
    return &entry->reminders[effect->reminder - REMINDER_INSTANT_KINDS];
}

// The row of the effect's reminder in this write, made when there is none yet.
static struct reminder_row *reminder_of(struct collector *collector, const struct effect *effect)
{
    struct writeset *set = collector->set;
    struct span promise_id;
    uint32_t *number = number_of(collector, effect, &promise_id);
    if (!number)
        return NULL;
    if (*number && set->reminders.items[*number - 1].anchor == effect->care.anchor)
        return &set->reminders.items[*number - 1];
    struct reminder_row *row = vector_push(&set->reminders);
    if (!row)
        return NULL;
    *number = (uint32_t)set->reminders.count;
    *row = (struct reminder_row){
        .customer_id = collector->row->id, .kind = effect->reminder, .anchor = effect->care.anchor,
        .due_at = effect->care.due_at, .opened_at = effect->care.opened_at, .promise_id = promise_id,
        .closed_at = INSTANT_NONE, .exists = effect->kind != EFFECT_REMINDER_OPENED, .announce = ANNOUNCE_KEEP,
    };
    if (promise_id.data)
        promise_reminder_id(row->reminder_id, row->customer_id, row->kind, promise_id);
    else
        reminder_id(row->reminder_id, row->customer_id, row->kind, row->anchor);
    return row;
}

static bool collect_notice(struct collector *collector, const struct reminder_row *reminder,
                           const struct effect *effect)
{
    const struct customer *state = &collector->row->state;
    struct notice_row *notice = vector_push(&collector->set->notices);
    if (!notice)
        return false;
    *notice = (struct notice_row){
        .customer_id = reminder->customer_id, .notice = effect->notice, .at = effect->at,
        .recipients = effect->recipients, .state = NOTICE_HELD, .home = collector->row->home,
        .last_order_at = state->last_order_at, .next_at = effect->care.next_notice,
    };
    if (notice->next_at != INSTANT_NONE)
        notice->next_at = policy_working(collector->policy, notice->next_at);
    memcpy(notice->reminder_id, reminder->reminder_id, sizeof notice->reminder_id);
    if (notice->at < collector->quiet_until)
        return true;
    const struct about about = {
        .customer_id = reminder->customer_id, .customer = state, .kind = reminder->kind,
        .promise_id = reminder->promise_id, .anchor = reminder->anchor, .due_at = effect->care.due_at,
        .notice_at = effect->at,
    };
    notice->about = encode_about(&collector->set->arena, collector->policy, &about);
    return notice->about.data != NULL;
}

static bool collect_reminder(struct collector *collector, const struct effect *effect)
{
    struct reminder_row *row = reminder_of(collector, effect);
    if (!row)
        return false;
    row->notices = effect->care.notices;
    row->acknowledged_at = effect->care.acknowledged_at;
    row->snoozed_until = effect->care.snoozed_until;
    row->at_risk = effect->at_risk;
    if (effect->kind == EFFECT_REMINDER_OPENED || effect->kind == EFFECT_REMINDER_NOTICED)
        return collect_notice(collector, row, effect);
    if (effect->kind != EFFECT_REMINDER_CLOSED)
        return true;
    row->status = effect->status;
    row->closed_at = effect->at;
    if (!name_event(collector, effect, &row->closed_source, &row->closed_event))
        return false;
    return !collector->messages || outbox_closing(collector->set, collector->row, row);
}

static bool collect_one(struct collector *collector, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_TRANSITION: return collect_transition(collector, effect);
    case EFFECT_PROMISE: return collect_promise(collector, effect);
    case EFFECT_OBJECTION: return collect_objection(collector, effect);
    case EFFECT_PROFILE: collector->profile = true; return true;
    default: return collect_reminder(collector, effect);
    }
}

static void collect(void *context, const struct effect *effect)
{
    struct collector *collector = context;
    if (!collector->failed)
        collector->failed = !collect_one(collector, effect);
}

int collector_begin(struct collector *collector, struct writeset *set, const struct policy *policy,
                    struct customer_row *row, bool messages)
{
    collector->set = set;
    collector->policy = policy;
    collector->row = row;
    collector->messages = messages;
    collector->quiet_until = INSTANT_NONE;
    collector->keep = collector->failed = collector->profile = false;
    memset(collector->reminders, 0, sizeof collector->reminders);
    memset(collector->objections, 0, sizeof collector->objections);
    collector->first_transition = set->transitions.count;
    ledger_clear(&collector->ledger);
    // Whatever was scheduled before under other intervals is scheduled anew, from the watermark of their change on.
    if (row->version > 0 && row->policy != policy->fingerprint && customer_exists(&row->state)) {
        row->state.not_before = instant_later(row->state.not_before, policy->since);
        row->policy = policy->fingerprint;
    }
    collector->pram = standing_of(&row->state, TRANSITION_PRAM).detail;
    if (book_unpack(&collector->book, (const uint8_t *)row->book.data, row->book.size) != 0)
        return fault(STATUS_BROKEN, "customer %.*s: what is kept of it beside its columns (%u bytes) is of no form "
                     "that this version knows", (int)row->id.size, row->id.data, row->book.size);
    row->state.book = &collector->book;
    return 0;
}

struct effects collector_effects(struct collector *collector)
{
    return (struct effects){collect, collector};
}

// What the index gets of a wake. One that is far away is told by the hour: those of a batch are one place of the index
// then, and an event seldom moves one. Who is woken at the hour is armed once more, to the instant.
static instant indexed(const struct customer_row *row, instant wake, instant swept)
{
    if (wake == INSTANT_NEVER || row->state.as_of == INSTANT_NONE || wake - row->state.as_of < DAY)
        return wake;
    instant hour = wake - wake % HOUR;
    return hour > swept ? hour : wake;
}

static void derive(const struct policy *policy, struct customer_row *row, instant swept)
{
    instant wake = customer_wake(policy, &row->state);
    if (swept != INSTANT_NONE || wake < row->wake_at)
        row->wake_at = indexed(row, wake, swept);
    row->policy = policy->fingerprint;
    row->has_upcoming = customer_upcoming(policy, &row->state, &row->upcoming);
}

// A book that is as it was stays where it is.
static bool pack_book(struct collector *collector)
{
    struct customer_row *row = collector->row;
    struct span packed = span_of((const char *)collector->packed, book_pack(&collector->book, collector->packed));
    if (packed.size == 0)
        row->book = SPAN_NONE;
    else if (!span_equal(packed, row->book))
        row->book = arena_copy(&collector->set->arena, packed);
    return packed.size == 0 || row->book.data;
}

bool collector_end(struct collector *collector, instant swept)
{
    derive(collector->policy, collector->row, swept);
    bool packed = pack_book(collector);
    collector->row->state.book = NULL;
    return packed && (!collector->profile || add_profile(collector)) && !collector->failed;
}

void collector_free(struct collector *collector)
{
    ledger_free(&collector->ledger);
}

const struct promise *collector_promise(const struct collector *collector, struct span id)
{
    const struct ledger_entry *entry = ledger_find(&collector->ledger, id);
    return entry && entry->promise ? &collector->set->promises.items[entry->promise - 1].promise : NULL;
}

bool event_is_about_promise(const struct event *event)
{
    return event->effect == EFFECT_OF_PROMISE_MADE || event->effect == EFFECT_OF_PROMISE_KEPT ||
           event->effect == EFFECT_OF_PROMISE_BROKEN;
}
