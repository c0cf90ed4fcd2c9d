// Every embedded statement is accepted by PostgreSQL on the schema that the migrations make, and the
// migrations say about types, tables and columns what the program says.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>

#include "core/customer.h"
#include "core/effect.h"
#include "postgres/sql.h"
#include "support/postgres.h"

static struct test_database database;

static int create(void **state)
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

// COPY cannot be prepared: it is started and given up. Returns the server's complaint or NULL.
static const char *refuses(const char *name, const char *text, bool copy)
{
    static char complaint[512];
    PGconn *connection = database.connection;
    PGresult *result = copy ? PQexec(connection, text) : PQprepare(connection, name, text, 0, NULL);
    bool accepted = PQresultStatus(result) == (copy ? PGRES_COPY_IN : PGRES_COMMAND_OK);
    snprintf(complaint, sizeof complaint, "%s", PQresultErrorMessage(result));
    PQclear(result);
    if (copy && accepted) {
        PQputCopyEnd(connection, "given up");
        PQclear(PQgetResult(connection));
        PQclear(PQgetResult(connection));
    }
    return accepted ? NULL : complaint;
}

// The first word after the leading comment.
static bool is_copy(const char *text)
{
    while (strncmp(text, "--", 2) == 0 || isspace((unsigned char)*text))
        text = *text == '-' ? strchr(text, '\n') : text + 1;
    return strncmp(text, "COPY", 4) == 0;
}

static void every_statement_is_accepted(void **state)
{
    (void)state;
    int refused = 0;
    for (size_t i = 0; i < sql_files_count; i++) {
        const char *complaint =
            refuses(sql_files[i].name, sql_files[i].text, is_copy(sql_files[i].text));
        if (complaint)
            print_error("%s: %s\n", sql_files[i].name, complaint);
        refused += complaint != NULL;
    }
    assert_true(sql_files_count > 0);
    assert_int_equal(refused, 0);
}

static void a_wrong_statement_is_refused(void **state)
{
    (void)state;
    assert_non_null(refuses("wrong", "SELECT nothing FROM guanxi.customer", false));
    assert_non_null(refuses("", "COPY guanxi.customer (nothing) FROM STDIN", true));
    assert_true(is_copy("-- a comment\n-- and one\nCOPY x FROM STDIN"));
    assert_false(is_copy("-- COPY\nSELECT 1"));
}

// Of the columns of customer, those of the list, in its order, with its meanings as comments.
static void the_customer_row_follows_the_list(void **state)
{
    (void)state;
#define TYPE_INSTANT           "timestamp with time zone"
#define TYPE_INT2              "smallint"
#define TYPE_LAST              TYPE_INSTANT
#define TYPE_SINCE             TYPE_INSTANT
#define TYPE_COUNT4            "integer"
#define TYPE_COUNT8            "bigint"
#define TYPE_REAL              "double precision"
#define X(name, kind, meaning) #name "|" TYPE_##kind "|" meaning "\n"
    static const char expected[] = CUSTOMER_FIELDS(X);
#undef X
    assert_true(test_sql_yields(
        &database,
        "SELECT attname, format_type(atttypid, atttypmod),"
        " col_description(attrelid, attnum) FROM pg_attribute"
        " WHERE attrelid = 'guanxi.customer'::regclass AND attnum > 0"
        " AND attname NOT IN ('customer_id', 'version', 'policy', 'home',"
        " 'level_messages', 'wake_at', 'fold_at', 'next_kind', 'next_due_at', 'care')"
        " ORDER BY attnum",
        expected));
}

static void only_instants_and_counts_may_be_null(void **state)
{
    (void)state;
    assert_true(
        test_sql_yields(&database,
                        "SELECT attname FROM pg_attribute"
                        " WHERE attrelid = 'guanxi.customer'::regclass AND attnum > 0"
                        " AND NOT attnotnull AND atttypid <> 'timestamptz'::regtype ORDER BY 1",
                        "care\nlevel_changes\nlevel_messages\nnext_kind\norders\npurchase_days\n"
                        "referrals\nrhythm\nspent\n"));
}

static void the_types_are_those_of_the_program(void **state)
{
    (void)state;
#define X(number, NAME, text, ...) #number "|" text "\n"
    static const char expected[] = EVENT_TYPES(X);
#undef X
    assert_true(test_sql_yields(
        &database, "SELECT type_id, name FROM guanxi.event_type ORDER BY type_id", expected));
}

static void expect_code(const char *function, int number, const char *code)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT guanxi.%s(%d::smallint)", function, number);
    assert_string_equal(test_sql_text(&database, sql), code);
}

static void codes_are_those_of_the_program(void **state)
{
    (void)state;
    for (int level = LEVEL_BASIC; level <= LEVEL_COUNT; level++) {
        expect_code("level_code", level, level_code(level));
        expect_code("level_zh", level, level_name_zh(level));
    }
    expect_code("level_code", LEVEL_COUNT + 1, "");
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++)
        expect_code("reminder_kind_code", kind, reminder_kind_code((enum reminder_kind)kind));
    expect_code("reminder_kind_code", REMINDER_KIND_COUNT, "");
}

static void everything_has_a_comment(void **state)
{
    (void)state;
    assert_true(
        test_sql_yields(&database,
                        "SELECT c.relname, a.attname FROM pg_class c"
                        " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
                        " AND NOT a.attisdropped"
                        " WHERE c.relnamespace = 'guanxi'::regnamespace AND c.relkind IN ('r', 'v')"
                        " AND (obj_description(c.oid, 'pg_class') IS NULL"
                        " OR col_description(c.oid, a.attnum) IS NULL)",
                        ""));
    assert_string_equal(
        test_sql_text(&database,
                      "SELECT count(*) > 200 FROM pg_description d JOIN pg_class c"
                      " ON c.oid = d.objoid WHERE c.relnamespace = 'guanxi'::regnamespace"),
        "t");
}

// Tables can be distributed by customer, and texts compare bytewise.
static void keys_begin_with_the_customer(void **state)
{
    (void)state;
    assert_true(test_sql_yields(
        &database,
        "SELECT i.indexrelid::regclass FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'customer_id'"
        " JOIN pg_class c ON c.oid = i.indrelid AND c.relkind = 'r'"
        " WHERE c.relnamespace = 'guanxi'::regnamespace AND i.indisunique"
        " AND i.indkey[0] <> a.attnum",
        ""));
    assert_true(test_sql_yields(
        &database,
        "SELECT c.relname, a.attname FROM pg_attribute a"
        " JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'"
        " WHERE c.relnamespace = 'guanxi'::regnamespace AND a.atttypid = 'text'::regtype"
        " AND a.attcollation <> 'pg_catalog.\"C\"'::regcollation",
        ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_is_accepted),
        cmocka_unit_test(a_wrong_statement_is_refused),
        cmocka_unit_test(the_customer_row_follows_the_list),
        cmocka_unit_test(only_instants_and_counts_may_be_null),
        cmocka_unit_test(the_types_are_those_of_the_program),
        cmocka_unit_test(codes_are_those_of_the_program),
        cmocka_unit_test(everything_has_a_comment),
        cmocka_unit_test(keys_begin_with_the_customer),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
