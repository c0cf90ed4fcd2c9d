// What a batch makes of records that are not simply the next event: repeated, contradicting, late, refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/tally.h"
#include "base/log.h"
#include "base/metrics.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";
static const char *const ANSWERS = "message.sent";

static size_t events_of(struct scene *scene, const char *id)
{
    const struct fake_customer *customer = fake_customer(scene->site.database, id);
    return customer ? customer->event_count : 0;
}

static size_t quarantined(struct scene *scene, enum reject_reason reason)
{
    struct fake_view view = fake_view(scene->site.database);
    size_t count = 0;
    for (size_t i = 0; i < view.quarantine_count; i++)
        count += view.quarantine[i].row.reason == reason;
    return count;
}

static void drops_duplicates(void **state)
{
    struct scene *scene = *state;
    int64_t before = tally_read(RESULT_DUPLICATE);
    for (int i = 0; i < 3; i++)
        scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{}");
    scene_settle(scene);
    scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{}");
    scene_tell_as(scene, 1, "a", "ann", ASKS, scene->start, "{}"); // in another lane too
    scene_settle(scene);
    assert_int_equal(events_of(scene, "ann"), 1);
    assert_int_equal(tally_read(RESULT_DUPLICATE) - before, 4);
    assert_int_equal(fake_view(scene->site.database).quarantine_count, 0);
    assert_int_equal(scene_lane(scene, 1)->row.lane_time, scene->start); // recognised ones move their lane
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.fold_at, INSTANT_NEVER);
}

static void quarantines_conflicts(void **state)
{
    struct scene *scene = *state;
    scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{}");
    scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{\"channel\":\"sms\"}"); // in one batch
    scene_settle(scene);
    assert_int_equal(quarantined(scene, REJECT_CONFLICT), 1);
    scene_tell_as(scene, 0, "a", "ann", ANSWERS, scene->start, "{}");
    scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start + DAY, "{}"); // ahead of all: found by the write itself
    scene_settle(scene);
    assert_int_equal(quarantined(scene, REJECT_CONFLICT), 3);
    assert_int_equal(events_of(scene, "ann"), 1);
    assert_int_equal(scene_lane(scene, 0)->row.lane_time, scene->start); // not moved by them
    const struct quarantine_row *row = &fake_view(scene->site.database).quarantine[2].row;
    assert_string_equal(row->topic, "events");
    assert_int_equal(row->offset, 3);
    assert_true(span_equal(row->type, SPAN_LITERAL("message.received")));
    assert_true(span_equal(row->subject, SPAN_LITERAL("ann")));
    assert_true(row->value.size > 0);
}

// Whether records come in one batch or in many: the first of an identity counts, the others are judged by it.
static void judges_repeats_alike_in_any_batch(void **state)
{
    struct scene *scene = *state;
    scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{}");
    scene_tell_as(scene, 0, "b", "ann", ASKS, scene->start + DAY, "{}");
    scene_settle(scene);
    int64_t before = tally_read(RESULT_DUPLICATE);
    for (int i = 0; i < 2; i++) {
        scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{\"channel\":\"sms\"}"); // contradicts
        scene_tell_as(scene, 0, "a", "ann", ASKS, scene->start, "{}");                    // repeats
    }
    scene_settle(scene);
    assert_int_equal(quarantined(scene, REJECT_CONFLICT), 2);
    assert_int_equal(tally_read(RESULT_DUPLICATE) - before, 2);
    assert_int_equal(events_of(scene, "ann"), 2);
}

static void late_events_mark_and_fold(void **state)
{
    struct scene *scene = *state;
    scene_tick(scene, 1, scene->start); // holds the watermark
    scene_tell(scene, 0, "ann", ASKS, scene->start + 2 * DAY, "{}");
    scene_settle(scene);
    scene_tell(scene, 1, "ann", ANSWERS, scene->start + DAY, "{}");
    instance_turn(&scene->instance, 0);
    const struct customer_row *row = &fake_customer(scene->site.database, "ann")->row;
    assert_int_equal(row->fold_at, scene->start + 2 * DAY);
    assert_int_equal(row->state.last_outbound_at, INSTANT_NONE);
    scene_settle(scene); // the watermark is not there yet
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.fold_at, scene->start + 2 * DAY);
    scene_tick(scene, 1, scene->start + 2 * DAY);
    scene_settle(scene);
    row = &fake_customer(scene->site.database, "ann")->row;
    assert_int_equal(row->fold_at, INSTANT_NEVER);
    assert_int_equal(row->state.first_seen_at, scene->start + DAY);
    assert_int_equal(row->state.last_outbound_at, scene->start + DAY);
    assert_int_equal(row->state.unanswered_at, scene->start + 2 * DAY);
}

