// Whatever the database does to us, and whenever we die: in the end the tables are the fold's and every
// publication is accounted for. One run for every call of the store that a plain run makes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "support/expect.h"
#include "support/history.h"
#include "support/instance.h"
#include "support/random.h"

enum { LANES = 3, CUSTOMERS = 12, EVENTS = 10, BATCH = 24, QUIET = 6 };

static struct world *world;
static uint64_t seed;

static void join(struct instance *instance, struct site *site, const char *owner)
{
    assert_int_equal(instance_begin(instance, site, owner), 0);
    fake_source_set_most(instance->source, BATCH / 2);
    fake_source_assign(instance->source, (1 << LANES) - 1, false);
}

// Nothing fails until every customer is known: an answer to a reminder of somebody unknown has no effect, and
// who is unknown yet can depend on where a batch ends.
static void begin(struct site *site)
{
    struct instance instance;
    site_begin(site, &world->policy);
    site->settings.batch_events = BATCH;
    for (int i = 0; i < LANES; i++)
        fake_broker_add(site->broker, "events");
    for (size_t i = 0; i < world->records.count; i++) {
        if (world->records.items[i].first)
            fake_broker_put(site->broker, "events", 0, NULL, world->records.items[i].json);
    }
    join(&instance, site, "before");
    assert_true(instance_settle(&instance));
    instance_end(&instance, false);
    for (size_t i = 0; i < world->records.count; i++) {
        const struct world_record *record = &world->records.items[i];
        if (!record->first)
            fake_broker_put(site->broker, "events", record->lane, NULL, record->json);
    }
    for (int i = 0; i < LANES; i++)
        fake_broker_put(site->broker, "events", i, NULL, world_tick(world, world->end));
}

// One step of an instance, so that a crash can come between any two.
static void step(struct instance *instance, int number)
{
    switch (number % 4) {
    case 0: instance_poll(instance); break;
    case 1: instance_turn(instance, 0); break;
    case 2: instance_keep(instance); break;
    default: instance_publish(instance); break;
    }
}

static void finish(struct site *site, struct instance *instance, const char *what, int64_t nth)
{
    assert_true(instance_settle(instance));
    assert_int_equal(instance->status, 0);
    instance_end(instance, false);
    int differences = expect_tables(world, site->database, EXPECT_KEPT) +
                      expect_published(world, site->database, site->sink);
    if (differences)
        print_error("%s at call %d\n", what, (int)nth);
    assert_int_equal(differences, 0);
    assert_int_equal(fake_view(site->database).quarantine_count, 0);
}

// Steps until a fault strikes or there is nothing left to do.
static void run_until_struck(struct instance *instance)
{
    struct fake_database *database = instance->site->database;
    int64_t writes = -1;
    for (int i = 0, quiet = 0; quiet < 4 * QUIET && !fake_struck(database); i++) {
        step(instance, i);
        quiet = fake_calls(database, FAKE_OP_write) == writes ? quiet + 1 : 0;
        writes = fake_calls(database, FAKE_OP_write);
    }
}

// Runs with one fault. False when the run was over before it could strike.
static bool run_with(const struct fake_fault *fault, const char *what)
{
    struct site site;
    struct instance instance;
    begin(&site);
    join(&instance, &site, "first");
    fake_fail(site.database, fault);
    if (fault->gone) {
        run_until_struck(&instance);
    } else {
        assert_true(instance_settle(&instance));
    }
    bool struck = fake_struck(site.database);
    fake_mend(site.database);
    if (fault->gone && struck) {
        instance_end(&instance, true);
        join(&instance, &site, "second");
    }
    finish(&site, &instance, what, fault->nth);
    site_end(&site);
    return struck;
}

static void every_call(struct fake_fault fault, const char *what)
{
    int64_t calls = 0;
    for (fault.nth = 1; run_with(&fault, what); fault.nth++)
        calls++;
    assert_true(calls > (fault.op == FAKE_OP_ANY ? 40 : 5));
}

