// A change of intervals or calendars under customers that are there: from one start to the next everybody is woken by
// the new schedule, nothing opens before the watermark of that moment, and whoever goes by the former policy stops.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/status.h"
#include "fakes/database.h"
#include "support/scene.h"

enum { MANY = 2500 };

static struct arena arena;

static int begin(void **state)
{
    arena_init(&arena, 4096);
    return scene_setup(state);
}

static int end(void **state)
{
    arena_free(&arena);
    return scene_teardown(state);
}

// What a daemon does when it starts: records its policy, and goes by it.
static int start(struct scene *scene)
{
    struct policy_row row;
    struct store *store = fake_store_open(scene->site.database);
    policy_fingerprint(&scene->policy);
    int outcome = store->ops->record_policy(store, &scene->policy, HOUR, POLICY_STARTS, &arena, &row);
    scene->policy.since = row.since;
    store->ops->close(store);
    if (outcome == STORE_OK)
        scene_restart(scene, false);
    for (int i = 0; outcome == STORE_OK && i < scene->instance.settings.workers; i++)
        scene->instance.engine->workers[i].store->policy = scene->policy.fingerprint;
    scene->instance.engine->parts.keeper->policy = scene->policy.fingerprint;
    return outcome;
}

static void pass(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

static const struct fake_customer *ann(struct scene *scene)
{
    return fake_customer(scene->site.database, "ann");
}

static const struct reminder_row *reminder(const struct fake_customer *customer, enum reminder_kind kind)
{
    for (size_t i = 0; i < customer->reminder_count; i++)
        if (customer->reminders[i].kind == kind)
            return &customer->reminders[i];
    return NULL;
}

// Armed to the instant when the hour has come, and not woken again before it.
static void a_wake_far_away_is_told_by_the_hour(void **state)
{
    struct scene *scene = *state;
    const instant stalled = scene->start + 60 * DAY, hour = stalled - stalled % HOUR;
    assert_true(hour < stalled);
    assert_int_equal(start(scene), STORE_OK);
    scene_tell(scene, 0, "ann", "message.sent", scene->start, "{}");
    pass(scene, scene->start + DAY);
    assert_int_equal(ann(scene)->row.wake_at, hour);
    pass(scene, hour);
    assert_int_equal(ann(scene)->row.wake_at, hour);
    pass(scene, hour + 1);
    assert_int_equal(ann(scene)->row.wake_at, stalled);
    const int64_t version = ann(scene)->row.version;
    pass(scene, stalled);
    assert_int_equal(ann(scene)->row.version, version);
    assert_int_equal(ann(scene)->reminder_count, 0);
    pass(scene, stalled + 1);
    assert_true(ann(scene)->reminder_count > 0);
}

static void a_shorter_interval_wakes_earlier(void **state)
{
    struct scene *scene = *state;
    instant day0 = scene->start;
    assert_int_equal(start(scene), STORE_OK);
    scene_tell(scene, 0, "ann", "message.sent", day0, "{}");
    pass(scene, day0 + 20 * DAY);
    const instant stalled = day0 + 60 * DAY; // the first of all
    assert_int_equal(ann(scene)->row.wake_at, stalled - stalled % HOUR);
    scene->policy.cadence[LEVEL_BASIC] = 10 * DAY;
    scene->policy.stall_after = 300 * DAY;
    assert_int_equal(start(scene), STORE_OK);
    assert_int_equal(scene->policy.since, day0 + 20 * DAY);
    scene_settle(scene); // the watermark has not moved, and nothing opens yet
    assert_int_equal(ann(scene)->row.wake_at, day0 + 20 * DAY);
    assert_int_equal(ann(scene)->row.upcoming.due_at, day0 + 10 * DAY);
    assert_int_equal(ann(scene)->row.policy, scene->policy.fingerprint);
    assert_null(fake_policy(scene->site.database).row.deriving.data);
    assert_int_equal(ann(scene)->reminder_count, 0);
    pass(scene, day0 + 21 * DAY);
    const struct reminder_row *cadence = reminder(ann(scene), REMINDER_CADENCE);
    assert_non_null(cadence);
    assert_int_equal(cadence->due_at, day0 + 10 * DAY);
    assert_int_equal(cadence->opened_at, day0 + 20 * DAY);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), 1);
    // A fold makes all of the customer under the present policy, and what is published stays as it was.
    scene_tell(scene, 1, "ann", "plan.made", day0 + DAY, "{}");
    pass(scene, day0 + 22 * DAY);
    assert_int_equal(ann(scene)->row.state.not_before, INSTANT_NONE);
    assert_int_equal(reminder(ann(scene), REMINDER_CADENCE)->opened_at, day0 + 20 * DAY);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), 1);
}

