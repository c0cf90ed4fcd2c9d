// What the metrics are told, and the page made of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"
#include "main/introduce.h"

static char *whole(FILE *file)
{
    static char text[1 << 17];
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static void the_page_is_that_of_the_table(void **state)
{
    (void)state;
    const char *source = getenv("GUANXI_SOURCE_DIR");
    if (!source)
        fail_msg("GUANXI_SOURCE_DIR is not set");
    char path[512];
    snprintf(path, sizeof path, "%s/deploy/metrics.md", source);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    introduce_print_metrics(out);
    fclose(out);
    if (strcmp(text, whole(fopen(path, "r"))) != 0)
        fail_msg("deploy/metrics.md is not what `guanxid --print-metrics` prints: make it anew");
    free(text);
}

static void versions_topics_and_types_are_named(void **state)
{
    (void)state;
    struct command_context context = {0};
    struct config_problems problems = {0};
    assert_int_equal(config_load(&context.config, NULL, (const char *const[]){"kafka.topics=calls,orders"}, 1, &problems),
                     0);
    assert_int_equal(policy_build(&context.policy, &context.config, &problems), 0);
    assert_int_equal(settings_make(&context.settings, &context.config), 0);
    introduce_metrics(&context.settings, &context.policy.policy);
    metric_add_at(METRIC_EVENTS_CONSUMED, metric_label_index(LABEL_TOPIC, "orders"), 0, 5);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    metrics_write(out);
    fclose(out);
    static const char *const parts[] = {
        "guanxi_events_consumed_total{topic=\"calls\"} 0\n", "guanxi_events_consumed_total{topic=\"orders\"} 5\n",
        "guanxi_build_info{version=\"" GUANXID_VERSION "\",librdkafka_version=\"", "reason=\"not_json\"} 0\n",
        "kind=\"cadence\",notice=\"1\"} 0\n",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strstr(text, parts[i]))
            fail_msg("no %s in\n%s", parts[i], text);
    }
    free(text);
    settings_free(&context.settings);
    policy_owner_free(&context.policy);
    config_free(&context.config);
    config_problems_free(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_that_of_the_table),
        cmocka_unit_test(versions_topics_and_types_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
