// The views of stages, phases, tiers, profiles, promises, objections and checklists over rows written by hand.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "core/book.h"
#include "core/customer.h"
#include "support/postgres.h"

static struct test_database database;

static int create(void **state)
{
    (void)state;
    test_database_create(&database, true);
    test_sql(&database, "SET timezone = 'UTC'");
    return 0;
}

static int drop(void **state)
{
    (void)state;
    test_database_drop(&database);
    return 0;
}

// Each test writes its own rows and takes them back.
static int begin(void **state)
{
    (void)state;
    test_sql(&database, "BEGIN");
    return 0;
}

static int rollback(void **state)
{
    (void)state;
    test_sql(&database, "ROLLBACK");
    return 0;
}

#define EXPECT(sql, expected) assert_true(test_sql_yields(&database, sql, expected))

static void insert_customer(const char *id, int level, int stage, int32_t traits)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.customer (version, policy, home, as_of, first_seen_at, warmth, level, stage,"
             " traits, customer_id) VALUES (1, 1, 1, '2026-03-01Z', '2026-01-01Z', 0, %d, %d, nullif(%d, 0), '%s')",
             level, stage, traits, id);
    test_sql(&database, sql);
}

struct trait_value {
    enum trait trait;
    int value;
};
static int32_t traits_of(const struct trait_value *values, size_t count)
{
    struct customer customer = {0};
    for (size_t i = 0; i < count; i++)
        customer_set_trait(&customer, values[i].trait, values[i].value);
    return customer.traits;
}
#define TRAITS(...) \
    traits_of((const struct trait_value[]){__VA_ARGS__}, \
              sizeof((const struct trait_value[]){__VA_ARGS__}) / sizeof(struct trait_value))

static void traits_are_shown_in_codes(void **state)
{
    (void)state;
    insert_customer("a", 1, STAGE_STRANGER, 0);
    insert_customer("b", 2, STAGE_GROWING,
                    TRAITS({TRAIT_KIND, KIND_ORGANIZATION}, {TRAIT_ROLE, ROLE_PUBLIC},
                           {TRAIT_STYLE, STYLE_AUTHORITARIAN}, {TRAIT_MONEY, FIT_YES}, {TRAIT_NEED, FIT_NO},
                           {TRAIT_PHASE, PHASE_MAINTAIN}, {TRAIT_PREMATURE, 1}, {TRAIT_TIER, TIER_FADING}));
    test_sql(&database, "UPDATE guanxi.customer SET pram_cycle = 2, agreement_at = '2026-02-01Z',"
                        " agreement_until = '2027-02-01Z', stage_since = '2026-02-02Z' WHERE customer_id = 'b'");
    EXPECT("SELECT customer_id, kind, role, style, fit_money, fit_authority, fit_need, unfit, stage, stage_code,"
           " stage_zh, stage_since, pram_cycle, pram_phase, premature, agreement_at, agreement_until, tier, abc"
           " FROM guanxi.v_customer ORDER BY 1",
           "a||||unknown|unknown|unknown|f|1|stranger|陌生期|2026-01-01 00:00:00+00|0|none|f||||\n"
           "b|organization|public|authoritarian|yes|unknown|no|t|4|growing|成长期|2026-02-02 00:00:00+00|2|"
           "maintain|t|2026-02-01 00:00:00+00|2027-02-01 00:00:00+00|fading|\n");
}

static void the_zone_is_the_level_against_its_target(void **state)
{
    (void)state;
    for (int target = 0; target <= 3; target++) {
        char id[2] = {(char)('a' + target)};
        insert_customer(id, 2, STAGE_MATURE, TRAITS({TRAIT_TARGET, target}));
    }
    EXPECT("SELECT customer_id, target_level, zone FROM guanxi.v_customer ORDER BY 1",
           "a||\nb|1|over\nc|2|in\nd|3|under\n");
}

static void texts_are_those_of_the_profile(void **state)
{
    (void)state;
    insert_customer("a", 1, STAGE_STRANGER, 0);
    insert_customer("b", 1, STAGE_STRANGER, 0);
    test_sql(&database, "INSERT INTO guanxi.profile VALUES ('a', 'Zhang', 'li', NULL, 'wechat')");
    EXPECT("SELECT customer_id, name, owner, manager, channel FROM guanxi.v_customer ORDER BY 1",
           "a|Zhang|li||wechat\nb||||\n");
}

