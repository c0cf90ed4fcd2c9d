// Ranks in PostgreSQL: what they read, what they write, what readers see of it, and what becomes of values when ids
// change what they stand for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "port/rank.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

enum { DAY_OF = 20454 }; // 2026-01-01
#define MIDNIGHT (DAY_OF * DAY)

// Customers and rows as they stand, written by hand: a day is one of 2026-01.
static void put_customer(const char *id, const char *more_columns, const char *more_values)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.customer (customer_id, version, policy, warmth, level, stage, home, first_seen_at%s) "
             "VALUES ('%s', 1, 0, 0, 1, 3, 1, '2025-06-01Z'%s)",
             more_columns, id, more_values);
    test_sql(&test.database, sql);
}

static void put_purchase(const char *id, int type, const char *when, const char *amount)
{
    static int number;
    char sql[1024];
    snprintf(sql, sizeof sql,
             "INSERT INTO guanxi.timeline (customer_id, source, event_id, type, occurred_at, amount, data) "
             "VALUES ('%s', 's', 'e%d', %d, '%s', %s, '{}')",
             id, number++, type, when, amount);
    test_sql(&test.database, sql);
}

static char streamed[2048];

static int write_down(void *context, const struct rank_source *row)
{
    size_t size = strlen(streamed);
    (void)context;
    snprintf(streamed + size, sizeof streamed - size, "%.*s %d %lld %lld %d %d\n", (int)row->customer_id.size,
             row->customer_id.data, row->type, row->at == INSTANT_NONE ? -1 : (long long)(row->at / HOUR - DAY_OF * 24),
             (long long)row->amount, row->tier, row->target);
    return 0;
}

static const char *stream(instant until)
{
    streamed[0] = '\0';
    assert_done(test.store->rank->purchases(test.store, until, until + DAY, write_down, NULL));
    return streamed;
}

static void customers_come_with_their_purchases_in_time(void **state)
{
    (void)state;
    put_customer("a", ", first_order_at, traits", ", '2026-01-01Z', (3 << 3) | (4 << 6)");
    put_purchase("a", 7, "2026-01-01T05:00Z", "100");
    put_purchase("a", 10, "2026-01-01T03:00Z", "7");
    put_purchase("a", 9, "2026-01-01T04:00Z", "5");
    put_purchase("a", 7, "2026-01-01T06:00Z", "NULL"); // no longer valid
    put_purchase("a", 5, "2026-01-01T06:00Z", "NULL");
    put_purchase("a", 7, "2026-01-04T00:00Z", "900"); // later
    put_customer("B", ", first_order_at", ", '2026-01-01Z'");
    put_purchase("B", 7, "2026-01-01T00:00Z", "1");
    put_customer("c", "", ""); // never ordered
    put_customer("d", ", fold_at", ", '2026-01-01Z'"); // and this one, who knows
    put_purchase("d", 7, "2026-01-01T01:00Z", "2");
    put_purchase("d", 5, "2025-12-31T23:00Z", "NULL"); // the first event, which its row does not know of yet
    put_purchase("d", 38, "2025-12-31T22:00Z", "NULL");
    // In the order of bytes; first seen 5136 hours before the day.
    assert_string_equal(stream(MIDNIGHT + DAY), "B 0 -5136 0 0 0\n"
                                                "B 7 0 1 0 0\n"
                                                "a 0 -5136 0 3 4\n"
                                                "a 10 3 7 0 0\n"
                                                "a 9 4 5 0 0\n"
                                                "a 7 5 100 0 0\n"
                                                "d 0 -1 0 0 0\n"
                                                "d 7 1 2 0 0\n");
}

// Whoever was ended at the end of the day is left out, whatever came later.
static void the_ended_are_those_of_the_day(void **state)
{
    (void)state;
    put_customer("ended", ", first_order_at, stage_since", ", '2025-12-01Z', '2025-12-31Z'");
    put_customer("later", ", first_order_at, stage_since", ", '2025-12-01Z', '2026-01-02T00:00Z'");
    put_customer("reopened", ", first_order_at, stage_since", ", '2025-12-01Z', '2026-01-05Z'");
    test_sql(&test.database, "UPDATE guanxi.customer SET stage = 0 WHERE customer_id IN ('ended', 'later')");
    test_sql(&test.database,
             "INSERT INTO guanxi.transition (at, n, detail, kind, from_state, to_state, customer_id) VALUES"
             " ('2025-12-31Z', 1, 0, 1, 3, 0, 'ended'), ('2025-12-02Z', 1, 0, 1, 1, 3, 'later'),"
             " ('2026-01-02T00:00Z', 2, 0, 1, 3, 0, 'later'), ('2025-12-30Z', 1, 0, 1, 3, 0, 'reopened'),"
             " ('2026-01-05Z', 2, 0, 1, 0, 2, 'reopened')");
    assert_string_equal(stream(MIDNIGHT + DAY), "later 0 -5136 0 0 0\n");
    assert_string_equal(stream(MIDNIGHT + 2 * DAY), "");
    assert_string_equal(stream(MIDNIGHT + 9 * DAY), "reopened 0 -5136 0 0 0\n");
}

