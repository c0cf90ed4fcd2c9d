// Engines with all their threads: lanes that move, a database that goes away, and ends of every kind.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <poll.h>
#include <cmocka.h>

#include "app/engine.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "support/expect.h"
#include "support/history.h"
#include "support/instance.h"
#include "support/random.h"

enum { LANES = 4, WORKERS = 2, WAIT_MS = 60000 };

static struct world *world;
static uint64_t seed;

// An engine and the thread it runs on.
struct running {
    struct app_settings settings;
    struct engine *engine;
    struct fake_source *source;
    struct store *workers[WORKERS];
    pthread_t thread;
    int status;
    _Atomic int idles;
    char owner[16];
};

static void idle(void *context)
{
    struct running *running = context;
    atomic_fetch_add(&running->idles, 1);
}

static void *run(void *context)
{
    struct running *running = context;
    running->status = engine_run(running->engine, idle, running);
    return NULL;
}

static void start(struct running *running, struct site *site, const char *owner)
{
    memset(running, 0, sizeof *running);
    running->settings = site->settings;
    snprintf(running->owner, sizeof running->owner, "%s", owner);
    running->settings.owner = running->owner;
    for (int i = 0; i < WORKERS; i++)
        running->workers[i] = fake_store_open(site->database);
    struct engine_parts parts = {
        .policy = site->policy, .settings = &running->settings, .control = fake_store_open(site->database),
        .keeper = fake_store_open(site->database), .publisher = fake_store_open(site->database),
        .workers = running->workers, .sink = fake_sink_port(site->sink)};
    assert_int_equal(engine_new(&parts, &running->engine), 0);
    struct source_events events = engine_source_events(running->engine);
    running->source = fake_source_new(site->broker, &events);
    engine_attach(running->engine, fake_source_port(running->source));
    assert_int_equal(pthread_create(&running->thread, NULL, run, running), 0);
}

static int stop(struct running *running)
{
    engine_stop(running->engine);
    pthread_join(running->thread, NULL);
    // Closing the source leaves the group, which says so once more.
    struct source_events events = engine_source_events(running->engine);
    events.revoked(events.context, false);
    fake_source_free(running->source);
    engine_free(running->engine);
    return running->status;
}

static void begin(struct site *site)
{
    site_begin(site, &world->policy);
    site->settings.workers = WORKERS;
    site->settings.batch_events = 50;
    site->settings.sweep_interval = 5 * SECOND / 1000;
    for (int i = 0; i < LANES; i++)
        fake_broker_add(site->broker, "events");
    for (size_t i = 0; i < world->records.count; i++) {
        if (world->records.items[i].first)
            fake_broker_put(site->broker, "events", world->records.items[i].lane, NULL, world->records.items[i].json);
    }
}

static bool read_lanes(struct site *site, struct lane_row rows[LANES])
{
    static const int32_t ids[LANES] = {1, 2, 3, 4};
    struct store *store = fake_store_open(site->database);
    bool read = store->ops->lanes(store, ids, LANES, rows) == 0;
    store->ops->close(store);
    return read;
}

static bool customers_known(struct site *site)
{
    struct lane_row rows[LANES];
    int64_t taken = 0, firsts = 0;
    if (!read_lanes(site, rows))
        return false;
    for (int i = 0; i < LANES; i++)
        taken += rows[i].next_offset;
    for (size_t i = 0; i < world->records.count; i++)
        firsts += world->records.items[i].first;
    return taken == firsts;
}

// Once the customers are known (an answer to a reminder of somebody unknown has no effect): the rest.
static void put_rest(struct site *site)
{
    int64_t end = clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (!customers_known(site) && clock_monotonic_us() < end)
        poll(NULL, 0, 5);
    assert_true(customers_known(site));
    for (size_t i = 0; i < world->records.count; i++) {
        if (!world->records.items[i].first)
            fake_broker_put(site->broker, "events", world->records.items[i].lane, NULL, world->records.items[i].json);
    }
    for (int i = 0; i < LANES; i++)
        fake_broker_put(site->broker, "events", i, NULL, world_tick(world, world->end));
}

// Everything was read, swept and published.
static bool is_done(struct site *site)
{
    struct store *store = fake_store_open(site->database);
    int32_t homes[LANES] = {1, 2, 3, 4};
    struct lane_row rows[LANES];
    struct arena arena;
    struct span *ids;
    struct outbox_row *outbox;
    struct held_notice *notices;
    size_t due = 1, marked = 1, held = 1, messages = 1, released = 1;
    arena_init(&arena, 4096);
    bool read = read_lanes(site, rows);
    for (int i = 0; i < LANES && read; i++)
        read = rows[i].lane_time == world->end;
    if (read) {
        store->ops->marked(store, homes, LANES, world->end, 10, &arena, &ids, &marked);
        store->ops->due(store, homes, LANES, world->end, 10, &arena, &ids, &due);
        store->ops->held(store, homes, LANES, world->end, 10, &arena, &notices, &held, &outbox, &messages);
        store->ops->released(store, homes, LANES, 10, &arena, &outbox, &released);
    }
    arena_free(&arena);
    store->ops->close(store);
    return read && due + marked + held + messages + released == 0;
}

static void await(struct site *site)
{
    int64_t end = clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (!is_done(site) && clock_monotonic_us() < end)
        poll(NULL, 0, 10);
    assert_true(is_done(site));
}

