#include <time.h>

#include "codec_fixture.h"

static void good_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        instant at;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01t00:00:00z", 0},
        {"1970-01-01T00:00:00.000001Z", 1},
        {"1970-01-01T00:00:00.0000019999999999999999999999Z", 1}, // cut, not rounded
        {"1970-01-01T00:00:00.5Z", 500000},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1969-12-31T23:00:00-01:00", 0},
        {"1970-01-01T23:59:00+23:59", 0},
        {"2026-01-01T08:00:00+08:00", INT64_C(1767225600) * SECOND},
        {"2000-02-29T00:00:00Z", INT64_C(951782400) * SECOND},
        {"2199-12-31T23:59:59.999999Z", INSTANT_LAST},
        {"2199-12-31T23:59:59.9999999Z", INSTANT_LAST},
        {"2200-01-01T00:59:59+01:00", INSTANT_LAST - SECOND + 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        instant at;
        assert_int_equal(time_parse(span_text(cases[i].text), &at), 0);
        assert_int_equal(at, cases[i].at);
    }
}

static void bad_texts(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2026",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00Z",
        "2026-01-01T00:00:60Z",
        "2016-12-31T23:59:60Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-1-1T00:00:00Z",
        "26-01-01T00:00:00Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:00+0800",
        "2026-01-01T00:00:00+08",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+08:60",
        "2026-01-01T00:00:00Z ",
        " 2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00ZZ",
        "+2026-01-01T00:00:00Z",
        "2026-01-01T00:00:-1Z",
        "2026-01-01T0a:00:00Z",
        "1969-12-31T23:59:59Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00+00:01",
        "2200-01-01T00:00:00Z",
        "2199-12-31T23:59:59-00:01",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-01-01T00:00:00\xc2\xa0Z",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = strlen(cases[i]);
        char *text = exact_copy(cases[i], size);
        instant at = 42;
        if (time_parse(span_of(text, size), &at) != -1) {
            fail_msg("accepted: %s", cases[i]);
        }
        assert_int_equal(at, 42);
        free(text);
    }
    instant at;
    assert_int_equal(time_parse(SPAN_NONE, &at), -1);
}

// Every prefix of a good text is refused, and reading stops at its end.
static void prefixes(void **state)
{
    (void)state;
    static const char whole[] = "2026-01-01T00:00:00.25+08:00";
    for (size_t size = 0; size < sizeof whole - 1; size++) {
        char *text = exact_copy(whole, size);
        instant at;
        assert_int_equal(time_parse(span_of(text, size), &at), -1);
        free(text);
    }
}

static void formats(void **state)
{
    (void)state;
    char text[TIME_TEXT_MAX];
    assert_int_equal(time_format(0, text), 20);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    assert_int_equal(time_format(INSTANT_LAST, text), 27);
    assert_string_equal(text, "2199-12-31T23:59:59.999999Z");
    time_format(1, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000001Z");
}

// Every day of the range against the C library, there and back.
static void every_day(void **state)
{
    (void)state;
    for (time_t day = 0; day * DAY <= INSTANT_LAST; day++) {
        time_t seconds = day * 86400 + day % 86400;
        struct tm tm;
        assert_non_null(gmtime_r(&seconds, &tm));
        char expected[64], text[TIME_TEXT_MAX];
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &tm);
        time_format(seconds * SECOND, text);
        assert_string_equal(text, expected);
        assert_int_equal(at_time(text), seconds * SECOND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts), cmocka_unit_test(bad_texts), cmocka_unit_test(prefixes),
        cmocka_unit_test(formats),    cmocka_unit_test(every_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
