// Writing batches and reading customers back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

static int64_t count_of(const char *table)
{
    char sql[128];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM guanxi.%s", table);
    return atoll(test_sql_text(&test.database, sql));
}

// Every field another value, none of them zero.
static void fill_customer(struct customer *state, int64_t seed)
{
#define FILL_INSTANT(name) state->name = seed++ * 1000003;
#define FILL_INT2(name) state->name = (int16_t)(seed++ % 4 + 1);
#define FILL_LAST FILL_INSTANT
#define FILL_SINCE FILL_INSTANT
#define FILL_COUNT4(name) state->name = (int32_t)seed++;
#define FILL_COUNT8(name) state->name = seed++;
#define FILL_REAL(name) state->name = (double)seed++ / 3;
#define X(name, kind, meaning) FILL_##kind(name)
    CUSTOMER_FIELDS(X)
#undef X
}

static void assert_same_customer(const struct customer_row *a, const struct customer_row *b)
{
    assert_true(span_equal(a->id, b->id));
    assert_int_equal(a->home, b->home);
    assert_memory_equal(a->messages, b->messages, sizeof a->messages);
    assert_true(span_equal(a->book, b->book));
    assert_true(a->wake_at == b->wake_at);
    assert_true(a->fold_at == b->fold_at);
    assert_true(a->quiet_until == b->quiet_until);
    assert_true(a->policy == b->policy);
    assert_int_equal(a->has_upcoming, b->has_upcoming);
    if (a->has_upcoming) {
        assert_int_equal(a->upcoming.kind, b->upcoming.kind);
        assert_true(a->upcoming.due_at == b->upcoming.due_at);
    }
#define X(name, kind, meaning) \
    if (a->state.name != b->state.name) \
        fail_msg("%s differs", #name);
    CUSTOMER_FIELDS(X)
#undef X
    assert_null(b->state.book);
}

static int load(const struct span *ids, size_t count, struct customer_row *rows)
{
    return test.store->ops->load(test.store, ids, count, &test.arena, rows);
}

static void customers_come_back_as_they_were_written(void **state)
{
    (void)state;
    struct customer_row rows[4] = {test_customer("a", 1), test_customer("b", 2), test_customer("c", 3),
                                   test_customer("d", 4)};
    fill_customer(&rows[1].state, 1000);
    rows[1].wake_at = 12345;
    rows[1].fold_at = 23456;
    rows[1].quiet_until = 29999;
    rows[1].policy = UINT64_MAX;
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        rows[1].messages[kind] = 7 + kind;
    rows[1].book = span_of("\0\xff\"book\\", 8);
    rows[1].has_upcoming = true;
    rows[1].upcoming = (struct upcoming){REMINDER_AFTERSALE, 34567};
    rows[2].state.as_of = 0; // 1970
    rows[2].state.spent = INT64_MIN;
    rows[2].state.orders = INT64_MAX;
    rows[2].state.warmth = -INFINITY;
    rows[2].wake_at = INSTANT_NONE;
    rows[3].state.as_of = INSTANT_LAST;
    rows[3].state.warmth = 5e-324;
    rows[3].state.level_changes = rows[3].messages[TRANSITION_LEVEL] = INT32_MAX;
    assert_done(test_write(test.store, rows, 4, NULL, 0));

    struct span ids[6] = {SPAN_LITERAL("a"), SPAN_LITERAL("aa"), SPAN_LITERAL("b"), SPAN_LITERAL("c"),
                          SPAN_LITERAL("d"), SPAN_LITERAL("e")};
    struct customer_row loaded[6];
    assert_done(load(ids, 6, loaded));
    static const int place[4] = {0, 2, 3, 4};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(loaded[place[i]].version, 1);
        assert_same_customer(&rows[i], &loaded[place[i]]);
    }
    assert_int_equal(loaded[1].version, 0);
    assert_int_equal(loaded[5].version, 0);
    assert_true(loaded[5].wake_at == INSTANT_NEVER && loaded[5].state.first_seen_at == INSTANT_NONE);
    assert_true(loaded[5].quiet_until == INSTANT_NONE);

    // An update changes everything but the home.
    struct customer_row changed = loaded[0];
    fill_customer(&changed.state, 5000);
    changed.wake_at = 99;
    changed.quiet_until = 1;
    changed.messages[TRANSITION_STAGE] = 3;
    changed.book = SPAN_LITERAL("another");
    assert_done(test_write(test.store, &changed, 1, NULL, 0));
    assert_done(load(ids, 1, loaded));
    assert_int_equal(loaded[0].version, 2);
    assert_same_customer(&changed, &loaded[0]);
    changed.version = 2;
    changed.book = SPAN_NONE;
    assert_done(test_write(test.store, &changed, 1, NULL, 0));
    assert_done(load(ids, 1, loaded));
    assert_same_customer(&changed, &loaded[0]);
}

