// Lists of groups: rates, event types, checklists, segments; and groups: stages, breakpoints.
#include "config_internal.h"

#include <libconfig.h>
#include <string.h>

// A member of the groups of a list.
struct field {
    const char *name;
    enum option_kind kind;
    struct option_limits limits;
    bool required;
};

enum { NAMES_MAX = 8 };

// Every member of a group must be one of its fields, and the required ones must be there.
static bool check_members(struct config_reader *reader, const struct config_setting_t *group,
                          const struct field *fields, size_t field_count)
{
    bool done = true;
    const char *names[NAMES_MAX + 1] = {NULL};
    for (size_t i = 0; i < field_count; i++) {
        names[i] = fields[i].name;
        if (fields[i].required && !config_setting_get_member(group, fields[i].name)) {
            config_problem(reader->problems, config_source_of(reader, group), reader->option,
                           "has no \"%s\", which every such group needs", fields[i].name);
            done = false;
        }
    }
    for (int i = 0; i < config_setting_length(group); i++) {
        const struct config_setting_t *member = config_setting_get_elem(group, (unsigned)i);
        bool known = false;
        for (size_t k = 0; k < field_count && !known; k++)
            known = strcmp(fields[k].name, config_setting_name(member)) == 0;
        if (known)
            continue;
        char advice[ADVICE_MAX];
        advise_name(config_setting_name(member), names, advice);
        config_problem(reader->problems, config_source_of(reader, member), reader->option,
                       "unknown member \"%.60s\"%s", config_setting_name(member), advice);
        done = false;
    }
    return done;
}

// Reads one member if it is there. False when it is wrong.
static bool read_field(struct config_reader *reader, const struct config_setting_t *group,
                       const struct field *field, void *member)
{
    const struct config_setting_t *setting = config_setting_get_member(group, field->name);
    if (!setting)
        return true;
    size_t prefix = strlen(reader->option);
    snprintf(reader->option + prefix, sizeof reader->option - prefix, ".%s", field->name);
    bool done = config_read_value(reader, setting, field->kind, &field->limits, member);
    reader->option[prefix] = '\0';
    return done;
}

// Goes through a list of groups: each is checked against the fields and given to `read`, with the item it
// fills.
typedef bool read_group(struct config_reader *reader, const struct config_setting_t *group,
                        void *item);

struct list_shape {
    enum option_kind kind;
    const struct field *fields;
    size_t field_count;
    size_t item_size;
    read_group *read;
};

static bool read_list(struct config_reader *reader, const struct config_setting_t *setting,
                      const struct option_limits *limits, const struct list_shape *shape,
                      void **items, size_t *count)
{
    size_t length = config_setting_is_list(setting) || config_setting_is_array(setting)
                        ? (size_t)config_setting_length(setting)
                        : SIZE_MAX;
    if (length > (size_t)limits->most) {
        char expects[EXPECTS_MAX];
        option_expects(shape->kind, limits, expects);
        config_problem(reader->problems, config_source_of(reader, setting), reader->option,
                       "expected %s", expects);
        return false;
    }
    char *kept = config_keep(reader->config, reader->problems, length * shape->item_size);
    if (!kept)
        return false;
    bool done = true;
    size_t prefix = strlen(reader->option);
    for (size_t i = 0; i < length; i++) {
        const struct config_setting_t *group = config_setting_get_elem(setting, (unsigned)i);
        snprintf(reader->option + prefix, sizeof reader->option - prefix, "[%zu]", i);
        if (!config_setting_is_group(group)) {
            config_problem(reader->problems, config_source_of(reader, group), reader->option,
                           "is %s: expected a group { }", config_setting_what(group));
            done = false;
            continue;
        }
        done = check_members(reader, group, shape->fields, shape->field_count) && done;
        done = shape->read(reader, group, kept + i * shape->item_size) && done;
    }
    reader->option[prefix] = '\0';
    if (done) {
        *items = kept;
        *count = length;
    }
    return done;
}

// -------------------------------------------------------------------------------------------------- rates

enum { RATE_CODE, RATE_RATE, RATE_FIELDS };
static const struct field rate_fields[RATE_FIELDS] = {
    [RATE_CODE] = {"code", OPTION_text, {.least = 3, .most = 3}, true},
    [RATE_RATE] = {"rate", OPTION_text, {.least = 1, .most = 20}, true},
};

