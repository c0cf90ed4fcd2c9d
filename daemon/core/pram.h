// The PRAM cycle: plan, relation, agreement, maintain. A plan, or an agreement out of nothing, opens a cycle;
// the relation is entered at level reactive while planned; an agreement enters maintain and is premature without
// a relation before it; its end leaves the cycle. The second and later cycles clear the checklists but `tasks`.
#ifndef CORE_PRAM_H
#define CORE_PRAM_H

#include "change.h"

void pram_planned(const struct change *change, const struct event *event);
void pram_agreed(const struct change *change, const struct event *event);
void pram_agreement_ended(const struct change *change, const struct event *event);

// Where the cycle stands, for the one row that an event makes however many phases it passed.
struct pram_place {
    int32_t cycle;
    int phase;
};
struct pram_place pram_place(const struct customer *customer);
// After the effects and the level of the event: enters the relation if it is due, and tells of the phase if it
// is another than before the event.
void pram_judge(const struct change *change, struct pram_place before, const struct event *event);

#endif
