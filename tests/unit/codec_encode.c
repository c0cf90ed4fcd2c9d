// What is published, byte by byte, and read back by our own parser.
#include "codec_messages.h"

static const uint8_t reminder[16] = {0x6f, 0x1c, 0x1d, 0x2e, 0x6f, 0x0a, 0x5c, 0x59,
                                     0x9f, 0x3c, 0x7d, 0x1a, 0x5f, 0x0c, 0x0e, 0x11};

static struct notice_message notice_sample(void)
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
        .about = SPAN_LITERAL("\"customer\":\"c1\",\"why\":{}"),
        .recency_days = 54,
        .f = 1,
        .m = 1250,
    };
    memcpy(message.reminder_id, reminder, sizeof reminder);
    return message;
}

// As a subscriber reads it, with all that is said of the customer.
static void first_notice(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    struct notice_message message = notice_sample();
    message.about = encode_about(&fixture->arena, &fixture->policy, &teller->about);
    struct span text = encode_notice(&fixture->arena, &message);
    assert_span(
        text,
        "{\"specversion\":\"1.0\",\"id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11/1\",\"source\":\"guanxi\","
        "\"type\":\"guanxi.reminder.opened\",\"subject\":\"c1\",\"time\":\"2026-02-26T00:00:00Z\","
        "\"expirytime\":\"2026-03-01T00:00:00Z\",\"datacontenttype\":\"application/json\",\"data\":{"
        "\"reminder_id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11\",\"kind\":\"cadence\",\"notice\":1,"
        "\"late\":false,\"to\":[\"owner\"],\"due\":\"2026-02-26T00:00:00Z\",\"since\":\"2026-01-12T00:00:00Z\","
        "\"opened\":\"2026-02-26T00:00:00Z\","
        "\"customer\":\"c1\",\"name\":null,\"owner\":null,\"manager\":null,"
        "\"level\":{\"level\":3,\"code\":\"accountable\",\"zh\":\"可靠\"},"
        "\"stage\":{\"stage\":5,\"code\":\"mature\",\"zh\":\"成熟期\"},\"tier\":null,"
        "\"last_contact\":\"2026-01-12T00:00:00Z\",\"channels\":[\"letter\",\"message\",\"web\"],\"style\":null,"
        "\"next_steps\":[{\"list\":\"tasks\",\"item\":\"negotiation\",\"zh\":\"商务谈判\"},"
        "{\"list\":\"tasks\",\"item\":\"contract\",\"zh\":\"签订合同\"}],\"why\":{"
        "\"en\":\"No contact for 45 days (last on 2026-01-12); an accountable customer is due every 45 days.\","
        "\"zh\":\"已有45天没有联系（上次联系：2026-01-12）；“可靠”客户应每45天联系一次。\"},"
        "\"recency_days\":54,\"f\":1,\"m\":1250}}");
    assert_json(text);
    free(teller);
}

static void last_notice(void **state)
{
    struct fixture *fixture = *state;
    struct notice_message message = notice_sample();
    message.notice = 4;
    message.next_notice_at = INSTANT_NONE;
    message.late = true;
    message.recipients = TO_OWNER | TO_MANAGER;
    message.recency_days = -1;
    message.m = INT64_MIN;
    struct span text = encode_notice(&fixture->arena, &message);
    assert_json(text);
    assert_has(text, "e11/4\"");
    assert_has(text, "\"type\":\"guanxi.reminder.noticed\"");
    assert_null(strstr(text.data, "expirytime"));
    assert_null(strstr(text.data, "promise_id"));
    assert_has(text, "\"late\":true,\"to\":[\"owner\",\"manager\"]");
    assert_has(text, "\"opened\":\"2026-02-26T00:00:00Z\",\"customer\":\"c1\",\"why\":{},"
                     "\"recency_days\":null,\"f\":1,\"m\":-9223372036854775808}}");
}

static void notice_about_a_promise(void **state)
{
    struct fixture *fixture = *state;
    struct notice_message message = notice_sample();
    message.kind = REMINDER_OVERDUE;
    message.promise_id = SPAN_LITERAL("p\"1");
    struct span text = encode_notice(&fixture->arena, &message);
    assert_json(text);
    assert_has(text, "\"kind\":\"overdue\",\"promise_id\":\"p\\\"1\",\"notice\":1,");
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
    assert_null(strstr(text.data, "promise_id"));
    assert_json(text);
    message.kind = REMINDER_THANKS;
    message.promise_id = SPAN_LITERAL("p1");
    text = encode_closing(&fixture->arena, &message);
    assert_has(text, "\"kind\":\"thanks\",\"promise_id\":\"p1\",\"status\":\"closed\",");
    assert_json(text);
}

