// Quarantine on a real database: what a write put there is listed, shown, and retried by today's rules.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "app/retry.h"
#include "base/status.h"
#include "postgres/quarantine.h"
#include "support/postgres.h"

static struct test_database database;
static struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
static struct store *store;
static struct type_rule rules[POLICY_TYPES];
static struct policy policy;
static int32_t lane_id;
static instant wall;

enum { ENDED_APPLIED = 100 }; // what was applied ends a walk here, as everything does

static int setup(void **state)
{
    (void)state;
    test_database_create(&database, true);
    settings.conninfo = database.conninfo;
    policy_defaults(&policy, rules);
    policy_fingerprint(&policy);
    assert_int_equal(postgres_store_open(&settings, &store), 0);
    assert_int_equal(store->ops->reconnect(store), 0);
    struct lane_row lane;
    const struct lane_claim claim = {.topic = "calls", .partition = 3, .cluster_id = ""};
    assert_int_equal(store->ops->claim(store, "test", &claim, 1, &lane), 0);
    lane_id = lane.lane_id;
    instant watermark;
    int32_t left_out;
    assert_int_equal(store->ops->beat(store, NULL, 0, HOUR, &watermark, &left_out, &wall), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    store->ops->close(store);
    test_database_drop(&database);
    return 0;
}

// Puts a record there as a batch does. Offsets tell them apart.
static int64_t hold(enum reject_reason reason, struct span value,
                    const struct record_header *headers, size_t count)
{
    static int64_t offset = 100;
    uint8_t packed[256];
    const struct record record = {.headers = headers, .header_count = count};
    size_t size = record_pack_headers(&record, packed, sizeof packed);
    assert_true(size <= sizeof packed);
    const struct quarantine_row row = {
        .topic = "calls",
        .partition = 3,
        .offset = ++offset,
        .reason = reason,
        .detail = SPAN_LITERAL("as it was"),
        .key = SPAN_LITERAL("k\x1b\xff"),
        .value = value,
        .headers = span_of((const char *)packed, size),
        .subject = SPAN_LITERAL("ada"),
    };
    const struct store_write write = {.epoch = EPOCH_ANY, .quarantine = &row, .quarantine_count = 1};
    assert_int_equal(store->ops->write(store, &write), 0);
    return strtoll(test_sql_text(&database, "SELECT max(quarantine_id) FROM guanxi.quarantine"),
                   NULL, 10);
}

static const struct record_header structured[] = {
    {SPAN_LITERAL("content-type"), SPAN_LITERAL("application/cloudevents+json")},
    {SPAN_LITERAL("empty"), SPAN_NONE},
};

static int64_t hold_event(enum reject_reason reason, const char *json)
{
    return hold(reason, span_text(json), structured, 2);
}

#define EVENT(subject, id, type, time, data)                                        \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/t\",\"type\":\"" type \
    "\",\"time\":\"" time "\",\"subject\":\"" subject "\",\"data\":" data "}"

// ------------------------------------------------------------------------------------------------ retry

struct retrying {
    struct retrier retrier;
    struct reject reject;
};

static int retry_row(void *context, const struct quarantined *row)
{
    struct retrying *retrying = context;
    const struct retry_row item = {
        .quarantine_id = row->id, .lane_id = row->lane_id, .record = &row->record};
    assert_int_equal(row->lane_id, lane_id);
    int outcome = retry_record(&retrying->retrier, &item, &retrying->reject);
    return outcome == RETRIED_APPLIED ? ENDED_APPLIED : outcome;
}

// How a retry ended; of what is held the reason goes to *reason (may be NULL).
static int retry(int64_t id, const char **reason)
{
    struct retrying retrying = {0};
    const struct quarantine_filter filter = {.id = id};
    assert_int_equal(retrier_init(&retrying.retrier, &policy, store, wall), 0);
    int outcome = quarantine_each(&settings, &filter, true, retry_row, &retrying);
    if (reason)
        *reason = outcome == RETRIED_HELD ? reject_code(retrying.reject.reason) : "";
    retrier_free(&retrying.retrier);
    return outcome;
}

static const char *state_of(int64_t id)
{
    char sql[128];
    snprintf(sql, sizeof sql,
             "SELECT state FROM guanxi.quarantine WHERE quarantine_id = %lld"
             " AND (state = 'held') = (resolved_at IS NULL)",
             (long long)id);
    return test_sql_text(&database, sql);
}

static void expect_end(int64_t id, int end, const char *state)
{
    assert_int_equal(retry(id, NULL), end);
    assert_string_equal(state_of(id), state);
}

static void expect_held(int64_t id, const char *reason)
{
    const char *given;
    assert_int_equal(retry(id, &given), RETRIED_HELD);
    assert_string_equal(given, reason);
    assert_string_equal(state_of(id), "held");
}

static void what_passes_today_is_put_on_the_timeline_and_marks(void **state)
{
    (void)state;
    int64_t id =
        hold_event(REJECT_UNKNOWN_TYPE,
                   EVENT("ada", "1", "order.placed", "2026-01-02T00:00:00Z",
                         "{\"order_id\":\"o\",\"amount\":\"12.34\",\"currency\":\"CNY\"}"));
    expect_end(id, ENDED_APPLIED, "applied");
    assert_true(test_sql_yields(
        &database,
        "SELECT customer_id, points, amount, topic, partition, \"offset\" > 100, ref"
        " FROM guanxi.v_timeline",
        "ada|8|1234|calls|3|t|o\n"));
    assert_true(test_sql_yields(&database,
                                "SELECT c.version, c.fold_at, c.orders, l.topic"
                                " FROM guanxi.customer c JOIN guanxi.lane l ON l.lane_id = c.home",
                                "1||1|calls\n"));
    // One that comes late marks its customer.
    id = hold_event(REJECT_BAD_TIME,
                    EVENT("ada", "2", "message.received", "2026-01-01T00:00:00Z", "{}"));
    expect_end(id, ENDED_APPLIED, "applied");
    assert_true(test_sql_yields(
        &database, "SELECT version, fold_at = as_of, orders FROM guanxi.customer", "2|t|1\n"));
    assert_string_equal(test_sql_text(&database, "SELECT count(*) FROM guanxi.timeline"), "2");
}

static void identity_prevents_a_second_effect(void **state)
{
    (void)state;
    const char *event = EVENT("bob", "1", "message.received", "2026-01-01T00:00:00Z", "{}");
    expect_end(hold_event(REJECT_BAD_TIME, event), ENDED_APPLIED, "applied");
    expect_end(hold_event(REJECT_BAD_TIME, event), ENDED_APPLIED, "applied");
    int64_t other = hold_event(REJECT_CONFLICT,
                               EVENT("bob", "1", "message.received", "2026-01-01T00:00:01Z", "{}"));
    expect_held(other, "conflict");
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM guanxi.timeline WHERE customer_id = 'bob'"),
        "1");
}

