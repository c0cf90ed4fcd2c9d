#include "codec/orders.h"

#include "codec_fixture.h"

#include "base/status.h"

static const struct orders_form plain = {.customer = "who", .date = "when", .amount = "sum", .currency = "CNY", .source = "csv"};
static const struct orders_form with_ids = {
    .customer = "who", .date = "when", .amount = "sum", .id = "id", .currency = "CNY", .source = "/shop"};

// A record as the reader gives it; fields are separated by |.
static struct csv_record record(const char *fields)
{
    struct csv_record made = {.line = 7, .next = 8, .text = span_text(fields)};
    while (true) {
        size_t size = strcspn(fields, "|");
        made.fields[made.count++] = span_of(fields, size);
        if (!fields[size])
            return made;
        fields += size + 1;
    }
}

static struct orders *begin(const struct fixture *fixture, const struct orders_form *form, const char *head)
{
    struct orders *orders = orders_new(&fixture->policy, form);
    const struct csv_record names = record(head);
    assert_non_null(orders);
    assert_int_equal(orders_head(orders, &names), 0);
    return orders;
}

// The event of a record, decoded.
static void expect_event(struct fixture *fixture, struct orders *orders, const char *fields, const char *subject,
                         const char *id, const char *time, int64_t amount)
{
    const struct csv_record row = record(fields);
    const struct record_header structured = {SPAN_LITERAL("content-type"),
                                             SPAN_LITERAL("application/cloudevents+json")};
    struct record made = {.headers = &structured, .header_count = 1};
    assert_int_equal(orders_event(orders, &row, &fixture->arena, &made.value, &fixture->reject), 0);
    assert_int_equal(decode_record(fixture->decoder, &fixture->policy, &made, fixture->wall, &fixture->arena,
                                   &fixture->event, &fixture->reject, &fixture->unknown_marks), DECODED_EVENT);
    const struct event *event = &fixture->event;
    assert_int_equal(event->type, TYPE_ORDER_PLACED);
    assert_true(span_equal(event->subject, span_text(subject)));
    assert_true(span_equal(event->id, span_text(id)));
    assert_true(span_equal(event->ref, span_text(id)));
    assert_int_equal(event->time, at_time(time));
    assert_int_equal(event->amount, amount);
}

static void expect_reject(struct fixture *fixture, struct orders *orders, const char *fields, enum reject_reason reason,
                          const char *words)
{
    const struct csv_record row = record(fields);
    struct span value;
    assert_int_equal(orders_event(orders, &row, &fixture->arena, &value, &fixture->reject), 1);
    assert_string_equal(reject_code(fixture->reject.reason), reject_code(reason));
    if (!strstr(fixture->reject.detail, words))
        fail_msg("%s: not in \"%s\"", words, fixture->reject.detail);
}

static void rows_become_orders(void **state)
{
    struct fixture *fixture = *state;
    struct orders *orders = begin(fixture, &with_ids, "id|sum|x|who|when");
    expect_event(fixture, orders, "A-1|12.50||ann|2025-03-01", "ann", "A-1", "2025-03-01T00:00:00Z", 1250);
    expect_event(fixture, orders, "B\"2|7|y|\xe6\x9d\x8e|2025-03-01T10:00:00.5+08:00", "\xe6\x9d\x8e", "B\"2",
                 "2025-03-01T02:00:00.5Z", 700);
    assert_true(span_equal(fixture->event.source, SPAN_LITERAL("/shop")));
    orders_free(orders);
}

static void a_day_begins_where_business_is_done(void **state)
{
    struct fixture *fixture = *state;
    static const struct zone_transition shanghai = {INSTANT_NONE, 8 * 3600};
    fixture->policy.zone = (struct zone){1, &shanghai};
    struct orders *orders = begin(fixture, &plain, "who|when|sum");
    expect_event(fixture, orders, "ann|2025-03-01|1", "ann", "2025-03-01/1", "2025-02-28T16:00:00Z", 100);
    assert_int_equal(policy_day(&fixture->policy, fixture->event.time), policy_day(&fixture->policy, at_time("2025-03-01T04:00:00Z")));
    expect_reject(fixture, orders, "ann|1970-01-01|1", REJECT_BAD_TIME, "from 1970"); // eight hours too early
    orders_free(orders);
}

