// `guanxid schema`: what is read and what is published, for those who publish and subscribe.
#include "codec/schema.h"

#include "base/advice.h"
#include "base/status.h"
#include "codec/writer.h"
#include "main/command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

int accept_schema(const struct given *given, int count, char *const *operands)
{
    static const struct {
        const char *name, *operand;
    } actions[] = {{"list", NULL}, {"show", "the name of an event or message, as `schema list` has them"},
                   {"asyncapi", NULL}, {"write", "a directory"}};
    enum { ACTIONS = sizeof actions / sizeof *actions };
    if (count == 0)
        return 0;
    const char *names[ACTIONS + 1] = {NULL};
    for (size_t i = 0; i < ACTIONS; i++) {
        names[i] = actions[i].name;
        if (strcmp(names[i], operands[0]) != 0)
            continue;
        int expected = actions[i].operand ? 2 : 1;
        if (count < expected)
            return fault(STATUS_CONFIG, "%s what? Expected %s", names[i], actions[i].operand);
        return accept_nothing(given, count - expected, operands + expected);
    }
    char advice[ADVICE_MAX];
    advise_name(operands[0], names, advice);
    return fault(STATUS_CONFIG, "unknown action \"%s\"%s: expected list, show, asyncapi or write", operands[0], advice);
}

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while describing");
}

static struct span asyncapi_of(const struct command_context *context, struct arena *arena)
{
    const struct settings *settings = &context->settings;
    const struct schema_topics topics = {
        .events = settings->kafka.topics, .event_count = settings->kafka.topic_count,
        .reminders = settings->app.reminders_topic, .changes = settings->app.changes_topic,
    };
    return schema_asyncapi(arena, &context->policy.policy, &topics);
}

// Takes JSON as the functions of codec/schema.h give it.
static int print_json(FILE *out, struct arena *arena, struct span json)
{
    struct span text = json.data ? json_indented(arena, json) : json;
    if (!text.data)
        return out_of_memory();
    fwrite(text.data, 1, text.size, out);
    return 0;
}

static int write_file(const char *directory, const char *name, struct arena *arena, struct span json)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s.json", directory, name) >= sizeof path)
        return fault(STATUS_IO, "%s: the name is too long", directory);
    FILE *file = fopen(path, "we");
    if (!file)
        return fault(STATUS_IO, "%s cannot be written: %s", path, strerror(errno));
    int status = print_json(file, arena, json);
    bool failed = ferror(file) != 0;
    if ((fclose(file) != 0 || failed) && status == 0)
        status = fault(STATUS_IO, "%s cannot be written: %s", path, strerror(errno));
    return status;
}

static int write_all(const struct command_context *context, const char *directory, struct arena *arena)
{
    if (mkdir(directory, 0777) != 0 && errno != EEXIST)
        return fault(STATUS_IO, "%s cannot be made: %s", directory, strerror(errno));
    const struct policy *policy = &context->policy.policy;
    int status = write_file(directory, "asyncapi", arena, asyncapi_of(context, arena));
    for (size_t i = 0; i < schema_count(policy) && status == 0; i++) {
        status = write_file(directory, schema_name(policy, i), arena, schema_text(arena, policy, i));
        arena_reset(arena);
    }
    if (status == 0)
        printf("%zu files written to %s\n", schema_count(policy) + 1, directory);
    return status;
}

static int show_one(const struct command_context *context, const char *name, struct arena *arena)
{
    const struct policy *policy = &context->policy.policy;
    size_t count = schema_count(policy), i = 0;
    while (i < count && strcmp(schema_name(policy, i), name) != 0)
        i++;
    if (i < count)
        return print_json(stdout, arena, schema_text(arena, policy, i));
    const char **names = arena_take(arena, (count + 1) * sizeof *names);
    if (!names)
        return out_of_memory();
    for (i = 0; i < count; i++)
        names[i] = schema_name(policy, i);
    names[count] = NULL;
    char advice[ADVICE_MAX];
    advise_name(name, names, advice);
    fprintf(stderr, "guanxid: there is no event or message \"%s\"%s: see `guanxid schema list`\n", name, advice);
    return EX_DATAERR;
}

static void list_all(const struct policy *policy)
{
    for (size_t i = 0; i < schema_count(policy); i++)
        puts(schema_name(policy, i));
}

int command_schema(struct command_context *context)
{
    const char *action = context->operand_count > 0 ? context->operands[0] : "list";
    struct arena arena;
    arena_init(&arena, 1 << 16);
    int status = 0;
    if (strcmp(action, "show") == 0)
        status = show_one(context, context->operands[1], &arena);
    else if (strcmp(action, "write") == 0)
        status = write_all(context, context->operands[1], &arena);
    else if (strcmp(action, "asyncapi") == 0)
        status = print_json(stdout, &arena, asyncapi_of(context, &arena));
    else
        list_all(&context->policy.policy);
    arena_free(&arena);
    return status;
}