static int give_up(void *context, const struct rank_source *row)
{
    (void)context;
    (void)row;
    return 1234;
}

static void the_stream_can_be_given_up(void **state)
{
    (void)state;
    test_sql(&test.database,
             "INSERT INTO guanxi.customer (customer_id, version, policy, warmth, level, stage, home, first_order_at) "
             "SELECT 'c' || i, 1, 0, 0, 1, 3, 1, now() FROM generate_series(1, 25000) AS i");
    assert_int_equal(test.store->rank->purchases(test.store, MIDNIGHT, MIDNIGHT, give_up, NULL), 1234);
    assert_string_not_equal(stream(MIDNIGHT + DAY), ""); // and begun again
}

// ------------------------------------------------------------------------------------------------ values

static const char *const segments[] = {"Best", "Others"};

static struct ranked value_of(const char *id)
{
    return (struct ranked){.id = span_text(id), .f = 2, .m = 1000, .clv = -5, .recency = 3,
                           .history = {.x = 1, .t_x = 14, .t_age = 21}, .rank = 7, .scores = {5, 4, 3}, .segment = 1,
                           .abc = 'A', .tier = TIER_STAR, .target = 4, .changed = true, .alive = 0.5, .expected = 1.25};
}

static void put(int32_t as_of, int64_t epoch, const struct ranked *values, size_t count, bool daily)
{
    struct rank_row row = {.as_of = as_of, .daily = daily, .epoch = epoch, .customers = count, .has_model = true,
                           .model = {1, 2, 3, 4}};
    for (size_t i = 0; i < count; i++)
        row.changed += values[i].changed;
    row.done = row.changed == 0;
    assert_done(test.store->rank->put(test.store, &row, values, segments, 2));
}

static void values_are_what_readers_see(void **state)
{
    (void)state;
    struct ranked values[] = {value_of("a"), value_of("b")};
    values[1].f = 0;
    values[1].rank = 0;
    values[1].segment = 0;
    memset(values[1].scores, 0, sizeof values[1].scores);
    values[1].alive = values[1].expected = NAN;
    values[1].m = INT64_MIN;
    put_customer("a", ", first_order_at", ", '2026-01-01Z'");
    put_customer("b", ", first_order_at", ", '2026-01-01Z'");
    put(DAY_OF, 0, values, 2, false);
    EXPECT("SELECT * FROM guanxi.v_value ORDER BY customer_id",
           "2026-01-01|a|3|2|1000|5|4|3|12|7|Best|A|-5|star|4|1|2|3|0.5|1.25\n"
           "2026-01-01|b|3|0|-9223372036854775808|||||||A|-5|star|4|1|2|3||\n");
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer ORDER BY 1", "a|A\nb|A\n");
    // Of a day again: replaced, as a whole.
    values[0].abc = 'C';
    put(DAY_OF, 0, values, 1, true);
    EXPECT("SELECT customer_id, abc FROM guanxi.v_value_latest", "a|C\n");
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer ORDER BY 1", "a|C\nb|\n");
    // A later one goes before; of whom it does not hold the one before stays.
    values[1].abc = 'B';
    put(DAY_OF + 1, 0, &values[1], 1, false);
    EXPECT("SELECT as_of, customer_id FROM guanxi.v_value_latest", "2026-01-02|b\n");
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer ORDER BY 1", "a|C\nb|B\n");
}

static void the_row_tells_how_far_it_is(void **state)
{
    (void)state;
    struct rank_row row;
    bool found;
    assert_done(test.store->rank->find(test.store, DAY_OF, &row, &found));
    assert_false(found);
    const struct ranked value = value_of("a");
    put(DAY_OF, 0, &value, 1, true);
    assert_done(test.store->rank->find(test.store, DAY_OF, &row, &found));
    assert_true(found && row.daily && !row.done);
    assert_int_equal(row.customers, 1);
    assert_int_equal(row.changed, 1);
    assert_done(test.store->rank->done(test.store, DAY_OF));
    assert_done(test.store->rank->find(test.store, DAY_OF, &row, &found));
    assert_true(row.done);
    put(DAY_OF, 0, &value, 0, false); // by hand
    assert_done(test.store->rank->find(test.store, DAY_OF, &row, &found));
    assert_true(row.daily && row.done); // there is nothing to tell
}

