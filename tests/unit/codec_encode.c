// What is published, byte by byte, and read back by our own parser.
#include "codec/encode.h"

#include "../../daemon/codec/json.h"
#include "codec_fixture.h"
#include "core/model.h"

static const uint8_t reminder[16] = {0x6f, 0x1c, 0x1d, 0x2e, 0x6f, 0x0a, 0x5c, 0x59,
                                     0x9f, 0x3c, 0x7d, 0x1a, 0x5f, 0x0c, 0x0e, 0x11};

static struct notice_message cadence_sample(void)
{
    struct notice_message message = {
        .customer_id = SPAN_LITERAL("c1"),
        .kind = REMINDER_CADENCE,
        .anchor = at_time("2026-01-12T00:00:00Z"),
        .due_at = at_time("2026-02-26T00:00:00Z"),
        .opened_at = at_time("2026-02-26T00:00:00Z"),
        .notice = 1,
        .notice_at = at_time("2026-02-26T00:00:00Z"),
        .next_notice_at = at_time("2026-03-01T00:00:00Z"),
        .recipients = TO_OWNER,
        .level = LEVEL_ACCOUNTABLE,
        .last_contact_at = at_time("2026-01-12T00:00:00Z"),
        .recency_days = 54,
        .f = 1,
        .m = 1250,
    };
    memcpy(message.reminder_id, reminder, sizeof reminder);
    return message;
}

static void assert_json(struct span text)
{
    struct json *json = json_new();
    struct arena arena;
    arena_init(&arena, 4096);
    const struct json_token *tokens;
    uint32_t fault;
    struct span copy = arena_copy(&arena, text);
    assert_int_equal(json_parse(json, &arena, copy, &tokens, &fault), JSON_OK);
    assert_int_equal(tokens->type, JSON_OBJECT);
    assert_int_equal(text.data[text.size], '\0');
    json_free(json);
    arena_free(&arena);
}

static void first_notice(void **state)
{
    struct fixture *fixture = *state;
    struct notice_message message = cadence_sample();
    struct span text = encode_notice(&fixture->arena, &fixture->policy, &message);
    assert_span(
        text,
        "{\"specversion\":\"1.0\",\"id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11/1\",\"source\":\"guanxi\","
        "\"type\":\"guanxi.reminder.opened\",\"subject\":\"c1\",\"time\":\"2026-02-26T00:00:00Z\","
        "\"expirytime\":\"2026-03-01T00:00:00Z\",\"datacontenttype\":\"application/json\",\"data\":{"
        "\"reminder_id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11\",\"kind\":\"cadence\",\"notice\":1,"
        "\"late\":false,\"to\":[\"owner\"],\"customer\":\"c1\",\"name\":null,\"owner\":null,\"manager\":null,"
        "\"level\":{\"level\":3,\"code\":\"accountable\",\"zh\":\"可靠\"},\"recency_days\":54,\"f\":1,\"m\":1250,"
        "\"due\":\"2026-02-26T00:00:00Z\",\"since\":\"2026-01-12T00:00:00Z\",\"opened\":\"2026-02-26T00:00:00Z\","
        "\"last_contact\":\"2026-01-12T00:00:00Z\",\"channels\":[\"letter\",\"message\",\"web\"],\"why\":{"
        "\"en\":\"No contact for 45 days (last on 2026-01-12); an accountable customer is due every 45 days.\","
        "\"zh\":\"已有45天没有联系（上次联系：2026-01-12）；“可靠”客户应每45天联系一次。\"}}}");
    assert_json(text);
}

static void last_notice(void **state)
{
    struct fixture *fixture = *state;
    struct notice_message message = cadence_sample();
    message.notice = 4;
    message.next_notice_at = INSTANT_NONE;
    message.late = true;
    message.recipients = TO_OWNER | TO_MANAGER;
    message.recency_days = -1;
    message.m = INT64_MIN;
    struct span text = encode_notice(&fixture->arena, &fixture->policy, &message);
    assert_json(text);
    assert_non_null(strstr(text.data, "e11/4\""));
    assert_non_null(strstr(text.data, "\"type\":\"guanxi.reminder.noticed\""));
    assert_null(strstr(text.data, "expirytime"));
    assert_non_null(strstr(text.data, "\"late\":true,\"to\":[\"owner\",\"manager\"]"));
    assert_non_null(strstr(text.data, "\"recency_days\":null,\"f\":1,\"m\":-9223372036854775808,"));
}

