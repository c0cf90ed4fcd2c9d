// Drop-ins: which files of conf.d are read, in what order, and what is said of those that cannot be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/base_config_files.XXXXXX";
static struct config config;
static struct config_problems problems;

// A path in the folder; good until the next call.
static const char *path_of(const char *name)
{
    static char path[4 * sizeof folder + 80];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int begin(void **state)
{
    (void)state;
    strcpy(strchr(folder, '.'), ".XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(mkdir(path_of("conf.d"), 0755), 0);
    write_file("main.conf", "");
    return 0;
}

static int end(void **state)
{
    (void)state;
    config_free(&config);
    config_problems_free(&problems);
    char line[200];
    snprintf(line, sizeof line, "rm -r %s", folder);
    return system(line);
}

static void load(const char *const *settings, size_t count)
{
    config_free(&config);
    config_problems_free(&problems);
    assert_int_equal(config_load(&config, path_of("main.conf"), settings, count, &problems), 0);
}

static void expect_sound(void)
{
    if (problems.count)
        fail_msg("unexpected: %s", problems.text);
}

static void expect_problem(const char *line)
{
    if (!problems.text || !strstr(problems.text, path_of(line)))
        fail_msg("missing: %s\namong: %s", line, problems.text ? problems.text : "");
}

static void later_names_go_before_earlier_ones(void **state)
{
    (void)state;
    write_file("main.conf", "workers = 3; batch_events = 100; lateness = \"9 s\";\n"
                            "kafka = { topics = [\"a\", \"b\"]; group_id = \"main\"; };\n");
    write_file("conf.d/9.conf", "workers = 9;\n");
    write_file("conf.d/10.conf", "workers = 10; kafka = { topics = [\"c\"]; };\n");
    write_file("conf.d/Z.conf", "batch_events = 200;\n");
    write_file("conf.d/a.conf", "batch_events = 300;\n");
    setlocale(LC_ALL, "C.UTF-8");
    load((const char *const[]){"instance=one"}, 1);
    expect_sound();
    assert_int_equal(config.daemon.workers, 9);        // "10" < "9"
    assert_int_equal(config.daemon.batch_events, 300); // "Z" < "a", whatever the locale
    assert_int_equal(config.daemon.lateness, 9000000);
    assert_int_equal(config.kafka.topics.count, 1); // replaced, not added to
    assert_string_equal(config.kafka.topics.items[0], "c");
    assert_string_equal(config.kafka.group_id, "main"); // of one group, another option
    static const char *const names[] = {"main.conf", "conf.d/10.conf", "conf.d/9.conf", "conf.d/Z.conf", "conf.d/a.conf"};
    assert_int_equal(config.files.count, sizeof names / sizeof *names);
    for (size_t i = 0; i < config.files.count; i++)
        assert_string_equal(config.files.items[i], path_of(names[i]));
}

static void the_command_line_goes_before_all(void **state)
{
    (void)state;
    write_file("conf.d/a.conf", "workers = 4; lateness = \"4 s\";\n");
    load((const char *const[]){"workers=5"}, 1);
    expect_sound();
    assert_int_equal(config.daemon.workers, 5);
    assert_int_equal(config.daemon.lateness, 4000000);
    assert_string_equal(config_where(&config, "", "workers").file, "command line");
    assert_string_equal(config_where(&config, "", "lateness").file, path_of("conf.d/a.conf"));
    assert_int_equal(config_where(&config, "", "lateness").line, 1);
}

static void other_files_are_none(void **state)
{
    (void)state;
    static const char *const names[] = {"conf.d/.hidden.conf", "conf.d/.conf", "conf.d/a.conf~", "conf.d/a.conf.dpkg-old",
                                        "conf.d/README", "conf.d/conf"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        write_file(names[i], "this is no configuration\n");
    assert_int_equal(symlink("/dev/null", path_of("conf.d/masked.conf")), 0);
    load(NULL, 0);
    expect_sound();
    assert_int_equal(config.files.count, 2); // the empty one is read
}

static void there_need_not_be_any(void **state)
{
    (void)state;
    assert_int_equal(rmdir(path_of("conf.d")), 0);
    load(NULL, 0);
    expect_sound();
    assert_int_equal(config.files.count, 1);
    assert_int_equal(mkdir(path_of("conf.d"), 0755), 0);
}

static void a_file_is_found_beside_one_without_directory(void **state)
{
    (void)state;
    write_file("conf.d/a.conf", "workers = 6;\n");
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    config_free(&config);
    assert_int_equal(config_load(&config, "main.conf", NULL, 0, &problems), 0);
    assert_int_equal(chdir(before), 0);
    expect_sound();
    assert_int_equal(config.daemon.workers, 6);
    assert_string_equal(config.files.items[1], "conf.d/a.conf");
}

static void problems_name_the_file_and_its_line(void **state)
{
    (void)state;
    write_file("conf.d/1.conf", "\nworkers = 0;\n");
    write_file("conf.d/2.conf", "lateness == 3;\n");
    write_file("conf.d/3.conf", "\n\nkafka = { brokres = \"x\"; };\nbatch_events = 7;\n");
    load(NULL, 0);
    assert_int_equal(problems.count, 3); // all of them, and what is sound is read all the same
    expect_problem("conf.d/1.conf:2: workers: 0 does not fit");
    expect_problem("conf.d/2.conf:1: syntax error");
    expect_problem("conf.d/3.conf:3: kafka.brokres: unknown option (did you mean \"brokers\"?)");
    assert_int_equal(config.daemon.batch_events, 7);
}

// Conditions between options of several files: told of the one that broke them.
static void problems_between_files(void **state)
{
    (void)state;
    write_file("main.conf", "model = { enter = [4.0, 8.0, 12.0]; };\n");
    write_file("conf.d/a.conf", "model = { leave = [3.0,\n 9.0, 10.0]; };\n");
    load(NULL, 0);
    assert_int_equal(problems.count, 1);
    expect_problem("conf.d/a.conf:1: model.leave: accountable is left at 9 but entered at 8");
}

static void what_cannot_be_read_is_a_problem(void **state)
{
    (void)state;
    assert_int_equal(symlink("nowhere", path_of("conf.d/a.conf")), 0);
    assert_int_equal(mkdir(path_of("conf.d/b.conf"), 0755), 0);
    load(NULL, 0);
    assert_int_equal(problems.count, 2);
    char line[2 * sizeof folder + 80];
    snprintf(line, sizeof line, "conf.d/a.conf: cannot read %s/conf.d/a.conf: No such file or directory\n", folder);
    expect_problem(line);
    snprintf(line, sizeof line, "conf.d/b.conf: cannot read %s/conf.d/b.conf: Is a directory\n", folder);
    expect_problem(line);
}

static void a_directory_that_is_none_is_a_problem(void **state)
{
    (void)state;
    assert_int_equal(rmdir(path_of("conf.d")), 0);
    write_file("conf.d", "workers = 7;\n");
    load(NULL, 0);
    assert_int_equal(problems.count, 1);
    expect_problem("conf.d: cannot be listed (Not a directory): expected a directory of files NAME.conf, or none\n");
}

static void files_are_included_beside_the_drop_in(void **state)
{
    (void)state;
    write_file("conf.d/a.conf", "@include \"shared.inc\"\n");
    write_file("conf.d/shared.inc", "workers = 8;\n");
    load(NULL, 0);
    expect_sound();
    assert_int_equal(config.daemon.workers, 8);
}

static void add_name(void *context, const char *group, const char *option)
{
    char *names = context;
    snprintf(names + strlen(names), 256 - strlen(names), "%s.%s ", group, option);
}

// Of stages only those given are replaced, so that a change of either file is one.
static void stages_of_several_files_add_up(void **state)
{
    (void)state;
    write_file("main.conf", "model = { stages = { mature = [\"fab\"]; growing = [\"fab\"]; }; };\n");
    write_file("conf.d/a.conf", "model = { stages = { growing = [\"icon\"]; }; };\n");
    load(NULL, 0);
    expect_sound();
    assert_string_equal(config.model.stages.items[4].items.items[0], "fab");
    assert_string_equal(config.model.stages.items[3].items.items[0], "icon");

    struct config same, other;
    assert_int_equal(config_load(&same, path_of("main.conf"), NULL, 0, &problems), 0);
    write_file("main.conf", "model = { stages = { mature = [\"spin\"]; growing = [\"fab\"]; }; };\n");
    assert_int_equal(config_load(&other, path_of("main.conf"), NULL, 0, &problems), 0);
    char names[256] = "";
    config_changes(&config, &same, add_name, names);
    assert_null(strstr(names, "stages"));
    config_changes(&config, &other, add_name, names);
    assert_non_null(strstr(names, "model.stages"));
    config_free(&same);
    config_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(later_names_go_before_earlier_ones, begin, end),
        cmocka_unit_test_setup_teardown(the_command_line_goes_before_all, begin, end),
        cmocka_unit_test_setup_teardown(other_files_are_none, begin, end),
        cmocka_unit_test_setup_teardown(there_need_not_be_any, begin, end),
        cmocka_unit_test_setup_teardown(a_file_is_found_beside_one_without_directory, begin, end),
        cmocka_unit_test_setup_teardown(problems_name_the_file_and_its_line, begin, end),
        cmocka_unit_test_setup_teardown(problems_between_files, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_a_problem, begin, end),
        cmocka_unit_test_setup_teardown(a_directory_that_is_none_is_a_problem, begin, end),
        cmocka_unit_test_setup_teardown(files_are_included_beside_the_drop_in, begin, end),
        cmocka_unit_test_setup_teardown(stages_of_several_files_add_up, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
