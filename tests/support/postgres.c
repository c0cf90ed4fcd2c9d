#include "support/postgres.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "postgres/migrate.h"

static void give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

static void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(1);
}

static const char *server(void)
{
    const char *conninfo = getenv("GUANXI_TEST_POSTGRES");
    if (!conninfo || !*conninfo)
        give_up("GUANXI_TEST_POSTGRES is not set: run this under tests/lib/with_postgres.sh");
    return conninfo;
}

// Notices ("drop cascades to ...") would only hide what matters.
static void drop_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static PGconn *connect_to(const char *conninfo)
{
    PGconn *connection = PQconnectdb(conninfo);
    if (PQstatus(connection) != CONNECTION_OK)
        give_up("%s: %s", conninfo, PQerrorMessage(connection));
    PQsetNoticeReceiver(connection, drop_notice, NULL);
    return connection;
}

static PGresult *run(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        give_up("%s\n%s", sql, PQerrorMessage(connection));
    return result;
}

// A statement about databases, which needs a connection to another one.
static void administer(const char *verb, const char *name, const char *options)
{
    PGconn *connection = connect_to(server());
    char sql[160];
    snprintf(sql, sizeof sql, "%s DATABASE %s %s", verb, name, options);
    PQclear(run(connection, sql));
    PQfinish(connection);
}

void test_database_create(struct test_database *database, bool migrated)
{
    static int count;
    snprintf(database->name, sizeof database->name, "test_%d_%d", (int)getpid(), ++count);
    administer("CREATE", database->name, "");
    // A later setting of a connection string wins.
    int size = snprintf(database->conninfo, sizeof database->conninfo, "%s dbname=%s", server(),
                        database->name);
    if (size < 0 || (size_t)size >= sizeof database->conninfo)
        give_up("GUANXI_TEST_POSTGRES is too long");
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.conninfo = database->conninfo;
    if (migrated && migrate_up(&settings, false, NULL) != 0)
        give_up("migrate: %s", fault_message());
    database->connection = connect_to(database->conninfo);
}

void test_database_drop(struct test_database *database)
{
    PQfinish(database->connection);
    database->connection = NULL;
    administer("DROP", database->name, "WITH (FORCE)");
}

void test_database_conninfo(const struct test_database *database, const char *user, char *conninfo,
                            size_t size)
{
    int length = snprintf(conninfo, size, "%s user=%s", database->conninfo, user);
    if (length < 0 || (size_t)length >= size)
        give_up("connection string too long");
}

void test_sql(struct test_database *database, const char *sql)
{
    PQclear(run(database->connection, sql));
}

const char *test_sql_text(struct test_database *database, const char *sql)
{
    static char text[4096];
    PGresult *result = run(database->connection, sql);
    snprintf(text, sizeof text, "%s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return text;
}

const char *test_sql_state(PGconn *connection, const char *sql)
{
    static char state[8];
    PGresult *result = PQexec(connection, sql);
    const char *given = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    snprintf(state, sizeof state, "%s", given ? given : "");
    PQclear(result);
    return state;
}

bool test_sql_yields(struct test_database *database, const char *sql, const char *expected)
{
    PGresult *result = run(database->connection, sql);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        give_up("out of memory");
    for (int row = 0; row < PQntuples(result); row++)
        for (int column = 0; column < PQnfields(result); column++)
            fprintf(out, "%s%c", PQgetvalue(result, row, column),
                    column + 1 < PQnfields(result) ? '|' : '\n');
    fclose(out);
    PQclear(result);
    bool same = strcmp(text, expected) == 0;
    if (!same)
        fprintf(stderr, "%s\nyields:\n%sexpected:\n%s", sql, text, expected);
    free(text);
    return same;
}
