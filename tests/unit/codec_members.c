// The members of `data`, type by type.
#include "codec_samples.h"
#include "core/model.h"

static void bad(struct fixture *fixture, const char *type, const char *data)
{
    if (decode_typed(fixture, type, data) != DECODED_REJECTED) {
        fail_msg("accepted: %s %s", type, data);
    }
    assert_rejected(fixture, DECODED_REJECTED, "bad_data");
}

static void every_type(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof all_types / sizeof all_types[0]; i++) {
        const char *type = all_types[i];
        if (strncmp(type, "guanxi.", 7) == 0) {
            continue;
        }
        good(fixture, type, data_of(type));
        assert_int_equal(fixture->event.type, i + 1);
        assert_int_equal(fixture->event.effect, policy_rule(&fixture->policy, (uint16_t)(i + 1))->effect);
        if (strcmp(data_of(type), "{}") != 0) {
            bad(fixture, type, "{}"); // each of these has a member that must be there
        }
    }
}

// Each member that must be there, left out; and each of any kind as null, which nothing takes.
static void missing_members(void **state)
{
    struct fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"order.placed", "{\"amount\":\"1\",\"currency\":\"CNY\"}"},
        {"order.placed", "{\"order_id\":\"o\",\"currency\":\"CNY\"}"},
        {"order.placed", "{\"order_id\":\"o\",\"amount\":\"1\"}"},
        {"order.refunded", "{\"order_id\":\"o\",\"amount\":\"1\"}"},
        {"cost.incurred", "{\"amount\":\"1\"}"},
        {"cost.incurred", "{\"currency\":\"CNY\"}"},
        {"promise.made", "{\"by\":\"us\",\"due\":\"2026-02-01T00:00:00Z\"}"},
        {"promise.made", "{\"promise_id\":\"p\",\"due\":\"2026-02-01T00:00:00Z\"}"},
        {"promise.made", "{\"promise_id\":\"p\",\"by\":\"us\"}"},
        {"promise.kept", "{\"by\":\"us\"}"},
        {"promise.kept", "{\"promise_id\":\"p\"}"},
        {"promise.broken", "{\"promise_id\":\"p\"}"},
        {"checklist.marked", "{\"list\":\"tasks\"}"},
        {"checklist.marked", "{\"item\":\"plan\"}"},
        {"reminder.snoozed", "{\"reminder_id\":\"r\"}"},
        {"reminder.snoozed", "{\"until\":\"2026-02-01T00:00:00Z\"}"},
        {"call.completed", "{\"direction\":null}"},
        {"call.completed", "{\"direction\":\"inbound\",\"duration_s\":null}"},
        {"message.sent", "{\"channel\":null}"},
        {"plan.made", "{\"goal\":null}"},
        {"customer.updated", "{\"owner\":null}"},
        {"agreement.made", "{\"until\":null}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bad(fixture, cases[i][0], cases[i][1]);
    }
}

