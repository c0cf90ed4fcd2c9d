// The fold and what was published before it (model section 1, Fold): one case after the other.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";
static const char *const ANSWERS = "message.sent";
static const char *const LEVEL_CHANGED = "guanxi.level.changed";
static const char *const ORDER = "{\"order_id\":\"1\",\"amount\":\"1\",\"currency\":\"CNY\"}";

static const struct fake_customer *ann(struct scene *scene)
{
    return fake_customer(scene->site.database, "ann");
}

static const struct reminder_row *reminder(struct scene *scene, enum reminder_kind kind, instant anchor)
{
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("ann"), kind, anchor);
    for (size_t i = 0; i < ann(scene)->reminder_count; i++) {
        if (memcmp(ann(scene)->reminders[i].reminder_id, uuid, 16) == 0)
            return &ann(scene)->reminders[i];
    }
    return NULL;
}

static enum notice_state notice_state(struct scene *scene, enum reminder_kind kind, instant anchor, int number)
{
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("ann"), kind, anchor);
    for (size_t i = 0; i < ann(scene)->notice_count; i++) {
        const struct notice_row *notice = &ann(scene)->notices[i];
        if (notice->notice == number && memcmp(notice->reminder_id, uuid, 16) == 0)
            return notice->state;
    }
    fail_msg("notice %d is not there", number);
    return NOTICE_HELD;
}

static size_t published(struct scene *scene, enum reminder_kind kind, instant anchor, const char *suffix)
{
    char text[64];
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("ann"), kind, anchor);
    uuid_text(uuid, text);
    strcat(text, suffix);
    return fake_sink_times(scene->site.sink, text);
}

// Until everything before `at` is published, in both lanes.
static void pass(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

// A reminder was told of; the late event says that it was cured before it opened.
static void moot_when_no_longer_yielded(void **state)
{
    struct scene *scene = *state;
    instant asked = scene->start;
    scene_tell(scene, 0, "ann", ASKS, asked, "{}");
    pass(scene, asked + 2 * DAY);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/1"), 1);
    scene_tell(scene, 0, "ann", ANSWERS, asked + HOUR, "{}");
    pass(scene, asked + 3 * DAY);
    const struct reminder_row *row = reminder(scene, REMINDER_RESPONSE, asked);
    assert_int_equal(row->status, REMINDER_MOOT);
    assert_null(row->closed_source.data);
    assert_true(row->closed_at >= row->opened_at);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/closed"), 1);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/1"), 1);
}

// The same, but nobody had been told: it is as if it had never been.
static void deleted_when_nobody_was_told(void **state)
{
    struct scene *scene = *state;
    instant asked = scene->start;
    scene_tell(scene, 0, "ann", ASKS, asked, "{}");
    scene_tick(scene, 1, asked); // holds the watermark
    scene_tell(scene, 0, "ann", "call.missed", asked + 2 * DAY, "{\"direction\":\"outbound\"}");
    scene_settle(scene);
    assert_int_equal(reminder(scene, REMINDER_RESPONSE, asked)->status, REMINDER_OPEN);
    scene_tell(scene, 1, "ann", ANSWERS, asked + HOUR, "{}");
    pass(scene, asked + 3 * DAY);
    assert_null(reminder(scene, REMINDER_RESPONSE, asked));
    assert_int_equal(ann(scene)->notice_count, 0);
    assert_int_equal(fake_sink_count_in(scene->site.sink, "reminders"), 0);
}

// Told of, and the fold has it at another time: due_at, opened_at and the notice stay; further notices follow
// the fold.
static void kept_with_its_first_times(void **state)
{
    struct scene *scene = *state;
    instant ordered = scene->start;
    scene_tell(scene, 0, "ann", "order.placed", ordered, ORDER);
    pass(scene, ordered + 8 * DAY);
    const struct reminder_row *row = reminder(scene, REMINDER_AFTERSALE, ordered);
    assert_int_equal(row->opened_at, ordered + 7 * DAY);
    scene_tell(scene, 0, "ann", "order.delivered", ordered + HOUR, "{\"order_id\":\"1\"}"); // late: due an hour later
    pass(scene, ordered + 9 * DAY);
    row = reminder(scene, REMINDER_AFTERSALE, ordered);
    assert_int_equal(row->status, REMINDER_OPEN);
    assert_int_equal(row->opened_at, ordered + 7 * DAY);
    assert_int_equal(row->due_at, ordered + 7 * DAY);
    assert_int_equal(published(scene, REMINDER_AFTERSALE, ordered, "/1"), 1);
    pass(scene, ordered + 11 * DAY);
    assert_int_equal(published(scene, REMINDER_AFTERSALE, ordered, "/2"), 1);
    assert_int_equal(ann(scene)->notices[1].at, ordered + 10 * DAY + HOUR);
}

