#include "pram.h"

static int phase_of(const struct customer *customer)
{
    return customer_trait(customer, TRAIT_PHASE);
}

static void enter(struct customer *customer, enum pram_phase phase)
{
    customer_set_trait(customer, TRAIT_PHASE, phase);
}

static void open_cycle(const struct change *change)
{
    struct customer *customer = change->customer;
    customer->pram_cycle++;
    customer_set_trait(customer, TRAIT_PREMATURE, 0);
    if (customer->pram_cycle > 1) {
        customer->book->marked &= change->policy->lasting_items;
    }
}

void pram_planned(const struct change *change, const struct event *event)
{
    struct customer *customer = change->customer;
    (void)event;
    int phase = phase_of(customer);
    if (phase == PHASE_NONE || phase == PHASE_MAINTAIN) {
        open_cycle(change);
        enter(customer, PHASE_PLAN);
    }
}

void pram_agreed(const struct change *change, const struct event *event)
{
    struct customer *customer = change->customer;
    int phase = phase_of(customer);
    if (phase == PHASE_NONE) {
        open_cycle(change);
    }
    if (phase == PHASE_NONE || phase == PHASE_PLAN) {
        customer_set_trait(customer, TRAIT_PREMATURE, 1);
    }
    enter(customer, PHASE_MAINTAIN);
    customer->agreement_at = event->time;
    customer->agreement_until = event->until;
}

void pram_agreement_ended(const struct change *change, const struct event *event)
{
    struct customer *customer = change->customer;
    (void)event;
    if (phase_of(customer) == PHASE_MAINTAIN) {
        enter(customer, PHASE_NONE);
        customer->agreement_at = INSTANT_NONE;
        customer->agreement_until = INSTANT_NONE;
    }
}

struct pram_place pram_place(const struct customer *customer)
{
    return (struct pram_place){customer->pram_cycle, phase_of(customer)};
}

void pram_judge(const struct change *change, struct pram_place before, const struct event *event)
{
    struct customer *customer = change->customer;
    if (phase_of(customer) == PHASE_PLAN && customer->level >= LEVEL_REACTIVE) {
        enter(customer, PHASE_RELATION);
    }
    struct pram_place now = pram_place(customer);
    if (now.cycle == before.cycle && now.phase == before.phase) {
        return;
    }
    struct effect effect = {
        .kind = EFFECT_TRANSITION,
        .at = event->time,
        .event = event,
        .transition = {.kind = TRANSITION_PRAM,
                       .from = (uint8_t)before.phase,
                       .to = (uint8_t)now.phase,
                       .n = ++customer->pram_changes,
                       .detail = now.cycle * 2 + customer_trait(customer, TRAIT_PREMATURE)},
    };
    change_emit(change, &effect);
}
