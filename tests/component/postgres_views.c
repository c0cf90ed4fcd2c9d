// The views over rows written by hand: what section 13 of the model promises, column by column.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

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

static void expect_columns(const char *view, const char *columns)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute"
             " WHERE attrelid = 'guanxi.%s'::regclass AND attnum > 0",
             view);
    EXPECT(sql, columns);
}

static void columns_are_those_promised(void **state)
{
    (void)state;
    expect_columns(
        "v_customer",
        "customer_id name owner manager kind role style channel fit_money fit_authority fit_need unfit "
        "first_seen_at last_contact_at last_inbound_at last_outbound_at rhythm "
        "unanswered_at unfollowed_at followed_up_at warmth warmth_at level level_code level_zh "
        "level_since target_level zone tier abc stage stage_code stage_zh stage_since ended_by "
        "ended_reason pram_cycle pram_phase premature agreement_at agreement_until "
        "orders spent first_order_at last_order_at purchase_days referrals f m "
        "keep_rate_us keep_rate_customer open_reminders at_risk as_of policy\n");
    expect_columns("v_level_change", "customer_id at from_level to_level cause source event_id\n");
    expect_columns("v_stage_change", "customer_id at from_stage to_stage implied source event_id\n");
    expect_columns("v_pram_change", "customer_id at cycle phase premature\n");
    expect_columns("v_tier_change", "customer_id at from_tier to_tier from_target to_target\n");
    expect_columns("v_promise", "customer_id promise_id by about made_at due_at state outcome_at\n");
    expect_columns("v_objection", "customer_id kind cause raised_at resolved_at\n");
    expect_columns("v_checklist", "customer_id list item marked_at\n");
    expect_columns("v_reminder",
                   "reminder_id customer_id kind anchor due_at opened_at notices status closed_at "
                   "closed_by_source closed_by_event acknowledged_at snoozed_until at_risk\n");
    expect_columns("v_notice", "reminder_id notice at recipients state published_at\n");
    expect_columns("v_upcoming", "customer_id kind due_at\n");
    expect_columns(
        "v_timeline",
        "customer_id occurred_at recorded_at source event_id type direction points amount "
        "ref recorded_as topic partition offset\n");
    expect_columns("v_alias", "customer_id into at\n");
    expect_columns("v_lane",
                   "topic partition next_offset end_offset epoch lane_time owner state reason "
                   "last_commit_at\n");
    expect_columns("v_quarantine",
                   "quarantine_id topic partition offset reason detail key payload source event_id "
                   "type subject state at resolved_at\n");
}

// ------------------------------------------------------------------------------------------- watermark

#define WATERMARK "SELECT watermark, left_out FROM guanxi.v_watermark"

static void insert_lanes(void)
{
    test_sql(
        &database,
        "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time, heartbeat_at, halted_at) VALUES"
        " ('calls', 0, 9, '2026-03-01T10:00Z', '2026-05-01T12:00Z', NULL),"
        " ('calls', 1, 9, '2026-03-01T09:00Z', '2026-05-01T11:30Z', NULL),"
        " ('calls', 2, 0, NULL, '2026-05-01T12:00Z', NULL),"
        " ('import:old', 0, 5, '2020-01-01T00:00Z', '2026-05-01T12:00Z', NULL)");
}

static void the_watermark_is_the_least_lane_time(void **state)
{
    (void)state;
    EXPECT(WATERMARK, "|0\n");
    insert_lanes();
    EXPECT(WATERMARK, "2026-03-01 09:00:00+00|0\n");
}

static void lanes_long_silent_or_halted_are_left_out(void **state)
{
    (void)state;
    insert_lanes();
    test_sql(
        &database,
        "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time, heartbeat_at, halted_at)"
        " VALUES ('visits', 0, 1, '2026-02-01T00:00Z', '2026-05-01T10:59:59Z', NULL),"
        " ('visits', 1, 1, '2026-02-02T00:00Z', '2026-05-01T12:00Z', '2026-05-01T10:59:59Z')");
    EXPECT(WATERMARK, "2026-03-01 09:00:00+00|2\n");
    test_sql(
        &database,
        "INSERT INTO guanxi.policy VALUES (true, 2, 365, 1, 2, now(), '2 hours', 'UTC', 'CNY')");
    EXPECT(WATERMARK, "2026-02-01 00:00:00+00|0\n");
    // Where every lane is halted the furthest counts.
    test_sql(&database, "UPDATE guanxi.lane SET halted_at = '2026-05-01T09:00Z'");
    EXPECT(WATERMARK, "2026-03-01 10:00:00+00|4\n");
}

// -------------------------------------------------------------------------------------------- customers

