// Ids: known vectors, worked out by another implementation of RFC 9562.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/model.h"

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void expect_uuid(const uint8_t uuid[16], const char *expected)
{
    char text[37];
    uuid_text(uuid, text);
    assert_string_equal(text, expected);
}

static void reminders_have_known_ids(void **state)
{
    (void)state;
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("customer-1"), REMINDER_CADENCE, INT64_C(1767225600000000));
    expect_uuid(uuid, "8b4d6bbc-f415-51af-9131-01c253521b2d");
    reminder_id(uuid, SPAN_LITERAL("客户-七"), REMINDER_RESPONSE, 0);
    expect_uuid(uuid, "862cb3a6-a4ac-5568-bdfe-cdf44c5d1a43");
    reminder_id(uuid, SPAN_LITERAL("c"), REMINDER_AFTERSALE, INSTANT_LAST);
    expect_uuid(uuid, "534cb53d-c650-50ef-b3a4-e53d765ad359");
    reminder_id(uuid, SPAN_LITERAL(X32 X32 X32 X32), REMINDER_CADENCE, 1); // the longest id
    expect_uuid(uuid, "c3ad6fc8-ab04-5e20-b9b4-12141f28e825");
}

static void changes_have_known_ids(void **state)
{
    (void)state;
    uint8_t uuid[16];
    change_id(uuid, SPAN_LITERAL("customer-1"), "guanxi.level.changed", 1);
    expect_uuid(uuid, "1fc64b07-1a96-5c13-b9ad-ebd9e12fb0de");
    change_id(uuid, SPAN_LITERAL("c"), "guanxi.level.changed", INT64_MAX);
    expect_uuid(uuid, "f66657b3-65fc-583a-abcb-0e591774e528");
}

static void text_goes_both_ways(void **state)
{
    (void)state;
    uint8_t uuid[16], parsed[16];
    reminder_id(uuid, SPAN_LITERAL("customer-1"), REMINDER_CADENCE, INT64_C(1767225600000000));
    assert_true(uuid_parse_text(SPAN_LITERAL("8b4d6bbc-f415-51af-9131-01c253521b2d"), parsed));
    assert_memory_equal(uuid, parsed, sizeof uuid);
    assert_true(uuid_parse_text(SPAN_LITERAL("8B4D6BBC-F415-51AF-9131-01C253521B2D"), parsed));
    assert_memory_equal(uuid, parsed, sizeof uuid);
}

static void what_is_no_uuid_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "8b4d6bbc-f415-51af-9131-01c253521b2",
        "8b4d6bbc-f415-51af-9131-01c253521b2d0",
        "8b4d6bbcff415-51af-9131-01c253521b2d",
        "8b4d6bbc-f415-51af-9131001c253521b2d",
        "8b4d6bbc-f415-51af-9131-01c253521b2g",
        "8b4d6bbc-f415-51af-9131-01c253521b2`",
        "8b4d6bbc-f415-51af-9131-01c253521b-d",
        "8b4d6bbc-f415-51af-9131-01c253521b2 ",
        "{b4d6bbc-f415-51af-9131-01c253521b2}",
    };
    uint8_t untouched[16] = {1, 2, 3}, before[16] = {1, 2, 3};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(uuid_parse_text(span_text(texts[i]), untouched));
    }
    assert_false(uuid_parse_text(SPAN_NONE, untouched));
    assert_memory_equal(untouched, before, sizeof before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reminders_have_known_ids),
        cmocka_unit_test(changes_have_known_ids),
        cmocka_unit_test(text_goes_both_ways),
        cmocka_unit_test(what_is_no_uuid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
