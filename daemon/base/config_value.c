// Settings of libconfig to values.
#include "config_internal.h"

#include <libconfig.h>
#include <limits.h>
#include <math.h>
#include <string.h>

const char *config_setting_what(const struct config_setting_t *setting)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64: return "a whole number";
    case CONFIG_TYPE_FLOAT: return "a number";
    case CONFIG_TYPE_STRING: return "text";
    case CONFIG_TYPE_BOOL: return "a boolean";
    case CONFIG_TYPE_GROUP: return "a group { }";
    case CONFIG_TYPE_ARRAY: return "an array [ ]";
    default: return "a list ( )";
    }
}

struct config_source config_source_at(struct config_reader *reader, const char *file, int line)
{
    if (!reader->directory || !file || strcmp(file, reader->file) == 0)
        return (struct config_source){reader->file, reader->directory ? line : 0};
    // libconfig 1.5 names included files as they were written, 1.7 as they were opened.
    size_t length = strlen(reader->directory);
    bool opened =
        *file == '/' || (strncmp(file, reader->directory, length) == 0 && file[length] == '/');
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s%s", opened ? "" : reader->directory, opened ? "" : "/", file);
    return (struct config_source){config_keep_text(reader->config, reader->problems, path), line};
}

struct config_source config_source_of(struct config_reader *reader,
                                      const struct config_setting_t *setting)
{
    return config_source_at(reader, config_setting_source_file(setting),
                            (int)config_setting_source_line(setting));
}

// Says that a setting is not what its option expects; `advice` completes the sentence.
static bool refuse(struct config_reader *reader, const struct config_setting_t *setting,
                   enum option_kind kind, const struct option_limits *limits, const char *advice)
{
    char expects[EXPECTS_MAX];
    option_expects(kind, limits, expects);
    struct config_source where = config_source_of(reader, setting);
    const char *text = config_setting_get_string(setting);
    if (text && kind == OPTION_text) // which may hold a secret: it is not quoted
        config_problem(reader->problems, where, reader->option, "has %zu bytes: expected %s",
                       strlen(text), expects);
    else if (text)
        config_problem(reader->problems, where, reader->option,
                       "\"%.60s\" does not fit: expected %s%s", text, expects, advice);
    else if (config_setting_is_number(setting))
        config_problem(reader->problems, where, reader->option, "%.10g does not fit: expected %s%s",
                       config_setting_type(setting) == CONFIG_TYPE_FLOAT
                           ? config_setting_get_float(setting)
                           : (double)config_setting_get_int64(setting),
                       expects, advice);
    else if (config_setting_is_array(setting) || config_setting_is_list(setting))
        config_problem(reader->problems, where, reader->option, "has %d elements: expected %s",
                       config_setting_length(setting), expects);
    else
        config_problem(reader->problems, where, reader->option, "is %s: expected %s%s",
                       config_setting_what(setting), expects, advice);
    return false;
}

static bool within(double value, const struct option_limits *limits)
{
    return isfinite(value) && value >= limits->least && value <= limits->most;
}

static bool is_whole(const struct config_setting_t *setting)
{
    return config_setting_type(setting) == CONFIG_TYPE_INT ||
           config_setting_type(setting) == CONFIG_TYPE_INT64;
}

static bool read_whole(const struct config_setting_t *setting, const struct option_limits *limits,
                       int64_t *value)
{
    if (!is_whole(setting))
        return false;
    long long number = config_setting_get_int64(setting);
    if (!within((double)number, limits))
        return false;
    *value = number;
    return true;
}

static bool read_real(const struct config_setting_t *setting, const struct option_limits *limits,
                      double *value)
{
    if (!config_setting_is_number(setting))
        return false;
    double number = is_whole(setting) ? (double)config_setting_get_int64(setting)
                                      : config_setting_get_float(setting);
    if (!within(number, limits))
        return false;
    *value = number;
    return true;
}

static bool read_amount(const struct config_setting_t *setting,
                        int (*parse)(const char *, int64_t *), const struct option_limits *limits,
                        int64_t *value)
{
    const char *text = config_setting_get_string(setting);
    int64_t amount;
    if (!text || parse(text, &amount) || !within((double)amount, limits))
        return false;
    *value = amount;
    return true;
}

// The index of a word among choices "a|b|c", or -1.
static int choice_index(const char *choices, const char *word)
{
    size_t length = strlen(word);
    for (int index = 0;; index++) {
        size_t size = strcspn(choices, "|");
        if (size == length && memcmp(choices, word, length) == 0)
            return index;
        if (!choices[size])
            return -1;
        choices += size + 1;
    }
}