// A promise that was made earlier than it seemed: its reminder is the same one, and was told of as it was.
static void a_promise_keeps_its_first_times(void **state)
{
    struct scene *scene = *state;
    instant made = scene->start;
    static const char *const data = "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"2023-11-20T00:00:00Z\"}";
    scene_tell(scene, 0, "ann", "promise.made", made, data);
    pass(scene, made + 5 * DAY);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), 1);
    scene_tell(scene, 0, "ann", "promise.made", made - DAY, data); // late
    scene_tell(scene, 0, "ann", "promise.kept", made + 5 * DAY - 1, "{\"promise_id\":\"p\",\"by\":\"us\"}"); // late
    pass(scene, made + 6 * DAY);
    assert_int_equal(ann(scene)->row.fold_at, INSTANT_NEVER);
    assert_int_equal(fake_promise(ann(scene), "p")->made_at, made - DAY);
    assert_int_equal(ann(scene)->reminder_count, 1);
    assert_int_equal(ann(scene)->reminders[0].anchor, made);
    assert_int_equal(ann(scene)->reminders[0].status, REMINDER_DONE);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), 1);
    const char *closed = scene_told(scene, "guanxi.reminder.closed", 0);
    assert_non_null(closed);
    assert_non_null(strstr(closed, "\"since\":\"2023-11-14T"));
}

// Told of, then the fold has it not open yet: moot. It opens again in its time: the same reminder, no second
// first notice.
static void opens_again_after_moot(void **state)
{
    struct scene *scene = *state;
    instant ordered = scene->start;
    scene_tell(scene, 0, "ann", "order.placed", ordered, ORDER);
    pass(scene, ordered + 8 * DAY);
    scene_tell(scene, 0, "ann", "order.delivered", ordered + 4 * DAY, "{\"order_id\":\"1\"}"); // due on day 11
    pass(scene, ordered + 9 * DAY);
    assert_int_equal(reminder(scene, REMINDER_AFTERSALE, ordered)->status, REMINDER_MOOT);
    assert_int_equal(published(scene, REMINDER_AFTERSALE, ordered, "/closed"), 1);
    pass(scene, ordered + 12 * DAY);
    const struct reminder_row *row = reminder(scene, REMINDER_AFTERSALE, ordered);
    assert_int_equal(row->status, REMINDER_OPEN);
    assert_int_equal(row->closed_at, INSTANT_NONE);
    assert_int_equal(row->opened_at, ordered + 7 * DAY);
    assert_int_equal(published(scene, REMINDER_AFTERSALE, ordered, "/1"), 1);
    pass(scene, ordered + 15 * DAY);
    assert_int_equal(published(scene, REMINDER_AFTERSALE, ordered, "/2"), 1);
    scene_tell(scene, 0, "ann", ANSWERS, ordered + 16 * DAY, "{}");
    pass(scene, ordered + 17 * DAY);
    assert_int_equal(published(scene, REMINDER_AFTERSALE, ordered, "/closed"), 2); // with the same id
}

// More notices were told of than the fold yields: a live one whose number is taken is not told again.
static void a_number_is_told_once(void **state)
{
    struct scene *scene = *state;
    instant asked = scene->start;
    char data[96], id[37];
    uint8_t uuid[16];
    reminder_id(uuid, SPAN_LITERAL("ann"), REMINDER_RESPONSE, asked);
    uuid_text(uuid, id);
    scene_tell(scene, 0, "ann", ASKS, asked, "{}");
    pass(scene, asked + 5 * DAY);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/2"), 1);
    snprintf(data, sizeof data, "{\"reminder_id\":\"%s\",\"until\":\"2023-11-24T00:00:00Z\"}", id);
    scene_tell(scene, 0, "ann", "reminder.snoozed", asked + 2 * DAY, data); // late: notice 2 comes on day 9
    pass(scene, asked + 6 * DAY);
    assert_int_equal(reminder(scene, REMINDER_RESPONSE, asked)->notices, 1);
    pass(scene, asked + 20 * DAY);
    assert_int_equal(reminder(scene, REMINDER_RESPONSE, asked)->notices, 4);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/2"), 1);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/4"), 1);
}

