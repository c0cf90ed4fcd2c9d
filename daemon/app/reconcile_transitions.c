// The fold and the changes that were published: of each kind one message, where the customer stands elsewhere.
#include "app/fold.h"
#include "app/outbox.h"
#include "app/told.h"

static bool drop_held(struct writeset *set, const struct follow_ups *had)
{
    for (size_t i = 0; i < had->outbox_count; i++) {
        if (had->outbox[i].kind != OUTBOX_TRANSITION)
            continue;
        struct outbox_row *dropped = vector_push(&set->delete_outbox);
        if (!dropped)
            return false;
        *dropped = had->outbox[i];
    }
    return true;
}

// What goes with the step from one standing to another; of levels and stages, as the last step of the fold says.
static int32_t detail_of(enum transition_kind kind, struct standing from, struct standing to,
                         const struct transition_row *last)
{
    switch (kind) {
    case TRANSITION_PRAM: return to.detail;
    case TRANSITION_TIER: return from.detail * 8 + to.detail;
    case TRANSITION_STAGE: return last ? last->transition.detail & STAGE_IMPLIED : 0;
    default: return last ? last->transition.detail : 0;
    }
}

static bool tell(struct writeset *set, struct customer_row *row, enum transition_kind kind, struct standing from,
                 const struct transition_row *last)
{
    struct standing to = standing_of(&row->state, kind);
    if (standing_same(from, to))
        return true;
    struct transition_row change = {
        .customer_id = row->id, .at = row->state.as_of,
        .transition = {.kind = (uint8_t)kind, .from = (uint8_t)from.state, .to = (uint8_t)to.state,
                       .detail = detail_of(kind, from, to, last)},
    };
    if (last) {
        change.at = last->at;
        change.source = last->source;
        change.event_id = last->event_id;
    }
    return outbox_transition(set, row, &change, from);
}

bool reconcile_transitions(struct writeset *set, struct customer_row *row, const struct customer_row *before,
                           const struct yielded *yielded, const struct follow_ups *had)
{
    struct told told[TRANSITION_KIND_COUNT];
    const struct transition_row *last[TRANSITION_KIND_COUNT] = {NULL};
    told_find(before, had->outbox, had->outbox_count, told);
    for (size_t i = 0; i < yielded->transition_count; i++)
        last[yielded->transitions[i].transition.kind] = &yielded->transitions[i];
    bool done = drop_held(set, had);
    if (!customer_exists(&row->state)) {
        told_put(row, told);
        return done;
    }
    for (int kind = 0; kind < TRANSITION_KIND_COUNT && done; kind++) {
        row->messages[kind] = told[kind].messages;
        if (before->brought == BROUGHT_SILENTLY && told[kind].messages == 0)
            continue;
        done = tell(set, row, (enum transition_kind)kind, told[kind].standing, last[kind]);
    }
    return done;
}
