// Nearly always a sum of doubles says for certain what the value is rounded to. Where it is too near to a half the
// sum is made once more, exactly.
#include "core/clv.h"

#include <float.h>
#include <math.h>

#include "big.h"

void clv_prepare(struct clv *clv, const struct valuation *valuation)
{
    double discount = (double)(CLV_MILLION + valuation->discount) / CLV_MILLION;
    double retention = (double)valuation->retention / CLV_MILLION;
    clv->retention = valuation->retention;
    clv->discount = valuation->discount;
    clv->horizon = valuation->clv_horizon;
    for (int year = 0; year < CLV_YEARS; year++) {
        clv->present[year] = pow(discount, -year);
    }
    clv->ahead = 0;
    for (int year = clv->horizon; year > 0; year--) {
        clv->ahead = (clv->ahead + 1) * retention / discount;
    }
}

// The quotient a / b of natural numbers, half to even; UINT64_MAX if it is that or more.
static uint64_t round_quotient(struct big *a, const struct big *b)
{
    uint64_t quotient = big_divide(a, b);
    big_multiply(a, 2);
    int half = quotient < UINT64_MAX ? big_compare(a, b) : -1;
    return half > 0 || (half == 0 && quotient % 2 == 1) ? quotient + 1 : quotient;
}

// A fraction of millionths in lowest terms.
struct ratio {
    uint32_t over, under;
};

static struct ratio reduce(uint32_t over, uint32_t under)
{
    uint32_t a = over, b = under;
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return (struct ratio){over / a, under / a};
}

static void multiply_often(struct big *big, uint32_t factor, int times)
{
    for (int i = 0; i < times; i++) {
        big_multiply(big, factor);
    }
}

// The sum as it grows, by the sign of its parts, all over one denominator.
struct sum {
    struct big positive, negative;
};

static void sum_add(struct sum *sum, const struct big *factor, clv_profit profit)
{
    if (profit < 0) {
        big_add_product(&sum->negative, factor, -(unsigned __int128)profit);
    } else {
        big_add_product(&sum->positive, factor, (unsigned __int128)profit);
    }
}

static void sum_multiply(struct sum *sum, uint32_t factor, int times)
{
    multiply_often(&sum->positive, factor, times);
    multiply_often(&sum->negative, factor, times);
}

// The sum over a denominator, rounded.
static int64_t sum_value(struct sum *sum, const struct big *under)
{
    bool negative = big_compare(&sum->positive, &sum->negative) < 0;
    struct big *more = negative ? &sum->negative : &sum->positive;
    big_subtract(more, negative ? &sum->positive : &sum->negative);
    uint64_t value = round_quotient(more, under);
    if (value > INT64_MAX) {
        return negative ? INT64_MIN : INT64_MAX;
    }
    return negative ? -(int64_t)value : (int64_t)value;
}

// With v the discount of a year, R the retention, S the sum of n profits P and h years ahead, the value is
//   sum of P[t] v^t, t < n  +  S/n v^(n-1) * sum of (R v)^j, j = 1..h.
// All over n * under(v)^(n-1+h) * under(R)^h * a million.
static int64_t value_exactly(const struct clv *clv, const clv_profit *profits, int years)
{
    const struct ratio discount = reduce(CLV_MILLION, CLV_MILLION + (uint32_t)clv->discount);
    const struct ratio retention = reduce((uint32_t)clv->retention, CLV_MILLION);
    struct sum sum = {{.count = 0}, {.count = 0}};
    struct big power, ahead = {.count = 0}, under;
    clv_profit total = 0;
    big_set(&power, 1);
    for (int year = 0; year < years; year++) {
        if (year > 0) {
            sum_multiply(&sum, discount.under, 1);
            big_multiply(&power, discount.over);
        }
        sum_add(&sum, &power, profits[year]);
        total += profits[year];
    }
    sum_multiply(&sum, discount.under, clv->horizon);
    sum_multiply(&sum, retention.under, clv->horizon);
    sum_multiply(&sum, (uint32_t)years, 1);
    // `power` goes on from over(v)^(n-1).
    for (int year = 0; year < clv->horizon; year++) {
        big_multiply(&power, discount.over);
        big_multiply(&power, retention.over);
        big_multiply(&ahead, discount.under);
        big_multiply(&ahead, retention.under);
        big_add_product(&ahead, &power, 1);
    }
    sum_add(&sum, &ahead, total);

    big_set(&under, CLV_MILLION);
    big_multiply(&under, (uint32_t)years);
    multiply_often(&under, discount.under, years - 1 + clv->horizon);
    multiply_often(&under, retention.under, clv->horizon);
    return sum_value(&sum, &under);
}

int64_t clv_value(const struct clv *clv, const clv_profit *profits, int years)
{
    double value = 0, size = 0, sum = 0;
    for (int year = 0; year < years; year++) {
        double profit = (double)profits[year] / CLV_MILLION, present = profit * clv->present[year];
        value += present;
        size += fabs(present);
        sum += profit;
    }
    double ahead = sum / years * clv->present[years - 1] * clv->ahead;
    value += ahead;
    size += fabs(ahead) + fabs(sum);
    // Each term has a few roundings, each sum at most one for each year.
    double doubt = size * DBL_EPSILON * (2 * (years + clv->horizon) + 64);
    double whole = nearbyint(value);
    if (0.5 - fabs(value - whole) > doubt && doubt < 0.5) {
        return (int64_t)whole;
    }
    return value_exactly(clv, profits, years);
}
