// Memory that runs out at every single allocation of a batch, a fold, a sweep and a release: a clean status,
// nothing half done, nothing lost; with memory again the work comes to its proper end. Linked with malloc,
// calloc and realloc wrapped.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/retry.h"
#include "base/log.h"
#include "base/status.h"
#include "support/allocation.h"
#include "support/expect.h"
#include "support/instance.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    return allocation_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocation_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return allocation_refused() ? NULL : __real_realloc(memory, size);
}

enum { LANES = 2, CUSTOMERS = 12, EVENTS = 10 };

static struct world *world;

static void begin(struct site *site)
{
    site_begin(site, &world->policy);
    site->settings.batch_events = 40;
    for (int i = 0; i < LANES; i++)
        fake_broker_add(site->broker, "events");
    for (int first = 1; first >= 0; first--) {
        for (size_t i = 0; i < world->records.count; i++) {
            const struct world_record *record = &world->records.items[i];
            if (record->first == first)
                fake_broker_put(site->broker, "events", first ? 0 : record->lane, NULL, record->json);
        }
    }
    fake_broker_put(site->broker, "events", 0, NULL, span_text("no json")); // something to quarantine
    for (int i = 0; i < LANES; i++)
        fake_broker_put(site->broker, "events", i, NULL, world_tick(world, world->end));
}

// Makes an instance; when memory runs out in the making it is made again.
static void join(struct instance *instance, struct site *site)
{
    while (instance_begin(instance, site, "one") != 0) {
        allocation_succeed();
        instance_end(instance, true);
    }
    fake_source_assign(instance->source, (1 << LANES) - 1, false);
}

static void check(struct site *site)
{
    assert_int_equal(expect_tables(world, site->database, EXPECT_KEPT), 0);
    assert_int_equal(expect_published(world, site->database, site->sink), 0);
    assert_int_equal(fake_view(site->database).quarantine_count, 1);
}

// One run in which the nth allocation fails, and all later ones when `onwards`. False: there were not so many.
static bool run(int64_t nth, bool onwards)
{
    struct site site;
    struct instance instance;
    begin(&site);
    allocation_fail(nth, onwards);
    join(&instance, &site);
    assert_true(instance_settle(&instance));
    bool struck = allocation_succeed() >= nth;
    if (instance.status != 0) {
        assert_int_equal(instance.status, STATUS_NOMEM);
        assert_non_null(strstr(fault_message(), "memory"));
    }
    // The process ends by such a status; what comes after it finds everything in order.
    instance_end(&instance, instance.status != 0);
    join(&instance, &site);
    assert_true(instance_settle(&instance));
    assert_int_equal(instance.status, 0);
    instance_end(&instance, false);
    check(&site);
    site_end(&site);
    return struck;
}

static void every_allocation_fails_once(void **state)
{
    int64_t nth = 1;
    (void)state;
    while (run(nth, false))
        nth++;
    assert_true(nth > 50);
}

static void memory_is_out_from_every_allocation_on(void **state)
{
    int64_t nth = 1;
    (void)state;
    while (run(nth, true))
        nth++;
    assert_true(nth > 50);
}

// The same for a quarantined record that is judged again.
static void retry_of_a_record(void **state)
{
    static const struct record_header header = {
        {"content-type", sizeof "content-type" - 1},
        {"application/cloudevents+json", sizeof "application/cloudevents+json" - 1}};
    struct record record = {.value = world->records.items[0].json, .header_count = 1, .headers = &header};
    struct retry_row row = {.quarantine_id = 1, .lane_id = 1, .record = &record};
    bool struck = true;
    (void)state;
    for (int64_t nth = 1; struck; nth++) {
        struct fake_database *database = fake_database_new();
        struct store *store = fake_store_open(database);
        struct quarantine_row held = {.topic = "events", .value = record.value};
        struct store_write write = {.quarantine = &held, .quarantine_count = 1};
        struct retrier retrier;
        struct reject reject;
        assert_int_equal(store->ops->write(store, &write), 0);
        allocation_fail(nth, false);
        int status = retrier_init(&retrier, &world->policy, store, INSTANT_NONE);
        if (status == 0)
            status = retry_record(&retrier, &row, &reject);
        struck = allocation_succeed() >= nth;
        assert_int_equal(status, struck ? STATUS_NOMEM : RETRIED_APPLIED);
        assert_int_equal(fake_view(database).customer_count, !struck);
        assert_int_equal(fake_view(database).quarantine[0].held, struck);
        retrier_free(&retrier);
        store->ops->close(store);
        fake_database_free(database);
    }
}

static int make_world(void **state)
{
    (void)state;
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
    world = world_new(&(struct world_shape){.seed = 7, .customers = CUSTOMERS, .events = EVENTS, .lanes = LANES});
    return 0;
}

static int free_world(void **state)
{
    (void)state;
    world_free(world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_fails_once),
        cmocka_unit_test(memory_is_out_from_every_allocation_on),
        cmocka_unit_test(retry_of_a_record),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