static bool read_rate(struct config_reader *reader, const struct config_setting_t *group,
                      void *item)
{
    struct config_rate *rate = item;
    rate->where = config_source_of(reader, group);
    bool done = read_field(reader, group, &rate_fields[RATE_CODE], &rate->code);
    return read_field(reader, group, &rate_fields[RATE_RATE], &rate->rate) && done;
}

bool config_read_rates(struct config_reader *reader, const struct config_setting_t *setting,
                       const struct option_limits *limits, struct config_rates *rates)
{
    const struct list_shape shape = {OPTION_rates, rate_fields, RATE_FIELDS, sizeof *rates->items,
                                     read_rate};
    return read_list(reader, setting, limits, &shape, (void **)&rates->items, &rates->count);
}

// -------------------------------------------------------------------------------------------------- types

enum { TYPE_TYPE, TYPE_CONTACT, TYPE_POINTS, TYPE_MARKS, TYPE_FIELDS };
static const struct field type_fields[TYPE_FIELDS] = {
    [TYPE_TYPE] = {"type", OPTION_text, {.least = 1, .most = 63}, true},
    [TYPE_CONTACT] = {"contact",
                      OPTION_choice,
                      {.choices = "none|by_direction|inbound|outbound|both"},
                      false},
    [TYPE_POINTS] = {"points", OPTION_real, {.least = -1000, .most = 1000}, false},
    [TYPE_MARKS] = {"marks", OPTION_texts, {.least = 3, .most = 64}, false},
};

// One number, or one for each variant of the event (sentiments, sides).
static bool read_points(struct config_reader *reader, const struct config_setting_t *group,
                        struct config_type *type)
{
    const struct field *field = &type_fields[TYPE_POINTS];
    const struct config_setting_t *setting = config_setting_get_member(group, field->name);
    if (setting && config_setting_is_number(setting)) {
        type->points_count = 1;
        return read_field(reader, group, field, &type->points[0]);
    }
    struct field array = *field;
    array.kind = OPTION_reals;
    struct config_reals reals = {NULL, 0};
    if (!read_field(reader, group, &array, &reals))
        return false;
    const size_t most = sizeof type->points / sizeof *type->points;
    if (setting && (reals.count == 0 || reals.count > most)) {
        config_problem(reader->problems, config_source_of(reader, setting), reader->option,
                       "has %zu points: expected 1 to %zu", reals.count, most);
        return false;
    }
    type->points_count = reals.count;
    for (size_t i = 0; i < reals.count; i++)
        type->points[i] = reals.items[i];
    return true;
}

static bool read_type(struct config_reader *reader, const struct config_setting_t *group,
                      void *item)
{
    struct config_type *type = item;
    type->where = config_source_of(reader, group);
    type->contact = -1;
    type->has_marks = config_setting_get_member(group, "marks") != NULL;
    bool done = read_field(reader, group, &type_fields[TYPE_TYPE], &type->type);
    done = read_field(reader, group, &type_fields[TYPE_CONTACT], &type->contact) && done;
    done = read_field(reader, group, &type_fields[TYPE_MARKS], &type->marks) && done;
    return read_points(reader, group, type) && done;
}

bool config_read_types(struct config_reader *reader, const struct config_setting_t *setting,
                       const struct option_limits *limits, struct config_types *types)
{
    const struct list_shape shape = {OPTION_types, type_fields, TYPE_FIELDS, sizeof *types->items,
                                     read_type};
    return read_list(reader, setting, limits, &shape, (void **)&types->items, &types->count);
}

// --------------------------------------------------------------------------------------------- checklists

enum { CHECKLIST_NAME, CHECKLIST_ITEMS, CHECKLIST_FIELDS };
static const struct field checklist_fields[CHECKLIST_FIELDS] = {
    [CHECKLIST_NAME] = {"name", OPTION_text, {.least = 1, .most = 31}, true},
    [CHECKLIST_ITEMS] = {"items", OPTION_texts, {.least = 1, .most = 31}, true},
};

static bool read_checklist(struct config_reader *reader, const struct config_setting_t *group,
                           void *item)
{
    struct config_checklist *checklist = item;
    checklist->where = config_source_of(reader, group);
    bool done = read_field(reader, group, &checklist_fields[CHECKLIST_NAME], &checklist->name);
    return read_field(reader, group, &checklist_fields[CHECKLIST_ITEMS], &checklist->items) && done;
}

