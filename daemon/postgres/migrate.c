#include "postgres/migrate.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/print.h"
#include "command.h"
#include "rows.h"
#include "schema_check.h"

// A migration may rewrite tables; waiting for others must still end.
static const duration statement_limit = 6 * HOUR;
static const char others_limit[] = "60s"; // for another migration to end

static int start(struct connection *connection, const struct postgres_settings *settings,
                 bool read_only)
{
    struct postgres_settings ours = *settings;
    ours.statement_timeout = statement_limit;
    ours.read_only = read_only;
    return command_start(connection, &ours);
}

// ---------------------------------------------------------------------------------------------- status

static void print_status(const struct migration *migration, bool json, FILE *out)
{
    const char *state = migration_state(migration);
    if (!json && migration->applied) {
        fprintf(out, "%-24s %-8s %-20s %s\n", migration->name, state, migration->applied_at,
                migration->applied_by);
        return;
    }
    if (!json) {
        fprintf(out, "%-24s %s\n", migration->name, state);
        return;
    }
    fprintf(out, "{\"version\":%d,\"name\":", (int)migration->version);
    print_json_text(out, migration->name);
    fprintf(out, ",\"state\":\"%s\",\"applied_at\":", state);
    print_json_text(out, migration->applied ? migration->applied_at : NULL);
    fputs(",\"applied_by\":", out);
    print_json_text(out, migration->applied ? migration->applied_by : NULL);
    fprintf(out, ",\"execution_ms\":%d}", (int)migration->execution_ms);
}

int migrate_status(const struct postgres_settings *settings, bool json, FILE *out)
{
    struct connection connection;
    struct schema schema = {0};
    int outcome = start(&connection, settings, true);
    if (outcome == 0)
        outcome = schema_read(&connection, &schema);
    if (outcome == 0 && json)
        fputs("[", out);
    for (size_t i = 0; i < schema.count; i++) {
        if (json && i)
            fputs(",", out);
        print_status(&schema.migrations[i], json, out);
    }
    if (outcome == 0 && json)
        fputs("]\n", out);
    schema_free(&schema);
    return command_finish(&connection, outcome);
}

// ------------------------------------------------------------------------------------------------ plan

static void print_plan(const struct migration *migration, bool first, bool json, FILE *out)
{
    if (!json) {
        fprintf(out, "%s-- %s\nBEGIN;\n%sCOMMIT;\n", first ? "" : "\n", migration->name,
                migration->file->text);
        return;
    }
    fprintf(out, "%s{\"version\":%d,\"name\":", first ? "" : ",", (int)migration->version);
    print_json_text(out, migration->name);
    fputs(",\"sql\":", out);
    print_json_string(out, migration->file->text, migration->file->length);
    fputs("}", out);
}

int migrate_plan(const struct postgres_settings *settings, bool json, FILE *out)
{
    struct connection connection;
    struct schema schema = {0};
    int outcome = start(&connection, settings, true);
    if (outcome == 0)
        outcome = schema_read(&connection, &schema);
    if (outcome == 0)
        outcome = schema_refuse(&schema);
    if (outcome == 0 && json)
        fputs("[", out);
    bool first = true;
    for (size_t i = 0; outcome == 0 && i < schema.count; i++) {
        if (schema.migrations[i].applied)
            continue;
        print_plan(&schema.migrations[i], first, json, out);
        first = false;
    }
    if (outcome == 0)
        fputs(json ? "]\n" : first ? "-- nothing to do\n" : "", out);
    schema_free(&schema);
    return command_finish(&connection, outcome);
}

// -------------------------------------------------------------------------------------------------- up

// A migration warns of what it could not do and what a person is to do about it.
static void take_notice(void *context, const PGresult *result)
{
    (void)context;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    if (!message)
        return;
    if (severity && strcmp(severity, "WARNING") == 0)
        log_warning("PostgreSQL: %s%s%s", message, hint ? ". " : "", hint ? hint : "");
    else
        log_debug("PostgreSQL: %s", message);
}

static int limit_lock_wait(struct connection *connection, const char *limit)
{
    struct parameters parameters = {0};
    parameter_text(&parameters, limit);
    return connection_run(connection, sql_migrate_lock_timeout, &parameters, NULL);
}

static int record(struct connection *connection, const struct migration *migration,
                  int64_t taken_us)
{
    struct parameters parameters = {0};
    parameter_int4(&parameters, migration->version);
    parameter_text(&parameters, migration->name);
    parameter_text(&parameters, migration->file->text);
    parameter_int4(&parameters, (int32_t)(taken_us / 1000));
    return connection_run(connection, sql_migrate_record, &parameters, NULL);
}

static int apply(struct connection *connection, const struct migration *migration)
{
    char limit[32];
    snprintf(limit, sizeof limit, "%lldms", (long long)(connection->settings.lock_timeout / 1000));
    int outcome = limit_lock_wait(connection, limit);
    int64_t began = clock_monotonic_us();
    if (outcome == 0)
        outcome = connection_execute(connection, migration->name, migration->file->text, NULL);
    if (outcome == 0)
        outcome = record(connection, migration, clock_monotonic_us() - began);
    return outcome;
}

// One transaction: the first migration that is pending once the lock is ours. `applied` is left empty when
// there is none.
static int step(struct connection *connection, struct migration *applied)
{
    struct schema schema = {0};
    *applied = (struct migration){0};
    int outcome = connection_begin_durable(connection);
    if (outcome == 0)
        outcome = limit_lock_wait(connection, others_limit);
    if (outcome == 0)
        outcome = connection_run(connection, sql_migrate_lock, NULL, NULL);
    if (outcome == 0)
        outcome = schema_read(connection, &schema);
    if (outcome == 0)
        outcome = schema_refuse(&schema);
    const struct migration *pending = outcome ? NULL : schema_pending(&schema);
    if (pending) {
        *applied = *pending;
        outcome = apply(connection, pending);
    }
    if (outcome == 0)
        outcome = connection_run(connection, sql_commit, NULL, NULL);
    else
        connection_rollback(connection);
    schema_free(&schema);
    return outcome;
}

int migrate_up(const struct postgres_settings *settings, bool json, FILE *out)
{
    struct connection connection;
    struct migration applied;
    int count = 0;
    int outcome = start(&connection, settings, false);
    if (outcome == 0)
        PQsetNoticeReceiver(connection.pg, take_notice, NULL);
    if (out && json)
        fputs("{\"applied\":[", out);
    while (outcome == 0 && (outcome = step(&connection, &applied)) == 0 && applied.file) {
        if (out && json) {
            fputs(count ? "," : "", out);
            print_json_text(out, applied.name);
        } else if (out) {
            fprintf(out, "applied %s\n", applied.name);
        }
        count++;
    }
    if (out && json)
        fputs("]}\n", out);
    else if (out && outcome == 0 && count == 0)
        fputs("nothing to do\n", out);
    return command_finish(&connection, outcome);
}
