// What `guanxid status` finds of an instance and of the database.
#ifndef GUANXI_DAEMON_MAIN_STATUS_H
#define GUANXI_DAEMON_MAIN_STATUS_H

#include "core/instant.h"
#include "main/command.h"
#include "postgres/state.h"

enum { STATUS_CHECKS_MOST = 16, STATUS_WHY_MAX = 600, STATUS_LANES_MOST = 10000 };

struct status_check { // of readiness
    const char *name, *why; // why NULL: it holds
};

struct status_instance {
    bool asked;    // else it serves nowhere
    bool answers;  // else `why` says why not
    char why[STATUS_WHY_MAX];
    const char *where;
    bool ready;
    struct status_check checks[STATUS_CHECKS_MOST];
    size_t check_count;
    char version[32];
    instant started;  // or INSTANT_NONE
    int64_t lag;      // messages, of its lanes; -1: unknown
    double lag_seconds; // the oldest of them
    bool refused; // the last configuration
    char *text;   // that the checks point into
};

// Asks the instance of these settings. 0 or STATUS_NOMEM; status_instance_free in any case.
int status_instance_ask(const struct http_settings *settings, struct status_instance *instance);
void status_instance_free(struct status_instance *instance);

struct status_owner {
    const char *owner;
    int64_t lanes, behind;
    instant last_commit_at;
};

struct status_lane {
    const char *topic, *state, *reason, *owner;
    int partition;
    int64_t next_offset, lag; // lag -1: unknown
    instant lane_time, last_commit_at;
};

struct status_database {
    bool answers; // else `why` says why not
    char why[STATUS_WHY_MAX];
    struct database_state state;
    struct status_owner *owners;
    size_t owner_count, owner_capacity;
    struct status_lane *lanes;
    size_t lane_count, lane_capacity;
    struct arena arena; // of all texts
};

// Reads the database. 0 or STATUS_NOMEM; status_database_free in any case.
int status_database_ask(const struct command_context *context, struct status_database *database);
void status_database_free(struct status_database *database);

void status_print_json(const struct status_instance *instance, const struct status_database *database);
// 0 or STATUS_NOMEM.
int status_print_text(const struct policy *policy, const struct status_instance *instance,
                      const struct status_database *database);

#endif
