// What waits in the database, counted for the metrics.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "postgres/sql.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

static struct store_sample sample(instant watermark, instant clock)
{
    struct store_sample found;
    assert_done(test.store->ops->sample(test.store, watermark, clock, &found));
    return found;
}

static void an_empty_database_waits_for_nothing(void **state)
{
    (void)state;
    struct store_sample found = sample(INSTANT_NONE, INSTANT_NONE);
    assert_int_equal(found.outbox_held + found.outbox_released + found.timers_due + found.folds_due +
                     found.notices_due + found.quarantine_held, 0);
    assert_true(found.oldest_due == INSTANT_NONE);
}

static struct outbox_row change_of(const char *customer, int32_t home, instant at)
{
    return (struct outbox_row){
        .customer_id = span_text(customer), .home = home, .at = at, .kind = OUTBOX_TRANSITION,
        .transition = {.kind = TRANSITION_LEVEL, .from = 1, .to = 2, .n = 1, .detail = LEVEL_BY_WARMTH}};
}

static void put_notice(const char *customer, int32_t home, instant at, enum notice_state held)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.notice (reminder_id, at, home, notice, recipients, state, customer_id) VALUES "
             "(gen_random_uuid(), to_timestamp(%lld / 1e6), %d, 1, 1, %d, '%s')",
             (long long)at, (int)home, (int)held, customer);
    test_sql(&test.database, sql);
}

// Timers, folds and notices before the watermark; messages in any case; what is dealt with no more.
static void what_waits_is_counted(void **state)
{
    (void)state;
    const int32_t one = test_store_lane(test.store, 0).lane_id, two = test_store_lane(test.store, 1).lane_id;
    struct customer_row customers[4] = {test_customer("a", one), test_customer("b", one), test_customer("c", two),
                                        test_customer("d", two)};
    customers[0].wake_at = 10 * SECOND;
    customers[1].wake_at = 50 * SECOND;
    customers[2].wake_at = 5 * SECOND;
    customers[3].fold_at = 20 * SECOND;
    struct outbox_row messages[3] = {change_of("a", one, 30 * SECOND), change_of("a", one, 90 * SECOND),
                                     change_of("c", two, 30 * SECOND)};
    struct quarantine_row bad = {.topic = "calls", .offset = 7, .reason = REJECT_NOT_JSON, .detail = SPAN_LITERAL("x")};
    struct store_write write = {.customers = customers, .customer_count = 4, .outbox = messages, .outbox_count = 3,
                                .quarantine = &bad, .quarantine_count = 1, .epoch = EPOCH_ANY};
    assert_done(test.store->ops->write(test.store, &write));
    put_notice("a", one, 4 * SECOND, NOTICE_PUBLISHED);
    put_notice("a", one, 8 * SECOND, NOTICE_HELD);
    put_notice("c", two, 60 * SECOND, NOTICE_HELD);

    struct store_sample found = sample(40 * SECOND, 100 * SECOND);
    assert_int_equal(found.timers_due, 2);
    assert_int_equal(found.folds_due, 1);
    assert_int_equal(found.notices_due, 1);
    assert_int_equal(found.outbox_held, 3);
    assert_int_equal(found.outbox_released, 0);
    assert_int_equal(found.quarantine_held, 1);
    assert_true(found.oldest_due == 5 * SECOND);
    found = sample(INSTANT_NONE, 9 * SECOND); // nothing was read yet
    assert_int_equal(found.timers_due + found.folds_due + found.notices_due, 0);
    assert_true(found.oldest_due == 5 * SECOND);
    assert_true(sample(40 * SECOND, 5 * SECOND).oldest_due == INSTANT_NONE);
    assert_true(found.ranked == INSTANT_NONE);
    test_sql(&test.database, "INSERT INTO guanxi.rank (epoch, valued_at, finished_at, as_of, customers, changed, daily, "
             "segments) VALUES (0, to_timestamp(70), to_timestamp(71), '1970-01-01', 0, 0, true, '{}'), "
             "(0, to_timestamp(80), NULL, '1970-01-02', 0, 0, true, '{}')");
    assert_true(sample(INSTANT_NONE, 9 * SECOND).ranked == 71 * SECOND);

    size_t released;
    assert_done(test.store->ops->release_changes(test.store, (const int32_t[]){one, two}, 2, 40 * SECOND, 10, &released));
    assert_int_equal(released, 2);
    test_sql(&test.database, "UPDATE guanxi.quarantine SET state = 'discarded'");
    found = sample(40 * SECOND, 100 * SECOND);
    assert_int_equal(found.outbox_held, 1);
    assert_int_equal(found.outbox_released, 2);
    assert_int_equal(found.quarantine_held, 0);
}

