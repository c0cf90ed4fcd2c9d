// A reminder under a business calendar, from the event to the message, in the time of events.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "support/scene.h"
#include "support/story.h"

static const struct zone_transition shanghai[] = {{INSTANT_NONE, 28800}};

// National Day of China in 2025: off from 1 to 8 October; Saturday the 11th works.
static int begin(void **state)
{
    struct scene *scene = scene_begin(true);
    struct calendar *calendar = &scene->policy.calendar;
    scene->policy.zone = (struct zone){1, shanghai};
    calendar->days_off = 1 << 5 | 1 << 6;
    calendar->intervals[0] = (struct working_interval){9 * 60, 18 * 60};
    calendar->interval_count = 1;
    const int32_t first = (int32_t)(at("2025-10-01") / DAY);
    for (int32_t day = first; day < first + 8; day++)
        calendar_list_day(calendar, day, true);
    calendar_list_day(calendar, first + 10, false);
    policy_fingerprint(&scene->policy);
    *state = scene;
    return 0;
}

static int end(void **state)
{
    scene_end(*state);
    return 0;
}

static void tick(struct scene *scene, const char *time)
{
    scene_tick(scene, 0, at(time));
    scene_tick(scene, 1, at(time));
    scene_settle(scene);
}

// The last reminder published holds these parts.
static void expect_message(struct scene *scene, const char *const parts[3])
{
    struct fake_sink *sink = scene->site.sink;
    const struct published *message = fake_sink_message_in(sink, "reminders", fake_sink_count_in(sink, "reminders") - 1);
    for (int i = 0; i < 3; i++)
        if (!memmem(message->payload.data, message->payload.size, parts[i], strlen(parts[i])))
            fail_msg("no %s in %.*s", parts[i], (int)message->payload.size, message->payload.data);
}

static void a_reminder_goes_out_after_the_holidays(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "li-na", "message.received", at("2025-10-02T04:00:00Z"), "{}");
    tick(scene, "2025-10-09T01:00:00Z"); // 09:00 in China, which the watermark has not passed yet
    assert_int_equal(fake_sink_count_in(scene->site.sink, "reminders"), 0);
    tick(scene, "2025-10-09T01:00:01Z");
    assert_int_equal(fake_sink_count_in(scene->site.sink, "reminders"), 1);
    // The second notice, on Sunday the 12th, waits for Monday.
    expect_message(scene, (const char *const[]){"\"time\":\"2025-10-09T01:00:00Z\"",
                                                "\"due\":\"2025-10-03T04:00:00Z\"",
                                                "\"expirytime\":\"2025-10-13T01:00:00Z\""});
    tick(scene, "2025-10-13T01:00:01Z");
    assert_int_equal(fake_sink_count_in(scene->site.sink, "reminders"), 2);
    expect_message(scene, (const char *const[]){"\"time\":\"2025-10-13T01:00:00Z\"", "\"notice\":2",
                                                "\"expirytime\":\"2025-10-14T01:00:00Z\""});
}

static void a_make_up_saturday_counts(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "li-na", "message.received", at("2025-10-09T12:00:00Z"), "{}"); // due on Friday at 20:00
    tick(scene, "2025-10-11T02:00:00Z");
    assert_int_equal(fake_sink_count_in(scene->site.sink, "reminders"), 1);
    expect_message(scene, (const char *const[]){"\"time\":\"2025-10-11T01:00:00Z\"", "\"notice\":1",
                                                "\"due\":\"2025-10-10T12:00:00Z\""});
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_reminder_goes_out_after_the_holidays, begin, end),
        cmocka_unit_test_setup_teardown(a_make_up_saturday_counts, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
