// The configuration as what each layer has to be told.
#ifndef GUANXI_MAIN_SETTINGS_H
#define GUANXI_MAIN_SETTINGS_H

#include "app/settings.h"
#include "base/config.h"
#include "http/server.h"
#include "kafka/settings.h"
#include "postgres/store.h"

// Everything but the password is borrowed from the configuration.
struct settings {
    struct kafka_settings kafka;
    struct postgres_settings postgres;
    struct app_settings app;
    struct http_settings http;
    char *password; // owned; postgres.password points at it
    char *token;    // the same of http.page.token
};

// Reads the secrets too. 0, STATUS_CONFIG, STATUS_NOMEM; settings_free takes it in any case.
int settings_make(struct settings *settings, const struct config *config);
void settings_free(struct settings *settings);

// What only the adapters can judge of their settings, without contacting anybody, becomes problems. 0 or
// STATUS_NOMEM.
int settings_check(const struct settings *settings, const struct config *config,
                   struct config_problems *problems);

#endif
