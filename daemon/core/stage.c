#include "stage.h"

static void tell(const struct change *change, int from, int to, bool implied, const struct event *event)
{
    struct effect effect = {
        .kind = EFFECT_TRANSITION,
        .at = event->time,
        .event = event,
        .transition = {.kind = TRANSITION_STAGE,
                       .from = (uint8_t)from,
                       .to = (uint8_t)to,
                       .n = ++change->customer->stage_changes,
                       .detail = implied},
    };
    change_emit(change, &effect);
}

// The stage from which it is entered.
static int enter(struct customer *customer, int stage, const struct event *event)
{
    int from = customer->stage;
    customer->stage = (int16_t)stage;
    customer->stage_since = event->time;
    return from;
}

static int evidence_of_type(const struct policy *policy, const struct event *event)
{
    switch (event->type) {
    case TYPE_VISIT_COMPLETED:
    case TYPE_MEETING_COMPLETED: return STAGE_ESTABLISHED;
    case TYPE_SURVEY_COMPLETED:
    case TYPE_PROPOSAL_SUBMITTED: return STAGE_EVALUATING;
    case TYPE_DESIGN_SUBMITTED:
    case TYPE_EVALUATION_PASSED: return STAGE_GROWING;
    case TYPE_CONTRACT_SIGNED: return STAGE_MATURE;
    case TYPE_ORDER_PLACED: return policy->mature_by == MATURE_BY_ORDER ? STAGE_MATURE : STAGE_STRANGER;
    default: return STAGE_STRANGER;
    }
}

static int evidence(const struct change *change, const struct event *event)
{
    int stage = evidence_of_type(change->policy, event);
    if (stage < STAGE_ESTABLISHED && event->side & SIDE_INBOUND) {
        stage = STAGE_ESTABLISHED;
    }
    if (stage < STAGE_GROWING && change->customer->level >= LEVEL_ACCOUNTABLE) {
        stage = STAGE_GROWING;
    }
    return stage;
}

void stage_judge(const struct change *change, bool reopened, const struct event *event)
{
    struct customer *customer = change->customer;
    if (customer->stage == STAGE_ENDED) {
        return;
    }
    int proven = evidence(change, event);
    if (reopened) {
        tell(change, STAGE_ENDED, STAGE_ESTABLISHED, proven > STAGE_ESTABLISHED, event);
    }
    while (customer->stage < proven) {
        int from = enter(customer, customer->stage + 1, event);
        tell(change, from, customer->stage, customer->stage < proven, event);
    }
}

void stage_end(const struct change *change, const struct event *event)
{
    customer_set_trait(change->customer, TRAIT_ENDED_BY, 1 + event->by);
    tell(change, enter(change->customer, STAGE_ENDED, event), STAGE_ENDED, false, event);
}

bool stage_reopen(const struct change *change, const struct event *event)
{
    struct customer *customer = change->customer;
    bool reopens = event->type == TYPE_RELATIONSHIP_REOPENED || event->type == TYPE_ORDER_PLACED ||
                   event->type == TYPE_CONTRACT_SIGNED;
    if (customer->stage != STAGE_ENDED || !reopens) {
        return false;
    }
    customer_set_trait(customer, TRAIT_ENDED_BY, 0);
    customer->care_since = event->time;
    enter(customer, STAGE_ESTABLISHED, event);
    return true;
}
