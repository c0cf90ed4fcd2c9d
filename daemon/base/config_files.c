// The files that a configuration is read from: the one named, then what lies beside it in conf.d.
#include "config_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char folder[] = "conf.d", suffix[] = ".conf";

static int is_drop_in(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return *entry->d_name != '.' && length >= sizeof suffix &&
           strcmp(entry->d_name + length - (sizeof suffix - 1), suffix) == 0;
}

// By their bytes, whatever the locale.
static int compare_names(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

// Takes the entries that scandir found.
static void keep_drop_ins(struct config *config, struct config_problems *problems, const char *directory,
                          struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        if (asprintf(&path, "%s/%s", directory, entries[i]->d_name) < 0) {
            path = NULL;
            problems->out_of_memory = true;
        }
        const char *kept = path ? config_keep_text(config, problems, path) : NULL;
        if (kept)
            config->files.items[config->files.count++] = kept;
        free(path);
        free(entries[i]);
    }
    free(entries);
}

void config_list_files(struct config *config, struct config_problems *problems, const char *file)
{
    const char *slash = strrchr(file, '/');
    char *directory;
    if (asprintf(&directory, "%.*s%s", slash ? (int)(slash - file) + 1 : 0, file, folder) < 0) {
        problems->out_of_memory = true;
        return;
    }
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_drop_in, compare_names);
    if (count < 0 && errno == ENOMEM)
        problems->out_of_memory = true;
    else if (count < 0 && errno != ENOENT)
        config_problem(problems, (struct config_source){config_keep_text(config, problems, directory), 0}, "",
                       "cannot be listed (%s): expected a directory of files NAME.conf, or none", strerror(errno));
    size_t most = 1 + (count > 0 ? (size_t)count : 0);
    config->files.items = config_keep(config, problems, most * sizeof *config->files.items);
    if (config->files.items) {
        config->files.items[config->files.count++] = file;
        keep_drop_ins(config, problems, directory, entries, count);
    } else {
        while (count > 0)
            free(entries[--count]);
        free(entries);
    }
    free(directory);
}