// A fold closed it by somebody else's answer, and its next notice was not to be told of; told apart again, it is.
static void a_silent_number_is_told_when_its_reason_is_gone(void **state)
{
    struct scene *scene = *state;
    instant asked = scene->start;
    scene_tell(scene, 0, "ann", ASKS, asked, "{}");
    pass(scene, asked + 2 * DAY);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/1"), 1);
    scene_tell(scene, 0, "bob", ANSWERS, asked + 6 * DAY, "{}");
    scene_tell(scene, 1, "bob", "customer.merged", asked + 2 * DAY + HOUR, "{\"into\":\"ann\"}");
    scene_settle(scene);
    assert_int_equal(reminder(scene, REMINDER_RESPONSE, asked)->status, REMINDER_DONE);
    assert_int_equal(notice_state(scene, REMINDER_RESPONSE, asked, 2), NOTICE_SUPPRESSED);
    scene_tell(scene, 1, "ann", "customer.unmerged", asked + 3 * DAY, "{\"customer\":\"bob\"}");
    pass(scene, asked + 6 * DAY + HOUR);
    assert_int_equal(reminder(scene, REMINDER_RESPONSE, asked)->status, REMINDER_OPEN);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/2"), 1);
}

// Closed in public by an event that the fold has not as the cure: what was said stays, nothing is said twice.
static void closing_stays_published(void **state)
{
    struct scene *scene = *state;
    instant asked = scene->start;
    scene_tell(scene, 0, "ann", ASKS, asked, "{}");
    pass(scene, asked + 2 * DAY);
    scene_tell(scene, 0, "ann", ANSWERS, asked + 3 * DAY, "{}");
    pass(scene, asked + 4 * DAY);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/closed"), 1);
    scene_tell(scene, 0, "ann", ANSWERS, asked + 2 * DAY + HOUR, "{}"); // late: the cure came earlier
    pass(scene, asked + 5 * DAY);
    const struct reminder_row *row = reminder(scene, REMINDER_RESPONSE, asked);
    assert_int_equal(row->status, REMINDER_DONE);
    assert_int_equal(row->closed_at, asked + 2 * DAY + HOUR);
    assert_int_equal(published(scene, REMINDER_RESPONSE, asked, "/closed"), 1);
}

// Level changes that are held when a fold comes are replaced by one, numbered on without a gap.
static void held_level_changes_become_one(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    scene_tick(scene, 1, at); // holds the watermark
    for (int i = 0; i < 4; i++) // to reactive, then accountable
        scene_tell(scene, 0, "ann", i % 2 ? "order.placed" : "meeting.completed", at + i * HOUR, i % 2 ? ORDER : "{}");
    scene_settle(scene);
    assert_int_equal(ann(scene)->row.state.level, LEVEL_ACCOUNTABLE);
    assert_int_equal(ann(scene)->row.messages[TRANSITION_LEVEL], 2);
    scene_tell(scene, 1, "ann", ASKS, at + 30 * MINUTE, "{}"); // late
    pass(scene, at + DAY);
    assert_int_equal(ann(scene)->row.messages[TRANSITION_LEVEL], 1);
    assert_int_equal(scene_told_times(scene, LEVEL_CHANGED), 1);
    const char *payload = scene_told(scene, LEVEL_CHANGED, 0);
    assert_non_null(strstr(payload, "\"n\":1,"));
    assert_non_null(strstr(payload, "\"from\":{\"level\":1,"));
    assert_non_null(strstr(payload, "\"to\":{\"level\":3,"));
    assert_non_null(fake_transition(ann(scene), TRANSITION_LEVEL, 2)); // the table keeps every step
}

// What was published and comes out the same is not said again; what comes out otherwise is said once.
static void level_is_told_when_it_differs(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    scene_tell(scene, 0, "ann", "meeting.completed", at, "{}");
    pass(scene, at + DAY);
    assert_int_equal(scene_told_times(scene, LEVEL_CHANGED), 1); // reactive
    scene_tell(scene, 0, "ann", "call.missed", at + HOUR, "{\"direction\":\"outbound\"}"); // late, changes nothing
    pass(scene, at + 2 * DAY);
    assert_int_equal(scene_told_times(scene, LEVEL_CHANGED), 1);
    scene_tell(scene, 0, "ann", "agreement.ended", at - HOUR, "{}"); // late: -10 before it
    pass(scene, at + 3 * DAY);
    assert_int_equal(ann(scene)->row.state.level, LEVEL_BASIC);
    assert_null(fake_transition(ann(scene), TRANSITION_LEVEL, 1));
    assert_int_equal(scene_told_times(scene, LEVEL_CHANGED), 2);
    assert_non_null(strstr(scene_told(scene, LEVEL_CHANGED, 1), "\"n\":2,"));
    assert_non_null(strstr(scene_told(scene, LEVEL_CHANGED, 1), "\"to\":{\"level\":1,"));
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(moot_when_no_longer_yielded),
        TEST(deleted_when_nobody_was_told),
        TEST(kept_with_its_first_times),
        TEST(a_promise_keeps_its_first_times),
        TEST(opens_again_after_moot),
        TEST(a_number_is_told_once),
        TEST(a_silent_number_is_told_when_its_reason_is_gone),
        TEST(closing_stays_published),
        TEST(held_level_changes_become_one),
        TEST(level_is_told_when_it_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
