// Messages on their way out: what a write puts into the outbox, and what a change says when it is sent.
#ifndef GUANXI_APP_OUTBOX_H
#define GUANXI_APP_OUTBOX_H

#include "app/writeset.h"
#include "core/standing.h"

// Lets a transition be told, as the customer's next message of its kind; `from` is where the customer stood by the
// message before.
void outbox_tell(struct customer_row *row, struct transition_row *change, struct standing from);
// The same by a message of its own, without a transition in the set. False: memory is out.
bool outbox_transition(struct writeset *set, struct customer_row *row, const struct transition_row *change,
                       struct standing from);
// Of the transition of a message in the outbox: where the customer stood before it. Of a PRAM cycle other than the
// one it leads to it does not know which: the standing is then nobody's.
struct standing outbox_standing(const struct transition *message);
// The same transition as it is to be told.
struct transition outbox_told(const struct transition *message);

// Puts the closing of a reminder into the outbox, to be sent if a notice of it was.
bool outbox_closing(struct writeset *set, const struct customer_row *row, const struct reminder_row *reminder);

#endif
