#include "main/command_line.h"

#include "base/advice.h"
#include "base/status.h"

#include <getopt.h>
#include <string.h>

#define DEFAULT_CONFIG_FILE "/etc/guanxi/guanxid.conf"

// Above the numbers of COMMAND_OPTIONS and of characters.
enum {
    FOUND_COMMAND_OPTION = 256,
    FOUND_PRINT_DEFAULTS = FOUND_COMMAND_OPTION + COMMAND_OPTION_COUNT,
    FOUND_PRINT_METRICS,
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"define", required_argument, NULL, 'D'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"print-defaults", no_argument, NULL, FOUND_PRINT_DEFAULTS},
    {"print-metrics", no_argument, NULL, FOUND_PRINT_METRICS},
#define X(NAME, name, value, help) \
    {name, value != NULL ? required_argument : no_argument, NULL, FOUND_COMMAND_OPTION + OPTION_##NAME},
    COMMAND_OPTIONS(X)
#undef X
    {NULL, 0, NULL, 0},
};

static const struct {
    const char *name, *value, *help;
} command_options[] = {
#define X(NAME, name, value, help) {name, value, help},
    COMMAND_OPTIONS(X)
#undef X
};

static void help_options(uint64_t options, FILE *out)
{
    for (int option = 0; option < COMMAND_OPTION_COUNT; option++) {
        if (!(options >> option & 1))
            continue;
        const char *value = command_options[option].value;
        int width = fprintf(out, "      --%s%s%s", command_options[option].name, value ? " " : "", value ? value : "");
        fprintf(out, "%*s%s\n", width < 24 ? 25 - width : 1, "", command_options[option].help);
    }
}

void command_line_help(const struct command *command, FILE *out)
{
    if (command) {
        fprintf(out, "Usage: guanxid %s%s%s [options]\n\n%s.\n%s\n", command->name,
                *command->usage ? " " : "", command->usage, command->summary, command->help);
    } else {
        fputs(
            "Usage: guanxid COMMAND [options]\n\n"
            "Keeps the state of customer relations in PostgreSQL from events in Kafka, and says when care is "
            "due.\n\nCommands:\n",
            out);
        for (command = commands; command->name; command++)
            fprintf(out, "  %-12s %s\n", command->name, command->summary);
        fputs("\n", out);
        command = NULL; // the options of all of them
    }
    fputs("Options:\n"
          "  -c, --config FILE      the configuration; " DEFAULT_CONFIG_FILE " without it\n"
          "  -D, --define NAME=VAL  set an option over the file, as in -D kafka.brokers=db1:9092\n",
          out);
    if (command)
        help_options(command->options, out);
    fputs(
        "      --print-defaults   every option with its default, as a configuration file\n"
        "      --print-metrics    every metric and what it means, as Markdown\n"
        "  -h, --help             this help; after a command, its own\n"
        "  -V, --version          versions of guanxid and of the libraries in use\n\n"
        "Exit codes: 0 done, 64 bad arguments, 65 no such record or customer, or input refused,\n"
        "69 Kafka or PostgreSQL not to be had, 70 broken promise, 71 out of memory, 74 file or\n"
        "socket, 77 no permission, 78 bad configuration or schema.\n",
        out);
}

// What getopt_long did not understand.
static int refuse_option(char **argv, int found)
{
    // A long option has just been passed; a short one stands in optopt.
    const char *word = argv[optind - 1];
    bool is_long = strncmp(word, "--", 2) == 0;
    if (found == ':') {
        if (is_long)
            return fault(STATUS_CONFIG, "%s needs a value", word);
        return fault(STATUS_CONFIG, "-%c needs a value", optopt);
    }
    if (!is_long)
        return fault(STATUS_CONFIG, "unknown option -%c", optopt);
    if (optopt)
        return fault(STATUS_CONFIG, "%.*s takes no value", (int)strcspn(word, "="), word);
    const char *names[sizeof long_options / sizeof *long_options];
    size_t count = 0;
    while ((names[count] = long_options[count].name))
        count++;
    char advice[ADVICE_MAX], name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    advise_name(name, names, advice);
    return fault(STATUS_CONFIG, "unknown option --%s%s", name, advice);
}

static int take_option(struct command_line *line, int found, char **argv)
{
    switch (found) {
    case 'c': line->config_file = optarg; return 0;
    case 'D':
        if (line->override_count == OVERRIDES_MOST)
            return fault(STATUS_CONFIG, "more than %d options -D: put them into a file",
                         OVERRIDES_MOST);
        line->overrides[line->override_count++] = optarg;
        return 0;
    case 'h': line->help = true; return 0;
    case 'V': line->version = true; return 0;
    case FOUND_PRINT_DEFAULTS: line->print_defaults = true; return 0;
    case FOUND_PRINT_METRICS: line->print_metrics = true; return 0;
    default:
        if (found < FOUND_COMMAND_OPTION)
            return refuse_option(argv, found);
        line->given.values[found - FOUND_COMMAND_OPTION] = optarg ? optarg : "";
        return 0;
    }
}

static int find_command(struct command_line *line, const char *name)
{
    const char *names[COMMANDS_MOST + 1];
    size_t count = 0;
    for (const struct command *command = commands; command->name; command++) {
        if (strcmp(command->name, name) == 0) {
            line->command = command;
            return 0;
        }
        names[count++] = command->name;
    }
    names[count] = NULL;
    char advice[ADVICE_MAX];
    advise_name(name, names, advice);
    return fault(STATUS_CONFIG, "unknown command \"%s\"%s", name, advice);
}

int command_line_read(struct command_line *line, int argc, char **argv)
{
    *line = (struct command_line){.config_file = DEFAULT_CONFIG_FILE};
    optind = 0; // from the beginning, however often
    opterr = 0;
    int found, status = 0;
    while (status == 0 && (found = getopt_long(argc, argv, ":c:D:hV", long_options, NULL)) != -1)
        status = take_option(line, found, argv);
    if (status != 0)
        return status;
    if (optind < argc)
        status = find_command(line, argv[optind++]);
    if (status != 0 || line->help || line->version || line->print_defaults || line->print_metrics)
        return status;
    if (!line->command)
        return fault(STATUS_CONFIG, "no command is given");
    line->operands = argv + optind;
    line->operand_count = argc - optind;
    for (int option = 0; option < COMMAND_OPTION_COUNT; option++)
        if (is_given(&line->given, option) && !(line->command->options >> option & 1))
            return fault(STATUS_CONFIG, "%s takes no --%s", line->command->name, command_options[option].name);
    return line->command->accept(&line->given, line->operand_count, line->operands);
}