// What mostly is zero or another instant is not kept, and comes back all the same.
static void short_rows_come_back_whole(void **state)
{
    (void)state;
    struct customer_row rows[3] = {test_customer("a", 1), test_customer("b", 2), test_customer("c", 3)};
    for (int i = 0; i < 3; i++) {
        customer_init(&rows[i].state);
        rows[i].state.as_of = 2000;
        rows[i].state.first_seen_at = 1000;
    }
    // a: all as usual; b: unset, where that is not usual; c: each where another is usual.
    rows[0].state.last_contact_at = rows[0].state.warmth_at = 2000;
    rows[0].state.level_since = rows[0].state.stage_since = 1000;
    rows[0].state.level_changes = rows[0].messages[TRANSITION_LEVEL] = 3;
    rows[0].state.tier_changes = rows[0].messages[TRANSITION_TIER] = 4;
    rows[2].state.last_contact_at = rows[2].state.warmth_at = 1000;
    rows[2].state.level_since = rows[2].state.stage_since = 2000;
    rows[2].state.stage_changes = 5;
    rows[2].messages[TRANSITION_PRAM] = 6;
    assert_done(test_write(test.store, rows, 3, NULL, 0));
    assert_true(test_sql_yields(
        &test.database,
        "SELECT customer_id, num_nulls(last_contact_at, warmth_at, level_since, stage_since),"
        " num_nulls(rhythm, orders, spent, purchase_days, referrals, pram_cycle, traits, book),"
        " level_messages, stage_messages, pram_messages, tier_messages,"
        " last_contact_at = '-infinity' FROM guanxi.customer ORDER BY 1",
        "a|4|8|||||\nb|0|8|||||t\nc|0|8||0|6||f\n"));

    // Once as they were copied, once as they were updated.
    struct span ids[3] = {SPAN_LITERAL("a"), SPAN_LITERAL("b"), SPAN_LITERAL("c")};
    struct customer_row loaded[3];
    for (int round = 0; round < 2; round++) {
        assert_done(load(ids, 3, loaded));
        for (int i = 0; i < 3; i++)
            assert_same_customer(&rows[i], &loaded[i]);
        assert_done(test_write(test.store, loaded, 3, NULL, 0));
    }
    assert_int_equal(loaded[0].version, 2);
}

static void many_customers_come_and_go_in_pieces(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    struct customer_row *rows = calloc(COUNT, sizeof *rows);
    struct span *ids = calloc(COUNT, sizeof *ids);
    char(*texts)[16] = calloc(COUNT, sizeof *texts);
    for (int i = 0; i < COUNT; i++) {
        snprintf(texts[i], sizeof texts[i], "c%08d", i);
        rows[i] = test_customer(texts[i], 1);
        rows[i].state.orders = i;
        ids[i] = rows[i].id;
    }
    for (int round = 1; round <= 3; round++) {
        assert_done(test_write(test.store, rows, COUNT, NULL, 0));
        assert_done(load(ids, COUNT, rows));
        for (int i = 0; i < COUNT; i++) {
            assert_int_equal(rows[i].version, round);
            assert_int_equal(rows[i].state.orders, i);
        }
    }
    // One of them stale, in the last piece: nothing is written.
    rows[COUNT - 1].version--;
    assert_outcome(STORE_CONFLICT, test_write(test.store, rows, COUNT, NULL, 0));
    assert_int_equal(atoll(test_sql_text(&test.database, "SELECT max(version) FROM guanxi.customer")), 3);
    free(rows);
    free(ids);
    free(texts);
}

