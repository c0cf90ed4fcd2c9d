// Words for people: the table of phrases, and what is made of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/time.h"
#include "codec/words.h"

static struct type_rule types[POLICY_TYPES];
static struct policy policy;
static struct arena arena;
static struct words en, zh;

static int begin(void **state)
{
    static const struct zone_transition shanghai = {.from = INSTANT_NONE, .offset = 8 * 3600};
    (void)state;
    policy_defaults(&policy, types);
    policy.zone = (struct zone){1, &shanghai};
    arena_init(&arena, 4096);
    en = (struct words){&policy, LANGUAGE_EN, &arena, false};
    zh = (struct words){&policy, LANGUAGE_ZH, &arena, false};
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_false(en.failed || zh.failed);
    arena_free(&arena);
    return 0;
}

static instant at(const char *text)
{
    instant parsed = INSTANT_NONE;
    assert_int_equal(time_parse(span_text(text), &parsed), 0);
    return parsed;
}

// How many names a text has to fill in; each must be in the other language's text too.
static int names_of(const char *text, const char *other)
{
    int names = 0;
    for (const char *open = text; (open = strchr(open, '{')); names++) {
        const char *close = strchr(open, '}');
        assert_non_null(close);
        char name[32] = "";
        assert_in_range(close - open, 2, sizeof name - 2);
        memcpy(name, open, (size_t)(close - open) + 1);
        assert_int_equal(strspn(name + 1, "abcdefghijklmnopqrstuvwxyz_"), strlen(name) - 2);
        if (!strstr(other, name)) {
            fail_msg("%s is not in: %s", name, other);
        }
        open = close;
    }
    return names;
}

static void every_text_has_both_languages(void **state)
{
    (void)state;
    for (int i = 0; i < PHRASE_COUNT; i++) {
        const char *english = phrase_text(LANGUAGE_EN, (enum phrase)i), *chinese = phrase_text(LANGUAGE_ZH, (enum phrase)i);
        assert_non_null(english);
        assert_non_null(chinese);
        assert_true(*english && *chinese);
        assert_int_equal(names_of(english, chinese), names_of(chinese, english));
        for (const char *c = english; *c; c++) {
            assert_in_range((unsigned char)*c, ' ', '~'); // a word of the other language in the wrong column
        }
        size_t end_of = strlen(english) - 1;
        bool sentence = english[end_of] == '.', closed = strlen(chinese) > 3 && strcmp(chinese + strlen(chinese) - 3, "。") == 0;
        if (sentence != closed) {
            fail_msg("not both are sentences: %s %s", english, chinese);
        }
    }
}

static void languages_have_names(void **state)
{
    (void)state;
    assert_int_equal(language_named("en"), LANGUAGE_EN);
    assert_int_equal(language_named("zh"), LANGUAGE_ZH);
    assert_int_equal(language_named("de"), -1);
    assert_int_equal(language_named(""), -1);
    assert_string_equal(language_code(LANGUAGE_ZH), "zh");
}

static void names_are_filled_in(void **state)
{
    (void)state;
    assert_string_equal(words_say(&en, PHRASE_ALIAS, "asked", "a", "customer", "b", NULL),
                        "a was merged into b: what follows is about b.");
    assert_string_equal(words_say(&zh, PHRASE_ALIAS, "customer", "b", "asked", "{customer}", NULL),
                        "{customer} 已并入 b，以下所说的是 b。");
    assert_string_equal(words_say(&en, PHRASE_NO_CUSTOMERS, NULL), "No customer matches.");
}

static void numbers(void **state)
{
    (void)state;
    assert_string_equal(words_number(&en, -12), "-12");
    assert_string_equal(words_real(&en, 15.0634, 2), "15.06");
    assert_string_equal(words_real(&en, -0.001, 2), "0.00");
    assert_string_equal(words_real(&en, -0.006, 2), "-0.01");
    assert_string_equal(words_percent(&en, 2.0 / 3), "67 %");
    assert_string_equal(words_money(&en, 123450), "1234.50");
    assert_string_equal(words_money(&en, -5), "-0.05");
    assert_string_equal(words_money(&en, INT64_MIN), "-92233720368547758.08");
    policy.base_minor_digits = 0;
    assert_string_equal(words_money(&en, 123450), "123450");
    assert_string_equal(words_duration(&en, 45 * DAY), "45 days");
    assert_string_equal(words_duration(&zh, 45 * DAY), "45天");
}