static void ties_in_time_are_late_in_the_next_batch(void **state)
{
    struct scene *scene = *state;
    scene_tick(scene, 1, scene->start - DAY); // holds the watermark
    scene_tell_as(scene, 0, "b", "ann", ASKS, scene->start, "{}");
    scene_settle(scene);
    scene_tell_as(scene, 0, "a", "ann", ANSWERS, scene->start, "{}"); // before it in the order
    instance_turn(&scene->instance, 0);
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.fold_at, scene->start);
    scene_tick(scene, 0, scene->start + SECOND);
    scene_tick(scene, 1, scene->start + SECOND);
    scene_settle(scene);
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.state.unanswered_at, scene->start);
}

static void finds_poison_and_keeps_its_neighbours(void **state)
{
    struct scene *scene = *state;
    fake_poison(scene->site.database, "e7", false);
    fake_poison(scene->site.database, "e12", false);
    for (int i = 0; i < 20; i++)
        scene_tell(scene, i % 2, i % 3 ? "ann" : "bob", ASKS, scene->start + i * HOUR, "{}");
    scene_tick(scene, 0, scene->start + DAY);
    scene_tick(scene, 1, scene->start + DAY);
    scene_settle(scene);
    assert_int_equal(events_of(scene, "ann") + events_of(scene, "bob"), 18);
    assert_int_equal(quarantined(scene, REJECT_BAD_DATA), 2);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 11);
    assert_false(scene_lane(scene, 0)->row.halted);
}

static void halts_before_poison_that_cannot_even_be_kept(void **state)
{
    struct scene *scene = *state;
    fake_poison(scene->site.database, "e3", true);
    for (int i = 0; i < 10; i++)
        scene_tell(scene, i % 2, "ann", ASKS, scene->start + i * HOUR, "{}");
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.halted);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 1);
    assert_non_null(strstr(scene_lane(scene, 0)->reason, "offset 1"));
    assert_false(scene_lane(scene, 1)->row.halted);
    assert_int_equal(scene_lane(scene, 1)->row.next_offset, 5);
    assert_int_equal(events_of(scene, "ann"), 6);
}

static void stops_at_a_flood_of_bad_records(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    for (int i = 0; i < 80; i++)
        scene_put(scene, 0, i % 2 ? "no json" : "{\"specversion\":\"1.0\"}");
    scene_tell(scene, 1, "bob", ASKS, scene->start, "{}");
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.halted);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 51); // half of the window, no more
    assert_int_equal(fake_view(scene->site.database).quarantine_count, 50);
    assert_int_equal(events_of(scene, "ann"), 1);
    scene_tell(scene, 1, "bob", ANSWERS, scene->start + DAY, "{}");
    scene_settle(scene);
    assert_int_equal(events_of(scene, "bob"), 2);
    // A restart tries again.
    scene_restart(scene, false);
    scene_settle(scene);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 81);
    assert_false(scene_lane(scene, 0)->row.halted);
}

static void passes_over_what_is_nothing(void **state)
{
    struct scene *scene = *state;
    int64_t tombstones = tally_read(RESULT_TOMBSTONE), ticks = tally_read(RESULT_TICK);
    scene_put(scene, 0, NULL);
    scene_tick(scene, 0, scene->start + DAY);
    scene_tell(scene, 0, "ann", "no.such.type", scene->start + 3 * DAY, "{}");
    scene_tell(scene, 0, "ann", "reminder.dismissed", scene->start + 4 * DAY, "{\"reminder_id\":\"x\"}");
    scene_put(scene, 0, "{");
    scene_settle(scene);
    assert_int_equal(tally_read(RESULT_TOMBSTONE) - tombstones, 1);
    assert_int_equal(tally_read(RESULT_TICK) - ticks, 1);
    assert_int_equal(quarantined(scene, REJECT_UNKNOWN_TYPE), 1);
    assert_int_equal(quarantined(scene, REJECT_NOT_JSON), 1);
    assert_null(fake_customer(scene->site.database, "ann"));
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 5);
    assert_int_equal(scene_lane(scene, 0)->row.lane_time, scene->start + DAY); // the tick alone moved it
    scene->policy.ignore_unknown_types = true;
    scene_tell(scene, 0, "ann", "no.such.type", scene->start + 5 * DAY, "{}");
    scene_settle(scene);
    assert_int_equal(quarantined(scene, REJECT_UNKNOWN_TYPE), 1);
    assert_int_equal(scene_lane(scene, 0)->row.lane_time, scene->start + DAY);
}

// An ignored event stands on the timeline without points and moves the clock.
static void keeps_ignored_events(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tell(scene, 0, "ann", "reminder.dismissed", scene->start + HOUR, "{\"reminder_id\":\"x\"}");
    scene_settle(scene);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_int_equal(ann->event_count, 2);
    assert_true(ann->events[1].points == 0);
    assert_int_equal(ann->row.state.as_of, scene->start + HOUR);
    assert_int_equal(scene_lane(scene, 0)->row.lane_time, scene->start + HOUR);
}

static void an_order_of_many_is_one_write(void **state)
{
    struct scene *scene = *state;
    int64_t before = fake_calls(scene->site.database, FAKE_OP_write);
    for (int i = 0; i < 900; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i % 90);
        scene_tell(scene, 0, id, ASKS, scene->start + i * SECOND, "{}");
    }
    instance_turn(&scene->instance, 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_write) - before, 1);
    assert_int_equal(fake_view(scene->site.database).customer_count, 90);
    assert_int_equal(fake_customer(scene->site.database, "c89")->row.version, 1);
}

