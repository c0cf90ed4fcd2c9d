// What the customer is worth so far: lifetime aggregates. Totals stop at the limits of int64.
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include "core/customer.h"

void value_ordered(const struct policy *policy, struct customer *customer,
                   const struct event *event);
void value_refunded(struct customer *customer, const struct event *event);
void value_referred(struct customer *customer);

#endif
