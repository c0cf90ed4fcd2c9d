// What the configuration says about ranks, as the policy has it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "main/policy.h"

static struct config config;
static struct config_problems problems;
static struct policy_owner owner;

static int set_up(void **state)
{
    (void)state;
    config = (struct config){0};
    problems = (struct config_problems){0};
    owner = (struct policy_owner){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    policy_owner_free(&owner);
    config_free(&config);
    config_problems_free(&problems);
    return 0;
}

static const struct valuation *build(const char *const *settings, size_t count)
{
    tear_down(NULL);
    set_up(NULL);
    assert_int_equal(config_load(&config, NULL, settings, count, &problems), 0);
    assert_int_equal(policy_build(&owner, &config, &problems), 0);
    return &owner.policy.valuation;
}
#define BUILD(...) \
    build((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void expect_problem(const char *text)
{
    if (!problems.text || !strstr(problems.text, text)) {
        fail_msg("expected \"%s\" in:\n%s", text, problems.text ? problems.text : "nothing");
    }
}

static void expect_sound(void)
{
    if (problems.count) {
        fail_msg("%s", problems.text);
    }
}

static void the_defaults_are_those_of_the_model(void **state)
{
    (void)state;
    struct valuation defaults;
    valuation_defaults(&defaults);
    const struct valuation *built = BUILD("log.level=info");
    expect_sound();
    assert_int_equal(built->rank_at, defaults.rank_at);
    assert_int_equal(built->scores, defaults.scores);
    assert_int_equal(built->margin, defaults.margin);
    assert_int_equal(built->retention, defaults.retention);
    assert_int_equal(built->discount, defaults.discount);
    assert_int_equal(built->clv_horizon, defaults.clv_horizon);
    assert_int_equal(built->value_retention, defaults.value_retention);
    assert_int_equal(built->segment_count, defaults.segment_count);
    for (size_t i = 0; i < built->segment_count; i++) {
        assert_string_equal(built->segments[i].name, defaults.segments[i].name);
        assert_memory_equal(built->segments[i].least, defaults.segments[i].least, RFM_COUNT);
        assert_memory_equal(built->segments[i].most, defaults.segments[i].most, RFM_COUNT);
    }
}

static void settings_reach_the_valuation(void **state)
{
    (void)state;
    const struct valuation *built = BUILD(
        "model.rank_at=23:59", "model.scores=breakpoints", "model.margin=0.345678", "model.retention=0.1",
        "model.discount=0.07", "model.clv_horizon=0", "model.value_retention=36 h",
        "model.breakpoints={ recency = [30, 90, 180, 365]; frequency = [2, 3, 5, 8]; "
        "monetary = [\"100\", \"500.05\", \"1000\", \"20000.00\"]; }",
        "model.segments=( { name = \"Top\"; r = [4, 5]; f = [3, 5]; m = [5, 5]; } )");
    expect_sound();
    assert_int_equal(built->rank_at, 23 * 60 + 59);
    assert_int_equal(built->scores, SCORES_BY_BREAKPOINTS);
    assert_int_equal(built->margin, 345678);
    assert_int_equal(built->retention, 100000);
    assert_int_equal(built->discount, 70000);
    assert_int_equal(built->clv_horizon, 0);
    assert_int_equal(built->value_retention, 1);
    assert_int_equal(built->breakpoints[RFM_RECENCY][3], 365);
    assert_int_equal(built->breakpoints[RFM_FREQUENCY][0], 2);
    assert_int_equal(built->breakpoints[RFM_MONETARY][1], 50005);
    assert_int_equal(built->segment_count, 1);
    assert_int_equal(built->segments[0].least[RFM_RECENCY], 4);
    assert_int_equal(built->segments[0].most[RFM_FREQUENCY], 5);
    BUILD("model.breakpoints={ }");
    expect_sound();
    assert_int_equal(BUILD("model.rank_at=")->rank_at, RANK_NEVER);
    expect_sound();
    assert_int_equal(BUILD("model.segments=( )")->segment_count, 0);
    expect_sound();
}

static void what_makes_no_sense_is_said(void **state)
{
    (void)state;
    BUILD("model.rank_at=24:00");
    expect_problem("model.rank_at: \"24:00\" is no time of day");
    BUILD("model.rank_at=9:30");
    expect_problem("expected one as in \"02:30\"");
    BUILD("model.scores=breakpoints");
    expect_problem("model.scores: \"breakpoints\" needs model.breakpoints");
    BUILD("model.breakpoints={ recency = [30, 90, 90, 365]; frequency = [2, 3, 5]; monetary = [\"1\"]; }");
    expect_problem("model.breakpoints.frequency: has 3 elements: expected an array of 4");
    expect_problem("model.breakpoints.monetary: has 1 elements");
    BUILD("model.breakpoints={ recency = [30, 90, 90, 365]; frequency = [2, 3, 5, 4]; "
          "monetary = [\"1\", \"2\", \"1.999\", \"x\"]; }");
    expect_problem("model.breakpoints.recency: element 2 is not more");
    expect_problem("model.breakpoints.frequency: element 3 is not more");
    expect_problem("model.breakpoints.monetary: \"1.999\" is no amount of CNY");
    expect_problem("model.breakpoints.monetary: \"x\" is no amount of CNY");
    BUILD("model.breakpoints={ recency = [0, 90, 91, 365]; frequency = [1, 2, 3, 4]; monetry = [\"1\"]; }");
    expect_problem("unknown member \"monetry\" (did you mean \"monetary\"?)");
    expect_problem("has no \"monetary\"");
    BUILD("model.segments=( { name = \"a\"; r = [5, 4]; f = [1, 6]; m = [1, 5]; } )");
    expect_problem("model.segments[0].f[1]: 6 does not fit: expected a whole number from 1 to 5");
    BUILD("model.segments=( { name = \"a\"; r = [5, 4]; f = [1, 5]; m = [1, 5]; }, "
          "{ name = \"a\"; r = [1, 5]; f = [1, 5]; m = [1, 5]; } )");
    expect_problem("\"a\": r = [5, 4] goes from more to less");
    expect_problem("\"a\" is given twice");
    BUILD("model.margin=1.5");
    expect_problem("model.margin: 1.5 does not fit");
    BUILD("model.value_retention=5 h");
    expect_problem("model.value_retention");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_defaults_are_those_of_the_model, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settings_reach_the_valuation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_makes_no_sense_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
