// `guanxid status`: what the instance of this configuration says of itself, and how the database stands.
#include "status.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/status.h"

#define DATABASE_PATIENCE (5 * SECOND)

// ---------------------------------------------------------------------------------------------- database

// One more item in an array that grows; NULL when memory is out.
static void *push(void **items, size_t *count, size_t *capacity, size_t size)
{
    if (*count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 16;
        void *grown = reallocarray(*items, more, size);
        if (!grown)
            return NULL;
        *items = grown;
        *capacity = more;
    }
    return (char *)*items + (*count)++ * size;
}

// NULL for what is absent.
static const char *keep(struct arena *arena, struct span text, bool *failed)
{
    if (!text.data)
        return NULL;
    char *kept = arena_take(arena, text.size + 1);
    *failed |= !kept;
    if (!kept)
        return NULL;
    memcpy(kept, text.data, text.size);
    kept[text.size] = '\0';
    return kept;
}

static int take_owner(void *context, const struct instance_line *line)
{
    struct status_database *database = context;
    struct status_owner *owner =
        push((void **)&database->owners, &database->owner_count, &database->owner_capacity, sizeof *owner);
    bool failed = !owner;
    if (owner)
        *owner = (struct status_owner){keep(&database->arena, line->owner, &failed), line->lanes, line->behind,
                                       line->last_commit_at};
    return failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}

static int take_lane(void *context, const struct lane_line *line)
{
    struct status_database *database = context;
    struct status_lane *lane =
        push((void **)&database->lanes, &database->lane_count, &database->lane_capacity, sizeof *lane);
    bool failed = !lane;
    int64_t behind = line->end_offset > line->next_offset ? line->end_offset - line->next_offset : 0;
    if (lane)
        *lane = (struct status_lane){
            .topic = keep(&database->arena, line->topic, &failed),
            .state = keep(&database->arena, line->state, &failed),
            .reason = keep(&database->arena, line->reason, &failed),
            .owner = keep(&database->arena, line->owner, &failed),
            .partition = line->partition,
            .next_offset = line->next_offset,
            .lag = line->end_offset < 0 ? -1 : behind,
            .lane_time = line->lane_time,
            .last_commit_at = line->last_commit_at,
        };
    return failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}

int status_database_ask(const struct command_context *context, struct status_database *database)
{
    *database = (struct status_database){.answers = false};
    arena_init(&database->arena, 16384);
    const struct database_state_listener listener = {take_owner, take_lane, database, STATUS_LANES_MOST};
    struct postgres_settings settings = context->settings.postgres;
    settings.connect_timeout = instant_earlier(settings.connect_timeout, DATABASE_PATIENCE);
    settings.statement_timeout = instant_earlier(settings.statement_timeout, DATABASE_PATIENCE);
    int status = database_state_read(&settings, context->policy.policy.events_clock, &database->arena, &listener,
                                     &database->state);
    if (status == STATUS_NOMEM)
        return status;
    database->answers = status == 0;
    if (status != 0)
        snprintf(database->why, sizeof database->why, "%s", fault_message());
    return 0;
}

void status_database_free(struct status_database *database)
{
    free(database->owners);
    free(database->lanes);
    arena_free(&database->arena);
}

// ----------------------------------------------------------------------------------------------- command

int command_status(struct command_context *context)
{
    struct status_instance instance;
    struct status_database database;
    int status = status_instance_ask(&context->settings.http, &instance);
    int read = status_database_ask(context, &database);
    if (status == 0)
        status = read;
    if (status == 0 && context->json)
        status_print_json(&instance, &database);
    else if (status == 0)
        status = status_print_text(&context->policy.policy, &instance, &database);
    if (status == 0 && ((instance.asked && !instance.answers) || !database.answers))
        status = EX_UNAVAILABLE;
    status_database_free(&database);
    status_instance_free(&instance);
    return status;
}