static void a_longer_interval_lets_sleep(void **state)
{
    struct scene *scene = *state;
    instant day0 = scene->start;
    scene->policy.cadence[LEVEL_BASIC] = 30 * DAY;
    assert_int_equal(start(scene), STORE_OK);
    scene_tell(scene, 0, "ann", "message.sent", day0, "{}");
    pass(scene, day0 + 20 * DAY);
    scene->policy.cadence[LEVEL_BASIC] = 180 * DAY;
    assert_int_equal(start(scene), STORE_OK);
    pass(scene, day0 + 59 * DAY);
    assert_int_equal(ann(scene)->reminder_count, 0);
    assert_int_equal(ann(scene)->row.upcoming.due_at, day0 + 60 * DAY);
    pass(scene, day0 + 181 * DAY);
    assert_int_equal(reminder(ann(scene), REMINDER_CADENCE)->opened_at, day0 + 180 * DAY);
}

// What came before the pass had reached the customer is under the new policy too.
static void events_find_the_new_schedule(void **state)
{
    struct scene *scene = *state;
    instant day0 = scene->start;
    assert_int_equal(start(scene), STORE_OK);
    scene_tell(scene, 0, "ann", "message.sent", day0, "{}");
    pass(scene, day0 + 20 * DAY);
    scene->policy.cadence[LEVEL_BASIC] = 10 * DAY;
    assert_int_equal(start(scene), STORE_OK);
    scene->instance.engine->workers[0].sweeper.derived = true; // the pass does not come
    scene_tell(scene, 0, "ann", "call.missed", day0 + 25 * DAY, "{\"direction\":\"outbound\"}");
    scene_settle(scene);
    const struct reminder_row *cadence = reminder(ann(scene), REMINDER_CADENCE);
    assert_non_null(cadence);
    assert_int_equal(cadence->opened_at, day0 + 20 * DAY);
}

static void whoever_the_change_does_not_touch_is_not_written(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(start(scene), STORE_OK);
    scene_tell(scene, 0, "ann", "message.sent", scene->start, "{}");
    pass(scene, scene->start + 20 * DAY);
    int64_t version = ann(scene)->row.version;
    scene->policy.escalate[0] = DAY;
    scene->policy.renewal_lead = DAY;
    assert_int_equal(start(scene), STORE_OK);
    scene_settle(scene);
    assert_null(fake_policy(scene->site.database).row.deriving.data);
    assert_int_equal(ann(scene)->row.version, version);
    assert_true(ann(scene)->row.policy != scene->policy.fingerprint);
}

static void tell_many(struct scene *scene)
{
    char id[16];
    for (int i = 0; i < MANY; i++) {
        snprintf(id, sizeof id, "c%04d", i);
        scene_tell(scene, i % 2, id, "message.sent", scene->start + i, "{}");
    }
    pass(scene, scene->start + 20 * DAY);
}

static size_t derived(struct scene *scene)
{
    struct fake_view view = fake_view(scene->site.database);
    size_t count = 0;
    for (size_t i = 0; i < view.customer_count; i++)
        count += view.customers[i]->row.wake_at <= scene->start + 20 * DAY;
    return count;
}

// One step at a time, and killed in between: it goes on where it stood, in whatever instance.
static void the_pass_goes_on_where_it_stood(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(start(scene), STORE_OK);
    tell_many(scene);
    scene->policy.cadence[LEVEL_BASIC] = 10 * DAY;
    assert_int_equal(start(scene), STORE_OK);
    struct sweeper *sweeper = &scene->instance.engine->workers[0].sweeper;
    size_t done;
    assert_int_equal(sweep_derive(sweeper, INSTANT_NONE, &done), STORE_OK);
    assert_int_equal(done, 1000);
    assert_int_equal(derived(scene), 1000);
    assert_true(span_equal(fake_policy(scene->site.database).row.deriving, SPAN_LITERAL("c0999")));
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_derived, .nth = 1, .outcome = STORE_AWAY});
    assert_int_equal(sweep_derive(sweeper, INSTANT_NONE, &done), STORE_AWAY);
    assert_int_equal(derived(scene), 2000);
    assert_int_equal(start(scene), STORE_OK); // killed and started again
    sweeper = &scene->instance.engine->workers[0].sweeper;
    int64_t writes = fake_calls(scene->site.database, FAKE_OP_write);
    assert_int_equal(sweep_derive(sweeper, INSTANT_NONE, &done), STORE_OK);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_write), writes); // those were done
    assert_int_equal(sweep_derive(sweeper, INSTANT_NONE, &done), STORE_OK);
    assert_int_equal(done, 500);
    assert_int_equal(derived(scene), MANY);
    assert_int_equal(sweep_derive(sweeper, INSTANT_NONE, &done), STORE_OK);
    assert_int_equal(done, 0);
    assert_true(sweeper->derived);
}

