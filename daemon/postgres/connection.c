#include "connection.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "postgres/sql.h"
#include "result.h"
#include "rows.h"

enum { NAMES_US = 120 * 1000 * 1000 }; // looking up names of hosts has no deadline of ours

int connection_init(struct connection *connection, const struct postgres_settings *settings)
{
    *connection = (struct connection){.settings = *settings, .doing = "connect"};
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(settings->conninfo, &why);
    if (!options) {
        int status = fault(STATUS_CONFIG, "connection string of PostgreSQL: %s",
                           why ? why : "it cannot be read");
        PQfreemem(why);
        return status;
    }
    PQconninfoFree(options);

    connection->conninfo = strdup(settings->conninfo);
    connection->password = settings->password ? strdup(settings->password) : NULL;
    connection->prepared = calloc(sql_files_count, sizeof *connection->prepared);
    if (!connection->conninfo || (settings->password && !connection->password) || !connection->prepared) {
        connection_free(connection);
        return fault(STATUS_NOMEM, "out of memory");
    }
    connection->settings.conninfo = connection->conninfo;
    connection->settings.password = connection->password;
    return 0;
}

void connection_close(struct connection *connection)
{
    PQfinish(connection->pg);
    connection->pg = NULL;
}

void connection_free(struct connection *connection)
{
    connection_close(connection);
    free(connection->conninfo);
    if (connection->password)
        explicit_bzero(connection->password, strlen(connection->password));
    free(connection->password);
    free(connection->prepared);
    *connection = (struct connection){0};
}

// Notices go to the debug log: libpq's own habit is stderr.
static void take_notice(void *context, const PGresult *result)
{
    (void)context;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    log_debug("PostgreSQL: %s", message ? message : "notice without a message");
}

// Folds libpq's message, which has a line for each host and for each LOCATION, into one line.
static void one_line(char *line, size_t capacity, const char *message)
{
    size_t size = 0;
    while (*message) {
        message += strspn(message, "\t"); // of a line that goes on
        size_t length = strcspn(message, "\n");
        if (length && strncmp(message, "LOCATION:", 9) != 0 && size + 3 < capacity) {
            int added =
                snprintf(line + size, capacity - size, "%s%.*s", size ? "; " : "", (int)length, message);
            size += (size_t)added;
            if (size >= capacity)
                size = capacity - 1;
        }
        message += length;
        message += *message == '\n';
    }
    line[size] = '\0';
}

// libpq tells the SQLSTATE of a refused connection in its verbose message alone: "FATAL:  28P01: ...". The
// last one counts: with several hosts the one tried last.
static const char *refusal_state(const char *message)
{
    const char *found = NULL;
    for (const char *at = message; (at = strstr(at, ":  ")) != NULL; at += 3) {
        size_t length = 0;
        while (length < 5 &&
               (isdigit((unsigned char)at[3 + length]) || isupper((unsigned char)at[3 + length])))
            length++;
        if (length == 5 && at[8] == ':')
            found = at + 3;
    }
    return found;
}

static int refused(struct connection *connection)
{
    char line[512];
    const char *message = connection->pg ? PQerrorMessage(connection->pg) : "out of memory";
    one_line(line, sizeof line, message);
    const char *state = refusal_state(message);
    metric_sqlstate(state);
    int outcome = STORE_AWAY;
    if (state)
        outcome = sqlstate_outcome(state);
    else if (connection->pg && PQconnectionNeedsPassword(connection->pg))
        outcome = STATUS_DENIED;
    else if (strncmp(message, "invalid ", 8) == 0)
        outcome = STATUS_CONFIG;
    if (outcome > 0 || outcome == STATUS_BROKEN)
        outcome = STORE_AWAY;
    fault(outcome, "cannot connect to PostgreSQL: %s%s", line, state ? sqlstate_advice(state) : "");
    connection_close(connection);
    return outcome;
}

// PQconnectPoll until it is done, or the deadline has passed: libpq's own connect_timeout does not bind it.
static int await_connection(struct connection *connection, int64_t deadline)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED)
            return refused(connection);
        int64_t left = deadline - clock_monotonic_us();
        if (left <= 0)
            return connection_lost(connection, "connecting took longer than connect_timeout");
        struct pollfd ready = {.fd = PQsocket(connection->pg),
                               .events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (poll(&ready, 1, (int)(left / 1000 + 1)) > 0)
            state = PQconnectPoll(connection->pg);
        health_beat_for(connection->settings.connect_timeout + NAMES_US);
    }
    return 0;
}

static int set_up_session(struct connection *connection)
{
    const struct postgres_settings *settings = &connection->settings;
    const duration limits[] = {settings->statement_timeout, settings->lock_timeout, settings->idle_timeout};
    char texts[3][32];
    struct parameters parameters = {0};
    for (int i = 0; i < 3; i++) {
        snprintf(texts[i], sizeof texts[i], "%lldms", (long long)(limits[i] / 1000));
        parameter_text(&parameters, texts[i]);
    }
    return connection_run(connection, sql_session, &parameters, NULL);
}

int connection_open(struct connection *connection)
{
    connection_close(connection);
    connection->doing = "connect";
    if (atomic_load(&connection->interrupted))
        return connection_lost(connection, "given up, as guanxid stops");
    memset(connection->prepared, 0, sql_files_count * sizeof *connection->prepared);
    // What stands before dbname is a default, what stands behind it overrides the connection string.
    const char *const keywords[] = {
        "fallback_application_name", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout", "dbname", "password", "client_encoding", "target_session_attrs", NULL};
    const char *const values[] = {
        "guanxid", "10", "5", "3", "10000", connection->conninfo, connection->password, "UTF8",
        connection->settings.read_only ? "any" : "read-write", NULL};

    int64_t deadline = clock_monotonic_us() + connection->settings.connect_timeout;
    health_beat_for(connection->settings.connect_timeout + NAMES_US);
    connection->pg = PQconnectStartParams(keywords, values, 1);
    if (!connection->pg || PQstatus(connection->pg) == CONNECTION_BAD)
        return refused(connection);
    PQsetErrorVerbosity(connection->pg, PQERRORS_VERBOSE);
    PQsetNoticeReceiver(connection->pg, take_notice, NULL);
    int outcome = await_connection(connection, deadline);
    if (outcome)
        return outcome;
    PQsetErrorVerbosity(connection->pg, PQERRORS_DEFAULT);
    if (PQsetnonblocking(connection->pg, 1) != 0)
        return refused(connection);
    return set_up_session(connection);
}

int connection_lost(struct connection *connection, const char *why)
{
    char line[512];
    if (connection->pg)
        metric_sqlstate(NULL);
    one_line(line, sizeof line, why);
    fault(STORE_AWAY, "PostgreSQL, %s: %s", connection->doing, *line ? line : "the connection broke");
    connection_close(connection);
    return STORE_AWAY;
}
