// Random histories of customers who are merged and told apart again while their events are read: in the end each is who
// he would have been, and it does not matter when the events came.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "codec/time.h"
#include "support/expect.h"
#include "support/history.h"
#include "support/instance.h"
#include "support/random.h"
#include "support/same_life.h"
#include "support/world.h"

enum { ROUNDS = 6, CUSTOMERS = 12, EVENTS = 16, LANES = 3, CHANGES = 30, CHANGE_MAX = 512 };

// What becomes of ids, in an order of its own, on a lane of its own.
struct script {
    char lines[CHANGES + CUSTOMERS][CHANGE_MAX];
    int count;
    int into[CUSTOMERS]; // -1: no alias
};

static uint64_t seed;

static int end_of(const struct script *script, int customer)
{
    while (script->into[customer] >= 0)
        customer = script->into[customer];
    return customer;
}

// All happen before most of what is told of the customers, so that their clocks do not depend on them.
static void write_line(struct script *script, const char *type, const char *member, int subject, int other)
{
    char time[TIME_TEXT_MAX];
    time_format((instant)1600000000 * SECOND + script->count, time);
    snprintf(script->lines[script->count], CHANGE_MAX,
             "{\"specversion\":\"1.0\",\"id\":\"change-%d\",\"source\":\"/ids\",\"type\":\"%s\",\"time\":\"%s\","
             "\"subject\":\"customer-%d\",\"data\":{\"%s\":\"customer-%d\"}}",
             script->count, type, time, subject, member, other);
    script->count++;
}

// Whoever it is merged into goes by any id that means him.
static void unmerge(struct script *script, struct random *random, int customer)
{
    int subject = (int)random_below(random, CUSTOMERS);
    if (end_of(script, subject) != end_of(script, customer))
        subject = end_of(script, customer);
    write_line(script, "customer.unmerged", "customer", subject, customer);
    script->into[customer] = -1;
}

// Merges name any two, aliases too, as long as they are not one already.
static struct script make_script(struct random *random, bool undone)
{
    struct script script = {.count = 0};
    for (int i = 0; i < CUSTOMERS; i++)
        script.into[i] = -1;
    while (script.count < CHANGES) {
        int a = (int)random_below(random, CUSTOMERS), b = (int)random_below(random, CUSTOMERS);
        if (script.into[a] >= 0 && random_permille(random, 400)) {
            unmerge(&script, random, a);
        } else if (end_of(&script, a) != end_of(&script, b)) {
            write_line(&script, "customer.merged", "into", a, b);
            script.into[end_of(&script, a)] = end_of(&script, b);
        }
    }
    int first = (int)random_below(random, CUSTOMERS);
    for (int i = 0; i < CUSTOMERS && undone; i++) {
        if (script.into[(first + i) % CUSTOMERS] >= 0)
            unmerge(&script, random, (first + i) % CUSTOMERS);
    }
    return script;
}

struct reading {
    struct site site;
    struct instance instance;
    const struct world *world;
};

static void begin(struct reading *reading, struct world *world, int workers, int batch_events)
{
    reading->world = world;
    site_begin(&reading->site, &world->policy);
    reading->site.settings.workers = workers;
    reading->site.settings.batch_events = batch_events;
    for (int i = 0; i <= LANES; i++)
        fake_broker_add(reading->site.broker, "events");
    assert_int_equal(instance_begin(&reading->instance, &reading->site, "one"), 0);
    fake_source_assign(reading->instance.source, (1 << (LANES + 1)) - 1, false);
}

static void end(struct reading *reading)
{
    instance_end(&reading->instance, false);
    site_end(&reading->site);
}

static void put(struct reading *reading, int lane, struct span json)
{
    fake_broker_put(reading->site.broker, "events", lane, NULL, json);
}

static void settle(struct reading *reading)
{
    assert_true(instance_settle(&reading->instance));
    assert_int_equal(reading->instance.status, 0);
}

// Nobody is unknown any more: what is ignored of the unknown depends on when it comes.
static void put_first(struct reading *reading)
{
    for (size_t i = 0; i < reading->world->records.count; i++) {
        if (reading->world->records.items[i].first)
            put(reading, reading->world->records.items[i].lane, reading->world->records.items[i].json);
    }
    settle(reading);
}

// The rest, and the script: at random places of it, or behind it.
static void put_rest(struct reading *reading, struct world *world, const struct script *script, struct random *random,
                     bool mixed)
{
    int line = 0;
    for (size_t i = 0; i < world->records.count; i++) {
        if (!world->records.items[i].first)
            put(reading, world->records.items[i].lane, world->records.items[i].json);
        if (!mixed || !script || random_below(random, (int64_t)world->records.count) >= script->count)
            continue;
        if (line < script->count)
            put(reading, LANES, span_text(script->lines[line++]));
        if (line > 0 && random_permille(random, 200)) // again
            put(reading, LANES, span_text(script->lines[random_below(random, line)]));
        if (random_permille(random, 400))
            put(reading, LANES, world_tick(world, world->records.items[i].event.time));
        for (int k = (int)random_below(random, 4); k > 0; k--)
            instance_round(&reading->instance);
    }
    settle(reading);
    while (script && line < script->count)
        put(reading, LANES, span_text(script->lines[line++]));
    settle(reading);
}

