// Equality of what the model gives, value by value: the bytes but for padding and the event at hand.
#ifndef GUANXI_TESTS_SAME_H
#define GUANXI_TESTS_SAME_H

#include "core/effect.h"

// Prints the first field that differs. Customers have their books.
bool same_customer(const struct customer *a, const struct customer *b);
bool same_book(const struct book *a, const struct book *b);

// The events of both must be the very same object, or NULL.
bool same_effect(const struct effect *a, const struct effect *b);

#endif
