// Records in both modes.
#include "codec_fixture.h"

#define GOOD                                                                                                    \
    "{\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"crm\",\"type\":\"call.completed\",\"subject\":\"c1\"," \
    "\"time\":\"2026-01-02T11:04:05.1234567+08:00\",\"datacontenttype\":\"application/json\","                  \
    "\"data\": { \"direction\" : \"outbound\" } ,\"traceparent\":\"x\",\"extension\":[1]}"

static const char *const binary_headers[] = {"ce_specversion",
                                             "1.0",
                                             "ce_id",
                                             "e1",
                                             "ce_source",
                                             "crm",
                                             "ce_type",
                                             "call.completed",
                                             "ce_subject",
                                             "c1",
                                             "ce_time",
                                             "2026-01-02T03:04:05.123456Z",
                                             "content-type",
                                             "application/json",
                                             NULL};

static void assert_good_event(const struct fixture *fixture)
{
    const struct event *event = &fixture->event;
    assert_span(event->id, "e1");
    assert_span(event->source, "crm");
    assert_span(event->subject, "c1");
    assert_span(event->data, "{ \"direction\" : \"outbound\" }");
    assert_int_equal(event->time, at_time("2026-01-02T03:04:05.123456Z"));
    assert_int_equal(event->type, TYPE_CALL_COMPLETED);
    assert_int_equal(event->effect, EFFECT_OF_ANSWER);
    assert_int_equal(event->side, SIDE_OUTBOUND);
    assert_int_equal(event->direction, SIDE_OUTBOUND);
    assert_int_equal(event->until, INSTANT_NONE);
    assert_int_equal(event->due, INSTANT_NONE);
    assert_null(event->profile);
}

static void structured_mode(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(decode_structured(fixture, GOOD), DECODED_EVENT);
    assert_good_event(fixture);
    static const char *const types[] = {"application/cloudevents+json", "Application/CloudEvents+JSON",
                                        "application/cloudevents+json;charset=utf-8",
                                        "application/cloudevents+json ; charset=utf-8"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *headers[] = {"ce_id", "not this", "content-type", types[i], NULL};
        assert_int_equal(decode_bytes(fixture, GOOD, strlen(GOOD), headers), DECODED_EVENT);
        assert_good_event(fixture);
    }
}

static void other_formats(void **state)
{
    struct fixture *fixture = *state;
    static const char *const types[] = {"application/cloudevents", "application/cloudevents-batch+json",
                                        "application/cloudevents+avro", "application/cloudevents+jsonx",
                                        "APPLICATION/CLOUDEVENTS+protobuf; x=y"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *headers[] = {"content-type", types[i], NULL};
        assert_rejected(fixture, decode_bytes(fixture, GOOD, strlen(GOOD), headers), "bad_attribute");
    }
}

static void binary_mode(void **state)
{
    struct fixture *fixture = *state;
    static const char data[] = " { \"direction\" : \"outbound\" } \n";
    assert_int_equal(decode_bytes(fixture, data, sizeof data - 1, binary_headers), DECODED_EVENT);
    assert_good_event(fixture);
    static const char *const types[] = {"application/json; charset=utf-8", "application/vnd.acme+json",
                                        "text/json"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *headers[16];
        memcpy(headers, binary_headers, sizeof binary_headers);
        headers[13] = types[i];
        assert_int_equal(decode_bytes(fixture, data, sizeof data - 1, headers), DECODED_EVENT);
    }
}

// Takes `name` from the good headers, or gives it `value`.
static int decode_binary_with(struct fixture *fixture, const char *name, const char *value)
{
    const char *headers[17] = {NULL};
    size_t count = 0;
    for (size_t i = 0; binary_headers[i]; i += 2) {
        bool named = strcmp(binary_headers[i], name) == 0;
        if (!named || value) {
            headers[count++] = binary_headers[i];
            headers[count++] = named ? value : binary_headers[i + 1];
        }
    }
    return decode_bytes(fixture, "{\"direction\":\"both\"}", 20, headers);
}

