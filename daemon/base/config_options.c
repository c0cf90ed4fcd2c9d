// The table of options as data, and what is said about them.
#include "config_internal.h"

#include "base/advice.h"

#include <stdlib.h>
#include <string.h>

#define UNPACK(...) __VA_ARGS__
#define X(kind, name, default_text, limits, help) \
    {#name, OPTION_##kind, offsetof(struct GROUP, name), default_text, {UNPACK limits}, help},

#define GROUP config_kafka
static const struct option kafka_options[] = {KAFKA_OPTIONS(X)};
#undef GROUP
#define GROUP config_postgres
static const struct option postgres_options[] = {POSTGRES_OPTIONS(X)};
#undef GROUP
#define GROUP config_daemon
static const struct option daemon_options[] = {DAEMON_OPTIONS(X)};
#undef GROUP
#define GROUP config_log
static const struct option log_options[] = {LOG_OPTIONS(X)};
#undef GROUP
#define GROUP config_http
static const struct option http_options[] = {HTTP_OPTIONS(X)};
#undef GROUP
#define GROUP config_model
static const struct option model_options[] = {MODEL_OPTIONS(X)};
#undef GROUP
#undef X

const struct option_group option_groups[OPTION_GROUP_COUNT] = {
#define S(group, member, OPTIONS)                                                                \
    {group, offsetof(struct config, member), sizeof member##_options / sizeof *member##_options, \
     member##_options},
    OPTION_GROUPS(S)
#undef S
};

const struct option_group *option_group_find(const char *name)
{
    for (size_t i = 0; i < OPTION_GROUP_COUNT; i++)
        if (strcmp(option_groups[i].name, name) == 0)
            return &option_groups[i];
    return NULL;
}

const struct option *option_find(const struct option_group *group, const char *name)
{
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->options[i].name, name) == 0)
            return &group->options[i];
    return NULL;
}

size_t option_index(const struct option_group *group, const struct option *option)
{
    size_t index = (size_t)(option - group->options);
    for (const struct option_group *before = option_groups; before < group; before++)
        index += before->count;
    return index;
}

// ---------------------------------------------------------------------------------------------- expectations

static void expects_choice(const char *choices, char text[EXPECTS_MAX])
{
    size_t length = (size_t)snprintf(text, EXPECTS_MAX, "one of \"");
    for (; *choices && length + 8 < EXPECTS_MAX; choices++) {
        if (*choices == '|')
            length += (size_t)snprintf(text + length, EXPECTS_MAX - length, "\", \"");
        else
            text[length++] = *choices;
    }
    snprintf(text + length, EXPECTS_MAX - length, "\"");
}

static void expects_amount(const char *what, void (*format)(int64_t, char[AMOUNT_MAX]),
                           const struct option_limits *limits, char text[EXPECTS_MAX])
{
    char least[AMOUNT_MAX], most[AMOUNT_MAX];
    format((int64_t)limits->least, least);
    format((int64_t)limits->most, most);
    snprintf(text, EXPECTS_MAX, "%s from \"%s\" to \"%s\"", what, least, most);
}

static void expects_array(enum option_kind element, const struct option_limits *limits,
                          char text[EXPECTS_MAX])
{
    char one[EXPECTS_MAX / 2];
    char whole[EXPECTS_MAX];
    option_expects(element, limits, whole);
    snprintf(one, sizeof one, "%.*s", (int)sizeof one - 1, whole);
    if (limits->count)
        snprintf(text, EXPECTS_MAX, "an array of %d, each %s", limits->count, one);
    else
        snprintf(text, EXPECTS_MAX, "an array, each element %s", one);
}

void option_expects(enum option_kind kind, const struct option_limits *limits,
                    char text[EXPECTS_MAX])
{
    switch (kind) {
    case OPTION_boolean: snprintf(text, EXPECTS_MAX, "true or false"); break;
    case OPTION_integer:
        snprintf(text, EXPECTS_MAX, "a whole number from %.0f to %.0f", limits->least,
                 limits->most);
        break;
    case OPTION_real:
        snprintf(text, EXPECTS_MAX, "a number from %.10g to %.10g", limits->least, limits->most);
        break;
    case OPTION_window:
        snprintf(text, EXPECTS_MAX, "a whole number from %.0f to %.0f, or \"%s\"", limits->least,
                 limits->most, limits->choices);
        break;
    case OPTION_text:
        if (limits->least > 0)
            snprintf(text, EXPECTS_MAX, "text of %.0f to %.0f bytes", limits->least, limits->most);
        else
            snprintf(text, EXPECTS_MAX, "text of at most %.0f bytes", limits->most);
        break;
    case OPTION_choice: expects_choice(limits->choices, text); break;
    case OPTION_duration:
        expects_amount("a duration (ms, s, min, h, d)", duration_format, limits, text);
        break;
    case OPTION_size: expects_amount("a size (B, KiB, MiB, GiB)", size_format, limits, text); break;
    case OPTION_texts: expects_array(OPTION_text, limits, text); break;
    case OPTION_durations: expects_array(OPTION_duration, limits, text); break;
    case OPTION_reals: expects_array(OPTION_real, limits, text); break;
    case OPTION_integers: expects_array(OPTION_integer, limits, text); break;
    case OPTION_rates:
        snprintf(text, EXPECTS_MAX,
                 "a list of groups { code = \"USD\"; rate = \"7.1234\"; }, at most %.0f",
                 limits->most);
        break;
    case OPTION_types:
        snprintf(text, EXPECTS_MAX,
                 "a list of groups { type = \"...\"; contact; points; marks }, at most %.0f",
                 limits->most);
        break;
    case OPTION_checklists:
        snprintf(text, EXPECTS_MAX,
                 "a list of groups { name = \"...\"; items = [\"...\"]; }, at most %.0f",
                 limits->most);
        break;
    case OPTION_stages:
        snprintf(text, EXPECTS_MAX, "a group { stranger = [\"list.item\", \"list\"]; established; "
                                    "evaluating; growing; mature }");
        break;
    case OPTION_breakpoints:
        snprintf(text, EXPECTS_MAX, "a group { recency = [30, 90, 180, 365]; frequency = [..]; "
                                    "monetary = [\"500\", ..]; }");
        break;
    case OPTION_segments:
        snprintf(text, EXPECTS_MAX,
                 "a list of groups { name = \"...\"; r = [4, 5]; f = [4, 5]; m = [4, 5]; }, at most %.0f", limits->most);
        break;
    }
}

// -------------------------------------------------------------------------------------------------- advice

void advise_option(const struct option_group *group, const char *unknown, char advice[ADVICE_MAX])
{
    for (const struct option_group *other = option_groups;
         other < option_groups + OPTION_GROUP_COUNT; other++) {
        if (other == group || !option_find(other, unknown))
            continue;
        if (*other->name)
            snprintf(advice, ADVICE_MAX, " (it belongs into the group \"%s\")", other->name);
        else
            snprintf(advice, ADVICE_MAX, " (it belongs outside of groups)");
        return;
    }
    const char *names[CONFIG_OPTIONS + OPTION_GROUP_COUNT + 1];
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++)
        names[count++] = group->options[i].name;
    for (size_t i = 0; i < OPTION_GROUP_COUNT && !*group->name; i++)
        if (*option_groups[i].name)
            names[count++] = option_groups[i].name;
    names[count] = NULL;
    advise_name(unknown, names, advice);
}
