// Objections: of each kind and cause one is open, since the first time it was raised.
#ifndef CORE_OBJECTION_H
#define CORE_OBJECTION_H

#include "change.h"

void objection_raised(const struct change *change, const struct event *event);
void objection_resolved(const struct change *change, const struct event *event); // of both causes
void objection_resolve_all(const struct change *change, const struct event *event);

// Since when the oldest one is open; INSTANT_NONE: none is.
instant objection_oldest(const struct book *book);
// Whether one of the kind is open, whoever's cause it is.
bool objection_open(const struct book *book, enum objection_kind kind);

#endif
