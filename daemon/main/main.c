// guanxid: reads the command line and the configuration, and hands both to a command.
#include "base/log.h"
#include "base/status.h"
#include "kafka/version.h"
#include "main/command_line.h"
#include "main/introduce.h"
#include "postgres/version.h"

#include <string.h>
#include <sysexits.h>

static int print_versions(void)
{
    int libpq = postgres_library_version();
    printf("guanxid %s\nlibrdkafka %s\nlibpq %d.%d\n", GUANXID_VERSION, kafka_library_version(),
           libpq / 10000, libpq % 10000);
    return 0;
}

// Loads and checks everything; what is wrong with the configuration is in context->problems.
static int prepare(const struct command *command, struct command_context *context)
{
    int status = config_load(&context->config, context->config_file, context->overrides,
                             context->override_count, &context->problems);
    if (!command->serves_page)
        context->config.http.page = CONFIG_PAGE_OFF;
    if (status == 0)
        status = policy_build(&context->policy, &context->config, &context->problems);
    if (status == 0)
        status = settings_make(&context->settings, &context->config);
    if (status == STATUS_CONFIG) {
        config_problem(&context->problems, (struct config_source){context->config_file, 0}, "",
                       "%s", fault_message());
        status = 0;
    }
    if (status == 0)
        status = settings_check(&context->settings, &context->config, &context->problems);
    return status;
}

// The exit code of a command that has been given a sound configuration or wants a bad one.
static int execute(const struct command *command, struct command_context *context)
{
    int status = prepare(command, context);
    if (status == 0 && context->problems.count > 0 && !command->takes_problems) {
        fprintf(stderr, "%sguanxid: the configuration is bad: %zu %s\n", context->problems.text,
                context->problems.count, context->problems.count == 1 ? "problem" : "problems");
        return EX_CONFIG;
    }
    if (status == 0) {
        log_configure(LOG_ERROR + (enum log_level)context->config.log.level,
                      (enum log_format)context->config.log.format);
        status = command->run(context);
    }
    log_flush();
    if (status < 0)
        fprintf(stderr, "guanxid: %s\n", fault_message());
    return status < 0 ? fault_exit_code(status) : status;
}

static void context_free(struct command_context *context)
{
    settings_free(&context->settings);
    policy_owner_free(&context->policy);
    config_free(&context->config);
    config_problems_free(&context->problems);
}

int main(int argc, char **argv)
{
    struct command_line line;
    if (command_line_read(&line, argc, argv) != 0) {
        fprintf(stderr, "guanxid: %s\nTry `guanxid %s%s--help`.\n", fault_message(),
                line.command ? line.command->name : "", line.command ? " " : "");
        return EX_USAGE;
    }
    int code;
    if (line.help) {
        command_line_help(line.command, stdout);
        code = 0;
    } else if (line.version) {
        code = print_versions();
    } else if (line.print_defaults) {
        code = fault_exit_code(config_print_defaults(stdout));
    } else if (line.print_metrics) {
        introduce_print_metrics(stdout);
        code = 0;
    } else {
        struct command_context context = {
            .config_file = line.config_file,
            .overrides = line.overrides,
            .override_count = line.override_count,
            .given = &line.given,
            .json = is_given(&line.given, OPTION_JSON),
            .operands = line.operands,
            .operand_count = line.operand_count,
        };
        code = execute(line.command, &context);
        context_free(&context);
    }
    if (fflush(stdout) != 0 && code == 0) {
        fprintf(stderr, "guanxid: cannot write the output\n");
        code = EX_IOERR;
    }
    return code;
}
