// How everything does, and a search, through the views and with a login that has no more than guanxi_reader.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "postgres/overview.h"
#include "support/postgres.h"

static struct test_database database;
static char conninfo[600];
static struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
static struct type_rule rules[POLICY_TYPES];
static struct policy policy;
static char text[4096];

// In Shanghai; the watermark is Monday 2026-03-02 at 09:00 there.
static const char rows[] =
    "INSERT INTO guanxi.policy (base_minor_digits, rfm_window, fingerprint, mixed_fingerprint, time_zone, base_currency)"
    " VALUES (2, 365, 1, 2, 'Asia/Shanghai', 'CNY');"
    "INSERT INTO guanxi.lane (topic, partition, next_offset, end_offset, lane_time, state, reason, owner, last_commit_at)"
    " VALUES ('t', 0, 9, 10, '2026-03-02T01:00Z', 'running', NULL, 'one', '2026-03-01Z'),"
    " ('t', 1, 9, 90, '2026-03-02T01:00Z', 'running', NULL, 'two', NULL),"
    " ('s', 0, 1, NULL, NULL, 'halted', 'poison', NULL, NULL),"
    " ('import:x', 0, 1, NULL, '2026-01-01Z', 'running', NULL, NULL, NULL);"
    "INSERT INTO guanxi.customer (customer_id, version, policy, home, as_of, first_seen_at, warmth, level, stage,"
    "    next_kind, next_due_at)"
    " SELECT id, 1, -1, 1, '2026-02-20Z', '2025-01-01Z', 1, 1, 1, kind, due::timestamptz FROM (VALUES"
    "  ('a%b_c', 0, '2026-03-09T00:59:59Z'), ('B', 0, '2026-03-09T01:00Z'), ('x', NULL, NULL)) AS v (id, kind, due);"
    "INSERT INTO guanxi.profile (customer_id, name, owner) VALUES ('a%b_c', '李Na', 'o''wner'), ('B', NULL, '王强');"
    "INSERT INTO guanxi.reminder (reminder_id, customer_id, kind, anchor, due_at, opened_at, closed_at, home, notices,"
    "    status, at_risk)"
    " SELECT gen_random_uuid(), id, 0, n, '2026-02-24Z', '2026-02-24Z', CASE WHEN status > 0 THEN '2026-02-25Z'::timestamptz"
    "    END, 1, notices, status, notices = 4"
    " FROM (VALUES (1, 'a%b_c', 1, 0), (2, 'a%b_c', 2, 0), (3, 'B', 4, 0), (4, 'B', 4, 1), (5, 'x', 1, 0))"
    "    AS v (n, id, notices, status);"
    "INSERT INTO guanxi.transition (customer_id, kind, n, at, from_state, to_state, detail)"
    " SELECT 'x', kind, n, at::timestamptz, from_state, to_state, 0 FROM (VALUES"
    "  (0, 1, '2026-02-28T15:59:59Z', 1, 2), (0, 2, '2026-02-28T16:00Z', 2, 3), (0, 3, '2026-03-01T15:59Z', 3, 2),"
    "  (0, 4, '2026-03-01T16:00Z', 2, 1), (0, 5, '2026-03-02T15:59Z', 1, 2), (0, 6, '2026-03-02T16:00Z', 2, 3),"
    "  (1, 7, '2026-03-02T00:00Z', 1, 2)) AS v (kind, n, at, from_state, to_state);"
    "INSERT INTO guanxi.quarantine (topic, partition, \"offset\", reason, detail, state, at, resolved_at)"
    " SELECT 't', 0, n, reason, '', state, now(), CASE WHEN state <> 'held' THEN now() END FROM (VALUES"
    "  (1, 'bad_json', 'held'), (2, 'bad_json', 'held'), (3, 'bad_utf8', 'held'), (4, 'bad_json', 'applied'))"
    "    AS v (n, reason, state);";

static int setup(void **state)
{
    (void)state;
    test_database_create(&database, true);
    test_sql(&database, rows);
    test_sql(&database, "DO $$ BEGIN CREATE ROLE reads LOGIN IN ROLE guanxi_reader; EXCEPTION WHEN duplicate_object "
                        "THEN END $$");
    test_database_conninfo(&database, "reads", conninfo, sizeof conninfo);
    settings.conninfo = conninfo;
    settings.lock_timeout = 200000;
    policy_defaults(&policy, rules);
    policy.events_clock = true;
    snprintf(policy.zone_name, sizeof policy.zone_name, "Asia/Shanghai");
    policy_fingerprint(&policy);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_database_drop(&database);
    return 0;
}

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...)
{
    size_t size = strlen(text);
    va_list values;
    va_start(values, format);
    vsnprintf(text + size, sizeof text - size, format, values);
    va_end(values);
}

static int add_lane(void *context, const struct lane_line *line)
{
    (void)context;
    add("%.*s/%d %.*s %.*s %.*s %" PRId64 " %" PRId64 " %d\n", (int)line->topic.size, line->topic.data, line->partition,
        (int)line->state.size, line->state.data, (int)line->reason.size, line->reason.data ? line->reason.data : "",
        (int)line->owner.size, line->owner.data ? line->owner.data : "", line->next_offset, line->end_offset,
        line->last_commit_at != INSTANT_NONE);
    return 0;
}

