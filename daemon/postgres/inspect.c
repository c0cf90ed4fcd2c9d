#include "postgres/inspect.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "connection.h"
#include "postgres/sql.h"
#include "result.h"
#include "schema_check.h"

// Lag, ages and the readiness of the daemon mix both clocks; events are stamped by a third.
#define SKEW_MOST (5 * SECOND)

static const char subject_server[] = "postgres.conninfo", subject_rights[] = "PostgreSQL rights",
                  subject_schema[] = "PostgreSQL schema", subject_clock[] = "PostgreSQL clock";

// An outcome or status with its message: somebody else has to mend it, or time.
static enum finding finding_of(int outcome)
{
    return outcome > 0 || outcome == STATUS_UNAVAILABLE ? FINDING_AWAY : FINDING_WRONG;
}

static void tell_server(const struct connection *connection, const struct inspection *inspection)
{
    const PGconn *pg = connection->pg;
    const char *version = PQparameterStatus(pg, "server_version"), *host = PQhost(pg);
    const char *protocol = PQsslInUse((PGconn *)pg) ? PQsslAttribute((PGconn *)pg, "protocol") : NULL;
    inspection_tell(inspection, FINDING_OK, subject_server, "PostgreSQL %s at %s:%s, database %s, login %s, %s",
                    version ? version : "of unknown version", host ? host : "", PQport(pg), PQdb(pg), PQuser(pg),
                    protocol ? protocol : "no TLS");
}

static int look_at_rights(struct connection *connection, const struct inspection *inspection)
{
    enum { LOGIN, HAS_WRITER, LACKING, FIRST };
    PGresult *result = NULL;
    int outcome = connection_run(connection, sql_inspect_rights, NULL, &result);
    if (outcome)
        return outcome;
    struct span login = result_span(result, 0, LOGIN), first = result_span(result, 0, FIRST);
    int64_t lacking = result_int8(result, 0, LACKING);
    if (lacking == 0)
        inspection_tell(inspection, FINDING_OK, subject_rights, "%.*s may do what the daemon does", (int)login.size,
                        login.data);
    else
        inspection_tell(inspection, FINDING_WRONG, subject_rights,
                        "%.*s lacks %" PRId64 " of them, first %.*s; %sas its owner or a superuser run: GRANT guanxi_writer "
                        "TO \"%.*s\"",
                        (int)login.size, login.data, lacking, (int)first.size, first.data,
                        result_bool(result, 0, HAS_WRITER)
                            ? ""
                            : "there is no role guanxi_writer: as a superuser run CREATE ROLE guanxi_writer NOLOGIN and, as "
                              "the owner of the schema, CALL guanxi.grant_roles(); then ",
                        (int)login.size, login.data);
    PQclear(result);
    return 0;
}

static int look_at_schema(struct connection *connection, const struct inspection *inspection)
{
    int outcome = schema_check(connection);
    if (outcome == 0)
        inspection_tell(inspection, FINDING_OK, subject_schema, "guanxi is up to date: %s",
                        migration_files[migration_files_count - 1].name);
    return outcome;
}

static int look_at_clock(struct connection *connection, const struct inspection *inspection)
{
    PGresult *result = NULL;
    int64_t before = clock_local_us();
    int outcome = connection_run(connection, sql_inspect_clock, NULL, &result);
    int64_t after = clock_local_us();
    if (outcome)
        return outcome;
    int64_t skew = before + (after - before) / 2 - result_instant(result, 0, 0);
    double seconds = (double)llabs(skew) / SECOND;
    const char *way = skew < 0 ? "behind" : "ahead of";
    if (llabs(skew) > SKEW_MOST + (after - before) / 2)
        inspection_tell(inspection, FINDING_WRONG, subject_clock,
                        "the clock of this host is %.3f s %s it: set both by NTP; reminders go by PostgreSQL's", seconds,
                        way);
    else
        inspection_tell(inspection, FINDING_OK, subject_clock, "the clock of this host is %.3f s %s it", seconds, way);
    PQclear(result);
    return 0;
}

// What a look came to; true when memory is out.
static bool told(int outcome, const char *subject, const struct inspection *inspection)
{
    if (outcome && outcome != STATUS_NOMEM)
        inspection_tell(inspection, finding_of(outcome), subject, "%s", fault_message());
    return outcome == STATUS_NOMEM;
}

static int look_around(struct connection *connection, const struct inspection *inspection)
{
    tell_server(connection, inspection);
    int outcome = look_at_schema(connection, inspection);
    bool failed = told(outcome, subject_schema, inspection);
    if (!failed && connection->pg && outcome != STATUS_SCHEMA)
        failed = told(look_at_rights(connection, inspection), subject_rights, inspection);
    if (!failed && connection->pg)
        failed = told(look_at_clock(connection, inspection), subject_clock, inspection);
    return failed ? STATUS_NOMEM : 0;
}

int postgres_inspect(const struct postgres_settings *settings, const struct inspection *inspection)
{
    struct connection connection;
    int outcome = connection_init(&connection, settings);
    if (outcome)
        return outcome;
    outcome = connection_open(&connection);
    if (outcome == 0)
        outcome = look_around(&connection, inspection);
    else if (!told(outcome, subject_server, inspection))
        outcome = 0;
    connection_free(&connection);
    return outcome;
}
