#include "app/told.h"

#include "app/outbox.h"

void told_find(const struct customer_row *row, const struct outbox_row *held, size_t count,
               struct told told[TRANSITION_KIND_COUNT])
{
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        told[kind] = (struct told){standing_of(&row->state, (enum transition_kind)kind), row->messages[kind]};
    for (size_t i = 0; i < count; i++) {
        if (held[i].kind != OUTBOX_TRANSITION)
            continue;
        // Of held messages the first of a kind tells where the customer stood before them all.
        const struct transition *transition = &held[i].transition;
        struct told *of_kind = &told[transition->kind];
        if (transition->n <= of_kind->messages)
            *of_kind = (struct told){outbox_standing(transition), transition->n - 1};
    }
}

void told_put(struct customer_row *row, const struct told told[TRANSITION_KIND_COUNT])
{
    customer_init(&row->state);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++) {
        standing_put(&row->state, (enum transition_kind)kind, told[kind].standing);
        row->messages[kind] = told[kind].messages;
    }
}

bool told_begin(struct customer_row *row, const struct identity_row *identity, const struct policy *policy, instant at)
{
    struct told told[TRANSITION_KIND_COUNT];
    struct customer nobody;
    bool waits = at < identity->recorded_at; // which has moved the clock
    customer_init(&nobody);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++) {
        told[kind] = (struct told){identity->told[kind], identity->messages[kind]};
        waits |= !standing_same(identity->told[kind], standing_of(&nobody, (enum transition_kind)kind));
    }
    told_put(row, told);
    if (identity->home)
        row->home = identity->home;
    if (waits) {
        row->fold_at = at;
        row->policy = policy->fingerprint;
    }
    return waits;
}
