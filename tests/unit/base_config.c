// Loading the configuration: what is taken from where, and what is said of what is wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/base_config.XXXXXX";
static struct config config;
static struct config_problems problems;

static void path_of(const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    path_of(name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int forget(void **state)
{
    (void)state;
    config_free(&config);
    config_problems_free(&problems);
    return 0;
}

// Loads a file of this text. The problems then name it FILE.
static void load(const char *text)
{
    forget(NULL);
    char path[128];
    path_of("main.conf", path);
    write_file("main.conf", text);
    assert_int_equal(config_load(&config, path, NULL, 0, &problems), 0);
}

static void load_settings(const char *const *settings, size_t count)
{
    forget(NULL);
    assert_int_equal(config_load(&config, NULL, settings, count, &problems), 0);
}

static void expect_sound(void)
{
    if (problems.count)
        fail_msg("unexpected: %s", problems.text);
}

// One of the problems is exactly this line, after the folder of the file.
static void expect_problem(const char *line)
{
    char whole[1024];
    snprintf(whole, sizeof whole, "%s/%s\n", folder, line);
    if (!problems.text || !strstr(problems.text, whole))
        fail_msg("missing: %s\namong: %s", whole, problems.text ? problems.text : "");
}

static void defaults_are_sound(void **state)
{
    (void)state;
    load("");
    expect_sound();
    assert_string_equal(config.kafka.brokers, "localhost:9092");
    assert_int_equal(config.daemon.workers, 2);
    assert_int_equal(config.daemon.cache_size, 256 << 20);
    assert_int_equal(config.daemon.notice_horizon, INT64_C(72) * 3600 * 1000000);
    assert_int_equal(config.daemon.clock, CONFIG_CLOCK_WALL);
    assert_int_equal(config.model.rfm_window, 365);
    assert_int_equal(config.model.checklists.count, 6);
    assert_int_equal(config.model.cadence.count, 4);
    assert_int_equal(config.model.stages.items[0].items.count, 2);
    assert_string_equal(config.model.stages.items[4].items.items[1], "tasks.contract");
    assert_false(config.model.stages.items[4].given);
    assert_true(*config.daemon.instance != '\0');
}

static void values_of_every_kind_are_read(void **state)
{
    (void)state;
    load("kafka = { topics = [\"a\", \"b\"]; properties = [\"x=y\"]; };\n"
         "workers = 3; cache_size = \"2 MiB\"; lateness = \"1500 ms\"; poison_share = 1;\n"
         "clock = \"events\"; log = { level = \"debug\"; };\n"
         "batch_events = 1000L;\n"
         "model = { enter = (4, 8.5, 20L); half_life = \"30 min\"; rfm_window = \"lifetime\";\n"
         "  cadence = [\"9 d\", \"8 d\", \"7 h\", \"6 s\"];\n"
         "  rates = ( { code = \"USD\"; rate = \"7.1\"; } );\n"
         "  types = ( { type = \"x.y\"; contact = \"both\"; points = -2; marks = [\"fab.features\"]; },\n"
         "            { type = \"feedback.received\"; points = (1, 2.5, -3); }, { type = \"z\"; } );\n"
         "  checklists = ( { name = \"one\"; items = [\"a\", \"b\"]; } );\n"
         "  stages = { growing = [];\n    mature = [\"one\", \"one.b\"]; }; mature_by = \"contract\"; };\n");
    expect_sound();
    assert_int_equal(config.kafka.topics.count, 2);
    assert_string_equal(config.kafka.topics.items[1], "b");
    assert_int_equal(config.daemon.cache_size, 2 << 20);
    assert_int_equal(config.daemon.lateness, 1500000);
    assert_true(config.daemon.poison_share == 1.0);
    assert_int_equal(config.daemon.clock, CONFIG_CLOCK_EVENTS);
    assert_int_equal(config.daemon.batch_events, 1000);
    assert_int_equal(config.log.level, 4);
    assert_true(config.model.enter.items[0] == 4.0 && config.model.enter.items[1] == 8.5);
    assert_int_equal(config.model.half_life, INT64_C(1800) * 1000000);
    assert_int_equal(config.model.rfm_window, 0);
    assert_int_equal(config.model.cadence.items[2], INT64_C(7) * 3600 * 1000000);
    assert_string_equal(config.model.rates.items[0].rate, "7.1");
    const struct config_type *types = config.model.types.items;
    assert_int_equal(types[0].contact, 4);
    assert_int_equal(types[0].points_count, 1);
    assert_true(types[0].points[0] == -2.0);
    assert_string_equal(types[0].marks.items[0], "fab.features");
    assert_int_equal(types[1].points_count, 3);
    assert_true(types[1].points[2] == -3.0);
    assert_int_equal(types[2].contact, -1);
    assert_int_equal(types[2].points_count, 0);
    assert_false(types[2].has_marks);
    assert_string_equal(config.model.checklists.items[0].items.items[1], "b");
    const struct config_stage *stages = config.model.stages.items;
    assert_true(stages[3].given && stages[3].items.count == 0);
    assert_true(stages[4].given && stages[4].items.count == 2 && stages[4].where.line == 12);
    assert_string_equal(stages[4].items.items[1], "one.b");
    assert_true(!stages[0].given && stages[0].items.count == 2); // not named: as it was
    assert_int_equal(config.model.mature_by, 1);
    assert_int_equal(config_where(&config, "daemon", "workers").line, 0); // no such group in the file
    assert_int_equal(config_where(&config, "", "workers").line, 2);
    assert_int_equal(config_where(&config, "model", "half_life").line, 5);
}

static void all_problems_are_told_at_once(void **state)
{
    (void)state;
    load("kafka = {\n"
         "    brokres = \"x\";\n"
         "    workers = 3;\n"
         "};\n"
         "lateness = 45;\n"
         "log = 3;\n"
         "clock = \"wal\";\n"
         "batch_events = 0;\n"
         "poison_share = \"half\";\n"
         "half_life = \"3 d\";\n"
         "cache_size = \"3 MB\";\n"
         "model = { enter = [1.0];\n"
         "    cadence = [\"1 d\", \"2 d\", \"3\", \"4 d\"]; };\n"
         "unheard_of_option = 1;\n");
    assert_int_equal(problems.count, 12);
    expect_problem("main.conf:2: kafka.brokres: unknown option (did you mean \"brokers\"?)");
    expect_problem("main.conf:3: kafka.workers: unknown option (it belongs outside of groups)");
    expect_problem("main.conf:5: lateness: 45 does not fit: expected a duration (ms, s, min, h, d) from \"0 d\" to "
                   "\"1 d\"; write it with its unit, as in \"45 s\"");
    expect_problem("main.conf:6: log: is a whole number: expected a group { }");
    expect_problem("main.conf:7: clock: \"wal\" does not fit: expected one of \"wall\", \"events\"");
    expect_problem("main.conf:8: batch_events: 0 does not fit: expected a whole number from 1 to 1000000");
    expect_problem("main.conf:9: poison_share: \"half\" does not fit: expected a number from 1e-06 to 1");
    expect_problem("main.conf:10: half_life: unknown option (it belongs into the group \"model\")");
    expect_problem("main.conf:11: cache_size: \"3 MB\" does not fit: expected a size (B, KiB, MiB, GiB) from "
                   "\"1 MiB\" to \"1024 GiB\"");
    expect_problem("main.conf:12: model.enter: has 1 elements: expected an array of 3, each a number from 0.001 to "
                   "1000000000");
    expect_problem("main.conf:13: model.cadence[2]: \"3\" does not fit: expected a duration (ms, s, min, h, d) from "
                   "\"1 s\" to \"36525 d\"; write it with its unit, as in \"45 s\"");
    expect_problem("main.conf:14: unheard_of_option: unknown option");
    // What was wrong keeps its default.
    assert_int_equal(config.daemon.batch_events, 50000);
    assert_int_equal(config.model.enter.count, 3);
}

static void groups_in_lists_are_checked(void **state)
{
    (void)state;
    load("model = {\n"
         "  rates = ( { code = \"USDX\"; rate = \"1\"; }, { code = \"EUR\"; } );\n"
         "  types = ( { type = \"x\"; poinst = 1; }, 5, { type = \"y\"; points = 1001; contact = \"in\"; },\n"
         "    { type = \"z\"; points = (1, 2, 3, 4); } );\n"
         "  checklists = [\"a\"];\n"
         "  stages = { strangr = [\"tasks\"]; growing = [\"\"]; mature = \"tasks\"; established = [\"fab\"]; };\n"
         "};");
    assert_int_equal(problems.count, 11);
    expect_problem("main.conf:2: model.rates[0].code: has 4 bytes: expected text of 3 to 3 bytes");
    expect_problem("main.conf:2: model.rates[1]: has no \"rate\", which every such group needs");
    expect_problem("main.conf:3: model.types[0]: unknown member \"poinst\" (did you mean \"points\"?)");
    expect_problem("main.conf:3: model.types[1]: is a whole number: expected a group { }");
    expect_problem("main.conf:3: model.types[2].points: 1001 does not fit: expected a number from -1000 to 1000");
    expect_problem("main.conf:3: model.types[2].contact: \"in\" does not fit: expected one of \"none\", "
                   "\"by_direction\", \"inbound\", \"outbound\", \"both\"");
    expect_problem("main.conf:4: model.types[3]: has 4 points: expected 1 to 3");
    expect_problem("main.conf:5: model.checklists[0]: is text: expected a group { }");
    expect_problem("main.conf:6: model.stages: unknown member \"strangr\" (did you mean \"stranger\"?)");
    expect_problem("main.conf:6: model.stages.growing[0]: has 0 bytes: expected text of 1 to 63 bytes");
    expect_problem("main.conf:6: model.stages.mature: \"tasks\" does not fit: expected an array, each element text of 1 "
                   "to 63 bytes");
    // What was wrong keeps its default.
    assert_false(config.model.stages.items[4].given);
    assert_int_equal(config.model.stages.items[4].items.count, 2);
    assert_true(config.model.stages.items[1].given);
    load("model = { stages = [\"tasks\"]; };");
    expect_problem("main.conf:1: model.stages: is an array [ ]: expected a group { stranger = [\"list.item\", "
                   "\"list\"]; established; evaluating; growing; mature }");
}

static void conditions_between_options_are_checked(void **state)
{
    (void)state;
    load("kafka = { topics = [\"a\", \"guanxi.changes\", \"a\"]; producer_properties = [\"abc\"]; };\n"
         "model = { enter = [5.0, 5.0, 30.0]; leave = [2.0, 3.0, 30.0]; escalate = [\"3 d\", \"3 d\", \"7 d\"];\n"
         "  rates = ( { code = \"usd\"; rate = \"1\"; }, { code = \"USD\"; rate = \"2\"; },\n"
         "            { code = \"cny\"; rate = \"1\"; } );\n"
         "  types = ( { type = \"x\"; }, { type = \"x\"; } );\n"
         "  checklists = ( { name = \"a.b\"; items = [\"c\"]; }, { name = \"d\"; items = [\"e\", \"e\"]; },\n"
         "                 { name = \"d\"; items = []; } ); };");
    assert_int_equal(problems.count, 12);
    expect_problem("main.conf:1: kafka.topics: \"guanxi.changes\" is a topic that guanxid writes: expected topics of "
                   "others");
    expect_problem("main.conf:1: kafka.topics: \"a\" is named twice");
    expect_problem("main.conf:1: kafka.producer_properties: element 0 is no property: expected \"name=value\"");
    expect_problem("main.conf:2: model.enter: 5 for accountable is not above 5: expected ascending numbers");
    expect_problem("main.conf:2: model.leave: proactive is left at 30 but entered at 30: expected less than enter");
    expect_problem("main.conf:2: model.escalate: element 1 is not later than the one before: expected ascending "
                   "durations");
    expect_problem("main.conf:3: model.rates: USD has two rates");
    expect_problem("main.conf:4: model.rates: cny is the base currency: expected other currencies only");
    expect_problem("main.conf:5: model.types: \"x\" is given twice");
    expect_problem("main.conf:6: model.checklists: the name \"a.b\" holds a dot: expected a name without, as in "
                   "\"list.item\"");
    expect_problem("main.conf:6: model.checklists: \"d.e\" is named twice");
    expect_problem("main.conf:7: model.checklists: \"d\" is given twice");
    load("kafka = { topics = []; };");
    expect_problem("main.conf:1: kafka.topics: is empty: expected at least one topic to read");
}

static void a_problem_is_one_line(void **state)
{
    (void)state;
    load("clock = \"a\nb\\x1b[31m\";");
    assert_int_equal(problems.count, 1);
    expect_problem("main.conf:1: clock: \"a b [31m\" does not fit: expected one of \"wall\", \"events\"");
}

static void checklists_have_limits(void **state)
{
    (void)state;
    char text[8192] = "model = { checklists = (";
    for (int list = 0; list < 5; list++) {
        char *end = text + strlen(text);
        end += sprintf(end, "%s{ name = \"l%d\"; items = [", list ? ", " : "", list);
        for (int item = 0; item < (list ? 12 : 17); item++)
            end += sprintf(end, "%s\"i%d\"", item ? ", " : "", item);
        strcpy(end, "]; }");
    }
    strcat(text, "); };");
    load(text);
    assert_int_equal(problems.count, 2);
    expect_problem("main.conf:1: model.checklists: \"l0\" has 17 items: expected at most 16");
    expect_problem("main.conf:1: model.checklists: all lists together have 65 items: expected at most 64");
}

static void integers_do_not_wrap(void **state)
{
    (void)state;
    load("# 99999999999 in a comment\n"
         "workers = 4294967298; /* would be 2:\n 99999999999 */\n"
         "kafka = { client_id = \"99999999999 \\\" 99999999999\"; };\n"
         "poison_window = 0x1000003e8;\n"
         "announce_rate = 99999999999999999999L;\n"
         "batch_events = 4294967298L;\n");
    expect_problem("main.conf:2: 4294967298 is too large for a number of 32 bits: write it with an L at its end");
    expect_problem("main.conf:5: 0x1000003e8 is too large for a number of 32 bits: write it with an L at its end");
    expect_problem("main.conf:6: 99999999999999999999L is too large for a number");
    expect_problem("main.conf:7: batch_events: 4294967298 does not fit: expected a whole number from 1 to 1000000");
    assert_null(strstr(problems.text, ":1:"));
    assert_null(strstr(problems.text, ":4:"));
}

static void files_are_included_from_beside(void **state)
{
    (void)state;
    write_file("more.conf", "workers = 5;\n\nworkrs = 6;\n");
    load("batch_events = 10;\n@include \"more.conf\"\nlateness = \"9 s\";\n");
    assert_int_equal(problems.count, 1);
    expect_problem("more.conf:3: workrs: unknown option (did you mean \"workers\"?)");
    assert_int_equal(config.daemon.workers, 5);
    assert_int_equal(config.daemon.lateness, 9000000);

    write_file("more.conf", "workers = 4294967298;\n");
    load("@include \"more.conf\"\n");
    expect_problem("more.conf:1: 4294967298 is too large for a number of 32 bits: write it with an L at its end");

    load("\n@include \"nowhere.conf\"\n");
    char line[256];
    snprintf(line, sizeof line, "main.conf:2: cannot read %s/nowhere.conf: No such file or directory", folder);
    expect_problem(line);

    load("@include \"main.conf\"\n");
    assert_int_equal(problems.count, 1);
    assert_non_null(strstr(problems.text, "main.conf:1: files are included too deeply"));
}

#define NO_SENSE \
    "syntax error, here or in the line before: expected \"name = value;\", and for what is called group.name on the " \
    "command line \"group = { name = value; };\""

static void what_cannot_be_parsed_is_told_with_its_line(void **state)
{
    (void)state;
    load("workers = 2;\nlateness == 3;\n");
    expect_problem("main.conf:2: " NO_SENSE);
    load("workers = 2;\nworkers = 3;\n");
    expect_problem("main.conf:2: duplicate setting name");
    write_file("more.conf", "\n\n = ;");
    load("@include \"more.conf\"\n");
    expect_problem("more.conf:3: " NO_SENSE);
}

static void a_file_that_cannot_be_read(void **state)
{
    (void)state;
    char path[128];
    path_of("nothing.conf", path);
    forget(NULL);
    config_load(&config, path, NULL, 0, &problems);
    char line[300];
    snprintf(line, sizeof line, "nothing.conf: cannot read %s: No such file or directory", path);
    expect_problem(line);
    forget(NULL);
    config_load(&config, folder, NULL, 0, &problems);
    assert_non_null(strstr(problems.text, "Is a directory"));
}

static void the_command_line_goes_before_the_file(void **state)
{
    (void)state;
    char path[128];
    path_of("main.conf", path);
    write_file("main.conf", "workers = 3; lateness = \"5 s\";");
    const char *const settings[] = {
        "workers=4",           "kafka.topics=a,b,c",          "model.half_life=3 d",
        "log.level=debug",     "model.rfm_window=lifetime",   "kafka.brokers=say \"hi\" \\ there",
        "poison_share=0.25",   "kafka.properties=[\"a=b,c\"]", "model.escalate=1 d,2 d,3 d",
        "instance=\"quoted\"", "model.stages={ mature = [\"fab\"]; }",
    };
    forget(NULL);
    config_load(&config, path, settings, sizeof settings / sizeof *settings, &problems);
    expect_sound();
    assert_int_equal(config.daemon.workers, 4);
    assert_int_equal(config.daemon.lateness, 5000000);
    assert_int_equal(config.kafka.topics.count, 3);
    assert_string_equal(config.kafka.topics.items[2], "c");
    assert_int_equal(config.model.half_life, INT64_C(3) * 86400 * 1000000);
    assert_int_equal(config.model.rfm_window, 0);
    assert_string_equal(config.kafka.brokers, "say \"hi\" \\ there");
    assert_string_equal(config.kafka.properties.items[0], "a=b,c");
    assert_string_equal(config.daemon.instance, "quoted");
    assert_true(config.daemon.poison_share == 0.25);
    assert_true(config.model.stages.items[4].given && config.model.stages.items[4].items.count == 1);
}

static void bad_settings_on_the_command_line(void **state)
{
    (void)state;
    const char *const settings[] = {
        "nonsense", "kafka.brokres=x", "kafak.brokers=x", "workers=2; log=3", "workers=4294967298", "lateness=5",
        "half_life=3",
    };
    load_settings(settings, sizeof settings / sizeof *settings);
    static const char expected[] =
        "command line: nonsense: expected -D group.option=value\n"
        "command line: kafka.brokres: unknown option (did you mean \"brokers\"?)\n"
        "command line: kafak.brokers: unknown option (did you mean \"kafka\"?)\n"
        "command line: workers: cannot be read: expected a whole number from 1 to 64\n"
        "command line: workers: 4294967298 is too large for a number of 32 bits: write it with an L at its end\n"
        "command line: lateness: \"5\" does not fit: expected a duration (ms, s, min, h, d) from \"0 d\" to \"1 d\"; "
        "write it with its unit, as in \"45 s\"\n"
        "command line: half_life: unknown option (it belongs into the group \"model\")\n";
    for (const char *line = expected; *line; line = strchr(line, '\n') + 1) {
        char one[256];
        snprintf(one, sizeof one, "%.*s", (int)strcspn(line, "\n") + 1, line);
        if (!strstr(problems.text, one))
            fail_msg("missing: %s among %s", one, problems.text);
    }
}

static void values_of_texts_are_never_told(void **state)
{
    (void)state;
    load("kafka = { group_id = \"\"; properties = [\"hunter2\"]; client_id = 5; };");
    assert_null(strstr(problems.text, "hunter2"));
    char setting[300] = "instance=";
    memset(setting + strlen(setting), 'x', 200);
    load_settings((const char *const[]){setting}, 1);
    assert_int_equal(problems.count, 1);
    assert_null(strstr(problems.text, "xxxx"));
}

static void passwords_come_from_environment_files_and_credentials(void **state)
{
    (void)state;
    char *password = NULL, path[128], setting[160];
    unsetenv("GUANXI_POSTGRES_PASSWORD");
    unsetenv("PGPASSWORD");
    unsetenv("CREDENTIALS_DIRECTORY");
    load("");
    assert_int_equal(config_postgres_password(&config, &password), 0);
    assert_null(password);

    write_file("postgres.password", "from credential\n");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_int_equal(config_postgres_password(&config, &password), 0);
    assert_string_equal(password, "from credential");
    config_forget_secret(password);

    write_file("secret", "from file\r\nsecond line");
    path_of("secret", path);
    snprintf(setting, sizeof setting, "postgres.password_file=%s", path);
    load_settings((const char *const[]){setting}, 1);
    assert_int_equal(config_postgres_password(&config, &password), 0);
    assert_string_equal(password, "from file");
    config_forget_secret(password);

    setenv("PGPASSWORD", "from libpq's variable", 1);
    assert_int_equal(config_postgres_password(&config, &password), 0);
    assert_string_equal(password, "from libpq's variable");
    config_forget_secret(password);
    setenv("GUANXI_POSTGRES_PASSWORD", "from ours", 1);
    assert_int_equal(config_postgres_password(&config, &password), 0);
    assert_string_equal(password, "from ours");
    config_forget_secret(password);
    unsetenv("GUANXI_POSTGRES_PASSWORD");
    unsetenv("PGPASSWORD");
    unsetenv("CREDENTIALS_DIRECTORY");

    load_settings((const char *const[]){"postgres.password_file=/nowhere"}, 1);
    assert_true(config_postgres_password(&config, &password) < 0);
    assert_null(password);
}

static void the_token_of_the_page_likewise(void **state)
{
    (void)state;
    char *token = NULL, path[128], setting[160];
    unsetenv("GUANXI_HTTP_TOKEN");
    unsetenv("CREDENTIALS_DIRECTORY");
    load("");
    assert_int_equal(config_http_token(&config, &token), 0);
    assert_null(token);
    write_file("http.token", "of the credential\n");
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_int_equal(config_http_token(&config, &token), 0);
    assert_string_equal(token, "of the credential");
    config_forget_secret(token);
    write_file("token", "of the file\nmore");
    path_of("token", path);
    snprintf(setting, sizeof setting, "http.token_file=%s", path);
    load_settings((const char *const[]){setting}, 1);
    assert_int_equal(config_http_token(&config, &token), 0);
    assert_string_equal(token, "of the file");
    config_forget_secret(token);
    setenv("GUANXI_HTTP_TOKEN", "of the environment", 1);
    assert_int_equal(config_http_token(&config, &token), 0);
    assert_string_equal(token, "of the environment");
    config_forget_secret(token);
    unsetenv("GUANXI_HTTP_TOKEN");
    unsetenv("CREDENTIALS_DIRECTORY");
    load_settings((const char *const[]){"http.token_file=/nowhere"}, 1);
    assert_true(config_http_token(&config, &token) < 0);
    assert_non_null(strstr(fault_message(), "http.token_file"));
    assert_null(token);
}

static void kafka_secrets_come_from_a_file(void **state)
{
    (void)state;
    char path[128], setting[160];
    write_file("kafka.properties", "# secrets\n\nsasl.username=me\n  sasl.password=a=b  \r\n");
    path_of("kafka.properties", path);
    snprintf(setting, sizeof setting, "kafka.properties_file=%s", path);
    load_settings((const char *const[]){setting}, 1);
    expect_sound();
    assert_int_equal(config.kafka_file_properties.count, 2);
    assert_string_equal(config.kafka_file_properties.items[1], "sasl.password=a=b");

    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    load("");
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(config.kafka_file_properties.count, 2);

    write_file("kafka.properties", "\nhunter2\n");
    load_settings((const char *const[]){setting}, 1);
    expect_problem("kafka.properties:2: kafka.properties_file: expected name=value");
    assert_null(strstr(problems.text, "hunter2"));
}

// What --print-defaults prints, read as a file, gives the defaults: all of them, line by line.
static void the_sample_is_the_defaults(void **state)
{
    (void)state;
    char path[128], *text = NULL;
    size_t size = 0;
    path_of("sample.conf", path);
    FILE *file = open_memstream(&text, &size);
    assert_int_equal(config_print_defaults(file), 0);
    fclose(file);
    write_file("sample.conf", text);
    forget(NULL);
    config_load(&config, path, NULL, 0, &problems);
    expect_sound();
    for (size_t i = 0; i < CONFIG_OPTIONS; i++)
        assert_true(config.where[i].line > 0);

    // And it is the file that is installed.
    const char *source = getenv("GUANXI_SOURCE_DIR");
    if (source) {
        char committed[4096];
        snprintf(committed, sizeof committed, "%s/config/guanxid.conf.sample", source);
        FILE *sample = fopen(committed, "r");
        assert_non_null(sample);
        char *whole = calloc(1, size + 2);
        assert_int_equal(fread(whole, 1, size + 1, sample), size);
        fclose(sample);
        assert_string_equal(whole, text);
        free(whole);
    }
    free(text);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    forget(state);
    static const char *const names[] = {"main.conf", "more.conf", "sample.conf", "postgres.password", "secret",
                                        "kafka.properties"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        path_of(names[i], path);
        unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_sound),
        cmocka_unit_test(values_of_every_kind_are_read),
        cmocka_unit_test(all_problems_are_told_at_once),
        cmocka_unit_test(groups_in_lists_are_checked),
        cmocka_unit_test(conditions_between_options_are_checked),
        cmocka_unit_test(a_problem_is_one_line),
        cmocka_unit_test(checklists_have_limits),
        cmocka_unit_test(integers_do_not_wrap),
        cmocka_unit_test(files_are_included_from_beside),
        cmocka_unit_test(what_cannot_be_parsed_is_told_with_its_line),
        cmocka_unit_test(a_file_that_cannot_be_read),
        cmocka_unit_test(the_command_line_goes_before_the_file),
        cmocka_unit_test(bad_settings_on_the_command_line),
        cmocka_unit_test(values_of_texts_are_never_told),
        cmocka_unit_test(passwords_come_from_environment_files_and_credentials),
        cmocka_unit_test(the_token_of_the_page_likewise),
        cmocka_unit_test(kafka_secrets_come_from_a_file),
        cmocka_unit_test(the_sample_is_the_defaults),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