static void changes_come_in_pages(void **state)
{
    (void)state;
    struct ranked values[] = {value_of("a"), value_of("b"), value_of("c"), value_of("d")};
    values[1].changed = false;
    values[3].tier = TIER_FADING;
    values[3].target = 3;
    put(DAY_OF, 0, values, 4, false);
    struct rank_change *changes;
    size_t count;
    assert_done(test.store->rank->changes(test.store, DAY_OF, SPAN_NONE, 2, &test.arena, &changes, &count));
    assert_int_equal(count, 2);
    assert_true(span_equal(changes[1].customer_id, SPAN_LITERAL("c")));
    assert_done(test.store->rank->changes(test.store, DAY_OF, changes[1].customer_id, 2, &test.arena, &changes, &count));
    assert_int_equal(count, 1);
    assert_true(span_equal(changes[0].customer_id, SPAN_LITERAL("d")));
    assert_int_equal(changes[0].tier, TIER_FADING);
    assert_int_equal(changes[0].target, 3);
}

static void old_ranks_go_one_by_one(void **state)
{
    (void)state;
    const struct ranked value = value_of("a");
    bool gone;
    for (int day = 0; day < 5; day++)
        put(DAY_OF + day, 0, &value, 1, false);
    assert_done(test.store->rank->expire(test.store, 2, DAY_OF + 1, &gone));
    assert_true(gone);
    EXPECT("SELECT string_agg(to_char(as_of, 'DD'), ' ' ORDER BY as_of) FROM guanxi.v_value", "02 03 04 05\n");
    assert_done(test.store->rank->expire(test.store, 2, DAY_OF + 1, &gone));
    assert_false(gone); // the one that was just made
    assert_done(test.store->rank->expire(test.store, 2, DAY_OF + 4, &gone));
    assert_true(gone);
    EXPECT("SELECT count(*) FROM guanxi.rank", "3\n");
}

static void the_latest_parameters_count(void **state)
{
    (void)state;
    struct bgnbd model;
    bool found;
    assert_done(test.store->rank->fit(test.store, &model, &found));
    assert_false(found);
    struct rank_fit fit = {.as_of = DAY_OF, .customers = 3, .model = {0.5, 4, 0.25, 2}, .log_likelihood = -7};
    assert_done(test.store->rank->put_fit(test.store, &fit));
    fit.as_of--;
    fit.model.r = 9;
    assert_done(test.store->rank->put_fit(test.store, &fit));
    assert_done(test.store->rank->fit(test.store, &model, &found));
    assert_true(found);
    assert_true(model.r == 0.5 && model.alpha == 4 && model.a == 0.25 && model.b == 2);
    fit.as_of++;
    assert_done(test.store->rank->put_fit(test.store, &fit));
    assert_done(test.store->rank->fit(test.store, &model, &found));
    assert_true(model.r == 9);
}

static void who_is_marked_is_known(void **state)
{
    (void)state;
    bool unfolded;
    put_customer("a", "", "");
    put_customer("b", ", fold_at", ", '2026-01-02Z'");
    assert_done(test.store->rank->unfolded(test.store, MIDNIGHT + DAY - 1, &unfolded));
    assert_false(unfolded);
    assert_done(test.store->rank->unfolded(test.store, MIDNIGHT + DAY, &unfolded));
    assert_true(unfolded);
}

// --------------------------------------------------------------------------------------------------- ids

static int64_t epoch(void)
{
    int64_t now = -1;
    assert_done(test.store->ops->resolve(test.store, NULL, 0, &test.arena, NULL, &now));
    return now;
}

// `from` is merged into `to`, or comes back out of it.
static void change_ids(enum identity_kind kind, const char *from, const char *to)
{
    struct span ids[1] = {span_text(kind == IDENTITY_ERASE ? from : to)};
    struct identity_change change = {.kind = kind, .epoch = epoch(), .subject = span_text(from), .from = span_text(from),
                                     .to = span_text(to), .ids = ids, .id_count = 1, .at = MIDNIGHT};
    struct customer_row rows[2];
    struct span both[2] = {span_text(from), span_text(to)};
    assert_done(test.store->ops->load(test.store, both, 2, &test.arena, rows));
    struct store_write write = {.identity = &change, .epoch = EPOCH_ANY};
    if (kind == IDENTITY_MERGE) {
        write.delete_customers = &rows[0];
        write.delete_customer_count = 1;
    } else {
        write.customers = rows;
        write.customer_count = 1;
    }
    assert_done(test.store->ops->write(test.store, &write));
}