static void instants_are_local(void **state)
{
    (void)state;
    instant late = at("2026-02-25T16:00:00Z");
    assert_string_equal(words_instant(&en, late), "2026-02-26 00:00:00+08:00");
    assert_string_equal(words_instant(&en, late + 1), "2026-02-26 00:00:00.000001+08:00");
    assert_string_equal(words_rfc3339(&en, late), "2026-02-26T00:00:00+08:00");
    assert_string_equal(words_minute(&en, late + 59 * SECOND + 7), "2026-02-26 00:00+08:00");
    assert_string_equal(words_date(&en, late), "2026-02-26");
    assert_null(words_instant(&en, INSTANT_NONE));
    assert_null(words_date(&en, INSTANT_NONE));
    assert_null(words_minute(&en, INSTANT_NONE));
    static const struct zone_transition west = {.from = INSTANT_NONE, .offset = -(9 * 3600 + 1800)};
    policy.zone = (struct zone){1, &west};
    assert_string_equal(words_instant(&en, late), "2026-02-25 06:30:00-09:30");
    assert_string_equal(words_instant(&en, INSTANT_LAST), "2199-12-31 14:29:59.999999-09:30");
}

static void codes_have_words(void **state)
{
    (void)state;
    assert_string_equal(words_level(&en, 3), "3 accountable");
    assert_string_equal(words_level(&zh, 3), "3 可靠");
    assert_null(words_level(&en, 0));
    assert_null(words_level(&en, 5));
    for (int stage = STAGE_ENDED; stage < STAGE_COUNT; stage++) {
        assert_string_equal(words_stage(&en, stage) + 2, stage_code(stage));
        assert_string_equal(words_stage(&zh, stage) + 2, stage_name_zh(stage));
    }
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++) {
        assert_string_equal(words_level(&en, level) + 2, level_code(level));
        assert_string_equal(words_level(&zh, level) + 2, level_name_zh(level));
    }
#define ENGLISH(words_of, code_of, first, count) \
    for (int i = first; i < (count); i++) { \
        assert_string_equal(words_of(&en, i), code_of(i)); \
        assert_non_null(words_of(&zh, i)); \
    }
    ENGLISH(words_tier, tier_code, TIER_ORDINARY, TIER_COUNT)
    ENGLISH(words_phase, phase_code, PHASE_NONE, PHASE_COUNT)
    ENGLISH(words_kind, customer_kind_code, KIND_PERSON, KIND_COUNT)
    ENGLISH(words_role, customer_role_code, ROLE_CONSUMER, ROLE_COUNT)
    ENGLISH(words_style, customer_style_code, STYLE_THINKER, STYLE_COUNT)
    ENGLISH(words_fitness, fitness_code, FIT_UNKNOWN, FIT_COUNT)
    ENGLISH(words_by, by_code, BY_US, BY_CUSTOMER + 1)
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        assert_string_equal(words_reminder(&en, (enum reminder_kind)kind), reminder_kind_code((enum reminder_kind)kind));
    }
    for (size_t i = 0; i < policy.type_count; i++) {
        assert_string_equal(words_type(&en, &policy.types[i]), policy.types[i].name);
        assert_string_not_equal(words_type(&zh, &policy.types[i]), policy.types[i].name);
    }
    const struct type_rule own = {.name = "webinar.attended", .type = TYPE_CONFIGURED};
    assert_string_equal(words_type(&zh, &own), "webinar.attended");
    assert_string_equal(words_side(&en, SIDE_OUTBOUND), "outbound");
    assert_null(words_side(&en, SIDE_NONE));
    assert_string_equal(words_objection(&zh, OBJECTION_PRICE), "价格");
    assert_string_equal(words_tier(&zh, TIER_FADING), tier_name_zh(TIER_FADING));
    assert_string_equal(words_style(&zh, STYLE_THINKER), customer_style_zh(STYLE_THINKER));
    assert_null(words_tier(&en, TIER_NONE));
    assert_null(words_role(&en, ROLE_UNKNOWN));
    assert_string_equal(words_bool(&zh, true), "是");
}

static void items_have_words(void **state)
{
    (void)state;
    const struct checklist_item own = {"tasks", "hand over"}, usual = {"tasks", "visit"};
    assert_string_equal(words_item(&en, &usual), "visit");
    assert_string_equal(words_item(&zh, &usual), "拜访");
    assert_string_equal(words_item(&zh, &own), "hand over"); // of a configuration
}

static void codes_are_found(void **state)
{
    (void)state;
    assert_int_equal(code_number(tier_code, TIER_COUNT, SPAN_LITERAL("star")), TIER_STAR);
    assert_int_equal(code_number(tier_code, TIER_COUNT, SPAN_LITERAL("start")), -1);
    assert_int_equal(code_number(tier_code, TIER_COUNT, SPAN_NONE), -1);
    assert_int_equal(code_number(stage_code, STAGE_COUNT, SPAN_LITERAL("ended")), STAGE_ENDED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_text_has_both_languages), TEST(languages_have_names), TEST(names_are_filled_in), TEST(numbers),
        TEST(instants_are_local),            TEST(codes_have_words),     TEST(items_have_words),    TEST(codes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