static int add_owner(void *context, const struct owner_line *line)
{
    (void)context;
    add("%s %.*s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", line->everybody ? "all" : "owner",
        (int)line->owner.size, line->owner.data ? line->owner.data : "", line->open, line->overdue, line->at_risk,
        line->soon);
    return 0;
}

static int add_moves(void *context, const struct moves_line *line)
{
    (void)context;
    add("%d +%" PRId64 " -%" PRId64 "\n", line->day, line->up, line->down);
    return 0;
}

static int add_held(void *context, const struct held_line *line)
{
    (void)context;
    add("%.*s %" PRId64 "\n", (int)line->reason.size, line->reason.data, line->records);
    return 0;
}

static const struct state_listener listener = {
    .lane = add_lane, .owner = add_owner, .moves = add_moves, .held = add_held,
    .lanes = 10, .owners = 10, .days = 3, .within = 7 * DAY,
};

static void everything_is_told(void **state)
{
    (void)state;
    unsigned missing = 1;
    *text = '\0';
    assert_int_equal(overview_state(&settings, &policy, &listener, &missing), 0);
    assert_int_equal(missing, 0);
    assert_string_equal(text, "s/0 halted poison  1 -1 0\n"
                        "t/1 running  two 9 90 0\n"
                        "t/0 running  one 9 10 1\n"
                        "bad_json 2\n"
                        "bad_utf8 1\n"
                        "all  4 2 1 1\n"
                        "owner 王强 1 1 1 0\n"
                        "owner o'wner 2 1 0 1\n"
                        "owner  1 0 0 0\n"
                        "20512 +1 -0\n" // 2026-02-28
                        "20513 +1 -1\n"
                        "20514 +1 -1\n");
    struct state_listener few = listener;
    few.lanes = few.owners = few.days = 1;
    *text = '\0';
    assert_int_equal(overview_state(&settings, &policy, &few, &missing), 0);
    assert_string_equal(text, "s/0 halted poison  1 -1 0\nbad_json 2\nbad_utf8 1\nall  4 2 1 1\nowner 王强 1 1 1 0\n"
                        "20514 +1 -1\n");
}

static int stop(void *context, const struct held_line *line)
{
    (void)context;
    (void)line;
    return 7;
}

static void what_takes_too_long_is_missing(void **state)
{
    (void)state;
    unsigned missing;
    struct state_listener stops = listener;
    stops.held = stop;
    assert_int_equal(overview_state(&settings, &policy, &stops, &missing), 7);
    test_sql(&database, "BEGIN; LOCK TABLE guanxi.transition, guanxi.lane IN ACCESS EXCLUSIVE MODE");
    *text = '\0';
    assert_int_equal(overview_state(&settings, &policy, &listener, &missing), 0);
    test_sql(&database, "ROLLBACK");
    assert_int_equal(missing, STATE_LANES | STATE_OWNERS | STATE_MOVES);
    assert_string_equal(text, "bad_json 2\nbad_utf8 1\n");
    struct postgres_settings nowhere = settings;
    nowhere.conninfo = "host=/nonexistent";
    assert_true(overview_state(&nowhere, &policy, &listener, &missing) < 0);
}

static void nothing_is_nothing(void **state)
{
    (void)state;
    unsigned missing;
    test_sql(&database, "BEGIN");
    struct test_database empty;
    test_database_create(&empty, true);
    char own[600];
    test_database_conninfo(&empty, "reads", own, sizeof own);
    struct postgres_settings there = settings;
    there.conninfo = own;
    *text = '\0';
    struct state_listener one = listener;
    one.days = 0;
    assert_int_equal(overview_state(&there, &policy, &one, &missing), 0);
    assert_int_equal(missing, 0);
    assert_string_equal(text, "all  0 0 0 0\n");
    test_database_drop(&empty);
    test_sql(&database, "ROLLBACK");
}

static int add_customer(void *context, const struct customer_line *line)
{
    (void)context;
    add("%.*s ", (int)line->id.size, line->id.data);
    return 0;
}

static void finds(const char *search, const char *ids)
{
    const struct customer_filter filter = {.stage = -1, .search = search};
    *text = '\0';
    assert_int_equal(overview_customers(&settings, &policy, &filter, add_customer, NULL), 0);
    assert_string_equal(text, ids);
}

static void customers_are_searched(void **state)
{
    (void)state;
    finds(NULL, "B a%b_c x ");
    finds("", "B a%b_c x ");
    finds("b", "B a%b_c ");
    finds("%B_", "a%b_c ");
    finds("_", "a%b_c ");
    finds("李n", "a%b_c ");
    finds("nA", "a%b_c ");
    finds("'; DROP TABLE guanxi.lane; --", "");
    finds("y", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_told),
        cmocka_unit_test(what_takes_too_long_is_missing),
        cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(customers_are_searched),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
