#include "big.h"

#include <assert.h>
#include <string.h>

static void trim(struct big *big)
{
    while (big->count > 0 && big->limbs[big->count - 1] == 0) {
        big->count--;
    }
}

static void push(struct big *big, uint32_t limb)
{
    assert(big->count < BIG_LIMBS);
    big->limbs[big->count++] = limb;
}

static uint32_t limb_of(const struct big *big, int i)
{
    return i < big->count ? big->limbs[i] : 0;
}

void big_set(struct big *big, unsigned __int128 value)
{
    big->count = 0;
    for (; value != 0; value >>= BIG_LIMB_BITS) {
        push(big, (uint32_t)value);
    }
}

void big_multiply(struct big *big, uint32_t factor)
{
    uint64_t carry = 0;
    for (int i = 0; i < big->count; i++) {
        carry += (uint64_t)big->limbs[i] * factor;
        big->limbs[i] = (uint32_t)carry;
        carry >>= BIG_LIMB_BITS;
    }
    if (carry != 0) {
        push(big, (uint32_t)carry);
    }
    trim(big);
}

// sum += other * factor, `shift` limbs further up.
static void add_product(struct big *sum, const struct big *other, uint32_t factor, int shift)
{
    uint64_t carry = 0;
    for (int i = 0; i < other->count || carry != 0; i++) {
        carry += (uint64_t)limb_of(other, i) * factor + limb_of(sum, i + shift);
        while (sum->count <= i + shift) {
            push(sum, 0);
        }
        sum->limbs[i + shift] = (uint32_t)carry;
        carry >>= BIG_LIMB_BITS;
    }
    trim(sum);
}

void big_add_product(struct big *sum, const struct big *other, unsigned __int128 factor)
{
    for (int shift = 0; factor != 0; shift++, factor >>= BIG_LIMB_BITS) {
        add_product(sum, other, (uint32_t)factor, shift);
    }
}

void big_subtract(struct big *big, const struct big *other)
{
    int64_t borrow = 0;
    for (int i = 0; i < big->count; i++) {
        borrow += (int64_t)big->limbs[i] - limb_of(other, i);
        big->limbs[i] = (uint32_t)borrow;
        borrow >>= BIG_LIMB_BITS;
    }
    assert(borrow == 0);
    trim(big);
}

int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count) {
        return a->count < b->count ? -1 : 1;
    }
    for (int i = a->count - 1; i >= 0; i--) {
        if (a->limbs[i] != b->limbs[i]) {
            return a->limbs[i] < b->limbs[i] ? -1 : 1;
        }
    }
    return 0;
}

static void halve(struct big *big)
{
    for (int i = 0; i < big->count; i++) {
        big->limbs[i] = big->limbs[i] >> 1 | limb_of(big, i + 1) << (BIG_LIMB_BITS - 1);
    }
    trim(big);
}

uint64_t big_divide(struct big *big, const struct big *divisor)
{
    enum { BITS = 64 };
    struct big shifted = {.count = 0};
    for (int i = 0; i < BITS / BIG_LIMB_BITS; i++) {
        push(&shifted, 0);
    }
    for (int i = 0; i < divisor->count; i++) {
        push(&shifted, divisor->limbs[i]);
    }
    if (big_compare(big, &shifted) >= 0) {
        return UINT64_MAX;
    }
    uint64_t quotient = 0;
    for (int bit = 0; bit < BITS; bit++) {
        halve(&shifted);
        quotient <<= 1;
        if (big_compare(big, &shifted) >= 0) {
            big_subtract(big, &shifted);
            quotient |= 1;
        }
    }
    return quotient;
}
