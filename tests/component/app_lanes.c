// Lanes: where they begin, who may write, what holds the watermark, and what happens when records are gone.
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";

static void tell_many(struct scene *scene, int32_t partition, int count)
{
    for (int i = 0; i < count; i++)
        scene_tell(scene, partition, "ann", ASKS, scene->start + scene->number * MINUTE, "{}");
}

static size_t events(struct scene *scene)
{
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    return ann ? ann->event_count : 0;
}

static void goes_on_where_it_was(void **state)
{
    struct scene *scene = *state;
    tell_many(scene, 0, 5);
    scene_settle(scene);
    fake_broker_skip(scene->site.broker, "events", 0, 3); // control records
    scene_restart(scene, true);
    tell_many(scene, 0, 5);
    scene_settle(scene);
    assert_int_equal(events(scene), 10);
    assert_int_equal(scene_lane(scene, 0)->row.epoch, 2);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 13);
    assert_string_equal(scene_lane(scene, 0)->owner, "scene");
    instance_end(&scene->instance, false);
    assert_string_equal(scene_lane(scene, 0)->owner, "");
    assert_int_equal(instance_begin(&scene->instance, &scene->site, "scene"), 0);
}

// Another instance claims the lanes while we have a batch in hand: it is dropped, not applied twice.
static void fenced_owner_drops_its_batch(void **state)
{
    struct scene *scene = *state;
    struct instance other;
    tell_many(scene, 0, 5);
    assert_int_equal(instance_begin(&other, &scene->site, "other"), 0);
    fake_source_assign(other.source, 3, false);
    instance_poll(&other);
    instance_turn(&scene->instance, 0);
    assert_int_equal(events(scene), 0);
    assert_int_equal(scene->instance.engine->lanes.items[0]->state, LANE_FENCED);
    assert_true(instance_settle(&other));
    assert_int_equal(events(scene), 5);
    scene_settle(scene);
    assert_int_equal(scene_lane(scene, 0)->row.epoch, 2); // it waits rather than claiming back
    // Still fenced after long though the group gives it the lane: it claims again.
    fake_source_assign(other.source, 0, true);
    instance_poll(&other);
    for (size_t i = 0; i < 2; i++)
        scene->instance.engine->lanes.items[i]->fenced_us -= (int64_t)100 * 1000 * 1000;
    tell_many(scene, 0, 1);
    scene_settle(scene);
    assert_int_equal(events(scene), 6);
    assert_int_equal(scene_lane(scene, 0)->row.epoch, 3);
    instance_end(&other, false);
}

static void retention_stops_the_lane(void **state)
{
    struct scene *scene = *state;
    tell_many(scene, 0, 4);
    scene_settle(scene);
    instance_end(&scene->instance, false);
    tell_many(scene, 0, 6);
    tell_many(scene, 1, 2);
    fake_broker_retain(scene->site.broker, "events", 0, 7);
    assert_int_equal(instance_begin(&scene->instance, &scene->site, "scene"), 0);
    fake_source_assign(scene->instance.source, 3, false);
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.halted);
    assert_non_null(strstr(scene_lane(scene, 0)->reason, "retention"));
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 4);
    assert_int_equal(fake_view(scene->site.database).loss_count, 0);
    assert_int_equal(events(scene), 6); // the other lane goes on

    scene->site.settings.stop_on_loss = false;
    scene_restart(scene, false);
    scene_settle(scene);
    assert_int_equal(fake_view(scene->site.database).loss_count, 1);
    const struct fake_loss *loss = &fake_view(scene->site.database).losses[0];
    assert_int_equal(loss->from_offset, 4);
    assert_int_equal(loss->to_offset, 7);
    assert_int_equal(events(scene), 9);
    assert_false(scene_lane(scene, 0)->row.halted);
}

// Retention overtakes a lane while it runs.
static void out_of_range_while_it_runs(void **state)
{
    struct scene *scene = *state;
    fake_source_set_most(scene->instance.source, 2);
    scene->instance.settings.stop_on_loss = false;
    scene->instance.settings.batch_events = 2;
    tell_many(scene, 0, 10);
    instance_turn(&scene->instance, 0);
    fake_broker_retain(scene->site.broker, "events", 0, 6);
    scene_settle(scene);
    assert_int_equal(events(scene), 6);
    assert_int_equal(fake_view(scene->site.database).losses[0].from_offset, 2);
    assert_int_equal(fake_view(scene->site.database).losses[0].to_offset, 6);
}

