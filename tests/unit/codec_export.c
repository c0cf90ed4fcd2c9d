// Lines of an export, and what the decoder makes of them.
#include "codec/export.h"

#include "codec_fixture.h"

static struct own_record own;

// Decodes a line as an import does; what decode_kept_record says.
static int decode_line(struct fixture *fixture, struct span line)
{
    const struct record_header structured = {SPAN_LITERAL("content-type"),
                                             SPAN_LITERAL("application/cloudevents+json")};
    const struct record record = {.value = arena_copy(&fixture->arena, line), .headers = &structured, .header_count = 1};
    decoder_take_own(fixture->decoder, &own);
    return decode_kept_record(fixture->decoder, &fixture->policy, &record, fixture->wall, &fixture->arena, &fixture->event,
                              &fixture->reject, &fixture->unknown_marks);
}

static struct event event_with(const char *data)
{
    return (struct event){.time = at_time("2026-01-02T03:04:05.000001Z"), .subject = SPAN_LITERAL("an\"n"),
                          .source = SPAN_LITERAL("/s\xc3\xa4"), .id = SPAN_LITERAL("e\\1"), .data = span_text(data),
                          .type = TYPE_MESSAGE_RECEIVED};
}

static void expect_back(struct fixture *fixture, const struct event *event, bool exact)
{
    struct span line = export_event(&fixture->arena, &fixture->policy, event, SPAN_LITERAL("message.received"),
                                    SPAN_LITERAL("ann"));
    assert_non_null(line.data);
    assert_null(memchr(line.data, '\n', line.size));
    assert_null(memchr(line.data, '\r', line.size));
    assert_true(line.size <= export_line_most(&fixture->policy));
    assert_int_equal(decode_line(fixture, line), DECODED_EVENT);
    assert_int_equal(own.exact, exact);
    assert_false(own.alias);
    assert_null(own.stands.data);
    assert_int_equal(fixture->event.time, event->time);
    assert_int_equal(fixture->event.type, event->type);
    assert_true(span_equal(fixture->event.subject, event->subject));
    assert_true(span_equal(fixture->event.source, event->source));
    assert_true(span_equal(fixture->event.id, event->id));
    assert_true(span_equal(fixture->event.data, event->data));
}

static void events_come_back_byte_for_byte(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *data;
        bool exact;
    } cases[] = {
        {"{}", false},
        {"{ \"a\" : [1, 2.50e1], \"b\":\"\\u00e9\xe5\xa5\xbd\" }", false},
        {"{\n  \"a\": 1\r\n}", true},
        {"{\"a\":\"\\n\"}", false}, // an escape is no line break
        {"{\"a\":\"{[{[{[{[{[{[{[{[{[{[{[{[{[{[{[{[{[{[\\\"\"}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct event event = event_with(cases[i].data);
        expect_back(fixture, &event, cases[i].exact);
    }
}

static void a_prefix_is_put_back(void **state)
{
    struct fixture *fixture = *state;
    struct event event = event_with("{}");
    fixture->policy.type_prefix = SPAN_LITERAL("com.example.");
    expect_back(fixture, &event, false);
}

// As deep and as large as a record may be, in binary mode: with what stands around it that is too much for a line.
static void the_deepest_and_largest_data_comes_back(void **state)
{
    struct fixture *fixture = *state;
    char deep[256] = "{\"a\":";
    for (int i = 0; i < 31; i++)
        strcat(deep, "[");
    for (int i = 0; i < 31; i++)
        strcat(deep, "]");
    strcat(deep, "}");
    struct event event = event_with(deep);
    expect_back(fixture, &event, true);

    uint32_t most = fixture->policy.max_event_bytes;
    char *large = malloc(most + 1);
    assert_non_null(large);
    memset(large, 'x', most);
    memcpy(large, "{\"a\":\"", 6);
    for (uint32_t i = 6; i + 2 < most - 2; i += 2)
        memcpy(large + i, "\\\"", 2); // of which a text makes twice as many
    memcpy(large + most - 2, "\"}", 2);
    large[most] = '\0';
    event = event_with(large);
    expect_back(fixture, &event, true);
    free(large);
}

