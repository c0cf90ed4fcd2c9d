// The parts of an explanation.
#ifndef GUANXI_APP_EXPLAIN_PARTS_H
#define GUANXI_APP_EXPLAIN_PARTS_H

#include "app/explain.h"

void ignore_effect(void *context, const struct effect *effect);

// Folds the timeline up to the instant that was asked for, or all of it and on to where events have been read. Leaves
// state, events and steps in the explanation, and the rows of promises in the set.
int explain_fold(struct explainer *explainer);

// f and m, of the events.
void explain_value(const struct policy *policy, struct explanation *made);

// A step of the level or another transition, as it is told.
struct explained_step explained_step(const struct policy *policy, const struct customer *customer,
                                     const struct effect *effect, size_t event);

// The open reminders of the state, and what comes if nothing is done. False: memory is out.
bool explain_reminders(struct explainer *explainer);
bool explain_future(struct explainer *explainer);

#endif
