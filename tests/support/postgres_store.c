#include "support/postgres_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"

static void must(int outcome, const char *what)
{
    if (outcome == 0)
        return;
    fprintf(stderr, "%s: outcome %d: %s\n", what, outcome, fault_message());
    exit(1);
}

struct store *test_store_open(struct test_store *test, const struct postgres_settings *settings)
{
    struct postgres_settings usual = POSTGRES_SETTINGS_DEFAULT;
    struct postgres_settings chosen = settings ? *settings : usual;
    struct store *store = NULL;
    chosen.conninfo = test->database.conninfo;
    must(postgres_store_open(&chosen, &store), "postgres_store_open");
    must(store->ops->reconnect(store), "reconnect");
    return store;
}

void test_store_create(struct test_store *test)
{
    test_database_create(&test->database, true);
    arena_init(&test->arena, 4096);
    test->store = test_store_open(test, NULL);
}

void test_store_destroy(struct test_store *test)
{
    test->store->ops->close(test->store);
    arena_free(&test->arena);
    test_database_drop(&test->database);
}

int test_store_set_up(void **state)
{
    test_store_create(*state);
    return 0;
}

int test_store_tear_down(void **state)
{
    test_store_destroy(*state);
    return 0;
}

struct lane_row test_store_lane(struct store *store, int32_t partition)
{
    struct lane_claim claim = {.topic = "calls", .partition = partition, .cluster_id = "test"};
    struct lane_row lane;
    must(store->ops->claim(store, "test", &claim, 1, &lane), "claim");
    return lane;
}

struct lane_advance test_advance(const struct lane_row *lane, int64_t records)
{
    return (struct lane_advance){
        .lane_id = lane->lane_id,
        .epoch = lane->epoch,
        .from_offset = lane->next_offset,
        .next_offset = lane->next_offset + records,
        .anchor_offset = lane->next_offset + records - 1,
        .anchor = 77,
        .lane_time = INSTANT_NONE,
        .end_offset = -1,
    };
}

struct customer_row test_customer(const char *id, int32_t home)
{
    struct customer_row row = {
        .id = span_text(id), .home = home, .wake_at = INSTANT_NEVER, .fold_at = INSTANT_NEVER,
        .quiet_until = INSTANT_NONE, .policy = 1};
    customer_init(&row.state);
    return row;
}

struct timeline_row test_timeline(struct event *event, const char *customer, const char *id, instant at)
{
    *event = (struct event){
        .time = at,
        .subject = span_text(customer),
        .source = SPAN_LITERAL("/test"),
        .id = span_text(id),
        .data = SPAN_LITERAL("{}"),
        .type = TYPE_MESSAGE_RECEIVED,
        .side = SIDE_INBOUND,
        .due = INSTANT_NONE,
        .until = INSTANT_NONE,
    };
    return (struct timeline_row){
        .event = event, .points = 2, .customer_id = span_text(customer), .lane_id = 1};
}

int test_write(struct store *store, const struct customer_row *customers, size_t customer_count,
               const struct timeline_row *timeline, size_t timeline_count)
{
    struct store_write write = {.customers = customers,
                                .customer_count = customer_count,
                                .timeline = timeline,
                                .timeline_count = timeline_count};
    return store->ops->write(store, &write);
}

int test_store_backend(struct test_store *test)
{
    return atoi(test_sql_text(&test->database, "SELECT pid FROM pg_stat_activity WHERE application_name = "
                                               "'guanxid' AND datname = current_database()"));
}
