// Money, exactly: decimal text to minor units of the base currency, never through a double.
#ifndef GUANXI_CODEC_MONEY_H
#define GUANXI_CODEC_MONEY_H

#include "core/policy.h"

enum money {
    MONEY_OK = 0,
    MONEY_BAD_AMOUNT = 1,   // no plain decimal, too many decimals, or beyond 10^15 minor units
    MONEY_NO_RATE = 2,      // the currency is neither the base nor in the rates
    MONEY_BAD_CURRENCY = 3, // not three letters
};

// Minor digits of an ISO 4217 code (any case): 0..4, or -1 when the code is not in the standard.
int currency_minor_digits(struct span code);

// Converts `amount` of `currency` by the rates of the policy, half-even, once.
enum money money_convert(const struct policy *policy, struct span amount, struct span currency, int64_t *minor);

// A rate "7.1234" as numerator and scale; 0, or -1 when it is no positive decimal of at most 18 digits.
int money_parse_rate(struct span text, int64_t *numerator, uint8_t *scale);

#endif