static void binary_attributes(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *value, *code;
    } cases[] = {
        {"ce_specversion", NULL, "bad_attribute"},
        {"ce_specversion", "0.3", "bad_attribute"},
        {"ce_id", NULL, "bad_attribute"},
        {"ce_id", "", "bad_attribute"},
        {"ce_id", "a\nb", "bad_attribute"},
        {"ce_id", "\xff", "bad_utf8"},
        {"ce_source", NULL, "bad_attribute"},
        {"ce_subject", NULL, "bad_attribute"},
        {"ce_subject", "\xc2\x85", "bad_attribute"},
        {"ce_type", NULL, "bad_attribute"},
        {"ce_type", "nothing", "unknown_type"},
        {"ce_time", NULL, "bad_attribute"},
        {"ce_time", "yesterday", "bad_time"},
        {"content-type", "text/plain", "bad_attribute"},
        {"content-type", "avro/binary", "bad_attribute"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_rejected(fixture, decode_binary_with(fixture, cases[i].name, cases[i].value), cases[i].code);
    }
    assert_int_equal(decode_binary_with(fixture, "content-type", NULL), DECODED_EVENT);
}

static void binary_oddities(void **state)
{
    struct fixture *fixture = *state;
    const char *none[] = {NULL};
    assert_rejected(fixture, decode_bytes(fixture, GOOD, strlen(GOOD), none), "bad_attribute");
    assert_non_null(strstr(fixture->reject.detail, "application/cloudevents+json")); // says how to send
    const char *twice[] = {"ce_id", "a", "ce_id", "a", NULL};
    assert_rejected(fixture, decode_bytes(fixture, "{}", 2, twice), "duplicate_key");
    assert_rejected(fixture, decode_bytes(fixture, "[]", 2, binary_headers), "bad_attribute");
    assert_rejected(fixture, decode_bytes(fixture, "", 0, binary_headers), "not_json");
    assert_rejected(fixture, decode_bytes(fixture, "hello", 5, binary_headers), "not_json");
    assert_span(fixture->reject.subject, "c1"); // the headers are known whatever the value is
    struct record_header nul = {SPAN_LITERAL("ce_id"), SPAN_LITERAL("a\0b")};
    struct record record = {.value = SPAN_LITERAL("{}"), .header_count = 1, .headers = &nul};
    assert_rejected(fixture,
                    decode_record(fixture->decoder, &fixture->policy, &record, fixture->wall,
                                  &fixture->arena, &fixture->event, &fixture->reject,
                                  &fixture->unknown_marks),
                    "nul");
}

static void tombstones(void **state)
{
    struct fixture *fixture = *state;
    struct record record = {.key = SPAN_LITERAL("c1")};
    assert_int_equal(decode_record(fixture->decoder, &fixture->policy, &record, fixture->wall,
                                   &fixture->arena, &fixture->event, &fixture->reject,
                                   &fixture->unknown_marks),
                     DECODED_TOMBSTONE);
}

static void sizes_of_records(void **state)
{
    struct fixture *fixture = *state;
    enum { MOST = 65536 };
    char *text = malloc(MOST + 1);
    assert_non_null(text);
    memset(text, ' ', MOST + 1);
    memcpy(text, GOOD, strlen(GOOD));
    assert_int_equal(decode_structured_bytes(fixture, text, MOST), DECODED_EVENT);
    text[0] = '\xff'; // goes before all that parsing would find
    assert_rejected(fixture, decode_structured_bytes(fixture, text, MOST + 1), "too_large");
    assert_null(fixture->reject.id.data);
    free(text);
}

static void no_memory_is_told(void **state)
{
    struct fixture *fixture = *state;
    arena_free(&fixture->arena);
    arena_init(&fixture->arena, SIZE_MAX - 8);
    assert_true(decode_structured(fixture, GOOD) < 0);
    assert_true(decode_bytes(fixture, "{}", 2, binary_headers) < 0);
    const char *only_value[] = {"ce_x", "y", NULL};
    assert_true(decode_bytes(fixture, "{}", 2, only_value) < 0);
    decoder_free(NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(structured_mode), TEST(other_formats), TEST(binary_mode),      TEST(binary_attributes),
        TEST(binary_oddities), TEST(tombstones),    TEST(sizes_of_records), TEST(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