static void a_resolved_record_has_no_further_effect(void **state)
{
    (void)state;
    int64_t id = hold_event(REJECT_BAD_TIME,
                            EVENT("cy", "1", "message.received", "2026-01-01T00:00:00Z", "{}"));
    expect_end(id, ENDED_APPLIED, "applied");
    test_sql(&database, "DELETE FROM guanxi.timeline WHERE customer_id = 'cy'");
    expect_end(id, RETRY_SHIFT + STORE_CONFLICT, "applied");
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM guanxi.timeline WHERE customer_id = 'cy'"),
        "0");
}

static void what_is_still_bad_stays(void **state)
{
    (void)state;
    expect_held(hold(REJECT_NOT_JSON, SPAN_LITERAL("{"), structured, 2), "not_json");
    expect_held(hold_event(REJECT_FUTURE,
                           EVENT("dan", "1", "message.received", "2199-01-01T00:00:00Z", "{}")),
                "future");
    expect_held(hold_event(REJECT_BAD_DATA,
                           EVENT("dan", "2", "customer.merged", "2026-01-01T00:00:00Z", "{\"into\":\"dan\"}")),
                "bad_merge");
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM guanxi.customer WHERE customer_id = 'dan'"),
        "0");
}

static void what_has_no_effect_leaves_no_customer(void **state)
{
    (void)state;
    int64_t id = hold_event(REJECT_BAD_DATA,
                            EVENT("eve", "1", "reminder.dismissed", "2026-01-01T00:00:00Z",
                                  "{\"reminder_id\":\"00000000-0000-5000-8000-000000000001\"}"));
    expect_end(id, ENDED_APPLIED, "applied"); // ignored, as its customer is unknown
    id =
        hold_event(REJECT_BAD_TIME, EVENT("eve", "2", "guanxi.tick", "2026-01-01T00:00:00Z", "{}"));
    expect_end(id, RETRIED_DISCARDED, "discarded");
    id = hold_event(REJECT_UNKNOWN_TYPE,
                    EVENT("eve", "3", "of.no.kind", "2026-01-01T00:00:00Z", "{}"));
    expect_held(id, "unknown_type");
    policy.ignore_unknown_types = true;
    expect_end(id, RETRIED_DISCARDED, "discarded");
    policy.ignore_unknown_types = false;
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM guanxi.customer WHERE customer_id = 'eve'"),
        "0");
}

// ---------------------------------------------------------------------------------------- list and show

static char *listed(const struct quarantine_filter *filter, bool json, int *status)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    *status = filter->id ? quarantine_show(&settings, filter->id, json, out)
                         : quarantine_list(&settings, filter, json, out);
    fclose(out);
    return text;
}

