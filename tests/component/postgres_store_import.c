// What an import asks of the store: marks without reading, the list of whom to fold, and rows of customers of whom there
// was nothing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/status.h"
#include "support/postgres_store.h"

static struct test_store test;

enum { HOME = 7 };

static struct mark_row mark_of(const char *id, instant since)
{
    return (struct mark_row){.customer_id = span_text(id), .since = since};
}

static int write_marks(const struct mark_row *rows, size_t count, instant quiet_until, enum brought brought, int64_t epoch)
{
    const struct marks marks = {.rows = rows, .count = count, .home = HOME, .policy = 5, .quiet_until = quiet_until,
                                .brought = brought};
    struct store_write write = {.marks = &marks, .epoch = epoch};
    return test.store->ops->write(test.store, &write);
}

static void marks_make_stubs(void **state)
{
    (void)state;
    const struct mark_row marks[] = {mark_of("ann", 3 * SECOND), mark_of("bob", 4 * SECOND)};
    assert_int_equal(write_marks(marks, 2, 9 * SECOND, BROUGHT_SILENTLY, 0), STORE_OK);
    struct customer_row rows[2];
    const struct span ids[] = {SPAN_LITERAL("ann"), SPAN_LITERAL("bob")};
    assert_int_equal(test.store->ops->load(test.store, ids, 2, &test.arena, rows), STORE_OK);
    struct customer unknown;
    customer_init(&unknown);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(rows[i].version, 1);
        assert_int_equal(rows[i].fold_at, (3 + i) * SECOND);
        assert_int_equal(rows[i].quiet_until, 9 * SECOND);
        assert_int_equal(rows[i].brought, BROUGHT_SILENTLY);
        assert_int_equal(rows[i].home, HOME);
        assert_int_equal(rows[i].policy, 5);
        assert_int_equal(rows[i].wake_at, INSTANT_NEVER);
        assert_false(rows[i].has_upcoming);
        assert_true(customer_row_is_fresh(&rows[i]));
#define X(name, kind, meaning) assert_true(rows[i].state.name == unknown.name);
        CUSTOMER_FIELDS(X)
#undef X
    }
    EXPECT("SELECT count(*) FROM guanxi.v_customer", "0\n"); // they are nobody yet
}

static void known_customers_are_marked_as_late_events_mark(void **state)
{
    (void)state;
    struct customer_row row = test_customer("ann", 3);
    row.state.as_of = row.state.first_seen_at = 50 * SECOND;
    assert_int_equal(test_write(test.store, &row, 1, NULL, 0), STORE_OK);
    const struct mark_row mark = mark_of("ann", 3 * SECOND);
    assert_int_equal(write_marks(&mark, 1, 9 * SECOND, BROUGHT_TO_TELL, 0), STORE_OK);
    EXPECT("SELECT version, home, extract(epoch FROM fold_at)::int, extract(epoch FROM quiet_until)::int, brought"
           " FROM guanxi.customer", "2|3|50|9|2\n");
    // The first mark stays, the later silence and the louder word count.
    const struct mark_row again = mark_of("ann", SECOND);
    assert_int_equal(write_marks(&again, 1, 8 * SECOND, BROUGHT_SILENTLY, 0), STORE_OK);
    EXPECT("SELECT version, home, extract(epoch FROM fold_at)::int, extract(epoch FROM quiet_until)::int, brought"
           " FROM guanxi.customer", "3|3|50|9|2\n");
    // Whoever read the customer before has read another one.
    row.version = 1;
    assert_int_equal(test_write(test.store, &row, 1, NULL, 0), STORE_CONFLICT);
    assert_int_equal(write_marks(&again, 1, INSTANT_NONE, BROUGHT_SILENTLY, 0), STORE_OK);
    EXPECT("SELECT version, extract(epoch FROM quiet_until)::int FROM guanxi.customer", "4|9\n");
}

