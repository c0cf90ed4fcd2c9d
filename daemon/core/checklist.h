// Checklists: which steps have been taken with a customer, and when first.
#ifndef CORE_CHECKLIST_H
#define CORE_CHECKLIST_H

#include "change.h"

// Sets the marks of the event: those of its rule, those that an outbound contact makes, and its own.
void checklist_mark(const struct change *change, const struct event *event);

#endif