// Another instance starts with other intervals.
static void another_policy_comes(struct scene *scene)
{
    struct policy other = scene->policy;
    struct policy_row row;
    struct store *store = fake_store_open(scene->site.database);
    other.cadence[LEVEL_BASIC] = DAY;
    policy_fingerprint(&other);
    assert_int_equal(store->ops->record_policy(store, &other, HOUR, POLICY_STARTS, &arena, &row), STORE_OK);
    store->ops->close(store);
}

static void the_former_policy_writes_no_more(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(start(scene), STORE_OK);
    scene_tell(scene, 0, "ann", "message.sent", scene->start, "{}");
    scene_settle(scene);
    another_policy_comes(scene);
    int64_t version = ann(scene)->row.version;
    scene_tell(scene, 0, "ann", "message.sent", scene->start + DAY, "{}");
    for (int i = 0; i < 10 && scene->instance.status == 0; i++)
        instance_turn(&scene->instance, 0);
    assert_int_equal(scene->instance.status, STATUS_CONFIG);
    assert_int_equal(ann(scene)->row.version, version);
    assert_int_equal(ann(scene)->event_count, 1);
}

static void who_is_idle_notices(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(start(scene), STORE_OK);
    scene_settle(scene);
    another_policy_comes(scene);
    instance_keep(&scene->instance);
    assert_int_equal(scene->instance.status, STATUS_CONFIG);
}

// Rates decide amounts, and contacts sides: a fold shows both anew on the timeline.
static void a_fold_shows_amounts_and_sides_by_the_rules_in_force(void **state)
{
    struct scene *scene = *state;
    static const struct currency_rate before[] = {{"USD", 2, 0, 7}}, after[] = {{"USD", 2, 0, 8}};
    scene->policy.rates = before;
    scene->policy.rate_count = 1;
    scene_tell(scene, 0, "ann", "order.placed", scene->start,
               "{\"order_id\":\"1\",\"amount\":\"10\",\"currency\":\"USD\"}");
    scene_tell(scene, 0, "ann", "order.placed", scene->start + HOUR,
               "{\"order_id\":\"2\",\"amount\":\"10\",\"currency\":\"CNY\"}");
    scene_tell(scene, 0, "ann", "message.sent", scene->start + DAY, "{}");
    pass(scene, scene->start + 2 * DAY);
    assert_int_equal(ann(scene)->row.state.spent, 8000);
    scene->policy.rates = after;
    scene->types[TYPE_MESSAGE_SENT - 1].contact = CONTACT_NONE;
    scene->types[TYPE_MESSAGE_SENT - 1].points[0] = 3;
    policy_fingerprint(&scene->policy);
    scene_restart(scene, false);
    scene_tell(scene, 1, "ann", "plan.made", scene->start - DAY, "{}"); // late: it is folded
    pass(scene, scene->start + 3 * DAY);
    assert_int_equal(ann(scene)->row.state.spent, 9000);
    assert_int_equal(ann(scene)->row.state.last_outbound_at, INSTANT_NONE);
    const struct fake_event *events = ann(scene)->events;
    assert_int_equal(events[1].event.amount, 8000);
    assert_int_equal(events[2].event.amount, 1000);
    assert_true(events[3].points == 3 && events[3].event.side == SIDE_NONE && !events[3].has_amount);
    // Without a rate the order is none: it shows no amount and no points.
    scene->policy.rate_count = 0;
    policy_fingerprint(&scene->policy);
    scene_restart(scene, false);
    scene_tell(scene, 1, "ann", "plan.made", scene->start - DAY + 1, "{}");
    pass(scene, scene->start + 4 * DAY);
    assert_int_equal(ann(scene)->row.state.spent, 1000);
    assert_int_equal(ann(scene)->row.state.orders, 1);
    events = ann(scene)->events;
    assert_true(!events[2].has_amount && events[2].points == 0 && events[3].has_amount);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_wake_far_away_is_told_by_the_hour, begin, end),
        cmocka_unit_test_setup_teardown(a_shorter_interval_wakes_earlier, begin, end),
        cmocka_unit_test_setup_teardown(a_longer_interval_lets_sleep, begin, end),
        cmocka_unit_test_setup_teardown(events_find_the_new_schedule, begin, end),
        cmocka_unit_test_setup_teardown(whoever_the_change_does_not_touch_is_not_written, begin, end),
        cmocka_unit_test_setup_teardown(the_pass_goes_on_where_it_stood, begin, end),
        cmocka_unit_test_setup_teardown(the_former_policy_writes_no_more, begin, end),
        cmocka_unit_test_setup_teardown(who_is_idle_notices, begin, end),
        cmocka_unit_test_setup_teardown(a_fold_shows_amounts_and_sides_by_the_rules_in_force, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