static void insert_customer(const char *id, const char *first_seen)
{
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO guanxi.customer (version, policy, home, as_of, first_seen_at, last_contact_at, rhythm,"
        " warmth, warmth_at, level, level_since, level_changes, stage, orders, spent, purchase_days,"
        " referrals, next_kind, next_due_at, customer_id) VALUES (1, -1, 1, '2026-03-01Z', %s,"
        " '2026-02-01Z', 2, 4.5, '2026-02-02Z', 2, '2026-01-03Z', 1, 3, 3, 500, 2, 1, 2, '2026-04-01Z', '%s')",
        first_seen, id);
    test_sql(&database, sql);
}

static void customers_are_those_first_seen(void **state)
{
    (void)state;
    insert_customer("a", "'2026-01-01Z'");
    insert_customer("b", "NULL");
    EXPECT(
        "SELECT customer_id, first_seen_at, rhythm, unanswered_at, warmth, level, level_code, level_zh, orders,"
        " spent, purchase_days, referrals, f, m, open_reminders, at_risk, policy FROM guanxi.v_customer",
        "a|2026-01-01 00:00:00+00|2||4.5|2|reactive|反应|3|500|2|1|0|0|0|f|ffffffffffffffff\n");
    EXPECT("SELECT * FROM guanxi.v_upcoming", "a|aftersale|2026-04-01 00:00:00+00\n");
}

// The table leaves out counts of zero and instants that are as_of or first_seen_at; the view does not.
static void short_rows_are_shown_whole(void **state)
{
    (void)state;
    test_sql(&database,
             "INSERT INTO guanxi.customer (version, policy, home, as_of, first_seen_at, last_contact_at,"
             " warmth, warmth_at, level, level_since, stage, stage_since, customer_id) VALUES"
             " (1, -1, 1, '2026-03-01Z', '2026-01-01Z', NULL, 4.5, NULL, 1, NULL, 1, NULL, 'a'),"
             " (1, -1, 1, '2026-03-01Z', '2026-01-01Z', '-infinity', 0, '-infinity', 1, '-infinity', 1,"
             " '-infinity', 'b')");
    EXPECT("SELECT customer_id, last_contact_at, warmth_at, level_since, stage_since, rhythm, orders, spent,"
           " purchase_days, referrals, pram_cycle FROM guanxi.v_customer ORDER BY 1",
           "a|2026-03-01 00:00:00+00|2026-03-01 00:00:00+00|2026-01-01 00:00:00+00|2026-01-01 00:00:00+00"
           "|0|0|0|0|0|0\n"
           "b|||||0|0|0|0|0|0\n");
}

#define ORDERS \
    "INSERT INTO guanxi.timeline (occurred_at, amount, type, customer_id, source, event_id, data) VALUES"

static void f_and_m_are_of_the_window(void **state)
{
    (void)state;
    insert_customer("a", "'2026-01-01Z'");
    insert_customer("b", "'2026-01-01Z'");
    test_sql(&database, "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time)"
                        " VALUES ('orders', 0, 9, '2026-03-10T17:00Z')"); // 03-11 01:00 in Shanghai
    test_sql(
        &database,
        "INSERT INTO guanxi.policy VALUES (true, 2, 10, 1, 2, now(), '1 hour', 'Asia/Shanghai', 'CNY')");
    // The window is 03-02 .. 03-11 in Shanghai: from 03-01T16:00Z, before 03-11T16:00Z.
    test_sql(&database, ORDERS " ('2026-03-01T15:59:59.999999Z', 1, 7, 'a', 's', '1', '{}'),"
                               " ('2026-03-01T16:00Z', 10, 7, 'a', 's', '2', '{}'),"
                               " ('2026-03-11T15:59:59.999999Z', 100, 7, 'a', 's', '3', '{}'),"
                               " ('2026-03-11T16:00Z', 1000, 7, 'a', 's', '4', '{}'),"
                               " ('2026-03-05T00:00Z', 400, 9, 'a', 's', '5', '{}'),"
                               " ('2026-03-05T00:00Z', 7000, 10, 'a', 's', '6', '{}'),"
                               " ('2026-03-05T00:00Z', NULL, 8, 'a', 's', '7', '{}')");
    EXPECT("SELECT first_day, last_day FROM guanxi.v_rfm_window", "2026-03-02|2026-03-11\n");
    EXPECT("SELECT customer_id, f, m FROM guanxi.v_customer ORDER BY 1", "a|2|-290\nb|0|0\n");
    test_sql(&database, "UPDATE guanxi.policy SET rfm_window = 0");
    EXPECT("SELECT customer_id, f, m FROM guanxi.v_customer ORDER BY 1", "a|3|-289\nb|0|0\n");
}

