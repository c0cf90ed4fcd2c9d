// Building the policy from a configuration.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/customer.h"
#include "main/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config config;
static struct config_problems problems;
static struct policy_owner owner;

static int forget(void **state)
{
    (void)state;
    policy_owner_free(&owner);
    config_free(&config);
    config_problems_free(&problems);
    return 0;
}

static const struct policy *build(const char *const *settings, size_t count)
{
    forget(NULL);
    assert_int_equal(config_load(&config, NULL, settings, count, &problems), 0);
    if (problems.count)
        fail_msg("unexpected: %s", problems.text);
    assert_int_equal(policy_build(&owner, &config, &problems), 0);
    return &owner.policy;
}

#define BUILD(...) \
    build((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void expect_sound(void)
{
    if (problems.count)
        fail_msg("unexpected: %s", problems.text);
}

static void expect_problem(const char *line)
{
    if (!problems.text || !strstr(problems.text, line))
        fail_msg("missing: %s\namong: %s", line, problems.text ? problems.text : "");
}

static void the_default_configuration_is_the_default_policy(void **state)
{
    (void)state;
    const struct policy *built = build(NULL, 0);
    expect_sound();
    struct type_rule types[POLICY_TYPES];
    struct policy defaults;
    policy_defaults(&defaults, types);
    policy_fingerprint(&defaults);
    // Fingerprints cover every setting; the tables are compared besides, for what a fingerprint hides.
    assert_int_equal(built->fingerprint, defaults.fingerprint);
    assert_int_equal(built->mixed_fingerprint, defaults.mixed_fingerprint);
    assert_int_equal(built->item_count, defaults.item_count);
    assert_memory_equal(built->items, defaults.items, sizeof defaults.items);
    assert_memory_equal(built->tier_factor, defaults.tier_factor, sizeof defaults.tier_factor);
    assert_memory_equal(built->stage_items, defaults.stage_items, sizeof defaults.stage_items);
    assert_int_equal(built->lasting_items, defaults.lasting_items);
    assert_int_equal(built->type_count, defaults.type_count);
    for (size_t i = 0; i < POLICY_TYPES; i++) {
        const struct type_rule *a = &built->types[i], *b = &types[i];
        assert_string_equal(a->name, b->name);
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->effect, b->effect);
        assert_int_equal(a->contact, b->contact);
        assert_memory_equal(a->points, b->points, sizeof a->points);
        assert_int_equal(a->marks, b->marks);
        assert_int_equal(a->outbound_marks, b->outbound_marks);
    }
}

static void settings_reach_the_policy(void **state)
{
    (void)state;
    const struct policy *policy =
        BUILD("model.half_life=10 d", "model.enter=[1.0,2.0,3.0]", "model.leave=[0.5,1.0,1.5]",
              "model.cadence=4 d,3 d,2 d,1 d", "model.escalate=1 h,2 h,3 h", "model.rfm_window=lifetime",
              "clock=events", "unknown_types=ignore", "type_prefix=com.x.", "max_event_bytes=1000",
              "future_tolerance=1 min", "model.rhythm_least=5", "model.mature_by=contract",
              "model.tier_factor=[1.5, 0.8, 0.4, 2.0]", "model.zone_grace=0 d", "model.stall_after=2 d",
              "model.objection_within=3 h", "model.renewal_lead=4 d", "model.cycle_after=5 d",
              "model.promise_lead=6 h", "model.promise_grace=7 h");
    expect_sound();
    assert_int_equal(policy->half_life, 10 * DAY);
    assert_true(policy->enter[LEVEL_REACTIVE] == 1 && policy->enter[LEVEL_PROACTIVE] == 3);
    assert_true(policy->leave[LEVEL_ACCOUNTABLE] == 1);
    assert_int_equal(policy->cadence[LEVEL_BASIC], 4 * DAY);
    assert_int_equal(policy->cadence[LEVEL_PROACTIVE], DAY);
    assert_int_equal(policy->escalate[2], 3 * HOUR);
    assert_int_equal(policy->rfm_window, 0);
    assert_true(policy->events_clock && policy->ignore_unknown_types);
    assert_true(span_equal(policy->type_prefix, SPAN_LITERAL("com.x.")));
    assert_int_equal(policy->max_event_bytes, 1000);
    assert_int_equal(policy->future_tolerance, MINUTE);
    assert_int_equal(policy->rhythm_least, 5);
    assert_int_equal(policy->mature_by, MATURE_BY_CONTRACT);
    assert_true(policy->tier_factor[TIER_NONE] == 1 && policy->tier_factor[TIER_ORDINARY] == 1.5);
    assert_true(policy->tier_factor[TIER_RISING] == 0.8 && policy->tier_factor[TIER_STAR] == 0.4);
    assert_true(policy->tier_factor[TIER_FADING] == 2);
    assert_int_equal(policy->zone_grace, 0);
    assert_int_equal(policy->stall_after, 2 * DAY);
    assert_int_equal(policy->objection_within, 3 * HOUR);
    assert_int_equal(policy->renewal_lead, 4 * DAY);
    assert_int_equal(policy->cycle_after, 5 * DAY);
    assert_int_equal(policy->promise_lead, 6 * HOUR);
    assert_int_equal(policy->promise_grace, 7 * HOUR);
}

static void zones_say_what_a_day_is(void **state)
{
    (void)state;
    const struct policy *policy = BUILD("model.time_zone=Asia/Shanghai");
    expect_sound();
    assert_string_equal(policy->zone_name, "Asia/Shanghai");
    const int32_t day = 20454; // 2026-01-01
    assert_int_equal(policy_day(policy, day * DAY), day);
    assert_int_equal(policy_day(policy, day * DAY + 16 * HOUR - 1), day);
    assert_int_equal(policy_day(policy, day * DAY + 16 * HOUR), day + 1);

    policy = BUILD("model.time_zone=America/New_York");
    // The night to 2026-03-08 is at UTC-5, the next one at UTC-4.
    const int32_t spring = 20520;
    assert_int_equal(policy_day(policy, spring * DAY + 5 * HOUR - 1), spring - 1);
    assert_int_equal(policy_day(policy, spring * DAY + 5 * HOUR), spring);
    assert_int_equal(policy_day(policy, (spring + 1) * DAY + 4 * HOUR - 1), spring);
    assert_int_equal(policy_day(policy, (spring + 1) * DAY + 4 * HOUR), spring + 1);
}

static void rates_are_exact(void **state)
{
    (void)state;
    const struct policy *policy =
        BUILD("model.base_currency=eur",
              "model.rates=({code=\"jpy\"; rate=\"0.0062\";}, {code=\"KWD\"; rate=\"3\";})");
    expect_sound();
    assert_string_equal(policy->base_currency, "EUR");
    assert_int_equal(policy->base_minor_digits, 2);
    assert_int_equal(policy->rate_count, 2);
    assert_string_equal(policy->rates[0].code, "JPY");
    assert_int_equal(policy->rates[0].minor_digits, 0);
    assert_int_equal(policy->rates[0].numerator, 62);
    assert_int_equal(policy->rates[0].scale, 4);
    assert_int_equal(policy->rates[1].minor_digits, 3);
}

#define TYPES \
    "model.types=({type=\"visit.completed\"; points=6; marks=[\"buying.desire\", \">tasks.demo\"];}, " \
    "{type=\"webinar.attended\"; contact=\"inbound\"; points=2.5;}, " \
    "{type=\"a.first\";}, {type=\"promise.kept\"; points=[1.0, 2.0];})"

static void types_are_changed_and_added(void **state)
{
    (void)state;
    const struct policy *policy = BUILD(TYPES);
    expect_sound();
    assert_int_equal(policy->type_count, POLICY_TYPES + 2);
    const struct type_rule *visit = policy_rule(policy, TYPE_VISIT_COMPLETED);
    assert_true(visit->points[0] == 6);
    assert_int_equal(visit->contact, CONTACT_BY_DIRECTION); // not given: as it was
    int desire = policy_mark(policy, span_text("buying"), span_text("desire"));
    int demo = policy_mark(policy, span_text("tasks"), span_text("demo"));
    assert_int_equal(visit->marks, UINT64_C(1) << desire);
    assert_int_equal(visit->outbound_marks, UINT64_C(1) << demo);
    const struct type_rule *added = policy_rule_named(policy, span_text("webinar.attended"));
    assert_non_null(added);
    assert_int_equal(added->effect, EFFECT_OF_PLAIN);
    assert_int_equal(added->contact, CONTACT_INBOUND);
    assert_true(added->points[0] == 2.5);
    assert_true(policy_rule(policy, TYPE_PROMISE_KEPT)->points[1] == 2);
}

static void marks_follow_the_checklists(void **state)
{
    (void)state;
    const struct policy *policy = BUILD("model.checklists=({name=\"tasks\"; items=[\"visit\"];})");
    expect_sound();
    assert_int_equal(policy->item_count, 1);
    assert_int_equal(policy_rule(policy, TYPE_VISIT_COMPLETED)->marks, 1);
    assert_int_equal(policy_rule(policy, TYPE_CONTRACT_SIGNED)->marks, 0); // its item is gone
    // And from the default of the stages, all but the one of the item that is left.
    for (int stage = STAGE_ENDED; stage < STAGE_COUNT; stage++)
        assert_int_equal(policy->stage_items[stage], stage == STAGE_ESTABLISHED);
    assert_int_equal(policy->lasting_items, 1);
    policy = BUILD("model.checklists=({name=\"other\"; items=[\"visit\"];})");
    expect_sound();
    assert_int_equal(policy->lasting_items, 0);
}

static void stages_show_lists_and_items(void **state)
{
    (void)state;
    const struct policy *policy =
        BUILD("model.stages={ stranger = [\"fab\", \"tasks.plan\", \"empty\"]; mature = []; }",
              "model.checklists=({name=\"empty\"; items=[];}, {name=\"tasks\"; items=[\"plan\", \"visit\"];}, "
              "{name=\"fab\"; items=[\"features\", \"benefits\"];})");
    expect_sound();
    assert_int_equal(policy->stage_items[STAGE_STRANGER], 1 | 4 | 8);
    assert_int_equal(policy->stage_items[STAGE_ESTABLISHED], 2); // not given: the default
    assert_int_equal(policy->stage_items[STAGE_MATURE], 0);
    assert_int_equal(policy->lasting_items, 1 | 2);
    BUILD("model.stages={ growing = [\"tasks.nap\", \"fab.plan\", \"fba\", \"tasks\"]; }");
    assert_int_equal(problems.count, 3);
    expect_problem("command line: model.stages: \"tasks.nap\" is neither a checklist nor an item of one: expected "
                   "\"list\" or \"list.item\"");
    expect_problem("\"fab.plan\" is neither");
    expect_problem("\"fba\" is neither");
}

// Where in a file: the line of the stage.
static void what_stages_show_is_told_with_its_line(void **state)
{
    forget(state);
    char name[] = "/tmp/main_policy.XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    assert_true(dprintf(file, "model = { stages = {\n  stranger = [\"tasks\"];\n  mature = [\"tasks.nap\"]; }; };\n") > 0);
    assert_int_equal(config_load(&config, name, NULL, 0, &problems), 0);
    assert_int_equal(policy_build(&owner, &config, &problems), 0);
    close(file);
    unlink(name);
    assert_int_equal(problems.count, 1);
    expect_problem(":3: model.stages: \"tasks.nap\" is neither a checklist nor an item of one");
}

static void what_only_the_model_knows_is_checked(void **state)
{
    (void)state;
    BUILD("model.time_zone=Asia/Shangai", "model.base_currency=XXQ",
          "model.rates=({code=\"USD\"; rate=\"-7\";}, {code=\"QQQ\"; rate=\"1\";})",
          "model.types=({type=\"guanxi.tick\"; points=1;}, {type=\"feedback.received\"; points=1;}, "
          "{type=\"new one\";}, {type=\"x\"; points=[1.0, 2.0]; marks=[\"tasks.nap\"];})");
    assert_int_equal(problems.count, 9);
    expect_problem("command line: model.time_zone: this system has no zone \"Asia/Shangai\": expected a name");
    expect_problem("model.base_currency: \"XXQ\" is no currency: expected a code of ISO 4217");
    expect_problem("model.rates: \"-7\" is no rate for USD: expected a positive decimal");
    expect_problem("model.rates: \"QQQ\" is no currency");
    expect_problem("model.types: \"guanxi.tick\" is a type of guanxid's own");
    expect_problem("\"feedback.received\" is given 1 points: expected 3 (praise, suggestion, complaint)");
    expect_problem("\"new one\" is no name of a type");
    expect_problem("\"x\" is given 2 points: expected 1");
    expect_problem("\"tasks.nap\" is no item of the checklists");
}

// A store that numbers types by the length of their names.
static int number_types(struct store *store, const char *const *names, size_t count, uint16_t *numbers)
{
    (void)store;
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint16_t)(TYPE_CONFIGURED + 100 - strlen(names[i]));
    return STORE_OK;
}

static int number_types_away(struct store *store, const char *const *names, size_t count, uint16_t *numbers)
{
    (void)store, (void)names, (void)count, (void)numbers;
    return STORE_AWAY;
}

static void types_get_lasting_numbers(void **state)
{
    (void)state;
    const struct store_ops ops = {.number_types = number_types}, away = {.number_types = number_types_away};
    struct store store = {.ops = &ops}, gone = {.ops = &away};
    BUILD(TYPES);
    assert_int_equal(policy_number_types(&owner, &gone), STORE_AWAY);
    assert_int_equal(policy_number_types(&owner, &store), STORE_OK);
    assert_int_equal(policy_rule_named(&owner.policy, span_text("a.first"))->type, TYPE_CONFIGURED + 93);
    assert_string_equal(policy_rule(&owner.policy, TYPE_CONFIGURED + 84)->name, "webinar.attended");
    for (size_t i = 1; i < owner.policy.type_count; i++)
        assert_true(owner.types[i].type > owner.types[i - 1].type);
    uint64_t fingerprint = owner.policy.fingerprint;

    // The order in which they were written means nothing.
    BUILD("model.types=({type=\"promise.kept\"; points=[1.0, 2.0];}, {type=\"a.first\";}, "
          "{type=\"webinar.attended\"; contact=\"inbound\"; points=2.5;}, "
          "{type=\"visit.completed\"; points=6; marks=[\">tasks.demo\", \"buying.desire\"];})");
    assert_int_equal(policy_number_types(&owner, &store), STORE_OK);
    assert_int_equal(owner.policy.fingerprint, fingerprint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_configuration_is_the_default_policy),
        cmocka_unit_test(settings_reach_the_policy),
        cmocka_unit_test(zones_say_what_a_day_is),
        cmocka_unit_test(rates_are_exact),
        cmocka_unit_test(types_are_changed_and_added),
        cmocka_unit_test(marks_follow_the_checklists),
        cmocka_unit_test(stages_show_lists_and_items),
        cmocka_unit_test(what_stages_show_is_told_with_its_line),
        cmocka_unit_test(what_only_the_model_knows_is_checked),
        cmocka_unit_test(types_get_lasting_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
