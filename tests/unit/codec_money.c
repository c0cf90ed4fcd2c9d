#include "codec/money.h"

#include "codec_fixture.h"

static void parses_rates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t numerator;
        int scale;
    } good[] = {
        {"7.1234", 71234, 4},
        {"1", 1, 0},
        {"0.050", 50, 3},
        {"999999999999999999", INT64_C(999999999999999999), 0},
        {"0.00000000000000001", 1, 17},
    };
    static const char *const bad[] = {"",
                                      "0",
                                      "0.00",
                                      "-1",
                                      "+1",
                                      "1.",
                                      ".5",
                                      "1e2",
                                      "1,5",
                                      "1234567890123456789",
                                      "0.123456789012345678",
                                      "1 ",
                                      "x",
                                      "99999999999999999999999999999999"};
    int64_t numerator;
    uint8_t scale;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(money_parse_rate(span_text(good[i].text), &numerator, &scale), 0);
        assert_int_equal(numerator, good[i].numerator);
        assert_int_equal(scale, good[i].scale);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (money_parse_rate(span_text(bad[i]), &numerator, &scale) == 0) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    assert_int_equal(money_parse_rate(SPAN_NONE, &numerator, &scale), -1);
}

static void minor_digits(void **state)
{
    (void)state;
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("CNY")), 2);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("jpy")), 0);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("KwD")), 3);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("CLF")), 4);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("ZWG")), 2);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("QQQ")), -1);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("NYC")), -1); // no letters across two codes
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("CN")), -1);
    assert_int_equal(currency_minor_digits(SPAN_LITERAL("CNYX")), -1);
    assert_int_equal(currency_minor_digits(SPAN_NONE), -1);
}

static const struct currency_rate rates[] = {
    {"USD", 2, 4, 71234}, {"JPY", 0, 5, 4867},    {"KWD", 3, 2, 2350},
    {"HLF", 2, 1, 5},     {"BIG", 0, 0, 1000000},
};

static void convert(const char *amount, const char *currency, enum money expected, int64_t minor)
{
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    policy.rates = rates;
    policy.rate_count = sizeof rates / sizeof rates[0];
    int64_t got = -1;
    enum money outcome = money_convert(&policy, span_text(amount), span_text(currency), &got);
    if (outcome != expected || (outcome == MONEY_OK && got != minor)) {
        fail_msg("%s %s: outcome %d, %lld minor units", amount, currency, (int)outcome, (long long)got);
    }
}

static void base_currency(void **state)
{
    (void)state;
    convert("12.50", "CNY", MONEY_OK, 1250);
    convert("12.5", "cny", MONEY_OK, 1250);
    convert("12", "Cny", MONEY_OK, 1200);
    convert("0", "CNY", MONEY_OK, 0);
    convert("0.01", "CNY", MONEY_OK, 1);
    convert("00012.50", "CNY", MONEY_OK, 1250);
    convert("00000000000000000000000000000000000001", "CNY", MONEY_OK, 100);
    convert("12.500", "CNY", MONEY_BAD_AMOUNT, 0);
    convert("12.505", "CNY", MONEY_BAD_AMOUNT, 0);
}

static void no_plain_decimals(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    "-1", "+1", "1e2", "1E2", ".5",    "5.", "1,5",
                                      "1 0", " 1", "1 ", "0x1", "NaN", "1.2.3", "１", "1.-5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        convert(bad[i], "CNY", MONEY_BAD_AMOUNT, 0);
        convert(bad[i], "USD", MONEY_BAD_AMOUNT, 0);
        convert(bad[i], "EUR", MONEY_BAD_AMOUNT, 0); // goes before the missing rate
    }
}

static void limits(void **state)
{
    (void)state;
    convert("10000000000000.00", "CNY", MONEY_OK, INT64_C(1000000000000000));
    convert("10000000000000.01", "CNY", MONEY_BAD_AMOUNT, 0);
    convert("10000000000001", "CNY", MONEY_BAD_AMOUNT, 0);
    convert("200000000000000", "JPY", MONEY_OK, INT64_C(973400000000000)); // yen have no minor units
}

static void limits_after_conversion(void **state)
{
    (void)state;
    convert("99999999999999999999999999999999999999999999999999", "CNY", MONEY_BAD_AMOUNT, 0);
    convert("10000000", "BIG", MONEY_OK, INT64_C(1000000000000000));
    convert("10000001", "BIG", MONEY_BAD_AMOUNT, 0); // within before, beyond after
    convert("1000000000000001", "BIG", MONEY_BAD_AMOUNT, 0);
}

static void conversion(void **state)
{
    (void)state;
    convert("1", "USD", MONEY_OK, 712); // 7.1234
    convert("100", "usd", MONEY_OK, 71234);
    convert("1000", "JPY", MONEY_OK, 4867); // 0.04867 a yen
    convert("1.5", "JPY", MONEY_BAD_AMOUNT, 0);
    convert("1.234", "KWD", MONEY_OK, 2900); // 1.234 * 23.5 = 28.999
    convert("1.2345", "KWD", MONEY_BAD_AMOUNT, 0);
}

static void half_even(void **state)
{
    (void)state;
    convert("0.01", "HLF", MONEY_OK, 0); // 0.5 -> 0
    convert("0.03", "HLF", MONEY_OK, 2); // 1.5 -> 2
    convert("0.05", "HLF", MONEY_OK, 2); // 2.5 -> 2
    convert("0.07", "HLF", MONEY_OK, 4); // 3.5 -> 4
    convert("0.02", "HLF", MONEY_OK, 1);
    convert("0.100", "KWD", MONEY_OK, 235);
    convert("0.002", "KWD", MONEY_OK, 5); // 4.7
    convert("0.001", "KWD", MONEY_OK, 2); // 2.35
}

static void currencies(void **state)
{
    (void)state;
    convert("1", "EUR", MONEY_NO_RATE, 0);
    convert("1.234", "EUR", MONEY_BAD_AMOUNT, 0);
    convert("1.234567", "QQQ", MONEY_NO_RATE, 0);
    convert("1", "", MONEY_BAD_CURRENCY, 0);
    convert("1", "CN", MONEY_BAD_CURRENCY, 0);
    convert("1", "CNYY", MONEY_BAD_CURRENCY, 0);
    convert("1", "C1Y", MONEY_BAD_CURRENCY, 0);
    convert("x", "12", MONEY_BAD_CURRENCY, 0); // goes before the amount
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_rates),  cmocka_unit_test(minor_digits),
        cmocka_unit_test(base_currency), cmocka_unit_test(no_plain_decimals),
        cmocka_unit_test(limits),        cmocka_unit_test(limits_after_conversion),
        cmocka_unit_test(conversion),    cmocka_unit_test(half_even),
        cmocka_unit_test(currencies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