// Without ids those of a customer and a day are told apart by their order, and it does not matter what else there is.
static void orders_of_a_day_are_numbered(void **state)
{
    struct fixture *fixture = *state;
    struct orders *orders = begin(fixture, &plain, "who|when|sum");
    char id[32], who[32], fields[64];
    expect_event(fixture, orders, "ann|2025-03-01|1", "ann", "2025-03-01/1", "2025-03-01T00:00:00Z", 100);
    for (int i = 0; i < 5000; i++) { // more than there is room for at first
        snprintf(who, sizeof who, "c%d", i);
        snprintf(fields, sizeof fields, "%s|2025-03-01|2", who);
        expect_event(fixture, orders, fields, who, "2025-03-01/1", "2025-03-01T00:00:00Z", 200);
    }
    for (int i = 2; i < 20; i++) {
        snprintf(id, sizeof id, "2025-03-01/%d", i);
        expect_event(fixture, orders, "ann|2025-03-01|1", "ann", id, "2025-03-01T00:00:00Z", 100);
    }
    // One that is rejected for its amount has its number all the same.
    expect_reject(fixture, orders, "ann|2025-03-02|x", REJECT_BAD_AMOUNT, "column sum (3)");
    expect_event(fixture, orders, "ann|2025-03-02|1", "ann", "2025-03-02/2", "2025-03-02T00:00:00Z", 100);
    expect_event(fixture, orders, "ann|2025-03-02T08:00:00.0000000000000000000000000000000000000000000000000000000000001+08:00|1",
                 "ann", "2025-03-02T00:00:00Z/1", "2025-03-02T00:00:00Z", 100);
    orders_free(orders);
}

static void each_fault_names_its_column(void **state)
{
    struct fixture *fixture = *state;
    struct orders *orders = begin(fixture, &with_ids, "who|when|sum|id");
    expect_reject(fixture, orders, "|2025-03-01|1|a", REJECT_BAD_ATTRIBUTE, "column who (1)");
    expect_reject(fixture, orders, "ann|2025-02-29|1|a", REJECT_BAD_TIME, "column when (2)");
    expect_reject(fixture, orders, "ann|01.02.2025|1|a", REJECT_BAD_TIME, "as in 2026-01-31");
    expect_reject(fixture, orders, "ann|2200-01-01|1|a", REJECT_BAD_TIME, "to 2199");
    expect_reject(fixture, orders, "ann|2025-03-01||a", REJECT_BAD_AMOUNT, "column sum (3)");
    expect_reject(fixture, orders, "ann|2025-03-01|1.005|a", REJECT_BAD_AMOUNT, "decimals");
    expect_reject(fixture, orders, "ann|2025-03-01|1,5|a", REJECT_BAD_AMOUNT, "column sum (3)");
    expect_reject(fixture, orders, "ann|2025-03-01|-1|a", REJECT_BAD_AMOUNT, "without sign");
    expect_reject(fixture, orders, "ann|2025-03-01|1|", REJECT_BAD_ATTRIBUTE, "column id (4)");
    expect_reject(fixture, orders, "ann|2025-03-01|1|a\x01", REJECT_BAD_ATTRIBUTE, "column id (4)");
    expect_reject(fixture, orders, "ann|2025-03-01|1", REJECT_BAD_ATTRIBUTE, "3 fields, the head has 4");
    expect_reject(fixture, orders, "ann|2025-03-01|1|a|b", REJECT_BAD_ATTRIBUTE, "5 fields");
    expect_reject(fixture, orders, "a\xffnn|2025-03-01|1|a", REJECT_BAD_UTF8, "not UTF-8");
    orders_free(orders);
    const struct orders_form dollars = {.customer = "who", .date = "when", .amount = "sum", .currency = "USD", .source = "csv"};
    orders = begin(fixture, &dollars, "who|when|sum");
    expect_reject(fixture, orders, "ann|2025-03-01|1", REJECT_NO_RATE, "no rate");
    orders_free(orders);
}

static void heads_are_judged(void **state)
{
    struct fixture *fixture = *state;
    struct orders *orders = orders_new(&fixture->policy, &plain);
    struct csv_record head = record("who|whem|sum");
    assert_int_equal(orders_head(orders, &head), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "no column \"when\" (did you mean \"whem\"?): it has who, whem, sum"));
    head = record("who|when|sum|when");
    assert_int_equal(orders_head(orders, &head), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "\"when\" 2 times"));
    head = record("who|when|sum");
    strcpy(head.fault, "field 1: its quote is never closed");
    assert_int_equal(orders_head(orders, &head), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "line 7: the head is no CSV: field 1"));
    orders_free(orders);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        TEST(rows_become_orders),           TEST(a_day_begins_where_business_is_done),
        TEST(orders_of_a_day_are_numbered), TEST(each_fault_names_its_column),
        TEST(heads_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