static void check(struct site *site)
{
    assert_int_equal(expect_tables(world, site->database, EXPECT_KEPT), 0);
    assert_int_equal(expect_published(world, site->database, site->sink), 0);
}

static void one_engine(void **state)
{
    struct site site;
    struct running running;
    (void)state;
    begin(&site);
    start(&running, &site, "one");
    fake_source_assign(running.source, (1 << LANES) - 1, false);
    put_rest(&site);
    await(&site);
    assert_int_equal(stop(&running), 0);
    assert_true(running.idles > 0);
    check(&site);
    site_end(&site);
}

static void lanes_move_between_engines(void **state)
{
    struct site site;
    struct running running[2];
    struct random random = {seed ^ 0x77};
    (void)state;
    begin(&site);
    for (int i = 0; i < 2; i++) {
        start(&running[i], &site, i ? "two" : "one");
        fake_source_set_most(running[i].source, 30);
    }
    fake_source_assign(running[0].source, (1 << LANES) - 1, false);
    put_rest(&site);
    for (int i = 0; i < 25; i++) {
        uint64_t mask = random_next(&random) & ((1 << LANES) - 1);
        fake_source_assign(running[0].source, mask, random_permille(&random, 300));
        fake_source_assign(running[1].source, ~mask & ((1 << LANES) - 1), random_permille(&random, 300));
        poll(NULL, 0, (int)random_below(&random, 20));
        if (i % 8 == 5)
            fake_fail(site.database, &(struct fake_fault){.op = FAKE_OP_ANY, .nth = 3, .times = 3, .outcome = STORE_AWAY,
                                                          .when = i % 2 ? FAKE_AFTER : FAKE_BEFORE});
        if (i == 12) {
            assert_int_equal(stop(&running[0]), 0);
            start(&running[0], &site, "again");
        }
    }
    fake_source_assign(running[0].source, 0, false);
    poll(NULL, 0, 50);
    fake_source_assign(running[1].source, (1 << LANES) - 1, false);
    await(&site);
    for (int i = 0; i < 2; i++)
        assert_int_equal(stop(&running[i]), 0);
    check(&site);
    site_end(&site);
}

// What no waiting mends ends the engine with its message.
static void fatal(enum fake_op op)
{
    struct site site;
    struct running running;
    begin(&site);
    fake_fail(site.database, &(struct fake_fault){.op = op, .nth = 2, .outcome = STATUS_DENIED});
    start(&running, &site, "one");
    fake_source_assign(running.source, (1 << LANES) - 1, false);
    int64_t end = clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (!atomic_load(&running.engine->shared.stopping) && clock_monotonic_us() < end)
        poll(NULL, 0, 5);
    pthread_join(running.thread, NULL);
    assert_int_equal(running.status, STATUS_DENIED);
    assert_non_null(strstr(running.engine->shared.fatal_message, "on purpose"));
    fake_source_free(running.source);
    engine_free(running.engine);
    site_end(&site);
}

static void fatal_in_any_thread(void **state)
{
    (void)state;
    fatal(FAKE_OP_write);
    fatal(FAKE_OP_beat);
    fatal(FAKE_OP_released);
}

static void fatal_source(void **state)
{
    struct site site;
    struct running running;
    (void)state;
    begin(&site);
    start(&running, &site, "one");
    fake_source_break(running.source, STATUS_UNAVAILABLE);
    pthread_join(running.thread, NULL);
    assert_int_equal(running.status, STATUS_UNAVAILABLE);
    fake_source_free(running.source);
    engine_free(running.engine);
    site_end(&site);
}

// PostgreSQL away for more than a minute: the group is left, and joined again when it is back.
static void leaves_the_group_in_an_outage(void **state)
{
    struct site site;
    struct running running;
    (void)state;
    begin(&site);
    start(&running, &site, "one");
    fake_source_assign(running.source, (1 << LANES) - 1, false);
    put_rest(&site);
    fake_fail(site.database, &(struct fake_fault){.op = FAKE_OP_ANY, .nth = 20, .times = INT64_MAX / 2, .outcome = STORE_AWAY});
    int64_t end = clock_monotonic_us() + (int64_t)WAIT_MS * 1000;
    while (!fake_struck(site.database) && clock_monotonic_us() < end)
        poll(NULL, 0, 5);
    poll(NULL, 0, 100);
    atomic_store(&running.engine->shared.away_us, clock_monotonic_us() - (int64_t)61 * 1000 * 1000);
    while (fake_source_left(running.source) == 0 && clock_monotonic_us() < end)
        poll(NULL, 0, 5);
    assert_int_equal(fake_source_left(running.source), 1);
    fake_mend(site.database);
    await(&site);
    assert_true(fake_source_joined(running.source));
    assert_int_equal(stop(&running), 0);
    check(&site);
    site_end(&site);
}

static int make_world(void **state)
{
    (void)state;
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
    seed = history_seed();
    world = world_new(&(struct world_shape){.seed = seed, .customers = 60, .events = 14, .lanes = LANES});
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
        cmocka_unit_test(one_engine),
        cmocka_unit_test(lanes_move_between_engines),
        cmocka_unit_test(fatal_in_any_thread),
        cmocka_unit_test(fatal_source),
        cmocka_unit_test(leaves_the_group_in_an_outage),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
