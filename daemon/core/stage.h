// Stage of life: stranger, established, evaluating, growing, mature; ended from anywhere. Evidence of a stage
// walks through those between, each step +1 and all but the last implied; stages do not go back. Evidence:
//   established  an inbound contact, a visit or a meeting
//   evaluating   proposal.submitted, survey.completed
//   growing      design.submitted, evaluation.passed, or a level of accountable or more
//   mature       contract.signed; order.placed too unless mature_by is the contract
// While ended only order.placed, contract.signed and relationship.reopened change the stage: they reopen it as
// established, and their evidence is judged then.
#ifndef CORE_STAGE_H
#define CORE_STAGE_H

#include "change.h"

// Walks to the stage that the event, applied, and the level give evidence of. `reopened`: what stage_reopen said
// of this event, which is told here, as whether the walk goes on decides whether that step is implied.
void stage_judge(const struct change *change, bool reopened, const struct event *event);

// Ends the relationship; reopens it if it has ended and the event does that.
void stage_end(const struct change *change, const struct event *event);
bool stage_reopen(const struct change *change, const struct event *event);

#endif