bool config_read_checklists(struct config_reader *reader, const struct config_setting_t *setting,
                            const struct option_limits *limits,
                            struct config_checklists *checklists)
{
    const struct list_shape shape = {OPTION_checklists, checklist_fields, CHECKLIST_FIELDS,
                                     sizeof *checklists->items, read_checklist};
    return read_list(reader, setting, limits, &shape, (void **)&checklists->items,
                     &checklists->count);
}

// ---------------------------------------------------------------------------------------------- segments

enum { SEGMENT_NAME, SEGMENT_R, SEGMENT_F, SEGMENT_M, SEGMENT_FIELDS };
static const struct field segment_fields[SEGMENT_FIELDS] = {
    [SEGMENT_NAME] = {"name", OPTION_text, {.least = 1, .most = 63}, true},
    [SEGMENT_R] = {"r", OPTION_integers, {.least = 1, .most = 5, .count = 2}, true},
    [SEGMENT_F] = {"f", OPTION_integers, {.least = 1, .most = 5, .count = 2}, true},
    [SEGMENT_M] = {"m", OPTION_integers, {.least = 1, .most = 5, .count = 2}, true},
};

static bool read_segment(struct config_reader *reader, const struct config_setting_t *group,
                         void *item)
{
    struct config_segment *segment = item;
    segment->where = config_source_of(reader, group);
    bool done = read_field(reader, group, &segment_fields[SEGMENT_NAME], &segment->name);
    for (int i = SEGMENT_R; i <= SEGMENT_M; i++)
        done = read_field(reader, group, &segment_fields[i], &segment->scores[i - SEGMENT_R]) && done;
    return done;
}

bool config_read_segments(struct config_reader *reader, const struct config_setting_t *setting,
                          const struct option_limits *limits, struct config_segments *segments)
{
    const struct list_shape shape = {OPTION_segments, segment_fields, SEGMENT_FIELDS,
                                     sizeof *segments->items, read_segment};
    return read_list(reader, setting, limits, &shape, (void **)&segments->items, &segments->count);
}

// ------------------------------------------------------------------------------------------------- groups

static bool check_group(struct config_reader *reader, const struct config_setting_t *setting,
                        enum option_kind kind, const struct option_limits *limits)
{
    if (config_setting_is_group(setting))
        return true;
    char expects[EXPECTS_MAX];
    option_expects(kind, limits, expects);
    config_problem(reader->problems, config_source_of(reader, setting), reader->option,
                   "is %s: expected %s", config_setting_what(setting), expects);
    return false;
}

bool config_read_breakpoints(struct config_reader *reader, const struct config_setting_t *setting,
                             const struct option_limits *limits, struct config_breakpoints *breakpoints)
{
    enum { FIELDS = 3 };
    if (!check_group(reader, setting, OPTION_breakpoints, limits))
        return false;
    struct config_breakpoints read = {.given = config_setting_length(setting) > 0}; // all or none
    const struct field fields[FIELDS] = {
        {"recency", OPTION_integers, *limits, read.given},
        {"frequency", OPTION_integers, *limits, read.given},
        {"monetary", OPTION_texts, {.least = 1, .most = 32, .count = limits->count}, read.given},
    };
    void *const members[FIELDS] = {&read.recency, &read.frequency, &read.monetary};
    bool done = check_members(reader, setting, fields, FIELDS);
    for (int i = 0; i < FIELDS; i++)
        done = read_field(reader, setting, &fields[i], members[i]) && done;
    if (done)
        *breakpoints = read;
    return done;
}

bool config_read_stages(struct config_reader *reader, const struct config_setting_t *setting,
                        const struct option_limits *limits, struct config_stages *stages)
{
    static const char *const names[CONFIG_STAGES] = {"stranger", "established", "evaluating",
                                                     "growing", "mature"};
    if (!check_group(reader, setting, OPTION_stages, limits))
        return false;
    struct field fields[CONFIG_STAGES];
    for (size_t i = 0; i < CONFIG_STAGES; i++)
        fields[i] = (struct field){names[i], OPTION_texts, *limits, false};
    bool done = check_members(reader, setting, fields, CONFIG_STAGES);
    for (size_t i = 0; i < CONFIG_STAGES; i++) {
        const struct config_setting_t *given = config_setting_get_member(setting, names[i]);
        struct config_stage stage = {.given = !reader->defaults};
        if (!given)
            continue;
        stage.where = config_source_of(reader, given);
        if (read_field(reader, setting, &fields[i], &stage.items))
            stages->items[i] = stage;
        else
            done = false;
    }
    return done;
}
