// The road of messages: what is released together, in which order, and what stays when only some is delivered.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;
static const int32_t homes[2] = {1, 2};

static struct outbox_row change_of(const char *customer, int32_t home, instant at, int32_t n)
{
    return (struct outbox_row){
        .customer_id = span_text(customer), .home = home, .at = at, .kind = OUTBOX_TRANSITION,
        .transition = {.kind = TRANSITION_LEVEL, .from = 1, .to = 2, .n = n, .detail = LEVEL_BY_WARMTH}};
}

// Customers a and b of home 1, c of home 2, with messages.
static void write_messages(struct outbox_row *messages, size_t count)
{
    struct customer_row customers[3] = {test_customer("a", 1), test_customer("b", 1), test_customer("c", 2)};
    struct store_write write = {
        .customers = customers, .customer_count = 3, .outbox = messages, .outbox_count = count};
    assert_done(test.store->ops->write(test.store, &write));
}

static size_t release(instant watermark, size_t limit)
{
    size_t count;
    assert_done(test.store->ops->release_changes(test.store, homes, 2, watermark, limit, &count));
    return count;
}

static struct outbox_row *released(size_t limit, size_t *count)
{
    struct outbox_row *outbox;
    assert_done(test.store->ops->released(test.store, homes, 2, limit, &test.arena, &outbox, count));
    return outbox;
}

static void deliver(const struct outbox_row *outbox, size_t count)
{
    assert_done(test.store->ops->delivered(test.store, outbox, count));
}

static void assert_change(const struct outbox_row *row, const char *customer, int32_t n)
{
    assert_true(span_equal(row->customer_id, span_text(customer)));
    assert_int_equal(row->transition.n, n);
    assert_int_equal(row->n, 0);
    assert_int_equal(row->kind, OUTBOX_TRANSITION);
    assert_true(row->released);
}

// By instant, and at one instant as they came.
static void changes_of_a_home_are_released_in_order(void **state)
{
    (void)state;
    struct outbox_row messages[5] = {change_of("b", 1, 30, 1), change_of("a", 1, 10, 1), change_of("a", 1, 30, 2),
                                     change_of("c", 2, 20, 1), change_of("a", 1, 30, 3)};
    messages[1].source = SPAN_LITERAL("/s");
    messages[1].event_id = SPAN_LITERAL("e");
    messages[1].transition = (struct transition){TRANSITION_TIER, 3, 4, 1, INT32_MAX};
    write_messages(messages, 5);
    assert_int_equal(release(31, 9), 5);
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.outbox", "0\n"));
    size_t count;
    struct outbox_row *rows = released(9, &count);
    assert_int_equal(count, 5);
    assert_change(&rows[0], "a", 1);
    assert_change(&rows[1], "b", 1);
    assert_change(&rows[2], "a", 2);
    assert_change(&rows[3], "a", 3);
    assert_change(&rows[4], "c", 1);
    assert_true(rows[0].at == 10 && rows[0].home == 1 && rows[0].transition.kind == TRANSITION_TIER);
    assert_true(rows[0].transition.from == 3 && rows[0].transition.to == 4);
    assert_true(rows[0].transition.detail == INT32_MAX);
    assert_true(span_equal(rows[0].source, SPAN_LITERAL("/s")) && span_equal(rows[0].event_id, SPAN_LITERAL("e")));
    assert_true(rows[1].at == 30 && rows[1].transition.detail == LEVEL_BY_WARMTH && rows[1].transition.from == 1);
    assert_true(!rows[1].source.data && !rows[1].event_id.data && !rows[1].payload.data);
    assert_true(rows[4].home == 2 && rows[4].place == 1 && rows[4].of == 1);
    deliver(rows, count);
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.parcel", "0\n"));
}

static void a_limit_takes_the_first_of_each_home(void **state)
{
    (void)state;
    struct outbox_row messages[4] = {change_of("a", 1, 20, 1), change_of("b", 1, 10, 1), change_of("a", 1, 30, 2),
                                     change_of("c", 2, 40, 1)};
    size_t count;
    write_messages(messages, 4);
    assert_int_equal(release(99, 2), 3);
    assert_int_equal(release(99, 2), 1);
    assert_int_equal(release(99, 2), 0);
    // What was released as one is read as one.
    struct outbox_row *rows = released(1, &count);
    assert_int_equal(count, 2);
    assert_change(&rows[0], "b", 1);
    assert_change(&rows[1], "a", 1);
    rows = released(3, &count);
    assert_int_equal(count, 3);
    assert_change(&rows[2], "c", 1);
    deliver(rows, count);
    rows = released(1, &count);
    assert_int_equal(count, 1);
    assert_change(&rows[0], "a", 2);
}

