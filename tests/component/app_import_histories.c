// Random histories of which some is told live and some imported, from several files, in any order and in any parts,
// while stores fail: it comes out as if all had been told in order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/status.h"
#include "support/expect.h"
#include "support/history.h"
#include "support/importing.h"
#include "support/instance.h"
#include "support/random.h"
#include "support/world.h"

enum { ROUNDS = 8, CUSTOMERS = 10, EVENTS = 40, LANES = 3, FILES = 3, LINES = CUSTOMERS * EVENTS };

static uint64_t seed;

struct telling {
    struct site site;
    struct instance instance;
    struct world *world;
    struct random random;
    struct {
        struct span lines[LINES];
        size_t count;
        char name[16];
        struct importing importing;
    } files[FILES];
};

static void begin(struct telling *telling, uint64_t round)
{
    telling->random.state = seed ^ round << 32;
    telling->world = world_new(&(struct world_shape){.seed = random_next(&telling->random), .customers = CUSTOMERS,
                                                     .events = EVENTS, .lanes = LANES});
    site_begin(&telling->site, &telling->world->policy);
    telling->site.settings.workers = 2;
    for (int i = 0; i < LANES; i++)
        fake_broker_add(telling->site.broker, "events");
    assert_int_equal(instance_begin(&telling->instance, &telling->site, "one"), 0);
    fake_source_assign(telling->instance.source, (1 << LANES) - 1, false);
    for (int i = 0; i < FILES; i++) {
        struct importing *importing = &telling->files[i].importing;
        telling->files[i].count = 0;
        snprintf(telling->files[i].name, sizeof telling->files[i].name, "file-%d", i);
        importing_init(importing, telling->site.database, &telling->world->policy);
        importing->settings.name = telling->files[i].name;
        importing->settings.batch_events = 1 + (size_t)random_below(&telling->random, 60);
    }
}

static void end(struct telling *telling)
{
    instance_end(&telling->instance, false);
    site_end(&telling->site);
    world_free(telling->world);
}

static void settle(struct telling *telling)
{
    assert_true(instance_settle(&telling->instance));
    assert_int_equal(telling->instance.status, 0);
}

static void put(struct telling *telling, int lane, struct span json)
{
    fake_broker_put(telling->site.broker, "events", lane, NULL, json);
}

// What is ignored of the unknown depends on when it comes: the first of each customer comes first.
static void divide(struct telling *telling, int live_share)
{
    const struct world *world = telling->world;
    struct random *random = &telling->random;
    for (size_t i = 0; i < world->records.count; i++) {
        const struct world_record *record = &world->records.items[i];
        if (record->first && random_permille(random, live_share))
            put(telling, record->lane, record->json);
        else if (record->first)
            telling->files[0].lines[telling->files[0].count++] = record->json;
    }
    settle(telling);
}

static void shuffle(struct telling *telling, struct span *lines, size_t from, size_t count)
{
    for (size_t i = count; i > from + 1; i--) {
        size_t other = from + (size_t)random_below(&telling->random, (int64_t)(i - from));
        struct span kept = lines[i - 1];
        lines[i - 1] = lines[other];
        lines[other] = kept;
    }
}

// The rest, some of it more than once.
static void fill(struct telling *telling, int live_share)
{
    const struct world *world = telling->world;
    struct random *random = &telling->random;
    size_t firsts = telling->files[0].count;
    for (size_t i = 0; i < world->records.count; i++) {
        const struct world_record *record = &world->records.items[i];
        if (record->first)
            continue;
        int file = (int)random_below(random, FILES);
        bool live = random_permille(random, live_share);
        if (!live || random_permille(random, 100))
            telling->files[file].lines[telling->files[file].count++] = record->json;
        if (live)
            put(telling, record->lane, record->json);
    }
    if (random_permille(random, 500)) {
        for (int i = 0; i < FILES; i++)
            shuffle(telling, telling->files[i].lines, i == 0 ? firsts : 0, telling->files[i].count);
    }
}

// Lanes that nobody imports into any more are looked after by whoever starts a while later.
static void restart(struct telling *telling)
{
    instance_end(&telling->instance, false);
    fake_set_wall(telling->site.database, INSTANT_LAST);
    assert_int_equal(instance_begin(&telling->instance, &telling->site, "two"), 0);
    fake_source_assign(telling->instance.source, (1 << LANES) - 1, false);
}