static void who_says_there_is_no_need_is_unfit(void **state)
{
    (void)state;
    insert_customer("a", 1, STAGE_STRANGER, 0);
    test_sql(&database, "INSERT INTO guanxi.objection (customer_id, kind, cause, raised_at, resolved_at) VALUES"
                        " ('a', 0, 0, '2026-01-02Z', NULL), ('a', 1, 1, '2026-01-03Z', NULL),"
                        " ('a', 0, 1, '2026-01-04Z', '2026-01-05Z')");
    EXPECT("SELECT unfit FROM guanxi.v_customer", "f\n");
    test_sql(&database, "INSERT INTO guanxi.objection VALUES ('2026-01-06Z', NULL, 0, 1, 'a')");
    EXPECT("SELECT unfit FROM guanxi.v_customer", "t\n");
    EXPECT("SELECT * FROM guanxi.v_objection ORDER BY raised_at",
           "a|need|company|2026-01-02 00:00:00+00|\na|money|customer|2026-01-03 00:00:00+00|\n"
           "a|need|customer|2026-01-04 00:00:00+00|2026-01-05 00:00:00+00\n"
           "a|need|customer|2026-01-06 00:00:00+00|\n");
}

static void the_end_names_its_reason(void **state)
{
    (void)state;
    insert_customer("a", 1, STAGE_ENDED, TRAITS({TRAIT_ENDED_BY, 1 + BY_CUSTOMER}));
    insert_customer("b", 1, STAGE_ESTABLISHED, 0); // it ended, and was reopened
    insert_customer("c", 1, STAGE_ENDED, TRAITS({TRAIT_ENDED_BY, 1 + BY_US}));
    test_sql(&database,
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, occurred_at, type, data) VALUES"
             " ('a', 's', 'e1', '2026-01-02Z', 31, '{\"by\":\"us\",\"reason\":\"first\"}'),"
             " ('a', 's', 'e2', '2026-01-04Z', 31, '{\"by\":\"customer\",\"reason\":\"moved away\"}'),"
             " ('b', 's', 'e1', '2026-01-02Z', 31, '{\"by\":\"us\",\"reason\":\"b\"}'),"
             " ('c', 's', 'e1', '2026-01-02Z', 31, '{\"by\":\"us\"}')");
    test_sql(&database,
             "INSERT INTO guanxi.transition (customer_id, kind, n, at, from_state, to_state, detail, source, event_id)"
             " VALUES ('a', 1, 9, '2026-01-02Z', 1, 0, 0, 's', 'e1'), ('a', 1, 10, '2026-01-04Z', 2, 0, 0, 's', 'e2'),"
             " ('a', 0, 11, '2026-01-05Z', 2, 1, 1, 's', 'e1'),"
             " ('b', 1, 1, '2026-01-02Z', 1, 0, 0, 's', 'e1'), ('c', 1, 1, '2026-01-02Z', 1, 0, 0, 's', 'e1')");
    EXPECT("SELECT customer_id, stage_code, stage_zh, ended_by, ended_reason FROM guanxi.v_customer ORDER BY 1",
           "a|ended|终止|customer|moved away\nb|established|建立期||\nc|ended|终止|us|\n");
}

// After a merge events of two subjects may have one source and id: the one that ended it counts, and of two at one
// instant the first in the order of the model.
static void the_end_is_told_from_others_of_its_id(void **state)
{
    (void)state;
    insert_customer("m", 1, STAGE_ENDED, TRAITS({TRAIT_ENDED_BY, 1 + BY_CUSTOMER}));
    test_sql(&database,
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, recorded_as, occurred_at, type, data) VALUES"
             " ('m', 's', 'e', 'a', '2026-01-01Z', 31, '{\"by\":\"us\",\"reason\":\"earlier\"}'),"
             " ('m', 's', 'e', 'b', '2026-01-04Z', 6, '{\"reason\":\"no end\"}'),"
             " ('m', 's', 'e', 'z', '2026-01-04Z', 31, '{\"by\":\"us\",\"reason\":\"second\"}'),"
             " ('m', 's', 'e', '', '2026-01-04Z', 31, '{\"by\":\"customer\",\"reason\":\"first\"}')");
    test_sql(&database,
             "INSERT INTO guanxi.transition (customer_id, kind, n, at, from_state, to_state, detail, source, event_id)"
             " VALUES ('m', 1, 1, '2026-01-04Z', 2, 0, 0, 's', 'e')");
    EXPECT("SELECT customer_id, ended_reason FROM guanxi.v_customer", "m|first\n");
}

