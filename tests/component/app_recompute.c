// Recompute: points and thresholds change under customers that are there, and everything comes out as if it had always
// been so; what was published stays, and nothing of the past is published now.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/recompute.h"
#include "app/verify.h"
#include "base/status.h"
#include "fakes/database.h"
#include "support/scene.h"

enum { WORKERS = 3 };

static struct arena arena;
static struct store *stores[1 + WORKERS];
static struct recompute recompute;

static void open_stores(struct scene *scene)
{
    for (int i = 0; i <= WORKERS; i++) {
        if (stores[i])
            stores[i]->ops->close(stores[i]);
        stores[i] = fake_store_open(scene->site.database);
        stores[i]->policy = scene->policy.fingerprint;
    }
    recompute = (struct recompute){.policy = &scene->policy, .control = stores[0], .stores = stores + 1,
                                   .workers = WORKERS, .watermark = INSTANT_NONE, .quiet_until = INSTANT_NONE};
}

static int begin(void **state)
{
    arena_init(&arena, 4096);
    return scene_setup(state);
}

static int end(void **state)
{
    for (int i = 0; i <= WORKERS; i++) {
        if (stores[i])
            stores[i]->ops->close(stores[i]);
        stores[i] = NULL;
    }
    arena_free(&arena);
    return scene_teardown(state);
}

static int record(struct scene *scene, enum policy_entry entry)
{
    struct policy_row row;
    struct store *store = fake_store_open(scene->site.database);
    policy_fingerprint(&scene->policy);
    int outcome = store->ops->record_policy(store, &scene->policy, HOUR, entry, &arena, &row);
    scene->policy.since = row.since;
    store->ops->close(store);
    return outcome;
}

