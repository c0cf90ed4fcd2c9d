// A database with a store on it, and rows to put into it, for the component tests of the store.
#ifndef GUANXI_TESTS_POSTGRES_STORE_H
#define GUANXI_TESTS_POSTGRES_STORE_H

#include "port/store.h"
#include "postgres/store.h"
#include "support/postgres.h"

struct test_store {
    struct test_database database;
    struct store *store;
    struct arena arena; // for what the store returns
};

// A migrated database with a connected store; ends the program where that fails.
void test_store_create(struct test_store *test);
void test_store_destroy(struct test_store *test);
// The same around every test of a program, whose state is a struct test_store.
int test_store_set_up(void **state);
int test_store_tear_down(void **state);
// Of the program's own `test`; behind cmocka.h.
#define STORE_TEST(function) \
    cmocka_unit_test_prestate_setup_teardown(function, test_store_set_up, test_store_tear_down, &test)
#define EXPECT(sql, expected) assert_true(test_sql_yields(&test.database, sql, expected))
// A further connected store on the same database; `settings` NULL: the default ones.
struct store *test_store_open(struct test_store *test, const struct postgres_settings *settings);

// Claims a lane of topic "calls" that begins at 0.
struct lane_row test_store_lane(struct store *store, int32_t partition);
// Moves a lane from its next_offset on by `records`, as a batch does.
struct lane_advance test_advance(const struct lane_row *lane, int64_t records);

// A new customer, everything unset.
struct customer_row test_customer(const char *id, int32_t home);
// An event of a customer, and its row. `event` is where the event is kept.
struct timeline_row test_timeline(struct event *event, const char *customer, const char *id, instant at);

// Writes just these customers and rows, and asserts the outcome.
int test_write(struct store *store, const struct customer_row *customers, size_t customer_count,
               const struct timeline_row *timeline, size_t timeline_count);

// The process id of the server's end of the store's connection (the only one named guanxid of the
// database), by which a test ends it.
int test_store_backend(struct test_store *test);

#endif
