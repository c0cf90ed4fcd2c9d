// Contacts and what follows from them: the rhythm of our care, whether the customer waits for an answer,
// and whether an order has been followed up.
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "core/customer.h"

// The contact of event->side, if it is one: last contacts, rhythm; an outbound one answers and follows up.
void contact_made(const struct policy *policy, struct customer *customer,
                  const struct event *event);

// The customer waits for an answer since `at`, if not since before; the answer.
void contact_asked(struct customer *customer, instant at);
void contact_answered(struct customer *customer);

// An order nobody has followed up yet; its delivery.
void contact_ordered(struct customer *customer, instant at);
void contact_delivered(struct customer *customer, instant at);

// The relationship has ended: nobody waits for an answer or a follow-up any more.
void contact_over(struct customer *customer);

// An outbound contact or a feedback at `at`: after the first open order it ends the wait, and counts as
// following up if that order or the last one lies less than follow_up_window back. Judged before an order
// of the same event counts.
void contact_followed_up(const struct policy *policy, struct customer *customer, instant at);

#endif
