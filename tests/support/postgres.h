// Databases for component tests. The server is the throw-away one of tests/lib/with_postgres.sh, which
// ctest puts around every tests/component/postgres_*.c; each test_database is a fresh database in it,
// so tests of one program do not see each other.
#ifndef GUANXI_TESTS_POSTGRES_H
#define GUANXI_TESTS_POSTGRES_H

#include <libpq-fe.h>
#include <stdbool.h>

struct test_database {
    char name[64];
    char conninfo[512]; // as the superuser of the server
    PGconn *connection; // for the test's own statements
};

// Creates a database, with all migrations applied if `migrated`. Every failure here and below ends the
// program with a message: it is no finding about what is tested.
void test_database_create(struct test_database *database, bool migrated);
// Closes the connection and drops the database, others' sessions included.
void test_database_drop(struct test_database *database);

// The connection string of the database for another login.
void test_database_conninfo(const struct test_database *database, const char *user, char *conninfo,
                            size_t size);

// Runs statements. The second form returns the first column of the first row ("" for null or no row),
// valid until the next call; the third the SQLSTATE, "" when the statement succeeds.
void test_sql(struct test_database *database, const char *sql);
const char *test_sql_text(struct test_database *database, const char *sql);
const char *test_sql_state(PGconn *connection, const char *sql);

// Compares what a query yields with the expected text, one line a row, columns separated by '|', null as
// nothing; prints both where they differ.
bool test_sql_yields(struct test_database *database, const char *sql, const char *expected);

#endif