// However much is due, only a bounded part of it is looked at, by the indexes.
static void the_cost_follows_what_is_due(void **state)
{
    (void)state;
    const int32_t home = test_store_lane(test.store, 0).lane_id;
    char sql[1024];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.customer (version, policy, warmth, level, stage, home, customer_id, wake_at, "
             "first_seen_at) SELECT 1, 0, 0, 1 + i %% 4, 1, %d, 'c' || i, to_timestamp(i + 1000), now() "
             "FROM generate_series(1, 20000) AS i; ANALYZE guanxi.customer", (int)home);
    test_sql(&test.database, sql);
    PGresult *prepared = PQprepare(test.database.connection, "sample", sql_sample, 0, NULL);
    assert_int_equal(PQresultStatus(prepared), PGRES_COMMAND_OK);
    PQclear(prepared);
    PGresult *plan = PQexec(test.database.connection,
                            "EXPLAIN (ANALYZE, TIMING OFF) EXECUTE sample (to_timestamp(1100), to_timestamp(1100))");
    assert_int_equal(PQresultStatus(plan), PGRES_TUPLES_OK);
    for (int i = 0; i < PQntuples(plan); i++) {
        if (strstr(PQgetvalue(plan, i, 0), "Seq Scan on customer"))
            fail_msg("all customers are read: %s", PQgetvalue(plan, i, 0));
    }
    PQclear(plan);
    assert_int_equal(sample(1100 * SECOND, 1100 * SECOND).timers_due, 99);
}

static void assert_levels(int64_t basic, int64_t reactive, int64_t accountable, int64_t proactive)
{
    int64_t found[LEVEL_COUNT + 1];
    bool known;
    assert_done(test.store->ops->levels(test.store, found, &known));
    assert_true(known);
    assert_int_equal(found[LEVEL_BASIC], basic);
    assert_int_equal(found[LEVEL_REACTIVE], reactive);
    assert_int_equal(found[LEVEL_ACCOUNTABLE], accountable);
    assert_int_equal(found[LEVEL_PROACTIVE], proactive);
}

static void put_customers(int level, int count)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.customer (version, policy, warmth, level, stage, home, customer_id, first_seen_at) "
             "SELECT 1, 0, 0, %d, 1, 1, 'l%d-' || i, now() FROM generate_series(1, %d) AS i", level, level, count);
    test_sql(&test.database, sql);
}

static void customers_are_counted_by_level(void **state)
{
    (void)state;
    assert_levels(0, 0, 0, 0);
    put_customers(1, 300);
    put_customers(2, 20);
    put_customers(4, 7);
    test_sql(&test.database, "UPDATE guanxi.customer SET first_seen_at = NULL WHERE customer_id = 'l1-1'"); // nobody yet
    assert_levels(299, 20, 0, 7);
}

// The same statement, for a table that is too large to be counted.
static int64_t estimate(int level)
{
    const char *values[] = {"0"};
    PGresult *result = PQexecParams(test.database.connection, sql_customer_levels, 1, NULL, values, NULL, NULL, 0);
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    int64_t found = -1;
    for (int i = 0; i < PQntuples(result); i++) {
        if (strtol(PQgetvalue(result, i, 0), NULL, 10) == level)
            found = strtoll(PQgetvalue(result, i, 1), NULL, 10);
    }
    PQclear(result);
    return found;
}

static void many_customers_are_estimated(void **state)
{
    (void)state;
    put_customers(1, 30000);
    put_customers(2, 9000);
    put_customers(3, 1000);
    assert_int_equal(estimate(1), -1); // without statistics nothing is known
    test_sql(&test.database, "ANALYZE guanxi.customer");
    assert_in_range(estimate(1), 29400, 30600);
    assert_in_range(estimate(2), 8400, 9600);
    assert_in_range(estimate(3), 700, 1300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(an_empty_database_waits_for_nothing),
        STORE_TEST(what_waits_is_counted),
        STORE_TEST(the_cost_follows_what_is_due),
        STORE_TEST(customers_are_counted_by_level),
        STORE_TEST(many_customers_are_estimated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