static void transitions_are_told_apart_by_kind(void **state)
{
    (void)state;
    test_sql(
        &database,
        "INSERT INTO guanxi.transition (customer_id, kind, n, at, from_state, to_state, detail, source, event_id)"
        " VALUES ('a', 0, 1, '2026-01-03Z', 1, 2, 0, 's', 'e'), ('a', 0, 2, '2026-04-03Z', 2, 1, 1, NULL, NULL),"
        " ('a', 0, 3, '2026-05-03Z', 3, 2, 2, NULL, NULL),"
        " ('a', 1, 1, '2026-01-03Z', 1, 2, 1, 's', 'e'), ('a', 1, 2, '2026-01-04Z', 2, 0, 0, 's', 'f'),"
        " ('a', 2, 1, '2026-01-03Z', 0, 3, 15, 's', 'e'), ('a', 2, 2, '2026-01-04Z', 3, 0, 14, 's', 'f'),"
        " ('a', 3, 1, '2026-01-03Z', 0, 3, 4, 's', 'e'), ('a', 3, 2, '2026-01-04Z', 3, 4, 35, 's', 'f'),"
        " ('w', 1, 1, '2026-01-03Z', 2, 5, 2, 's', 'e')");
    EXPECT("SELECT * FROM guanxi.v_level_change ORDER BY at",
           "a|2026-01-03 00:00:00+00|1|2|event|s|e\na|2026-04-03 00:00:00+00|2|1|warmth||\n"
           "a|2026-05-03 00:00:00+00|3|2|evidence||\n");
    EXPECT("SELECT * FROM guanxi.v_stage_change WHERE customer_id = 'a' ORDER BY at",
           "a|2026-01-03 00:00:00+00|1|2|t|s|e\na|2026-01-04 00:00:00+00|2|0|f|s|f\n");
    // One row of a walk through stages is each of its steps.
    EXPECT("SELECT * FROM guanxi.v_stage_change WHERE customer_id = 'w' ORDER BY from_stage",
           "w|2026-01-03 00:00:00+00|2|3|t|s|e\nw|2026-01-03 00:00:00+00|3|4|t|s|e\n"
           "w|2026-01-03 00:00:00+00|4|5|f|s|e\n");
    EXPECT("SELECT * FROM guanxi.v_pram_change ORDER BY at",
           "a|2026-01-03 00:00:00+00|7|maintain|t\na|2026-01-04 00:00:00+00|7|none|f\n");
    EXPECT("SELECT * FROM guanxi.v_tier_change ORDER BY at",
           "a|2026-01-03 00:00:00+00||star||4\na|2026-01-04 00:00:00+00|star|fading|4|3\n");
}

static void promises_make_keep_rates(void **state)
{
    (void)state;
    insert_customer("a", 1, STAGE_STRANGER, 0);
    test_sql(&database, "INSERT INTO guanxi.promise (customer_id, promise_id, by, state, made_at, due_at, outcome_at,"
                        " about) VALUES ('a', '1', 0, 1, '2026-01-01Z', '2026-01-09Z', NULL, 'a visit'),"
                        " ('a', '2', 1, 4, '2026-01-01Z', '2026-01-09Z', '2026-01-05Z', NULL)");
    EXPECT("SELECT keep_rate_us, keep_rate_customer FROM guanxi.v_customer", "|\n");
    test_sql(&database, "INSERT INTO guanxi.promise (customer_id, promise_id, by, state, outcome_at) VALUES"
                        " ('a', '3', 0, 2, '2026-01-02Z'), ('a', '4', 0, 2, '2026-01-02Z'),"
                        " ('a', '5', 0, 3, '2026-01-02Z'), ('a', '6', 0, 2, '2026-01-02Z'),"
                        " ('a', '7', 1, 3, '2026-01-02Z')");
    EXPECT("SELECT keep_rate_us, keep_rate_customer FROM guanxi.v_customer", "0.75|0\n");
    EXPECT("SELECT * FROM guanxi.v_promise WHERE promise_id IN ('1', '2', '3', '7') ORDER BY promise_id",
           "a|1|us|a visit|2026-01-01 00:00:00+00|2026-01-09 00:00:00+00|open|\n"
           "a|2|customer||2026-01-01 00:00:00+00|2026-01-09 00:00:00+00|lapsed|2026-01-05 00:00:00+00\n"
           "a|3|us||||kept|2026-01-02 00:00:00+00\na|7|customer||||broken|2026-01-02 00:00:00+00\n");
}

// Packs the book as the program does, so that the view follows the form.
static void keep_book(const char *id, const struct book *book)
{
    uint8_t packed[BOOK_PACKED_MAX];
    size_t size = book_pack(book, packed);
    char *sql = malloc(2 * size + 128), *at = sql;
    at += sprintf(at, "UPDATE guanxi.customer SET book = '\\x");
    for (size_t i = 0; i < size; i++)
        at += sprintf(at, "%02x", packed[i]);
    sprintf(at, "' WHERE customer_id = '%s'", id);
    test_sql(&database, sql);
    free(sql);
}

