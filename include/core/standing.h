// Where a customer stands in what a kind of transition moves: what its changes are told from and to.
#ifndef GUANXI_CORE_STANDING_H
#define GUANXI_CORE_STANDING_H

#include "core/effect.h"

struct standing {
    int state;      // level, stage, phase or tier
    int32_t detail; // PRAM: cycle * 2 + premature, -1: not known; TIER: target
};

struct standing standing_of(const struct customer *customer, enum transition_kind kind);
// Puts a customer there, in this and nothing else: standing_of then says the same.
void standing_put(struct customer *customer, enum transition_kind kind, struct standing standing);

static inline bool standing_same(struct standing a, struct standing b)
{
    return a.state == b.state && a.detail == b.detail;
}

#endif
