// Rows of the timeline decoded again, by the rules of the day.
#include "codec_samples.h"
#include "core/customer.h"
#include "support/event_json.h"

// A row of the timeline gives the event it came from.
static void rows(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof all_types / sizeof all_types[0]; i++) {
        if (strncmp(all_types[i], "guanxi.", 7) == 0) {
            continue;
        }
        good(fixture, all_types[i], data_of(all_types[i]));
        struct event row = {.time = fixture->event.time,
                            .subject = fixture->event.subject,
                            .source = fixture->event.source,
                            .id = fixture->event.id,
                            .type = fixture->event.type,
                            .data = arena_copy(&fixture->arena, fixture->event.data)};
        assert_int_equal(
            decode_row(fixture->decoder, &fixture->policy, &fixture->arena, &row, &fixture->reject),
            DECODED_EVENT);
        assert_int_equal(event_compare(&row, &fixture->event), 0);
        assert_int_equal(row.side, fixture->event.side);
        assert_int_equal(row.effect, fixture->event.effect);
        assert_int_equal(row.marks, fixture->event.marks);
        assert_int_equal(row.amount, fixture->event.amount);
        assert_int_equal(row.due, fixture->event.due);
        assert_int_equal(row.until, fixture->event.until);
        assert_true(span_equal(row.ref, fixture->event.ref));
    }
}

static void rows_that_no_longer_hold(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        uint16_t type;
        const char *data, *code;
    } cases[] = {
        {TYPE_CONFIGURED + 5, "{}", "unknown_type"},
        {TYPE_COST_INCURRED, "{\"amount\":1,\"currency\":\"USD\"}", "no_rate"},
        {TYPE_CALL_COMPLETED, "{}", "bad_data"},
        {TYPE_PLAN_MADE, "{", "not_json"},
        {TYPE_PLAN_MADE, "[]", "bad_attribute"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event row = {.time = 1,
                            .subject = SPAN_LITERAL("c"),
                            .source = SPAN_LITERAL("s"),
                            .id = SPAN_LITERAL("i"),
                            .type = cases[i].type,
                            .data = arena_copy(&fixture->arena, span_text(cases[i].data))};
        int outcome =
            decode_row(fixture->decoder, &fixture->policy, &fixture->arena, &row, &fixture->reject);
        assert_rejected(fixture, outcome, cases[i].code);
        assert_span(fixture->reject.id, "i");
    }
}

// What guanxid itself puts on timelines, though nobody may send it.
static void valued(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *data;
        int tier, target; // 0: refused
    } cases[] = {
        {"{\"tier\":\"ordinary\",\"target\":1}", TIER_ORDINARY, 1},
        {"{\"tier\":\"rising\",\"target\":2}", TIER_RISING, 2},
        {"{\"target\":3,\"tier\":\"star\"}", TIER_STAR, 3},
        {"{\"tier\":\"fading\",\"target\":4,\"abc\":\"A\"}", TIER_FADING, 4},
        {"{}", 0, 0},
        {"{\"tier\":\"star\"}", 0, 0},
        {"{\"target\":1}", 0, 0},
        {"{\"tier\":\"none\",\"target\":1}", 0, 0},
        {"{\"tier\":3,\"target\":1}", 0, 0},
        {"{\"tier\":\"star\",\"target\":0}", 0, 0},
        {"{\"tier\":\"star\",\"target\":5}", 0, 0},
        {"{\"tier\":\"star\",\"target\":-1}", 0, 0},
        {"{\"tier\":\"star\",\"target\":10}", 0, 0},
        {"{\"tier\":\"star\",\"target\":\"1\"}", 0, 0},
        {"{\"tier\":\"star\",\"target\":\"\"}", 0, 0},
        {"{\"tier\":\"star\",\"target\":null}", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event row = {.type = TYPE_VALUED,
                            .data = arena_copy(&fixture->arena, span_text(cases[i].data))};
        int outcome =
            decode_row(fixture->decoder, &fixture->policy, &fixture->arena, &row, &fixture->reject);
        if (cases[i].tier) {
            assert_int_equal(outcome, DECODED_EVENT);
            assert_int_equal(row.effect, EFFECT_OF_VALUED);
            assert_int_equal(row.tier, cases[i].tier);
            assert_int_equal(row.target, cases[i].target);
        } else {
            assert_rejected(fixture, outcome, "bad_data");
        }
    }
}

// What tests write as JSON is the event that they mean.
static void profiles_and_texts_written(void **state)
{
    struct fixture *fixture = *state;
    char json[EVENT_JSON_MAX];
    struct profile_update profile = {.owner = SPAN_LITERAL("o"),
                                     .name = SPAN_LITERAL("张三"),
                                     .channel = SPAN_LITERAL("phone"),
                                     .role = ROLE_PUBLIC,
                                     .style = STYLE_EXTROVERT,
                                     .money = 1 + FIT_NO,
                                     .need = 1 + FIT_UNKNOWN};
    struct event event = {.subject = SPAN_LITERAL("c1"),
                          .source = SPAN_LITERAL("crm"),
                          .id = SPAN_LITERAL("e1"),
                          .type = TYPE_CUSTOMER_UPDATED,
                          .effect = EFFECT_OF_CUSTOMER_UPDATED,
                          .profile = &profile};
    event_json(&fixture->policy, &event, json);
    assert_int_equal(decode_structured(fixture, json), DECODED_EVENT);
    const struct profile_update *read = fixture->event.profile;
    assert_span(read->owner, "o");
    assert_null(read->manager.data);
    assert_span(read->name, "张三");
    assert_span(read->channel, "phone");
    assert_int_equal(read->kind, KIND_UNKNOWN);
    assert_int_equal(read->role, ROLE_PUBLIC);
    assert_int_equal(read->style, STYLE_EXTROVERT);
    assert_int_equal(read->money, 1 + FIT_NO);
    assert_int_equal(read->authority, 0);
    assert_int_equal(read->need, 1 + FIT_UNKNOWN);
    event.type = TYPE_RELATIONSHIP_ENDED;
    event.effect = EFFECT_OF_RELATIONSHIP_ENDED;
    event.by = BY_CUSTOMER;
    event.text = SPAN_LITERAL("moved");
    event_json(&fixture->policy, &event, json);
    assert_int_equal(decode_structured(fixture, json), DECODED_EVENT);
    assert_int_equal(fixture->event.by, BY_CUSTOMER);
    assert_span(fixture->event.text, "moved");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(rows), TEST(rows_that_no_longer_hold), TEST(valued),
                                       TEST(profiles_and_texts_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