static void ill_typed_members(void **state)
{
    struct fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"call.completed", "{\"direction\":\"Inbound\"}"},
        {"call.completed", "{\"direction\":1}"},
        {"call.completed", "{\"direction\":\"\"}"},
        {"call.completed", "{\"direction\":\"inbound \"}"},
        {"call.completed", "{\"direction\":\"inbound\",\"duration_s\":-1}"},
        {"call.completed", "{\"direction\":\"inbound\",\"duration_s\":\"5\"}"},
        {"message.sent", "{\"channel\":7}"},
        {"message.received", "{\"channel\":\"\"}"},
        {"message.sent", "{\"channel\":\"sms\\u0007\"}"},
        {"order.delivered", "{\"order_id\":7}"},
        {"order.delivered", "{\"order_id\":\"\"}"},
        {"order.delivered", "{\"order_id\":\"a\\nb\"}"},
        {"cost.incurred", "{\"amount\":true,\"currency\":\"CNY\"}"},
        {"cost.incurred", "{\"amount\":{},\"currency\":\"CNY\"}"},
        {"cost.incurred", "{\"amount\":\"1\",\"currency\":\"CN\"}"},
        {"cost.incurred", "{\"amount\":\"1\",\"currency\":156}"},
        {"cost.incurred", "{\"amount\":\"1\",\"currency\":\"\"}"},
        {"cost.incurred", "{\"amount\":\"1\",\"currency\":\"C1Y\"}"},
        {"feedback.received", "{\"sentiment\":\"rage\"}"},
        {"referral.given", "{\"referred\":7}"},
        {"objection.raised", "{\"kind\":\"weather\"}"},
        {"objection.raised", "{\"kind\":\"need\",\"cause\":\"us\"}"},
        {"objection.resolved", "{\"kind\":[]}"},
        {"plan.made", "{\"goal\":[]}"},
        {"agreement.made", "{\"until\":\"soon\"}"},
        {"agreement.made", "{\"until\":\"2026-12-31T23:59:60Z\"}"},
        {"promise.made", "{\"promise_id\":\"p\",\"by\":\"them\",\"due\":\"2026-02-01T00:00:00Z\"}"},
        {"promise.made", "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"2200-01-01T00:00:00Z\"}"},
        {"promise.made", "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":1767225600}"},
        {"promise.made",
         "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"2026-02-01T00:00:00Z\",\"about\":1}"},
        {"relationship.ended", "{\"by\":\"us\",\"reason\":{}}"},
        {"checklist.marked", "{\"list\":\"tasks\",\"item\":\"dance\"}"},
        {"checklist.marked", "{\"list\":1,\"item\":\"plan\"}"},
        {"checklist.marked", "{\"list\":\"\",\"item\":\"\"}"},
        {"customer.updated", "{\"owner\":\"\"}"},
        {"customer.updated", "{\"name\":\"a\\tb\"}"},
        {"customer.updated", "{\"kind\":\"robot\"}"},
        {"customer.updated", "{\"role\":\"king\"}"},
        {"customer.updated", "{\"style\":\"thinker \"}"},
        {"customer.updated", "{\"money\":true}"},
        {"customer.updated", "{\"authority\":\"maybe\"}"},
        {"customer.updated", "{\"need\":\"NO\"}"},
        {"customer.merged", "{\"into\":7}"},
        {"customer.merged", "{\"into\":\"\"}"},
        {"customer.unmerged", "{\"customer\":\"\\u0000x\"}"},
        {"reminder.snoozed", "{\"reminder_id\":\"r\",\"until\":\"2026-02-01\"}"},
        {"plan.made", "{\"marks\":\"tasks.plan\"}"},
        {"plan.made", "{\"marks\":[7]}"},
        {"plan.made", "{\"marks\":null}"},
        {"plan.made", "{\"marks\":[\"tasks.plan\",[]]}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strstr(cases[i][1], "\\u0000")) {
            assert_rejected(fixture, decode_typed(fixture, cases[i][0], cases[i][1]), "nul");
        } else {
            bad(fixture, cases[i][0], cases[i][1]);
        }
    }
}

static void sizes_of_ids(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *type, *form;
        int most;
    } cases[] = {
        {"order.delivered", "{\"order_id\":\"%0*d\"}", 128},
        {"customer.merged", "{\"into\":\"%0*d\"}", 128},
        {"reminder.dismissed", "{\"reminder_id\":\"%0*d\"}", 128},
        {"customer.updated", "{\"owner\":\"%0*d\"}", 256},
        {"customer.updated", "{\"channel\":\"%0*d\"}", 64},
        {"message.sent", "{\"channel\":\"%0*d\"}", 64},
        {"promise.kept", "{\"by\":\"us\",\"promise_id\":\"%0*d\"}", 128},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char data[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(data, sizeof data, cases[i].form, cases[i].most, 7);
        good(fixture, cases[i].type, data);
        snprintf(data, sizeof data, cases[i].form, cases[i].most + 1, 7);
        bad(fixture, cases[i].type, data);
#pragma GCC diagnostic pop
    }
}

