// What the store makes of a server that refuses, stops, dies or keeps silent: the right outcome, nothing
// left behind, and good as new after a reconnect.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/status.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;
static struct lane_row lane;

// A write that has something for every table; `round` makes its keys new.
static int write_everything(struct store *store, int round)
{
    char name[16];
    snprintf(name, sizeof name, "c%d", round);
    struct customer_row customers[2] = {test_customer("a", lane.lane_id), test_customer(name, lane.lane_id)};
    struct span id = SPAN_LITERAL("a");
    int outcome = store->ops->load(store, &id, 1, &test.arena, customers);
    if (outcome)
        return outcome;
    struct lane_row now;
    outcome = store->ops->lanes(store, &lane.lane_id, 1, &now);
    if (outcome)
        return outcome;
    struct lane_advance advance = test_advance(&now, 1);
    struct event event;
    struct timeline_row timeline = test_timeline(&event, name, "1", 5);
    struct transition_row change = {
        .customer_id = customers[1].id, .transition = {.from = 1, .to = 2, .n = 1}, .at = 5};
    struct promise_row promise = {.customer_id = customers[1].id,
                                  .promise = {.id = SPAN_LITERAL("p"), .state = PROMISE_OPEN}};
    struct objection_row objection = {.customer_id = customers[1].id, .resolved_at = INSTANT_NONE};
    struct profile_row profile = {.customer_id = customers[1].id, .name = SPAN_LITERAL("C")};
    struct reminder_row reminder = {.customer_id = customers[1].id, .due_at = 1, .opened_at = 1,
        .closed_at = INSTANT_NONE, .acknowledged_at = INSTANT_NONE, .snoozed_until = INSTANT_NONE};
    struct notice_row notice = {.customer_id = customers[1].id, .notice = 1, .at = 1};
    struct outbox_row message = {.customer_id = customers[1].id, .at = 1, .payload = SPAN_LITERAL("{}")};
    struct quarantine_row quarantine = {.topic = "calls", .offset = round, .reason = REJECT_NUL};
    struct store_write write = {.lanes = &advance,
                                .lane_count = 1,
                                .customers = customers,
                                .customer_count = 2,
                                .timeline = &timeline,
                                .timeline_count = 1,
                                .transitions = &change,
                                .transition_count = 1,
                                .promises = &promise,
                                .promise_count = 1,
                                .objections = &objection,
                                .objection_count = 1,
                                .profiles = &profile,
                                .profile_count = 1,
                                .reminders = &reminder,
                                .reminder_count = 1,
                                .notices = &notice,
                                .notice_count = 1,
                                .outbox = &message,
                                .outbox_count = 1,
                                .quarantine = &quarantine,
                                .quarantine_count = 1};
    return store->ops->write(store, &write);
}

// Rows that writes of all rounds so far have left: a digest of everything.
static const char *contents(void)
{
    return test_sql_text(
        &test.database,
        "SELECT concat_ws(' ', (SELECT sum(next_offset) FROM guanxi.lane), (SELECT sum(version) FROM guanxi.customer),"
        " (SELECT count(*) FROM guanxi.timeline), (SELECT count(*) FROM guanxi.transition),"
        " (SELECT count(*) FROM guanxi.promise), (SELECT count(*) FROM guanxi.objection),"
        " (SELECT count(*) FROM guanxi.profile),"
        " (SELECT count(*) FROM guanxi.reminder), (SELECT count(*) FROM guanxi.notice),"
        " (SELECT count(*) FROM guanxi.outbox), (SELECT count(*) FROM guanxi.quarantine))");
}

static int set_up(void **state)
{
    (void)state;
    test_store_create(&test);
    lane = test_store_lane(test.store, 0);
    struct customer_row customer = test_customer("a", lane.lane_id);
    assert_done(test_write(test.store, &customer, 1, NULL, 0));
    test_sql(
        &test.database,
        "CREATE FUNCTION public.hurt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_ARGV[0] = 'die' THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); "
        "ELSIF TG_ARGV[0] = 'sleep' THEN PERFORM pg_sleep(2); "
        "ELSE RAISE EXCEPTION 'hurt' USING ERRCODE = TG_ARGV[0], DETAIL = 'secret row'; END IF; "
        "RETURN NEW; END $$");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_store_destroy(&test);
    return 0;
}

// Every INSERT or UPDATE of a table, or the commit behind it, meets `what`.
static void hurt(const char *table, const char *event, bool at_commit, const char *what)
{
    char sql[512];
    snprintf(sql, sizeof sql, "CREATE %s TRIGGER hurt %s %s ON guanxi.%s %s FOR EACH ROW EXECUTE FUNCTION "
             "public.hurt('%s')", at_commit ? "CONSTRAINT" : "", at_commit ? "AFTER" : "BEFORE", event, table,
             at_commit ? "DEFERRABLE INITIALLY DEFERRED" : "", what);
    test_sql(&test.database, sql);
}

static void heal(const char *table)
{
    char sql[128];
    snprintf(sql, sizeof sql, "DROP TRIGGER hurt ON guanxi.%s", table);
    test_sql(&test.database, sql);
}

