// BG/NBD: published numbers, both ways of expecting, and no input that it cannot take.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core/bgnbd.h"
#include "support/random.h"

// Of Fader, Hardie and Lee: "Counting Your Customers" the Easy Way, CDNOW.
static const struct bgnbd published = {0.2426, 4.4135, 0.7929, 2.4258};

#define ASSERT_NEAR(found, expected, within) \
    do { \
        double found_ = (found), expected_ = (expected); \
        if (!(fabs(found_ - expected_) <= (within))) { \
            fail_msg("%s is %.12g, expected %.12g", #found, found_, expected_); \
        } \
    } while (0)

static void customers_of_the_article(void **state)
{
    (void)state;
    // x = 2, t_x = 30.43, T = 38.86: expected purchases in 39 weeks are 1.226.
    const struct bgnbd_history first = {2, 213, 272};
    ASSERT_NEAR(bgnbd_alive(&published, &first), 0.72662, 1e-5);
    ASSERT_NEAR(bgnbd_alive(&published, &first) * bgnbd_expected(&published, 2, 272, 39), 1.226, 5e-4);
    const struct bgnbd_history second = {1, 12, 272};
    ASSERT_NEAR(bgnbd_alive(&published, &second), 0.21238, 1e-5);
    ASSERT_NEAR(bgnbd_alive(&published, &second) * bgnbd_expected(&published, 1, 272, 39), 0.20341, 1e-5);
}

static void who_bought_once_is_alive(void **state)
{
    (void)state;
    const struct bgnbd_history once = {0, 0, 36500};
    assert_true(bgnbd_alive(&published, &once) == 1);
}

static void a_thousand_purchases_long_ago_are_over(void **state)
{
    (void)state;
    const struct bgnbd_history heavy = {1000, 70, 700};
    assert_true(bgnbd_alive(&published, &heavy) == 0);
    const struct bgnbd_history just_now = {1000, 700, 700};
    ASSERT_NEAR(bgnbd_alive(&published, &just_now), 1 / (1 + published.a / (published.b + 999)), 1e-12);
}

// With a and b so that hardly anybody leaves what is left is the mean of a gamma and Poisson.
static void without_leaving_the_mean_is_known(void **state)
{
    (void)state;
    const struct bgnbd loyal = {2, 10, 1e-4, 1e4};
    ASSERT_NEAR(bgnbd_expected(&loyal, 3, 70, 52), (2 + 3) * 52 / (10 + 10.0), 1e-4);
}

// The formula of the article by a hypergeometric series, which is at fault near a = 1 alone.
static double by_the_article(const struct bgnbd *model, int x, double t_age, double weeks)
{
    double a = model->r + x, b = model->b + x, c = model->a + model->b + x - 1;
    double z = weeks / (model->alpha + t_age + weeks), term = 1, sum = 1;
    for (int j = 1; j < 100000 && fabs(term) > 1e-17 * fabs(sum); j++) {
        term *= (a + j - 1) * (b + j - 1) / ((c + j - 1) * j) * z;
        sum += term;
    }
    double ratio = pow((model->alpha + t_age) / (model->alpha + t_age + weeks), a);
    return (model->a + model->b + x - 1) / (model->a - 1) * (1 - ratio * sum);
}

static void expects_what_the_article_does(void **state)
{
    (void)state;
    static const double as[] = {0.2, 0.7929, 0.99, 1.01, 3};
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        struct bgnbd model = published;
        model.a = as[i];
        for (int x = 0; x < 40; x += 3) {
            double expected = by_the_article(&model, x, 300 / 7.0, 52);
            ASSERT_NEAR(bgnbd_expected(&model, x, 300, 52), expected, 1e-9 * expected / fabs(model.a - 1));
        }
    }
}

// a = 1 has no formula in the article, and nothing special happens there.
static void expects_smoothly_through_one(void **state)
{
    (void)state;
    struct bgnbd below = published, at = published, above = published;
    below.a = 1 - 1e-6;
    at.a = 1;
    above.a = 1 + 1e-6;
    double middle = (bgnbd_expected(&below, 4, 200, 52) + bgnbd_expected(&above, 4, 200, 52)) / 2;
    ASSERT_NEAR(bgnbd_expected(&at, 4, 200, 52), middle, 1e-9);
}