static void recreated_topic_stops_the_lane(struct scene *scene, int records)
{
    tell_many(scene, 0, 5);
    scene_settle(scene);
    instance_end(&scene->instance, false);
    fake_broker_recreate(scene->site.broker, "events", 0);
    tell_many(scene, 0, records);
    assert_int_equal(instance_begin(&scene->instance, &scene->site, "scene"), 0);
    fake_source_assign(scene->instance.source, 3, false);
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.halted);
    assert_non_null(strstr(scene_lane(scene, 0)->reason, "recreated"));
    assert_int_equal(events(scene), 5);
    scene->site.settings.stop_on_loss = false;
    scene_restart(scene, false);
    scene_settle(scene);
    assert_int_equal(events(scene), 5 + records);
    assert_int_equal(fake_view(scene->site.database).loss_count, 1);
}

static void shorter_topic_is_another(void **state)
{
    recreated_topic_stops_the_lane(*state, 3);
}

static void anchor_tells_a_longer_one(void **state)
{
    recreated_topic_stops_the_lane(*state, 8);
}

static void another_cluster_stops_the_lane(void **state)
{
    struct scene *scene = *state;
    fake_broker_set_cluster(scene->site.broker, "one");
    scene_restart(scene, false);
    tell_many(scene, 0, 3);
    scene_settle(scene);
    fake_broker_set_cluster(scene->site.broker, "two");
    scene_restart(scene, false);
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.halted);
    assert_non_null(strstr(scene_lane(scene, 0)->reason, "cluster"));
}

static void fault_of_a_lane_halts_it(void **state)
{
    struct scene *scene = *state;
    tell_many(scene, 0, 3);
    tell_many(scene, 1, 3);
    fake_source_fault(scene->instance.source, "events", 0, LANE_FAULT_OTHER, "not authorised");
    instance_poll(&scene->instance);
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.halted);
    assert_string_equal(scene_lane(scene, 0)->reason, "not authorised");
    assert_int_equal(events(scene), 3);
    // What the broker refused is asked for again after a while.
    scene->instance.engine->lanes.items[0]->retry_us = 1;
    scene_settle(scene);
    assert_false(scene_lane(scene, 0)->row.halted);
    assert_int_equal(events(scene), 6);
}

// Offsets are not to be had when the group gives the lanes: they wait, and begin when they are.
static void waits_for_offsets(void **state)
{
    struct scene *scene = *state;
    instance_end(&scene->instance, false);
    fake_broker_answers(scene->site.broker, false);
    assert_int_equal(instance_begin(&scene->instance, &scene->site, "scene"), 0);
    fake_source_assign(scene->instance.source, 3, false);
    tell_many(scene, 0, 3);
    scene_settle(scene);
    assert_int_equal(events(scene), 0);
    fake_broker_answers(scene->site.broker, true);
    scene_settle(scene);
    assert_int_equal(events(scene), 3);
}

// A lane that is behind and has nothing to give holds the others back, but not for long.
static void waits_a_little_for_a_lane_behind(void **state)
{
    struct scene *scene = *state;
    fake_broker_limit(scene->site.broker, "events", 0, 0);
    tell_many(scene, 0, 1);
    tell_many(scene, 1, 3);
    instance_turn(&scene->instance, 0);
    assert_int_equal(events(scene), 0);
    int64_t end = clock_monotonic_us() + 5 * SECOND;
    while (events(scene) == 0 && clock_monotonic_us() < end)
        instance_turn(&scene->instance, 0);
    assert_int_equal(events(scene), 3);
    fake_broker_limit(scene->site.broker, "events", 0, INT64_MAX);
    scene_settle(scene);
    assert_int_equal(events(scene), 4);
}

static void *let_the_rest_come(void *context)
{
    struct scene *scene = context;
    poll(NULL, 0, 20);
    fake_broker_limit(scene->site.broker, "events", 0, INT64_MAX);
    return NULL;
}

// How many of 6,000 events one turn applies, of which the first `there` have arrived and the rest are on their way.
static size_t one_turn(struct scene *scene, int there)
{
    scene->site.settings.batch_events = 50000;
    scene->site.settings.cache_bytes = 64 << 20;
    scene_restart(scene, false);
    fake_broker_limit(scene->site.broker, "events", 0, there);
    tell_many(scene, 0, 6000);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, let_the_rest_come, scene), 0);
    assert_int_equal(worker_turn(&scene->instance.engine->workers[0]), 1);
    pthread_join(thread, NULL);
    return events(scene);
}

