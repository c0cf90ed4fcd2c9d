// Verifying: nothing differs of what was applied live, in any order; whatever is changed behind the daemon's back is
// found and named.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/verify.h"
#include "base/status.h"
#include "codec/time.h"
#include "fakes/database.h"
#include "support/scene.h"

static struct verifier verifier;
static struct store *store;

static int verify(struct scene *scene, const char *id)
{
    struct fake_view view = fake_view(scene->site.database);
    struct span ids[64];
    size_t count = 0;
    for (size_t i = 0; i < view.customer_count && count < 64; i++)
        if (!id || span_equal(view.customers[i]->row.id, span_text(id)))
            ids[count++] = view.customers[i]->row.id;
    verifier_free(&verifier);
    assert_int_equal(verifier_init(&verifier, &scene->policy, store, 10), 0);
    return verify_customers(&verifier, ids, count);
}

static void expect_none(struct scene *scene)
{
    assert_int_equal(verify(scene, NULL), 0);
    for (size_t i = 0; i < verifier.differences.count; i++) {
        const struct difference *difference = &verifier.differences.items[i];
        print_error("%.*s: %s: %s / %s\n", (int)difference->customer_id.size, difference->customer_id.data,
                    difference->what, difference->stored, difference->folded);
    }
    assert_int_equal(verifier.counts.differing, 0);
}

static int begin(void **state)
{
    int status = scene_setup(state);
    store = fake_store_open(((struct scene *)*state)->site.database);
    memset(&verifier, 0, sizeof verifier);
    return status;
}

static int end(void **state)
{
    verifier_free(&verifier);
    store->ops->close(store);
    return scene_teardown(state);
}

static void tell(struct scene *scene, const char *type, instant at, const char *data)
{
    scene_tell(scene, 0, "ann", type, at, data);
}

static void pass(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

// Something of everything: promises of both sides, objections, a profile, steps up and down, reminders open and closed.
static void live(struct scene *scene)
{
    instant at = scene->start;
    char data[128], due[TIME_TEXT_MAX];
    time_format(at + 20 * DAY, due);
    tell(scene, "message.received", at, "{}");
    tell(scene, "plan.made", at + HOUR, "{}");
    snprintf(data, sizeof data, "{\"promise_id\":\"P\",\"by\":\"us\",\"due\":\"%s\",\"about\":\"a part\"}", due);
    tell(scene, "promise.made", at + 2 * HOUR, data);
    snprintf(data, sizeof data, "{\"promise_id\":\"Q\",\"by\":\"customer\",\"due\":\"%s\"}", due);
    tell(scene, "promise.made", at + 2 * HOUR, data);
    tell(scene, "objection.raised", at + 3 * HOUR, "{\"kind\":\"price\"}");
    tell(scene, "customer.updated", at + 4 * HOUR, "{\"owner\":\"wang\",\"name\":\"Ann\"}");
    tell(scene, "order.placed", at + DAY, "{\"order_id\":\"1\",\"amount\":\"10\",\"currency\":\"CNY\"}");
    scene_settle(scene);
    tell(scene, "call.completed", at + 9 * DAY, "{\"direction\":\"outbound\"}");
    tell(scene, "promise.kept", at + 10 * DAY, "{\"promise_id\":\"Q\",\"by\":\"customer\"}");
    scene_tell(scene, 1, "bob", "message.received", at, "{}");
    pass(scene, at + 60 * DAY);
    scene_tell(scene, 1, "bob", "message.sent", at + 61 * DAY, "{}");
    tell(scene, "objection.resolved", at + 61 * DAY, "{\"kind\":\"price\"}");
    scene_tell(scene, 1, "ann", "visit.completed", at + 5 * DAY, "{\"direction\":\"inbound\"}"); // late
    pass(scene, at + 150 * DAY);
}

static void what_was_applied_live_does_not_differ(void **state)
{
    struct scene *scene = *state;
    live(scene);
    expect_none(scene);
    assert_int_equal(verifier.counts.customers, 2);
    assert_int_equal(verifier.counts.rows, 13);
    assert_int_equal(verifier.counts.partly + verifier.counts.marked, 0);
    int64_t writes = fake_calls(scene->site.database, FAKE_OP_write);
    expect_none(scene);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_write), writes);
}

// Changes ann in the database, looks what is found, and puts her back.
static void tamper(struct scene *scene, void (*change)(struct fake_customer *customer), const char *what)
{
    struct fake_database *database = scene->site.database;
    struct fake_customer *before = fake_customer_copy(fake_customer(database, "ann"));
    struct fake_customer *changed = fake_customer_copy(before);
    change(changed);
    fake_replace(&database->tables, changed);
    assert_int_equal(verify(scene, NULL), 0);
    fake_replace(&database->tables, before);
    if (verifier.counts.differing != 1 || verifier.differences.count == 0 ||
        strncmp(verifier.differences.items[0].what, what, strlen(what)) != 0)
        fail_msg("expected %s, found %zu, first %s", what, verifier.differences.count,
                 verifier.differences.count ? verifier.differences.items[0].what : "none");
    assert_true(span_equal(verifier.differences.items[0].customer_id, SPAN_LITERAL("ann")));
}

#define CHANGE(name, statement) \
    static void name(struct fake_customer *c) \
    { \
        statement; \
    }