static void dies_before_every_call(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_ANY, .outcome = STORE_AWAY, .when = FAKE_BEFORE, .gone = true}, "crash before");
}

static void dies_after_every_call(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_ANY, .outcome = STORE_AWAY, .when = FAKE_AFTER, .gone = true}, "crash after");
}

static void connection_breaks_before_every_call(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_ANY, .outcome = STORE_AWAY, .when = FAKE_BEFORE}, "away before");
}

static void answer_is_lost_at_every_call(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_ANY, .outcome = STORE_AWAY, .when = FAKE_AFTER}, "away after");
}

static void asked_to_retry_at_every_call(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_ANY, .outcome = STORE_RETRY, .times = 2}, "retry");
}

static void no_room_at_every_call(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_ANY, .outcome = STORE_FULL, .times = 3}, "full");
}

static void others_interfere_with_every_write(void **state)
{
    (void)state;
    every_call((struct fake_fault){.op = FAKE_OP_write, .outcome = STORE_CONFLICT, .times = 5}, "conflict");
    every_call((struct fake_fault){.op = FAKE_OP_write, .outcome = STORE_CONFLICT, .times = 14}, "conflict for long");
}

// The server crashes, or a standby that lagged behind takes over: the last commits are gone.
static void lose_commits(bool failover, bool dies, uint64_t run)
{
    struct site site;
    struct instance instance;
    struct random random = {seed ^ run << 8 ^ (uint64_t)failover};
    begin(&site);
    fake_keep_commits(site.database, 6);
    join(&instance, &site, "first");
    for (int losses = 0; losses < 5; losses++) {
        for (int i = (int)random_below(&random, 40); i > 0; i--)
            step(&instance, (int)random_below(&random, 4));
        fake_lose_commits(site.database, 1 + (int)random_below(&random, 4), failover);
        if (dies) {
            instance_end(&instance, true);
            join(&instance, &site, "next");
        }
    }
    assert_true(instance_settle(&instance));
    assert_int_equal(instance.status, 0);
    instance_end(&instance, false);
    assert_int_equal(expect_tables(world, site.database, EXPECT_KEPT), 0);
    if (!failover) // else what was published is forgotten, and said again in the words of another day
        assert_int_equal(expect_published(world, site.database, site.sink), 0);
    site_end(&site);
}

static void server_loses_what_was_not_durable(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 40; run++)
        lose_commits(false, run % 2, run);
}

static void standby_lagged_behind(void **state)
{
    (void)state;
    for (uint64_t run = 0; run < 40; run++)
        lose_commits(true, run % 2, run);
}

static void fatal_at_every_call(void **state)
{
    (void)state;
    for (int64_t nth = 1; nth <= 60; nth++) {
        struct site site;
        struct instance instance;
        begin(&site);
        join(&instance, &site, "first");
        fake_fail(site.database, &(struct fake_fault){.op = FAKE_OP_ANY, .nth = nth, .outcome = -6});
        run_until_struck(&instance);
        assert_int_equal(instance.status, -6);
        instance_end(&instance, false);
        join(&instance, &site, "second");
        finish(&site, &instance, "fatal", nth);
        site_end(&site);
    }
}

static int make_world(void **state)
{
    (void)state;
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
    seed = history_seed();
    world = world_new(&(struct world_shape){.seed = seed, .customers = CUSTOMERS, .events = EVENTS, .lanes = LANES});
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
        cmocka_unit_test(dies_before_every_call),
        cmocka_unit_test(dies_after_every_call),
        cmocka_unit_test(connection_breaks_before_every_call),
        cmocka_unit_test(answer_is_lost_at_every_call),
        cmocka_unit_test(asked_to_retry_at_every_call),
        cmocka_unit_test(no_room_at_every_call),
        cmocka_unit_test(others_interfere_with_every_write),
        cmocka_unit_test(server_loses_what_was_not_durable),
        cmocka_unit_test(standby_lagged_behind),
        cmocka_unit_test(fatal_at_every_call),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
