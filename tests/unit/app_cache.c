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
#include "support/same.h"

enum { LEAST = 1024 }; // entries that the smallest cache surely has room for

static struct arena arena; // of the books that were got

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
    instant *const some[] = {&row.state.as_of, &row.state.first_seen_at, &row.state.last_order_at, &row.fold_at};
    for (int i = 0; i < version % 5; i++) // of different sizes
        *some[i] = version;
    if (version % 7 > 4)
        row.book = span_of(text, (size_t)version % 7);
    cache_put(cache, customer_hash(row.id), &row);
    memset(text, 'x', sizeof text); // the cache has its own copy
}

// The version it has, -1: none.
static int64_t get(struct cache *cache, int number)
{
    char text[32];
    struct customer_row row = {.id = id_of(number, text), .version = -7};
    bool found = cache_get(cache, customer_hash(row.id), &arena, &row);
    assert_ptr_equal(row.id.data, text); // the id stays the asker's
    if (found && row.version % 7 > 4)
        assert_true(span_equal(row.book, span_of(text, (size_t)row.version % 7)));
    arena_reset(&arena);
    return found ? row.version : -1;
}

static void forget(struct cache *cache, int number)
{
    char text[32];
    struct span id = id_of(number, text);
    cache_remove(cache, customer_hash(id), id);
}

static void remembers_and_forgets(void **state)
{
    struct cache *cache = cache_new(0);
    (void)state;
    assert_int_equal(get(cache, 1), -1);
    put(cache, 1, 5);
    put(cache, 2, 6);
    put(cache, 1, 7);
    assert_int_equal(get(cache, 1), 7);
    assert_int_equal(get(cache, 2), 6);
    forget(cache, 1);
    forget(cache, 1);
    assert_int_equal(get(cache, 1), -1);
    assert_int_equal(get(cache, 2), 6);
    cache_clear(cache);
    assert_int_equal(get(cache, 2), -1);
    put(cache, 2, 8);
    assert_int_equal(get(cache, 2), 8);
    cache_free(cache);
    cache_free(NULL);
}

// An event at hand is the batch's, which is gone when the row is read; so is the storage of a book.
static void keeps_nothing_at_hand(void **state)
{
    struct cache *cache = cache_new(0);
    struct event event = {.time = 1};
    static struct book book;
    struct customer_row row = {.id = SPAN_LITERAL("a"), .version = 1};
    (void)state;
    row.state.last_event = &event;
    row.state.book = &book;
    cache_put(cache, customer_hash(row.id), &row);
    assert_true(cache_get(cache, customer_hash(row.id), &arena, &row));
    assert_null(row.state.last_event);
    assert_null(row.state.book);
    cache_free(cache);
}

// What was got stays, whatever is put and forgotten later.
static void books_outlive_the_cache(void **state)
{
    struct cache *cache = cache_new(0);
    char bytes[BOOK_PACKED_MAX];
    struct customer_row row = {.id = SPAN_LITERAL("a"), .version = 1, .book = span_of(bytes, sizeof bytes)};
    struct customer_row found = {.id = row.id};
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * i >> 3);
    cache_put(cache, customer_hash(row.id), &row); // the largest there is
    assert_true(cache_get(cache, customer_hash(row.id), &arena, &found));
    for (int i = 0; i < 5000; i++)
        put(cache, i, 5);
    assert_false(cache_get(cache, customer_hash(row.id), &arena, &row));
    cache_free(cache);
    assert_int_equal(found.book.size, sizeof bytes);
    assert_memory_equal(found.book.data, bytes, sizeof bytes);
    arena_reset(&arena);
}

static void fill(struct cache *cache, int from, int to)
{
    for (int i = from; i < to; i++)
        put(cache, i, 7);
}

// How many entries of one size there is room for.
static int room_of(size_t bytes)
{
    struct cache *cache = cache_new(bytes);
    int numbers = (int)(bytes / 16), first = numbers;
    fill(cache, 1 * numbers, 2 * numbers); // ids of one length
    while (get(cache, first) < 0)
        first++;
    for (int i = first; i < 2 * numbers; i++)
        assert_int_equal(get(cache, i), 7); // the youngest
    cache_free(cache);
    return 2 * numbers - first;
}

