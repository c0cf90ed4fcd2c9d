// The command line, and the program itself where it needs neither Kafka nor PostgreSQL.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/status.h"
#include "main/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static struct command_line line;

static int read_line(const char *const *words, int count)
{
    static char *argv[32];
    static char copies[32][256];
    for (int i = 0; i < count; i++) {
        snprintf(copies[i], sizeof copies[i], "%s", words[i]);
        argv[i] = copies[i];
    }
    argv[count] = NULL;
    return command_line_read(&line, count, argv);
}

#define WORDS(...) (const char *const[]){"guanxid", __VA_ARGS__}
#define READ(...) read_line(WORDS(__VA_ARGS__), (int)(sizeof(WORDS(__VA_ARGS__)) / sizeof(char *)))

static void expect_refusal(int status, const char *message)
{
    assert_int_equal(status, STATUS_CONFIG);
    assert_string_equal(fault_message(), message);
}

static void options_may_stand_anywhere(void **state)
{
    (void)state;
    assert_int_equal(READ("-c", "a.conf", "migrate", "-D", "workers=3", "up", "--json", "--define=log.level=debug"),
                     0);
    assert_string_equal(line.command->name, "migrate");
    assert_string_equal(line.config_file, "a.conf");
    assert_int_equal(line.override_count, 2);
    assert_string_equal(line.overrides[1], "log.level=debug");
    assert_int_equal(line.operand_count, 1);
    assert_string_equal(line.operands[0], "up");
    assert_true(is_given(&line.given, OPTION_JSON));
    assert_int_equal(READ("run"), 0);
    assert_string_equal(line.config_file, "/etc/guanxi/guanxid.conf");
    assert_int_equal(READ("--version"), 0);
    assert_true(line.version);
    assert_int_equal(READ("quarantine", "--help"), 0);
    assert_true(line.help);
    assert_string_equal(line.command->name, "quarantine");
    assert_int_equal(READ("quarantine", "retry", "3", "4"), 0);
    assert_int_equal(READ("quarantine", "retry", "all", "--reason", "no_rate"), 0);
    assert_int_equal(READ("quarantine", "list", "--state=any", "--topic", "x", "--limit", "5"), 0);
    assert_string_equal(line.given.values[OPTION_TOPIC], "x");
    assert_int_equal(READ("readmit", "ann", "--json", "李娜"), 0);
    assert_int_equal(line.operand_count, 2);
    assert_string_equal(line.operands[1], "李娜");
}

static void what_is_not_understood_is_told(void **state)
{
    (void)state;
    expect_refusal(READ("-D", "workers=3"), "no command is given");
    expect_refusal(READ("chekc"), "unknown command \"chekc\" (did you mean \"check\"?)");
    expect_refusal(READ("completely-different"), "unknown command \"completely-different\"");
    expect_refusal(READ("check", "--jsno"), "unknown option --jsno (did you mean \"json\"?)");
    expect_refusal(READ("check", "-x"), "unknown option -x");
    expect_refusal(READ("check", "-c"), "-c needs a value");
    expect_refusal(READ("check", "--config"), "--config needs a value");
    expect_refusal(READ("check", "--json=yes"), "--json takes no value");
    expect_refusal(READ("check", "extra"), "\"extra\" is too much: no operands are expected");
    expect_refusal(READ("run", "--json"), "run takes no --json");
    expect_refusal(READ("run", "--state", "held"), "run takes no --state");
    expect_refusal(READ("migrate", "upp"), "unknown action \"upp\" (did you mean \"up\"?): expected status, plan or up");
    expect_refusal(READ("migrate", "up", "down"), "\"down\" is too much: no operands are expected");
    expect_refusal(READ("quarantine"), "no action is given: expected list, show or retry");
    expect_refusal(READ("quarantine", "lsit"), "quarantine knows no \"lsit\" (did you mean \"list\"?)");
    expect_refusal(READ("quarantine", "show"), "no record is named: expected its number, as `quarantine list` shows it");
    expect_refusal(READ("quarantine", "show", "x1"),
                   "\"x1\" is no record: expected its number, as `quarantine list` shows it");
    expect_refusal(READ("quarantine", "show", "1", "2"), "\"2\" is too much: no operands are expected");
    expect_refusal(READ("quarantine", "list", "--reason", "nul1"),
                   "--reason knows no \"nul1\" (did you mean \"nul\"?)");
    expect_refusal(READ("quarantine", "list", "--limit", "0"), "--limit 0: expected a number from 1");
    expect_refusal(READ("quarantine", "retry", "all", "--state", "applied"),
                   "only held records are retried: leave --state out");
    expect_refusal(READ("readmit"), "no customer is named: expected the id of one that was erased");
    expect_refusal(READ("readmit", "ann", "--limit", "1"),
                   "readmit takes no --limit");
}

