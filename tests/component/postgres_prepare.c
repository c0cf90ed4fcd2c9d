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
        " 'level_messages', 'stage_messages', 'pram_messages', 'tier_messages',"
        " 'wake_at', 'fold_at', 'quiet_until', 'next_kind', 'brought', 'next_due_at', 'book')"
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
                        "book\nbrought\nlevel_changes\nlevel_messages\nnext_kind\norders\npram_changes\n"
                        "pram_cycle\npram_messages\npurchase_days\nreferrals\nrhythm\nspent\n"
                        "stage_changes\nstage_messages\ntier_changes\ntier_messages\ntraits\n"));
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
    for (int cause = 0; cause <= LEVEL_BY_EVIDENCE; cause++)
        expect_code("level_cause_code", cause, level_cause_code((enum level_cause)cause));
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++)
        expect_code("reminder_kind_code", kind, reminder_kind_code((enum reminder_kind)kind));
    expect_code("reminder_kind_code", REMINDER_KIND_COUNT, "");
    for (int status = 0; status <= REMINDER_DISMISSED; status++)
        expect_code("reminder_status_code", status, reminder_status_code((enum reminder_status)status));
}

// From the first number to the one before `end`, which has no code; a number without one is null.
static void expect_codes(const char *function, int first, int end, const char *(*code)(int))
{
    for (int number = first; number < end; number++) {
        const char *expected = code(number);
        expect_code(function, number, expected ? expected : "");
    }
    expect_code(function, end, "");
}

static void codes_of_the_relationship_are_those_of_the_program(void **state)
{
    (void)state;
    expect_codes("level_code", LEVEL_BASIC, LEVEL_COUNT + 1, level_code);
    expect_codes("level_zh", LEVEL_BASIC, LEVEL_COUNT + 1, level_name_zh);
    expect_codes("stage_code", 0, STAGE_COUNT, stage_code);
    expect_codes("stage_zh", 0, STAGE_COUNT, stage_name_zh);
    expect_codes("phase_code", 0, PHASE_COUNT, phase_code);
    expect_codes("tier_code", 0, TIER_COUNT, tier_code);
    expect_codes("customer_kind_code", 0, KIND_COUNT, customer_kind_code);
    expect_codes("customer_role_code", 0, ROLE_COUNT, customer_role_code);
    expect_codes("customer_style_code", 0, STYLE_COUNT, customer_style_code);
    expect_codes("fitness_code", 0, FIT_COUNT, fitness_code);
    expect_codes("by_code", 0, BY_CUSTOMER + 1, by_code);
    expect_codes("objection_code", 0, OBJECTION_KIND_COUNT, objection_code);
    expect_codes("objection_cause_code", 0, CAUSE_CUSTOMER + 1, objection_cause_code);
    expect_codes("promise_state_code", PROMISE_OPEN, PROMISE_LAPSED + 1, promise_state_code);
}

// Each trait finds its own bits, and nothing of the others.
static void traits_lie_where_the_list_says(void **state)
{
    (void)state;
#define X(NAME, shift, bits, meaning) {#NAME, TRAIT_##NAME, (1 << (bits)) - 1},
    static const struct {
        const char *name;
        enum trait trait;
        int most;
    } traits[] = {CUSTOMER_TRAITS(X)};
#undef X
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++) {
        struct customer own = {0}, others = {.traits = INT32_MAX};
        char sql[256], expected[16];
        customer_set_trait(&own, traits[i].trait, traits[i].most);
        customer_set_trait(&others, traits[i].trait, 0);
        snprintf(sql, sizeof sql,
                 "SELECT guanxi.customer_trait(t, lower('%s')) FROM (VALUES (1, %d), (2, %d), (3, NULL))"
                 " AS v (n, t) ORDER BY n",
                 traits[i].name, own.traits, others.traits);
        snprintf(expected, sizeof expected, "%d\n0\n0\n", traits[i].most);
        assert_true(test_sql_yields(&database, sql, expected));
    }
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
static void keys_have_the_customer(void **state)
{
    (void)state;
    assert_true(test_sql_yields(
        &database,
        "SELECT i.indexrelid::regclass FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'customer_id'"
        " JOIN pg_class c ON c.oid = i.indrelid AND c.relkind = 'r'"
        " WHERE c.relnamespace = 'guanxi'::regnamespace AND i.indisunique"
        " AND a.attnum <> ALL (i.indkey)",
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
        cmocka_unit_test(codes_of_the_relationship_are_those_of_the_program),
        cmocka_unit_test(traits_lie_where_the_list_says),
        cmocka_unit_test(everything_has_a_comment),
        cmocka_unit_test(keys_have_the_customer),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
