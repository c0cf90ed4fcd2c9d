// The cache of customers against a plain model of one, and where it may go wrong: probe chains, eviction.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/cache.h"
#include "support/history.h"
#include "support/random.h"

enum { LEAST = 1024 }; // entries of the smallest cache

static struct span id_of(int number, char text[32])
{
    snprintf(text, 32, "customer-%d", number);
    return span_text(text);
}

static void put(struct cache *cache, int number, int64_t version)
{
    char text[32];
    struct customer_row row = {.id = id_of(number, text), .version = version};
    customer_init(&row.state);
    cache_put(cache, &row);
    memset(text, 'x', sizeof text); // the cache has its own copy
}

// The version it has, -1: none.
static int64_t get(struct cache *cache, int number)
{
    char text[32];
    struct customer_row row = {.id = id_of(number, text), .version = -7};
    bool found = cache_get(cache, &row);
    assert_ptr_equal(row.id.data, text); // the id stays the asker's
    return found ? row.version : -1;
}

static void remembers_and_forgets(void **state)
{
    struct cache *cache = cache_new(0);
    char text[32];
    (void)state;
    assert_int_equal(get(cache, 1), -1);
    put(cache, 1, 5);
    put(cache, 2, 6);
    put(cache, 1, 7);
    assert_int_equal(get(cache, 1), 7);
    assert_int_equal(get(cache, 2), 6);
    cache_remove(cache, id_of(1, text));
    cache_remove(cache, id_of(1, text));
    assert_int_equal(get(cache, 1), -1);
    assert_int_equal(get(cache, 2), 6);
    cache_clear(cache);
    assert_int_equal(get(cache, 2), -1);
    put(cache, 2, 8);
    assert_int_equal(get(cache, 2), 8);
    cache_free(cache);
    cache_free(NULL);
}

// An event at hand is the batch's, which is gone when the row is read.
static void keeps_no_event(void **state)
{
    struct cache *cache = cache_new(0);
    struct event event = {.time = 1};
    struct customer_row row = {.id = SPAN_LITERAL("a"), .version = 1};
    (void)state;
    row.state.last_event = &event;
    cache_put(cache, &row);
    assert_true(cache_get(cache, &row));
    assert_null(row.state.last_event);
    cache_free(cache);
}

static void gives_second_chances(void **state)
{
    struct cache *cache = cache_new(0);
    (void)state;
    for (int i = 0; i < LEAST; i++)
        put(cache, i, i);
    put(cache, LEAST, 1); // the hand goes round once, then takes the first
    assert_int_equal(get(cache, 0), -1);
    assert_int_equal(get(cache, LEAST), 1);
    for (int i = 1; i < 10; i++)
        assert_int_equal(get(cache, i), i); // used again
    for (int i = 0; i < LEAST / 2; i++)
        put(cache, 2 * LEAST + i, 1);
    for (int i = 1; i < 10; i++)
        assert_int_equal(get(cache, i), i);
    assert_int_equal(get(cache, 20), -1);
    cache_free(cache);
}

// Against an array: what it has must be the last that was put; within its size it must have everything.
static void agrees_with_a_model(void **state)
{
    enum { NUMBERS = 3000, STEPS = 300000 };
    static int64_t versions[NUMBERS];
    struct random random = {history_seed()};
    struct cache *cache = cache_new(0);
    char text[32];
    int64_t hits = 0;
    (void)state;
    for (int i = 0; i < NUMBERS; i++)
        versions[i] = -1;
    for (int64_t step = 0; step < STEPS; step++) {
        // Now and then few of them, so that removals and insertions meet in the same chains.
        int number = (int)random_below(&random, step % 3000 < 1500 ? NUMBERS : 200);
        switch (random_below(&random, 4)) {
        case 0:
            put(cache, number, step);
            versions[number] = step;
            assert_int_equal(get(cache, number), step);
            break;
        case 1:
            cache_remove(cache, id_of(number, text));
            versions[number] = -1;
            assert_int_equal(get(cache, number), -1);
            break;
        default: {
            int64_t found = get(cache, number);
            assert_true(found == versions[number] || found == -1);
            hits += found >= 0;
        }
        }
    }
    assert_true(hits > STEPS / 20);
    cache_free(cache);
}

static void forgets_nothing_within_its_size(void **state)
{
    struct random random = {history_seed()};
    struct cache *cache = cache_new(0);
    static int64_t versions[LEAST];
    char text[32];
    (void)state;
    memset(versions, -1, sizeof versions);
    for (int64_t step = 0; step < 20000; step++) {
        int number = (int)random_below(&random, 300);
        if (random_permille(&random, 300)) {
            cache_remove(cache, id_of(number, text));
            versions[number] = -1;
        } else {
            put(cache, number, step);
            versions[number] = step;
        }
        if (step % 700 == 0) // removed entries are used again only when the hand comes by
            for (int i = 0; i < 300; i++)
                assert_true(get(cache, i) == versions[i] || get(cache, i) == -1);
    }
    cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_and_forgets),
        cmocka_unit_test(keeps_no_event),
        cmocka_unit_test(gives_second_chances),
        cmocka_unit_test(agrees_with_a_model),
        cmocka_unit_test(forgets_nothing_within_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
