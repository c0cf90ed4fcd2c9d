// Migrations on real databases: a fresh one, again, edited, newer, two at once, and what the reports say.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/status.h"
#include "postgres/migrate.h"
#include "postgres/sql.h"
#include "support/postgres.h"

static struct test_database database;

static int fresh(void **state)
{
    (void)state;
    test_database_create(&database, false);
    return 0;
}

static int migrated(void **state)
{
    (void)state;
    test_database_create(&database, true);
    return 0;
}

static int drop(void **state)
{
    (void)state;
    test_database_drop(&database);
    return 0;
}

static struct postgres_settings settings(void)
{
    struct postgres_settings made = POSTGRES_SETTINGS_DEFAULT;
    made.conninfo = database.conninfo;
    return made;
}

// What a report prints; its status goes to *status. Freed by the caller.
typedef int report(const struct postgres_settings *settings, bool json, FILE *out);
static char *printed(report *function, bool json, int *status)
{
    struct postgres_settings used = settings();
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    *status = function(&used, json, out);
    fclose(out);
    return text;
}

static void expect_printed(report *function, bool json, const char *expected)
{
    int status;
    char *text = printed(function, json, &status);
    assert_int_equal(status, 0);
    assert_string_equal(text, expected);
    free(text);
}

static void expect_part(report *function, bool json, const char *part)
{
    int status;
    char *text = printed(function, json, &status);
    assert_int_equal(status, 0);
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
    free(text);
}

static void expect_fault(report *function, int expected, const char *message)
{
    int status;
    char *text = printed(function, false, &status);
    free(text);
    assert_int_equal(status, expected);
    if (!strstr(fault_message(), message))
        fail_msg("\"%s\" is not in: %s", message, fault_message());
}

static int check_schema(void)
{
    struct postgres_settings used = settings();
    struct store *store = NULL;
    assert_int_equal(postgres_store_open(&used, &store), 0);
    assert_int_equal(store->ops->reconnect(store), 0);
    int status = store->ops->check_schema(store);
    store->ops->close(store);
    return status;
}

static void expect_schema(int expected, const char *message)
{
    assert_int_equal(check_schema(), expected);
    if (expected && !strstr(fault_message(), message))
        fail_msg("\"%s\" is not in: %s", message, fault_message());
}

static void a_fresh_database_is_migrated_once(void **state)
{
    (void)state;
    expect_schema(STATUS_SCHEMA, "no schema guanxi; run: guanxid migrate up");
    expect_part(migrate_status, false, "0001_tables              pending");
    expect_part(migrate_plan, false, "-- 0001_tables\nBEGIN;\n");
    expect_part(migrate_plan, true,
                "[{\"version\":1,\"name\":\"0001_tables\",\"sql\":\"-- Tables of guanxi.");
    assert_string_equal(test_sql_text(&database, "SELECT to_regnamespace('guanxi')"), "");

    expect_part(migrate_up, false, "applied 0001_tables\napplied 0002_views\n");
    expect_part(migrate_status, false, "0001_tables              applied");
    expect_printed(migrate_plan, false, "-- nothing to do\n");
    expect_printed(migrate_plan, true, "[]\n");
    expect_printed(migrate_up, false, "nothing to do\n");
    expect_printed(migrate_up, true, "{\"applied\":[]}\n");
    expect_schema(0, NULL);
    assert_string_equal(test_sql_text(&database,
                                      "SELECT bool_and(checksum ~ '^[0-9a-f]{64}$'"
                                      " AND applied_by = session_user AND execution_ms >= 0)"
                                      " FROM guanxi.schema_version"),
                        "t");
}

