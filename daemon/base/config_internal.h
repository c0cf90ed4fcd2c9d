// What the files of the configuration share.
#ifndef GUANXI_BASE_CONFIG_INTERNAL_H
#define GUANXI_BASE_CONFIG_INTERNAL_H

#include "base/advice.h"
#include "base/config.h"

struct config_setting_t; // of libconfig

enum option_kind {
#define X(kind) OPTION_##kind,
    OPTION_KINDS(X)
#undef X
};

struct option {
    const char *name;
    enum option_kind kind;
    size_t offset; // in the struct of its group
    const char *default_text;
    struct option_limits limits;
    const char *help;
};

struct option_group {
    const char *name; // "" for the file itself
    size_t offset;    // in struct config
    size_t count;
    const struct option *options;
};

enum {
#define S(...) +1
    OPTION_GROUP_COUNT = 0 OPTION_GROUPS(S)
#undef S
};
extern const struct option_group option_groups[OPTION_GROUP_COUNT];

const struct option_group *option_group_find(const char *name);
const struct option *option_find(const struct option_group *group, const char *name);
// The place of an option among all: its index in config->where.
size_t option_index(const struct option_group *group, const struct option *option);

// "whole number from 1 to 64": what an option (or an element of an array) expects.
enum { EXPECTS_MAX = 256 };
void option_expects(enum option_kind kind, const struct option_limits *limits,
                    char text[EXPECTS_MAX]);

// Advice for an unknown option of a group, which may belong into another.
void advise_option(const struct option_group *group, const char *unknown, char advice[ADVICE_MAX]);

// Memory of a configuration; NULL when memory is out, which is noted in `problems`.
void *config_keep(struct config *config, struct config_problems *problems, size_t size);
const char *config_keep_text(struct config *config, struct config_problems *problems,
                             const char *text);

// A value on its way from a setting into struct config.
struct config_reader {
    struct config *config;
    struct config_problems *problems;
    const char *file;      // where settings come from that know no file themselves
    const char *directory; // that included files are relative to; NULL: not from a file
    char option[160];      // "model.types[3].points"
    bool defaults;         // what is read are defaults
};

// Reads a setting into `member`, whose type follows from `kind`; what is wrong becomes a problem.
// Whether the member was set.
bool config_read_value(struct config_reader *reader, const struct config_setting_t *setting,
                       enum option_kind kind, const struct option_limits *limits, void *member);
bool config_read_rates(struct config_reader *reader, const struct config_setting_t *setting,
                       const struct option_limits *limits, struct config_rates *rates);
bool config_read_types(struct config_reader *reader, const struct config_setting_t *setting,
                       const struct option_limits *limits, struct config_types *types);
bool config_read_checklists(struct config_reader *reader, const struct config_setting_t *setting,
                            const struct option_limits *limits,
                            struct config_checklists *checklists);
bool config_read_stages(struct config_reader *reader, const struct config_setting_t *setting,
                        const struct option_limits *limits, struct config_stages *stages);
bool config_read_breakpoints(struct config_reader *reader, const struct config_setting_t *setting,
                             const struct option_limits *limits, struct config_breakpoints *breakpoints);
bool config_read_segments(struct config_reader *reader, const struct config_setting_t *setting,
                          const struct option_limits *limits, struct config_segments *segments);
// Reads an option from its value in the syntax of the file.
void config_read_text(struct config_reader *reader, const struct option_group *group,
                      const struct option *option, const char *value);
// Reads "group.option=value" from the command line.
void config_override(struct config *config, struct config_problems *problems, const char *setting);
// Where a setting stands, and what libconfig calls a file and line.
struct config_source config_source_at(struct config_reader *reader, const char *file, int line);
struct config_source config_source_of(struct config_reader *reader,
                                      const struct config_setting_t *setting);
// Tells settings apart by what they hold.
enum { CONFIG_DEPTH = 8 };
uint64_t config_digest(const struct config_setting_t *setting);
// "text", "a list ( )", ...: what a setting is.
const char *config_setting_what(const struct config_setting_t *setting);

// Looks at the text of a file and of the files it includes for what libconfig would not tell: integers
// that wrap, included files that cannot be read. Whether parsing makes sense.
bool config_scan(const char *file, const char *directory, struct config_problems *problems);
// The same of a value from elsewhere, which includes nothing.
void config_scan_text(const char *text, struct config_source where, const char *option,
                      struct config_problems *problems);

// Fills config->files with the file and its drop-ins.
void config_list_files(struct config *config, struct config_problems *problems, const char *file);

// Reads kafka.properties_file, or the credential in its place, into config->kafka_file_properties.
void config_read_secret_properties(struct config *config, struct config_problems *problems);

// Conditions between options.
void config_check(const struct config *config, struct config_problems *problems);

// Amounts with a unit: 0, or -1 when the text is none (or does not fit); durations see base/config.h.
int size_parse(const char *text, int64_t *bytes);
enum { AMOUNT_MAX = 48 };
void duration_format(int64_t microseconds,
                     char text[AMOUNT_MAX]); // in the largest unit that divides it
void size_format(int64_t bytes, char text[AMOUNT_MAX]);

#endif
