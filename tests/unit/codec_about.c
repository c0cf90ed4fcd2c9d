// What a notice says of its customer, byte by byte.
#include "codec_messages.h"

static struct span told(struct fixture *fixture, const struct teller *teller)
{
    return encode_about(&fixture->arena, &fixture->policy, &teller->about);
}

static void nothing_known(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller->customer.last_contact_at = INSTANT_NONE;
    teller->customer.level = LEVEL_BASIC;
    teller->customer.stage = STAGE_STRANGER;
    teller->about.anchor = teller->customer.first_seen_at;
    struct span text = told(fixture, teller);
    assert_span(
        text,
        "\"customer\":\"c1\",\"name\":null,\"owner\":null,\"manager\":null,"
        "\"level\":{\"level\":1,\"code\":\"basic\",\"zh\":\"一般\"},"
        "\"stage\":{\"stage\":1,\"code\":\"stranger\",\"zh\":\"陌生期\"},\"tier\":null,\"last_contact\":null,"
        "\"channels\":[\"letter\",\"message\",\"web\"],\"style\":null,\"next_steps\":["
        "{\"list\":\"tasks\",\"item\":\"plan\",\"zh\":\"制定计划\"},"
        "{\"list\":\"tasks\",\"item\":\"invite\",\"zh\":\"邀约\"}],\"why\":{"
        "\"en\":\"No contact yet, 56 days after the customer became known on 2026-01-01; "
        "a basic customer is due every 180 days.\","
        "\"zh\":\"自2026-01-01建立客户档案以来已有56天，尚未联系；“一般”客户应每180天联系一次。\"}");
    assert_int_equal(text.data[text.size], '\0');
    free(teller);
}

static void all_known(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller_text(&teller->book.name, "张\"三\"");
    teller_text(&teller->book.owner, "li");
    teller_text(&teller->book.manager, "wang");
    teller_text(&teller->book.channel, "wechat");
    customer_set_trait(&teller->customer, TRAIT_TIER, TIER_STAR);
    customer_set_trait(&teller->customer, TRAIT_STYLE, STYLE_THINKER);
    int negotiation = policy_mark(&fixture->policy, SPAN_LITERAL("tasks"), SPAN_LITERAL("negotiation"));
    teller->book.marked = UINT64_C(1) << negotiation;
    assert_span(
        told(fixture, teller),
        "\"customer\":\"c1\",\"name\":\"张\\\"三\\\"\",\"owner\":\"li\",\"manager\":\"wang\","
        "\"level\":{\"level\":3,\"code\":\"accountable\",\"zh\":\"可靠\"},"
        "\"stage\":{\"stage\":5,\"code\":\"mature\",\"zh\":\"成熟期\"},"
        "\"tier\":{\"code\":\"star\",\"zh\":\"天王巨星\"},\"last_contact\":\"2026-01-12T00:00:00Z\","
        "\"channels\":[\"wechat\",\"face_to_face\",\"phone\",\"delegate\"],"
        "\"style\":{\"code\":\"thinker\",\"zh\":\"思考者\"},"
        "\"next_steps\":[{\"list\":\"tasks\",\"item\":\"contract\",\"zh\":\"签订合同\"}],\"why\":{"
        "\"en\":\"No contact for 45 days (last on 2026-01-12); "
        "an accountable star customer is due every 22 days 12 hours.\","
        "\"zh\":\"已有45天没有联系（上次联系：2026-01-12）；“可靠”客户（天王巨星）应每22天12小时联系一次。\"}");
    free(teller);
}

// The customer's own channel comes first, and none twice.
static void channels(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *own;
        enum tier tier;
        const char *channels;
    } cases[] = {
        {"", TIER_ORDINARY, "\"channels\":[\"letter\",\"message\",\"web\"]"},
        {"", TIER_RISING, "\"channels\":[\"letter\",\"message\",\"web\"]"},
        {"", TIER_FADING, "\"channels\":[\"letter\",\"message\",\"web\"]"},
        {"", TIER_STAR, "\"channels\":[\"face_to_face\",\"phone\",\"delegate\"]"},
        {"web", TIER_NONE, "\"channels\":[\"web\",\"letter\",\"message\"]"},
        {"letter", TIER_NONE, "\"channels\":[\"letter\",\"message\",\"web\"]"},
        {"phone", TIER_STAR, "\"channels\":[\"phone\",\"face_to_face\",\"delegate\"]"},
        {"phone", TIER_NONE, "\"channels\":[\"phone\",\"letter\",\"message\",\"web\"]"},
    };
    struct teller *teller = teller_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        teller_text(&teller->book.channel, cases[i].own);
        customer_set_trait(&teller->customer, TRAIT_TIER, cases[i].tier);
        assert_has(told(fixture, teller), cases[i].channels);
    }
    free(teller);
}

static void tier_without_chinese_name(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    customer_set_trait(&teller->customer, TRAIT_TIER, TIER_ORDINARY);
    assert_has(told(fixture, teller), "\"tier\":{\"code\":\"ordinary\",\"zh\":null}");
    free(teller);
}

// Steps come in the order of the lists; those of a configured list have no Chinese name.
static void next_steps(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    teller->customer.stage = STAGE_GROWING;
    fixture->policy.items[fixture->policy.item_count++] = (struct checklist_item){"ours", "plan"};
    fixture->policy.stage_items[STAGE_GROWING] = UINT64_C(1) << (fixture->policy.item_count - 1) | 1;
    assert_has(told(fixture, teller), "\"next_steps\":[{\"list\":\"five_as\",\"item\":\"opening\",\"zh\":\"开场白\"},"
                                      "{\"list\":\"ours\",\"item\":\"plan\",\"zh\":null}]");
    teller->book.marked = UINT64_MAX;
    assert_has(told(fixture, teller), "\"next_steps\":[]");
    free(teller);
}

static void default_items_have_chinese_names(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    fixture->policy.stage_items[STAGE_MATURE] = (UINT64_C(1) << fixture->policy.item_count) - 1;
    struct span text = told(fixture, teller);
    size_t met = 0;
    for (const char *at = text.data; (at = strstr(at, "{\"list\":")); at++) {
        met++;
    }
    assert_int_equal(met, fixture->policy.item_count);
    assert_null(strstr(text.data, "\"zh\":null"));
    free(teller);
}

// Texts of the greatest length that are all escapes.
static void hostile_texts(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    char id[128];
    memset(id, '\x7f', sizeof id);
    teller->about.customer_id = span_of(id, sizeof id);
    memset(teller->book.name.bytes, '"', sizeof teller->book.name.bytes);
    teller->book.name.size = sizeof teller->book.name.bytes;
    teller->book.owner = teller->book.manager = teller->book.name;
    struct span text = told(fixture, teller);
    char *object = malloc(text.size + 3);
    assert_non_null(object);
    int size = snprintf(object, text.size + 3, "{%s}", text.data);
    assert_json(span_of(object, (size_t)size));
    free(object);
    free(teller);
}

static void no_memory_is_told(void **state)
{
    struct fixture *fixture = *state;
    struct teller *teller = teller_new();
    struct arena none;
    arena_init(&none, SIZE_MAX - 8);
    assert_null(encode_about(&none, &fixture->policy, &teller->about).data);
    free(teller);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_known),
        TEST(all_known),
        TEST(channels),
        TEST(tier_without_chinese_name),
        TEST(next_steps),
        TEST(default_items_have_chinese_names),
        TEST(hostile_texts),
        TEST(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
