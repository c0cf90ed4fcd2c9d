// Simulating a policy: what is told is what recompute then does, and what another start then brings; nothing is written.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/recompute.h"
#include "app/simulate.h"
#include "base/status.h"
#include "fakes/database.h"
#include "support/scene.h"

static struct simulator simulator; // large
static struct policy next;
static struct type_rule next_types[POLICY_TYPES];
static struct store *store;
static struct arena arena;
static const struct simulated_example *examples[SIMULATE_EXAMPLES];
static size_t example_count;

static int begin(void **state)
{
    arena_init(&arena, 4096);
    int status = scene_setup(state);
    struct scene *scene = *state;
    store = fake_store_open(scene->site.database);
    policy_defaults(&next, next_types);
    next.events_clock = true;
    memset(&simulator, 0, sizeof simulator);
    return status;
}

static int end(void **state)
{
    simulator_free(&simulator);
    store->ops->close(store);
    arena_free(&arena);
    return scene_teardown(state);
}

static void pass(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

static void live(struct scene *scene, int customers)
{
    char id[16];
    for (int i = 0; i < customers; i++) {
        instant at = scene->start + i * HOUR;
        snprintf(id, sizeof id, "c%02d", i);
        scene_tell(scene, 0, id, "message.received", at, "{}");
        scene_tell(scene, 0, id, "call.completed", at + DAY, "{\"direction\":\"outbound\"}");
        scene_tell(scene, 0, id, "order.placed", at + 2 * DAY, "{\"order_id\":\"1\",\"amount\":\"10\",\"currency\":\"CNY\"}");
        scene_tell(scene, 0, id, "call.completed", at + 9 * DAY, "{\"direction\":\"outbound\"}");
        if (i % 2)
            scene_tell(scene, 1, id, "visit.completed", at + 5 * DAY, "{\"direction\":\"both\"}");
    }
    pass(scene, scene->start + 20 * DAY);
}

static void simulate(struct scene *scene)
{
    struct span *ids;
    size_t count;
    policy_fingerprint(&next);
    simulator_free(&simulator);
    assert_int_equal(simulator_init(&simulator, &scene->policy, &next, store, scene->start + 20 * DAY), 0);
    assert_int_equal(store->ops->walk(store, SPAN_NONE, false, 1000, &arena, &ids, &count), 0);
    int64_t writes = fake_calls(scene->site.database, FAKE_OP_write);
    // In two batches: that must not matter.
    assert_int_equal(simulate_customers(&simulator, ids, count / 3), 0);
    assert_int_equal(simulate_customers(&simulator, ids + count / 3, count - count / 3), 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_write), writes);
    assert_int_equal(simulator.customers, count);
    example_count = simulator_examples(&simulator, examples);
}

// Openings of all kinds and customers by level, as the database has them after `days` more days.
static void expect_came_true(struct scene *scene, const int64_t openings[REMINDER_KIND_COUNT])
{
    struct fake_view view = fake_view(scene->site.database);
    int64_t opened[REMINDER_KIND_COUNT] = {0};
    for (size_t i = 0; i < view.customer_count; i++)
        for (size_t k = 0; k < view.customers[i]->reminder_count; k++) {
            const struct reminder_row *row = &view.customers[i]->reminders[k];
            opened[row->kind] += row->opened_at >= scene->start + 20 * DAY && row->opened_at < scene->start + 50 * DAY;
        }
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++)
        assert_int_equal(opened[kind], openings[kind]);
}

static void expect_levels(struct scene *scene, const int64_t levels[LEVEL_COUNT + 1])
{
    struct fake_view view = fake_view(scene->site.database);
    int64_t found[LEVEL_COUNT + 1] = {0};
    for (size_t i = 0; i < view.customer_count; i++)
        found[view.customers[i]->row.state.level]++;
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++)
        assert_int_equal(found[level], levels[level]);
}

static void the_same_policy_changes_nothing(void **state)
{
    struct scene *scene = *state;
    live(scene, 12);
    simulate(scene);
    assert_false(simulator.anew);
    assert_int_equal(simulator.changed, 0);
    assert_int_equal(example_count, 0);
    assert_memory_equal(&simulator.before, &simulator.after, sizeof simulator.before);
    expect_levels(scene, simulator.before.levels);
    pass(scene, scene->start + 50 * DAY);
    expect_came_true(scene, simulator.before.openings);
}

