// The same events, read in many different ways, come to the same tables and the same publications: the
// laws "order-free" and "fold" of the model, over workers that run by hand.
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

enum { LANES = 6, TOPICS = 3, CUSTOMERS = 300, EVENTS = 24 };

static const char *const topics[TOPICS] = {"calls", "orders", "visits"};
static struct world *world;
static uint64_t seed;

static const char *topic_of(int lane)
{
    return topics[lane % TOPICS];
}

static int32_t partition_of(int lane)
{
    return lane / TOPICS;
}

static void put(struct site *site, int lane, struct span json)
{
    fake_broker_put(site->broker, topic_of(lane), partition_of(lane), NULL, json);
}

static void begin(struct site *site)
{
    site_begin(site, &world->policy);
    for (int i = 0; i < LANES; i++)
        fake_broker_add(site->broker, topic_of(i));
}

static void put_ticks(struct site *site)
{
    struct span tick = world_tick(world, world->end);
    for (int i = 0; i < LANES; i++)
        put(site, i, tick);
}

// The first event of every customer is read before the rest, so that answers to reminders never find their
// customer unknown: those have no effect, and who is unknown yet can depend on where a batch ends.
static void put_first_events(struct site *site)
{
    for (size_t i = 0; i < world->records.count; i++) {
        if (world->records.items[i].first)
            put(site, world->records.items[i].lane, world->records.items[i].json);
    }
}

static void put_topic(struct site *site, int topic)
{
    for (size_t i = 0; i < world->records.count; i++) {
        const struct world_record *record = &world->records.items[i];
        if (!record->first && (topic < 0 || record->lane % TOPICS == topic))
            put(site, record->lane, record->json);
    }
}

static void check(struct site *site, enum expectation expectation)
{
    assert_int_equal(expect_tables(world, site->database, expectation), 0);
    assert_int_equal(expect_published(world, site->database, site->sink), 0);
    assert_int_equal(fake_view(site->database).quarantine_count, 0);
}

// As one worker reads it with batches of this size.
static void read_by_one(int batch_events, int most, enum expectation expectation)
{
    struct site site;
    struct instance instance;
    begin(&site);
    site.settings.batch_events = batch_events;
    if (expectation == EXPECT_SAME)
        site.settings.cache_bytes = 256 << 20; // one batch, not as many as its memory makes
    put_first_events(&site);
    assert_int_equal(instance_begin(&instance, &site, "one"), 0);
    fake_source_set_most(instance.source, most);
    fake_source_assign(instance.source, (1 << LANES) - 1, false);
    if (expectation == EXPECT_KEPT)
        assert_true(instance_settle(&instance));
    put_topic(&site, -1);
    put_ticks(&site);
    assert_true(instance_settle(&instance));
    assert_int_equal(instance.status, 0);
    instance_end(&instance, false);
    check(&site, expectation);
    site_end(&site);
}

static void at_once(void **state)
{
    (void)state;
    read_by_one(1000000, INT32_MAX, EXPECT_SAME);
}

static void in_small_batches(void **state)
{
    (void)state;
    read_by_one(97, 13, EXPECT_KEPT);
}

static void in_tiny_batches_without_a_cache(void **state)
{
    (void)state;
    read_by_one(7, 3, EXPECT_KEPT);
}

// One topic is read to its end before the next begins: most events come late, and much was published early.
static void one_topic_after_the_other(void **state)
{
    struct site site;
    struct instance instance;
    (void)state;
    begin(&site);
    assert_int_equal(instance_begin(&instance, &site, "one"), 0);
    fake_source_assign(instance.source, (1 << LANES) - 1, false);
    put_first_events(&site);
    assert_true(instance_settle(&instance));
    for (int i = 0; i < TOPICS; i++) {
        put_topic(&site, i);
        assert_true(instance_settle(&instance));
    }
    put_ticks(&site);
    assert_true(instance_settle(&instance));
    instance_end(&instance, false);
    check(&site, EXPECT_KEPT);
    site_end(&site);
}

// Two instances with two workers each; lanes move between them all the time, sometimes with a crash.
static void two_instances(void **state)
{
    struct site site;
    struct instance instances[2];
    struct random random = {seed ^ 0x2};
    (void)state;
    begin(&site);
    site.settings.batch_events = 200;
    site.settings.workers = 2;
    put_first_events(&site);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(instance_begin(&instances[i], &site, i ? "two" : "one"), 0);
        fake_source_set_most(instances[i].source, 60);
        fake_source_assign(instances[i].source, i ? 0 : (1 << LANES) - 1, false);
    }
    assert_true(instance_settle(&instances[0]));
    put_topic(&site, -1);
    put_ticks(&site);
    for (int i = 0; i < 600; i++) {
        struct instance *instance = &instances[random_below(&random, 2)];
        if (random_permille(&random, 60)) { // the group shares out anew; one may hear of it late
            uint64_t mask = random_next(&random) & ((1 << LANES) - 1);
            fake_source_assign(instances[0].source, mask, random_permille(&random, 300));
            fake_source_assign(instances[1].source, ~mask & ((1 << LANES) - 1), random_permille(&random, 300));
        }
        if (random_permille(&random, 15)) {
            instance_end(instance, true);
            assert_int_equal(instance_begin(instance, &site, "again"), 0);
            fake_source_assign(instances[0].source, 0, false);
            fake_source_assign(instances[1].source, 0, false);
            fake_source_assign(instance->source, (1 << LANES) - 1, false);
        }
        instance_round(instance);
        assert_int_equal(instance->status, 0);
    }
    fake_source_assign(instances[0].source, 0, false);
    instance_poll(&instances[0]);
    fake_source_assign(instances[1].source, (1 << LANES) - 1, false);
    assert_true(instance_settle(&instances[1]));
    assert_int_equal(instances[1].status, 0);
    for (int i = 0; i < 2; i++)
        instance_end(&instances[i], false);
    check(&site, EXPECT_KEPT);
    site_end(&site);
}

static int make_world(void **state)
{
    (void)state;
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
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
        cmocka_unit_test(at_once),
        cmocka_unit_test(in_small_batches),
        cmocka_unit_test(in_tiny_batches_without_a_cache),
        cmocka_unit_test(one_topic_after_the_other),
        cmocka_unit_test(two_instances),
    };
    return cmocka_run_group_tests(tests, make_world, free_world);
}
