#include "app/writeset.h"

enum { PAYLOAD_BLOCK = 64 * 1024 };

// Every vector of the set, for what is done to all of them.
#define VECTORS(X) \
    X(lanes) X(customers) X(delete_customers) X(timeline) X(transitions) X(promises) X(objections) X(profiles) \
    X(reminders) X(notices) X(outbox) X(quarantine) X(settle) X(forget) X(delete_transitions) X(delete_reminders) X(delete_notices) X(delete_outbox) X(points)

void writeset_init(struct writeset *set)
{
    memset(set, 0, sizeof *set);
    arena_init(&set->arena, PAYLOAD_BLOCK);
    set->epoch = EPOCH_ANY;
}

void writeset_clear(struct writeset *set)
{
#define X(name) vector_clear(&set->name);
    VECTORS(X)
#undef X
    arena_reset(&set->arena);
    set->identity = NULL;
    set->epoch = EPOCH_ANY;
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

size_t writeset_size(const struct writeset *set)
{
    size_t size = set->arena.total;
#define X(name) size += set->name.count * sizeof *set->name.items;
    VECTORS(X)
#undef X
    return size;
}

struct store_write writeset_view(const struct writeset *set)
{
    return (struct store_write){
        .lanes = set->lanes.items, .lane_count = set->lanes.count,
        .customers = set->customers.items, .customer_count = set->customers.count,
        .delete_customers = set->delete_customers.items, .delete_customer_count = set->delete_customers.count,
        .timeline = set->timeline.items, .timeline_count = set->timeline.count,
        .transitions = set->transitions.items, .transition_count = set->transitions.count,
        .promises = set->promises.items, .promise_count = set->promises.count,
        .objections = set->objections.items, .objection_count = set->objections.count,
        .profiles = set->profiles.items, .profile_count = set->profiles.count,
        .reminders = set->reminders.items, .reminder_count = set->reminders.count,
        .notices = set->notices.items, .notice_count = set->notices.count,
        .outbox = set->outbox.items, .outbox_count = set->outbox.count,
        .quarantine = set->quarantine.items, .quarantine_count = set->quarantine.count,
        .settle = set->settle.items, .settle_count = set->settle.count,
        .forget = set->forget.items, .forget_count = set->forget.count,
        .delete_transitions = set->delete_transitions.items, .delete_transition_count = set->delete_transitions.count,
        .delete_reminders = set->delete_reminders.items, .delete_reminder_count = set->delete_reminders.count,
        .delete_notices = set->delete_notices.items, .delete_notice_count = set->delete_notices.count,
        .delete_outbox = set->delete_outbox.items, .delete_outbox_count = set->delete_outbox.count,
        .points = set->points.items, .points_count = set->points.count,
        .identity = set->identity, .epoch = set->epoch, .durable = set->durable,
    };
}

bool writeset_timeline(struct writeset *set, const struct event *event, struct span customer_id, double points,
                       int32_t lane_id, int64_t offset)
{
    struct timeline_row *row = vector_push(&set->timeline);
    if (!row)
        return false;
    *row = (struct timeline_row){
        .event = event, .points = points, .customer_id = customer_id, .lane_id = lane_id, .offset = offset,
        .has_amount = event_has_amount(event),
    };
    return true;
}