static void sides(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *type, *data;
        int side, direction;
    } cases[] = {
        {"call.completed", "{\"direction\":\"inbound\",\"duration_s\":12.5}", SIDE_INBOUND, SIDE_INBOUND},
        {"call.completed", "{\"direction\":\"outbound\",\"duration_s\":0}", SIDE_OUTBOUND, SIDE_OUTBOUND},
        {"visit.completed", "{\"direction\":\"both\"}", SIDE_BOTH, SIDE_BOTH},
        {"call.missed", "{\"direction\":\"both\"}", SIDE_NONE, SIDE_BOTH},
        {"meeting.completed", "{\"direction\":17}", SIDE_BOTH, SIDE_NONE}, // not in its row: passed over
        {"message.sent", "{\"channel\":\"e-mail\"}", SIDE_OUTBOUND, SIDE_NONE},
        {"message.received", "{}", SIDE_INBOUND, SIDE_NONE},
        {"order.delivered", "{\"order_id\":\"o\"}", SIDE_NONE, SIDE_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        good(fixture, cases[i].type, cases[i].data);
        assert_int_equal(fixture->event.side, cases[i].side);
        assert_int_equal(fixture->event.direction, cases[i].direction);
    }
}

static void configured_rules(void **state)
{
    struct fixture *fixture = *state;
    struct type_rule *added = &fixture->types[POLICY_TYPES];
    added[0] =
        (struct type_rule){.name = "fair.met", .type = TYPE_CONFIGURED, .contact = CONTACT_BY_DIRECTION};
    added[1] =
        (struct type_rule){.name = "gift.sent", .type = TYPE_CONFIGURED + 1, .contact = CONTACT_OUTBOUND};
    fixture->policy.type_count = POLICY_TYPES + 2;
    bad(fixture, "fair.met", "{}");
    bad(fixture, "fair.met", "{\"direction\":7}");
    good(fixture, "fair.met", "{\"direction\":\"both\",\"amount\":[]}");
    assert_int_equal(fixture->event.side, SIDE_BOTH);
    assert_int_equal(fixture->event.effect, EFFECT_OF_PLAIN);
    good(fixture, "gift.sent", "{\"direction\":7}");
    assert_int_equal(fixture->event.side, SIDE_OUTBOUND);
    assert_int_equal(fixture->event.type, TYPE_CONFIGURED + 1);
    fixture->types[TYPE_PLAN_MADE - 1].contact = CONTACT_BY_DIRECTION;
    bad(fixture, "plan.made", "{}");
    good(fixture, "plan.made", "{\"direction\":\"inbound\"}");
    assert_int_equal(fixture->event.side, SIDE_INBOUND);
    fixture->types[TYPE_CALL_COMPLETED - 1].contact = CONTACT_NONE; // still told, no longer a contact
    bad(fixture, "call.completed", "{}");
    good(fixture, "call.completed", "{\"direction\":\"inbound\"}");
    assert_int_equal(fixture->event.side, SIDE_NONE);
}

static void what_types_tell(void **state)
{
    struct fixture *fixture = *state;
    const struct event *event = &fixture->event;
    good(fixture, "feedback.received", "{\"sentiment\":\"complaint\"}");
    assert_int_equal(event->variant, SENTIMENT_COMPLAINT);
    good(fixture, "promise.broken", "{\"promise_id\":\"p-1\",\"by\":\"customer\"}");
    assert_int_equal(event->by, BY_CUSTOMER);
    assert_int_equal(event->variant, 1);
    assert_span(event->ref, "p-1");
    good(fixture, "promise.made",
         "{\"promise_id\":\"p\",\"by\":\"customer\",\"due\":\"2026-02-01T00:00:00Z\",\"about\":\"a\\nb\"}");
    assert_int_equal(event->variant, 0);
    assert_int_equal(event->by, BY_CUSTOMER);
    assert_int_equal(event->due, at_time("2026-02-01T00:00:00Z"));
    assert_span(event->text, "a\nb");
    good(fixture, "objection.raised", "{\"kind\":\"person\",\"cause\":\"customer\"}");
    assert_int_equal(event->objection, OBJECTION_PERSON);
    assert_int_equal(event->cause, CAUSE_CUSTOMER);
    good(fixture, "objection.raised", "{\"kind\":\"money\"}");
    assert_int_equal(event->cause, CAUSE_COMPANY);
    good(fixture, "agreement.made", "{\"until\":\"2027-01-01T00:00:00+08:00\"}");
    assert_int_equal(event->until, at_time("2026-12-31T16:00:00Z"));
    good(fixture, "agreement.made", "{}");
    assert_int_equal(event->until, INSTANT_NONE);
    good(fixture, "relationship.ended", "{\"by\":\"customer\",\"reason\":\"\"}");
    assert_int_equal(event->by, BY_CUSTOMER);
    good(fixture, "customer.unmerged", "{\"customer\":\"\\u4e2d\"}");
    assert_span(event->ref, "中");
    good(fixture, "plan.made", "{\"goal\":\"g\"}");
    assert_span(event->text, "g");
}