static void rank_both(int32_t as_of)
{
    const struct ranked values[] = {value_of("a"), value_of("b")};
    put(as_of, epoch(), values, 2, false);
}

static void begin_two(void)
{
    put_customer("a", ", first_order_at", ", '2026-01-01Z'");
    put_customer("b", ", first_order_at", ", '2026-01-01Z'");
    rank_both(DAY_OF);
    rank_both(DAY_OF + 1);
}

static void a_merge_ends_what_was_valued(void **state)
{
    (void)state;
    begin_two();
    change_ids(IDENTITY_MERGE, "a", "b");
    EXPECT("SELECT as_of, customer_id FROM guanxi.v_value ORDER BY 1", "2026-01-01|b\n2026-01-02|b\n");
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer", "b|\n");
    const struct ranked value = value_of("b");
    put(DAY_OF + 1, epoch(), &value, 1, false); // the same day, but with what both bought
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer", "b|A\n");
    change_ids(IDENTITY_UNMERGE, "b", "a");
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer", "b|\n");
    EXPECT("SELECT count(*) FROM guanxi.v_value", "2\n"); // what it was worth as one stands
}

static void an_erasure_leaves_no_value(void **state)
{
    (void)state;
    begin_two();
    change_ids(IDENTITY_ERASE, "a", "b");
    EXPECT("SELECT DISTINCT customer_id FROM guanxi.v_value", "b\n");
}

// Purchases were read, then ids changed, then values are written.
static void values_of_those_who_went_meanwhile_are_not_kept(void **state)
{
    (void)state;
    begin_two();
    put_customer("c", ", first_order_at", ", '2026-01-01Z'");
    int64_t before = epoch();
    change_ids(IDENTITY_MERGE, "a", "b");
    const struct ranked values[] = {value_of("a"), value_of("b"), value_of("c")};
    put(DAY_OF + 2, before, values, 3, false);
    EXPECT("SELECT customer_id FROM guanxi.v_value_latest ORDER BY 1", "b\nc\n");
    EXPECT("SELECT customer_id, abc FROM guanxi.v_customer ORDER BY 1", "b|\nc|A\n");
    // An id that came back since as somebody else is no one who was ranked.
    char sql[128];
    before = epoch();
    snprintf(sql, sizeof sql, "UPDATE guanxi.customer SET version = (%lld::int8 << 32) + 1 WHERE customer_id = 'c'",
             (long long)before + 1);
    test_sql(&test.database, sql);
    test_sql(&test.database, "UPDATE guanxi.identity SET epoch = epoch + 1");
    put(DAY_OF + 3, before, &values[1], 2, false);
    EXPECT("SELECT customer_id FROM guanxi.v_value_latest", "b\n");
}

// ------------------------------------------------------------------------------------------------- place

static void one_is_inside_at_a_time(void **state)
{
    (void)state;
    struct store *other = test_store_open(&test, NULL);
    bool entered;
    assert_done(test.store->rank->enter(test.store, &entered));
    assert_true(entered);
    assert_done(other->rank->enter(other, &entered));
    assert_false(entered);
    assert_done(test.store->rank->leave(test.store));
    assert_done(other->rank->enter(other, &entered));
    assert_true(entered);
    other->ops->close(other); // and dies
    for (int i = 0; i < 100; i++) {
        assert_done(test.store->rank->enter(test.store, &entered));
        if (entered)
            break;
        test_sql(&test.database, "SELECT pg_sleep(0.05)");
    }
    assert_true(entered);
}

static void who_is_held_is_not_written_by_others(void **state)
{
    (void)state;
    struct postgres_settings hasty = POSTGRES_SETTINGS_DEFAULT;
    hasty.conninfo = test.database.conninfo;
    hasty.lock_timeout = 200 * 1000;
    struct store *other = test_store_open(&test, &hasty);
    const struct span ids[] = {SPAN_LITERAL("a"), SPAN_LITERAL("b"), SPAN_LITERAL("none")};
    struct customer_row rows[3];
    put_customer("a", "", "");
    put_customer("b", "", "");
    assert_done(test.store->rank->hold(test.store, ids, 3, &test.arena, rows));
    assert_int_equal(rows[1].version, 1);
    assert_int_equal(rows[2].version, 0);
    assert_int_equal(test_write(other, rows, 1, NULL, 0), STORE_RETRY);
    assert_done(test_write(test.store, rows, 2, NULL, 0)); // goes on, and lets go
    rows[0].version++;
    assert_done(test_write(other, rows, 1, NULL, 0));
    // Or with nothing written.
    assert_done(test.store->rank->hold(test.store, ids, 3, &test.arena, rows));
    test.store->ops->let_go(test.store);
    assert_done(test_write(other, &rows[1], 1, NULL, 0));
    other->ops->close(other);
}