static void gives_second_chances(void **state)
{
    enum { FIRST = 100000, ASKED_FOR = 10 };
    int room = room_of(CACHE_LEAST);
    struct cache *cache = cache_new(0);
    (void)state;
    assert_true(room > LEAST);
    fill(cache, FIRST, FIRST + room);
    for (int i = FIRST; i < FIRST + ASKED_FOR; i++)
        assert_int_equal(get(cache, i), 7);
    fill(cache, FIRST + room, FIRST + room + room / 2);
    for (int i = FIRST; i < FIRST + ASKED_FOR; i++)
        assert_int_equal(get(cache, i), 7);
    for (int i = FIRST + ASKED_FOR; i < FIRST + room / 2; i++)
        assert_int_equal(get(cache, i), -1);
    fill(cache, FIRST + 2 * room, FIRST + 4 * room); // one second chance for being asked for once
    for (int i = FIRST; i < FIRST + 2 * room; i++)
        assert_int_equal(get(cache, i), -1);
    cache_free(cache);
}

// A customer who ordered, was called and answered, with three marks in its book and without a reminder ever.
static void is_compact(void **state)
{
    enum { BYTES = 4 * CACHE_LEAST, NUMBERS = 20000, AT_MOST = 280 };
    struct cache *cache = cache_new(BYTES);
    static const char book[1 + 3 * 9];
    char text[32];
    int kept = 0;
    (void)state;
    for (int i = 0; i < NUMBERS; i++) {
        struct customer_row row = {.id = id_of(i, text), .version = 3, .home = 1, .wake_at = 9, .fold_at = INSTANT_NEVER,
                                   .quiet_until = INSTANT_NONE, .policy = 5, .has_upcoming = true,
                                   .upcoming = {.due_at = 8}};
        customer_init(&row.state);
        row.state.as_of = row.state.last_contact_at = row.state.last_inbound_at = row.state.warmth_at = 7;
        row.state.first_seen_at = row.state.level_since = row.state.last_outbound_at = row.state.last_order_at = 6;
        row.state.orders = row.state.spent = row.state.first_order_at = row.state.unfollowed_at = 5;
        row.state.stage_since = 6;
        row.state.stage = STAGE_MATURE;
        row.state.stage_changes = row.messages[TRANSITION_STAGE] = 4;
        row.state.warmth = 4;
        row.book = span_of(book, sizeof book);
        cache_put(cache, customer_hash(row.id), &row);
    }
    for (int i = 0; i < NUMBERS; i++)
        kept += get(cache, i) >= 0;
    assert_true(kept * AT_MOST >= BYTES);
    cache_free(cache);
}

// When all are asked for all the time, those that come still find room.
static void lets_new_ones_in(void **state)
{
    enum { NUMBERS = 20000 };
    struct cache *cache = cache_new(0);
    (void)state;
    for (int i = 0; i < NUMBERS; i++) {
        put(cache, i, 1);
        assert_int_equal(get(cache, i), 1);
    }
    cache_free(cache);
}

