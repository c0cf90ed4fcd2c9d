// Who may do what: readers the views, the writer the tables, and a login that may not create roles can
// migrate all the same. Roles belong to the server, so the order of the tests counts: the first meets a
// server without them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "postgres/migrate.h"
#include "support/postgres.h"

static struct test_database database;

static int create(void **state)
{
    (void)state;
    test_database_create(&database, false);
    test_sql(&database, "CREATE ROLE plain LOGIN");
    test_sql(&database, "CREATE ROLE reads LOGIN");
    test_sql(&database, "CREATE ROLE writes LOGIN");
    test_sql(&database, "CREATE ROLE moves LOGIN");
    return 0;
}

static int drop(void **state)
{
    (void)state;
    test_database_drop(&database);
    return 0;
}

static void give_to_plain(void)
{
    char sql[128];
    snprintf(sql, sizeof sql, "ALTER DATABASE %s OWNER TO plain", database.name);
    test_sql(&database, sql);
}

static int migrate_as(const char *login)
{
    char conninfo[600];
    test_database_conninfo(&database, login, conninfo, sizeof conninfo);
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.conninfo = conninfo;
    return migrate_up(&settings, false, NULL);
}

// The SQLSTATE a login gets for a statement, "" for none.
static const char *state_as(const char *login, const char *sql)
{
    char conninfo[600];
    test_database_conninfo(&database, login, conninfo, sizeof conninfo);
    PGconn *connection = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(connection), CONNECTION_OK);
    const char *state = test_sql_state(connection, sql);
    PQfinish(connection);
    return state;
}

static void grant(const char *role, const char *login)
{
    char sql[128];
    snprintf(sql, sizeof sql, "GRANT %s TO %s", role, login);
    test_sql(&database, sql);
}

static void expect_rights(void)
{
    grant("guanxi_reader", "reads");
    grant("guanxi_writer", "writes");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.v_customer"), "");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.v_timeline"), "");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.customer"), "42501");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.schema_version"), "42501");
    assert_string_equal(state_as("reads", "CALL guanxi.grant_roles()"), "42501");
    // Who reads may not try ids against tombstones; everybody else neither.
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.v_alias"), "");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.secret"), "42501");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.erased"), "42501");
    assert_string_equal(state_as("reads", "SELECT guanxi.tombstone('a')"), "42501");
    assert_true(test_sql_yields(&database,
                                "SELECT r, has_function_privilege(r, 'guanxi.tombstone(text)', 'EXECUTE')"
                                " FROM (VALUES ('plain'), ('reads'), ('writes')) AS v (r) ORDER BY 1",
                                "plain|f\nreads|f\nwrites|t\n"));
    assert_string_equal(state_as("writes", "INSERT INTO guanxi.erased (home, digest) VALUES (1, guanxi.tombstone('a'))"), "");
    assert_string_equal(state_as("writes", "DELETE FROM guanxi.erased"), "");
    assert_string_equal(state_as("writes", "BEGIN; LOCK TABLE guanxi.identity IN EXCLUSIVE MODE; ROLLBACK"), "");
    assert_string_equal(state_as("writes", "UPDATE guanxi.secret SET inner_pad = outer_pad"), "42501");
    assert_string_equal(state_as("writes", "INSERT INTO guanxi.event_type VALUES (1000, 'x')"), "");
    assert_string_equal(state_as("writes", "DELETE FROM guanxi.event_type WHERE type_id = 1000"),
                        "");
    assert_string_equal(state_as("writes", "INSERT INTO guanxi.lane (partition, next_offset, topic)"
                                           " VALUES (0, 0, 'a')"),
                        "");
    assert_string_equal(state_as("writes", "SELECT * FROM guanxi.schema_version"), "");
    assert_string_equal(state_as("writes", "DELETE FROM guanxi.schema_version"), "42501");
    assert_string_equal(state_as("writes", "TRUNCATE guanxi.timeline"), "42501");
    assert_string_equal(state_as("writes", "ALTER TABLE guanxi.lane ADD x int"), "42501");
    assert_string_equal(state_as("plain", "SELECT * FROM guanxi.v_customer"), "42501");
}

static void a_plain_owner_migrates_and_grants_later(void **state)
{
    (void)state;
    give_to_plain();
    assert_int_equal(migrate_as("plain"), 0);
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'guanxi%'"),
        "0");
    assert_string_equal(state_as("plain", "SELECT * FROM guanxi.v_customer"), "");

    test_sql(&database, "CREATE ROLE guanxi_writer; CREATE ROLE guanxi_reader");
    assert_string_equal(state_as("plain", "CALL guanxi.grant_roles()"), "");
    grant("guanxi_reader", "reads");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.v_customer"), "");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.customer"), "42501");
    test_sql(&database,
             "DROP SCHEMA guanxi CASCADE; DROP ROLE guanxi_writer; DROP ROLE guanxi_reader");
}

static void a_superuser_hands_over_to_the_owner_role(void **state)
{
    (void)state;
    assert_int_equal(migrate_as("postgres"), 0);
    expect_rights();
    assert_true(test_sql_yields(&database,
                                "SELECT DISTINCT relowner::regrole FROM pg_class"
                                " WHERE relnamespace = 'guanxi'::regnamespace",
                                "guanxi_owner\n"));
    assert_true(test_sql_yields(&database,
                                "SELECT DISTINCT proowner::regrole FROM pg_proc"
                                " WHERE pronamespace = 'guanxi'::regnamespace",
                                "guanxi_owner\n"));
    // A member of the owner's role can migrate further.
    grant("guanxi_owner", "moves");
    assert_string_equal(state_as("moves", "ALTER TABLE guanxi.lane ADD COLUMN more int"), "");
    assert_string_equal(state_as("moves", "CREATE TABLE guanxi.more (id int)"), "");
    assert_string_equal(state_as("moves", "CALL guanxi.grant_roles()"), "");
    assert_string_equal(state_as("writes", "INSERT INTO guanxi.more VALUES (1)"), "");
    test_sql(&database, "DROP SCHEMA guanxi CASCADE");
}

static void a_member_of_the_owner_role_migrates(void **state)
{
    (void)state;
    char sql[128];
    snprintf(sql, sizeof sql, "GRANT CREATE ON DATABASE %s TO guanxi_owner", database.name);
    test_sql(&database, sql);
    assert_int_equal(migrate_as("moves"), 0);
    assert_string_equal(test_sql_text(&database, "SELECT nspowner::regrole FROM pg_namespace"
                                                 " WHERE nspname = 'guanxi'"),
                        "guanxi_owner");
    assert_string_equal(state_as("reads", "SELECT * FROM guanxi.v_customer"), "");
}

static void a_stranger_is_told(void **state)
{
    (void)state;
    test_sql(&database, "DROP SCHEMA guanxi CASCADE");
    assert_int_equal(migrate_as("reads"), STATUS_DENIED);
    assert_non_null(strstr(fault_message(), "permission denied"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_owner_migrates_and_grants_later),
        cmocka_unit_test(a_superuser_hands_over_to_the_owner_role),
        cmocka_unit_test(a_member_of_the_owner_role_migrates),
        cmocka_unit_test(a_stranger_is_told),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
