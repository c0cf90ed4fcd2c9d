// Publication: what goes out when the watermark has passed it, what does not, and in which order.
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
static const char *const ANSWERS = "message.sent";

// The response reminder of an event that asked at `asked`, as id text with a suffix.
static const char *response_id(instant asked, const char *suffix)
{
    static char text[64];
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("ann"), REMINDER_RESPONSE, asked);
    uuid_text(uuid, text);
    strcat(text, suffix);
    return text;
}

static const struct reminder_row *response(struct scene *scene, instant asked)
{
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("ann"), REMINDER_RESPONSE, asked);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    for (size_t i = 0; i < ann->reminder_count; i++) {
        if (memcmp(ann->reminders[i].reminder_id, uuid, 16) == 0)
            return &ann->reminders[i];
    }
    return NULL;
}

static size_t published(struct scene *scene, instant asked, const char *suffix)
{
    return fake_sink_times(scene->site.sink, response_id(asked, suffix));
}

static void goes_out_when_passed(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tick(scene, 0, scene->start + DAY);
    scene_settle(scene);
    assert_int_equal(published(scene, scene->start, "/1"), 0); // due at that very instant
    scene_tick(scene, 0, scene->start + DAY + 1);
    scene_settle(scene);
    assert_int_equal(published(scene, scene->start, "/1"), 1);
    scene_tick(scene, 0, scene->start + 9 * DAY);
    scene_settle(scene);
    assert_int_equal(published(scene, scene->start, "/2"), 1);
    assert_int_equal(published(scene, scene->start, "/4"), 1);
    assert_int_equal(published(scene, scene->start, "/5"), 0);
    assert_true(response(scene, scene->start)->at_risk);
    scene_tell(scene, 0, "ann", ANSWERS, scene->start + 10 * DAY, "{}");
    scene_tick(scene, 0, scene->start + 11 * DAY);
    scene_settle(scene);
    assert_int_equal(published(scene, scene->start, "/closed"), 1);
    assert_int_equal(response(scene, scene->start)->status, REMINDER_DONE);
}

static void cured_before_is_not_told(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tell(scene, 0, "ann", ANSWERS, scene->start + 3 * DAY, "{}");
    scene_tick(scene, 0, scene->start + 5 * DAY);
    scene_settle(scene);
    assert_int_equal(response(scene, scene->start)->status, REMINDER_DONE);
    assert_int_equal(published(scene, scene->start, "/1"), 0);
    assert_int_equal(published(scene, scene->start, "/closed"), 0);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_int_equal(ann->notices[0].state, NOTICE_SUPPRESSED);
    assert_int_equal(ann->outbox_count, 0);
}

// Somebody else closes the reminder between our reading and our writing.
struct interloper {
    struct scene *scene;
    enum fake_op at;
    bool done;
};

static void interfere(void *context, struct store *store, enum fake_op op)
{
    struct interloper *interloper = context;
    struct scene *scene = interloper->scene;
    if (interloper->done || op != interloper->at || store != scene->instance.engine->workers[0].store)
        return;
    interloper->done = true;
    struct scene other = {.site = scene->site, .start = scene->start, .number = 1000};
    assert_int_equal(instance_begin(&other.instance, &other.site, "other"), 0);
    fake_source_assign(other.instance.source, 2, false);
    instance_poll(&other.instance);
    scene_tell(&other, 1, "ann", ANSWERS, scene->start + 2 * DAY, "{}");
    other.instance.engine->workers[0].swept_us = INT64_MAX / 2; // it only applies
    while (instance_turn(&other.instance, 0) > 0)
        ;
    instance_end(&other.instance, true);
}

static void concurrent_closing(struct scene *scene, enum fake_op at)
{
    struct interloper interloper = {.scene = scene, .at = at, .done = true};
    fake_source_assign(scene->instance.source, 1, false);
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tick(scene, 0, scene->start + DAY);
    scene_settle(scene);
    cache_clear(scene->instance.engine->workers[0].cache);
    fake_on_call(scene->site.database, interfere, &interloper);
    scene_tick(scene, 0, scene->start + DAY + HOUR);
    instance_turn(&scene->instance, 0);
    instance_keep(&scene->instance);
    // The reminder opens by one sweep; the next is to release its notice.
    scene->instance.engine->workers[0].sweeper.homes = &(int32_t){1};
    scene->instance.engine->workers[0].sweeper.home_count = 1;
    size_t done;
    struct sweeper *sweeper = &scene->instance.engine->workers[0].sweeper;
    assert_int_equal(sweep_advance(sweeper, scene->start + DAY + HOUR, &done), 0);
    cache_clear(scene->instance.engine->workers[0].cache);
    interloper.done = false;
    int outcome = sweep_release(sweeper, scene->start + DAY + HOUR, &done);
    assert_true(interloper.done);
    assert_true(outcome == STORE_OK || outcome == STORE_CONFLICT);
    fake_on_call(scene->site.database, NULL, NULL);
    assert_int_equal(response(scene, scene->start)->status, REMINDER_DONE);
    assert_int_equal(response(scene, scene->start)->closed_at, scene->start + 2 * DAY);
    scene_tick(scene, 0, scene->start + 5 * DAY);
    scene_settle(scene);
    // Told and closed, or neither.
    assert_int_equal(published(scene, scene->start, "/1"), published(scene, scene->start, "/closed"));
}

