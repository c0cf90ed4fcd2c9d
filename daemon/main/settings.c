#include "main/settings.h"

#include "base/health.h"
#include "base/status.h"
#include "kafka/properties.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct kafka_property_list property_list(const struct config_texts *texts)
{
    return (struct kafka_property_list){.items = texts->items, .count = texts->count};
}

int settings_make(struct settings *settings, const struct config *config)
{
    *settings = (struct settings){
        .kafka =
            {
                .brokers = config->kafka.brokers,
                .group_id = config->kafka.group_id,
                .client_id = config->kafka.client_id,
                .topics = config->kafka.topics.items,
                .topic_count = config->kafka.topics.count,
                .properties = property_list(&config->kafka.properties),
                .file_properties = property_list(&config->kafka_file_properties),
                .consumer_properties = property_list(&config->kafka.consumer_properties),
                .producer_properties = property_list(&config->kafka.producer_properties),
            },
        .postgres =
            {
                .conninfo = config->postgres.conninfo,
                .connect_timeout = config->postgres.connect_timeout,
                .statement_timeout = config->postgres.statement_timeout,
                .lock_timeout = config->postgres.lock_timeout,
                .idle_timeout = config->postgres.idle_timeout,
            },
        .app =
            {
                .owner = config->daemon.instance,
                .workers = (int)config->daemon.workers,
                .batch_events = (int)config->daemon.batch_events,
                .cache_bytes = (size_t)config->daemon.cache_size,
                .sweep_interval = config->daemon.sweep_interval,
                .lateness = config->daemon.lateness,
                .lane_hold = config->daemon.lane_hold,
                .stop_on_loss = config->daemon.lost_data == CONFIG_LOST_STOP,
                .poison_share = config->daemon.poison_share,
                .poison_window = (int)config->daemon.poison_window,
                .notice_horizon = config->daemon.notice_horizon,
                .announce_rate = (int)config->daemon.announce_rate,
                .reminders_topic = config->kafka.reminders_topic,
                .changes_topic = config->kafka.changes_topic,
            },
        .http = {.listen = config->http.listen, .socket = config->http.socket, .patience_us = HEALTH_PATIENCE_US,
                 .page = {.mode = (enum page_mode)config->http.page}},
    };
    int status = config_postgres_password(config, &settings->password);
    settings->postgres.password = settings->password;
    if (status == 0 && settings->http.page.mode == PAGE_FULL)
        status = config_http_token(config, &settings->token);
    settings->http.page.token = settings->token;
    return status;
}

void settings_free(struct settings *settings)
{
    config_forget_secret(settings->password);
    config_forget_secret(settings->token);
    *settings = (struct settings){0};
}

struct complaints {
    const struct config *config;
    struct config_problems *problems;
};

// `place` is an option of ours, perhaps with an index: "kafka.properties[2]".
static void complain(void *context, const char *place, const char *message)
{
    struct complaints *complaints = context;
    char option[64];
    const char *dot = strchr(place, '.');
    const char *name = dot ? dot + 1 : place;
    snprintf(option, sizeof option, "%.*s", (int)strcspn(name, "["), name);
    config_problem(complaints->problems, config_where(complaints->config, "kafka", option), place,
                   "%s", message);
}

// Whether it is the service manager that will have the token, by LoadCredential= of the units. Who may not look
// there cannot say that it is missing.
static bool is_kept_for_service(const char *token)
{
    return !token && !getenv("CREDENTIALS_DIRECTORY") &&
           (access("/etc/credstore/guanxi.http.token", F_OK) == 0 || errno == EACCES);
}

int settings_check(const struct settings *settings, const struct config *config,
                   struct config_problems *problems)
{
    struct complaints complaints = {config, problems};
    kafka_properties_check(&settings->kafka, complain, &complaints);
    if (http_check_listen(settings->http.listen) != 0)
        config_problem(problems, config_where(config, "http", "listen"), "http.listen", "%s", fault_message());
    if (page_check(&settings->http.page) != 0 && !is_kept_for_service(settings->token))
        config_problem(problems, config_where(config, "http", "page"), "http.page", "%s", fault_message());

    struct store *store = NULL;
    int status = postgres_store_open(&settings->postgres, &store);
    if (store)
        store->ops->close(store);
    if (status == STATUS_CONFIG) {
        config_problem(problems, config_where(config, "postgres", "conninfo"), "postgres.conninfo",
                       "%s", fault_message());
        status = 0;
    }
    return status;
}