static void larger_lines_are_too_large(void **state)
{
    struct fixture *fixture = *state;
    uint32_t most = fixture->policy.max_event_bytes;
    char *line = malloc(3 * most);
    assert_non_null(line);
    int head = snprintf(line, most, "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"message.received\","
                        "\"subject\":\"ann\",\"time\":\"2026-01-01T00:00:00Z\",\"data\":{\"a\":\"");
    memset(line + head, 'x', 3 * most - head);
    memcpy(line + most - 2, "\"}}", 3);
    assert_int_equal(decode_line(fixture, span_of(line, most + 1)), DECODED_REJECTED);
    assert_int_equal(fixture->reject.reason, REJECT_TOO_LARGE);
    memset(line, 'x', most + 5); // and if it is no JSON at all
    assert_int_equal(decode_line(fixture, span_of(line, most + 5)), DECODED_REJECTED);
    assert_int_equal(fixture->reject.reason, REJECT_TOO_LARGE);
    assert_int_equal(decode_line(fixture, span_of(line, export_line_most(&fixture->policy) + 1)), DECODED_REJECTED);
    assert_int_equal(fixture->reject.reason, REJECT_TOO_LARGE);
    free(line);
}

static void what_is_ours_is_taken_from_us_alone(void **state)
{
    struct fixture *fixture = *state;
    struct event valued = event_with("{\"tier\":\"star\",\"target\":4}");
    valued.type = TYPE_VALUED;
    valued.source = SPAN_LITERAL("guanxi");
    fixture->policy.type_prefix = SPAN_LITERAL("com.example.");
    struct span line = export_event(&fixture->arena, &fixture->policy, &valued, SPAN_LITERAL("guanxi.valued"),
                                    SPAN_LITERAL("ann"));
    assert_int_equal(decode_line(fixture, line), DECODED_EVENT);
    assert_int_equal(fixture->event.effect, EFFECT_OF_VALUED);
    assert_int_equal(fixture->event.tier, TIER_STAR);
    assert_int_equal(fixture->event.target, 4);
    valued.source = SPAN_LITERAL("/other");
    line = export_event(&fixture->arena, &fixture->policy, &valued, SPAN_LITERAL("guanxi.valued"), SPAN_LITERAL("ann"));
    assert_int_equal(decode_line(fixture, line), DECODED_REJECTED);
    assert_int_equal(fixture->reject.reason, REJECT_UNKNOWN_TYPE);
    // And not by who reads topics.
    valued.source = SPAN_LITERAL("guanxi");
    line = export_event(&fixture->arena, &fixture->policy, &valued, SPAN_LITERAL("guanxi.valued"), SPAN_LITERAL("ann"));
    struct decoder *plain = decoder_new();
    const struct record_header structured = {SPAN_LITERAL("content-type"),
                                             SPAN_LITERAL("application/cloudevents+json")};
    const struct record record = {.value = line, .headers = &structured, .header_count = 1};
    assert_int_equal(decode_record(plain, &fixture->policy, &record, fixture->wall, &fixture->arena, &fixture->event,
                                   &fixture->reject, &fixture->unknown_marks), DECODED_REJECTED);
    decoder_free(plain);
}

static void changes_of_ids_stand_where_they_stood(void **state)
{
    struct fixture *fixture = *state;
    struct event merged = event_with("{\"into\":\"bob\"}");
    merged.type = TYPE_CUSTOMER_MERGED;
    struct span line = export_event(&fixture->arena, &fixture->policy, &merged, SPAN_LITERAL("customer.merged"),
                                    SPAN_LITERAL("bob"));
    assert_int_equal(decode_line(fixture, line), DECODED_EVENT);
    assert_int_equal(fixture->event.effect, EFFECT_OF_CUSTOMER_MERGED);
    assert_true(span_equal(own.stands, SPAN_LITERAL("bob")));
    line = export_alias(&fixture->arena, SPAN_LITERAL("ann"), SPAN_LITERAL("bob"), at_time("2026-01-01T00:00:00Z"));
    assert_int_equal(decode_line(fixture, line), DECODED_EVENT);
    assert_true(own.alias);
    assert_null(own.stands.data);
    assert_int_equal(fixture->event.effect, EFFECT_OF_CUSTOMER_MERGED);
    assert_true(span_equal(fixture->event.subject, SPAN_LITERAL("ann")));
    assert_true(span_equal(fixture->event.ref, SPAN_LITERAL("bob")));
}

static void a_tick_tells_the_time(void **state)
{
    struct fixture *fixture = *state;
    struct span line = export_tick(&fixture->arena, at_time("2026-01-01T00:00:00Z"));
    assert_int_equal(decode_line(fixture, line), DECODED_IGNORED);
    fixture->policy.events_clock = true;
    assert_int_equal(decode_line(fixture, line), DECODED_TICK);
    assert_int_equal(fixture->event.time, at_time("2026-01-01T00:00:00Z"));
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(events_come_back_byte_for_byte),      TEST(a_prefix_is_put_back),
        TEST(the_deepest_and_largest_data_comes_back), TEST(larger_lines_are_too_large),
        TEST(what_is_ours_is_taken_from_us_alone), TEST(changes_of_ids_stand_where_they_stood),
        TEST(a_tick_tells_the_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
