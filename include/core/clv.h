// Customer lifetime value: what a customer has brought in and is expected to, in the money of its first year.
#ifndef GUANXI_CORE_CLV_H
#define GUANXI_CORE_CLV_H

#include "core/instant.h"
#include "core/valuation.h"

#define CLV_YEAR (365 * DAY)
enum { CLV_YEARS = 231 }; // that can have begun between 1970 and 2199

// Profit of a year in millionths of a minor unit: exact, with a margin in millionths.
typedef __int128 clv_profit;

// What follows from the settings alone, worked out once.
struct clv {
    int32_t retention, discount, horizon;
    double present[CLV_YEARS]; // of one unit in that year
    double ahead;              // of one unit a year in the years ahead, in the running year
};
void clv_prepare(struct clv *clv, const struct valuation *valuation);

// The value by the profits of the years begun, `years` of them (1..CLV_YEARS), in minor units: the exact sum, rounded
// half to even; it stops at the limits of int64.
int64_t clv_value(const struct clv *clv, const clv_profit *profits, int years);

#endif
