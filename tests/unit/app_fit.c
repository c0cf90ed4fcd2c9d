// The fit of BG/NBD finds what customers were made by, and says so when there is nothing to find.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>

#include "app/fit.h"

// Histories in the shares that a model itself gives them: with x up to a few and the days at hand its own parameters
// are the likeliest by construction only roughly, so what is asserted is that no step away from the result is better.
static const struct bgnbd_group groups[] = {
    {{0, 0, 70}, 120}, {{0, 0, 140}, 90}, {{0, 0, 280}, 70}, {{1, 14, 140}, 25}, {{1, 70, 140}, 20},
    {{1, 130, 140}, 14}, {{1, 35, 280}, 22}, {{2, 100, 140}, 16}, {{2, 120, 280}, 12}, {{3, 130, 140}, 9},
    {{3, 200, 280}, 8}, {{5, 260, 280}, 6}, {{9, 275, 280}, 2},
};
enum { GROUPS = sizeof groups / sizeof *groups };

static void nothing_nearby_is_likelier(void **state)
{
    (void)state;
    struct bgnbd model;
    double likelihood;
    assert_int_equal(fit_bgnbd(groups, GROUPS, &model, &likelihood), 0);
    assert_false(fit_is_at_edge(&model));
    assert_true(fabs(bgnbd_log_likelihood(&model, groups, GROUPS) - likelihood) < 1e-9);
    for (int i = 0; i < 81; i++) {
        const double steps[] = {0.98, 1, 1.02};
        const struct bgnbd other = {model.r * steps[i % 3], model.alpha * steps[i / 3 % 3],
                                    model.a * steps[i / 9 % 3], model.b * steps[i / 27]};
        assert_true(bgnbd_log_likelihood(&other, groups, GROUPS) <= likelihood + 1e-9);
    }
}

static void the_same_groups_fit_the_same(void **state)
{
    (void)state;
    struct bgnbd first, second;
    double likelihood;
    assert_int_equal(fit_bgnbd(groups, GROUPS, &first, &likelihood), 0);
    assert_int_equal(fit_bgnbd(groups, GROUPS, &second, &likelihood), 0);
    assert_memory_equal(&first, &second, sizeof first);
}

static void without_repeat_buyers_there_is_nothing_to_fit(void **state)
{
    (void)state;
    static const struct bgnbd_group once[] = {{{0, 0, 70}, 100}, {{0, 0, 7}, 3}};
    struct bgnbd model;
    double likelihood;
    assert_int_equal(fit_bgnbd(once, 2, &model, &likelihood), FIT_NOTHING);
    assert_int_equal(fit_bgnbd(NULL, 0, &model, &likelihood), FIT_NOTHING);
}

// A single customer has no likeliest rate: the search ends at its bounds, and with numbers.
static void a_lone_customer_has_some_fit(void **state)
{
    (void)state;
    static const struct bgnbd_group lone[] = {{{40, 280, 280}, 1}};
    struct bgnbd model;
    double likelihood;
    assert_int_equal(fit_bgnbd(lone, 1, &model, &likelihood), 0);
    assert_true(fit_is_at_edge(&model));
    const double found[] = {model.r, model.alpha, model.a, model.b, -likelihood};
    for (int i = 0; i < 5; i++) {
        assert_true(isfinite(found[i]));
    }
    for (int i = 0; i < 4; i++) {
        assert_true(found[i] >= FIT_LEAST * 0.999 && found[i] <= FIT_MOST * 1.001);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_nearby_is_likelier),
        cmocka_unit_test(the_same_groups_fit_the_same),
        cmocka_unit_test(without_repeat_buyers_there_is_nothing_to_fit),
        cmocka_unit_test(a_lone_customer_has_some_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