static void checklists_are_read_out_of_the_book(void **state)
{
    (void)state;
    static struct book book;
    book_init(&book);
    insert_customer("a", 1, STAGE_STRANGER, 0);
    insert_customer("b", 1, STAGE_STRANGER, 0); // no book
    insert_customer("c", 1, STAGE_STRANGER, 0); // a book without marks
    book.care[REMINDER_CADENCE].anchor = 5;
    keep_book("c", &book);
    static const struct {
        int item;
        instant at;
    } marks[] = {{0, 0}, {1, 1767225600123456}, {7, INSTANT_LAST}, {63, 1}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        book.marked |= UINT64_C(1) << marks[i].item;
        book.marked_at[marks[i].item] = marks[i].at;
    }
    keep_book("a", &book);
    test_sql(&database, "INSERT INTO guanxi.checklist_item VALUES (0, 'spin', 'situation'), (1, 'spin', 'problem'),"
                        " (2, 'spin', 'payoff'), (7, 'tasks', 'visit')");
    // An item that the policy does not have has no name.
    EXPECT("SELECT * FROM guanxi.v_checklist ORDER BY list, item",
           "a|spin|problem|2026-01-01 00:00:00.123456+00\na|spin|situation|1970-01-01 00:00:00+00\n"
           "a|tasks|visit|2199-12-31 23:59:59.999999+00\n");
}

// Whatever a view tells of one customer costs that customer's rows, however many others there are.
static void one_customer_costs_no_scan(void **state)
{
    (void)state;
    static const char *const views[] = {"v_customer", "v_level_change", "v_stage_change", "v_pram_change",
        "v_tier_change", "v_reminder", "v_upcoming", "v_promise", "v_objection", "v_checklist", "v_timeline"};
    test_sql(&database,
             "INSERT INTO guanxi.customer (version, policy, home, as_of, first_seen_at, warmth, level, stage, book,"
             " next_kind, next_due_at, customer_id)"
             " SELECT 1, 1, 1, now(), now(), 0, 1, 0, '\\x00', 0, now(), 'c' || i FROM generate_series(1, 500) i;"
             "INSERT INTO guanxi.profile SELECT 'c' || i, 'n' FROM generate_series(1, 500) i;"
             "INSERT INTO guanxi.promise (customer_id, promise_id, by, state) SELECT 'c' || i, 'p', 0, 2"
             " FROM generate_series(1, 500) i;"
             "INSERT INTO guanxi.objection SELECT now(), NULL, 0, 1, 'c' || i FROM generate_series(1, 500) i;"
             "INSERT INTO guanxi.transition SELECT now(), NULL, 1, 0, k, 1, 0, 'c' || i, 's', 'e'"
             " FROM generate_series(1, 500) i, generate_series(0, 3) k;"
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, occurred_at, type, data)"
             " SELECT 'c' || i, 's', 'e', now(), 7, '{}' FROM generate_series(1, 500) i;"
             "INSERT INTO guanxi.reminder (reminder_id, anchor, due_at, opened_at, home, kind, notices, customer_id)"
             " SELECT gen_random_uuid(), 1, now(), now(), 1, 0, 1, 'c' || i FROM generate_series(1, 500) i;"
             "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off");
    static const char read[] = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
                               " WHERE schemaname = 'guanxi' AND relname IN ('customer', 'profile', 'promise',"
                               " 'objection', 'transition', 'timeline', 'reminder')";
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        char sql[128];
        long before = atol(test_sql_text(&database, read));
        snprintf(sql, sizeof sql, "SELECT * FROM guanxi.%s WHERE customer_id = 'c250'", views[i]);
        test_sql(&database, sql);
        long rows = atol(test_sql_text(&database, read)) - before;
        if (rows < 1 || rows > 20)
            fail_msg("%s read %ld rows", views[i], rows);
    }
    // What is counted is seen.
    long before = atol(test_sql_text(&database, read));
    test_sql(&database, "SELECT * FROM guanxi.v_promise WHERE about IS NULL");
    assert_in_range(atol(test_sql_text(&database, read)) - before, 500, 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(traits_are_shown_in_codes),
        TEST(the_zone_is_the_level_against_its_target),
        TEST(texts_are_those_of_the_profile),
        TEST(who_says_there_is_no_need_is_unfit),
        TEST(the_end_names_its_reason),
        TEST(the_end_is_told_from_others_of_its_id),
        TEST(transitions_are_told_apart_by_kind),
        TEST(promises_make_keep_rates),
        TEST(checklists_are_read_out_of_the_book),
        TEST(one_customer_costs_no_scan),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
