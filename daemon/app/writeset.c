#include "app/writeset.h"

#include "codec/encode.h"

enum { PAYLOAD_BLOCK = 64 * 1024 };

// Every vector of the set, for what is done to all of them.
#define VECTORS(X) \
    X(lanes) X(customers) X(timeline) X(level_changes) X(reminders) X(notices) X(outbox) X(quarantine) X(settle) \
    X(forget_level_changes) X(delete_reminders) X(delete_notices) X(delete_outbox) X(points)

void writeset_init(struct writeset *set)
{
    memset(set, 0, sizeof *set);
    arena_init(&set->arena, PAYLOAD_BLOCK);
}

void writeset_clear(struct writeset *set)
{
#define X(name) vector_clear(&set->name);
    VECTORS(X)
#undef X
    arena_reset(&set->arena);
    set->durable = false;
}

void writeset_free(struct writeset *set)
{
#define X(name) vector_free(&set->name);
    VECTORS(X)
#undef X
    arena_free(&set->arena);
}

bool writeset_is_empty(const struct writeset *set)
{
    size_t rows = 0;
#define X(name) rows += set->name.count;
    VECTORS(X)
#undef X
    return rows == 0;
}

struct store_write writeset_view(const struct writeset *set)
{
    return (struct store_write){
        .lanes = set->lanes.items, .lane_count = set->lanes.count,
        .customers = set->customers.items, .customer_count = set->customers.count,
        .timeline = set->timeline.items, .timeline_count = set->timeline.count,
        .level_changes = set->level_changes.items, .level_change_count = set->level_changes.count,
        .reminders = set->reminders.items, .reminder_count = set->reminders.count,
        .notices = set->notices.items, .notice_count = set->notices.count,
        .outbox = set->outbox.items, .outbox_count = set->outbox.count,
        .quarantine = set->quarantine.items, .quarantine_count = set->quarantine.count,
        .settle = set->settle.items, .settle_count = set->settle.count,
        .forget_level_changes = set->forget_level_changes.items,
        .forget_level_change_count = set->forget_level_changes.count,
        .delete_reminders = set->delete_reminders.items, .delete_reminder_count = set->delete_reminders.count,
        .delete_notices = set->delete_notices.items, .delete_notice_count = set->delete_notices.count,
        .delete_outbox = set->delete_outbox.items, .delete_outbox_count = set->delete_outbox.count,
        .points = set->points.items, .points_count = set->points.count,
        .durable = set->durable,
    };
}

bool writeset_timeline(struct writeset *set, const struct event *event, double points, int32_t lane_id,
                       int64_t offset)
{
    struct timeline_row *row = vector_push(&set->timeline);
    if (!row)
        return false;
    *row = (struct timeline_row){
        .event = event, .points = points, .customer_id = event->subject, .lane_id = lane_id, .offset = offset,
        .has_amount = event->effect == EFFECT_OF_ORDER_PLACED || event->effect == EFFECT_OF_ORDER_REFUNDED ||
                      event->effect == EFFECT_OF_COST,
    };
    return true;
}

bool outbox_level(struct writeset *set, struct customer_row *row, const struct level_change_row *change)
{
    struct outbox_row *message = vector_push(&set->outbox);
    if (!message)
        return false;
    row->level_messages++;
    *message = (struct outbox_row){
        .customer_id = row->id, .home = row->home, .at = change->at, .kind = OUTBOX_LEVEL,
        .n = row->level_messages,
        .from_level = change->from_level, .to_level = change->to_level, .cause = change->cause,
        .source = change->source, .event_id = change->event_id,
    };
    return true;
}

bool outbox_closing(struct writeset *set, const struct customer_row *row, const struct reminder_row *reminder)
{
    struct outbox_row *message = vector_push(&set->outbox);
    if (!message)
        return false;
    *message = (struct outbox_row){
        .customer_id = row->id, .home = row->home, .at = reminder->closed_at, .kind = OUTBOX_CLOSING,
    };
    memcpy(message->reminder_id, reminder->reminder_id, sizeof message->reminder_id);
    struct closing_message closing = {
        .customer_id = row->id, .kind = reminder->kind, .status = reminder->status,
        .anchor = reminder->anchor, .due_at = reminder->due_at, .opened_at = reminder->opened_at,
        .closed_at = reminder->closed_at, .event_source = reminder->closed_source, .event_id = reminder->closed_event,
    };
    memcpy(closing.reminder_id, reminder->reminder_id, sizeof closing.reminder_id);
    message->payload = encode_closing(&set->arena, &closing);
    return message->payload.data != NULL;
}

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
    *source = arena_copy(collector->keep, *source);
    *id = arena_copy(collector->keep, *id);
    return source->data && id->data;
}

static bool collect_level(struct collector *collector, const struct effect *effect)
{
    struct level_change_row *change = vector_push(&collector->set->level_changes);
    if (!change)
        return false;
    *change = (struct level_change_row){
        .customer_id = collector->row->id, .n = effect->step, .at = effect->at, .from_level = effect->from_level,
        .to_level = effect->to_level, .cause = effect->cause,
    };
    if (!name_event(collector, effect, &change->source, &change->event_id))
        return false;
    return !collector->messages || outbox_level(collector->set, collector->row, change);
}

// The row of the effect's reminder in this write, made when there is none yet.
static struct reminder_row *reminder_of(struct collector *collector, const struct effect *effect)
{
    struct writeset *set = collector->set;
    for (size_t i = set->reminders.count; i-- > collector->first_reminder;) {
        struct reminder_row *row = &set->reminders.items[i];
        if (row->kind == effect->reminder && row->anchor == effect->care.anchor)
            return row;
    }
    struct reminder_row *row = vector_push(&set->reminders);
    if (!row)
        return NULL;
    *row = (struct reminder_row){
        .customer_id = collector->row->id, .kind = effect->reminder, .anchor = effect->care.anchor,
        .due_at = effect->care.due_at, .opened_at = effect->care.opened_at, .closed_at = INSTANT_NONE,
        .exists = effect->kind != EFFECT_REMINDER_OPENED, .announce = ANNOUNCE_KEEP,
    };
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
        .level = (uint8_t)state->level, .last_contact_at = state->last_contact_at,
        .last_order_at = state->last_order_at, .next_at = effect->care.next_notice,
    };
    if (notice->next_at != INSTANT_NONE)
        notice->next_at = policy_working(collector->policy, notice->next_at);
    memcpy(notice->reminder_id, reminder->reminder_id, sizeof notice->reminder_id);
    return true;
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

static void collect(void *context, const struct effect *effect)
{
    struct collector *collector = context;
    if (collector->failed)
        return;
    bool done = effect->kind == EFFECT_LEVEL ? collect_level(collector, effect) : collect_reminder(collector, effect);
    collector->failed = !done;
}

void collector_begin(struct collector *collector, struct writeset *set, const struct policy *policy,
                     struct customer_row *row, bool messages)
{
    *collector = (struct collector){
        .set = set, .policy = policy, .row = row, .first_reminder = set->reminders.count, .messages = messages};
}

struct effects collector_effects(struct collector *collector)
{
    return (struct effects){collect, collector};
}

void customer_row_derive(const struct policy *policy, struct customer_row *row, bool rearm)
{
    instant wake = customer_wake(policy, &row->state);
    if (rearm || wake < row->wake_at)
        row->wake_at = wake;
    row->policy = policy->fingerprint;
    row->has_upcoming = customer_upcoming(policy, &row->state, &row->upcoming);
}
