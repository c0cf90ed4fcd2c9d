// The fold and the changes that were published: of each kind one message, where the customer stands elsewhere.
#include "app/fold.h"
#include "app/outbox.h"

// Where the customer stands in public, and by how many messages.
struct told {
    struct standing standing;
    int32_t messages;
};

// Of held messages the first of a kind tells where the customer stood before them all.
static void find_told(const struct customer_row *before, const struct follow_ups *had,
                      struct told told[TRANSITION_KIND_COUNT])
{
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        told[kind] = (struct told){standing_of(&before->state, (enum transition_kind)kind), before->messages[kind]};
    for (size_t i = 0; i < had->outbox_count; i++) {
        const struct outbox_row *message = &had->outbox[i];
        if (message->kind != OUTBOX_TRANSITION)
            continue;
        struct told *of_kind = &told[message->transition.kind];
        if (message->transition.n <= of_kind->messages)
            *of_kind = (struct told){outbox_standing(&message->transition), message->transition.n - 1};
    }
}

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
    find_told(before, had, told);
    for (size_t i = 0; i < yielded->transition_count; i++)
        last[yielded->transitions[i].transition.kind] = &yielded->transitions[i];
    bool done = drop_held(set, had);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT && done; kind++) {
        row->messages[kind] = told[kind].messages;
        done = !customer_exists(&row->state) || tell(set, row, (enum transition_kind)kind, told[kind].standing, last[kind]);
    }
    return done;
}
