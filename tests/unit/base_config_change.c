// What differs between two configurations, and options that keep their value.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/config.h"

static struct config before, after;

static void load(struct config *config, const char *const *settings, size_t count)
{
    struct config_problems problems = {0};
    assert_int_equal(config_load(config, NULL, settings, count, &problems), 0);
    if (problems.count > 0)
        fail_msg("%s", problems.text);
    config_problems_free(&problems);
}

static void add_name(void *context, const char *group, const char *option)
{
    char *names = context;
    strcat(names, group);
    strcat(names, *group ? "." : "");
    strcat(names, option);
    strcat(names, " ");
}

static void assert_changes(const char *const *first, size_t first_count, const char *const *second,
                           size_t second_count, const char *expected)
{
    char names[512] = "";
    load(&before, first, first_count);
    load(&after, second, second_count);
    config_changes(&before, &after, add_name, names);
    assert_string_equal(names, expected);
    config_free(&before);
    config_free(&after);
}
#define LIST(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

static void the_same_is_no_change(void **state)
{
    (void)state;
    assert_changes(NULL, 0, NULL, 0, "");
    assert_changes(LIST("workers=3", "kafka.topics=a,b"), LIST("kafka.topics=[\"a\", \"b\"]", "workers=3"), "");
    assert_changes(LIST("workers=2"), NULL, 0, ""); // its default
}

// Of every kind there is.
static void what_differs_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *one, *other, *name;
    } cases[] = {
        {"workers=3", "workers=4", "workers "},
        {"lateness=10 s", "lateness=11 s", "lateness "},
        {"poison_share=0.5", "poison_share=0.25", "poison_share "},
        {"cache_size=2 MiB", "cache_size=3 MiB", "cache_size "},
        {"log.level=info", "log.level=debug", "log.level "},
        {"kafka.topics=a,b", "kafka.topics=b,a", "kafka.topics "},
        {"kafka.topics=ab", "kafka.topics=a,b", "kafka.topics "},
        {"model.enter=[5.0, 15.0, 30.0]", "model.enter=[5.0, 15.0, 31.0]", "model.enter "},
        {"model.cadence=[\"180 d\", \"90 d\", \"45 d\", \"30 d\"]", "model.cadence=[\"180 d\", \"90 d\", \"45 d\", \"31 d\"]",
         "model.cadence "},
        {"model.rates=( { code = \"USD\"; rate = \"7.1\"; } )", "model.rates=( { code = \"USD\"; rate = \"7.2\"; } )",
         "model.rates "},
        {"model.rates=( { code = \"USD\"; rate = \"7.1\"; } )", "model.rates=( )", "model.rates "},
        {"model.types=( { type = \"a.b\"; points = 2.5; } )", "model.types=( { type = \"a.b\"; points = 2.0; } )",
         "model.types "},
        {"model.checklists=( { name = \"a\"; items = [\"x\"]; }, { name = \"tasks\"; items = [\"plan\"]; } )",
         "model.checklists=( { name = \"a\"; items = [\"y\"]; }, { name = \"tasks\"; items = [\"plan\"]; } )",
         "model.checklists "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_changes(LIST(cases[i].one), LIST(cases[i].other), cases[i].name);
    assert_changes(LIST("workers=3", "log.level=info"), LIST("workers=5", "log.level=error"), "workers log.level ");
}

static void a_value_is_retained(void **state)
{
    (void)state;
    static const char *const first[] = {"workers=3", "kafka.topics=a,b", "clock=events", "model.time_zone=Asia/Shanghai"};
    load(&before, first, 4);
    load(&after, NULL, 0);
    config_retain(&after, &before, "", "workers");
    config_retain(&after, &before, "kafka", "topics");
    config_retain(&after, &before, "model", "time_zone");
    config_retain(&after, &before, "no", "such");
    assert_int_equal(after.daemon.workers, 3);
    assert_int_equal(after.kafka.topics.count, 2);
    assert_string_equal(after.kafka.topics.items[1], "b");
    assert_string_equal(after.model.time_zone, "Asia/Shanghai");
    char names[512] = "";
    config_changes(&before, &after, add_name, names);
    assert_string_equal(names, "clock ");
    config_free(&after);
    config_free(&before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_no_change),
        cmocka_unit_test(what_differs_is_named),
        cmocka_unit_test(a_value_is_retained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