static bool read_text(struct config_reader *reader, const struct config_setting_t *setting,
                      const struct option_limits *limits, const char **value)
{
    const char *text = config_setting_get_string(setting);
    if (!text || !within((double)strlen(text), limits))
        return false;
    const char *kept = config_keep_text(reader->config, reader->problems, text);
    if (kept)
        *value = kept;
    return true;
}

// Advice for an amount without a unit.
static const char *amount_advice(const struct config_setting_t *setting, const char *advice)
{
    const char *text = config_setting_get_string(setting);
    bool bare = text ? *text && text[strspn(text, "0123456789")] == '\0'
                     : config_setting_is_number(setting);
    return bare ? advice : "";
}

static bool read_scalar(struct config_reader *reader, const struct config_setting_t *setting,
                        enum option_kind kind, const struct option_limits *limits, void *member)
{
    const char *word = config_setting_get_string(setting);
    const char *advice = "";
    bool done = false;
    switch (kind) {
    case OPTION_boolean:
        if ((done = config_setting_type(setting) == CONFIG_TYPE_BOOL))
            *(bool *)member = config_setting_get_bool(setting);
        break;
    case OPTION_integer: done = read_whole(setting, limits, member); break;
    case OPTION_window:
        if ((done = word && strcmp(word, limits->choices) == 0))
            *(int64_t *)member = 0;
        else
            done = read_whole(setting, limits, member);
        break;
    case OPTION_real: done = read_real(setting, limits, member); break;
    case OPTION_text: done = read_text(reader, setting, limits, member); break;
    case OPTION_choice:
        if ((done = word && choice_index(limits->choices, word) >= 0))
            *(int *)member = choice_index(limits->choices, word);
        break;
    case OPTION_duration:
        done = read_amount(setting, duration_parse, limits, member);
        advice = amount_advice(setting, "; write it with its unit, as in \"45 s\"");
        break;
    default: // OPTION_size; arrays and lists do not come here
        done = read_amount(setting, size_parse, limits, member);
        advice = amount_advice(setting, "; write it with its unit, as in \"256 MiB\"");
    }
    return done || refuse(reader, setting, kind, limits, advice);
}

// Reads the elements of an array (or of a list, which may mix whole and other numbers).
static bool read_array(struct config_reader *reader, const struct config_setting_t *setting,
                       enum option_kind kind, enum option_kind element, size_t element_size,
                       const struct option_limits *limits, void **items, size_t *count)
{
    bool is_array = config_setting_is_array(setting) || config_setting_is_list(setting);
    size_t length = is_array ? (size_t)config_setting_length(setting) : 0;
    if (!is_array || (limits->count && length != (size_t)limits->count))
        return refuse(reader, setting, kind, limits, "");
    char *kept = config_keep(reader->config, reader->problems, length * element_size);
    if (!kept)
        return false;
    bool done = true;
    size_t prefix = strlen(reader->option);
    for (size_t i = 0; i < length; i++) {
        snprintf(reader->option + prefix, sizeof reader->option - prefix, "[%zu]", i);
        const struct config_setting_t *one = config_setting_get_elem(setting, (unsigned)i);
        done = read_scalar(reader, one, element, limits, kept + i * element_size) && done;
    }
    reader->option[prefix] = '\0';
    if (done) {
        *items = kept;
        *count = length;
    }
    return done;
}

bool config_read_value(struct config_reader *reader, const struct config_setting_t *setting,
                       enum option_kind kind, const struct option_limits *limits, void *member)
{
    switch (kind) {
    case OPTION_texts: {
        struct config_texts *texts = member;
        return read_array(reader, setting, kind, OPTION_text, sizeof *texts->items, limits,
                          (void **)&texts->items, &texts->count);
    }
    case OPTION_durations: {
        struct config_durations *durations = member;
        return read_array(reader, setting, kind, OPTION_duration, sizeof *durations->items, limits,
                          (void **)&durations->items, &durations->count);
    }
    case OPTION_reals: {
        struct config_reals *reals = member;
        return read_array(reader, setting, kind, OPTION_real, sizeof *reals->items, limits,
                          (void **)&reals->items, &reals->count);
    }
    case OPTION_integers: {
        struct config_integers *integers = member;
        return read_array(reader, setting, kind, OPTION_integer, sizeof *integers->items, limits,
                          (void **)&integers->items, &integers->count);
    }
    case OPTION_rates: return config_read_rates(reader, setting, limits, member);
    case OPTION_types: return config_read_types(reader, setting, limits, member);
    case OPTION_checklists: return config_read_checklists(reader, setting, limits, member);
    case OPTION_stages: return config_read_stages(reader, setting, limits, member);
    case OPTION_breakpoints: return config_read_breakpoints(reader, setting, limits, member);
    case OPTION_segments: return config_read_segments(reader, setting, limits, member);
    default: return read_scalar(reader, setting, kind, limits, member);
    }
}
