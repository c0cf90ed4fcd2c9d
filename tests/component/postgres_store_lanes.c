// Lanes: claims, fences, the sign of life and the watermark.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

// Says that one lane lives, at this lane time, and answers the watermark.
static instant beat(const struct lane_row *lane, instant lane_time, duration hold, int32_t *left_out)
{
    struct lane_advance advance = {.lane_id = lane ? lane->lane_id : 0, .epoch = lane ? lane->epoch : 0,
                                   .lane_time = lane_time, .end_offset = -1};
    instant watermark, wall;
    assert_done(test.store->ops->beat(test.store, &advance, lane ? 1 : 0, hold, &watermark, left_out, &wall));
    assert_true(wall > 1600000000 * SECOND && wall < INSTANT_LAST);
    return watermark;
}

static void a_claim_makes_a_lane_and_raises_its_epoch(void **state)
{
    (void)state;
    struct lane_claim claims[2] = {{.topic = "visits", .partition = 3, .start = 70, .cluster_id = "K"},
                                   {.topic = "calls", .partition = 0, .start = 0, .cluster_id = ""}};
    struct lane_row lanes[2];
    assert_done(test.store->ops->claim(test.store, "one", claims, 2, lanes));
    assert_int_equal(lanes[0].next_offset, 70);
    assert_int_equal(lanes[0].anchor_offset, -1);
    assert_true(lanes[0].lane_time == INSTANT_NONE);
    assert_string_equal(lanes[0].cluster_id, "");
    assert_false(lanes[0].halted);
    assert_int_equal(lanes[1].next_offset, 0);

    // The next owner finds the lane as it stood; where it would begin counts no more, and the cluster that is
    // known stays.
    assert_done(test.store->ops->halt(test.store, lanes[0].lane_id, lanes[0].epoch, "format broke"));
    claims[0].start = 5;
    claims[0].cluster_id = "L";
    struct lane_row again;
    assert_done(test.store->ops->claim(test.store, "two", claims, 1, &again));
    assert_int_equal(again.lane_id, lanes[0].lane_id);
    assert_int_equal(again.epoch, lanes[0].epoch + 1);
    assert_int_equal(again.next_offset, 70);
    assert_string_equal(again.cluster_id, "K");
    assert_true(again.halted);
    struct lane_row now;
    assert_done(test.store->ops->lanes(test.store, &again.lane_id, 1, &now));
    assert_string_equal(now.cluster_id, "K");
    assert_false(now.halted);
    assert_string_equal(test_sql_text(&test.database, "SELECT owner FROM guanxi.lane WHERE topic = 'visits'"),
                        "two");
}

static void a_zombie_is_fenced_everywhere(void **state)
{
    (void)state;
    struct lane_row old = test_store_lane(test.store, 0);
    struct store *other = test_store_open(&test, NULL);
    struct lane_row new = test_store_lane(other, 0);
    struct lane_advance advance = test_advance(&old, 4);
    struct store_write write = {.lanes = &advance, .lane_count = 1};
    assert_outcome(STORE_FENCED, test.store->ops->write(test.store, &write));
    assert_outcome(STORE_FENCED, test.store->ops->move(test.store, &advance, NULL));
    assert_outcome(STORE_FENCED, test.store->ops->halt(test.store, old.lane_id, old.epoch, "x"));
    assert_done(test.store->ops->release(test.store, &old, 1));
    int32_t left_out;
    beat(&old, 1000, HOUR, &left_out);
    assert_string_equal(test_sql_text(&test.database,
                                      "SELECT concat_ws(' ', owner, state, next_offset, lane_time) "
                                      "FROM guanxi.lane"),
                        "test running 0");
    advance = test_advance(&new, 4);
    advance.lane_time = 5 * SECOND;
    advance.end_offset = 9;
    assert_done(other->ops->write(other, &write));
    other->ops->close(other);
}