static void *wait_at_the_gate(void *outcome)
{
    *(int *)outcome = test.store->ops->pass(test.store);
    return NULL;
}

static void one_shuts_the_gate_and_others_pass_it(void **state)
{
    (void)state;
    struct postgres_settings hasty = POSTGRES_SETTINGS_DEFAULT;
    hasty.conninfo = test.database.conninfo;
    hasty.lock_timeout = 200 * 1000;
    struct store *other = test_store_open(&test, &hasty), *rank = test_store_open(&test, &hasty);
    struct customer_row row;
    const struct span id = SPAN_LITERAL("a");
    bool met;
    put_customer("a", "", "");
    // Any number pass, and keep it open until they have written, or let go.
    assert_done(test.store->ops->pass(test.store));
    assert_done(other->ops->pass(other));
    assert_done(test.store->ops->load(test.store, &id, 1, &test.arena, &row));
    assert_int_equal(rank->rank->shut(rank, &met), STORE_RETRY);
    assert_done(test_write(test.store, &row, 1, NULL, 0));
    assert_int_equal(rank->rank->shut(rank, &met), STORE_RETRY);
    other->ops->let_go(other);
    assert_done(rank->rank->shut(rank, &met));
    assert_false(met);
    // Shut, nobody passes; who stands before it does when it is opened, and is seen.
    assert_int_equal(other->ops->pass(other), STORE_RETRY);
    pthread_t thread;
    int outcome = -1;
    assert_int_equal(pthread_create(&thread, NULL, wait_at_the_gate, &outcome), 0);
    test_sql(&test.database, "SELECT pg_sleep(0.3)");
    assert_done(rank->rank->open(rank, &met));
    assert_true(met);
    pthread_join(thread, NULL);
    assert_done(outcome);
    test.store->ops->let_go(test.store);
    assert_done(rank->rank->shut(rank, &met));
    assert_done(rank->rank->open(rank, &met));
    assert_false(met);
    // It does not stay shut by one who is gone.
    assert_done(rank->rank->shut(rank, &met));
    rank->ops->close(rank);
    assert_done(other->ops->pass(other));
    other->ops->close(other);
}

static void *wait_long(void *outcome)
{
    // Waits for the lock of the row, up to lock_timeout.
    const struct span ids[] = {SPAN_LITERAL("a")};
    struct customer_row row;
    *(int *)outcome = test.store->rank->hold(test.store, ids, 1, &test.arena, &row);
    return NULL;
}

static void who_waits_can_be_interrupted(void **state)
{
    (void)state;
    put_customer("a", "", "");
    test_sql(&test.database, "BEGIN");
    test_sql(&test.database, "SELECT FROM guanxi.customer FOR UPDATE");
    pthread_t thread;
    int outcome = 0;
    assert_int_equal(pthread_create(&thread, NULL, wait_long, &outcome), 0);
    test_sql(&test.database, "SELECT pg_sleep(0.3)");
    test.store->rank->interrupt(test.store);
    pthread_join(thread, NULL);
    assert_int_equal(outcome, STORE_AWAY);
    test_sql(&test.database, "ROLLBACK");
    assert_int_equal(test.store->ops->reconnect(test.store), STORE_AWAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(customers_come_with_their_purchases_in_time),
        STORE_TEST(the_ended_are_those_of_the_day),
        STORE_TEST(the_stream_can_be_given_up),
        STORE_TEST(values_are_what_readers_see),
        STORE_TEST(the_row_tells_how_far_it_is),
        STORE_TEST(changes_come_in_pages),
        STORE_TEST(old_ranks_go_one_by_one),
        STORE_TEST(the_latest_parameters_count),
        STORE_TEST(who_is_marked_is_known),
        STORE_TEST(a_merge_ends_what_was_valued),
        STORE_TEST(an_erasure_leaves_no_value),
        STORE_TEST(values_of_those_who_went_meanwhile_are_not_kept),
        STORE_TEST(one_is_inside_at_a_time),
        STORE_TEST(who_is_held_is_not_written_by_others),
        STORE_TEST(one_shuts_the_gate_and_others_pass_it),
        STORE_TEST(who_waits_can_be_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