static void finish(struct telling *telling)
{
    restart(telling);
    struct span tick = world_tick(telling->world, telling->world->end);
    for (int i = 0; i < LANES; i++)
        put(telling, i, tick);
    settle(telling);
    assert_int_equal(fake_view(telling->site.database).quarantine_count, 0);
}

static void import(struct telling *telling, int file)
{
    importing_finish(&telling->files[file].importing, telling->files[file].lines, telling->files[file].count);
    assert_int_equal(telling->files[file].importing.reject_count, 0);
}

// The first file is through before others, as it has who is known.
static void import_all(struct telling *telling)
{
    for (int i = 0; i < FILES; i++) {
        import(telling, i);
        for (int k = (int)random_below(&telling->random, 20); k > 0; k--)
            instance_round(&telling->instance);
    }
}

static void it_does_not_matter_what_came_how(void **state)
{
    static struct telling telling;
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        begin(&telling, round);
        int live_share = (int)(round % 4) * 300;
        divide(&telling, live_share);
        if (live_share == 0) // nobody is known otherwise
            import(&telling, 0);
        fill(&telling, live_share);
        telling.files[0].importing.settings.again = true; // it has more lines now, behind those that were there
        import_all(&telling);
        finish(&telling);
        assert_int_equal(expect_tables(telling.world, telling.site.database, EXPECT_KEPT), 0);
        end(&telling);
    }
}

// All of it imported by a program that knows no daemon, into nothing.
static void alone_it_is_the_same(void **state)
{
    static struct telling telling;
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        begin(&telling, ~round);
        divide(&telling, 0);
        fill(&telling, 0);
        struct span tick = world_tick(telling.world, telling.world->end);
        telling.files[FILES - 1].lines[telling.files[FILES - 1].count++] = tick;
        for (int i = 0; i < FILES; i++) {
            telling.files[i].importing.settings.announce = round % 2;
            import(&telling, i);
        }
        assert_int_equal(expect_tables(telling.world, telling.site.database, EXPECT_SAME), 0);
        assert_int_equal(fake_sink_count(telling.site.sink), 0);
        finish(&telling);
        assert_int_equal(expect_tables(telling.world, telling.site.database, round % 2 ? EXPECT_KEPT : EXPECT_SAME), 0);
        if (round % 2 == 0)
            assert_int_equal(fake_sink_count(telling.site.sink), 0);
        end(&telling);
    }
}

// Whatever call fails, before its effect or behind it, the next run goes on to the same end.
static void failures_are_survived(void **state)
{
    static struct telling telling;
    (void)state;
    const int outcomes[] = {STORE_AWAY, STORE_RETRY, STORE_CONFLICT, STORE_FULL};
    for (uint64_t round = 0; round < ROUNDS; round++) {
        begin(&telling, round + 1000);
        divide(&telling, 0);
        fill(&telling, 0);
        struct span tick = world_tick(telling.world, telling.world->end);
        telling.files[FILES - 1].lines[telling.files[FILES - 1].count++] = tick;
        for (int i = 0; i < FILES; i++) {
            telling.files[i].importing.settings.batch_events = 40;
            for (int64_t nth = 1, struck = 1; struck; nth += 1 + random_below(&telling.random, 4)) {
                bool away = random_permille(&telling.random, 500);
                fake_fail(telling.site.database, &(struct fake_fault){
                    .op = FAKE_OP_ANY, .nth = nth, .when = away && random_permille(&telling.random, 500) ? FAKE_AFTER : FAKE_BEFORE,
                    .outcome = away ? STORE_AWAY : outcomes[random_below(&telling.random, 4)]});
                int status = importing_run(&telling.files[i].importing, telling.files[i].lines, telling.files[i].count);
                assert_true(status == 0 || status == STATUS_UNAVAILABLE);
                struck = fake_struck(telling.site.database);
                fake_mend(telling.site.database);
            }
            import(&telling, i);
        }
        assert_int_equal(expect_tables(telling.world, telling.site.database, EXPECT_SAME), 0);
        end(&telling);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_does_not_matter_what_came_how),
        cmocka_unit_test(alone_it_is_the_same),
        cmocka_unit_test(failures_are_survived),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    seed = history_seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