// Under another epoch than the one in force nothing is marked; under a later one stubs are of another kind.
static void marks_stand_under_the_epoch(void **state)
{
    (void)state;
    const struct mark_row mark = mark_of("ann", SECOND);
    assert_int_equal(write_marks(&mark, 1, INSTANT_NONE, BROUGHT_SILENTLY, 1), STORE_CONFLICT);
    EXPECT("SELECT count(*) FROM guanxi.customer", "0\n");
    test_sql(&test.database, "UPDATE guanxi.identity SET epoch = 2");
    assert_int_equal(write_marks(&mark, 1, INSTANT_NONE, BROUGHT_SILENTLY, 2), STORE_OK);
    struct customer_row row;
    const struct span id = SPAN_LITERAL("ann");
    assert_int_equal(test.store->ops->load(test.store, &id, 1, &test.arena, &row), STORE_OK);
    assert_int_equal(row.version, customer_next_version(0, 2));
    assert_false(customer_row_is_fresh(&row));
}

static void marks_come_with_their_events(void **state)
{
    (void)state;
    struct event events[3];
    struct timeline_row timeline[3];
    const struct mark_row mark = mark_of("ann", SECOND);
    const struct marks marks = {.rows = &mark, .count = 1, .home = HOME, .quiet_until = INSTANT_NONE};
    for (int i = 0; i < 3; i++)
        timeline[i] = test_timeline(&events[i], "ann", i == 1 ? "b" : "a", i * SECOND);
    struct store_write write = {.marks = &marks, .timeline = timeline, .timeline_count = 2};
    assert_int_equal(test.store->ops->write(test.store, &write), STORE_OK);
    EXPECT("SELECT count(*) FROM guanxi.timeline", "2\n");
    write.timeline = &timeline[2];
    write.timeline_count = 1;
    assert_int_equal(test.store->ops->write(test.store, &write), STORE_DUPLICATE);
    EXPECT("SELECT version FROM guanxi.customer", "1\n"); // all of it or nothing
}

static void whom_to_fold_is_listed_once(void **state)
{
    (void)state;
    enum { MANY = 730 };
    static char texts[MANY][16];
    static struct mark_row marks[MANY];
    size_t count;
    struct span *ids;
    assert_int_equal(test.store->ops->brought_begin(test.store, &count), STORE_OK);
    assert_int_equal(count, 0);
    for (int i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof texts[i], "c%04d", i);
        marks[i] = mark_of(texts[i], SECOND);
    }
    assert_int_equal(write_marks(marks, MANY, INSTANT_NONE, BROUGHT_SILENTLY, 0), STORE_OK);
    test_sql(&test.database, "UPDATE guanxi.customer SET brought = NULL WHERE customer_id = 'c0003'");
    for (int round = 0; round < 2; round++) { // begun again it is a list of its own
        int next = 0;
        assert_int_equal(test.store->ops->brought_begin(test.store, &count), STORE_OK);
        assert_int_equal(count, MANY - 1);
        for (;;) {
            assert_int_equal(test.store->ops->brought_next(test.store, 150, &test.arena, &ids, &count), STORE_OK);
            if (count == 0 || (round == 0 && next > 300))
                break;
            for (size_t i = 0; i < count; i++) {
                next += next == 3;
                assert_true(span_equal(ids[i], span_text(texts[next++])));
            }
            // It is as it was when it began.
            test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = NULL WHERE customer_id >= 'c0500'");
        }
        test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = now()");
        assert_true(round == 0 || next == MANY);
    }
}