static void an_id_is_what_a_subject_may_be(void **state)
{
    (void)state;
    char longest[129], longer[130];
    memset(longest, 'x', 128);
    memset(longer, 'x', 129);
    longest[128] = longer[129] = '\0';
    assert_int_equal(READ("readmit", longest), 0);
    const char *const bad[] = {"", longer, "an\nn", "an\x7Fn", "an\xFFn", "\xE6\x9D"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refusal(READ("readmit", "ann", bad[i]), "operand 2 is no id of a customer: expected 1 to 128 bytes of "
                                                       "UTF-8 without control characters");
}

// Runs the built program; its exit code, and what it wrote to both ends in `output`.
static int run_program(const char *arguments, char output[32768])
{
    const char *program = getenv("GUANXID");
    if (!program)
        skip();
    char command[4096];
    snprintf(command, sizeof command, "'%s' %s 2>&1", program, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(output, 1, 32767, pipe);
    output[size] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_program_ends_with_the_right_code(void **state)
{
    (void)state;
    char output[32768];
    assert_int_equal(run_program("--version", output), 0);
    assert_non_null(strstr(output, "librdkafka "));
    assert_non_null(strstr(output, "libpq "));
    assert_int_equal(run_program("--help", output), 0);
    assert_non_null(strstr(output, "quarantine"));
    assert_int_equal(run_program("migrate --help", output), 0);
    assert_non_null(strstr(output, "status"));
    assert_int_equal(run_program("", output), 64);
    assert_int_equal(run_program("frobnicate", output), 64);
    assert_non_null(strstr(output, "guanxid --help"));
    assert_int_equal(run_program("check -c /dev/null", output), 0);
    assert_int_equal(run_program("check -c /nowhere.conf", output), 78);
    assert_int_equal(run_program("run -c /dev/null -D lateness=5", output), 78);
    assert_non_null(strstr(output, "guanxid: the configuration is bad: 1 problem\n"));
    assert_int_equal(run_program("--version > /dev/full", output), 74);
    assert_int_equal(run_program("readmit", output), 64);
    assert_int_equal(run_program("readmit ann -c /nowhere.conf", output), 78);
    assert_int_equal(run_program("readmit ann -c /dev/null -D postgres.conninfo='host=127.0.0.1 port=1'", output), 69);
    assert_non_null(strstr(output, "guanxid: PostgreSQL is not to be had: "));
}

static void check_tells_all_that_is_wrong(void **state)
{
    (void)state;
    char output[32768];
    assert_int_equal(run_program("check -c /dev/null -D model.time_zone=Nowhere -D postgres.conninfo='foo=1' "
                                 "-D kafka.properties=enable.auto.commit=true -D kafka.topics= "
                                 "-D 'model.stages={ mature = [\"tasks.nap\"]; }'",
                                 output),
                     78);
    static const char *const expected[] = {"model.time_zone", "postgres.conninfo", "kafka.properties[0]",
                                           "kafka.topics", "model.stages: \"tasks.nap\""};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_non_null(strstr(output, expected[i]));
    assert_int_equal(run_program("check --json -c /dev/null -D lateness=5", output), 78);
    assert_non_null(strstr(output, "{\"file\": \"/dev/null\", \"problems\": [\"command line: lateness: \\\"5\\\""));
}

// It may be a credential that the service manager gives to the daemon alone.
static void the_token_of_the_page_is_asked_of_who_serves_it(void **state)
{
    (void)state;
    char output[32768];
    assert_int_equal(run_program("run -c /dev/null -D http.page=full", output), 78);
    assert_non_null(strstr(output, "http.page: \"full\" needs a token"));
    assert_int_equal(run_program("readmit ann -c /dev/null -D http.page=full -D http.token_file=/nowhere "
                                 "-D postgres.conninfo='host=127.0.0.1 port=1'", output), 69);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_may_stand_anywhere),
        cmocka_unit_test(what_is_not_understood_is_told),
        cmocka_unit_test(an_id_is_what_a_subject_may_be),
        cmocka_unit_test(the_program_ends_with_the_right_code),
        cmocka_unit_test(check_tells_all_that_is_wrong),
        cmocka_unit_test(the_token_of_the_page_is_asked_of_who_serves_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
