// `guanxid explain` as a login that may only read: the timeline comes through the views, and the page is that of
// tests/explanations word by word.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "support/postgres.h"

enum { OUTPUT_MAX = 65536 };

static struct test_database database;
static char output[OUTPUT_MAX];

// The worked example of the model, and somebody with an event of a configured type.
static const char rows[] =
    "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time) VALUES ('t', 0, 9, '2026-02-01T00:00Z');"
    "INSERT INTO guanxi.event_type VALUES (1003, 'webinar.attended');"
    "INSERT INTO guanxi.timeline (customer_id, source, event_id, occurred_at, type, side, points, amount, recorded_as,"
    "    data) VALUES"
    "  ('zhang', '/scene', 'e1', '2026-01-01T00:00Z', 6, 1, 2, NULL, '', '{}'),"
    "  ('zhang', '/scene', 'e2', '2026-01-01T06:00Z', 1, 2, 3, NULL, 'old', '{\"direction\":\"outbound\"}'),"
    "  ('zhang', '/scene', 'e3', '2026-01-03T00:00Z', 7, NULL, 8, 10000, '',"
    "    '{\"order_id\":\"A\",\"amount\":\"100\",\"currency\":\"CNY\"}'),"
    "  ('zhang', '/scene', 'e4', '2026-01-12T00:00Z', 1, 2, 3, NULL, '', '{\"direction\":\"outbound\"}'),"
    "  ('ann', '/scene', 'e5', '2026-01-12T00:00Z', 1003, 1, 2.5, NULL, '', '{}');"
    "INSERT INTO guanxi.alias (customer_id, into_id, at) VALUES ('old', 'zhang', '2026-01-20Z');"
    "INSERT INTO guanxi.erased (home, digest) VALUES (1, guanxi.tombstone('gone'));";

