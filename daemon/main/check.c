// check: tells all that is wrong with the configuration and, if asked, with what it leads to.
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/print.h"
#include "kafka/inspect.h"
#include "main/command.h"
#include "postgres/inspect.h"

enum { KAFKA_WAIT_MS = 10000 };
#define POSTGRES_WAIT (10 * SECOND)

// ----------------------------------------------------------------------------------------- connections

struct connections {
    bool json;
    size_t told, away, wrong;
};

static void tell(void *context, enum finding finding, const char *subject, const char *detail)
{
    static const char *const names[] = {[FINDING_OK] = "ok", [FINDING_AWAY] = "away", [FINDING_WRONG] = "wrong"};
    struct connections *connections = context;
    connections->away += finding == FINDING_AWAY;
    connections->wrong += finding == FINDING_WRONG;
    if (connections->json) {
        printf("%s{\"state\": \"%s\", \"subject\": ", connections->told ? ", " : "", names[finding]);
        print_json_text(stdout, subject);
        printf(", \"detail\": ");
        print_json_text(stdout, detail);
        printf("}");
    } else {
        printf("%-6s %s: %s\n", names[finding], subject, detail);
    }
    fflush(stdout); // the next answer may take its time
    connections->told++;
}

// 0, an exit code, or a negative status.
static int look_at_connections(const struct command_context *context)
{
    struct connections connections = {.json = context->json};
    const struct inspection inspection = {tell, &connections};
    const struct config_kafka *kafka = &context->config.kafka;
    struct postgres_settings postgres = context->settings.postgres;
    if (postgres.connect_timeout > POSTGRES_WAIT)
        postgres.connect_timeout = POSTGRES_WAIT;
    if (postgres.statement_timeout > POSTGRES_WAIT)
        postgres.statement_timeout = POSTGRES_WAIT;
    int status = kafka_inspect(&context->settings.kafka, kafka->reminders_topic, kafka->changes_topic, KAFKA_WAIT_MS,
                               &inspection);
    if (status == 0)
        status = postgres_inspect(&postgres, &inspection);
    if (status != 0)
        return status;
    return connections.wrong ? EX_CONFIG : connections.away ? EX_UNAVAILABLE : 0;
}

// --------------------------------------------------------------------------------------- configuration

static void print_json(const struct command_context *context)
{
    printf("{\"file\": ");
    print_json_text(stdout, context->config_file);
    printf(", \"problems\": [");
    const char *line = context->problems.text ? context->problems.text : "";
    for (bool first = true; *line; first = false) {
        size_t length = strcspn(line, "\n");
        fputs(first ? "" : ", ", stdout);
        print_json_string(stdout, line, length);
        line += length + 1;
    }
    printf("], \"files\": [");
    for (size_t i = 0; i < context->config.files.count; i++) {
        fputs(i ? ", " : "", stdout);
        print_json_text(stdout, context->config.files.items[i]);
    }
    printf("]");
}

static void print_sound(const struct command_context *context)
{
    printf("%s: the configuration is sound\n", context->config_file);
    for (size_t i = 1; i < context->config.files.count; i++)
        printf("  with %s\n", context->config.files.items[i]);
}

int command_check(struct command_context *context)
{
    const struct config_problems *problems = &context->problems;
    bool looks = problems->count == 0 && is_given(context->given, OPTION_CONNECTIONS);
    int code = problems->count == 0 ? 0 : EX_CONFIG;
    if (context->json)
        print_json(context);
    else if (problems->count == 0)
        print_sound(context);
    else
        fputs(problems->text, stderr);
    if (looks && context->json)
        printf(", \"connections\": [");
    if (looks)
        code = look_at_connections(context);
    if (context->json)
        printf("%s}\n", looks ? "]" : "");
    return code;
}