static void a_write_under_a_wrong_fence_does_nothing(void **state)
{
    (void)state;
    struct lane_row lane = test_store_lane(test.store, 0);
    struct customer_row customer = test_customer("a", lane.lane_id);
    struct event event;
    struct timeline_row row = test_timeline(&event, "a", "1", 5);
    struct lane_advance advance = test_advance(&lane, 1);
    struct store_write write = {.lanes = &advance,
                                .lane_count = 1,
                                .customers = &customer,
                                .customer_count = 1,
                                .timeline = &row,
                                .timeline_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    assert_outcome(STORE_FENCED, test.store->ops->write(test.store, &write)); // the offset has moved on
    advance.from_offset = 1;
    advance.epoch--;
    customer.version = 1;
    assert_outcome(STORE_FENCED, test.store->ops->write(test.store, &write));
    assert_int_equal(count_of("timeline"), 1);
    assert_int_equal(count_of("customer"), 1);
    struct lane_row now;
    assert_done(test.store->ops->lanes(test.store, &lane.lane_id, 1, &now));
    assert_int_equal(now.next_offset, 1);
    assert_int_equal(now.anchor, 77);
}

static void a_duplicate_leaves_nothing_behind(void **state)
{
    (void)state;
    struct customer_row customers[2] = {test_customer("a", 1), test_customer("b", 1)};
    struct event events[2];
    struct timeline_row rows[2] = {test_timeline(&events[0], "a", "1", 5),
                                   test_timeline(&events[1], "b", "1", 6)};
    assert_done(test_write(test.store, customers, 1, rows, 1));
    assert_outcome(STORE_DUPLICATE, test_write(test.store, &customers[1], 1, rows, 2));
    assert_int_equal(count_of("customer"), 1);
    assert_int_equal(count_of("timeline"), 1);
    // A customer that came meanwhile, and one that is at another version.
    assert_outcome(STORE_CONFLICT, test_write(test.store, customers, 2, &rows[1], 1));
    customers[0].version = 2;
    assert_outcome(STORE_CONFLICT, test_write(test.store, customers, 2, &rows[1], 1));
    assert_int_equal(count_of("customer"), 1);
    assert_int_equal(count_of("timeline"), 1);
}

static void identities_are_looked_up(void **state)
{
    (void)state;
    struct event kept, events[4];
    struct timeline_row row = test_timeline(&kept, "a", "1", 5);
    assert_done(test_write(test.store, NULL, 0, &row, 1));
    test_timeline(&events[0], "a", "1", 5);
    test_timeline(&events[1], "a", "2", 5);
    test_timeline(&events[2], "a", "1", 6);
    test_timeline(&events[3], "a", "1", 5);
    events[3].data = SPAN_LITERAL("{ }");
    const struct event *asked[4] = {&events[0], &events[1], &events[2], &events[3]};
    struct span ids[4] = {SPAN_LITERAL("a"), SPAN_LITERAL("a"), SPAN_LITERAL("a"), SPAN_LITERAL("a")};
    enum identity found[4];
    assert_done(test.store->ops->identify(test.store, ids, asked, 4, found));
    assert_int_equal(found[0], IDENTITY_SAME);
    assert_int_equal(found[1], IDENTITY_NEW);
    assert_int_equal(found[2], IDENTITY_OTHER);
    assert_int_equal(found[3], IDENTITY_OTHER);
}

static void an_empty_write_and_an_empty_load_do_nothing(void **state)
{
    (void)state;
    struct store_write write = {.durable = true};
    assert_done(test.store->ops->write(test.store, &write));
    assert_done(load(NULL, 0, NULL));
    assert_done(test.store->ops->identify(test.store, NULL, NULL, 0, NULL));
}

static void a_reminder_without_its_customer_is_refused(void **state)
{
    (void)state;
    struct reminder_row reminder = {.customer_id = SPAN_LITERAL("a")};
    struct store_write write = {.reminders = &reminder, .reminder_count = 1};
    assert_outcome(STATUS_BROKEN, test.store->ops->write(test.store, &write));
}

static void hostile_texts_are_only_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "'; DROP SCHEMA guanxi CASCADE; --",         "\\N",     "\\.", "{\"a\",NULL}", "NULL",
        "\xF0\x9F\x98\x80 \xE5\xAE\xA2\xE6\x88\xB7", "a\tb\nc", "%s%n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct customer_row customer = test_customer(texts[i], 1);
        struct event event;
        struct timeline_row row = test_timeline(&event, texts[i], texts[i], 5);
        event.source = span_text(texts[i]);
        event.data = span_text(texts[i]);
        assert_done(test_write(test.store, &customer, 1, &row, 1));
        struct span id = span_text(texts[i]);
        struct customer_row loaded;
        assert_done(load(&id, 1, &loaded));
        assert_int_equal(loaded.version, 1);
        const struct event *asked = &event;
        enum identity found;
        assert_done(test.store->ops->identify(test.store, &id, &asked, 1, &found));
        assert_int_equal(found, IDENTITY_SAME);
    }
    // What no text of PostgreSQL can hold is poison, and nothing of it stays.
    struct customer_row customer = test_customer("\xff", 1);
    assert_outcome(STORE_POISON, test_write(test.store, &customer, 1, NULL, 0));
    assert_null(strstr(fault_message(), "DETAIL"));
    struct event event;
    struct timeline_row row = test_timeline(&event, "n", "n", 5);
    event.data = span_of("a\0b", 3);
    customer = test_customer("n", 1);
    assert_outcome(STORE_POISON, test_write(test.store, &customer, 1, &row, 1));
    assert_int_equal(
        atoll(test_sql_text(&test.database, "SELECT count(*) FROM guanxi.customer WHERE customer_id = 'n'")),
        0);
}