static int lines(const struct quarantine_filter *filter)
{
    int status, count = 0;
    char *text = listed(filter, false, &status);
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    free(text);
    assert_int_equal(status, count ? 0 : QUARANTINE_NONE);
    return count;
}

static void filters_choose_what_is_listed(void **state)
{
    (void)state;
    test_sql(&database, "DELETE FROM guanxi.quarantine");
    test_sql(
        &database,
        "INSERT INTO guanxi.quarantine (topic, partition, \"offset\", reason, detail, state)"
        " SELECT 't' || n % 2, 0, n, CASE n % 3 WHEN 0 THEN 'nul' ELSE 'no_rate' END, '',"
        " CASE n % 5 WHEN 0 THEN 'applied' ELSE 'held' END FROM generate_series(1, 300) AS g (n)");
    assert_int_equal(lines(&(struct quarantine_filter){0}), 300);
    assert_int_equal(lines(&(struct quarantine_filter){.limit = 7}), 7);
    assert_int_equal(lines(&(struct quarantine_filter){.limit = 250}), 250);
    assert_int_equal(lines(&(struct quarantine_filter){.state = "applied"}), 60);
    assert_int_equal(lines(&(struct quarantine_filter){.reason = "nul"}), 100);
    assert_int_equal(
        lines(&(struct quarantine_filter){.topic = "t1", .state = "held", .reason = "nul"}), 40);
    assert_int_equal(lines(&(struct quarantine_filter){.topic = "none"}), 0);
}

static void a_list_without_records_is_json_all_the_same(void **state)
{
    (void)state;
    int status;
    char *text = listed(&(struct quarantine_filter){.topic = "none"}, true, &status);
    assert_string_equal(text, "[]\n");
    assert_int_equal(status, QUARANTINE_NONE);
    free(text);
}

static void expect_part(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}

static void one_record_is_shown_whole_and_printable(void **state)
{
    (void)state;
    int64_t id = hold(REJECT_NOT_JSON, SPAN_LITERAL("{\"关\":\n\0"), structured, 2);
    int status;
    char *text = listed(&(struct quarantine_filter){.id = id}, false, &status);
    assert_int_equal(status, 0);
    expect_part(text, "held  calls/3@");
    expect_part(text, "not_json: as it was\n");
    expect_part(text, "subject     ada\n");
    expect_part(text, "key         k\\x1b\\xff\n");
    expect_part(text, "header      content-type: application/cloudevents+json\n");
    expect_part(text, "payload     {\"关\":\\x0a\\x00\n");
    free(text);

    text = listed(&(struct quarantine_filter){.id = id}, true, &status);
    assert_int_equal(status, 0);
    expect_part(text, "\"topic\":\"calls\",\"partition\":3,");
    expect_part(
        text,
        "\"source\":null,\"event_id\":null,\"type\":null,\"subject\":\"ada\",\"state\":\"held\"");
    expect_part(text, "\"key\":{\"hex\":\"6b1bff\"}");
    expect_part(
        text, "\"headers\":[[\"content-type\",\"application/cloudevents+json\"],[\"empty\",null]]");
    expect_part(text, "\"payload\":\"{\\\"关\\\":\\n\\u0000\"}\n");
    free(text);

    text = listed(&(struct quarantine_filter){.id = id + 1}, true, &status);
    assert_int_equal(status, QUARANTINE_NONE);
    assert_string_equal(text, "");
    free(text);
}

// ---------------------------------------------------------------------------------------------- erasure

// It is settled as what it was, and goes with all else of its customer.
static void an_erasure_that_is_retried_takes_its_own_bytes(void **state)
{
    (void)state;
    int64_t other = hold(REJECT_NOT_JSON, SPAN_LITERAL("{"), structured, 2);
    int64_t id = hold_event(REJECT_BAD_TIME, EVENT("ada", "9", "customer.erased", "2026-01-01T00:00:00Z", "{}"));
    expect_end(id, ENDED_APPLIED, "applied");
    assert_string_equal(state_of(other), "discarded");
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM guanxi.quarantine WHERE payload IS NOT NULL"), "0");
    assert_string_equal(
        test_sql_text(&database, "SELECT count(*) FROM guanxi.customer WHERE customer_id = 'ada'"), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_passes_today_is_put_on_the_timeline_and_marks),
        cmocka_unit_test(identity_prevents_a_second_effect),
        cmocka_unit_test(a_resolved_record_has_no_further_effect),
        cmocka_unit_test(what_is_still_bad_stays),
        cmocka_unit_test(what_has_no_effect_leaves_no_customer),
        cmocka_unit_test(filters_choose_what_is_listed),
        cmocka_unit_test(a_list_without_records_is_json_all_the_same),
        cmocka_unit_test(one_record_is_shown_whole_and_printable),
        cmocka_unit_test(an_erasure_that_is_retried_takes_its_own_bytes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
