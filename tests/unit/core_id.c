// Ids: known vectors, worked out by another implementation of RFC 9562.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/model.h"

#define X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define Y32 "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"

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

static void every_kind_has_its_own_id(void **state)
{
    (void)state;
    static const char *const expected[] = {
        [REMINDER_ZONE] = "96fc0d43-661b-5843-b5f0-ef5530f3ba27",
        [REMINDER_STALLED] = "689d4b97-0f1c-503b-9c7b-6693194ac705",
        [REMINDER_OBJECTION] = "20f5d171-bd78-5cd2-b908-e053f15c3d37",
        [REMINDER_RENEWAL] = "9f2015cb-35c5-5095-9917-80565219d1cd",
    };
    for (int kind = REMINDER_ZONE; kind <= REMINDER_RENEWAL; kind++) {
        uint8_t uuid[16];
        reminder_id(uuid, SPAN_LITERAL("customer-1"), (enum reminder_kind)kind, INT64_C(1767225600000000));
        expect_uuid(uuid, expected[kind]);
    }
}

// Of those about a promise the promise's id is the anchor.
static void promises_have_known_ids(void **state)
{
    (void)state;
    uint8_t uuid[16];
    promise_reminder_id(uuid, SPAN_LITERAL("customer-1"), REMINDER_PROMISE, SPAN_LITERAL("P-1"));
    expect_uuid(uuid, "19c27026-b62d-5566-9ea2-b93848f15700");
    promise_reminder_id(uuid, SPAN_LITERAL("customer-1"), REMINDER_OVERDUE, SPAN_LITERAL("P-1"));
    expect_uuid(uuid, "a329fa93-4926-5fad-8124-2b9f1425ceb5");
    promise_reminder_id(uuid, SPAN_LITERAL("客户-七"), REMINDER_THANKS, SPAN_LITERAL("报价"));
    expect_uuid(uuid, "e5826853-a75a-5d14-88b2-8f9ac7c1ff6c");
    promise_reminder_id(uuid, SPAN_LITERAL(X32 X32 X32 X32), REMINDER_OVERDUE, SPAN_LITERAL(Y32 Y32 Y32 Y32));
    expect_uuid(uuid, "e2391cb4-ff96-5df7-bf3f-8072d75b36b8"); // the longest ids
}

static void changes_have_known_ids(void **state)
{
    (void)state;
    uint8_t uuid[16];
    change_id(uuid, SPAN_LITERAL("customer-1"), "guanxi.level.changed", 1);
    expect_uuid(uuid, "1fc64b07-1a96-5c13-b9ad-ebd9e12fb0de");
    change_id(uuid, SPAN_LITERAL("c"), "guanxi.level.changed", INT64_MAX);
    expect_uuid(uuid, "f66657b3-65fc-583a-abcb-0e591774e528");
    change_id(uuid, SPAN_LITERAL("customer-1"), "guanxi.stage.changed", 1);
    expect_uuid(uuid, "bc55753d-5e0c-569c-ae77-e5ddab9d5917");
    change_id(uuid, SPAN_LITERAL("customer-1"), "guanxi.pram.changed", 2);
    expect_uuid(uuid, "64542347-8f76-5d9b-ad40-797834f72a4f");
    change_id(uuid, SPAN_LITERAL("customer-1"), "guanxi.tier.changed", 3);
    expect_uuid(uuid, "500ffa7e-bfad-5d02-9290-55a53a769519");
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
        cmocka_unit_test(every_kind_has_its_own_id),
        cmocka_unit_test(promises_have_known_ids),
        cmocka_unit_test(changes_have_known_ids),
        cmocka_unit_test(text_goes_both_ways),
        cmocka_unit_test(what_is_no_uuid_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