static void only_what_marked_customers_hold_stays(void **state)
{
    (void)state;
    struct outbox_row messages[3] = {change_of("a", 1, 10, 1), change_of("b", 1, 20, 1), change_of("c", 2, 30, 1)};
    size_t count;
    write_messages(messages, 3);
    test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = '2020-01-01' WHERE customer_id = 'a'");
    assert_int_equal(release(99, 1), 2); // a message that stays takes nobody's place
    struct outbox_row *rows = released(9, &count);
    assert_int_equal(count, 2);
    assert_change(&rows[0], "b", 1);
    assert_change(&rows[1], "c", 1);
    assert_true(test_sql_yields(&test.database, "SELECT customer_id FROM guanxi.outbox", "a\n"));
}

static void what_was_not_delivered_stays(void **state)
{
    (void)state;
    struct outbox_row messages[5] = {change_of("a", 1, 10, 1), change_of("b", 1, 20, 1), change_of("a", 1, 30, 2),
                                     change_of("b", 1, 40, 2), change_of("c", 2, 50, 1)};
    size_t count;
    write_messages(messages, 5);
    assert_int_equal(release(99, 9), 5);
    struct outbox_row *rows = released(9, &count);
    assert_int_equal(count, 5);
    struct outbox_row some[3] = {rows[0], rows[2], rows[4]};
    deliver(some, 3);
    struct outbox_row *left = released(9, &count);
    assert_int_equal(count, 2);
    assert_change(&left[0], "b", 1);
    assert_change(&left[1], "b", 2);
    assert_true(left[0].at == 20 && left[0].transition.to == 2 && left[0].place == 1 && left[1].place == 2 && left[1].of == 2);
    // Somebody who read before that, and has sent less, takes nothing out that he did not send.
    deliver(&rows[0], 1);
    released(9, &count);
    assert_int_equal(count, 2);
    deliver(left, 1);
    left = released(9, &count);
    assert_int_equal(count, 1);
    assert_change(&left[0], "b", 2);
    deliver(left, 1);
    released(9, &count);
    assert_int_equal(count, 0);
}

static void notices_and_closings_go_as_they_were_written(void **state)
{
    (void)state;
    struct outbox_row messages[3] = {
        {.customer_id = SPAN_LITERAL("b"), .home = 1, .at = 20, .kind = OUTBOX_NOTICE, .n = 3, .reminder_id = {7},
         .released = true, .payload = SPAN_LITERAL("{\"notice\":3}")},
        {.customer_id = SPAN_LITERAL("c"), .home = 2, .at = 10, .kind = OUTBOX_CLOSING, .reminder_id = {8},
         .released = true, .payload = SPAN_LITERAL("{\"closed\":1}")},
        {.customer_id = SPAN_LITERAL("a"), .home = 1, .at = 15, .kind = OUTBOX_CLOSING, .reminder_id = {9},
         .released = true, .payload = SPAN_LITERAL("{\"closed\":2}")},
    };
    size_t count;
    write_messages(messages, 3);
    struct outbox_row *rows = released(9, &count);
    assert_int_equal(count, 3);
    static const int written[3] = {0, 2, 1}; // home by home
    for (int i = 0; i < 3; i++) {
        const struct outbox_row *from = &messages[written[i]];
        assert_true(span_equal(rows[i].customer_id, from->customer_id) && span_equal(rows[i].payload, from->payload));
        assert_true(rows[i].kind == from->kind && rows[i].at == from->at && rows[i].n == from->n);
        assert_memory_equal(rows[i].reminder_id, from->reminder_id, 16);
    }
    deliver(&rows[1], 1);
    rows = released(9, &count);
    assert_int_equal(count, 2);
    assert_true(rows[0].kind == OUTBOX_NOTICE && rows[0].reminder_id[0] == 7 && rows[0].of == 1);
    assert_true(span_equal(rows[0].payload, messages[0].payload));
}

int main(void)
{
#define TEST(name) STORE_TEST(name)
    const struct CMUnitTest tests[] = {
        TEST(changes_of_a_home_are_released_in_order),
        TEST(a_limit_takes_the_first_of_each_home),
        TEST(only_what_marked_customers_hold_stays),
        TEST(what_was_not_delivered_stays),
        TEST(notices_and_closings_go_as_they_were_written),
    };
    return cmocka_run_group_tests_name("postgres_store_outbox", tests, NULL, NULL);
}