static void reminders_named(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t zero[16];
    uint8_t uuid[16];
    good(fixture, "reminder.snoozed",
         "{\"reminder_id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11\",\"until\":\"2026-02-01T00:00:00Z\"}");
    assert_true(uuid_parse_text(SPAN_LITERAL("6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11"), uuid));
    assert_memory_equal(fixture->event.reminder_id, uuid, 16);
    assert_span(fixture->event.ref, "6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11");
    good(fixture, "reminder.acknowledged", "{\"reminder_id\":\"6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e1x\"}");
    assert_memory_equal(fixture->event.reminder_id, zero, 16);
}

static void profiles(void **state)
{
    struct fixture *fixture = *state;
    good(
        fixture, "customer.updated",
        "{\"owner\":\"o\",\"manager\":\"m\",\"name\":\"张\\u4e09\",\"kind\":\"organization\",\"role\":\"intermediary\","
        "\"style\":\"authoritarian\",\"channel\":\"wechat\",\"money\":\"yes\",\"authority\":\"no\",\"need\":\"unknown\"}");
    const struct profile_update *profile = fixture->event.profile;
    assert_non_null(profile);
    assert_span(profile->owner, "o");
    assert_span(profile->manager, "m");
    assert_span(profile->name, "张三");
    assert_int_equal(profile->kind, KIND_ORGANIZATION);
    assert_int_equal(profile->role, ROLE_INTERMEDIARY);
    assert_int_equal(profile->style, STYLE_AUTHORITARIAN);
    assert_span(profile->channel, "wechat");
    assert_int_equal(profile->money, 1 + FIT_YES);
    assert_int_equal(profile->authority, 1 + FIT_NO);
    assert_int_equal(profile->need, 1 + FIT_UNKNOWN);
    good(fixture, "customer.updated", "{\"style\":\"thinker\"}");
    assert_null(fixture->event.profile->owner.data);
    assert_int_equal(fixture->event.profile->style, STYLE_THINKER);
    assert_int_equal(fixture->event.profile->kind, KIND_UNKNOWN);
    assert_int_equal(fixture->event.profile->role, ROLE_UNKNOWN);
    assert_int_equal(fixture->event.profile->need, 0); // left as it is, which "unknown" is not
    good(fixture, "message.sent", "{\"channel\":\"sms\"}");
    assert_null(fixture->event.profile); // how it came is not how the customer likes it
}

static void words_of_profiles(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *word;
        int number;
    } styles[] = {{"thinker", STYLE_THINKER},
                  {"cooperator", STYLE_COOPERATOR},
                  {"extrovert", STYLE_EXTROVERT},
                  {"authoritarian", STYLE_AUTHORITARIAN}},
      roles[] = {{"consumer", ROLE_CONSUMER}, {"intermediary", ROLE_INTERMEDIARY}, {"public", ROLE_PUBLIC}},
      answers[] = {{"unknown", 1 + FIT_UNKNOWN}, {"yes", 1 + FIT_YES}, {"no", 1 + FIT_NO}};
    char data[128];
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        snprintf(data, sizeof data, "{\"style\":\"%s\"}", styles[i].word);
        good(fixture, "customer.updated", data);
        assert_int_equal(fixture->event.profile->style, styles[i].number);
        assert_string_equal(customer_style_code(styles[i].number), styles[i].word);
    }
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        snprintf(data, sizeof data, "{\"role\":\"%s\",\"kind\":\"person\"}", roles[i].word);
        good(fixture, "customer.updated", data);
        assert_int_equal(fixture->event.profile->role, roles[i].number);
        assert_int_equal(fixture->event.profile->kind, KIND_PERSON);
        assert_string_equal(customer_role_code(roles[i].number), roles[i].word);
    }
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        snprintf(data, sizeof data, "{\"need\":\"%s\"}", answers[i].word);
        good(fixture, "customer.updated", data);
        assert_int_equal(fixture->event.profile->need, answers[i].number);
        assert_int_equal(fixture->event.profile->money, 0);
        assert_string_equal(fitness_code(answers[i].number - 1), answers[i].word);
    }
}

