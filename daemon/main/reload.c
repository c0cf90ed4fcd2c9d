#include "main/reload.h"

#include <stdlib.h>
#include <string.h>

#include "app/engine.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "main/introduce.h"
#include "main/policy_force.h"

enum { NAMES_MAX = 512, PROBLEMS_SHOWN = 10 };
#define FORGET_US (INT64_C(3600) * 1000 * 1000) // no thread looks at a configuration for so long

// Whole groups, and single options, that connections, threads and memory were made by. The time zone is read from
// the system with the help of the environment, which threads look at.
static const struct {
    const char *group, *option; // option NULL: all of the group
} at_start[] = {
    {"kafka", NULL},      {"postgres", NULL}, {"http", NULL},     {"", "workers"},
    {"", "cache_size"},   {"", "clock"},      {"", "instance"},   {"model", "time_zone"},
};

bool reload_changes(const char *group, const char *option)
{
    for (size_t i = 0; i < sizeof at_start / sizeof *at_start; i++) {
        if (strcmp(at_start[i].group, group) == 0 && (!at_start[i].option || strcmp(at_start[i].option, option) == 0))
            return false;
    }
    return true;
}

// ----------------------------------------------------------------------------------------------- reading

struct reading {
    struct reloader *reloader;
    struct command_context *next;
    char taken[NAMES_MAX], waiting[NAMES_MAX]; // options that changed
};

static void add_name(char names[NAMES_MAX], const char *group, const char *option)
{
    size_t size = strlen(names);
    snprintf(names + size, NAMES_MAX - size, "%s%s%s%s", size ? ", " : "", group, *group ? "." : "", option);
}

// Compared with the start: what waits for the next one keeps the value it had then.
static void put_off(void *context, const char *group, const char *option)
{
    struct reading *reading = context;
    if (reload_changes(group, option))
        return;
    add_name(reading->waiting, group, option);
    config_retain(&reading->next->config, &reading->reloader->first->config, group, option);
}

static void take_over(void *context, const char *group, const char *option)
{
    struct reading *reading = context;
    add_name(reading->taken, group, option);
}

// The settings as they would be at a start, for their faults alone.
static int check_settings(struct command_context *next)
{
    int status = settings_make(&next->settings, &next->config);
    if (status == STATUS_CONFIG) {
        config_problem(&next->problems, (struct config_source){next->config_file, 0}, "", "%s", fault_message());
        status = 0;
    }
    if (status == 0)
        status = settings_check(&next->settings, &next->config, &next->problems);
    settings_free(&next->settings);
    return status;
}

static int read_next(struct reading *reading)
{
    struct command_context *next = reading->next;
    int status = config_load(&next->config, next->config_file, next->overrides, next->override_count, &next->problems);
    if (status == 0)
        status = check_settings(next);
    if (status != 0 || next->problems.count > 0)
        return status;
    config_changes(&reading->reloader->first->config, &next->config, put_off, reading);
    config_changes(&reading->reloader->now->config, &next->config, take_over, reading);
    status = policy_build(&next->policy, &next->config, &next->problems);
    return status == 0 ? settings_make(&next->settings, &next->config) : status;
}

// ------------------------------------------------------------------------------------------------ taking

static void context_free(struct command_context *context)
{
    if (!context)
        return;
    settings_free(&context->settings);
    policy_owner_free(&context->policy);
    config_free(&context->config);
    config_problems_free(&context->problems);
    free(context);
}

// Those long out of force go, but for the one whose policy still holds.
static void forget_former(struct reloader *reloader)
{
    int64_t now = clock_monotonic_us();
    int kept = 0;
    for (int i = 0; i < reloader->kept_count; i++) {
        bool old = reloader->kept[i].retired_us && now - reloader->kept[i].retired_us > FORGET_US;
        if (old && &reloader->kept[i].context->policy.policy != reloader->policy)
            context_free(reloader->kept[i].context);
        else
            reloader->kept[kept++] = reloader->kept[i];
    }
    reloader->kept_count = kept;
}

