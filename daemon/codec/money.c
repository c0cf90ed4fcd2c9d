#include "codec/money.h"

#define MONEY_MOST INT64_C(1000000000000000) // 10^15 minor units, before and after conversion
#define RATE_MOST  INT64_C(999999999999999999)

enum { RATE_DIGITS_MAX = 18 };

// Takes digits at *at while they last; false when there is none. A number beyond `most` becomes `most` + 1
// and stays there.
static bool take_digits(const char **at, const char *end, int64_t most, int64_t *number, int *count)
{
    const char *first = *at;
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        *number = *number > (most - digit) / 10 ? most + 1 : *number * 10 + digit;
    }
    *count = (int)(*at - first);
    return *count > 0;
}

// A plain decimal: digits, then perhaps a point and digits. Gives all digits as one number and how many of
// them stand behind the point.
static bool parse_decimal(struct span text, int64_t most, int64_t *number, int *whole, int *fraction)
{
    const char *at = text.data;
    const char *end = text.data + text.size;
    *number = 0;
    *fraction = 0;
    if (!text.data || !take_digits(&at, end, most, number, whole)) {
        return false;
    }
    if (at < end && *at == '.') {
        at++;
        if (!take_digits(&at, end, most, number, fraction)) {
            return false;
        }
    }
    return at == end;
}

int money_parse_rate(struct span text, int64_t *numerator, uint8_t *scale)
{
    int64_t number;
    int whole, fraction;
    if (!parse_decimal(text, RATE_MOST, &number, &whole, &fraction) || number == 0 ||
        whole + fraction > RATE_DIGITS_MAX) {
        return -1;
    }
    *numerator = number;
    *scale = (uint8_t)fraction;
    return 0;
}

static __int128 power_of_ten(int exponent)
{
    __int128 power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool same_code(struct span code, const char *upper)
{
    for (int i = 0; i < 3; i++) {
        char c = code.data[i];
        if ((c >= 'a' ? (char)(c - 'a' + 'A') : c) != upper[i]) {
            return false;
        }
    }
    return true;
}

// One unit of the currency in the base currency: numerator / 10^scale.
struct conversion {
    int64_t numerator;
    int scale;
    int minor_digits; // of the currency; -1 when nobody knows
    bool known;
};

static struct conversion find_conversion(const struct policy *policy, struct span currency)
{
    if (same_code(currency, policy->base_currency)) {
        return (struct conversion){1, 0, policy->base_minor_digits, true};
    }
    for (size_t i = 0; i < policy->rate_count; i++) {
        const struct currency_rate *rate = &policy->rates[i];
        if (same_code(currency, rate->code)) {
            return (struct conversion){rate->numerator, rate->scale, rate->minor_digits, true};
        }
    }
    return (struct conversion){1, 0, currency_minor_digits(currency), false};
}

static __int128 divide_half_even(__int128 number, __int128 divisor)
{
    __int128 quotient = number / divisor;
    __int128 twice = number % divisor * 2;
    if (twice > divisor || (twice == divisor && quotient % 2 != 0)) {
        quotient++;
    }
    return quotient;
}

enum money money_convert(const struct policy *policy, struct span amount, struct span currency,
                         int64_t *minor)
{
    if (currency.size != 3 || !is_letter(currency.data[0]) || !is_letter(currency.data[1]) ||
        !is_letter(currency.data[2])) {
        return MONEY_BAD_CURRENCY;
    }
    int64_t number;
    int whole, fraction;
    if (!parse_decimal(amount, MONEY_MOST, &number, &whole, &fraction) || number > MONEY_MOST) {
        return MONEY_BAD_AMOUNT;
    }
    struct conversion conversion = find_conversion(policy, currency);
    if (!conversion.known && conversion.minor_digits < 0) {
        return MONEY_NO_RATE; // not even how many decimals it may have
    }
    if (fraction > conversion.minor_digits) {
        return MONEY_BAD_AMOUNT;
    }
    // At most 10^15 * 10^4, 10^18 numerators and 10^4 minor digits: within 128 bits only step by step.
    __int128 own_minor = number * power_of_ten(conversion.minor_digits - fraction);
    if (own_minor > MONEY_MOST) {
        return MONEY_BAD_AMOUNT;
    }
    if (!conversion.known) {
        return MONEY_NO_RATE;
    }
    int shift = policy->base_minor_digits - conversion.minor_digits - conversion.scale;
    __int128 base = own_minor * conversion.numerator;
    base = shift >= 0 ? base * power_of_ten(shift) : divide_half_even(base, power_of_ten(-shift));
    if (base > MONEY_MOST) {
        return MONEY_BAD_AMOUNT;
    }
    *minor = (int64_t)base;
    return MONEY_OK;
}