static void put_ticks(struct reading *reading, struct world *world)
{
    struct span tick = world_tick(world, world->end);
    for (int i = 0; i <= LANES; i++)
        put(reading, i, tick);
    settle(reading);
    assert_int_equal(fake_view(reading->site.database).quarantine_count, 0);
}

static void read_all(struct reading *reading, struct world *world, const struct script *script, struct random *random,
                     bool mixed)
{
    begin(reading, world, mixed ? 1 + (int)random_below(random, 3) : 1,
          mixed ? 1 + (int)random_below(random, 60) : 1000);
    put_first(reading);
    put_rest(reading, world, script, random, mixed);
    put_ticks(reading, world);
}

// A part of a message, from one text to the next.
static struct span part(const char *message, const char *from, const char *to)
{
    const char *begin = strstr(message, from), *end = begin ? strstr(begin + strlen(from), to) : NULL;
    assert_non_null(end);
    begin += strlen(from);
    return span_of(begin, (size_t)(end - begin));
}

// Of each customer every change of a kind was told once, in their order, and from where the one before had led: whoever
// came back was not told of as somebody else.
static void assert_told_in_steps(const struct reading *reading)
{
    static const char *const types[] = {"level", "stage", "pram", "tier"};
    for (int i = 0; i < CUSTOMERS * 4; i++) {
        char about[128];
        struct span stands = SPAN_NONE;
        int told = 0;
        snprintf(about, sizeof about, "\"type\":\"guanxi.%s.changed\",\"subject\":\"%s\"", types[i % 4],
                 reading->world->customers[i / 4].id);
        for (size_t k = 0; k < fake_sink_count(reading->site.sink); k++) {
            const char *message = fake_sink_message(reading->site.sink, k)->payload.data;
            if (!strstr(message, about))
                continue;
            assert_int_equal(atoi(part(message, "\"n\":", ",").data), ++told);
            struct span from = part(message, "\"from\":", ",\"to\":");
            assert_true(!stands.data || span_equal(stands, from));
            stands = part(message, "\"to\":", i % 4 < 2 || i % 4 == 3 ? "}" : ",");
            stands.size += i % 4 != 2; // the brace
        }
    }
}

// Whoever is left in either is the same in both.
static int differences(const struct reading *a, const struct reading *b)
{
    int count = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
        const char *id = a->world->customers[i].id;
        count += !same_life(fake_customer(a->site.database, id), fake_customer(b->site.database, id));
    }
    return count;
}

static struct world *make_world(uint64_t of)
{
    return world_new(&(struct world_shape){.seed = of, .customers = CUSTOMERS, .events = EVENTS, .lanes = LANES});
}

static void all_that_is_undone_leaves_no_trace(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct random random = {seed ^ (uint64_t)round << 32};
        struct world *world = make_world(random_next(&random));
        struct script script = make_script(&random, true);
        struct reading alone, merged;
        read_all(&alone, world, NULL, &random, false);
        read_all(&merged, world, &script, &random, true);
        assert_int_equal(differences(&alone, &merged), 0);
        assert_told_in_steps(&alone);
        assert_told_in_steps(&merged);
        assert_int_equal(expect_tables(world, merged.site.database, EXPECT_KEPT), 0);
        assert_int_equal(fake_view(merged.site.database).alias_count, 0);
        assert_true(fake_view(merged.site.database).epoch == script.count);
        end(&alone);
        end(&merged);
        world_free(world);
    }
}

static void it_does_not_matter_when_events_come(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct random random = {~seed ^ (uint64_t)round << 32};
        struct world *world = make_world(random_next(&random));
        struct script script = make_script(&random, false);
        struct reading before, meanwhile;
        read_all(&before, world, &script, &random, false);
        read_all(&meanwhile, world, &script, &random, true);
        assert_int_equal(differences(&before, &meanwhile), 0);
        assert_told_in_steps(&before);
        assert_told_in_steps(&meanwhile);
        for (int i = 0; i < CUSTOMERS; i++) {
            const struct fake_alias *alias = fake_alias(meanwhile.site.database, world->customers[i].id);
            assert_true((alias != NULL) == (script.into[i] >= 0));
            assert_true(!alias || span_equal(alias->into, span_text(world->customers[script.into[i]].id)));
            assert_true(!alias == !!fake_customer(meanwhile.site.database, world->customers[i].id));
        }
        end(&before);
        end(&meanwhile);
        world_free(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_undone_leaves_no_trace),
        cmocka_unit_test(it_does_not_matter_when_events_come),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    seed = history_seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
