// Loading: defaults, the files, the command line, then the conditions between options.
#include "config_internal.h"

#include "base/status.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct config_source config_where(const struct config *config, const char *group,
                                  const char *option)
{
    const struct option_group *found = option_group_find(group);
    const struct option *row = found ? option_find(found, option) : NULL;
    return row ? config->where[option_index(found, row)] : (struct config_source){NULL, 0};
}

// ---------------------------------------------------------------------------------------------- the tree

#define DIGEST_PRIME UINT64_C(1099511628211)

static void name_option(struct config_reader *reader, const struct option_group *group,
                        const char *name)
{
    snprintf(reader->option, sizeof reader->option, "%s%s%.100s", group->name,
             *group->name ? "." : "", name);
}

static void read_option(struct config_reader *reader, const struct option_group *group,
                        const struct option *option, const struct config_setting_t *setting)
{
    void *member = (char *)reader->config + group->offset + option->offset;
    if (!config_read_value(reader, setting, option->kind, &option->limits, member))
        return;
    reader->config->where[option_index(group, option)] = config_source_of(reader, setting);
    uint64_t *digest = &reader->config->digests[option_index(group, option)], written = config_digest(setting);
    bool adds = option->kind == OPTION_stages && *digest != written; // to what was written before
    *digest = adds ? *digest * DIGEST_PRIME ^ written : written;
}

static void read_group(struct config_reader *reader, const struct option_group *group,
                       const struct config_setting_t *settings)
{
    for (int i = 0; i < config_setting_length(settings); i++) {
        const struct config_setting_t *setting = config_setting_get_elem(settings, (unsigned)i);
        const char *name = config_setting_name(setting);
        const struct option_group *inner = *group->name ? NULL : option_group_find(name);
        const struct option *option = option_find(group, name);
        name_option(reader, group, name);
        if (inner && config_setting_is_group(setting)) {
            read_group(reader, inner, setting);
        } else if (inner) {
            config_problem(reader->problems, config_source_of(reader, setting), reader->option,
                           "is %s: expected a group { }", config_setting_what(setting));
        } else if (option) {
            read_option(reader, group, option, setting);
        } else {
            char advice[ADVICE_MAX];
            advise_option(group, name, advice);
            config_problem(reader->problems, config_source_of(reader, setting), reader->option,
                           "unknown option%s", advice);
        }
    }
}

// ---------------------------------------------------------------------------------------------- sources

void config_read_text(struct config_reader *reader, const struct option_group *group,
                      const struct option *option, const char *value)
{
    char *text;
    if (asprintf(&text, "%s = %s;", option->name, value) < 0) {
        reader->problems->out_of_memory = true;
        return;
    }
    struct config_t tree;
    config_init(&tree);
    name_option(reader, group, option->name);
    config_scan_text(text, (struct config_source){reader->file, 0}, reader->option,
                     reader->problems);
    if (config_read_string(&tree, text) == CONFIG_TRUE &&
        config_setting_length(config_root_setting(&tree)) == 1) {
        read_option(reader, group, option, config_setting_get_elem(config_root_setting(&tree), 0));
    } else {
        char expects[EXPECTS_MAX];
        option_expects(option->kind, &option->limits, expects);
        config_problem(reader->problems, (struct config_source){reader->file, 0}, reader->option,
                       "cannot be read: expected %s", expects);
    }
    config_destroy(&tree);
    free(text);
}

// The defaults go the way of the file, so that the sample, the parser and the defaults cannot disagree.
static void load_defaults(struct config *config, struct config_problems *problems, const char *file)
{
    struct config_reader reader = {
        .config = config, .problems = problems, .file = file, .defaults = true};
    for (size_t g = 0; g < OPTION_GROUP_COUNT; g++)
        for (size_t i = 0; i < option_groups[g].count; i++)
            config_read_text(&reader, &option_groups[g], &option_groups[g].options[i],
                             option_groups[g].options[i].default_text);
}

// The directory of a file, "." without one; to be freed.
static char *directory_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    if (!slash)
        return strdup(".");
    return strndup(file, slash == file ? 1 : (size_t)(slash - file));
}

// What is to stand where the library finds no sense.
static const char written[] = ", here or in the line before: expected \"name = value;\", and for what is called group.name "
                              "on the command line \"group = { name = value; };\"";

static void load_file(struct config *config, struct config_problems *problems, const char *file)
{
    char *directory = directory_of(file);
    if (!directory) {
        problems->out_of_memory = true;
        return;
    }
    struct config_t tree;
    config_init(&tree);
    config_set_include_dir(&tree, directory);
    struct config_reader reader = {
        .config = config, .problems = problems, .file = file, .directory = directory};
    if (!config_scan(file, directory, problems)) {
        // told already
    } else if (config_read_file(&tree, file) == CONFIG_TRUE) {
        read_group(&reader, option_group_find(""), config_root_setting(&tree));
    } else {
        struct config_source where =
            config_source_at(&reader, config_error_file(&tree), config_error_line(&tree));
        const char *text = config_error_text(&tree);
        config_problem(problems, where, "", "%s%s", text, strcmp(text, "syntax error") == 0 ? written : "");
    }
    config_destroy(&tree);
    free(directory);
}

// The host name and the process make a name that no other living instance has.
static void name_instance(struct config *config, struct config_problems *problems)
{
    char host[65] = "", name[96];
    if (*config->daemon.instance || gethostname(host, sizeof host - 1) != 0)
        return;
    snprintf(name, sizeof name, "%s-%ld", host, (long)getpid());
    const char *kept = config_keep_text(config, problems, name);
    if (kept)
        config->daemon.instance = kept;
}

int config_load(struct config *config, const char *file, const char *const *settings,
                size_t setting_count, struct config_problems *problems)
{
    *config = (struct config){0};
    if (file)
        file = config_keep_text(config, problems, file);
    load_defaults(config, problems, file);
    if (file && !problems->out_of_memory)
        config_list_files(config, problems, file);
    for (size_t i = 0; i < config->files.count && !problems->out_of_memory; i++)
        load_file(config, problems, config->files.items[i]);
    for (size_t i = 0; i < setting_count && !problems->out_of_memory; i++)
        config_override(config, problems, settings[i]);
    if (!problems->out_of_memory) {
        name_instance(config, problems);
        config_read_secret_properties(config, problems);
        config_check(config, problems);
    }
    return problems->out_of_memory ? fault(STATUS_NOMEM, "out of memory reading the configuration")
                                   : 0;
}