static int enter(void *context, struct store *store)
{
    struct command_context *next = context;
    return policy_start(&next->policy, store, next->settings.app.lane_hold);
}

// Swaps it in. 0, or negative: nothing has changed.
static int take(struct reloader *reloader, struct command_context *next)
{
    uint64_t written = next->policy.policy.fingerprint;
    bool same = written == reloader->written;
    const struct policy *policy = same ? reloader->policy : &next->policy.policy;
    int result = engine_swap(reloader->engine, policy, &next->settings.app, same ? NULL : enter, next);
    if (result > 0)
        return fault(STATUS_UNAVAILABLE, "PostgreSQL is away, which has to take a changed policy down: try again later");
    if (result < 0)
        return result;
    for (int i = 0; i < reloader->kept_count; i++) {
        if (reloader->kept[i].context == reloader->now)
            reloader->kept[i].retired_us = clock_monotonic_us();
    }
    reloader->kept[reloader->kept_count].context = next;
    reloader->kept[reloader->kept_count++].retired_us = 0;
    reloader->now = next;
    reloader->policy = policy;
    reloader->written = written;
    return 0;
}

static bool refuse(struct command_context *next, const char *why)
{
    metric_set(METRIC_RELOAD_OK, 0);
    const char *line = next && next->problems.text ? next->problems.text : "";
    for (int i = 0; *line && i < PROBLEMS_SHOWN; i++, line += strcspn(line, "\n") + 1)
        log_error("configuration: %.*s", (int)strcspn(line, "\n"), line);
    log_event(LOG_ERROR, REFUSED, "the configuration is not taken, that of before stays in force: %s", why);
    context_free(next);
    return false;
}

static bool refuse_problems(struct command_context *next)
{
    char why[64];
    snprintf(why, sizeof why, "%zu %s", next->problems.count, next->problems.count == 1 ? "problem" : "problems");
    return refuse(next, why);
}

static void accept(const struct reloader *reloader, const struct reading *reading)
{
    const struct config_log *log = &reloader->now->config.log;
    log_configure(LOG_ERROR + (enum log_level)log->level, (enum log_format)log->format);
    introduce_metrics(&reloader->now->settings, reloader->policy);
    metric_set(METRIC_RELOAD_OK, 1);
    metric_set(METRIC_RELOADED, clock_local_us());
    log_event(LOG_NOTICE, RELOADED, "the configuration was read again; changed: %s",
              *reading->taken ? reading->taken : "nothing");
    if (*reading->waiting)
        log_warning("these changes wait for a restart: %s", reading->waiting);
}

bool reloader_reload(struct reloader *reloader)
{
    forget_former(reloader);
    struct command_context *next = reloader->kept_count < RELOADS_KEPT ? calloc(1, sizeof *next) : NULL;
    if (!next)
        return refuse(NULL, "it is read too often, or memory is out: try again in an hour");
    next->config_file = reloader->first->config_file;
    next->overrides = reloader->first->overrides;
    next->override_count = reloader->first->override_count;
    struct reading reading = {.reloader = reloader, .next = next};
    int status = read_next(&reading);
    if (status == 0 && next->problems.count > 0)
        return refuse_problems(next);
    if (status == 0)
        status = take(reloader, next);
    if (status != 0)
        return refuse(next, fault_message());
    accept(reloader, &reading);
    return true;
}

// ------------------------------------------------------------------------------------------ begin and end

void reloader_begin(struct reloader *reloader, struct command_context *context)
{
    *reloader = (struct reloader){.first = context, .now = context, .policy = &context->policy.policy,
                                  .written = context->policy.policy.fingerprint};
}

void reloader_free(struct reloader *reloader)
{
    while (reloader->kept_count > 0)
        context_free(reloader->kept[--reloader->kept_count].context);
}
