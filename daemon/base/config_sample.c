// The sample file, which is also what --print-defaults prints.
#include "config_internal.h"

#include "base/status.h"

#include <errno.h>
#include <string.h>

enum { WIDTH = 100 };

static void put_indent(FILE *out, int indent)
{
    fprintf(out, "%*s", indent, "");
}

// A comment, broken at spaces.
static void put_comment(FILE *out, int indent, const char *text)
{
    int column = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column == 0 || column + 1 + (int)word > WIDTH) {
            fputs(column ? "\n" : "", out);
            put_indent(out, indent);
            fputs("#", out);
            column = indent + 1;
        }
        fprintf(out, " %.*s", (int)word, text);
        column += 1 + (int)word;
        text += word + (text[word] == ' ');
    }
    fputs("\n", out);
}

// Whether the limits say something that the help and the default do not.
static bool has_limits(const struct option *option)
{
    switch (option->kind) {
    case OPTION_text:
    case OPTION_texts:
    case OPTION_rates:
    case OPTION_types:
    case OPTION_checklists:
    case OPTION_stages:
    case OPTION_breakpoints:
    case OPTION_segments: return false;
    default: return true;
    }
}

static void put_option(FILE *out, int indent, const struct option *option)
{
    put_comment(out, indent, option->help);
    if (has_limits(option)) {
        char expects[EXPECTS_MAX];
        option_expects(option->kind, &option->limits, expects);
        put_indent(out, indent);
        fprintf(out, "# (%s)\n", expects);
    }
    put_indent(out, indent);
    fprintf(out, "%s = ", option->name);
    for (const char *at = option->default_text; *at; at++) {
        fputc(*at, out);
        if (*at == '\n')
            put_indent(out, indent);
    }
    fputs(";\n", out);
}

int config_print_defaults(FILE *out)
{
    put_comment(
        out, 0,
        "guanxid.conf: every option, with its default. What is left out keeps its default, so a file "
        "may be short. Check a file with `guanxid check -c FILE`; set single options on the command "
        "line with -D group.option=value. Files NAME.conf in the directory conf.d beside this file are "
        "read after it, in the order of their names; an option that one of them gives replaces what was "
        "given before. Other files are read in with a line of @include and the name in quotes, relative "
        "to the directory of the file it stands in. Whole numbers beyond 32 bits end with L.");
    for (const struct option_group *group = option_groups;
         group < option_groups + OPTION_GROUP_COUNT; group++) {
        int indent = *group->name ? 4 : 0;
        if (*group->name)
            fprintf(out, "\n%s = {\n", group->name);
        else
            fputc('\n', out);
        for (size_t i = 0; i < group->count; i++) {
            if (i > 0)
                fputc('\n', out);
            put_option(out, indent, &group->options[i]);
        }
        if (*group->name)
            fputs("};\n", out);
    }
    if (fflush(out) != 0 || ferror(out))
        return fault(STATUS_IO, "cannot write: %s", strerror(errno));
    return 0;
}
