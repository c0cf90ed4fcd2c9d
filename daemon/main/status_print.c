// How `guanxid status` shows what it found.
#include <inttypes.h>
#include <string.h>

#include "base/print.h"
#include "base/status.h"
#include "codec/time.h"
#include "main/output.h"
#include "status.h"

// --------------------------------------------------------------------------------------------------- JSON

static void put_text(const char *name, const char *text)
{
    printf(", \"%s\": ", name);
    print_json_text(stdout, text);
}

static void put_instant(const char *name, instant at)
{
    char text[TIME_TEXT_MAX];
    if (at != INSTANT_NONE)
        time_format(at, text);
    put_text(name, at == INSTANT_NONE ? NULL : text);
}

static void put_number(const char *name, int64_t number, bool known)
{
    if (known)
        printf(", \"%s\": %" PRId64, name, number);
    else
        printf(", \"%s\": null", name);
}

static void put_instance(const struct status_instance *instance)
{
    printf("\"instance\": {\"answers\": %s", instance->answers ? "true" : "false");
    put_text("at", instance->asked ? instance->where : NULL);
    if (!instance->answers) {
        put_text("why", instance->asked ? instance->why : "http.listen and http.socket are empty");
        printf("}");
        return;
    }
    printf(", \"ready\": %s", instance->ready ? "true" : "false");
    put_text("version", instance->version);
    put_instant("started_at", instance->started);
    put_number("lag", instance->lag, instance->lag >= 0);
    printf(", \"lag_seconds\": %.3f, \"configuration_refused\": %s, \"checks\": [", instance->lag_seconds,
           instance->refused ? "true" : "false");
    for (size_t i = 0; i < instance->check_count; i++) {
        printf("%s{\"ok\": %s", i ? ", " : "", instance->checks[i].why ? "false" : "true");
        put_text("name", instance->checks[i].name);
        put_text("why", instance->checks[i].why);
        printf("}");
    }
    printf("]}");
}

static void put_waiting(const struct database_state *state)
{
    const struct store_sample *sample = &state->sample;
    if (!state->sampled) {
        printf(", \"waiting\": null");
        return;
    }
    printf(", \"waiting\": {\"quarantine\": %" PRId64, sample->quarantine_held);
    put_number("timers", sample->timers_due, true);
    put_number("folds", sample->folds_due, true);
    put_number("notices", sample->notices_due, true);
    put_number("outbox_held", sample->outbox_held, true);
    put_number("outbox_released", sample->outbox_released, true);
    put_instant("oldest_due_at", sample->oldest_due);
    put_instant("ranked_at", sample->ranked);
    printf("}");
}

static void put_lines(const struct status_database *database)
{
    printf(", \"instances\": [");
    for (size_t i = 0; i < database->owner_count; i++) {
        const struct status_owner *owner = &database->owners[i];
        printf("%s{\"lanes\": %" PRId64 ", \"lag\": %" PRId64, i ? ", " : "", owner->lanes, owner->behind);
        put_text("owner", owner->owner);
        put_instant("last_commit_at", owner->last_commit_at);
        printf("}");
    }
    printf("], \"lanes\": [");
    for (size_t i = 0; i < database->lane_count; i++) {
        const struct status_lane *lane = &database->lanes[i];
        printf("%s{\"partition\": %d", i ? ", " : "", lane->partition);
        put_text("topic", lane->topic);
        put_text("state", lane->state);
        put_text("reason", lane->reason);
        put_text("owner", lane->owner);
        put_number("next_offset", lane->next_offset, true);
        put_number("lag", lane->lag, lane->lag >= 0);
        put_instant("lane_time", lane->lane_time);
        put_instant("last_commit_at", lane->last_commit_at);
        printf("}");
    }
    printf("]");
}

static void put_database(const struct status_database *database)
{
    const struct database_state *state = &database->state;
    printf("\"database\": {\"answers\": %s", database->answers ? "true" : "false");
    if (!database->answers) {
        put_text("why", database->why);
    } else {
        put_text("server", state->server);
        printf(", \"schema_fits\": %s", state->fits ? "true" : "false");
        put_text("schema", state->schema);
    }
    if (database->answers && state->fits) {
        put_instant("now", state->now);
        put_instant("watermark", state->watermark);
        put_number("left_out", state->left_out, true);
        put_waiting(state);
        put_lines(database);
    }
    printf("}");
}

void status_print_json(const struct status_instance *instance, const struct status_database *database)
{
    printf("{");
    put_instance(instance);
    printf(", ");
    put_database(database);
    printf("}\n");
}

// --------------------------------------------------------------------------------------------------- text

enum { LABEL_WIDTH = 15 };

// What people read needs no parts of seconds.
static instant whole(instant at)
{
    return at == INSTANT_NONE ? at : at - ((at % SECOND) + SECOND) % SECOND;
}

static void say(const char *label, const char *text)
{
    printf("  %-*s", LABEL_WIDTH, label);
    print_line(text ? text : "-");
}

