// What is kept of ids that are no customers: what was issued of them, what it said, and what waits for them; an erasure
// leaves the counts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/change_ids.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

static struct identity_row resolve(const char *id)
{
    struct span asked = span_text(id);
    struct identity_row row;
    int64_t epoch;
    assert_done(test.store->ops->resolve(test.store, &asked, 1, &test.arena, &row, &epoch));
    return row;
}

static void assert_nobody(const struct identity_row *row)
{
    struct customer nobody;
    customer_init(&nobody);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        assert_true(standing_same(row->told[kind], standing_of(&nobody, (enum transition_kind)kind)));
}

static const struct standing stands[TRANSITION_KIND_COUNT] = {
    [TRANSITION_LEVEL] = {4, 0}, [TRANSITION_STAGE] = {0, 0}, [TRANSITION_PRAM] = {PHASE_MAINTAIN, 7},
    [TRANSITION_TIER] = {TIER_FADING, 3}};

static void make(const char *id, const struct standing told[TRANSITION_KIND_COUNT])
{
    struct customer_row row = test_customer(id, 1);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++) {
        standing_put(&row.state, (enum transition_kind)kind, told[kind]);
        row.messages[kind] = kind + 3;
    }
    assert_done(test_write(test.store, &row, 1, NULL, 0));
}

static void where_it_stood_is_kept(void **state)
{
    (void)state;
    struct identity_row row = resolve("a");
    assert_nobody(&row);
    make("a", stands);
    row = resolve("a");
    assert_nobody(&row); // it has a row of its own
    assert_done(test_merge(test.store, "a", "b", "m"));
    row = resolve("a");
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++) {
        assert_true(standing_same(row.told[kind], stands[kind]));
        assert_int_equal(row.messages[kind], kind + 3);
    }
    row = resolve("b");
    assert_nobody(&row);
    // A cycle of which it is not known which it was; and what was kept before does not count any more.
    assert_done(test_unmerge(test.store, "b", "a", "u"));
    test_sql(&test.database, "UPDATE guanxi.customer SET level = 2, stage = 5, pram_cycle = -1, traits = 4"
                             " WHERE customer_id = 'a'");
    assert_done(test_merge(test.store, "a", "b", "m2"));
    row = resolve("a");
    assert_true(standing_same(row.told[TRANSITION_LEVEL], (struct standing){2, 0}));
    assert_true(standing_same(row.told[TRANSITION_STAGE], (struct standing){5, 0}));
    assert_true(standing_same(row.told[TRANSITION_PRAM], (struct standing){PHASE_NONE, -1}));
    assert_true(standing_same(row.told[TRANSITION_TIER], (struct standing){TIER_NONE, 0}));
}

static void counts_outlive_an_erasure(void **state)
{
    (void)state;
    make("a", stands);
    assert_done(test_merge(test.store, "c", "a", "m")); // of nobody
    assert_done(test_merge(test.store, "a", "b", "m"));
    assert_done(test_unmerge(test.store, "b", "a", "u"));
    test_sql(&test.database, "UPDATE guanxi.customer SET stage_messages = 9, level_messages = 3, pram_messages = 5,"
                             " tier_messages = 6 WHERE customer_id = 'a'");
    assert_done(test_erase(test.store, "a"));
    EXPECT("SELECT count(*) FROM guanxi.departed WHERE customer_id IN ('a', 'c')", "0\n");
    EXPECT("SELECT level_messages, stage_messages, pram_messages, tier_messages, merged, unmerged FROM guanxi.erased"
           " ORDER BY level_messages DESC", "3|9|5|6|1|0\n0|0|0|0|1|0\n");
    assert_int_equal(resolve("a").messages[TRANSITION_STAGE], 0); // of no use before it is readmitted
    assert_done(test_readmit(test.store, "a"));
    assert_done(test_readmit(test.store, "c"));
    struct identity_row row = resolve("a");
    assert_nobody(&row);
    assert_int_equal(row.messages[TRANSITION_LEVEL], 3);
    assert_int_equal(row.messages[TRANSITION_STAGE], 9);
    assert_int_equal(row.messages[TRANSITION_PRAM], 5);
    assert_int_equal(row.messages[TRANSITION_TIER], 6);
    assert_int_equal(row.merged, 1);
    assert_int_equal(row.erasures, 1);
    assert_int_equal(resolve("c").merged, 1);
    // A second time, with or without having come.
    assert_done(test_erase(test.store, "a"));
    EXPECT("SELECT times, stage_messages, merged FROM guanxi.erased ORDER BY times DESC", "2|9|1\n1|0|1\n");
    assert_outcome(STORE_CONFLICT, test_readmit(test.store, "c"));
}

static void what_waits_on_a_timeline_is_known(void **state)
{
    (void)state;
    assert_true(resolve("a").recorded_at == INSTANT_NONE);
    assert_done(test_merge(test.store, "a", "b", "m"));
    assert_true(resolve("b").recorded_at == 1000);
    assert_true(resolve("a").recorded_at == 1000); // by whom it means
    test_sql(&test.database, "INSERT INTO guanxi.customer (version, policy, warmth, level, stage, home, customer_id)"
                             " VALUES (1, 1, 0, 1, 1, 1, 'b')");
    assert_true(resolve("b").recorded_at == INSTANT_NONE); // there is a customer
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(where_it_stood_is_kept),
        STORE_TEST(counts_outlive_an_erasure),
        STORE_TEST(what_waits_on_a_timeline_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