static void transitions(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *type;
        struct transition transition;
        const char *members;
    } cases[] = {
        {"guanxi.level.changed",
         {TRANSITION_LEVEL, LEVEL_REACTIVE, LEVEL_ACCOUNTABLE, 2, LEVEL_BY_EVENT},
         "\"from\":{\"level\":2,\"code\":\"reactive\",\"zh\":\"反应\"},"
         "\"to\":{\"level\":3,\"code\":\"accountable\",\"zh\":\"可靠\"},\"cause\":\"event\""},
        {"guanxi.level.changed",
         {TRANSITION_LEVEL, LEVEL_REACTIVE, LEVEL_BASIC, 3, LEVEL_BY_WARMTH},
         "\"from\":{\"level\":2,\"code\":\"reactive\",\"zh\":\"反应\"},"
         "\"to\":{\"level\":1,\"code\":\"basic\",\"zh\":\"一般\"},\"cause\":\"warmth\""},
        {"guanxi.stage.changed",
         {TRANSITION_STAGE, STAGE_EVALUATING, STAGE_GROWING, 3, 1},
         "\"from\":{\"stage\":3,\"code\":\"evaluating\",\"zh\":\"考察期\"},"
         "\"to\":{\"stage\":4,\"code\":\"growing\",\"zh\":\"成长期\"},\"implied\":true"},
        {"guanxi.stage.changed",
         {TRANSITION_STAGE, STAGE_MATURE, STAGE_ENDED, 5, 0},
         "\"from\":{\"stage\":5,\"code\":\"mature\",\"zh\":\"成熟期\"},"
         "\"to\":{\"stage\":0,\"code\":\"ended\",\"zh\":\"终止\"},\"implied\":false"},
        {"guanxi.pram.changed",
         {TRANSITION_PRAM, PHASE_NONE, PHASE_MAINTAIN, 1, 7 * 2 + 1},
         "\"from\":\"none\",\"to\":\"maintain\",\"cycle\":7,\"premature\":true"},
        {"guanxi.pram.changed",
         {TRANSITION_PRAM, PHASE_PLAN, PHASE_RELATION, 2, 1 * 2},
         "\"from\":\"plan\",\"to\":\"relation\",\"cycle\":1,\"premature\":false"},
        {"guanxi.tier.changed",
         {TRANSITION_TIER, TIER_NONE, TIER_ORDINARY, 1, 0 * 8 + 2},
         "\"from\":{\"code\":null,\"zh\":null,\"target\":null},"
         "\"to\":{\"code\":\"ordinary\",\"zh\":null,\"target\":2}"},
        {"guanxi.tier.changed",
         {TRANSITION_TIER, TIER_STAR, TIER_FADING, 2, 4 * 8 + 3},
         "\"from\":{\"code\":\"star\",\"zh\":\"天王巨星\",\"target\":4},"
         "\"to\":{\"code\":\"fading\",\"zh\":\"明日黄花\",\"target\":3}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct transition_message message = {
            .customer_id = SPAN_LITERAL("c1"),
            .at = at_time("2026-01-12T00:00:00Z"),
            .transition = cases[i].transition,
            .event_source = SPAN_LITERAL("crm"),
            .event_id = SPAN_LITERAL("e9"),
        };
        uint8_t uuid[16];
        char id[37], expected[1024];
        change_id(uuid, SPAN_LITERAL("c1"), cases[i].type, cases[i].transition.n);
        uuid_text(uuid, id);
        snprintf(expected, sizeof expected,
                 "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"guanxi\",\"type\":\"%s\","
                 "\"subject\":\"c1\",\"time\":\"2026-01-12T00:00:00Z\",\"datacontenttype\":\"application/json\","
                 "\"data\":{\"customer\":\"c1\",\"n\":%d,%s,\"event\":{\"source\":\"crm\",\"id\":\"e9\"}}}",
                 id, cases[i].type, cases[i].transition.n, cases[i].members);
        struct span text = encode_transition(&fixture->arena, &message);
        assert_span(text, expected);
        assert_json(text);
    }
}