static void closed_before_it_is_loaded(void **state)
{
    concurrent_closing(*state, FAKE_OP_load);
}

static void closed_before_it_is_read_again(void **state)
{
    concurrent_closing(*state, FAKE_OP_held);
}

static void closed_before_it_is_written(void **state)
{
    concurrent_closing(*state, FAKE_OP_write);
}

static void sink_has_its_moods(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tick(scene, 0, scene->start + 9 * DAY);
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 1000, .most = 0});
    scene_settle(scene);
    assert_int_equal(fake_sink_count(scene->site.sink), 0);
    // The step of the stage goes first, then the notices.
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 1, .most = 3, .told = 2});
    instance_publish(&scene->instance);
    assert_int_equal(fake_sink_count(scene->site.sink), 3);
    scene_settle(scene); // the second notice was not told of, and comes again
    assert_int_equal(published(scene, scene->start, "/1"), 1);
    assert_int_equal(published(scene, scene->start, "/2"), 2);
    assert_int_equal(published(scene, scene->start, "/3"), 1);
    assert_int_equal(published(scene, scene->start, "/4"), 1);
    assert_string_equal(fake_sink_message(scene->site.sink, 0)->topic, "changes");
    assert_string_equal(fake_sink_message(scene->site.sink, 1)->topic, "reminders");
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 1, .most = 0, .result = -7});
    scene_tell(scene, 0, "ann", ANSWERS, scene->start + 10 * DAY, "{}");
    scene_tick(scene, 0, scene->start + 11 * DAY);
    for (int i = 0; i < 10 && scene->instance.status == 0; i++)
        instance_round(&scene->instance);
    assert_int_equal(scene->instance.status, -7);
}

// With the wall clock: notices older than the horizon are not sent as if nothing had been; what is still
// open is announced once, as its latest notice.
static void announced_once_beyond_the_horizon(void **state)
{
    struct scene *scene = *state;
    instant asked = scene->start, now = scene->start + 30 * DAY;
    scene_tell(scene, 0, "ann", ASKS, asked, "{}");
    scene_tell(scene, 0, "ann", "order.placed", now - 8 * DAY, "{\"order_id\":\"1\",\"amount\":\"1\",\"currency\":\"CNY\"}");
    fake_set_wall(scene->site.database, now);
    instance_keep(&scene->instance);
    scene_settle(scene);
    assert_int_equal(published(scene, asked, "/4"), 1);
    assert_int_equal(published(scene, asked, "/1"), 0);
    size_t late = 0;
    for (size_t i = 0; i < fake_sink_count(scene->site.sink); i++)
        late += strstr(fake_sink_message(scene->site.sink, i)->payload.data, "\"late\":true") != NULL;
    assert_int_equal(late, 1);
    scene_settle(scene);
    assert_int_equal(published(scene, asked, "/4"), 1);
    assert_int_equal(response(scene, asked)->announce, ANNOUNCE_DONE);
    // The order's reminder opened a day ago: in time.
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    size_t told = 0;
    for (size_t i = 0; i < ann->reminder_count; i++)
        told += ann->reminders[i].kind == REMINDER_AFTERSALE && ann->reminders[i].published &&
                ann->reminders[i].announce == ANNOUNCE_NOT;
    assert_int_equal(told, 1);
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
        TEST(goes_out_when_passed),
        TEST(cured_before_is_not_told),
        TEST(closed_before_it_is_loaded),
        TEST(closed_before_it_is_read_again),
        TEST(closed_before_it_is_written),
        TEST(sink_has_its_moods),
        cmocka_unit_test_setup_teardown(announced_once_beyond_the_horizon, begin_wall_scene, scene_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