static int run_as(const char *login, const char *arguments)
{
    char conninfo[600], command[2048];
    test_database_conninfo(&database, login, conninfo, sizeof conninfo);
    snprintf(command, sizeof command, "'%s' explain -c /dev/null -D clock=events -D postgres.conninfo=\"%s\" %s 2>&1",
             getenv("GUANXID"), conninfo, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(output, 1, OUTPUT_MAX - 1, pipe);
    output[size] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What it prints is `before` and then the page of that name.
static void expect_page(const char *login, const char *arguments, const char *before, const char *name)
{
    static char expected[16384];
    char path[512];
    snprintf(path, sizeof path, "%s/tests/explanations/%s.txt", getenv("GUANXI_SOURCE_DIR"), name);
    size_t size = (size_t)snprintf(expected, sizeof expected, "%s", before);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size += fread(expected + size, 1, sizeof expected - size - 1, file);
    expected[size] = '\0';
    fclose(file);
    int code = run_as(login, arguments);
    if (code != 0 || strcmp(output, expected) != 0)
        fail_msg("%s: exit code %d\n%s", arguments, code, output);
}

static void expect_failure(const char *login, const char *arguments, int code, const char *message)
{
    int got = run_as(login, arguments);
    if (got != code || strcmp(output, message) != 0)
        fail_msg("%s: exit code %d\n%s", arguments, got, output);
}

static void readers_and_the_writer_are_told_the_same(void **state)
{
    (void)state;
    expect_page("reads", "zhang", "", "worked_example.en");
    expect_page("reads", "zhang --lang zh", "", "worked_example.zh");
    expect_page("writes", "zhang", "", "worked_example.en");
    expect_page("postgres", "zhang", "", "worked_example.en");
}

static void an_alias_means_its_winner(void **state)
{
    (void)state;
    expect_page("reads", "old", "old was merged into zhang: what follows is about zhang.\n", "worked_example.en");
    expect_page("reads", "old --lang zh", "old 已并入 zhang，以下所说的是 zhang。\n", "worked_example.zh");
    assert_int_equal(run_as("reads", "old --json"), 0);
    assert_non_null(strstr(output, "{\"customer\":\"zhang\",\"asked\":\"old\",\"at\":\"2026-02-01T00:00:00Z\","));
}

static void the_past(void **state)
{
    (void)state;
    assert_int_equal(run_as("reads", "zhang --at 2026-01-11 --json"), 0);
    assert_non_null(strstr(output, "\"at\":\"2026-01-11T00:00:00Z\""));
    assert_non_null(strstr(output, "\"level\":{\"number\":2,"));
    // A date is its beginning there.
    assert_int_equal(run_as("reads", "zhang --at 2026-01-11 --json -D model.time_zone=Asia/Shanghai"), 0);
    assert_non_null(strstr(output, "\"at\":\"2026-01-10T16:00:00Z\""));
    assert_int_equal(run_as("reads", "zhang --at 2026-01-11T00:00:00+08:00 --json"), 0);
    assert_non_null(strstr(output, "\"at\":\"2026-01-10T16:00:00Z\""));
}

static void configured_types_are_found_by_name(void **state)
{
    (void)state;
    assert_int_equal(run_as("reads", "ann --json -D 'model.types=( { type = \"art.shown\"; points = 1; }, "
                                     "{ type = \"webinar.attended\"; points = 2.5; contact = \"inbound\"; } )'"), 0);
    assert_non_null(strstr(output, "\"type\":\"webinar.attended\",\"direction\":\"inbound\""));
    assert_non_null(strstr(output, "\"points\":2.5,"));
    assert_string_equal(test_sql_text(&database, "SELECT count(*) FROM guanxi.event_type WHERE type_id >= 1000"), "1");
}

// As of the watermark, or of what happened to the customer after it.
static void contributions_add_up_to_warmth(void **state)
{
    (void)state;
    test_sql(&database,
             "BEGIN; SET LOCAL timezone = 'UTC';"
             "INSERT INTO guanxi.policy (base_minor_digits, rfm_window, fingerprint, mixed_fingerprint, time_zone,"
             "    base_currency, half_life) VALUES (2, 365, 1, 2, 'UTC', 'CNY', '30 days');"
             "INSERT INTO guanxi.customer (customer_id, version, policy, home, as_of, first_seen_at, warmth, warmth_at, level,"
             "    stage) VALUES ('bob', 1, 1, 1, '2026-01-02Z', '2025-12-03Z', 10, '2026-01-02Z', 1, 1),"
             "    ('eve', 1, 1, 1, '2026-03-01Z', '2026-03-01Z', 5, '2026-03-01Z', 1, 1),"
             "    ('old', 1, 1, 1, '1970-01-01Z', '1970-01-01Z', 5, '1970-01-01Z', 1, 1);"
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, occurred_at, type, points, recorded_as, data)"
             " VALUES ('bob', 's', '1', '2025-12-03Z', 7, 8, '', '{}'), ('bob', 's', '2', '2026-01-02Z', 1, 6, 'rob', '{}'),"
             "    ('bob', 's', '3', '2026-01-02Z', 10, 0, '', '{}'), ('eve', 's', '1', '2026-03-01Z', 3, 5, '', '{}'),"
             "    ('old', 's', '1', '1970-01-01Z', 3, 5, '', '{}')");
    assert_true(test_sql_yields(&database,
                                "SELECT source, event_id, recorded_as, occurred_at, type, points, weight, at"
                                " FROM guanxi.v_contribution WHERE customer_id = 'bob' ORDER BY event_id",
                                "s|1|bob|2025-12-03 00:00:00+00|order.placed|8|2|2026-02-01 00:00:00+00\n"
                                "s|2|rob|2026-01-02 00:00:00+00|call.completed|6|3|2026-02-01 00:00:00+00\n"));
    assert_true(test_sql_yields(&database, "SELECT weight, at FROM guanxi.v_contribution WHERE customer_id = 'eve'",
                                "5|2026-03-01 00:00:00+00\n"));
    assert_true(test_sql_yields(&database,
                                "SELECT c.customer_id, abs(sum(v.weight) - max(c.warmth * power(2, -least(extract(epoch FROM"
                                " v.at - c.warmth_at)::float8 / 86400 / 30, 900)))) < 1e-12"
                                " FROM guanxi.v_customer AS c JOIN guanxi.v_contribution AS v USING (customer_id)"
                                " GROUP BY 1 ORDER BY 1",
                                "bob|t\neve|t\nold|t\n"));
    test_sql(&database, "ROLLBACK");
}

// The last rank up to the day counts, and the limits are those of all who have the same score there.
static void the_value_is_that_of_the_last_rank(void **state)
{
    (void)state;
    test_sql(&database,
             "INSERT INTO guanxi.rank (as_of, epoch, valued_at, customers, changed, daily, segments)"
             " SELECT d::date, 0, now(), 4, 0, true, ARRAY['Champions', 'Others']"
             " FROM (VALUES ('2026-01-05'), ('2026-01-31'), ('2026-02-02')) AS v (d);"
             "INSERT INTO guanxi.value (as_of, customer_id, m, clv, f, rank, recency_days, x, t_x, t_age, r_score, f_score,"
             "    m_score, segment, abc, tier, target_level, changed)"
             " SELECT d::date, c, m, 777, f, r, 28, 0, 0, 28, s, s, s, CASE s WHEN 5 THEN 1 ELSE 2 END, 'A', 3, 4, false"
             " FROM (VALUES ('2026-01-05', 'zhang', 100, 1, 1, 5), ('2026-01-31', 'zhang', 10000, 1, 2, 4),"
             "    ('2026-01-31', 'ann', 30000, 3, 1, 5), ('2026-01-31', 'eve', 10000, 2, 3, 4),"
             "    ('2026-01-31', 'bob', -500, 1, 4, 1), ('2026-02-02', 'zhang', 1, 1, 1, 1)) AS v (d, c, m, f, r, s)");
    assert_int_equal(run_as("reads", "zhang"), 0);
    assert_non_null(strstr(output,
                           "  rank of                  2026-01-31: place 2 of 4\n"
                           "  R                        28 days: score 4 (28 days to 28 days)\n"
                           "  F                        1: score 4 (1 to 2)\n"
                           "  M                        100.00: score 4 (100.00 to 100.00)\n"
                           "  segment                  Others: no segment has these scores\n"
                           "  ABC class                A: those before make 80.0 % of all money (A below 80 %, B below 95 %)\n"
                           "  tier                     star, target level 4: 100.00 in the last 180 days, 0.00 in as many "
                           "before\n"
                           "  lifetime value           7.77\n"));
    assert_int_equal(run_as("reads", "zhang --at 2026-01-06"), 0);
    assert_non_null(strstr(output, "  rank of                  2026-01-05: place 1 of 1\n"));
    assert_int_equal(run_as("reads", "zhang --json"), 0);
    assert_non_null(strstr(output, "\"ranked\":{\"until\":\"2026-02-01T00:00:00Z\""));
}

static void nobody(void **state)
{
    (void)state;
    expect_failure("reads", "nobody", 65,
                   "guanxid: there is no customer nobody: no event of it has been counted, or it was erased, which only "
                   "a login with guanxi_writer can tell\n");
    expect_failure("writes", "nobody", 65, "guanxid: there is no customer nobody: no event of it has been counted\n");
    expect_failure("writes", "gone", 65, "guanxid: gone was erased: nothing of it is kept\n");
    expect_failure("reads", "zhang --at 2025-12-31", 65,
                   "guanxid: nothing was known of zhang at 2025-12-31 00:00:00+00:00\n");
    assert_int_equal(run_as("stranger", "zhang"), 77);
    assert_int_equal(run_as("reads", "zhang -D model.half_life=x"), 78);
}

static int create(void **state)
{
    (void)state;
    test_database_create(&database, true);
    test_sql(&database, rows);
    test_sql(&database, "CREATE ROLE reads LOGIN; CREATE ROLE writes LOGIN; CREATE ROLE stranger LOGIN;"
                        "GRANT guanxi_reader TO reads; GRANT guanxi_writer TO writes");
    return getenv("GUANXID") == NULL || getenv("GUANXI_SOURCE_DIR") == NULL;
}

static int drop(void **state)
{
    (void)state;
    test_database_drop(&database);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_and_the_writer_are_told_the_same),
        cmocka_unit_test(an_alias_means_its_winner),
        cmocka_unit_test(the_past),
        cmocka_unit_test(configured_types_are_found_by_name),
        cmocka_unit_test(contributions_add_up_to_warmth),
        cmocka_unit_test(nobody),
        cmocka_unit_test(the_value_is_that_of_the_last_rank),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