static void pass(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

// Ends the instance, so that nobody tends the customers.
static void stop(struct scene *scene)
{
    instance_end(&scene->instance, false);
}

// Begins it again; scene_restart ends it once more, which does nothing.
static void go_on(struct scene *scene)
{
    scene_restart(scene, true);
}

static void tell_of(struct scene *scene, const char *id, instant at)
{
    scene_tell(scene, 0, id, "message.received", at, "{}");
    scene_tell(scene, 0, id, "call.completed", at + DAY, "{\"direction\":\"outbound\"}");
    scene_tell(scene, 0, id, "order.placed", at + 2 * DAY, "{\"order_id\":\"1\",\"amount\":\"10\",\"currency\":\"CNY\"}");
    scene_tell(scene, 0, id, "call.completed", at + 9 * DAY, "{\"direction\":\"outbound\"}");
    scene_tell(scene, 1, id, "visit.completed", at + 5 * DAY, "{\"direction\":\"both\"}");
}

static void live(struct scene *scene, int customers)
{
    char id[16];
    for (int i = 0; i < customers; i++) {
        snprintf(id, sizeof id, "c%04d", i);
        tell_of(scene, id, scene->start + i * MINUTE);
    }
    pass(scene, scene->start + 30 * DAY);
}

// Points, thresholds, contacts and windows of another kind.
static void change(struct scene *scene)
{
    scene->policy.half_life = 20 * DAY;
    scene->policy.enter[LEVEL_REACTIVE] = 12;
    scene->policy.leave[LEVEL_REACTIVE] = 9;
    scene->policy.enter[LEVEL_ACCOUNTABLE] = 18;
    scene->policy.leave[LEVEL_ACCOUNTABLE] = 16;
    scene->types[TYPE_CALL_COMPLETED - 1].points[0] = 1.5;
    scene->types[TYPE_VISIT_COMPLETED - 1].contact = CONTACT_INBOUND;
}

static void expect_verified(struct scene *scene)
{
    struct verifier verifier;
    struct span *ids;
    size_t count;
    assert_int_equal(verifier_init(&verifier, &scene->policy, stores[0], 5), 0);
    assert_int_equal(stores[0]->ops->walk(stores[0], SPAN_NONE, false, 100000, &arena, &ids, &count), 0);
    assert_int_equal(verify_customers(&verifier, ids, count), 0);
    for (size_t i = 0; i < verifier.differences.count; i++)
        print_error("%s: %s / %s\n", verifier.differences.items[i].what, verifier.differences.items[i].stored,
                    verifier.differences.items[i].folded);
    assert_int_equal(verifier.counts.differing, 0);
    assert_int_equal(verifier.counts.marked, 0);
    assert_int_equal(verifier.counts.partly, 0);
    verifier_free(&verifier);
}

// The same events under the new policy from the beginning.
static void expect_as_if_always(struct scene *scene, int customers)
{
    struct scene *other = scene_begin(true);
    change(other);
    policy_fingerprint(&other->policy);
    scene_restart(other, false);
    live(other, customers);
    struct fake_view a = fake_view(scene->site.database), b = fake_view(other->site.database);
    assert_int_equal(a.customer_count, b.customer_count);
    for (size_t i = 0; i < a.customer_count; i++) {
        const struct fake_customer *left = a.customers[i], *right = b.customers[i];
        assert_memory_equal(&left->row.state.warmth, &right->row.state.warmth, sizeof(double));
        assert_int_equal(left->row.state.level, right->row.state.level);
        assert_int_equal(left->row.state.stage, right->row.state.stage);
        assert_int_equal(left->row.state.as_of, right->row.state.as_of);
        assert_int_equal(left->row.wake_at, right->row.wake_at);
        assert_true(span_equal(left->row.book, right->row.book));
        assert_int_equal(left->transition_count, right->transition_count);
        assert_int_equal(left->event_count, right->event_count);
        for (size_t k = 0; k < left->event_count; k++)
            assert_true(left->events[k].points == right->events[k].points &&
                        left->events[k].event.side == right->events[k].event.side);
    }
    scene_end(other);
}

static void a_changed_policy_comes_out_as_if_it_had_always_been(void **state)
{
    struct scene *scene = *state;
    enum { CUSTOMERS = 40 };
    assert_int_equal(record(scene, POLICY_STARTS), STORE_OK);
    live(scene, CUSTOMERS);
    const struct fake_customer *one = fake_customer(scene->site.database, "c0007");
    assert_int_equal(one->row.state.level, LEVEL_ACCOUNTABLE);
    change(scene);
    assert_int_equal(record(scene, POLICY_STARTS), STORE_CONFLICT);
    assert_int_equal(record(scene, POLICY_RECOMPUTES), STORE_OK);
    stop(scene);
    open_stores(scene);
    recompute.watermark = recompute.quiet_until = scene->start + 30 * DAY;
    assert_int_equal(recompute_mark(&recompute), STORE_OK);
    assert_int_equal(recompute.marked, CUSTOMERS);
    assert_int_equal(record(scene, POLICY_STARTS), STORE_OK); // marked ones are no hindrance
    assert_int_equal(recompute_fold(&recompute), STORE_OK);
    assert_int_equal(recompute.folded, CUSTOMERS);
    assert_int_equal(recompute.left, 0);
    one = fake_customer(scene->site.database, "c0007");
    assert_int_equal(one->row.state.level, LEVEL_BASIC);
    assert_int_equal(one->row.policy, scene->policy.fingerprint);
    expect_verified(scene);
    expect_as_if_always(scene, CUSTOMERS);
    // The change is told once, and nothing else of the past.
    size_t told = fake_sink_count(scene->site.sink);
    go_on(scene);
    scene_settle(scene);
    size_t levels = 0;
    for (size_t i = told; i < fake_sink_count(scene->site.sink); i++)
        levels += strstr(fake_sink_message(scene->site.sink, i)->payload.data, "guanxi.level.changed") != NULL;
    assert_int_equal(levels, CUSTOMERS);
}

static int64_t marked_first, marked_last; // as was told

static void see_marking(void *context, const char *doing, int64_t done, int64_t total)
{
    (void)context;
    assert_true(done >= 0 && done <= total);
    if (strcmp(doing, "marking") != 0)
        return;
    if (marked_first == 0)
        marked_first = done;
    marked_last = done;
}

// What is told of the marking, by a run that goes on with another's or begins anew.
static void expect_marking(bool resumed, int64_t first, int64_t last)
{
    recompute.progress = see_marking;
    recompute.resumed = resumed;
    marked_first = 0;
    assert_int_equal(recompute_mark(&recompute), STORE_OK);
    assert_int_equal(marked_first, first);
    assert_int_equal(marked_last, last);
}

// Whatever stops it, it goes on: while it marks, between, while it folds.
static void it_goes_on_wherever_it_was_stopped(void **state)
{
    struct scene *scene = *state;
    enum { CUSTOMERS = 4500 };
    char id[16];
    assert_int_equal(record(scene, POLICY_STARTS), STORE_OK);
    for (int i = 0; i < CUSTOMERS; i++) {
        snprintf(id, sizeof id, "c%04d", i);
        scene_tell(scene, 0, id, "visit.completed", scene->start + i, "{\"direction\":\"both\"}");
    }
    pass(scene, scene->start + 30 * DAY);
    change(scene);
    assert_int_equal(record(scene, POLICY_RECOMPUTES), STORE_OK);
    stop(scene);
    open_stores(scene);
    recompute.watermark = recompute.quiet_until = scene->start + 30 * DAY;
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_mark, .nth = 2, .outcome = STORE_AWAY});
    assert_int_equal(recompute_mark(&recompute), STORE_AWAY);
    struct census census;
    open_stores(scene);
    assert_int_equal(stores[0]->ops->census(stores[0], &census), 0);
    assert_int_equal(census.marked, 2000);
    assert_int_equal(record(scene, POLICY_STARTS), STORE_CONFLICT);
    assert_int_equal(record(scene, POLICY_RECOMPUTES), STORE_OK); // as the second run does
    expect_marking(true, 4000, CUSTOMERS);
    assert_int_equal(recompute.marked, 2500);
    open_stores(scene);
    assert_int_equal(record(scene, POLICY_RECOMPUTES_ALL), STORE_OK); // all once more, marked as they are
    expect_marking(false, 2000, CUSTOMERS);
    recompute.watermark = recompute.quiet_until = scene->start + 30 * DAY;
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 4, .outcome = STORE_AWAY});
    assert_true(recompute_fold(&recompute) != 0);
    open_stores(scene);
    assert_int_equal(stores[0]->ops->census(stores[0], &census), 0);
    assert_true(census.marked > 0 && census.marked < CUSTOMERS);
    int64_t left = census.marked;
    recompute.watermark = recompute.quiet_until = scene->start + 30 * DAY;
    assert_int_equal(recompute_fold(&recompute), STORE_OK);
    assert_int_equal(recompute.folded, left);
    expect_verified(scene);
    assert_int_equal(recompute_fold(&recompute), STORE_OK);
    go_on(scene);
}

