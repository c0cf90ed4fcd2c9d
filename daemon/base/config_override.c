// Options set on the command line: "group.option=value".
#include "config_internal.h"

#include <stdlib.h>
#include <string.h>

static void put_quoted(FILE *out, const char *text, size_t length)
{
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            fputc('\\', out);
        fputc(text[i], out);
    }
    fputc('"', out);
}

// a,b,c as an array of texts.
static void put_array(FILE *out, const char *value)
{
    fputc('[', out);
    for (const char *item = value; *item;) {
        size_t length = strcspn(item, ",");
        put_quoted(out, item, length);
        item += length;
        if (*item == ',') {
            fputs(", ", out);
            item++;
        }
    }
    fputc(']', out);
}

// Whether a value of this kind would stand in quotes.
static bool is_quoted(enum option_kind kind, const char *value)
{
    switch (kind) {
    case OPTION_text:
    case OPTION_choice:
    case OPTION_duration:
    case OPTION_size: return true;
    case OPTION_window: return strspn(value, "0123456789") < strlen(value);
    default: return false;
    }
}

// The value in the syntax of the file. What begins like a value of the file is left alone.
static void put_value(FILE *out, enum option_kind kind, const char *value)
{
    bool is_array = kind == OPTION_texts || kind == OPTION_durations;
    if (is_array && *value != '[' && *value != '(')
        put_array(out, value);
    else if (is_quoted(kind, value) && *value != '"')
        put_quoted(out, value, strlen(value));
    else
        fputs(value, out);
}

// The value in the syntax of the file, to be freed; NULL when memory is out.
static char *value_text(enum option_kind kind, const char *value)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    put_value(out, kind, value);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

void config_override(struct config *config, struct config_problems *problems, const char *setting)
{
    struct config_reader reader = {.config = config, .problems = problems, .file = "command line"};
    const struct config_source where = {reader.file, 0};
    const char *equals = strchr(setting, '=');
    if (!equals) {
        config_problem(problems, where, setting, "expected -D group.option=value");
        return;
    }
    snprintf(reader.option, sizeof reader.option, "%.*s", (int)(equals - setting), setting);
    char path[sizeof reader.option];
    memcpy(path, reader.option, sizeof path);
    char *dot = strchr(path, '.');
    if (dot)
        *dot = '\0';
    const struct option_group *group = option_group_find(dot ? path : "");
    const char *name = dot && group ? dot + 1 : path;
    const struct option *option = group ? option_find(group, name) : NULL;
    if (!option) {
        char advice[ADVICE_MAX];
        advise_option(group ? group : option_group_find(""), name, advice);
        config_problem(problems, where, reader.option, "unknown option%s", advice);
        return;
    }
    char *text = value_text(option->kind, equals + 1);
    if (text)
        config_read_text(&reader, group, option, text);
    else
        problems->out_of_memory = true;
    free(text);
}
