// Streaming timelines: their order, what a row carries, and memory.
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "support/outcome.h"
#include "support/random.h"
#include "support/postgres_store.h"

static struct test_store test;

struct seen {
    size_t rows, stop_after;
    size_t customer;
    struct event last;
    char texts[3][300]; // of the last event
};

static void keep(struct span *to, struct span from, char text[300])
{
    memcpy(text, from.data, from.size);
    *to = span_of(text, from.size);
}

// Asserts that rows come in their order, and stops after as many as asked.
static int in_order(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    struct seen *seen = context;
    assert_ptr_equal(row->event, event);
    assert_true(customer >= seen->customer);
    if (seen->rows && customer == seen->customer)
        assert_true(event_compare(&seen->last, event) < 0);
    for (uint32_t i = 0; i < ARENA_PADDING; i++)
        assert_int_equal(event->data.data[event->data.size + i], 0);
    seen->customer = customer;
    seen->last = *event;
    keep(&seen->last.subject, event->subject, seen->texts[0]);
    keep(&seen->last.source, event->source, seen->texts[1]);
    keep(&seen->last.id, event->id, seen->texts[2]);
    return ++seen->rows == seen->stop_after ? 42 : 0;
}

static void rows_come_in_the_order_of_the_model(void **state)
{
    (void)state;
    enum { CUSTOMERS = 3, ROWS = 700 };
    static const char *const customers[CUSTOMERS] = {"B", "a", "\xE5\xAE\xA2"};
    const char *given = getenv("GUANXI_SEED");
    struct random random = {given ? strtoull(given, NULL, 10) : (uint64_t)clock_local_us()};
    print_message("GUANXI_SEED=%llu\n", (unsigned long long)random.state);
    for (int c = 0; c < CUSTOMERS; c++) {
        struct event events[ROWS];
        struct timeline_row rows[ROWS];
        char ids[ROWS][16];
        for (int i = 0; i < ROWS; i++) {
            snprintf(ids[i], sizeof ids[i], "%c%d", "aBZ_"[random_below(&random, 4)], i);
            rows[i] = test_timeline(&events[i], customers[c], ids[i], (instant)random_below(&random, 20));
            events[i].source = random_below(&random, 2) ? SPAN_LITERAL("/A") : SPAN_LITERAL("/a");
        }
        assert_done(test_write(test.store, NULL, 0, rows, ROWS));
    }
    struct span ids[4] = {SPAN_LITERAL("B"), SPAN_LITERAL("a"), SPAN_LITERAL("b"), span_text(customers[2])};
    struct seen seen = {0};
    assert_done(test.store->ops->timelines(test.store, ids, 4, in_order, &seen));
    assert_int_equal(seen.rows, CUSTOMERS * ROWS);
    assert_int_equal(seen.customer, 3);
    // Stopped on the way; the store is then as good as before.
    seen = (struct seen){.stop_after = 3};
    assert_outcome(42, test.store->ops->timelines(test.store, ids, 4, in_order, &seen));
    seen = (struct seen){0};
    assert_done(test.store->ops->timelines(test.store, &ids[1], 1, in_order, &seen));
    assert_int_equal(seen.rows, ROWS);
    assert_done(test.store->ops->timelines(test.store, NULL, 0, in_order, &seen));
}

static int check_row(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    int *count = context;
    assert_int_equal(customer, 0);
    assert_true(span_equal(row->customer_id, SPAN_LITERAL("a")));
    assert_int_equal(row->lane_id, 5);
    if ((*count)++ == 0) {
        assert_true(event->time == 0);
        assert_true(span_equal(event->subject, SPAN_LITERAL("other")));
        assert_true(span_equal(event->data, SPAN_LITERAL("{\"x\": 1}")));
        assert_true(row->points == -2.5);
        assert_true(row->has_amount && event->amount == INT64_MIN);
        assert_true(row->offset == INT64_MAX);
        assert_int_equal(event->side, SIDE_BOTH);
        assert_int_equal(event->type, TYPE_MEETING_COMPLETED);
    } else {
        assert_true(event->time == INSTANT_LAST);
        assert_true(span_equal(event->subject, SPAN_LITERAL("a")));
        assert_true(span_equal(event->data, SPAN_LITERAL("{}")));
        assert_false(row->has_amount);
        assert_int_equal(event->side, SIDE_NONE);
    }
    return 0;
}

static void a_row_carries_what_was_written(void **state)
{
    (void)state;
    struct event events[2];
    struct timeline_row rows[2] = {test_timeline(&events[0], "a", "1", 0),
                                   test_timeline(&events[1], "a", "2", INSTANT_LAST)};
    events[0].subject = SPAN_LITERAL("other");
    events[0].data = SPAN_LITERAL("{\"x\": 1}");
    events[0].amount = INT64_MIN;
    events[0].side = SIDE_BOTH;
    events[0].type = TYPE_MEETING_COMPLETED;
    rows[0].has_amount = true;
    rows[0].points = 1;
    rows[0].offset = INT64_MAX;
    rows[0].lane_id = rows[1].lane_id = 5;
    events[1].data = SPAN_NONE;
    events[1].side = SIDE_NONE;
    assert_done(test_write(test.store, NULL, 0, rows, 2));

    // New points of a row that is there; of one that is not it is a conflict.
    rows[0].points = -2.5;
    struct store_write write = {.points = rows, .points_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    rows[1].customer_id = SPAN_LITERAL("b");
    write.points_count = 2;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write));
    struct span id = SPAN_LITERAL("a");
    int count = 0;
    assert_done(test.store->ops->timelines(test.store, &id, 1, check_row, &count));
    assert_int_equal(count, 2);
}

// Bytes of the heap in use. (A sanitizer's allocator says zero: other builds judge.)
static size_t heap_in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

struct peak {
    struct seen seen;
    size_t bytes;
};

static int measure(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    struct peak *peak = context;
    size_t bytes = heap_in_use();
    if (peak->bytes < bytes)
        peak->bytes = bytes;
    return in_order(&peak->seen, customer, row, event);
}

static void a_long_timeline_takes_little_memory(void **state)
{
    (void)state;
    test_sql(&test.database,
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, occurred_at, type, data) "
             "SELECT 'long', '/s', 'e' || i, '2020-01-01'::timestamptz + i * interval '1 minute', 1, "
             "'{\"about\":\"' || repeat('x', 400) || '\"}' FROM generate_series(1, 100000) AS i");
    struct span id = SPAN_LITERAL("long");
    struct peak peak = {0};
    size_t before = heap_in_use();
    assert_done(test.store->ops->timelines(test.store, &id, 1, measure, &peak));
    assert_int_equal(peak.seen.rows, 100000);
    // The whole is 50 MB; two pieces are a megabyte.
    assert_in_range(peak.bytes - before, 0, 4 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(rows_come_in_the_order_of_the_model),
        STORE_TEST(a_row_carries_what_was_written),
        STORE_TEST(a_long_timeline_takes_little_memory),
    };
    return cmocka_run_group_tests_name("postgres_store_timelines", tests, NULL, NULL);
}
