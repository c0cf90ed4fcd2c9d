// Customer lifetime value: worked examples, halves to even, and the exact sum where doubles would guess.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "core/clv.h"
#include "support/random.h"

static struct clv made(int32_t retention, int32_t discount, int32_t horizon)
{
    struct valuation valuation;
    struct clv clv;
    valuation_defaults(&valuation);
    valuation.retention = retention;
    valuation.discount = discount;
    valuation.clv_horizon = horizon;
    clv_prepare(&clv, &valuation);
    return clv;
}

static int64_t value(const struct clv *clv, int years, const int64_t *units)
{
    clv_profit profits[CLV_YEARS];
    for (int i = 0; i < years; i++) {
        profits[i] = (clv_profit)units[i] * CLV_MILLION;
    }
    return clv_value(clv, profits, years);
}

static void defaults_by_hand(void **state)
{
    (void)state;
    const struct clv clv = made(800000, 100000, 5);
    // 100.00 in the one year begun, then 80.00, 64.00, .. discounted by 1.1, 1.21, ..:
    // 10000 * (1 + q + .. + q^5) with q = 8/11.
    assert_int_equal(value(&clv, 1, (int64_t[]){10000}), 31241);
    // 30.00 and 10.00: 3000 + 1000/1.1 + 2000/1.1 * (q + .. + q^5).
    assert_int_equal(value(&clv, 2, (int64_t[]){3000, 1000}), 7771);
    // A loss is worth less than nothing.
    assert_int_equal(value(&clv, 1, (int64_t[]){-10000}), -31241);
    assert_int_equal(value(&clv, 3, (int64_t[]){0, 0, 0}), 0);
}

static void nothing_ahead_is_the_past_discounted(void **state)
{
    (void)state;
    const struct clv clv = made(800000, 100000, 0);
    assert_int_equal(value(&clv, 3, (int64_t[]){1000, 1100, 1210}), 3000);
}

static void halves_go_to_even(void **state)
{
    (void)state;
    const struct clv clv = made(0, 0, 0);
    static const struct {
        clv_profit millionths;
        int64_t units;
    } cases[] = {{500000, 0},   {1500000, 2},   {2500000, 2},   {-500000, 0}, {-1500000, -2},
                 {-2500000, -2}, {499999, 0}, {500001, 1}, {-500001, -1}, {1499999, 1}, {2500001, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(clv_value(&clv, &cases[i].millionths, 1), cases[i].units);
    }
    // A half that only years together make: (1 + 2) / 2 years, one year ahead as the mean.
    const struct clv mean = made(1000000, 0, 1);
    assert_int_equal(value(&mean, 2, (int64_t[]){1, 2}), 4);
    assert_int_equal(value(&mean, 2, (int64_t[]){1, 0}), 2);
}

static void sums_beyond_doubles_are_exact(void **state)
{
    (void)state;
    const struct clv plain = made(0, 0, 0);
    assert_int_equal(value(&plain, 3, (int64_t[]){INT64_C(4611686018427387905), INT64_C(4611686018427387901), -7}),
                     INT64_C(9223372036854775799));
    assert_int_equal(value(&plain, 2, (int64_t[]){INT64_MAX, 1}), INT64_MAX);
    assert_int_equal(value(&plain, 2, (int64_t[]){INT64_MIN, -1}), INT64_MIN);
    // 7^2 * 10^15 / 1.4^2, less what makes a half.
    const struct clv discounted = made(0, 400000, 0);
    assert_int_equal(value(&discounted, 3, (int64_t[]){0, 0, INT64_C(49000000000000000)}), INT64_C(25000000000000000));
    assert_int_equal(value(&discounted, 3, (int64_t[]){0, 0, INT64_C(49000000000000001)}), INT64_C(25000000000000001));
}

static void the_longest_history_fits(void **state)
{
    (void)state;
    const struct clv clv = made(999999, CLV_DISCOUNT_MOST - 1, CLV_HORIZON_MOST);
    static clv_profit profits[CLV_YEARS];
    for (int i = 0; i < CLV_YEARS; i++) {
        profits[i] = ((clv_profit)1 << 100) * (i % 2 ? 1 : -1);
    }
    assert_int_equal(clv_value(&clv, profits, CLV_YEARS), INT64_MIN);
    profits[0] = 12345678901;
    for (int i = 1; i < CLV_YEARS; i++) {
        profits[i] = i;
    }
    assert_int_equal(clv_value(&clv, profits, CLV_YEARS), 12346);
}

// By fractions of 128 bits, with factors of 1/2 and 1/4 whose powers stay small.
static int64_t by_fractions(const clv_profit *profits, int years, int horizon, int retention_halves)
{
    __int128 sum = 0, total = 0, under = (__int128)years * CLV_MILLION;
    int shift = years - 1 + horizon + horizon * retention_halves;
    for (int i = 0; i < years; i++) {
        total += profits[i];
        sum += profits[i] * years * ((__int128)1 << (shift - i));
    }
    for (int j = 1; j <= horizon; j++) {
        sum += total * ((__int128)1 << (shift - (years - 1) - j - j * retention_halves));
    }
    under <<= shift;
    __int128 whole = sum / under, rest = sum % under, twice = 2 * (rest < 0 ? -rest : rest);
    if (twice > under || (twice == under && whole % 2 != 0)) {
        whole += sum < 0 ? -1 : 1;
    }
    return (int64_t)whole;
}

static void every_sum_is_rounded_as_fractions_are(void **state)
{
    (void)state;
    struct random random = {(uint64_t)time(NULL)};
    printf("seed %llu\n", (unsigned long long)random.state);
    for (int i = 0; i < 50000; i++) {
        int years = 1 + (int)random_below(&random, 6), horizon = (int)random_below(&random, 5);
        int halves = 1 + (int)random_below(&random, 2);
        const struct clv clv = made(halves == 1 ? 500000 : 250000, 1000000, horizon);
        clv_profit profits[6];
        // Small sums of half units make halves often; large ones need all of their bits.
        int64_t bound = random_permille(&random, 500) ? 8 : INT64_C(1) << random_below(&random, 50);
        for (int k = 0; k < years; k++) {
            profits[k] = (clv_profit)(random_below(&random, 2 * bound) - bound) * (CLV_MILLION / 2);
        }
        int64_t expected = by_fractions(profits, years, horizon, halves), found = clv_value(&clv, profits, years);
        if (found != expected) {
            fail_msg("%d years, horizon %d, retention 2^-%d, first %lld: %lld, expected %lld", years, horizon, halves,
                     (long long)profits[0], (long long)found, (long long)expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_by_hand),
        cmocka_unit_test(nothing_ahead_is_the_past_discounted),
        cmocka_unit_test(halves_go_to_even),
        cmocka_unit_test(sums_beyond_doubles_are_exact),
        cmocka_unit_test(the_longest_history_fits),
        cmocka_unit_test(every_sum_is_rounded_as_fractions_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
