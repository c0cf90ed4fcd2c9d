// The attributes, and every reason for quarantine with its place in the order.
#include "codec_fixture.h"

// The good event with one member replaced ("" removes it).
static int decode_with(struct fixture *fixture, const char *name, const char *member)
{
    static const char *const members[][2] = {
        {"specversion", "\"specversion\":\"1.0\""},
        {"id", "\"id\":\"e1\""},
        {"source", "\"source\":\"crm\""},
        {"type", "\"type\":\"meeting.completed\""},
        {"subject", "\"subject\":\"c1\""},
        {"time", "\"time\":\"2026-01-02T03:04:05Z\""},
        {"datacontenttype", ""},
        {"data", "\"data\":{}"},
        {"other", ""},
    };
    char text[2048] = "{";
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const char *written = strcmp(members[i][0], name) == 0 ? member : members[i][1];
        if (written[0]) {
            strcat(text, text[1] ? "," : "");
            strcat(text, written);
        }
    }
    return decode_structured(fixture, strcat(text, "}"));
}

static void attributes(void **state)
{
    struct fixture *fixture = *state;
    static const char *const bad[][2] = {
        {"specversion", ""},
        {"specversion", "\"specversion\":\"1\""},
        {"specversion", "\"specversion\":1.0"},
        {"specversion", "\"specversion\":null"},
        {"id", ""},
        {"id", "\"id\":\"\""},
        {"id", "\"id\":7"},
        {"id", "\"id\":null"},
        {"id", "\"id\":{}"},
        {"id", "\"id\":\"a\\u001fb\""},
        {"id", "\"id\":\"\\u007f\""},
        {"id", "\"id\":\"\\u0080\""},
        {"id", "\"id\":\"\\u009f\""},
        {"source", ""},
        {"source", "\"source\":\"\""},
        {"source", "\"source\":true"},
        {"type", ""},
        {"type", "\"type\":\"\""},
        {"type", "\"type\":[]"},
        {"subject", ""},
        {"subject", "\"subject\":null"},
        {"subject", "\"subject\":\"\\n\""},
        {"time", ""},
        {"time", "\"time\":1767225600"},
        {"time", "\"time\":null"},
        {"data", "\"data\":null"},
        {"data", "\"data\":[]"},
        {"data", "\"data\":\"{}\""},
        {"data", "\"data_base64\":\"e30=\""},
        {"other", "\"data_base64\":\"e30=\""},
        {"other", "\"data_base64\":7"},
        {"datacontenttype", "\"datacontenttype\":\"text/plain\""},
        {"datacontenttype", "\"datacontenttype\":\"application/xml+jsonx\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int outcome = decode_with(fixture, bad[i][0], bad[i][1]);
        if (outcome != DECODED_REJECTED) {
            fail_msg("accepted: %s %s", bad[i][0], bad[i][1]);
        }
        assert_rejected(fixture, outcome, "bad_attribute");
    }
    static const char *const good[][2] = {
        {"id", "\"id\":\" \""},
        {"id", "\"id\":\"\\u00a0中文\""},
        {"data", ""},
        {"other", "\"data_base64\":null"},
        {"other", "\"datacontenttype\":null"},
        {"other", "\"dataschema\":7"},
        {"type", "\"type\":\"plan.made\""},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        if (decode_with(fixture, good[i][0], good[i][1]) != DECODED_EVENT) {
            fail_msg("refused: %s: %s", good[i][1], fixture->reject.detail);
        }
    }
    assert_int_equal(decode_with(fixture, "data", ""), DECODED_EVENT);
    assert_span(fixture->event.data, "{}");
}

static void sizes_of_attributes(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name;
        int most;
    } cases[] = {{"id", 128}, {"subject", 128}, {"source", 256}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int over = 0; over <= 1; over++) {
            char member[512];
            snprintf(member, sizeof member, "\"%s\":\"%0*d\"", cases[i].name, cases[i].most + over, 7);
            int outcome = decode_with(fixture, cases[i].name, member);
            assert_int_equal(outcome, over ? DECODED_REJECTED : DECODED_EVENT);
        }
    }
    assert_rejected(fixture, DECODED_REJECTED, "bad_attribute");
    assert_null(fixture->reject.source.data); // what is too long is not kept
    assert_span(fixture->reject.id, "e1");
}

static void times(void **state)
{
    struct fixture *fixture = *state;
    static const char *const bad[] = {
        "2026-01-01T00:00:60Z", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-01-01", "",
        "2026-01-01T00:00:00"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char member[64];
        snprintf(member, sizeof member, "\"time\":\"%s\"", bad[i]);
        assert_rejected(fixture, decode_with(fixture, "time", member), "bad_time");
    }
    assert_int_equal(decode_with(fixture, "time", "\"time\":\"1970-01-01t00:00:00.9999999z\""),
                     DECODED_EVENT);
    assert_int_equal(fixture->event.time, 999999);
}

static void future(void **state)
{
    struct fixture *fixture = *state; // the wall clock is 2026-06-01T00:00:00Z
    assert_int_equal(decode_with(fixture, "time", "\"time\":\"2026-06-01T00:05:00Z\""), DECODED_EVENT);
    assert_rejected(fixture, decode_with(fixture, "time", "\"time\":\"2026-06-01T00:05:00.000001Z\""),
                    "future");
    assert_span(fixture->reject.type, "meeting.completed");
    fixture->wall = INSTANT_NONE;
    assert_int_equal(decode_with(fixture, "time", "\"time\":\"2199-06-01T00:05:00.000001Z\""),
                     DECODED_EVENT);
    fixture->wall = 0;
    fixture->policy.events_clock = true;
    assert_int_equal(decode_with(fixture, "time", "\"time\":\"2199-06-01T00:05:00.000001Z\""),
                     DECODED_EVENT);
}