static void a_durable_write_waits_for_the_disk(void **state)
{
    (void)state;
    // With synchronous_commit the log is flushed when the commit returns; without, it lags behind.
    struct customer_row customer = test_customer("a", 1);
    struct store_write write = {.customers = &customer, .customer_count = 1, .durable = true};
    for (int i = 0; i < 20; i++) {
        customer.version = i;
        assert_done(test.store->ops->write(test.store, &write));
        assert_string_equal(test_sql_text(&test.database,
                                          "SELECT pg_current_wal_flush_lsn() >= xmax_lsn.at FROM "
                                          "(SELECT pg_current_wal_insert_lsn() AS at) xmax_lsn"),
                            "t");
    }
    // And the setting is gone with the transaction.
    assert_string_equal(test_sql_text(&test.database, "SHOW synchronous_commit"), "on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(customers_come_back_as_they_were_written),
        STORE_TEST(short_rows_come_back_whole),
        STORE_TEST(many_customers_come_and_go_in_pieces),
        STORE_TEST(a_write_under_a_wrong_fence_does_nothing),
        STORE_TEST(a_duplicate_leaves_nothing_behind),
        STORE_TEST(identities_are_looked_up),
        STORE_TEST(an_empty_write_and_an_empty_load_do_nothing),
        STORE_TEST(a_reminder_without_its_customer_is_refused),
        STORE_TEST(hostile_texts_are_only_texts),
        STORE_TEST(a_durable_write_waits_for_the_disk),
    };
    return cmocka_run_group_tests_name("postgres_store_write", tests, NULL, NULL);
}