static void a_session_that_ends_at_any_step_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *table, *event;
        bool at_commit;
    } steps[] = {{"lane", "UPDATE", false},         {"customer", "UPDATE", false},
                 {"customer", "INSERT", false},     {"timeline", "INSERT", false},
                 {"promise", "INSERT", false},      {"objection", "INSERT", false},
                 {"profile", "INSERT", false},      {"transition", "INSERT", false},
                 {"reminder", "INSERT", false},
                 {"notice", "INSERT", false},       {"outbox", "INSERT", false},
                 {"quarantine", "INSERT", false},   {"timeline", "INSERT", true}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char before[128];
        snprintf(before, sizeof before, "%s", contents());
        hurt(steps[i].table, steps[i].event, steps[i].at_commit, "die");
        assert_outcome(STORE_AWAY, write_everything(test.store, (int)i));
        // The server says why, which is lost if the connection breaks while we are sending.
        assert_non_null(strstr(fault_message(), "PostgreSQL, "));
        // Without a reconnect it stays away.
        assert_outcome(STORE_AWAY, write_everything(test.store, (int)i));
        assert_string_equal(before, contents());
        heal(steps[i].table);
        assert_done(test.store->ops->reconnect(test.store));
        assert_done(write_everything(test.store, (int)i));
        assert_string_not_equal(before, contents());
    }
}

static void a_session_that_ended_unseen_is_noticed(void **state)
{
    (void)state;
    char sql[64];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", test_store_backend(&test));
    test_sql(&test.database, sql);
    assert_outcome(STORE_AWAY, write_everything(test.store, 1));
    assert_done(test.store->ops->reconnect(test.store));
    assert_done(write_everything(test.store, 1));
}

static void errors_of_the_server_have_their_outcome(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        int outcome;
    } cases[] = {{"53100", STORE_FULL}, {"53200", STORE_FULL}, {"40001", STORE_RETRY}, {"40P01", STORE_RETRY},
        {"55P03", STORE_RETRY}, {"57014", STORE_RETRY}, {"53300", STORE_AWAY}, {"25006", STORE_AWAY},
        {"57P03", STORE_AWAY}, {"08006", STORE_AWAY}, {"22003", STORE_POISON}, {"23514", STORE_POISON},
        {"21000", STORE_POISON}, {"42501", STATUS_DENIED}, {"42P01", STATUS_SCHEMA}, {"3F000", STATUS_SCHEMA},
        {"28P01", STATUS_DENIED}, {"3D000", STATUS_CONFIG}, {"XX000", STATUS_BROKEN}};
    static const struct {
        const char *table, *event;
    } steps[] = {{"customer", "UPDATE"}, {"timeline", "INSERT"}, {"quarantine", "INSERT"}};
    char before[128];
    snprintf(before, sizeof before, "%s", contents());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
            hurt(steps[k].table, steps[k].event, false, cases[i].sqlstate);
            assert_outcome(cases[i].outcome, write_everything(test.store, 1));
            assert_non_null(strstr(fault_message(), cases[i].sqlstate));
            assert_null(strstr(fault_message(), "secret"));
            heal(steps[k].table);
            if (cases[i].outcome == STORE_AWAY)
                assert_done(test.store->ops->reconnect(test.store));
            assert_string_equal(before, contents());
        }
    assert_done(write_everything(test.store, 1));
}

static void waiting_has_an_end(void **state)
{
    (void)state;
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.lock_timeout = 50000;
    settings.statement_timeout = 300000;
    struct store *store = test_store_open(&test, &settings);
    test_sql(&test.database, "BEGIN; UPDATE guanxi.customer SET version = version");
    assert_outcome(STORE_RETRY, write_everything(store, 1));
    assert_non_null(strstr(fault_message(), "55P03"));
    test_sql(&test.database, "ROLLBACK");
    hurt("timeline", "INSERT", false, "sleep");
    assert_outcome(STORE_RETRY, write_everything(store, 1));
    assert_non_null(strstr(fault_message(), "57014"));
    heal("timeline");
    assert_done(write_everything(store, 1));
    store->ops->close(store);
}

static int dawdle(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    bool *dawdled = context;
    (void)customer;
    (void)row;
    (void)event;
    if (!*dawdled)
        usleep(400000);
    *dawdled = true;
    return 0;
}

static void a_process_that_stops_in_a_transaction_loses_it(void **state)
{
    (void)state;
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.idle_timeout = 100000;
    struct store *store = test_store_open(&test, &settings);
    test_sql(&test.database,
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, occurred_at, type, data) "
             "SELECT 'a', '/s', 'e' || i, now(), 1, '{}' FROM generate_series(1, 5000) AS i");
    struct span id = SPAN_LITERAL("a");
    bool dawdled = false;
    assert_outcome(STORE_AWAY, store->ops->timelines(store, &id, 1, dawdle, &dawdled));
    assert_done(store->ops->reconnect(store));
    assert_done(write_everything(store, 2));
    store->ops->close(store);
}

static void a_server_that_keeps_silent_is_given_up(void **state)
{
    (void)state;
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.statement_timeout = 100000;
    int other = test_store_backend(&test);
    test.store->ops->close(test.store);
    test.store = test_store_open(&test, &settings);
    int backend = test_store_backend(&test);
    assert_int_not_equal(backend, 0);
    assert_int_not_equal(backend, other);
    assert_int_equal(kill(backend, SIGSTOP), 0);
    int64_t start = clock_monotonic_us();
    assert_outcome(STORE_AWAY, write_everything(test.store, 1));
    assert_in_range(clock_monotonic_us() - start, 4 * SECOND, 20 * SECOND);
    assert_int_equal(kill(backend, SIGCONT), 0);
    assert_done(test.store->ops->reconnect(test.store));
    assert_done(write_everything(test.store, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_session_that_ends_at_any_step_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_session_that_ended_unseen_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_of_the_server_have_their_outcome, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waiting_has_an_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_process_that_stops_in_a_transaction_loses_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_server_that_keeps_silent_is_given_up, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("postgres_store_faults", tests, NULL, NULL);
}
