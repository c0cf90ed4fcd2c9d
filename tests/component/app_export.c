// Exports that are imported elsewhere: the same customers, whoever was merged into whom.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/status.h"
#include "codec/export.h"
#include "codec/time.h"
#include "support/expect.h"
#include "support/history.h"
#include "support/importing.h"
#include "support/random.h"
#include "support/same.h"
#include "support/world.h"

enum { ROUNDS = 8, CUSTOMERS = 12, EVENTS = 20, LINES = 4000, CHANGES = 24 };

static uint64_t seed;

struct lines {
    struct arena arena;
    const struct policy *policy;
    struct span items[LINES];
    size_t count;
};

static int add_line(void *context, const struct exported *exported)
{
    struct lines *lines = context;
    struct span line = exported->kind == EXPORTED_ALIAS ? export_alias(&lines->arena, exported->customer, exported->into, exported->at)
                       : exported->kind == EXPORTED_WATERMARK
                           ? export_tick(&lines->arena, exported->at)
                           : export_event(&lines->arena, lines->policy, exported->event, exported->type, exported->customer);
    assert_true(lines->count < LINES);
    lines->items[lines->count++] = line;
    return 0;
}

static void export(struct lines *lines, struct fake_database *database, const char *customer)
{
    struct store *store = fake_store_open(database);
    lines->count = 0;
    assert_int_equal(store->ops->export(store, span_text(customer), add_line, lines), STORE_OK);
    store->ops->close(store);
}