CHANGE(raise_level, c->row.state.level++)
CHANGE(warm_up, c->row.state.warmth *= 1 + 1e-15)
CHANGE(lose_a_cent, c->row.state.spent--)
CHANGE(sleep_on, c->row.wake_at = INSTANT_NEVER)
CHANGE(hide_upcoming, c->row.has_upcoming = !c->row.has_upcoming)
CHANGE(lose_book, c->row.book = SPAN_NONE)
CHANGE(lose_transition, c->transition_count--)
CHANGE(move_transition, c->transitions[0].at++)
CHANGE(break_promise, c->promises[0].state = PROMISE_BROKEN)
CHANGE(lose_promise, c->promise_count--)
CHANGE(open_objection, c->objections[0].resolved_at = INSTANT_NONE)
CHANGE(rename_customer, c->profile.name = SPAN_LITERAL("Eve"))
CHANGE(lose_profile, c->has_profile = false)
CHANGE(close_reminder, for (size_t i = 0; i < c->reminder_count; i++) if (c->reminders[i].status == REMINDER_OPEN)
                           c->reminders[i].status = REMINDER_DISMISSED)
CHANGE(lose_reminders, c->reminder_count = 0)
CHANGE(lose_notices, c->notice_count = 0)
CHANGE(change_points, c->events[0].points += 1)
CHANGE(change_amount, for (size_t i = 0; i < c->event_count; i++) c->events[i].event.amount += c->events[i].has_amount)
CHANGE(change_side, c->events[0].event.side = SIDE_BOTH)
CHANGE(lose_event, c->event_count--)
CHANGE(lose_events, c->event_count = 0)

static void what_was_changed_is_found(void **state)
{
    struct scene *scene = *state;
    live(scene);
    tamper(scene, raise_level, "level");
    tamper(scene, warm_up, "warmth");
    tamper(scene, lose_a_cent, "spent");
    tamper(scene, sleep_on, "next wake");
    tamper(scene, hide_upcoming, "due of the next reminder");
    tamper(scene, lose_book, "what is kept beside its columns");
    tamper(scene, lose_transition, "change of ");
    tamper(scene, move_transition, "change of ");
    tamper(scene, break_promise, "promise P");
    tamper(scene, lose_promise, "promise Q");
    tamper(scene, open_objection, "objection price");
    tamper(scene, rename_customer, "profile");
    tamper(scene, lose_profile, "profile");
    tamper(scene, close_reminder, "reminder ");
    tamper(scene, lose_reminders, "reminder ");
    tamper(scene, lose_notices, "notice ");
    tamper(scene, change_points, "timeline, event e1");
    tamper(scene, change_amount, "timeline, event e");
    tamper(scene, change_side, "timeline, event e1");
    tamper(scene, lose_event, "");
    tamper(scene, lose_events, "customer");
    expect_none(scene);
}

static void only_so_many_are_told_and_all_are_counted(void **state)
{
    struct scene *scene = *state;
    char id[16];
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof id, "c%02d", i);
        scene_tell(scene, 0, id, "message.sent", scene->start, "{}");
    }
    scene_settle(scene);
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof id, "c%02d", i);
        struct fake_customer *changed = fake_customer_copy(fake_customer(scene->site.database, id));
        changed->row.state.level = 4;
        changed->row.state.rhythm = 9;
        fake_replace(&scene->site.database->tables, changed);
    }
    assert_int_equal(verify(scene, NULL), 0);
    assert_int_equal(verifier.counts.differing, 30);
    assert_int_equal(verifier.told, 10);
    assert_int_equal(verifier.differences.count, 20);
}

static void who_is_marked_is_left_out(void **state)
{
    struct scene *scene = *state;
    live(scene);
    tell(scene, "message.sent", scene->start + 200 * DAY, "{}");
    scene_settle(scene);
    tell(scene, "plan.made", scene->start + 199 * DAY, "{}");
    scene_settle(scene);
    assert_true(fake_customer(scene->site.database, "ann")->row.fold_at != INSTANT_NEVER);
    expect_none(scene);
    assert_int_equal(verifier.counts.marked, 1);
    assert_int_equal(verifier.counts.customers, 2);
}

// Intervals changed under them: what those decide is not compared until the next fold, the rest is.
static void who_met_other_intervals_is_compared_in_the_rest(void **state)
{
    struct scene *scene = *state;
    live(scene);
    scene->policy.cadence[LEVEL_BASIC] = scene->policy.cadence[LEVEL_REACTIVE] = 5 * DAY;
    scene->policy.since = scene->start + 150 * DAY;
    policy_fingerprint(&scene->policy);
    scene_restart(scene, false);
    pass(scene, scene->start + 190 * DAY);
    tell(scene, "message.sent", scene->start + 191 * DAY, "{}");
    pass(scene, scene->start + 250 * DAY);
    expect_none(scene);
    assert_int_equal(verifier.counts.partly, 2);
    tamper(scene, warm_up, "warmth");
    tamper(scene, break_promise, "promise P");
    tamper(scene, lose_book, "what is kept beside its columns");
    scene_tell(scene, 1, "ann", "plan.made", scene->start + 3 * DAY, "{}");
    pass(scene, scene->start + 251 * DAY);
    expect_none(scene);
    assert_int_equal(verifier.counts.partly, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_applied_live_does_not_differ, begin, end),
        cmocka_unit_test_setup_teardown(what_was_changed_is_found, begin, end),
        cmocka_unit_test_setup_teardown(only_so_many_are_told_and_all_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(who_is_marked_is_left_out, begin, end),
        cmocka_unit_test_setup_teardown(who_met_other_intervals_is_compared_in_the_rest, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