static void say_count(const char *label, int64_t count)
{
    printf("  %-*s%" PRId64 "\n", LABEL_WIDTH, label, count);
}

static void say_instance(struct words *words, const struct status_instance *instance)
{
    printf("Instance%s", instance->asked ? " at " : "");
    print_bytes(stdout, instance->where, strlen(instance->where));
    printf("\n");
    if (!instance->answers) {
        say(instance->asked ? "no answer" : "not asked", instance->asked ? instance->why : "http.listen and http.socket are empty");
        return;
    }
    say("state", instance->ready ? "ready" : "not ready");
    for (size_t i = 0; i < instance->check_count; i++) {
        if (instance->checks[i].why)
            say(instance->checks[i].name, instance->checks[i].why);
    }
    if (instance->refused)
        say("configuration", "the last one was refused, that of before is in force: see guanxid check");
    say("version", instance->version);
    say("since", words_instant(words, whole(instance->started)));
    printf("  %-*s%" PRId64 " messages, %.1f s\n", LABEL_WIDTH, "lag", instance->lag, instance->lag_seconds);
}

static void say_waiting(struct words *words, const struct database_state *state)
{
    const struct store_sample *sample = &state->sample;
    say_count("quarantine", sample->quarantine_held);
    say_count("timers due", sample->timers_due);
    say_count("folds due", sample->folds_due);
    say_count("notices due", sample->notices_due);
    say_count("to be sent", sample->outbox_released);
    say("oldest due", words_instant(words, whole(sample->oldest_due)));
    say("last rank", words_instant(words, whole(sample->ranked)));
}

static void say_database(struct words *words, const struct status_database *database)
{
    const struct database_state *state = &database->state;
    printf("\nDatabase\n");
    if (!database->answers) {
        say("no answer", database->why);
        return;
    }
    say("PostgreSQL", state->server);
    say("schema", state->schema);
    if (!state->fits)
        return;
    say("now", words_instant(words, whole(state->now)));
    say("watermark", words_instant(words, whole(state->watermark)));
    if (state->left_out > 0)
        printf("  %-*s%d lanes, halted or without an owner\n", LABEL_WIDTH, "left out", state->left_out);
    if (state->sampled)
        say_waiting(words, state);
    else
        say("waiting", "not for this login to see, or it took too long");
}

static int say_owners(struct words *words, const struct status_database *database)
{
    static const struct table_column columns[] = {
        {"", "INSTANCE", false, 48}, {"", "LANES", true, 0}, {"", "LAG", true, 0}, {"", "LAST COMMIT", false, 0}};
    struct table table;
    printf("\n");
    if (database->owner_count == 0) {
        print_line("No instance owns a lane.");
        return 0;
    }
    table_begin(&table, stdout, TABLE_TEXT, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < database->owner_count; i++) {
        const struct status_owner *owner = &database->owners[i];
        table_string(&table, owner->owner);
        cell_number(&table, words, owner->lanes);
        cell_number(&table, words, owner->behind);
        cell_instant(&table, words, whole(owner->last_commit_at));
    }
    return table_end(&table);
}

static int say_lanes(struct words *words, const struct status_database *database)
{
    static const struct table_column columns[] = {
        {"", "LANE", false, 0},   {"", "STATE", false, 40},      {"", "LAG", true, 0},
        {"", "NEXT", true, 0},    {"", "UP TO", false, 0},       {"", "LAST COMMIT", false, 0},
        {"", "INSTANCE", false, 48}};
    struct table table;
    printf("\n");
    if (database->lane_count == 0) {
        print_line("There are no lanes yet.");
        return 0;
    }
    table_begin(&table, stdout, TABLE_TEXT, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < database->lane_count; i++) {
        const struct status_lane *lane = &database->lanes[i];
        char name[300], state[300];
        snprintf(name, sizeof name, "%s/%d", lane->topic, lane->partition);
        snprintf(state, sizeof state, "%s%s%s", lane->state, lane->reason ? ": " : "", lane->reason ? lane->reason : "");
        table_string(&table, name);
        table_string(&table, state);
        table_plain(&table, lane->lag < 0 ? NULL : words_number(words, lane->lag));
        cell_number(&table, words, lane->next_offset);
        cell_instant(&table, words, whole(lane->lane_time));
        cell_instant(&table, words, whole(lane->last_commit_at));
        table_string(&table, lane->owner);
    }
    return table_end(&table);
}

int status_print_text(const struct policy *policy, const struct status_instance *instance,
                      const struct status_database *database)
{
    struct arena arena;
    arena_init(&arena, 16384);
    struct words words = {policy, LANGUAGE_EN, &arena, false};
    say_instance(&words, instance);
    say_database(&words, database);
    int status = 0;
    if (database->answers && database->state.fits) {
        status = say_owners(&words, database);
        if (status == 0)
            status = say_lanes(&words, database);
    }
    if (status == 0 && words.failed)
        status = fault(STATUS_NOMEM, "out of memory");
    arena_free(&arena);
    return status;
}