static void a_fence_moves_several_lanes_or_none(void **state)
{
    (void)state;
    struct lane_row lanes[2] = {test_store_lane(test.store, 0), test_store_lane(test.store, 1)};
    struct lane_advance advances[2] = {test_advance(&lanes[0], 2), test_advance(&lanes[1], 3)};
    struct store_write write = {.lanes = advances, .lane_count = 2};
    advances[1].from_offset = 1;
    assert_outcome(STORE_FENCED, test.store->ops->write(test.store, &write));
    advances[1].from_offset = 0;
    advances[0].lane_time = 9 * SECOND;
    assert_done(test.store->ops->write(test.store, &write));
    advances[0].from_offset = 2;
    advances[1].from_offset = 3;
    advances[0].lane_time = 4 * SECOND; // never goes back
    assert_done(test.store->ops->write(test.store, &write));
    struct lane_row now[2];
    int32_t ids[2] = {lanes[0].lane_id, lanes[1].lane_id};
    assert_done(test.store->ops->lanes(test.store, ids, 2, now));
    assert_true(now[0].lane_time == 9 * SECOND);
    assert_int_equal(now[0].anchor_offset, 1);
    assert_true(now[1].lane_time == INSTANT_NONE);
}

static void a_loss_is_recorded_with_the_move(void **state)
{
    (void)state;
    struct lane_row lane = test_store_lane(test.store, 0);
    struct lane_advance advance = test_advance(&lane, 50);
    struct loss_row loss = {
        .topic = "calls", .partition = 0, .from_offset = 0, .to_offset = 50, .reason = "retention"};
    assert_done(test.store->ops->move(test.store, &advance, &loss));
    advance.epoch--;
    assert_outcome(STORE_FENCED, test.store->ops->move(test.store, &advance, &loss));
    assert_true(test_sql_yields(&test.database,
                                "SELECT topic, partition, from_offset, to_offset, reason FROM guanxi.loss",
                                "calls|0|0|50|retention\n"));
    struct lane_row now;
    assert_done(test.store->ops->lanes(test.store, &lane.lane_id, 1, &now));
    assert_int_equal(now.next_offset, 50);
}

static void a_move_without_an_anchor_forgets_the_cluster(void **state)
{
    (void)state;
    struct lane_row lane = test_store_lane(test.store, 0), now;
    struct lane_advance advance = test_advance(&lane, 3);
    assert_done(test.store->ops->move(test.store, &advance, NULL));
    assert_done(test.store->ops->lanes(test.store, &lane.lane_id, 1, &now));
    assert_string_equal(now.cluster_id, "test");
    advance.anchor_offset = -1;
    assert_done(test.store->ops->move(test.store, &advance, NULL));
    assert_done(test.store->ops->lanes(test.store, &lane.lane_id, 1, &now));
    assert_string_equal(now.cluster_id, "");
    assert_int_equal(now.anchor_offset, -1);
    test_store_lane(test.store, 0);
    assert_done(test.store->ops->lanes(test.store, &lane.lane_id, 1, &now));
    assert_string_equal(now.cluster_id, "test");
}

static void the_watermark_is_the_least_lane_time(void **state)
{
    (void)state;
    int32_t left_out;
    assert_true(beat(NULL, INSTANT_NONE, HOUR, &left_out) == INSTANT_NONE);
    struct lane_row a = test_store_lane(test.store, 0), b = test_store_lane(test.store, 1);
    test_store_lane(test.store, 2); // never held a record: counts for nothing
    assert_true(beat(&a, 50 * SECOND, HOUR, &left_out) == 50 * SECOND);
    assert_true(beat(&b, 30 * SECOND, HOUR, &left_out) == 30 * SECOND);
    assert_true(beat(&b, 20 * SECOND, HOUR, &left_out) == 30 * SECOND); // never goes back
    assert_true(beat(&b, 60 * SECOND, HOUR, &left_out) == 50 * SECOND);
    assert_int_equal(left_out, 0);
    test_sql(&test.database, "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time) "
                             "VALUES ('import:old', 0, 0, '1970-01-01')");
    assert_true(beat(NULL, INSTANT_NONE, HOUR, &left_out) == 50 * SECOND);
}

static void silent_and_halted_lanes_are_left_out_in_time(void **state)
{
    (void)state;
    int32_t left_out;
    struct lane_row a = test_store_lane(test.store, 0), b = test_store_lane(test.store, 1);
    beat(&a, 50 * SECOND, HOUR, &left_out);
    beat(&b, 30 * SECOND, HOUR, &left_out);
    test_sql(&test.database,
             "UPDATE guanxi.lane SET heartbeat_at = now() - interval '2 hours' WHERE partition = 1");
    assert_true(beat(&a, INSTANT_NONE, 3 * HOUR, &left_out) == 30 * SECOND);
    assert_int_equal(left_out, 0);
    assert_true(beat(&a, INSTANT_NONE, HOUR, &left_out) == 50 * SECOND);
    assert_int_equal(left_out, 1);
    // Halted: held back for lane_hold, then left out although its owner lives.
    assert_done(test.store->ops->halt(test.store, b.lane_id, b.epoch, "broken"));
    assert_true(beat(&b, INSTANT_NONE, HOUR, &left_out) == 30 * SECOND);
    test_sql(&test.database,
             "UPDATE guanxi.lane SET halted_at = now() - interval '2 hours' WHERE partition = 1");
    assert_true(beat(&b, INSTANT_NONE, HOUR, &left_out) == 50 * SECOND);
    assert_int_equal(left_out, 1);
    assert_done(test.store->ops->halt(test.store, b.lane_id, b.epoch, NULL));
    assert_true(beat(&b, INSTANT_NONE, HOUR, &left_out) == 30 * SECOND);
}