static void hostile_names(void **state)
{
    struct fixture *fixture = *state;
    static const char hostile[] = "\"\\/\b\x1f\x7f\n\r\t</script>{}[],:中😀'";
    struct transition_message message = {.customer_id = SPAN_LITERAL(hostile),
                                         .transition = {TRANSITION_LEVEL, 1, 2, 1, LEVEL_BY_EVENT},
                                         .event_source = SPAN_LITERAL("\""),
                                         .event_id = SPAN_LITERAL("\\")};
    struct span text = encode_transition(&fixture->arena, &message);
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

static void identities(void **state)
{
    struct fixture *fixture = *state;
    struct identity_message message = {.subject = SPAN_LITERAL("c1"),
                                       .at = at_time("2026-01-03T00:00:00Z"),
                                       .kind = MESSAGE_MERGED,
                                       .other = SPAN_LITERAL("c2"),
                                       .n = 2,
                                       .event_source = SPAN_LITERAL("crm"),
                                       .event_id = SPAN_LITERAL("e9")};
    assert_span(encode_identity(&fixture->arena, &message),
                "{\"specversion\":\"1.0\",\"id\":\"22fa4f9e-b154-5ab1-b6a0-de8c7bec4039\",\"source\":\"guanxi\","
                "\"type\":\"guanxi.customer.merged\",\"subject\":\"c1\",\"time\":\"2026-01-03T00:00:00Z\","
                "\"datacontenttype\":\"application/json\",\"data\":{\"customer\":\"c1\",\"n\":2,"
                "\"into\":\"c2\",\"event\":{\"source\":\"crm\",\"id\":\"e9\"}}}");
    message.kind = MESSAGE_UNMERGED;
    message.n = 1;
    assert_span(encode_identity(&fixture->arena, &message),
                "{\"specversion\":\"1.0\",\"id\":\"f1d0647e-463e-5ec2-aa8f-d470dcfe8759\",\"source\":\"guanxi\","
                "\"type\":\"guanxi.customer.unmerged\",\"subject\":\"c1\",\"time\":\"2026-01-03T00:00:00Z\","
                "\"datacontenttype\":\"application/json\",\"data\":{\"customer\":\"c1\",\"n\":1,"
                "\"unmerged\":\"c2\",\"event\":{\"source\":\"crm\",\"id\":\"e9\"}}}");
    message.kind = MESSAGE_ERASED;
    message.event_source = SPAN_NONE;
    assert_span(encode_identity(&fixture->arena, &message),
                "{\"specversion\":\"1.0\",\"id\":\"0d2583dc-3a82-5acb-a12f-f8ef43af5fe9\",\"source\":\"guanxi\","
                "\"type\":\"guanxi.customer.erased\",\"subject\":\"c1\",\"time\":\"2026-01-03T00:00:00Z\","
                "\"datacontenttype\":\"application/json\",\"data\":{\"customer\":\"c1\",\"n\":1,\"event\":null}}");
}

static void no_memory_is_told(void **state)
{
    (void)state;
    struct arena none;
    arena_init(&none, SIZE_MAX - 8);
    struct notice_message message = notice_sample();
    assert_null(encode_notice(&none, &message).data);
    struct transition_message change = {.customer_id = SPAN_LITERAL("c"),
                                        .transition = {TRANSITION_LEVEL, 1, 2, 1, LEVEL_BY_EVENT}};
    assert_null(encode_transition(&none, &change).data);
    struct closing_message closed = {.customer_id = SPAN_LITERAL("c")};
    assert_null(encode_closing(&none, &closed).data);
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

// A batch holds many texts: none keeps more room than it needs.
static void texts_lie_close(void **state)
{
    struct fixture *fixture = *state;
    struct notice_message message = notice_sample();
    struct span first = encode_notice(&fixture->arena, &message);
    message.notice = 2;
    struct span second = encode_notice(&fixture->arena, &message);
    assert_json(first);
    assert_json(second);
    assert_true(second.data > first.data && second.data - first.data < first.size + 64);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_notice),
        TEST(last_notice),
        TEST(notice_about_a_promise),
        TEST(closing),
        TEST(transitions),
        TEST(identities),
        TEST(hostile_names),
        TEST(no_memory_is_told),
        TEST(long_texts),
        TEST(texts_lie_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