static void totals_stop_at_the_limits(void **state)
{
    (void)state;
    insert_customer("a", "'2026-01-01Z'");
    test_sql(&database, "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time)"
                        " VALUES ('orders', 0, 9, '2026-03-10Z')");
    test_sql(&database,
             "INSERT INTO guanxi.policy VALUES (true, 2, 0, 1, 2, now(), '1 hour', 'UTC', 'CNY')");
    test_sql(&database, ORDERS " ('2026-03-01Z', 9223372036854775807, 7, 'a', 's', '1', '{}'),"
                               " ('2026-03-01Z', 9223372036854775807, 7, 'a', 's', '2', '{}')");
    EXPECT("SELECT m FROM guanxi.v_customer", "9223372036854775807\n");
    test_sql(&database, "UPDATE guanxi.timeline SET type = 9");
    EXPECT("SELECT m FROM guanxi.v_customer", "-9223372036854775808\n");
}

// -------------------------------------------------------------------------------------------- reminders

#define ID1 "00000000-0000-5000-8000-000000000001"
#define ID2 "00000000-0000-5000-8000-000000000002"

static void reminders_and_notices_speak_in_codes(void **state)
{
    (void)state;
    insert_customer("a", "'2026-01-01Z'");
    test_sql(
        &database,
        "INSERT INTO guanxi.reminder (reminder_id, anchor, due_at, opened_at, closed_at, home, kind, notices,"
        " status, at_risk, customer_id, closed_source, closed_event, promise_id) VALUES"
        " ('" ID1
        "', 1767225600000000, '2026-01-02Z', '2026-01-02Z', '2026-01-05Z', 1, 8, 1, 1, true, 'a', 's',"
        " 'e', 'p1'), ('" ID2
        "', 1767225600000001, '2026-02-02Z', '2026-02-02Z', NULL, 1, 0, 4, 0, false, 'a', NULL,"
        " NULL, NULL)");
    test_sql(
        &database,
        "INSERT INTO guanxi.notice (reminder_id, at, published_at, home, notice, recipients, state,"
        " customer_id) VALUES ('" ID2 "', '2026-02-02Z', '2026-02-03Z', 1, 1, 1, 2, 'a'),"
        " ('" ID2 "', '2026-02-05Z', NULL, 1, 2, 2, 1, 'a'),"
        " ('" ID2 "', '2026-02-07Z', NULL, 1, 3, 3, 0, 'a'),"
        " ('" ID2 "', '2026-02-09Z', NULL, 1, 4, 3, 3, 'a')");
    EXPECT(
        "SELECT * FROM guanxi.v_reminder ORDER BY 1", ID1
        "|a|overdue|p1|2026-01-02 00:00:00+00|2026-01-02 00:00:00+00|1|done|"
        "2026-01-05 00:00:00+00|s|e|||t\n" ID2
        "|a|cadence|1767225600000001|2026-02-02 00:00:00+00|2026-02-02 00:00:00+00|4|open||||||f\n");
    EXPECT("SELECT notice, recipients, state, published_at FROM guanxi.v_notice ORDER BY 1",
           "1|owner|published|2026-02-03 00:00:00+00\n2|manager|held|\n3|owner,manager|held|\n"
           "4|owner,manager|suppressed|\n");
    // A closed reminder keeps its mark but is no risk.
    EXPECT("SELECT open_reminders, at_risk FROM guanxi.v_customer", "1|f\n");
    test_sql(&database, "UPDATE guanxi.reminder SET at_risk = true");
    EXPECT("SELECT open_reminders, at_risk FROM guanxi.v_customer", "1|t\n");
    EXPECT("SELECT DISTINCT status FROM guanxi.v_reminder ORDER BY 1", "done\nopen\n");
}

// --------------------------------------------------------------------------------------------- timeline

static void the_timeline_tells_where_a_row_came_from(void **state)
{
    (void)state;
    test_sql(
        &database,
        "INSERT INTO guanxi.lane (lane_id, topic, partition, next_offset) OVERRIDING SYSTEM VALUE"
        " VALUES (77, 'orders', 3, 9)");
    test_sql(
        &database,
        "INSERT INTO guanxi.timeline (occurred_at, points, \"offset\", amount, lane_id, type, side, customer_id,"
        " source, event_id, data, recorded_as) VALUES"
        " ('2026-03-01Z', 8, 5, 1200, 77, 7, NULL, 'a', 's', '1', '{\"order_id\":\"o1\"}', ''),"
        " ('2026-03-02Z', 3, 6, NULL, 77, 1, 2, 'a', 's', '2', '{\"direction\":\"outbound\"}', 'b'),"
        " ('2026-03-03Z', 0, NULL, NULL, NULL, 41, NULL, 'a', 'guanxi', 'rank/x', '{}', '')");
    EXPECT(
        "SELECT occurred_at, event_id, type, direction, points, amount, ref, recorded_as, topic, partition,"
        " \"offset\" FROM guanxi.v_timeline ORDER BY 1",
        "2026-03-01 00:00:00+00|1|order.placed||8|1200|o1|a|orders|3|5\n"
        "2026-03-02 00:00:00+00|2|call.completed|outbound|3|||b|orders|3|6\n"
        "2026-03-03 00:00:00+00|rank/x|guanxi.valued||0|||a|||\n");
}

