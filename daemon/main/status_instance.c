// What an instance says of itself over HTTP: whether it is ready, and a few of its metrics.
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "http/client.h"
#include "status.h"

#define PATIENCE_US (INT64_C(3) * 1000 * 1000)

// The lines of /readyz?verbose: "[+]postgres ok", "[-]kafka failed: why".
static void read_checks(struct status_instance *instance)
{
    char *rest = instance->text;
    for (char *line = strsep(&rest, "\n"); line && instance->check_count < STATUS_CHECKS_MOST; line = strsep(&rest, "\n")) {
        bool holds = strncmp(line, "[+]", 3) == 0;
        if (!holds && strncmp(line, "[-]", 3) != 0)
            continue;
        struct status_check *check = &instance->checks[instance->check_count++];
        char *name = line + 3, *said = strchr(name, ' ');
        if (said)
            *said++ = '\0';
        const char *why = said && strncmp(said, "failed: ", 8) == 0 ? said + 8 : said ? said : "failed";
        *check = (struct status_check){name, holds ? NULL : why};
    }
}

// Each series of a metric is handed over: its labels, "" without, and its value.
static void each_series(const char *text, const char *name, void (*take)(void *context, const char *labels, double value),
                        void *context)
{
    size_t size = strlen(name);
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, name, size) != 0 || (line[size] != '{' && line[size] != ' '))
            continue;
        const char *value = line[size] == '{' ? strstr(line, "} ") : line + size;
        if (value)
            take(context, line + size, strtod(value + (*value == '}'), NULL));
    }
}

static void take_version(void *context, const char *labels, double value)
{
    struct status_instance *instance = context;
    (void)value;
    if (sscanf(labels, "{version=\"%31[^\"]\"", instance->version) != 1)
        *instance->version = '\0';
}

static void take_start(void *context, const char *labels, double value)
{
    struct status_instance *instance = context;
    (void)labels;
    instance->started = (instant)(value * 1e6);
}

static void take_lag(void *context, const char *labels, double value)
{
    struct status_instance *instance = context;
    (void)labels;
    instance->lag += (int64_t)value;
}

static void take_lag_seconds(void *context, const char *labels, double value)
{
    struct status_instance *instance = context;
    (void)labels;
    instance->lag_seconds = value > instance->lag_seconds ? value : instance->lag_seconds;
}

static void take_reload(void *context, const char *labels, double value)
{
    struct status_instance *instance = context;
    (void)labels;
    instance->refused = value == 0;
}

static void read_metrics(struct status_instance *instance, const char *text)
{
    instance->lag = 0;
    each_series(text, "guanxi_build_info", take_version, instance);
    each_series(text, "process_start_time_seconds", take_start, instance);
    each_series(text, "guanxi_kafka_consumer_lag", take_lag, instance);
    each_series(text, "guanxi_kafka_consumer_lag_seconds", take_lag_seconds, instance);
    each_series(text, "guanxi_config_last_reload_successful", take_reload, instance);
}

int status_instance_ask(const struct http_settings *settings, struct status_instance *instance)
{
    *instance = (struct status_instance){.started = INSTANT_NONE, .lag = -1, .asked = *settings->listen || *settings->socket,
                                         .where = *settings->listen ? settings->listen : settings->socket};
    if (!instance->asked)
        return 0;
    struct http_answer ready, metrics = {0};
    int status = http_get(settings->listen, settings->socket, "/readyz?verbose", PATIENCE_US, &ready);
    if (status == 0)
        status = http_get(settings->listen, settings->socket, "/metrics", PATIENCE_US, &metrics);
    if (status == 0) {
        instance->answers = true;
        instance->ready = ready.status == 200;
        instance->text = ready.body;
        ready.body = NULL;
        read_checks(instance);
        read_metrics(instance, metrics.body);
    } else {
        snprintf(instance->why, sizeof instance->why, "%s", fault_message());
    }
    http_answer_free(&ready);
    http_answer_free(&metrics);
    return status == STATUS_NOMEM ? status : 0;
}

void status_instance_free(struct status_instance *instance)
{
    free(instance->text);
}