static void add(struct world *world, struct lines *lines, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(struct world *world, struct lines *lines, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    lines->items[lines->count++] = arena_copy(&world->arena, span_text(text));
}

// Merges and unmerges of any customers, at random places between their events.
static void tell(struct world *world, struct lines *lines, struct random *random, bool changes)
{
    int into[CUSTOMERS];
    for (int i = 0; i < CUSTOMERS; i++)
        into[i] = -1;
    for (size_t i = 0; i < world->records.count; i++) {
        if (world->records.items[i].first)
            lines->items[lines->count++] = world->records.items[i].json;
    }
    for (size_t i = 0; i < world->records.count; i++) {
        if (!world->records.items[i].first)
            lines->items[lines->count++] = world->records.items[i].json;
        if (!changes || random_below(random, (int64_t)world->records.count) >= CHANGES)
            continue;
        int a = (int)random_below(random, CUSTOMERS), b = (int)random_below(random, CUSTOMERS), end = b, of = a;
        while (into[end] >= 0)
            end = into[end];
        while (into[of] >= 0)
            of = into[of];
        if (into[a] < 0 && end != a) {
            add(world, lines, "{\"specversion\":\"1.0\",\"id\":\"m%zu\",\"source\":\"/ids\",\"type\":\"customer.merged\","
                "\"subject\":\"customer-%d\",\"time\":\"2020-01-01T00:00:00Z\",\"data\":{\"into\":\"customer-%d\"}}", i, a, b);
            into[a] = end;
        } else if (into[a] >= 0) {
            add(world, lines, "{\"specversion\":\"1.0\",\"id\":\"u%zu\",\"source\":\"/ids\",\"type\":\"customer.unmerged\","
                "\"subject\":\"customer-%d\",\"time\":\"2020-01-02T00:00:00Z\",\"data\":{\"customer\":\"customer-%d\"}}", i, of, a);
            into[a] = -1;
        }
    }
    lines->items[lines->count++] = world_tick(world, world->end);
}

static size_t count_changes(const struct fake_customer *customer)
{
    size_t count = 0;
    for (size_t i = 0; i < customer->event_count; i++)
        count += customer->events[i].event.type == TYPE_CUSTOMER_MERGED ||
                 customer->events[i].event.type == TYPE_CUSTOMER_UNMERGED;
    return count;
}

static bool same_state(const struct fake_customer *a, const struct fake_customer *b)
{
    static struct book books[2];
    struct customer one = a->row.state, other = b->row.state;
    one.book = &books[0];
    other.book = &books[1];
    return book_unpack(one.book, (const uint8_t *)a->row.book.data, a->row.book.size) == 0 &&
           book_unpack(other.book, (const uint8_t *)b->row.book.data, b->row.book.size) == 0 &&
           same_customer(&one, &other) && a->transition_count == b->transition_count &&
           a->reminder_count == b->reminder_count && a->notice_count == b->notice_count &&
           a->promise_count == b->promise_count && a->objection_count == b->objection_count;
}

static void expect_same(struct fake_database *one, struct fake_database *other)
{
    const struct fake_view a = fake_view(one), b = fake_view(other);
    assert_int_equal(a.customer_count, b.customer_count);
    assert_int_equal(a.alias_count, b.alias_count);
    for (size_t i = 0; i < a.customer_count; i++) {
        const struct fake_customer *left = a.customers[i], *right = b.customers[i];
        assert_true(span_equal(left->row.id, right->row.id));
        assert_int_equal(left->row.version == 0, right->row.version == 0);
        assert_true(left->row.version == 0 || same_state(left, right));
        assert_int_equal(count_changes(left), count_changes(right));
        assert_int_equal(left->event_count, right->event_count);
        for (size_t k = 0; k < left->event_count; k++) {
            const struct fake_event *x = &left->events[k], *y = &right->events[k];
            assert_int_equal(event_compare(&x->event, &y->event), 0);
            assert_true(span_equal(x->event.data, y->event.data) && x->points == y->points);
            assert_true(span_equal(x->winner, y->winner));
        }
    }
    for (size_t i = 0; i < a.alias_count; i++) {
        char id[32];
        snprintf(id, sizeof id, "%.*s", (int)a.aliases[i].customer_id.size, a.aliases[i].customer_id.data);
        const struct fake_alias *alias = fake_alias(other, id);
        assert_non_null(alias);
        assert_true(span_equal(alias->into, a.aliases[i].into));
        assert_int_equal(alias->at, a.aliases[i].at);
    }
}

static void import(struct fake_database *database, const struct world *world, const struct lines *lines)
{
    struct importing importing;
    importing_init(&importing, database, &world->policy);
    importing.settings.batch_events = 33;
    int status = importing_run(&importing, lines->items, lines->count);
    if (status != 0)
        print_error("%s\n", fault_message());
    assert_int_equal(status, 0);
    for (size_t i = 0; i < importing.reject_count; i++)
        print_error("line %lld: %s: %s\n", (long long)importing.rejects[i].line, importing.rejects[i].code,
                    importing.rejects[i].detail);
    assert_int_equal(importing.reject_count, 0);
}

// Exported, imported into nothing, and exported again: the same lines.
static void come_back(uint64_t of, bool changes)
{
    static struct lines told, lines, again;
    struct random random = {of};
    struct world *world =
        world_new(&(struct world_shape){.seed = random_next(&random), .customers = CUSTOMERS, .events = EVENTS, .lanes = 1});
    struct fake_database *one = fake_database_new(), *other = fake_database_new();
    told.count = 0;
    lines = again = (struct lines){.policy = &world->policy};
    arena_init(&lines.arena, 1 << 16);
    arena_init(&again.arena, 1 << 16);
    tell(world, &told, &random, changes);
    import(one, world, &told);
    if (!changes)
        assert_int_equal(expect_tables(world, one, EXPECT_SAME), 0);
    export(&lines, one, NULL);
    import(other, world, &lines);
    expect_same(one, other);
    if (!changes)
        assert_int_equal(expect_tables(world, other, EXPECT_SAME), 0);
    export(&again, other, NULL);
    assert_int_equal(lines.count, again.count);
    for (size_t i = 0; i < lines.count; i++)
        assert_true(span_equal(lines.items[i], again.items[i]));
    import(other, world, &lines); // into what is there already: nothing changes
    expect_same(one, other);
    arena_free(&lines.arena);
    arena_free(&again.arena);
    fake_database_free(one);
    fake_database_free(other);
    world_free(world);
}

static void customers_come_back(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++)
        come_back(seed ^ round << 32, false);
}

static void merged_customers_come_back(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++)
        come_back(~seed ^ round << 32, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(customers_come_back),
        cmocka_unit_test(merged_customers_come_back),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    seed = history_seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
