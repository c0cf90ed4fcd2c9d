// Messages on their way out: what a write puts into the outbox, and what a change says when it is sent.
#ifndef GUANXI_APP_OUTBOX_H
#define GUANXI_APP_OUTBOX_H

#include "app/writeset.h"

// Where a customer stands in what a kind of transition moves.
struct standing {
    int state;      // level, stage, phase or tier
    int32_t detail; // PRAM: cycle * 2 + premature; TIER: target
};
struct standing standing_of(const struct customer *customer, enum transition_kind kind);
static inline bool standing_same(struct standing a, struct standing b)
{
    return a.state == b.state && a.detail == b.detail;
}

// Puts a transition into the outbox as the customer's next message of its kind; `from` is where the customer
// stood by the message before. False: memory is out.
bool outbox_transition(struct writeset *set, struct customer_row *row, const struct transition_row *change,
                       struct standing from);
// The message put in last was of a walk through stages, which went on.
void outbox_walk_on(struct writeset *set, struct customer_row *row, const struct transition *walk);
// Of the transition of a message in the outbox: where the customer stood before it. Of a PRAM cycle other than the
// one it leads to it does not know which: the standing is then nobody's.
struct standing outbox_standing(const struct transition *message);
// The same transition as it is to be told.
struct transition outbox_told(const struct transition *message);

// Puts the closing of a reminder into the outbox, to be sent if a notice of it was.
bool outbox_closing(struct writeset *set, const struct customer_row *row, const struct reminder_row *reminder);

#endif