static void closing(void **state)
{
    struct fixture *fixture = *state;
    struct closing_message message = {
        .customer_id = SPAN_LITERAL("c1"),
        .kind = REMINDER_AFTERSALE,
        .status = REMINDER_DONE,
        .anchor = at_time("2026-01-03T00:00:00Z"),
        .due_at = at_time("2026-01-10T00:00:00Z"),
        .opened_at = at_time("2026-01-10T00:00:00Z"),
        .closed_at = at_time("2026-01-12T00:00:00.5Z"),
        .event_source = SPAN_LITERAL("crm"),
        .event_id = SPAN_LITERAL("e9"),
    };
    memcpy(message.reminder_id, reminder, 16);
    struct span text = encode_closing(&fixture->arena, &message);
    assert_span(
        text,
        "{\"specversion\":\"1.0\",\"id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11/closed\",\"source\":\"guanxi\","
        "\"type\":\"guanxi.reminder.closed\",\"subject\":\"c1\",\"time\":\"2026-01-12T00:00:00.500000Z\","
        "\"datacontenttype\":\"application/json\",\"data\":{"
        "\"reminder_id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11\",\"kind\":\"aftersale\",\"status\":\"closed\","
        "\"reason\":\"done\",\"customer\":\"c1\",\"due\":\"2026-01-10T00:00:00Z\",\"since\":\"2026-01-03T00:00:00Z\","
        "\"opened\":\"2026-01-10T00:00:00Z\",\"closed\":\"2026-01-12T00:00:00.500000Z\","
        "\"event\":{\"source\":\"crm\",\"id\":\"e9\"}}}");
    assert_json(text);
    message.status = REMINDER_MOOT;
    message.event_source = message.event_id = SPAN_NONE;
    text = encode_closing(&fixture->arena, &message);
    assert_non_null(strstr(text.data, "\"reason\":\"moot\""));
    assert_non_null(strstr(text.data, "\"event\":null}}"));
    assert_json(text);
}

static void level_change(void **state)
{
    struct fixture *fixture = *state;
    struct level_message message = {
        .customer_id = SPAN_LITERAL("c1"),
        .n = 2,
        .at = at_time("2026-01-12T00:00:00Z"),
        .from_level = LEVEL_REACTIVE,
        .to_level = LEVEL_ACCOUNTABLE,
        .cause = LEVEL_BY_EVENT,
        .event_source = SPAN_LITERAL("crm"),
        .event_id = SPAN_LITERAL("e9"),
    };
    uint8_t uuid[16];
    char id[37], expected[1024];
    change_id(uuid, SPAN_LITERAL("c1"), "guanxi.level.changed", 2);
    uuid_text(uuid, id);
    snprintf(
        expected, sizeof expected,
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"guanxi\",\"type\":\"guanxi.level.changed\","
        "\"subject\":\"c1\",\"time\":\"2026-01-12T00:00:00Z\",\"datacontenttype\":\"application/json\",\"data\":{"
        "\"customer\":\"c1\",\"n\":2,\"from\":{\"level\":2,\"code\":\"reactive\",\"zh\":\"反应\"},"
        "\"to\":{\"level\":3,\"code\":\"accountable\",\"zh\":\"可靠\"},\"cause\":\"event\","
        "\"event\":{\"source\":\"crm\",\"id\":\"e9\"}}}",
        id);
    struct span text = encode_level_change(&fixture->arena, &message);
    assert_span(text, expected);
    assert_json(text);
}

static void hostile_names(void **state)
{
    struct fixture *fixture = *state;
    static const char hostile[] = "\"\\/\b\x1f\x7f\n\r\t</script>{}[],:中😀'";
    struct level_message message = {.customer_id = SPAN_LITERAL(hostile),
                                    .n = 1,
                                    .from_level = 1,
                                    .to_level = 2,
                                    .event_source = SPAN_LITERAL("\""),
                                    .event_id = SPAN_LITERAL("\\")};
    struct span text = encode_level_change(&fixture->arena, &message);
    assert_json(text);
    struct json *json = json_new();
    const struct json_token *tokens;
    uint32_t fault;
    assert_int_equal(json_parse(json, &fixture->arena, text, &tokens, &fault), JSON_OK);
    int met = 0;
    for (uint32_t i = 1; i < tokens->end; i++) {
        if (span_equal(tokens[i].key, SPAN_LITERAL("subject")) ||
            span_equal(tokens[i].key, SPAN_LITERAL("customer"))) {
            assert_span(tokens[i].text, hostile);
            met++;
        }
    }
    assert_int_equal(met, 2);
    json_free(json);
}