static void other_intervals_open_what_they_say(void **state)
{
    struct scene *scene = *state;
    struct policy_row row;
    assert_int_equal(store->ops->record_policy(store, &scene->policy, HOUR, POLICY_STARTS, &arena, &row), 0);
    live(scene, 12);
    for (int level = LEVEL_BASIC; level <= LEVEL_PROACTIVE; level++)
        next.cadence[level] = 15 * DAY;
    next.stall_after = 25 * DAY;
    simulate(scene);
    assert_false(simulator.anew);
    assert_int_equal(simulator.changed, 0);
    assert_int_equal(simulator.rows, 0); // no timeline was read
    assert_int_equal(simulator.before.openings[REMINDER_CADENCE], 0);
    assert_int_equal(simulator.after.openings[REMINDER_CADENCE], 12);
    assert_int_equal(example_count, SIMULATE_EXAMPLES);
    assert_int_equal(examples[0]->reason, SIMULATED_REMINDED);
    assert_true(span_equal(examples[0]->customer_id, SPAN_LITERAL("c00")));
    assert_true(span_equal(examples[9]->customer_id, SPAN_LITERAL("c09")));
    // It starts with them, and that is what happens.
    memcpy(scene->policy.cadence, next.cadence, sizeof next.cadence);
    scene->policy.stall_after = next.stall_after;
    policy_fingerprint(&scene->policy);
    assert_int_equal(store->ops->record_policy(store, &scene->policy, HOUR, POLICY_STARTS, &arena, &row), 0);
    assert_int_equal(row.since, scene->start + 20 * DAY);
    scene->policy.since = row.since;
    scene_restart(scene, false);
    pass(scene, scene->start + 50 * DAY);
    expect_came_true(scene, simulator.after.openings);
}

static void other_thresholds_move_whom_they_say(void **state)
{
    struct scene *scene = *state;
    live(scene, 12);
    next.half_life = 20 * DAY;
    next.enter[LEVEL_REACTIVE] = 9;
    next.leave[LEVEL_REACTIVE] = 8;
    next.enter[LEVEL_ACCOUNTABLE] = 14;
    next.leave[LEVEL_ACCOUNTABLE] = 10;
    next_types[TYPE_VISIT_COMPLETED - 1].points[0] = 9;
    simulate(scene);
    assert_true(simulator.anew);
    assert_true(simulator.changed > 0 && example_count > 0);
    assert_true(simulator.rows >= 12 * 4);
    expect_levels(scene, simulator.before.levels);
    struct simulated_side after = simulator.after;
    int64_t moved = 0;
    for (int from = LEVEL_BASIC; from <= LEVEL_PROACTIVE; from++)
        for (int to = LEVEL_BASIC; to <= LEVEL_PROACTIVE; to++)
            moved += from != to ? simulator.moves[from][to] : 0;
    assert_int_equal(moved, simulator.changed);
    // No two of one move while another has none yet.
    for (size_t i = 0; i < example_count; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(examples[i] != examples[k]);
    assert_true(examples[0]->now.level != examples[0]->then.level);
    // Recomputed, and lived on.
    struct policy_row row;
    instance_end(&scene->instance, false);
    memcpy(scene->types, next_types, sizeof next_types);
    scene->policy = next;
    scene->policy.types = scene->types;
    assert_int_equal(store->ops->record_policy(store, &scene->policy, HOUR, POLICY_RECOMPUTES_ALL, &arena, &row), 0);
    assert_int_equal(store->ops->record_policy(store, &scene->policy, HOUR, POLICY_RECOMPUTES_ALL, &arena, &row), 0);
    struct store *const stores[] = {store};
    struct recompute recompute = {.policy = &scene->policy, .control = store, .stores = stores, .workers = 1,
                                  .watermark = scene->start + 20 * DAY, .quiet_until = scene->start + 20 * DAY};
    assert_int_equal(recompute_mark(&recompute), 0);
    assert_int_equal(recompute_fold(&recompute), 0);
    assert_int_equal(recompute.folded, 12);
    expect_levels(scene, after.levels);
    scene_restart(scene, true);
    pass(scene, scene->start + 50 * DAY);
    expect_came_true(scene, after.openings);
}

// What is kept of them says nothing: both sides are folded.
static void marked_customers_count_as_their_timelines_say(void **state)
{
    struct scene *scene = *state;
    live(scene, 4);
    scene_tell(scene, 0, "c01", "message.sent", scene->start + 25 * DAY, "{}");
    scene_settle(scene);
    scene_tell(scene, 0, "c01", "agreement.made", scene->start + 12 * DAY, "{}"); // late: it is marked
    scene_settle(scene);
    assert_true(fake_customer(scene->site.database, "c01")->row.fold_at != INSTANT_NEVER);
    simulate(scene);
    assert_int_equal(simulator.changed, 0);
    assert_int_equal(example_count, 0);
    assert_true(simulator.rows > 0);
    struct simulated_side before = simulator.before;
    pass(scene, scene->start + 26 * DAY);
    expect_levels(scene, before.levels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_policy_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(other_intervals_open_what_they_say, begin, end),
        cmocka_unit_test_setup_teardown(other_thresholds_move_whom_they_say, begin, end),
        cmocka_unit_test_setup_teardown(marked_customers_count_as_their_timelines_say, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