// A large batch shows that we are behind: what is on its way comes into it.
static void large_batch_waits_for_more(void **state)
{
    assert_int_equal(one_turn(*state, 5000), 6000);
}

// At the head somebody waits for the outcome.
static void small_batch_does_not_wait(void **state)
{
    assert_int_equal(one_turn(*state, 100), 100);
}

// The wall clock: a lane read to its end is as far as the clock, less lateness; one that is not is as far as
// its latest event; one that nobody tends is left out after lane_hold.
static void lane_time_by_the_wall_clock(void **state)
{
    struct scene *scene = *state;
    instant now = scene->start + 10 * DAY;
    fake_set_wall(scene->site.database, now);
    tell_many(scene, 0, 3);
    tell_many(scene, 1, 4);
    fake_broker_limit(scene->site.broker, "events", 1, 3);
    instance_keep(&scene->instance); // learns the clock
    instance_turn(&scene->instance, 0);
    instant last = scene->start + (scene->number - 2) * MINUTE;
    assert_int_equal(scene_lane(scene, 1)->row.lane_time, last - MINUTE);
    fake_broker_limit(scene->site.broker, "events", 1, INT64_MAX);
    scene_settle(scene);
    for (size_t i = 0; i < 2; i++)
        scene->instance.engine->lanes.items[i]->committed_us -= 2000000; // idle
    instance_keep(&scene->instance);
    instant watermark = scene->instance.engine->shared.watermark;
    assert_true(watermark >= now - MINUTE && watermark < now);
    assert_true(scene->instance.engine->shared.caught_up);

    fake_broker_limit(scene->site.broker, "events", 0, 3);
    tell_many(scene, 0, 1);
    fake_set_wall(scene->site.database, now + DAY);
    instance_keep(&scene->instance);
    instance_keep(&scene->instance);
    assert_true(scene->instance.engine->shared.watermark < now); // lane 0 is not at its end
    assert_false(scene->instance.engine->shared.caught_up);
    assert_true(scene_lane(scene, 1)->row.lane_time >= now + DAY - MINUTE);

    // Lane 0 goes to nobody; its customers are looked after, and after an hour it holds nothing.
    fake_source_assign(scene->instance.source, 2, false);
    instance_poll(&scene->instance);
    scene->instance.engine->keeper.orphans_us -= (int64_t)100 * 1000 * 1000;
    fake_set_wall(scene->site.database, now + DAY + 2 * HOUR);
    instance_keep(&scene->instance);
    instance_keep(&scene->instance);
    assert_int_equal(scene->instance.engine->shared.orphans.count, 1);
    assert_true(scene->instance.engine->shared.watermark > now + DAY);
}

static void future_events_are_quarantined(void **state)
{
    struct scene *scene = *state;
    instance_keep(&scene->instance);
    scene_tell(scene, 0, "ann", ASKS, wall_now() + HOUR, "{}");
    scene_tell(scene, 0, "ann", ASKS, wall_now() + MINUTE, "{}");
    instance_turn(&scene->instance, 0);
    assert_int_equal(events(scene), 1);
    assert_int_equal(fake_view(scene->site.database).quarantine[0].row.reason, REJECT_FUTURE);
}

static int begin_wall_scene(void **state)
{
    *state = scene_begin(false);
    return 0;
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(goes_on_where_it_was),
        TEST(fenced_owner_drops_its_batch),
        TEST(retention_stops_the_lane),
        TEST(out_of_range_while_it_runs),
        TEST(shorter_topic_is_another),
        TEST(anchor_tells_a_longer_one),
        TEST(another_cluster_stops_the_lane),
        TEST(fault_of_a_lane_halts_it),
        TEST(waits_for_offsets),
        TEST(waits_a_little_for_a_lane_behind),
        TEST(large_batch_waits_for_more),
        TEST(small_batch_does_not_wait),
        cmocka_unit_test_setup_teardown(lane_time_by_the_wall_clock, begin_wall_scene, scene_teardown),
        cmocka_unit_test_setup_teardown(future_events_are_quarantined, begin_wall_scene, scene_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