// Nobody else claims the lane of an import that is over: its customers are anybody's at once.
static void lanes_of_imports_are_given_up_for_good(void **state)
{
    (void)state;
    const struct lane_claim claims[] = {{.topic = "import:x", .start = 1, .end = -1}, {.topic = "calls", .end = -1}};
    struct lane_row lanes[2];
    int32_t *orphans;
    size_t count;
    assert_int_equal(test.store->ops->claim(test.store, "me", claims, 2, lanes), STORE_OK);
    assert_int_equal(lanes[0].next_offset, 1);
    assert_int_equal(test.store->ops->orphans(test.store, MINUTE, &test.arena, &orphans, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(test.store->ops->release(test.store, lanes, 2), STORE_OK);
    assert_int_equal(test.store->ops->orphans(test.store, MINUTE, &test.arena, &orphans, &count), STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(orphans[0], lanes[0].lane_id);
}

// How far imports have come is how far all have, as long as no topic was read.
static void without_topics_an_import_tells_the_time(void **state)
{
    (void)state;
    EXPECT("SELECT watermark FROM guanxi.v_watermark", "\n");
    test_sql(&test.database, "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time)"
                             " VALUES ('import:x', 0, 1, '2026-01-02Z'), ('import:y', 0, 1, '2026-01-01Z')");
    EXPECT("SELECT watermark FROM guanxi.v_watermark", "2026-01-02 00:00:00+00\n");
    test_sql(&test.database, "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time)"
                             " VALUES ('calls', 0, 1, '2020-01-01Z')");
    EXPECT("SELECT watermark FROM guanxi.v_watermark", "2020-01-01 00:00:00+00\n");
}

static struct reminder_row reminder(uint8_t number)
{
    struct reminder_row row = {
        .customer_id = SPAN_LITERAL("ann"), .reminder_id = {number}, .anchor = 5, .due_at = SECOND, .opened_at = 2 * SECOND,
        .closed_at = INSTANT_NONE, .acknowledged_at = INSTANT_NONE, .snoozed_until = INSTANT_NONE, .notices = 1,
        .announce = ANNOUNCE_PENDING, .promise_id = SPAN_LITERAL("p"), .fresh = number < 3};
    return row;
}

// Rows of which nothing can be there come another way, and look the same.
static void fresh_rows_are_like_others(void **state)
{
    (void)state;
    struct customer_row customer = test_customer("ann", 3);
    struct reminder_row reminders[] = {reminder(1), reminder(3), reminder(2)};
    struct notice_row notices[3];
    for (int i = 0; i < 3; i++) {
        notices[i] = (struct notice_row){.customer_id = SPAN_LITERAL("ann"), .notice = 1, .at = 3 * SECOND, .recipients = 1,
                                         .state = NOTICE_SUPPRESSED, .home = 3, .last_order_at = INSTANT_NONE,
                                         .next_at = 4 * SECOND, .fresh = reminders[i].fresh};
        memcpy(notices[i].reminder_id, reminders[i].reminder_id, 16);
    }
    struct store_write write = {.customers = &customer, .customer_count = 1, .reminders = reminders, .reminder_count = 3,
                                .notices = notices, .notice_count = 3};
    assert_int_equal(test.store->ops->write(test.store, &write), STORE_OK);
    EXPECT("SELECT left(reminder_id::text, 2), anchor, due_at, home, announce, promise_id, published FROM guanxi.reminder"
           " ORDER BY 1",
           "01|5|1970-01-01 00:00:01+00|3|1|p|f\n02|5|1970-01-01 00:00:01+00|3|1|p|f\n"
           "03|5|1970-01-01 00:00:01+00|3|1|p|f\n");
    EXPECT("SELECT left(reminder_id::text, 2), notice, at, state, about, next_at FROM guanxi.notice ORDER BY 1",
           "01|1|1970-01-01 00:00:03+00|3||1970-01-01 00:00:04+00\n"
           "02|1|1970-01-01 00:00:03+00|3||1970-01-01 00:00:04+00\n"
           "03|1|1970-01-01 00:00:03+00|3||1970-01-01 00:00:04+00\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(marks_make_stubs),
        STORE_TEST(known_customers_are_marked_as_late_events_mark),
        STORE_TEST(marks_stand_under_the_epoch),
        STORE_TEST(marks_come_with_their_events),
        STORE_TEST(whom_to_fold_is_listed_once),
        STORE_TEST(lanes_of_imports_are_given_up_for_good),
        STORE_TEST(without_topics_an_import_tells_the_time),
        STORE_TEST(fresh_rows_are_like_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