static void an_older_schema_is_brought_up(void **state)
{
    (void)state;
    test_sql(&database, "BEGIN");
    test_sql(&database, migration_files[0].text);
    test_sql(&database, "INSERT INTO guanxi.schema_version (version, name, checksum, execution_ms)"
                        " VALUES (1, '0001_tables', '', 0); COMMIT");
    // The checksum as sha256sum would print it.
    char *text =
        PQescapeLiteral(database.connection, migration_files[0].text, migration_files[0].length);
    assert_non_null(text);
    char *sql = NULL;
    assert_true(asprintf(&sql,
                         "UPDATE guanxi.schema_version SET checksum ="
                         " encode(sha256(convert_to(%s, 'UTF8')), 'hex')",
                         text) > 0);
    test_sql(&database, sql);
    free(sql);
    PQfreemem(text);

    expect_schema(
        STATUS_SCHEMA,
        "older than this program: migration 0002_views is missing; run: guanxid migrate up");
    expect_part(migrate_up, true, "{\"applied\":[\"0002_views\",");
    expect_schema(0, NULL);
}

static void an_edited_migration_is_refused_by_name(void **state)
{
    (void)state;
    test_sql(&database, "UPDATE guanxi.schema_version SET checksum = md5('') WHERE version = 2");
    expect_fault(migrate_up, STATUS_SCHEMA,
                 "migration 0002_views of schema guanxi was applied in another form");
    expect_fault(migrate_plan, STATUS_SCHEMA, "0002_views");
    expect_schema(STATUS_SCHEMA, "0002_views");
    expect_part(migrate_status, false, "0002_views               edited");
    expect_part(migrate_status, true, "\"name\":\"0002_views\",\"state\":\"edited\"");
}

static void a_newer_schema_is_refused(void **state)
{
    (void)state;
    test_sql(&database,
             "INSERT INTO guanxi.schema_version VALUES (9000, '9000_later', 'x', now(), 'me', 0)");
    expect_fault(migrate_up, STATUS_SCHEMA, "newer than this program: it has migration 9000_later");
    expect_schema(STATUS_SCHEMA, "newer than this program");
    expect_part(migrate_status, false, "9000_later               newer");
}

static void two_at_once_apply_each_migration_once(void **state)
{
    (void)state;
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct postgres_settings used = settings();
            int status = migrate_up(&used, false, NULL);
            if (status)
                fprintf(stderr, "%s\n", fault_message());
            _exit(status != 0);
        }
    }
    for (int i = 0; i < 2; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    char count[16];
    snprintf(count, sizeof count, "%zu", migration_files_count);
    assert_string_equal(test_sql_text(&database, "SELECT count(*) FROM guanxi.schema_version"),
                        count);
}

// What fails leaves nothing behind; what went before it stays.
static void a_failed_migration_leaves_nothing(void **state)
{
    (void)state;
    test_sql(&database, "CREATE SCHEMA guanxi; CREATE TABLE guanxi.lane ()");
    int status;
    free(printed(migrate_up, false, &status));
    assert_true(status < 0);
    assert_non_null(strstr(fault_message(), "0001_tables"));
    assert_string_equal(test_sql_text(&database, "SELECT count(*) FROM pg_class"
                                                 " WHERE relnamespace = 'guanxi'::regnamespace"),
                        "1");
}

static void a_lock_held_by_others_ends_in_a_message(void **state)
{
    (void)state;
    test_sql(&database, "BEGIN; CREATE SCHEMA guanxi"); // a second one waits for the end of this
    struct postgres_settings used = settings();
    used.lock_timeout = SECOND / 5;
    int status = migrate_up(&used, false, NULL);
    test_sql(&database, "ROLLBACK");
    assert_int_equal(status, STATUS_UNAVAILABLE);
    assert_non_null(strstr(fault_message(), "lock timeout"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_fresh_database_is_migrated_once, fresh, drop),
        cmocka_unit_test_setup_teardown(an_older_schema_is_brought_up, fresh, drop),
        cmocka_unit_test_setup_teardown(an_edited_migration_is_refused_by_name, migrated, drop),
        cmocka_unit_test_setup_teardown(a_newer_schema_is_refused, migrated, drop),
        cmocka_unit_test_setup_teardown(two_at_once_apply_each_migration_once, fresh, drop),
        cmocka_unit_test_setup_teardown(a_failed_migration_leaves_nothing, fresh, drop),
        cmocka_unit_test_setup_teardown(a_lock_held_by_others_ends_in_a_message, fresh, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
