// Warmth: the decayed sum of points, and the instant at which it has fallen to a threshold.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/history.h"
#include "support/random.h"
#include "support/story.h"

static struct story story;
static instant start;

static int set_up(void **state)
{
    (void)state;
    story_begin(&story);
    start = at("2026-01-01");
    return 0;
}

static void warmth_decays(void **state)
{
    (void)state;
    instant day = at("2026-01-01");
    story_ordered(&story, 1, day);
    assert_true(story.customer.warmth == 8);
    assert_true(customer_warmth(&story.policy, &story.customer, day + 90 * DAY) == 4);
    assert_true(customer_warmth(&story.policy, &story.customer, day + 180 * DAY) == 2);
    story_happened(&story, TYPE_COST_INCURRED, day + 90 * DAY); // no points: the number stands
    assert_true(story.customer.warmth == 8);
    assert_int_equal(story.customer.warmth_at, day);
    story_happened(&story, TYPE_ORDER_REFUNDED, day + 180 * DAY);
    assert_true(fabs(story.customer.warmth + 2) < 1e-12);
    assert_int_equal(story.customer.warmth_at, day + 180 * DAY);
}

// Whatever the points and the gaps: one number and its instant are the sum over all events, to 1e-9 relative.
static void it_is_the_sum_over_events(void **state)
{
    (void)state;
    struct random random = {history_seed()};
    static const enum event_type types[] = {TYPE_ORDER_PLACED, TYPE_ORDER_REFUNDED, TYPE_MESSAGE_RECEIVED,
                                            TYPE_CALL_COMPLETED, TYPE_COST_INCURRED};
    for (int round = 0; round < 200; round++) {
        double points[50];
        instant times[50], now = start;
        set_up(NULL);
        for (int i = 0; i < 50; i++) {
            now += random_below(&random, 3) == 0 ? 0 : random_below(&random, 40 * DAY);
            double before = customer_warmth(&story.policy, &story.customer, now);
            story_happened(&story, types[random_below(&random, 5)], now);
            points[i] = customer_warmth(&story.policy, &story.customer, now) - before;
            times[i] = now;
        }
        now += random_below(&random, 400 * DAY);
        double sum = 0, size = 0;
        for (int i = 0; i < 50; i++) {
            double weight = exp2(-(double)(now - times[i]) / (double)story.policy.half_life);
            sum += points[i] * weight;
            size += fabs(points[i]) * weight;
        }
        assert_true(fabs(customer_warmth(&story.policy, &story.customer, now) - sum) <= 1e-9 * size);
    }
}

static instant falls_at(double warmth, duration half_life, instant warmth_at)
{
    story.customer.warmth = warmth;
    story.customer.warmth_at = warmth_at;
    story.policy.half_life = half_life;
    return customer_wake(&story.policy, &story.customer);
}

static void the_warmth_instant_is_a_whole_second(void **state)
{
    (void)state;
    story_stands(&story, LEVEL_REACTIVE, 5, start);
    duration ten = 10 * SECOND;
    assert_int_equal(falls_at(5, ten, start), start + ten);
    assert_int_equal(falls_at(5, ten, start + 1), start + ten + SECOND);
    assert_int_equal(falls_at(5, ten, start - 1), start + ten);
    // Half a microsecond above the second is the second; more than one is the next.
    assert_int_equal(falls_at(2.5 * exp2(1 + 0.5 / 1e7), ten, start), start + ten);
    assert_int_equal(falls_at(2.5 * exp2(1 + 1.5 / 1e7), ten, start), start + ten + SECOND);
    // Already there: the instant of the warmth itself, whole or not, but not before the clock.
    assert_int_equal(falls_at(2.5, ten, start + 7), start + 7);
    assert_int_equal(falls_at(-100, ten, start - 7), start);
    // Out of reach: the evidence runs out first.
    assert_int_equal(falls_at(1e300, 36500 * DAY, start), start + 365 * DAY);
}

static void a_leave_of_zero_is_never_reached(void **state)
{
    (void)state;
    story_stands(&story, LEVEL_REACTIVE, 5, start);
    story.policy.leave[LEVEL_REACTIVE] = 0;
    story.policy.half_life = SECOND;
    assert_int_equal(customer_wake(&story.policy, &story.customer), start + 365 * DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(warmth_decays, set_up),
        cmocka_unit_test_setup(it_is_the_sum_over_events, set_up),
        cmocka_unit_test_setup(the_warmth_instant_is_a_whole_second, set_up),
        cmocka_unit_test_setup(a_leave_of_zero_is_never_reached, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