// Where there are too many terms it goes by an integral; the next customer on the other side agrees.
static void both_ways_meet(void **state)
{
    (void)state;
    for (int place = 0; place < 200; place++) {
        struct bgnbd model = {0.05 + place * 0.01, 0.002, 0.3 + place * 0.01, 1};
        double before = 0;
        for (int32_t age = 400; age >= 0; age -= 1) {
            double now = bgnbd_expected(&model, 3, age, 52);
            assert_true(now > before); // who bought as often in less time buys more
            before = now;
        }
    }
}

static double between(struct random *random, double least, double most)
{
    return least * exp((double)random_below(random, 1000001) / 1e6 * log(most / least));
}

static void takes_every_input(void **state)
{
    (void)state;
    struct random random = {(uint64_t)time(NULL)};
    printf("seed %llu\n", (unsigned long long)random.state);
    for (int i = 0; i < 30000; i++) {
        const struct bgnbd model = {between(&random, 1e-4, 1e4), between(&random, 1e-4, 1e4),
                                    between(&random, 1e-4, 1e4), between(&random, 1e-4, 1e4)};
        int32_t age = (int32_t)between(&random, 1, 84007) - 1;
        struct bgnbd_history history = {.t_age = age, .t_x = (int32_t)random_below(&random, age + 1)};
        history.x = history.t_x ? 1 + (int32_t)random_below(&random, history.t_x) : 0;
        double alive = bgnbd_alive(&model, &history);
        double expected = bgnbd_expected(&model, history.x, history.t_age, 52);
        double most = (model.r + history.x) * 52 / (model.alpha + bgnbd_weeks(age)); // if nobody ever left
        const struct bgnbd_group group = {history, 1000000};
        double likelihood = bgnbd_log_likelihood(&model, &group, 1);
        if (!(alive >= 0 && alive <= 1) || !(expected >= 0 && expected <= most * (1 + 1e-6)) ||
            !isfinite(likelihood)) {
            fail_msg("r %g alpha %g a %g b %g, x %d t_x %d T %d: alive %g, expected %g of %g, likelihood %g", model.r,
                     model.alpha, model.a, model.b, history.x, history.t_x, history.t_age, alive, expected, most,
                     likelihood);
        }
    }
}

// The likelihood of few histories, by the formula as it stands.
static void likelihood_is_that_of_the_formula(void **state)
{
    (void)state;
    static const struct bgnbd_group groups[] = {
        {{0, 0, 70}, 3}, {{0, 0, 140}, 1}, {{1, 35, 140}, 2}, {{4, 140, 140}, 1}, {{4, 70, 280}, 5}};
    double sum = 0, r = 0.7, alpha = 3, a = 0.9, b = 2.1;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        double x = groups[i].history.x, t_x = groups[i].history.t_x / 7.0, age = groups[i].history.t_age / 7.0;
        double stays = tgamma(a) * tgamma(b + x) / tgamma(a + b + x) / (tgamma(a) * tgamma(b) / tgamma(a + b));
        double one = stays * tgamma(r + x) * pow(alpha, r) / tgamma(r) / pow(alpha + age, r + x);
        if (x > 0) {
            double leaves = tgamma(a + 1) * tgamma(b + x - 1) / tgamma(a + b + x) / (tgamma(a) * tgamma(b) / tgamma(a + b));
            one += leaves * tgamma(r + x) * pow(alpha, r) / tgamma(r) / pow(alpha + t_x, r + x);
        }
        sum += (double)groups[i].count * log(one);
    }
    const struct bgnbd model = {r, alpha, a, b};
    ASSERT_NEAR(bgnbd_log_likelihood(&model, groups, sizeof groups / sizeof *groups), sum, 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(customers_of_the_article),
        cmocka_unit_test(who_bought_once_is_alive),
        cmocka_unit_test(a_thousand_purchases_long_ago_are_over),
        cmocka_unit_test(without_leaving_the_mean_is_known),
        cmocka_unit_test(expects_what_the_article_does),
        cmocka_unit_test(expects_smoothly_through_one),
        cmocka_unit_test(both_ways_meet),
        cmocka_unit_test(takes_every_input),
        cmocka_unit_test(likelihood_is_that_of_the_formula),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
