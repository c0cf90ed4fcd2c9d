// Natural numbers of a fixed most size, for the few sums that have to be exact and do not fit anything else.
#ifndef GUANXI_DAEMON_CORE_BIG_H
#define GUANXI_DAEMON_CORE_BIG_H

#include <stdbool.h>
#include <stdint.h>

enum { BIG_LIMBS = 320, BIG_LIMB_BITS = 32 };

struct big {
    uint32_t limbs[BIG_LIMBS]; // least first; those beyond `count` are not set
    int count;                 // the last of them is not 0; 0: zero
};

// What would not fit ends the program: callers know their bounds.
void big_set(struct big *big, unsigned __int128 value);
void big_multiply(struct big *big, uint32_t factor);
void big_subtract(struct big *big, const struct big *other); // at most itself
int big_compare(const struct big *a, const struct big *b);
// sum += other * factor
void big_add_product(struct big *sum, const struct big *other, unsigned __int128 factor);
// The quotient, or UINT64_MAX where it is as large or larger; `big` becomes the remainder (not then).
uint64_t big_divide(struct big *big, const struct big *divisor);

#endif
