#include "core/bgnbd.h"

#include <float.h>
#include <math.h>

static double log_gamma(double x)
{
    int sign; // of the function: its arguments are positive here
    return lgamma_r(x, &sign);
}

static double log_beta(double a, double b)
{
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
}

// Of somebody who bought again: the logarithm of the odds of having left since the last purchase.
static double log_odds_left(const struct bgnbd *model, const struct bgnbd_history *history)
{
    double since = bgnbd_weeks(history->t_age - history->t_x);
    return log(model->a) - log(model->b + history->x - 1) +
           (model->r + history->x) * log1p(since / (model->alpha + bgnbd_weeks(history->t_x)));
}

double bgnbd_alive(const struct bgnbd *model, const struct bgnbd_history *history)
{
    if (history->x == 0) {
        return 1; // nobody leaves before a purchase
    }
    return 1 / (1 + exp(log_odds_left(model, history)));
}

// What is expected of somebody alive. If nobody ever left, the number N of purchases would be negative binomial (size
// `size`, mean size * tau). The j-th takes place if N >= j and the customer stayed after each one before; the chance to
// leave is beta (a, b) by now.
struct outlook {
    double size, tau; // r + x, and the time ahead over alpha + the time behind
    double a, b;      // b + x
};

enum { TERMS_MOST = 4096 };

// The sum over j of P(N > j) * P(stays j times), term by term; all are positive. It ends where N does not come, for
// all that a double can tell.
static double expect_by_terms(const struct outlook *outlook)
{
    double share = outlook->tau / (1 + outlook->tau);
    double log_none = -outlook->size * log1p(outlook->tau);
    double exactly = exp(log_none), more = -expm1(log_none); // P(N = j), P(N > j)
    double stays = 1, sum = 0, term = more;
    for (int j = 0; j < TERMS_MOST && term > sum * DBL_EPSILON; j++) {
        sum += term;
        stays *= (outlook->b + j) / (outlook->a + outlook->b + j);
        exactly *= share * (outlook->size + j) / (j + 1);
        more -= exactly;
        term = more * stays;
    }
    return sum;
}

// Where the terms would be too many, or their first underflows.
static int needs_integral(const struct outlook *outlook)
{
    double mean = outlook->size * outlook->tau;
    double reach = mean + 12 * sqrt(mean * (1 + outlook->tau)) + 40 * (1 + outlook->tau);
    return !(reach < TERMS_MOST) || outlook->size * log1p(outlook->tau) > 600;
}

// Purchases of somebody who leaves after each with probability p, over p's density in y = log(p / (1 - p)).
static double expected_at(const struct outlook *outlook, double log_scale, double y)
{
    double log_p = y < 0 ? y - log1p(exp(y)) : -log1p(exp(-y));
    double log_q = y < 0 ? -log1p(exp(y)) : -y - log1p(exp(-y));
    double left = -expm1(-outlook->size * log1p(exp(log_p) * outlook->tau));
    return left * exp((outlook->a - 1) * log_p + outlook->b * log_q - log_scale);
}

// The same as an integral over p, by Gauss and Legendre in panels as narrow as the density is. Below the first panel
// nearly nothing has left and the integrand is a power of p, beyond the last one of 1 - p: both in closed form.
static double expect_by_integral(const struct outlook *outlook)
{
    static const double nodes[] = {-0.9061798459386640, -0.5384693101056831, 0, 0.5384693101056831, 0.9061798459386640};
    static const double weights[] = {0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665,
                                     0.2369268850561891};
    enum { NODES = sizeof nodes / sizeof *nodes };
    static const double small = 1e-9;
    double log_scale = log_beta(outlook->a, outlook->b);
    double steep = fmax(1, fmax((outlook->size + 1) * outlook->tau, outlook->b));
    double low = log(small / steep), high = -log(small / fmax(1, outlook->a));
    double width = fmin(1, sqrt(1 / outlook->a + 1 / outlook->b));
    int panels = (int)ceil((high - low) / width);
    width = (high - low) / panels;
    double below = exp(log(outlook->size * outlook->tau / outlook->a) + outlook->a * low - log_scale);
    double beyond = -expm1(-outlook->size * log1p(outlook->tau)) / outlook->b * exp(-outlook->b * high - log_scale);
    double sum = 0;
    for (int panel = 0; panel < panels; panel++) {
        for (int i = 0; i < NODES; i++) {
            double y = low + (panel + (nodes[i] + 1) / 2) * width;
            sum += weights[i] * expected_at(outlook, log_scale, y);
        }
    }
    return below + sum * width / 2 + beyond;
}

double bgnbd_expected(const struct bgnbd *model, int32_t x, int32_t t_age, double weeks)
{
    const struct outlook outlook = {
        .size = model->r + x, .tau = weeks / (model->alpha + bgnbd_weeks(t_age)), .a = model->a, .b = model->b + x};
    return needs_integral(&outlook) ? expect_by_integral(&outlook) : expect_by_terms(&outlook);
}

double bgnbd_log_likelihood(const struct bgnbd *model, const struct bgnbd_group *groups, size_t count)
{
    double sum = 0, of_x = 0, log_age = 0;
    double of_all = model->r * log(model->alpha) - log_gamma(model->r) - log_beta(model->a, model->b);
    for (size_t i = 0; i < count; i++) {
        const struct bgnbd_history *history = &groups[i].history;
        if (i == 0 || history->x != groups[i - 1].history.x) {
            of_x = of_all + log_gamma(model->r + history->x) + log_beta(model->a, model->b + history->x);
        }
        if (i == 0 || history->t_age != groups[i - 1].history.t_age) {
            log_age = log(model->alpha + bgnbd_weeks(history->t_age));
        }
        double one = of_x - (model->r + history->x) * log_age;
        if (history->x > 0) { // alive or not: log(1 + odds), of odds that may be beyond all numbers
            double odds = log_odds_left(model, history);
            one += odds > 0 ? odds + log1p(exp(-odds)) : log1p(exp(odds));
        }
        sum += (double)groups[i].count * one;
    }
    return sum;
}