static void amounts(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *amount;
        int64_t minor; // -1: bad_amount
    } cases[] = {
        {"\"12.50\"", 1250},
        {"12.50", 1250},
        {"12", 1200},
        {"0", 0},
        {"\"0.00\"", 0},
        {"1e2", -1},
        {"1.0E1", -1},
        {"-1", -1},
        {"\"-1\"", -1},
        {"\"\"", -1},
        {"\"1e2\"", -1},
        {"12.505", -1},
        {"\"12,5\"", -1},
        {"10000000000000.00", INT64_C(1000000000000000)},
        {"10000000000000.01", -1},
        {"1e999999", -1},
        {"123456789012345678901234567890", -1},
        {"0.10", 10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char data[128];
        snprintf(data, sizeof data, "{\"order_id\":\"o\",\"amount\":%s,\"currency\":\"cny\"}",
                 cases[i].amount);
        int outcome = decode_typed(fixture, "order.refunded", data);
        if (cases[i].minor < 0) {
            assert_rejected(fixture, outcome, "bad_amount");
        } else {
            assert_int_equal(outcome, DECODED_EVENT);
            assert_int_equal(fixture->event.amount, cases[i].minor);
            assert_span(fixture->event.ref, "o");
        }
    }
    assert_rejected(fixture, decode_typed(fixture, "cost.incurred", "{\"amount\":1,\"currency\":\"USD\"}"),
                    "no_rate");
    static const struct currency_rate rate = {"USD", 2, 2, 725};
    fixture->policy.rates = &rate;
    fixture->policy.rate_count = 1;
    good(fixture, "cost.incurred", "{\"amount\":1.02,\"currency\":\"usd\"}");
    assert_int_equal(fixture->event.amount, 740); // 739.5 to the even one
}

static uint64_t bit_of(const struct fixture *fixture, const char *list, const char *item)
{
    int bit = policy_mark(&fixture->policy, span_text(list), span_text(item));
    assert_true(bit >= 0);
    return UINT64_C(1) << bit;
}

static void marks(void **state)
{
    struct fixture *fixture = *state;
    good(fixture, "plan.made", "{\"marks\":[\"spin.payoff\",\"fab.features\",\"spin.payoff\"]}");
    assert_int_equal(fixture->event.marks,
                     bit_of(fixture, "spin", "payoff") | bit_of(fixture, "fab", "features"));
    assert_int_equal(fixture->unknown_marks, 0);
    good(
        fixture, "plan.made",
        "{\"marks\":[\"spin.dance\",\"\",\".\",\"spin\",\"spin.\",\".payoff\",\"spin.payoff.x\",\"fab.benefits\"]}");
    assert_int_equal(fixture->event.marks, bit_of(fixture, "fab", "benefits"));
    assert_int_equal(fixture->unknown_marks, 7);
    good(fixture, "plan.made", "{\"marks\":[]}");
    assert_int_equal(fixture->event.marks, 0); // those of the rule are set when it is applied
    good(fixture, "checklist.marked",
         "{\"list\":\"icon\",\"item\":\"criteria\",\"marks\":[\"spin.payoff\"]}");
    assert_int_equal(fixture->event.marks,
                     bit_of(fixture, "icon", "criteria") | bit_of(fixture, "spin", "payoff"));
}

// A refusal names the member and what was expected, never what stood there.
static void details(void **state)
{
    struct fixture *fixture = *state;
    bad(fixture, "call.completed", "{\"direction\":\"SECRET\"}");
    assert_string_equal(fixture->reject.detail, "data.direction must be one of: inbound, outbound, both");
    bad(fixture, "order.delivered", "{}");
    assert_string_equal(fixture->reject.detail, "data.order_id is missing");
    bad(fixture, "customer.updated", "{\"name\":\"SECRET\\n\"}");
    assert_null(strstr(fixture->reject.detail, "SECRET"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_type),      TEST(missing_members), TEST(ill_typed_members),
        TEST(sizes_of_ids),    TEST(sides),           TEST(configured_rules),
        TEST(what_types_tell), TEST(reminders_named), TEST(profiles),
        TEST(amounts),         TEST(marks),           TEST(details),
        TEST(words_of_profiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