static void what_an_event_names_is_found_by_its_type(void **state)
{
    (void)state;
    test_sql(&database, ORDERS
             " ('2026-03-01Z', NULL, 8, 'a', 's', '1', '{\"order_id\" : \"o\\\"1\"}'),"
             " ('2026-03-01Z', NULL, 20, 'a', 's', '2', '{\"by\":\"us\",\"promise_id\":\"p\"}'),"
             " ('2026-03-01Z', NULL, 35, 'a', 's', '3', '{\"into\":\"w\"}'),"
             " ('2026-03-01Z', NULL, 36, 'a', 's', '4', '{\"customer\":\"l\"}'),"
             " ('2026-03-01Z', NULL, 39, 'a', 's', '5', '{\"reminder_id\":\"r\"}'),"
             " ('2026-03-01Z', NULL, 24, 'a', 's', '6', '{\"order_id\":\"not one\"}'),"
             " ('2026-03-01Z', NULL, 8, 'a', 's', '7', '{\"x\":{\"order_id\":\"nested\"}}')");
    test_sql(&database, "UPDATE guanxi.timeline SET names = CASE type WHEN 35 THEN 'w' ELSE 'l' END"
                        " WHERE type IN (35, 36)");
    EXPECT("SELECT event_id, ref FROM guanxi.v_timeline ORDER BY 1",
           "1|o\"1\n2|p\n3|w\n4|l\n5|r\n6|\n7|\n");
}

// The form of data is checked, its escapes are not: half a pair must not fail a whole query.
static void no_data_fails_the_view(void **state)
{
    (void)state;
    EXPECT("SELECT guanxi.data_text(d, 'order_id') FROM (VALUES"
           " (1, '{\"order_id\":\"\\ud83d\\ude00\"}'),"             // a pair
           " (2, '{\"order_id\":\"o\",\"x\":\"\\ud83d\"}'),"        // half a pair
           " (3, '{\"order_id\":\"o\",\"x\":\"\\uDE00\\uD83D\"}')," // the wrong way round
           " (4, '{\"order_id\":\"\\\\ud83d\"}')," // no escape but a backslash and letters
           " (5, '{\"order_id\":\"o\",\"x\":\"\\\\ud83d\\ude00\"}')," // that, and half a pair
           " (6, '{\"order_id\":\"o\",\"x\":\"\\u0000\"}'),"
           " (7, '{\"order_id\":\"o\",\"x\":1e99999}'),"
           " (8, '{\"order_id\":\"\\u00e9\"}')) AS v (n, d) ORDER BY n",
           "😀\n\n\n\\ud83d\n\n\no\né\n");
}

// ------------------------------------------------------------------------------------ lanes, quarantine

static void lanes_and_quarantine_show_their_rows(void **state)
{
    (void)state;
    test_sql(
        &database,
        "INSERT INTO guanxi.lane (topic, partition, next_offset, end_offset, epoch, lane_time, owner,"
        " state, reason) VALUES ('t', 2, 5, 9, 3, '2026-01-01Z', 'me', 'halted', 'flood')");
    test_sql(
        &database,
        "INSERT INTO guanxi.quarantine (topic, partition, \"offset\", reason, detail, key, payload,"
        " event_id, subject) VALUES ('t', 2, 4, 'bad_time', 'second 60', '\\x61', NULL, 'e', 'a')");
    EXPECT("SELECT * FROM guanxi.v_lane", "t|2|5|9|3|2026-01-01 00:00:00+00|me|halted|flood|\n");
    EXPECT(
        "SELECT topic, partition, \"offset\", reason, detail, key, payload, source, event_id, type, subject, state,"
        " at = now(), resolved_at FROM guanxi.v_quarantine",
        "t|2|4|bad_time|second 60|\\x61|||e||a|held|t|\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, rollback)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(columns_are_those_promised),
        TEST(the_watermark_is_the_least_lane_time),
        TEST(lanes_long_silent_or_halted_are_left_out),
        TEST(customers_are_those_first_seen),
        TEST(short_rows_are_shown_whole),
        TEST(f_and_m_are_of_the_window),
        TEST(totals_stop_at_the_limits),
        TEST(reminders_and_notices_speak_in_codes),
        TEST(the_timeline_tells_where_a_row_came_from),
        TEST(what_an_event_names_is_found_by_its_type),
        TEST(no_data_fails_the_view),
        TEST(lanes_and_quarantine_show_their_rows),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
