// What people ask of customers as they stand: `guanxid customer` and `guanxid due` word by word, over rows written
// by hand, with a login that has no more than guanxi_reader.
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

// Four customers in Shanghai; the watermark is Monday 2026-03-02 at 09:00 there, to the second.
static const char rows[] =
    "INSERT INTO guanxi.policy (base_minor_digits, rfm_window, fingerprint, mixed_fingerprint, time_zone, base_currency)"
    " VALUES (2, 365, 1, 2, 'Asia/Shanghai', 'CNY');"
    "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time) VALUES ('t', 0, 9, '2026-03-02T01:00Z');"
    "INSERT INTO guanxi.customer (customer_id, version, policy, home, as_of, first_seen_at, last_contact_at,"
    "    last_inbound_at, unfollowed_at, rhythm, warmth, warmth_at, level, level_since, stage, stage_since, orders,"
    "    spent, traits, agreement_at, agreement_until, next_kind, next_due_at) VALUES"
    "  ('li-na', 1, -1, 1, '2026-02-20Z', '2025-01-01Z', '2026-01-10T02:00Z', '2025-12-01Z', NULL, 3, 20,"
    "    '2025-12-02T01:00Z', 3, '2026-01-10T02:00Z', 5, '2025-02-01Z', 2, 123450, (3 << 3) | (4 << 6) | (1 << 9) | (1 << 13),"
    "    NULL, NULL, 7, '2026-03-05T02:00Z'),"
    "  ('ann', 1, -1, 1, '2026-02-20Z', '2025-01-01Z', '2025-12-03Z', NULL, NULL, NULL, 9, '2026-02-20Z', 2,"
    "    '2025-06-01Z', 3, '2025-06-01Z', NULL, NULL, NULL, NULL, NULL, 0, '2026-03-03Z'),"
    "  ('wu', 1, -1, 1, '2026-02-01Z', '2025-01-01Z', '2026-02-01Z', NULL, '2026-02-01Z', NULL, -4, '2026-02-01Z', 1,"
    "    '2025-06-01Z', 0, '2025-06-01Z', 1, 100, 1 << 22, NULL, NULL, NULL, NULL),"
    "  ('zed', 1, -1, 1, '2026-02-01Z', '2025-01-01Z', '-infinity', NULL, NULL, NULL, 0, '-infinity', 1, '2025-06-01Z',"
    "    1, '2025-06-01Z', NULL, NULL, NULL, '2025-09-01Z', '2026-03-31Z', 6, '2026-03-08Z');"
    "INSERT INTO guanxi.profile (customer_id, name, owner, manager) VALUES ('li-na', '李娜', '王强', '高峰'),"
    "  ('ann', E'Ann\\x1b[2J', 'Bo', NULL), ('wu', NULL, '王强', NULL);"
    "INSERT INTO guanxi.promise (customer_id, promise_id, by, state, made_at, due_at, outcome_at) VALUES"
    "  ('li-na', 'P-1', 0, 1, '2026-02-20Z', '2026-03-06T02:00Z', NULL),"
    "  ('li-na', 'P-2', 1, 2, '2026-02-01Z', '2026-02-10Z', '2026-02-09Z'),"
    "  ('li-na', 'P-3', 0, 3, '2026-02-01Z', '2026-02-10Z', '2026-02-09Z'),"
    "  ('li-na', 'P-4', 0, 1, '2026-02-01Z', '2026-02-27T02:00Z', NULL);"
    "INSERT INTO guanxi.objection (customer_id, kind, cause, raised_at) VALUES ('ann', 3, 0, '2026-02-20Z'),"
    "  ('ann', 5, 1, '2026-02-20Z'), ('ann', 4, 0, '2026-02-21Z');"
    "INSERT INTO guanxi.reminder (reminder_id, customer_id, kind, anchor, promise_id, due_at, opened_at, closed_at, home,"
    "    notices, status, at_risk, acknowledged_at, snoozed_until) VALUES"
    "  ('00000000-0000-5000-8000-000000000001', 'li-na', 0, 1768010400000000, NULL, '2026-02-24T02:00Z',"
    "    '2026-02-24T02:00Z', NULL, 1, 4, 0, true, NULL, NULL),"
    "  ('00000000-0000-5000-8000-000000000002', 'li-na', 8, 1, 'P-4', '2026-02-28T02:00Z', '2026-02-28T02:00Z', NULL, 1,"
    "    1, 0, false, '2026-03-01Z', NULL),"
    "  ('00000000-0000-5000-8000-000000000003', 'li-na', 9, 2, 'P-2', '2026-02-09Z', '2026-02-09Z', NULL, 1, 1, 0, false,"
    "    NULL, '2026-03-09Z'),"
    "  ('00000000-0000-5000-8000-000000000004', 'ann', 5, 1771545600000000, NULL, '2026-02-23Z', '2026-02-23Z', NULL, 1,"
    "    2, 0, false, NULL, NULL),"
    "  ('00000000-0000-5000-8000-000000000005', 'ann', 4, 3, NULL, '2026-02-23Z', '2026-02-23Z', '2026-02-24Z', 1,"
    "    2, 1, true, NULL, NULL);"
    "INSERT INTO guanxi.alias (customer_id, into_id, at) VALUES ('na', 'li', '2026-01-01Z'), ('li', 'li-na', '2026-01-02Z');"
    "INSERT INTO guanxi.erased (home, digest) VALUES (1, guanxi.tombstone('gone'));";