static void types(void **state)
{
    struct fixture *fixture = *state;
    static const char *const unknown[] = {"nothing",        "call.complete", "call.completedx",
                                          "CALL.COMPLETED", "guanxi.valued", "com.acme.call.completed",
                                          "guanxi.tick.x"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_rejected(fixture, decode_typed(fixture, unknown[i], "{}"), "unknown_type");
        assert_span(fixture->reject.type, unknown[i]);
    }
    fixture->policy.ignore_unknown_types = true;
    assert_int_equal(decode_typed(fixture, "nothing", "{}"), DECODED_UNKNOWN);
    assert_rejected(fixture, decode_with(fixture, "time", "\"time\":\"x\""), "bad_time");
    fixture->policy.ignore_unknown_types = false;
    fixture->policy.type_prefix = SPAN_LITERAL("com.acme.");
    assert_int_equal(decode_typed(fixture, "com.acme.plan.made", "{}"), DECODED_EVENT);
    assert_int_equal(fixture->event.type, TYPE_PLAN_MADE);
    static const char *const without[] = {"plan.made",
                                          "com.acme.",
                                          "com.acme.com.acme.plan.made",
                                          "com.acme.guanxi.tick",
                                          "com.acme.guanxi.valued",
                                          "com.acme",
                                          "x"};
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        assert_rejected(fixture, decode_typed(fixture, without[i], "{}"), "unknown_type");
    }
}

static void ticks(void **state)
{
    struct fixture *fixture = *state;
    static const char tick[] =
        "{\"specversion\":\"1.0\",\"id\":\"t\",\"source\":\"s\",\"type\":\"guanxi.tick\","
        "\"time\":\"2199-01-02T03:04:05Z\"}";
    assert_int_equal(decode_structured(fixture, tick), DECODED_IGNORED);
    fixture->policy.events_clock = true;
    fixture->policy.type_prefix = SPAN_LITERAL("com.acme."); // a tick never carries one
    assert_int_equal(decode_structured(fixture, tick), DECODED_TICK);
    assert_int_equal(fixture->event.time, at_time("2199-01-02T03:04:05Z"));
    assert_rejected(fixture,
                    decode_structured(fixture, "{\"specversion\":\"1.0\",\"id\":\"t\",\"source\":\"s\","
                                               "\"type\":\"guanxi.tick\",\"time\":\"2199\"}"),
                    "bad_time");
}

// Each value has the fault of its line and every fault of the lines below it.
static void order_of_reasons(void **state)
{
    struct fixture *fixture = *state;
    fixture->policy.max_event_bytes = 1000;
    static const char *const texts[][2] = {
        {"bad_utf8", "{\"\xff\":[,\"\\u0000\"}"},
        {"not_json", "{\"a\":1,\"a\":2,\"b\":[,]}\"\\u0000\""},
        {"bad_attribute", "\"id\":7,\"type\":\"nothing\",\"time\":\"2026\",\"data\":{}"},
        {"bad_time", "\"id\":\"e\",\"type\":\"nothing\",\"time\":\"2026\",\"data\":{}"},
        {"unknown_type", "\"id\":\"e\",\"type\":\"nothing\",\"time\":\"2099-01-01T00:00:00Z\",\"data\":{}"},
        {"future", "\"id\":\"e\",\"type\":\"cost.incurred\",\"time\":\"2099-01-01T00:00:00Z\",\"data\":{}"},
        {"bad_data", "\"id\":\"e\",\"type\":\"cost.incurred\",\"time\":\"2009-01-01T00:00:00Z\","
                     "\"data\":{\"amount\":\"-1\",\"currency\":\"EURO\"}"},
        {"bad_data", "\"id\":\"e\",\"type\":\"cost.incurred\",\"time\":\"2009-01-01T00:00:00Z\","
                     "\"data\":{\"amount\":\"-1\",\"currency\":\"EUR\",\"marks\":7}"},
        {"bad_amount", "\"id\":\"e\",\"type\":\"cost.incurred\",\"time\":\"2009-01-01T00:00:00Z\","
                       "\"data\":{\"amount\":\"-1\",\"currency\":\"EUR\"}"},
        {"no_rate", "\"id\":\"e\",\"type\":\"cost.incurred\",\"time\":\"2009-01-01T00:00:00Z\","
                    "\"data\":{\"amount\":\"1\",\"currency\":\"EUR\"}"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 i < 2 ? "%s" : "{\"specversion\":\"1.0\",\"source\":\"s\",\"subject\":\"c\",%s}",
                 texts[i][1]);
        assert_rejected(fixture, decode_structured(fixture, text), texts[i][0]);
    }
}

static void parser_reasons(void **state)
{
    struct fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"nul", "{\"data\":{\"a\":\"\\u0000\"}}"},
        {"duplicate_key", "{\"data\":{\"x\":[{\"a\":1,\"a\":1}]}}"},
        {"duplicate_key", "{\"id\":\"a\",\"id\":\"a\"}"},
        {"not_json", ""},
        {"not_json", "{} {}"},
        {"bad_attribute", "[]"},
        {"bad_attribute", "7"},
        {"bad_attribute", "{}"},
        {"too_deep", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_rejected(fixture, decode_structured(fixture, cases[i][1]), cases[i][0]);
        assert_null(fixture->reject.source.data);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(attributes), TEST(sizes_of_attributes), TEST(times),          TEST(future), TEST(types),
        TEST(ticks),      TEST(order_of_reasons),    TEST(parser_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
