// The command line, read and judged.
#ifndef GUANXI_MAIN_COMMAND_LINE_H
#define GUANXI_MAIN_COMMAND_LINE_H

#include "main/command.h"

enum { OVERRIDES_MOST = 128, COMMANDS_MOST = 32 };

struct command_line {
    const struct command *command; // NULL with --help, --version, --print-... alone
    const char *config_file;
    const char *overrides[OVERRIDES_MOST];
    size_t override_count;
    bool help, version, print_defaults, print_metrics;
    struct given given;
    char **operands;
    int operand_count;
};

// Options may stand anywhere. 0, or STATUS_CONFIG (exit code 64) with what is wrong and what is expected.
// Reorders argv, which everything here points into.
int command_line_read(struct command_line *line, int argc, char **argv);

// Help of a command, or of all of them (NULL).
void command_line_help(const struct command *command, FILE *out);

#endif
