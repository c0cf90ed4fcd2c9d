// Rows of the timeline decoded again, by the rules of the day.
#include "codec_samples.h"

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
    struct event valued = {.type = TYPE_VALUED, .data = arena_copy(&fixture->arena, SPAN_LITERAL("{}"))};
    assert_int_equal(
        decode_row(fixture->decoder, &fixture->policy, &fixture->arena, &valued, &fixture->reject),
        DECODED_EVENT); // stands on timelines, though nobody may send it
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(rows), TEST(rows_that_no_longer_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
