#include "core/standing.h"

struct standing standing_of(const struct customer *customer, enum transition_kind kind)
{
    switch (kind) {
    case TRANSITION_LEVEL: return (struct standing){.state = customer->level};
    case TRANSITION_STAGE: return (struct standing){.state = customer->stage};
    case TRANSITION_PRAM:
        return (struct standing){
            .state = customer_trait(customer, TRAIT_PHASE),
            .detail = customer->pram_cycle * 2 + customer_trait(customer, TRAIT_PREMATURE),
        };
    default:
        return (struct standing){
            .state = customer_trait(customer, TRAIT_TIER), .detail = customer_trait(customer, TRAIT_TARGET)};
    }
}

void standing_put(struct customer *customer, enum transition_kind kind, struct standing standing)
{
    int premature = standing.detail % 2 != 0; // of -1 too, with the cycle before the first
    switch (kind) {
    case TRANSITION_LEVEL: customer->level = (int16_t)standing.state; break;
    case TRANSITION_STAGE: customer->stage = (int16_t)standing.state; break;
    case TRANSITION_PRAM:
        customer_set_trait(customer, TRAIT_PHASE, standing.state);
        customer_set_trait(customer, TRAIT_PREMATURE, premature);
        customer->pram_cycle = (standing.detail - premature) / 2;
        break;
    default:
        customer_set_trait(customer, TRAIT_TIER, standing.state);
        customer_set_trait(customer, TRAIT_TARGET, standing.detail);
    }
}
