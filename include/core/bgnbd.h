// How likely a customer who buys without a contract is to come back: the BG/NBD model of Fader, Hardie and Lee (2005).
// While a customer is alive purchases come at a rate of its own, gamma over customers (r, alpha); after each one it
// leaves with a probability of its own, beta over customers (a, b). Computed in logs: no admissible input overflows.
#ifndef GUANXI_CORE_BGNBD_H
#define GUANXI_CORE_BGNBD_H

#include <stddef.h>
#include <stdint.h>

struct bgnbd { // all > 0; alpha in weeks
    double r, alpha, a, b;
};

// A history: `x` repeat purchases (distinct days but the first), the last of them `t_x` after the first, of a customer
// whose first was `t_age` ago. 0 <= t_x <= t_age, in whole days.
struct bgnbd_history {
    int32_t x, t_x, t_age;
};

static inline double bgnbd_weeks(int32_t days)
{
    return days / 7.0;
}

// The probability that the customer is alive, 0..1.
double bgnbd_alive(const struct bgnbd *model, const struct bgnbd_history *history);

// Purchases expected in the next `weeks` of somebody of that age who is alive; times bgnbd_alive they are those to
// be expected of the customer. Depends on x and t_age alone.
double bgnbd_expected(const struct bgnbd *model, int32_t x, int32_t t_age, double weeks);

// So many customers have the same history.
struct bgnbd_group {
    struct bgnbd_history history;
    int64_t count;
};

// The logarithm of the likelihood of all groups. Fastest when they are sorted by (x, t_age).
double bgnbd_log_likelihood(const struct bgnbd *model, const struct bgnbd_group *groups, size_t count);

#endif