// Runs the program as a login; what it prints to both ends is in `output`.
static int run_as(const char *login, const char *arguments)
{
    char conninfo[600], command[2048];
    test_database_conninfo(&database, login, conninfo, sizeof conninfo);
    snprintf(command, sizeof command,
             "'%s' -c /dev/null -D clock=events -D model.time_zone=Asia/Shanghai -D postgres.conninfo=\"%s\" %s 2>&1",
             getenv("GUANXID"), conninfo, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    size_t size = fread(output, 1, OUTPUT_MAX - 1, pipe);
    output[size] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void says(const char *arguments, const char *expected)
{
    int code = run_as("reads", arguments);
    if (code != 0 || strcmp(output, expected) != 0)
        fail_msg("%s: exit code %d\n%s", arguments, code, output);
}

static void fails(const char *login, const char *arguments, int code, const char *message)
{
    int got = run_as(login, arguments);
    if (got != code || strcmp(output, message) != 0)
        fail_msg("%s: exit code %d\n%s", arguments, got, output);
}

// -------------------------------------------------------------------------------------------------- customers

static void the_list(void **state)
{
    (void)state;
    says("customer list",
         "customer  name        owner  level          target  warmth  stage         tier  last contact  next reminder"
         "  due         open  at risk    spent\n"
         "ann       Ann\\x1b[2J  Bo     2 reactive          -    8.33  3 evaluating  -     2025-12-03    cadence      "
         "  2026-03-03     1              0.00\n"
         "li-na     李娜        王强   3 accountable       4   10.00  5 mature      star  2026-01-10    promise      "
         "  2026-03-05     3  yes      1234.50\n"
         "wu        -           王强   1 basic             -   -3.20  0 ended       -     2026-02-01    -            "
         "  -              0              1.00\n"
         "zed       -           -      1 basic             -    0.00  1 stranger    -     -             renewal      "
         "  2026-03-08     0              0.00\n");
    says("customer list --lang zh --at-risk",
         "客户   名称  负责人  层次    目标   热度  阶段      等级      最近联系    下一提醒  到期        未了  有风险  累计金额\n"
         "li-na  李娜  王强    3 可靠     4  10.00  5 成熟期  天王巨星  2026-01-10  该兑现了  2026-03-05     3  是       1234.50\n");
    says("customer list --csv --limit 2",
         "customer_id,name,owner,level,target_level,warmth,stage,tier,last_contact_at,next_kind,next_due_at,"
         "open_reminders,at_risk,spent\r\n"
         "ann,Ann\x1b[2J,Bo,2,,8.330198808563413,3,,2025-12-03T08:00:00+08:00,cadence,2026-03-03T08:00:00+08:00,1,false,0\r\n"
         "li-na,李娜,王强,3,4,10,5,star,2026-01-10T10:00:00+08:00,promise,2026-03-05T10:00:00+08:00,3,true,123450\r\n");
    says("customer list --csv --at-risk --limit 1",
         "customer_id,name,owner,level,target_level,warmth,stage,tier,last_contact_at,next_kind,next_due_at,"
         "open_reminders,at_risk,spent\r\n"
         "li-na,李娜,王强,3,4,10,5,star,2026-01-10T10:00:00+08:00,promise,2026-03-05T10:00:00+08:00,3,true,123450\r\n");
    says("customer list --json --tier star",
         "[{\"customer_id\": \"li-na\", \"name\": \"李娜\", \"owner\": \"王强\", \"level\": 3, \"target_level\": 4, "
         "\"warmth\": 10, \"stage\": 5, \"tier\": \"star\", \"last_contact_at\": \"2026-01-10T02:00:00Z\", "
         "\"next_kind\": \"promise\", \"next_due_at\": \"2026-03-05T02:00:00Z\", \"open_reminders\": 3, "
         "\"at_risk\": true, \"spent\": 123450}]\n");
}

// Just the ids, in their order.
static void lists(const char *options, const char *ids)
{
    char arguments[256], found[256] = "";
    snprintf(arguments, sizeof arguments, "customer list --csv %s", options);
    assert_int_equal(run_as("reads", arguments), 0);
    for (char *row = strstr(output, "\r\n"); row && row[2]; row = strstr(row + 2, "\r\n")) {
        size_t length = strlen(found);
        snprintf(found + length, sizeof found - length, "%.*s ", (int)strcspn(row + 2, ","), row + 2);
    }
    assert_string_equal(found, ids);
}

static void filters_and_orders(void **state)
{
    (void)state;
    lists("", "ann li-na wu zed ");
    lists("--owner 王强", "li-na wu ");
    lists("--owner \"\"", "zed ");
    lists("--owner nobody", "");
    lists("--level 1", "wu zed ");
    lists("--level accountable", "li-na ");
    lists("--stage ended", "wu ");
    lists("--stage 3", "ann ");
    lists("--owner 王强 --level 1", "wu ");
    lists("--sort warmth", "li-na ann zed wu ");
    lists("--sort contact", "zed ann li-na wu ");
    lists("--sort due", "ann li-na zed wu ");
    lists("--sort due --limit 2", "ann li-na ");
    lists("--sort due --limit 3", "ann li-na zed ");
    lists("--sort due --limit 9", "ann li-na zed wu ");
    lists("--sort due --owner 王强", "li-na wu ");
    lists("--sort due --level 1 --limit 1", "zed ");
    lists("--sort warmth --at-risk --limit 1", "li-na ");
    lists("--sort spent --limit 3", "li-na wu ann ");
    says("customer list --owner nobody", "No customer matches.\n");
    says("customer list --owner nobody --lang zh", "没有符合条件的客户。\n");
    says("customer list --owner nobody --json", "[]\n");
}

static const char *line_of(const char *label)
{
    static char line[512];
    const char *at = output;
    while (at && strncmp(at, label, strlen(label)) != 0)
        at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    if (!at || !*at)
        fail_msg("no %s in\n%s", label, output);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void one_customer(void **state)
{
    (void)state;
    assert_int_equal(run_as("reads", "customer show li-na"), 0);
    assert_string_equal(line_of("name "), "name                          李娜");
    assert_string_equal(line_of("style "), "style                         thinker");
    assert_string_equal(line_of("level "), "level                         3 accountable");
    assert_string_equal(line_of("target level "), "target level                  4 proactive");
    assert_string_equal(line_of("level against target "), "level against target          under");
    assert_string_equal(line_of("spent "), "spent                         1234.50");
    assert_string_equal(line_of("last contact "), "last contact                  2026-01-10 10:00:00+08:00");
    assert_string_equal(line_of("promises we kept "), "promises we kept              0 %");
    assert_string_equal(line_of("promises the customer kept "), "promises the customer kept    100 %");
    assert_string_equal(line_of("at risk "), "at risk                       yes");
    assert_string_equal(line_of("agreement until "), "agreement until               -");
    assert_int_equal(run_as("reads", "customer show li-na --lang zh"), 0);
    assert_string_equal(line_of("层次 "), "层次              3 可靠");
    assert_string_equal(line_of("等级 "), "等级              天王巨星");
    assert_string_equal(line_of("性质 "), "性质              个人");
    assert_int_equal(run_as("reads", "customer show wu"), 0);
    assert_string_equal(line_of("stage of life "), "stage of life                 0 ended");
    assert_string_equal(line_of("ended by "), "ended by                      us");
}

// Each column of the view stands in the output, under a name for people.
static void nothing_of_the_view_is_left_out(void **state)
{
    (void)state;
    assert_int_equal(run_as("reads", "customer show li-na"), 0);
    int lines = 0;
    for (const char *at = output; (at = strchr(at, '\n')); at++)
        lines++;
    char expected[16];
    snprintf(expected, sizeof expected, "%d", lines + 4); // level and stage in words stand with their numbers
    assert_string_equal(test_sql_text(&database, "SELECT count(*) FROM pg_attribute WHERE attrelid ="
                                                 " 'guanxi.v_customer'::regclass AND attnum > 0"),
                        expected);
    assert_null(strchr(output, '_'));
    assert_int_equal(run_as("reads", "customer show li-na --json"), 0);
    static char sql[OUTPUT_MAX + 64];
    snprintf(sql, sizeof sql, "SELECT set_config('test.said', $$%s$$, false)", output);
    test_sql(&database, sql);
    assert_string_equal(test_sql_text(&database,
                                      "SELECT string_agg(c.column_name, ' ') FROM information_schema.columns AS c"
                                      " WHERE c.table_schema = 'guanxi' AND c.table_name = 'v_customer'"
                                      " AND NOT current_setting('test.said')::jsonb ? c.column_name"),
                        "");
    assert_string_equal(test_sql_text(&database, "SELECT concat_ws(' ', v ->> 'last_contact_at', v ->> 'm', v ->> 'zone')"
                                                 " FROM (SELECT current_setting('test.said')::jsonb) AS s (v)"),
                        "2026-01-10T02:00:00Z 0 under");
}

static void aliases_and_the_unknown(void **state)
{
    (void)state;
    assert_int_equal(run_as("reads", "customer show na"), 0);
    assert_string_equal(line_of("na "), "na was merged into li-na: what follows is about li-na.");
    assert_string_equal(line_of("customer "), "customer                      li-na");
    assert_int_equal(run_as("reads", "customer show li --lang zh"), 0);
    assert_string_equal(line_of("li "), "li 已并入 li-na，以下所说的是 li-na。");
    fails("reads", "customer show nobody", 65,
          "guanxid: there is no customer nobody: no event of it has been counted, or it was erased, which only a login "
          "with guanxi_writer can tell\n");
    fails("writes", "customer show nobody", 65, "guanxid: there is no customer nobody: no event of it has been counted\n");
    fails("writes", "customer show gone --json", 65, "guanxid: gone was erased: nothing of it is kept\n");
    assert_int_equal(run_as("writes", "customer list"), 0);
    assert_int_equal(run_as("stranger", "customer list"), 77);
    assert_non_null(strstr(output, "permission denied"));
}

// The conninfo that comes last counts.
static void what_stands_in_the_way_is_told(void **state)
{
    (void)state;
    char arguments[512];
    static const char *const commands[] = {"customer list", "customer show a", "due", "explain a"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        snprintf(arguments, sizeof arguments, "%s -D postgres.conninfo='host=127.0.0.1 port=1'", commands[i]);
        assert_int_equal(run_as("reads", arguments), 69);
        assert_true(strncmp(output, "guanxid: ", 9) == 0);
        assert_non_null(strstr(output, "cannot connect to PostgreSQL"));
        snprintf(arguments, sizeof arguments, "%s -D \"postgres.conninfo=%s dbname=postgres\"", commands[i],
                 getenv("GUANXI_TEST_POSTGRES"));
        assert_int_equal(run_as("reads", arguments), 78);
        assert_non_null(strstr(output, "run: guanxid migrate up"));
    }
    assert_int_equal(run_as("stranger", "customer list --json"), 77);
    assert_true(strncmp(output, "guanxid: ", 9) == 0); // and no empty array
    assert_int_equal(run_as("stranger", "due --csv"), 77);
    assert_true(strncmp(output, "guanxid: ", 9) == 0);
    assert_int_equal(run_as("reads", "customer list --csv >/dev/full"), 74);
}

// -------------------------------------------------------------------------------------------------- reminders

static void what_is_due(void **state)
{
    (void)state;
    says("due",
         "Bo\n"
         "  customer  name        reminder   due                     open since  state     why\n"
         "  ann       Ann\\x1b[2J  objection  2026-02-23 08:00+08:00  2026-02-23  open      The objection about the price and "
         "our salesperson has been open for 10 days (raised on 2026-02-20); it is to be handled within 3 days.\n"
         "  ann       Ann\\x1b[2J  cadence    2026-03-03 08:00+08:00  -           comes up  No contact for 90 days (last on "
         "2025-12-03); a reactive customer is due every 90 days.\n"
         "\n"
         "王强\n"
         "  customer  name  reminder  due                     open since  state             why\n"
         "  li-na     李娜  cadence   2026-02-24 10:00+08:00  2026-02-24  at risk           No contact for 51 days (last on "
         "2026-01-10); an accountable star customer is due every 22 days 12 hours.\n"
         "  li-na     李娜  thanks    2026-02-09 08:00+08:00  2026-02-09  until 2026-03-09  On 2026-02-09 the customer kept "
         "a promise (P-2) that was due on 2026-02-10; nobody has said thank you yet.\n"
         "  li-na     李娜  overdue   2026-02-28 10:00+08:00  2026-02-28  in hand           Our promise (P-4) was to be kept "
         "by 2026-02-27 and is 3 days overdue.\n"
         "  li-na     李娜  promise   2026-03-05 10:00+08:00  -           comes up          Our promise (P-1) of 2026-02-20 "
         "is to be kept by 2026-03-06.\n"
         "\n"
         "nobody's\n"
         "  customer  name  reminder  due                     open since  state     why\n"
         "  zed       -     renewal   2026-03-08 08:00+08:00  -           comes up  The agreement of 2025-09-01 ends on "
         "2026-03-31; its renewal is to be discussed.\n"
         "\n"
         "4 open, 3 more fall due until 2026-03-09 09:00+08:00.\n");
    says("due --lang zh --owner 王强 --within 0s",
         "王强\n"
         "  客户   名称  提醒      到期                    开启于      状态               原因\n"
         "  li-na  李娜  该联系了  2026-02-24 10:00+08:00  2026-02-24  有风险             已有51天没有联系（上次联系："
         "2026-01-10）；“可靠”客户（天王巨星）应每22天12小时联系一次。\n"
         "  li-na  李娜  该道谢了  2026-02-09 08:00+08:00  2026-02-09  暂缓至 2026-03-09  客户已于2026-02-09兑现承诺（P-2，"
         "约定日期：2026-02-10），尚未致谢。\n"
         "  li-na  李娜  承诺过期  2026-02-28 10:00+08:00  2026-02-28  在办               我方承诺（P-4）应于2026-02-27前兑现，"
         "已逾期3天，请尽快兑现。\n"
         "\n"
         "未了 3 项；到 2026-03-02 09:00+08:00 为止还有 0 项到期。\n");
    says("due --owner nobody", "0 open, 0 more fall due until 2026-03-09 09:00+08:00.\n");
}

static void what_is_due_as_data(void **state)
{
    (void)state;
    says("due --owner Bo --csv --within 12h",
         "customer_id,name,owner,manager,reminder_id,kind,status,due_at,opened_at,notices,acknowledged_at,snoozed_until,"
         "at_risk,why\r\n"
         "ann,Ann\x1b[2J,Bo,,00000000-0000-5000-8000-000000000004,objection,open,2026-02-23T08:00:00+08:00,"
         "2026-02-23T08:00:00+08:00,2,,,false,The objection about the price and our salesperson has been open for 10 days "
         "(raised on 2026-02-20); it is to be handled within 3 days.\r\n");
    says("due --owner \"\" --json --lang zh",
         "[{\"customer_id\": \"zed\", \"name\": null, \"owner\": null, \"manager\": null, \"reminder_id\": null, "
         "\"kind\": \"renewal\", \"status\": \"upcoming\", \"due_at\": \"2026-03-08T00:00:00Z\", \"opened_at\": null, "
         "\"notices\": 0, \"acknowledged_at\": null, \"snoozed_until\": null, \"at_risk\": false, "
         "\"why\": \"2025-09-01达成的协议将于2026-03-31到期，应洽谈续约。\"}]\n");
    says("due --owner nobody --json", "[]\n");
}

// With the wall clock it is PostgreSQL's that says what now is.
static void now_is_the_database_clock(void **state)
{
    (void)state;
    assert_int_equal(run_as("reads", "due --csv --within 0s -D clock=wall"), 0);
    assert_non_null(strstr(output, "cadence,upcoming,2026-03-03")); // long past by any clock
}

static int create(void **state)
{
    (void)state;
    test_database_create(&database, true);
    test_sql(&database, rows);
    test_sql(&database, "CREATE ROLE reads LOGIN; CREATE ROLE writes LOGIN; CREATE ROLE stranger LOGIN;"
                        "GRANT guanxi_reader TO reads; GRANT guanxi_writer TO writes");
    return getenv("GUANXID") == NULL;
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
        cmocka_unit_test(the_list),
        cmocka_unit_test(filters_and_orders),
        cmocka_unit_test(one_customer),
        cmocka_unit_test(nothing_of_the_view_is_left_out),
        cmocka_unit_test(aliases_and_the_unknown),
        cmocka_unit_test(what_stands_in_the_way_is_told),
        cmocka_unit_test(what_is_due),
        cmocka_unit_test(what_is_due_as_data),
        cmocka_unit_test(now_is_the_database_clock),
    };
    return cmocka_run_group_tests(tests, create, drop);
}
