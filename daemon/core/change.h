// One customer in the hands of the model, for the time of one call.
#ifndef CORE_CHANGE_H
#define CORE_CHANGE_H

#include "core/effect.h"

struct change {
    const struct policy *policy;
    struct customer *customer;
    struct span id; // of the customer
    const struct effects *effects;
};

static inline void change_emit(const struct change *change, const struct effect *effect)
{
    change->effects->emit(change->effects->context, effect);
}

#endif
