// What differs between two configurations: of each option, what was written for it, not how it is kept.
#include <libconfig.h>
#include <string.h>

#include "config_internal.h"

#define FNV_BASIS UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static void add_bytes(uint64_t *digest, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        *digest = (*digest ^ bytes[i]) * FNV_PRIME;
}

static void add_text(uint64_t *digest, const char *text)
{
    add_bytes(digest, text ? text : "", text ? strlen(text) + 1 : 0);
}

// Elements in their order, after those before them at the same depth; recursion would have no bound.
uint64_t config_digest(const struct config_setting_t *setting)
{
    uint64_t digest = FNV_BASIS;
    const struct config_setting_t *path[CONFIG_DEPTH] = {setting};
    unsigned next[CONFIG_DEPTH] = {0};
    for (int depth = 0; depth >= 0;) {
        const struct config_setting_t *at = path[depth];
        if (next[depth] == 0) {
            int type = config_setting_type(at);
            add_text(&digest, depth ? config_setting_name(at) : NULL);
            add_bytes(&digest, &type, sizeof type);
            if (type == CONFIG_TYPE_STRING)
                add_text(&digest, config_setting_get_string(at));
            else if (type == CONFIG_TYPE_FLOAT)
                add_bytes(&digest, &(double){config_setting_get_float(at)}, sizeof(double));
            else if (!config_setting_is_aggregate(at))
                add_bytes(&digest, &(long long){config_setting_get_int64(at)}, sizeof(long long));
            if (type == CONFIG_TYPE_BOOL)
                add_bytes(&digest, &(int){config_setting_get_bool(at)}, sizeof(int));
        }
        const struct config_setting_t *child =
            config_setting_is_aggregate(at) && depth + 1 < CONFIG_DEPTH ? config_setting_get_elem(at, next[depth]) : NULL;
        next[depth]++;
        if (child) {
            path[++depth] = child;
            next[depth] = 0;
        } else {
            depth--;
        }
    }
    return digest;
}

void config_changes(const struct config *before, const struct config *after,
                    void (*each)(void *context, const char *group, const char *option), void *context)
{
    for (size_t g = 0; g < OPTION_GROUP_COUNT; g++) {
        const struct option_group *group = &option_groups[g];
        for (size_t i = 0; i < group->count; i++) {
            size_t index = option_index(group, &group->options[i]);
            if (before->digests[index] != after->digests[index])
                each(context, group->name, group->options[i].name);
        }
    }
}

static size_t size_of_kind(enum option_kind kind)
{
    static const size_t sizes[] = {
#define X(kind) sizeof(OPTION_TYPE_##kind),
        OPTION_KINDS(X)
#undef X
    };
    return sizes[kind];
}

void config_retain(struct config *config, const struct config *from, const char *group_name, const char *name)
{
    const struct option_group *group = option_group_find(group_name);
    const struct option *option = group ? option_find(group, name) : NULL;
    if (!option)
        return;
    size_t offset = group->offset + option->offset, index = option_index(group, option);
    memcpy((char *)config + offset, (const char *)from + offset, size_of_kind(option->kind));
    config->where[index] = from->where[index];
    config->digests[index] = from->digests[index];
}
