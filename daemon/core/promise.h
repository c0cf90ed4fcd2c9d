// Promises, by us and by the customer. A promise is open from its making to its outcome; an outcome may be known
// before the making, which then fills in the rest. What is repeated is ignored, and so is an outcome of a promise
// that lapsed because the customer ended. Closed promises are rows alone; event->promise tells how one stands.
#ifndef CORE_PROMISE_H
#define CORE_PROMISE_H

#include "change.h"

// Whether the event has no effect: a second making or outcome, or a making beyond BOOK_PROMISES open ones.
bool promise_ignored(const struct change *change, const struct event *event);

void promise_made(const struct change *change, const struct event *event);
void promise_kept(const struct change *change, const struct event *event);
void promise_broken(const struct change *change, const struct event *event);

// The customer has ended: open promises lapse, and nobody waits for thanks any more.
void promise_lapse_all(const struct change *change, const struct event *event);
// An outbound contact: kept promises have been thanked for.
void promise_thanked(const struct change *change, const struct event *event);

#endif