static void sentences(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        enum reminder_kind kind;
        bool contact;
        const char *en, *zh;
    } cases[] = {
        {REMINDER_CADENCE, true,
         "No contact for 1 day (last on 2026-02-25); a basic customer is due every 90 minutes.",
         "已有1天没有联系（上次联系：2026-02-25）；“一般”客户应每90分钟联系一次。"},
        {REMINDER_CADENCE, false,
         "No contact yet, 1 day after the customer became known on 2026-02-25; a basic customer is due every 90 minutes.",
         "自2026-02-25建立客户档案以来已有1天，尚未联系；“一般”客户应每90分钟联系一次。"},
        {REMINDER_RESPONSE, true,
         "The customer has waited for an answer for 1 day (asked on 2026-02-25); an answer is due within 1 day.",
         "客户等待答复已有1天（提出于2026-02-25）；应在1天内答复。"},
        {REMINDER_AFTERSALE, true,
         "Nobody has followed up the order of 2026-02-25 for 1 day; a follow-up is due within 7 days of the order or "
         "its delivery.",
         "2026-02-25的订单已有1天无人回访；应在下单或交货后7天内回访。"},
    };
    fixture->policy.cadence[LEVEL_BASIC] = 90 * MINUTE;
    struct notice_message message = cadence_sample();
    message.level = LEVEL_BASIC;
    message.anchor = at_time("2026-02-25T23:59:59Z");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        message.kind = cases[i].kind;
        message.last_contact_at = cases[i].contact ? message.anchor : INSTANT_NONE;
        assert_span(sentence_en(&fixture->arena, &fixture->policy, &message), cases[i].en);
        assert_span(sentence_zh(&fixture->arena, &fixture->policy, &message), cases[i].zh);
    }
}

// Settings are told in the largest unit that leaves nothing over.
static void lengths_in_sentences(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        duration length;
        const char *en, *zh;
    } cases[] = {
        {DAY, "within 1 day.", "在1天内"},
        {10 * DAY, "within 10 days.", "在10天内"},
        {36 * HOUR, "within 36 hours.", "在36小时内"},
        {HOUR, "within 1 hour.", "在1小时内"},
        {90 * SECOND, "within 90 seconds.", "在90秒内"},
    };
    struct notice_message message = cadence_sample();
    message.kind = REMINDER_RESPONSE;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fixture->policy.response_within = cases[i].length;
        assert_non_null(strstr(sentence_en(&fixture->arena, &fixture->policy, &message).data, cases[i].en));
        assert_non_null(strstr(sentence_zh(&fixture->arena, &fixture->policy, &message).data, cases[i].zh));
    }
}

// Every kind has both languages, with nothing left to fill in.
static void every_kind_has_sentences(void **state)
{
    struct fixture *fixture = *state;
    struct notice_message message = cadence_sample();
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        message.kind = (enum reminder_kind)kind;
        struct span en = sentence_en(&fixture->arena, &fixture->policy, &message);
        struct span zh = sentence_zh(&fixture->arena, &fixture->policy, &message);
        assert_true(en.size > 20 && zh.size > 20);
        assert_null(strpbrk(en.data, "{}"));
        assert_null(strpbrk(zh.data, "{}"));
        assert_non_null(strstr(en.data, "2026-01-12"));
        assert_non_null(strstr(zh.data, "2026-01-12"));
    }
}

// Dates are days of the business: late in the evening in UTC is the next morning in Shanghai.
static void dates_of_the_business_zone(void **state)
{
    struct fixture *fixture = *state;
    static const struct zone_transition shanghai = {INT64_MIN + 1, 8 * 3600};
    fixture->policy.zone = (struct zone){1, &shanghai};
    struct notice_message message = cadence_sample();
    message.anchor = at_time("2026-01-12T20:00:00Z");
    message.notice_at = at_time("2026-02-26T20:00:00Z");
    struct span en = sentence_en(&fixture->arena, &fixture->policy, &message);
    assert_non_null(strstr(en.data, "45 days (last on 2026-01-13)"));
}

static void no_memory_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct arena none;
    arena_init(&none, SIZE_MAX - 8);
    struct notice_message message = cadence_sample();
    assert_null(encode_notice(&none, &fixture->policy, &message).data);
    struct level_message change = {
        .customer_id = SPAN_LITERAL("c"), .n = 1, .from_level = 1, .to_level = 2};
    assert_null(encode_level_change(&none, &change).data);
    struct closing_message closed = {.customer_id = SPAN_LITERAL("c")};
    assert_null(encode_closing(&none, &closed).data);
    assert_null(sentence_en(&none, &fixture->policy, &message).data);
}

// Ids of the greatest length, all escapes: the text outgrows its first room.
static void long_texts(void **state)
{
    struct fixture *fixture = *state;
    char id[128], source[256];
    memset(id, '"', sizeof id);
    memset(source, '\x7f', sizeof source);
    struct closing_message closed = {.customer_id = span_of(id, sizeof id),
                                     .event_source = span_of(source, sizeof source),
                                     .event_id = span_of(id, sizeof id)};
    struct span text = encode_closing(&fixture->arena, &closed);
    assert_true(text.size > 2048);
    assert_json(text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_notice),
        TEST(last_notice),
        TEST(closing),
        TEST(level_change),
        TEST(hostile_names),
        TEST(sentences),
        TEST(lengths_in_sentences),
        TEST(every_kind_has_sentences),
        TEST(dates_of_the_business_zone),
        TEST(no_memory_is_told),
        TEST(long_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