static void a_beat_does_not_wait_for_a_batch(void **state)
{
    (void)state;
    struct lane_row a = test_store_lane(test.store, 0);
    int32_t left_out;
    test_sql(&test.database, "BEGIN; UPDATE guanxi.lane SET next_offset = 1");
    assert_true(beat(&a, 50 * SECOND, HOUR, &left_out) == INSTANT_NONE);
    test_sql(&test.database, "COMMIT");
    assert_true(beat(&a, 50 * SECOND, HOUR, &left_out) == 50 * SECOND);
}

static void a_claim_waits_no_longer_than_the_lock_timeout(void **state)
{
    (void)state;
    struct lane_row a = test_store_lane(test.store, 0);
    struct postgres_settings settings = POSTGRES_SETTINGS_DEFAULT;
    settings.lock_timeout = 50000;
    struct store *other = test_store_open(&test, &settings);
    struct lane_claim claim = {.topic = "calls", .partition = 0};
    test_sql(&test.database, "BEGIN; UPDATE guanxi.lane SET next_offset = 1");
    struct lane_row now;
    assert_outcome(STORE_RETRY, other->ops->claim(other, "two", &claim, 1, &now));
    test_sql(&test.database, "COMMIT");
    assert_done(other->ops->claim(other, "two", &claim, 1, &now));
    assert_int_equal(now.epoch, a.epoch + 1);
    assert_int_equal(now.next_offset, 1);
    other->ops->close(other);
}

static void lanes_without_a_sign_of_life_are_orphans(void **state)
{
    (void)state;
    struct lane_row a = test_store_lane(test.store, 0), b = test_store_lane(test.store, 1);
    test_store_lane(test.store, 2);
    int32_t *ids;
    size_t count;
    assert_done(test.store->ops->orphans(test.store, HOUR, &test.arena, &ids, &count));
    assert_int_equal(count, 0);
    test_sql(&test.database,
             "INSERT INTO guanxi.lane (topic, partition, next_offset) VALUES ('import:x', 0, 0);"
             "UPDATE guanxi.lane SET heartbeat_at = now() - interval '2 hours' WHERE partition < 2");
    assert_done(test.store->ops->orphans(test.store, HOUR, &test.arena, &ids, &count));
    assert_int_equal(count, 3);
    assert_int_equal(ids[0], a.lane_id);
    assert_int_equal(ids[1], b.lane_id);
    // Released: an orphan from then on, after the grace.
    assert_done(test.store->ops->release(test.store, &a, 1));
    assert_string_equal(test_sql_text(&test.database, "SELECT count(owner) FROM guanxi.lane"), "2");
    assert_done(test.store->ops->orphans(test.store, HOUR, &test.arena, &ids, &count));
    assert_int_equal(count, 2);
    assert_done(test.store->ops->orphans(test.store, 0, &test.arena, &ids, &count));
    assert_int_equal(count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(a_claim_makes_a_lane_and_raises_its_epoch),
        STORE_TEST(a_zombie_is_fenced_everywhere),
        STORE_TEST(a_fence_moves_several_lanes_or_none),
        STORE_TEST(a_loss_is_recorded_with_the_move),
        STORE_TEST(a_move_without_an_anchor_forgets_the_cluster),
        STORE_TEST(the_watermark_is_the_least_lane_time),
        STORE_TEST(silent_and_halted_lanes_are_left_out_in_time),
        STORE_TEST(a_beat_does_not_wait_for_a_batch),
        STORE_TEST(a_claim_waits_no_longer_than_the_lock_timeout),
        STORE_TEST(lanes_without_a_sign_of_life_are_orphans),
    };
    return cmocka_run_group_tests_name("postgres_store_lanes", tests, NULL, NULL);
}