// Some bytes out of a row of them.
static struct span any_book(struct random *random)
{
    static char bytes[BOOK_PACKED_MAX];
    static const int64_t sizes[] = {10, 100, 1000, BOOK_PACKED_MAX};
    for (size_t i = 0; bytes[1] == 0 && i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    size_t size = (size_t)random_below(random, 1 + sizes[random_below(random, 4)]);
    return size ? span_of(bytes + random_below(random, (int64_t)(sizeof bytes - size + 1)), size) : SPAN_NONE;
}

// Of any size and either sign.
static int64_t any_number(struct random *random)
{
    switch (random_below(random, 20)) {
    case 0: return INSTANT_NONE;
    case 1: return INSTANT_NEVER;
    default: break;
    }
    int64_t number = (int64_t)(random_next(random) >> 1 >> random_below(random, 63));
    return random_permille(random, 500) ? number : -number;
}

// Some of its columns set, from none to all.
static struct customer_row any_row(struct random *random, struct span id)
{
    int share = (int)random_below(random, 1001);
    struct customer_row row = {.id = id, .version = random_below(random, 3), .wake_at = INSTANT_NEVER,
                               .fold_at = INSTANT_NEVER};
    customer_init(&row.state);
#define X(name, kind, meaning) \
    if (random_permille(random, share)) \
        row.state.name = (__typeof__(row.state.name))any_number(random);
    CUSTOMER_FIELDS(X)
#undef X
    if (random_permille(random, share))
        row.book = any_book(random);
    if (random_permille(random, share)) {
        row.home = (int32_t)random_below(random, 9);
        for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
            row.messages[kind] = (int32_t)random_below(random, 9);
        row.wake_at = any_number(random);
        row.policy = random_next(random);
        row.has_upcoming = true;
        row.upcoming.kind = (enum reminder_kind)random_below(random, REMINDER_KIND_COUNT);
        row.upcoming.due_at = any_number(random);
    }
    if (random_permille(random, share))
        row.fold_at = any_number(random);
    return row;
}

// A row comes back as it was put, whether it grew or shrank where it stood.
static void keeps_rows_whole(void **state)
{
    struct random random = {history_seed()};
    struct cache *cache = cache_new(0);
    static struct book none;
    char text[32];
    (void)state;
    book_init(&none);
    for (int step = 0; step < 20000; step++) {
        struct span id = id_of((int)random_below(&random, 20), text);
        struct customer_row row = any_row(&random, id), found = {.id = id};
        cache_put(cache, customer_hash(id), &row);
        memset((char *)&found + sizeof found.id, 'x', sizeof found - sizeof found.id);
        assert_true(cache_get(cache, customer_hash(id), &arena, &found));
        assert_true(span_equal(found.book, row.book));
        found.state.book = row.state.book = &none;
        assert_true(same_customer(&found.state, &row.state));
        assert_true(found.version == row.version && found.home == row.home && found.policy == row.policy);
        assert_memory_equal(found.messages, row.messages, sizeof row.messages);
        assert_true(found.has_upcoming == row.has_upcoming);
        assert_true(found.wake_at == row.wake_at && found.fold_at == row.fold_at);
        assert_true(!row.has_upcoming || (found.upcoming.kind == row.upcoming.kind &&
                                          found.upcoming.due_at == row.upcoming.due_at));
        arena_reset(&arena);
    }
    cache_free(cache);
}

// Against an array: what it has must be the last that was put; within its size it must have everything.
static void agrees_with_a_model(void **state)
{
    enum { NUMBERS = 3000, STEPS = 300000 };
    static int64_t versions[NUMBERS];
    struct random random = {history_seed()};
    struct cache *cache = cache_new(0);
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
            forget(cache, number);
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

// What grew or was removed stands dead in the ring, which must not cost those that live.
static void forgets_nothing_within_its_size(void **state)
{
    struct random random = {history_seed()};
    struct cache *cache = cache_new(0);
    static int64_t versions[LEAST];
    (void)state;
    memset(versions, -1, sizeof versions);
    for (int64_t step = 0; step < 200000; step++) {
        int number = (int)random_below(&random, 300);
        if (random_permille(&random, 300)) {
            forget(cache, number);
            versions[number] = -1;
        } else {
            put(cache, number, step);
            versions[number] = step;
        }
        if (step % 700 == 0)
            for (int i = 0; i < 300; i++)
                assert_int_equal(get(cache, i), versions[i]);
    }
    cache_free(cache);
}

int main(void)
{
    arena_init(&arena, 4096);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remembers_and_forgets),
        cmocka_unit_test(keeps_nothing_at_hand),
        cmocka_unit_test(books_outlive_the_cache),
        cmocka_unit_test(keeps_rows_whole),
        cmocka_unit_test(gives_second_chances),
        cmocka_unit_test(lets_new_ones_in),
        cmocka_unit_test(is_compact),
        cmocka_unit_test(agrees_with_a_model),
        cmocka_unit_test(forgets_nothing_within_its_size),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failures;
}
