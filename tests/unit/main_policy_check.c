// A policy judged as a whole: what contradicts itself is a problem, with file and line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "main/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config config;
static struct config_problems problems;
static struct policy_owner owner;
static char path[] = "/tmp/guanxi-policy-XXXXXX";

static int forget(void **state)
{
    (void)state;
    policy_owner_free(&owner);
    config_free(&config);
    config_problems_free(&problems);
    return 0;
}

// Loads a file whose second line is this within the group `model`.
static void judge(const char *setting)
{
    forget(NULL);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "model: {\n    %s\n};\n", setting);
    fclose(file);
    assert_int_equal(config_load(&config, path, NULL, 0, &problems), 0);
    assert_int_equal(policy_build(&owner, &config, &problems), 0);
}

static void expect_sound(const char *setting)
{
    judge(setting);
    if (problems.count)
        fail_msg("unexpected: %s", problems.text);
}

static void expect_problem(const char *setting, const char *option, const char *words)
{
    char begin[256];
    judge(setting);
    snprintf(begin, sizeof begin, "%s:2: %s: ", path, option);
    if (problems.count != 1 || strncmp(problems.text, begin, strlen(begin)) != 0 || !strstr(problems.text, words))
        fail_msg("expected: %s ... %s\nthere are %zu: %s", begin, words, problems.count,
                 problems.text ? problems.text : "");
}

static void what_is_unusual_is_sound(void **state)
{
    (void)state;
    expect_sound("");
    expect_sound("cadence = [\"1 d\", \"1 d\", \"1 d\", \"1 d\"];");
    expect_sound("cadence = [\"180 d\", \"90 d\", \"45 d\", \"45 d\"];");
    expect_sound("half_life = \"1 s\";");
    expect_sound("half_life = \"10 h\";");
    expect_sound("enter = [5.0, 15.0, 30000.0];");
    expect_sound("aftersale_after = \"29 d\";");
    expect_sound("types = ( { type = \"call.completed\"; contact = \"none\"; points = 0.0; } );");
}

static void a_threshold_that_is_never_reached(void **state)
{
    (void)state;
    expect_problem("enter = [5.0, 15.0, 40000.0];", "model.enter", "40000 for proactive is never reached");
    expect_problem("enter = [5.0, 50000.0, 90000.0];", "model.enter", "50000 for accountable is never reached");
    expect_problem("enter = [5.0, 1000.0, 2000.0]; leave = [1.0, 2.0, 3.0]; half_life = \"1 h\";", "model.enter",
                   "2000 for proactive is never reached");
}

// Without points, and without contacts, whatever the thresholds say.
static void types_that_lead_nowhere(void **state)
{
    (void)state;
    char text[8192] = "types = (";
    static const char *const pointed[] = {
        "call.completed", "visit.completed", "meeting.completed", "message.sent", "message.received", "order.placed",
        "complaint.resolved", "referral.given", "objection.resolved", "agreement.made", "survey.completed",
        "proposal.submitted", "demo.given", "exchange.held", "requirements.analysed", "design.submitted",
        "evaluation.passed", "negotiation.held", "contract.signed"};
    for (size_t i = 0; i < sizeof pointed / sizeof *pointed; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "{ type = \"%s\"; points = 0.0; }, ", pointed[i]);
    snprintf(text + strlen(text), sizeof text - strlen(text),
             "{ type = \"feedback.received\"; points = [0.0, 0.0, 0.0]; }, "
             "{ type = \"promise.kept\"; points = [0.0, 0.0]; } );");
    expect_problem(text, "model.types", "5 for reactive is never reached");

    static const char *const meeting[] = {"call.completed", "visit.completed", "meeting.completed", "message.received",
                                          "feedback.received", "referral.given", "objection.raised", "message.sent"};
    snprintf(text, sizeof text, "types = (");
    for (size_t i = 0; i < 7; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s{ type = \"%s\"; contact = \"outbound\"; }",
                 i ? ", " : "", meeting[i]);
    snprintf(text + strlen(text), sizeof text - strlen(text), ");");
    expect_problem(text, "model.types", "no type of event is an inbound contact");
    snprintf(text, sizeof text, "types = (");
    for (size_t i = 0; i < 8; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s{ type = \"%s\"; contact = \"inbound\"; }",
                 i ? ", " : "", meeting[i]);
    snprintf(text + strlen(text), sizeof text - strlen(text), ");");
    expect_problem(text, "model.types", "no type of event is an outbound contact");
}

static void intervals_that_contradict(void **state)
{
    (void)state;
    expect_problem("cadence = [\"180 d\", \"90 d\", \"45 d\", \"50 d\"]; rhythm_gap = \"90 d\";", "model.cadence",
                   "due after 50 d, but they lose that level after 45 d");
    expect_problem("outbound_window = \"36 h\";", "model.outbound_window", "due after 30 d, but they lose that level after 36 h");
    expect_problem("rhythm_gap = \"20 d\";", "model.rhythm_gap", "a gap of more than 20 d ends the rhythm");
    expect_problem("aftersale_after = \"30 d\";", "model.aftersale_after", "does not count as following up");
    expect_problem("follow_up_window = \"90 min\";", "model.follow_up_window", "due after 7 d, but what comes after 90 min");
    expect_problem("escalate = [\"3 d\", \"3 d\", \"7 d\"];", "model.escalate", "not later than the one before");
    expect_problem("leave = [5.0, 7.5, 15.0];", "model.leave", "left at 5 but entered at 5");
    expect_problem("days_off = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\", \"saturday\", \"sunday\"];",
                   "model.days_off", "no day works");
}

// All that is wrong is told at once.
static void several_at_once(void **state)
{
    (void)state;
    judge("cadence = [\"180 d\", \"90 d\", \"45 d\", \"50 d\"]; aftersale_after = \"40 d\"; enter = [5.0, 15.0, 1e8];");
    assert_int_equal(problems.count, 4);
}

static int make_file(void **state)
{
    (void)state;
    int descriptor = mkstemp(path);
    return descriptor < 0 || close(descriptor) != 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_unusual_is_sound, forget),
        cmocka_unit_test_teardown(a_threshold_that_is_never_reached, forget),
        cmocka_unit_test_teardown(types_that_lead_nowhere, forget),
        cmocka_unit_test_teardown(intervals_that_contradict, forget),
        cmocka_unit_test_teardown(several_at_once, forget),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