static size_t told_of(struct scene *scene, const char *type)
{
    return scene_told_times(scene, type);
}

// With a longer half-life a reminder would have been open since long: it is now, silently, unless it is asked for.
static void reminders_of_the_past_are_silent(struct scene *scene, bool announce)
{
    assert_int_equal(record(scene, POLICY_STARTS), STORE_OK);
    scene_tell(scene, 0, "ann", "cost.incurred", scene->start, "{\"amount\":\"1\",\"currency\":\"CNY\"}");
    pass(scene, scene->start + 30 * DAY);
    assert_int_equal(told_of(scene, "guanxi.reminder.opened"), 0);
    scene->types[TYPE_COST_INCURRED - 1].contact = CONTACT_INBOUND;
    scene->policy.response_within = DAY;
    scene->types[TYPE_COST_INCURRED - 1].effect = EFFECT_OF_ASK;
    assert_int_equal(record(scene, POLICY_RECOMPUTES_ALL), STORE_OK);
    stop(scene);
    open_stores(scene);
    recompute.announce = announce;
    recompute.watermark = recompute.quiet_until = scene->start + 30 * DAY;
    assert_int_equal(recompute_mark(&recompute), STORE_OK);
    assert_int_equal(recompute_fold(&recompute), STORE_OK);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_int_equal(ann->reminder_count, 1);
    assert_int_equal(ann->reminders[0].opened_at, scene->start + DAY);
    assert_int_equal(ann->reminders[0].status, REMINDER_OPEN);
    for (size_t i = 0; i < ann->notice_count; i++)
        assert_int_equal(ann->notices[i].state, NOTICE_SUPPRESSED);
    assert_int_equal(ann->reminders[0].announce == ANNOUNCE_PENDING, announce);
    go_on(scene);
    scene_settle(scene);
    assert_int_equal(told_of(scene, "guanxi.reminder.opened"), 0);
}

static void what_comes_to_light_is_silent(void **state)
{
    reminders_of_the_past_are_silent(*state, false);
}

static void what_comes_to_light_is_announced_if_asked(void **state)
{
    reminders_of_the_past_are_silent(*state, true);
}

static void one_customer_alone(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(record(scene, POLICY_STARTS), STORE_OK);
    live(scene, 3);
    struct fake_database *database = scene->site.database;
    struct fake_customer *changed = fake_customer_copy(fake_customer(database, "c0001"));
    changed->row.state.warmth = 1;
    fake_replace(&database->tables, changed);
    open_stores(scene);
    int64_t other = fake_customer(database, "c0002")->row.version;
    assert_int_equal(recompute_one(&recompute, SPAN_LITERAL("c0001")), STORE_OK);
    assert_int_equal(recompute.folded, 1);
    assert_true(fake_customer(database, "c0001")->row.state.warmth > 1);
    assert_int_equal(fake_customer(database, "c0002")->row.version, other);
    expect_verified(scene);
    assert_int_equal(recompute_one(&recompute, SPAN_LITERAL("nobody")), RECOMPUTE_NONE);
    // Somebody else changes it in between.
    fake_fail(database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .times = 3, .outcome = STORE_CONFLICT});
    assert_int_equal(recompute_one(&recompute, SPAN_LITERAL("c0001")), STORE_OK);
    expect_verified(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_changed_policy_comes_out_as_if_it_had_always_been, begin, end),
        cmocka_unit_test_setup_teardown(it_goes_on_wherever_it_was_stopped, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_to_light_is_silent, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_to_light_is_announced_if_asked, begin, end),
        cmocka_unit_test_setup_teardown(one_customer_alone, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