static void tell_each(struct scene *scene, int from, int to, const char *type)
{
    for (int i = from; i < to; i++) {
        char id[16];
        snprintf(id, sizeof id, "c%d", i);
        scene_tell(scene, 0, id, type, scene->start + scene->number * SECOND, "{}");
    }
    scene_settle(scene);
}

// After many customers in a row whom the database did not know the next ones are written unasked; one who is there
// already contradicts, and nothing is lost or counted twice.
static void strangers_pass_for_new(void **state)
{
    struct scene *scene = *state;
    struct worker *worker = &scene->instance.engine->workers[0];
    worker->applier.trust = 10;
    tell_each(scene, 0, 10, ASKS);
    int64_t loads = fake_calls(scene->site.database, FAKE_OP_load);
    tell_each(scene, 10, 20, ASKS);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_load), loads);
    assert_int_equal(fake_view(scene->site.database).customer_count, 20);

    cache_clear(worker->cache);
    tell_each(scene, 5, 30, ANSWERS);
    assert_true(fake_calls(scene->site.database, FAKE_OP_load) > loads);
    assert_int_equal(worker->applier.trust, 20);
    assert_int_equal(fake_view(scene->site.database).customer_count, 30);
    assert_int_equal(events_of(scene, "c5"), 2);
    assert_int_equal(fake_customer(scene->site.database, "c5")->row.state.unanswered_at, INSTANT_NONE);
}

// An event that makes nobody exist would be dropped: for it customers are asked for.
static void answers_are_asked_for(void **state)
{
    struct scene *scene = *state;
    struct worker *worker = &scene->instance.engine->workers[0];
    tell_each(scene, 0, 1, ASKS);
    cache_clear(worker->cache);
    worker->applier.trust = 0;
    scene_tell(scene, 0, "c0", "reminder.acknowledged", scene->start + HOUR,
               "{\"reminder_id\":\"00000000-0000-0000-0000-000000000001\"}");
    scene_settle(scene);
    assert_int_equal(events_of(scene, "c0"), 2);
}

// Tells each of `count` customers one thing, each in a batch of its own. Returns how often these were tried again.
static int64_t tell_alone(struct scene *scene, int count, instant at)
{
    int64_t before = metric_read(METRIC_BATCH_RETRIES);
    char id[16];
    for (int i = 0; i < count; i++) {
        snprintf(id, sizeof id, "c%d", i);
        scene_tell(scene, 0, id, ASKS, at, "{}");
        scene_settle(scene);
    }
    return metric_read(METRIC_BATCH_RETRIES) - before;
}

// While another instance changes everybody, a cache that turned out to be behind is asked ever more seldom; when
// nobody else writes any more it is believed again.
static void a_cache_that_is_behind_is_doubted(void **state)
{
    enum { COUNT = 20 };
    struct scene *scene = *state;
    struct instance other;
    char id[16];
    assert_int_equal(tell_alone(scene, COUNT, scene->start), 0);
    assert_int_equal(instance_begin(&other, &scene->site, "other"), 0);
    fake_source_assign(scene->instance.source, 1, false);
    instance_poll(&scene->instance);
    fake_source_assign(other.source, 2, false);
    assert_true(instance_settle(&other));
    for (int i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "c%d", i);
        scene_tell(scene, 1, id, ASKS, scene->start + HOUR, "{}");
    }
    assert_true(instance_settle(&other));
    int64_t passes = fake_calls(scene->site.database, FAKE_OP_pass);
    // Contradicted are the 1st, then after 1, 2, 4 and 8 that did not ask the cache the 3rd, 6th, 11th and 20th.
    assert_int_equal(tell_alone(scene, COUNT, scene->start + 2 * HOUR), 5);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_pass), passes + COUNT);
    assert_int_equal(tell_alone(scene, COUNT, scene->start + 3 * HOUR), 0);
    int64_t loads = fake_calls(scene->site.database, FAKE_OP_load);
    assert_int_equal(tell_alone(scene, COUNT, scene->start + 4 * HOUR), 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_load), loads);
    for (int i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "c%d", i);
        assert_int_equal(events_of(scene, id), 5);
    }
    instance_end(&other, false);
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(drops_duplicates),
        TEST(quarantines_conflicts),
        TEST(judges_repeats_alike_in_any_batch),
        TEST(late_events_mark_and_fold),
        TEST(ties_in_time_are_late_in_the_next_batch),
        TEST(finds_poison_and_keeps_its_neighbours),
        TEST(halts_before_poison_that_cannot_even_be_kept),
        TEST(stops_at_a_flood_of_bad_records),
        TEST(passes_over_what_is_nothing),
        TEST(keeps_ignored_events),
        TEST(an_order_of_many_is_one_write),
        TEST(strangers_pass_for_new),
        TEST(answers_are_asked_for),
        TEST(a_cache_that_is_behind_is_doubted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
