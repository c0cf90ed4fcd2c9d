// Who ids mean changes while others apply batches, and while things go wrong: the result is as if each had come alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/identity.h"
#include "base/log.h"
#include "base/metrics.h"
#include "support/outcome.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";
static const char *const ORDER = "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}";

// The scene's instance reads partition 0, another one partition 1. Each has a cache of its own.
struct two {
    struct scene *scene;
    struct instance other;
};

static void settle(struct two *two)
{
    for (int i = 0; i < 3; i++) {
        scene_settle(two->scene);
        assert_true(instance_settle(&two->other));
        assert_int_equal(two->other.status, 0);
    }
}

static struct two begin_two(struct scene *scene)
{
    struct two two = {.scene = scene};
    return two;
}

static void share_out(struct two *two)
{
    assert_int_equal(instance_begin(&two->other, &two->scene->site, "other"), 0);
    fake_source_assign(two->scene->instance.source, 1, false);
    instance_poll(&two->scene->instance);
    fake_source_assign(two->other.source, 2, false);
    settle(two);
}

static const struct fake_customer *customer(struct scene *scene, const char *id)
{
    return fake_customer(scene->site.database, id);
}

static void merge(struct scene *scene, int32_t partition, const char *loser, const char *into, instant at)
{
    char data[64];
    snprintf(data, sizeof data, "{\"into\":\"%s\"}", into);
    scene_tell(scene, partition, loser, "customer.merged", at, data);
}

// One instance has customers in its cache that another one has merged, told apart or erased meanwhile.
static void entries_of_a_cache_are_stale(void **state)
{
    struct scene *scene = *state;
    struct two two = begin_two(scene);
    share_out(&two);
    scene_tell(scene, 0, "ann", "order.placed", scene->start, ORDER);
    scene_tell(scene, 0, "bob", "order.placed", scene->start, ORDER);
    settle(&two);
    merge(scene, 1, "ann", "bob", scene->start + DAY);
    settle(&two);
    int64_t retries = metric_read(METRIC_BATCH_RETRIES);
    scene_tell(scene, 0, "ann", "order.placed", scene->start + 2 * DAY, ORDER);
    scene_tell(scene, 0, "bob", "order.placed", scene->start + 2 * DAY, ORDER);
    settle(&two);
    assert_true(metric_read(METRIC_BATCH_RETRIES) > retries);
    assert_null(customer(scene, "ann"));
    assert_int_equal(customer(scene, "bob")->event_count, 5);
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, scene->start + 5 * DAY);
    settle(&two);
    assert_int_equal(customer(scene, "bob")->row.state.orders, 4);
    // It knows the alias now, which is none any more.
    scene_tell(scene, 1, "bob", "customer.unmerged", scene->start + 6 * DAY, "{\"customer\":\"ann\"}");
    settle(&two);
    scene_tell(scene, 0, "ann", "order.placed", scene->start + 7 * DAY, ORDER);
    scene_tell(scene, 0, "bob", "order.placed", scene->start + 7 * DAY, ORDER);
    settle(&two);
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, scene->start + 9 * DAY);
    settle(&two);
    assert_int_equal(customer(scene, "ann")->row.state.orders, 3);
    assert_int_equal(customer(scene, "bob")->row.state.orders, 3);
    scene_tell(scene, 1, "bob", "customer.erased", scene->start + 10 * DAY, "{}");
    settle(&two);
    scene_tell(scene, 0, "bob", "order.placed", scene->start + 11 * DAY, ORDER);
    settle(&two);
    assert_null(customer(scene, "bob"));
    assert_null(fake_remains(scene->site.database, "bob"));
    instance_end(&two.other, false);
}

// What another one writes when the nth call of an operation is about to be made.
struct between {
    const struct policy *policy;
    struct store *store; // its own
    enum fake_op op;
    int64_t nth, seen;
    struct event event;
    int outcome;
};

static int write_between(struct between *between)
{
    struct writeset set;
    struct arena arena;
    struct identity_plan plan;
    struct identity_work work = {.policy = between->policy, .store = between->store, .set = &set, .arena = &arena,
                                 .lane_id = 1, .offset = 1000};
    writeset_init(&set);
    arena_init(&arena, 4096);
    int outcome = identity_work_out(&work, &between->event, &plan);
    struct store_write write = writeset_view(&set);
    if (outcome == STORE_OK)
        outcome = between->store->ops->write(between->store, &write);
    writeset_free(&set);
    arena_free(&arena);
    return outcome;
}

static void meanwhile(void *context, struct store *store, enum fake_op op)
{
    struct between *between = context;
    if (store == between->store || op != between->op || ++between->seen != between->nth)
        return;
    between->outcome = write_between(between);
}

enum change { ANN_INTO_BOB, BOB_INTO_ANN, BOB_INTO_CEM, ANN_ERASED };

static struct event event_of(enum change change, instant at)
{
    static const char *const subjects[] = {"ann", "bob", "bob", "ann"}, *const into[] = {"bob", "ann", "cem", NULL};
    struct event event = {.time = at, .subject = span_text(subjects[change]), .source = SPAN_LITERAL("/between"),
                          .id = SPAN_LITERAL("b"), .data = SPAN_LITERAL("{}"), .due = INSTANT_NONE,
                          .until = INSTANT_NONE, .type = TYPE_CUSTOMER_MERGED, .effect = EFFECT_OF_CUSTOMER_MERGED};
    if (into[change]) {
        event.ref = span_text(into[change]);
    } else {
        event.type = TYPE_CUSTOMER_ERASED;
        event.effect = EFFECT_OF_CUSTOMER_ERASED;
    }
    return event;
}

// Tells what comes while the change takes place at the nth call of the operation; false: there was no such call.
static bool strikes(struct scene *scene, enum fake_op op, int64_t nth, enum change change,
                    void (*tell)(struct scene *scene))
{
    struct between between = {.policy = &scene->policy, .store = fake_store_open(scene->site.database), .op = op,
                              .nth = nth, .event = event_of(change, scene->start + 10 * DAY)};
    tell(scene);
    fake_on_call(scene->site.database, meanwhile, &between);
    scene_settle(scene);
    fake_on_call(scene->site.database, NULL, NULL);
    between.store->ops->close(between.store);
    assert_int_equal(between.outcome, STORE_OK);
    return between.seen >= nth;
}

static const enum fake_op operations[] = {FAKE_OP_resolve, FAKE_OP_load, FAKE_OP_identify, FAKE_OP_merged_into,
                                          FAKE_OP_follow_ups, FAKE_OP_write};
enum { OPERATIONS = sizeof operations / sizeof *operations, CALLS = 3 };

// Runs a story once for each place where the change can come in between; how often it did.
static int everywhere(enum change change, void (*before)(struct scene *scene),
                      void (*tell)(struct scene *scene), void (*check)(struct scene *scene))
{
    int struck = 0;
    for (int i = 0; i < OPERATIONS * CALLS; i++) {
        struct scene *scene = scene_begin(true);
        before(scene);
        scene_settle(scene);
        if (strikes(scene, operations[i / CALLS], i % CALLS + 1, change, tell)) {
            struck++;
            for (int32_t k = 0; k < 2; k++)
                scene_tick(scene, k, scene->start + 30 * DAY);
            scene_settle(scene);
            check(scene);
            assert_int_equal(fake_view(scene->site.database).lanes[0].reason[0], '\0');
        }
        scene_end(scene);
    }
    return struck;
}

static void two_known(struct scene *scene)
{
    scene_tell(scene, 0, "ann", "order.placed", scene->start, ORDER);
    scene_tell(scene, 1, "bob", "order.placed", scene->start, ORDER);
}

static void tell_orders(struct scene *scene)
{
    scene_tell(scene, 0, "ann", "order.placed", scene->start + DAY, ORDER);
    scene_tell(scene, 1, "bob", "order.placed", scene->start + DAY, ORDER);
    scene_tell(scene, 1, "ann", "order.placed", scene->start + HOUR, ORDER);
    scene_tell(scene, 1, "dan", "order.placed", scene->start + HOUR, ORDER);
}

static void all_are_bob(struct scene *scene)
{
    assert_null(customer(scene, "ann"));
    assert_int_equal(customer(scene, "bob")->row.state.orders, 5);
    assert_int_equal(customer(scene, "dan")->row.state.orders, 1);
    assert_int_equal(customer(scene, "bob")->event_count, 6);
}

static void none_is_ann(struct scene *scene)
{
    assert_null(customer(scene, "ann"));
    const struct fake_customer *remains = fake_remains(scene->site.database, "ann");
    assert_true(!remains || remains->event_count == 0);
    assert_int_equal(customer(scene, "bob")->row.state.orders, 2);
}

static void a_batch_meets_a_merge(void **state)
{
    (void)state;
    assert_true(everywhere(ANN_INTO_BOB, two_known, tell_orders, all_are_bob) > 1);
}

static void a_batch_meets_an_erasure(void **state)
{
    (void)state;
    assert_true(everywhere(ANN_ERASED, two_known, tell_orders, none_is_ann) > 1);
}

static void tell_merge(struct scene *scene)
{
    merge(scene, 0, "ann", "bob", scene->start + DAY);
    scene_tell(scene, 1, "ann", ASKS, scene->start + 2 * DAY, "{}");
}

// Whichever came first.
static void one_is_the_other(struct scene *scene)
{
    struct fake_view view = fake_view(scene->site.database);
    bool between = view.quarantine_count > 0;
    assert_int_equal(view.quarantine_count, between);
    if (between)
        assert_int_equal(view.quarantine[0].row.reason, REJECT_BAD_MERGE);
    assert_null(customer(scene, between ? "bob" : "ann"));
    assert_int_equal(customer(scene, between ? "ann" : "bob")->event_count, 4);
    assert_true(view.epoch == 1);
}

static void all_are_cem(struct scene *scene)
{
    assert_null(customer(scene, "ann"));
    assert_null(customer(scene, "bob"));
    assert_int_equal(customer(scene, "cem")->event_count, 5);
    assert_int_equal(customer(scene, "cem")->row.state.orders, 2);
}

static void ann_is_gone(struct scene *scene)
{
    assert_null(customer(scene, "ann"));
    assert_null(fake_alias(scene->site.database, "ann"));
    assert_true(fake_erased(scene->site.database, "ann"));
    if (fake_erased(scene->site.database, "bob")) { // whom she meant by then
        assert_null(customer(scene, "bob"));
        return;
    }
    assert_int_equal(customer(scene, "bob")->event_count, 1);
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 0);
}

static void a_merge_meets_another(void **state)
{
    (void)state;
    assert_true(everywhere(BOB_INTO_ANN, two_known, tell_merge, one_is_the_other) > 2);
    assert_true(everywhere(BOB_INTO_CEM, two_known, tell_merge, all_are_cem) > 2);
    assert_true(everywhere(ANN_ERASED, two_known, tell_merge, ann_is_gone) > 2);
}

// Whether the write took place is unknown: the record is read again and known.
static void an_answer_is_lost(void **state)
{
    (void)state;
    static const struct {
        enum fake_when when;
        int outcome;
        bool crashed;
    } faults[] = {{FAKE_AFTER, STORE_AWAY, false}, {FAKE_AFTER, STORE_AWAY, true}, {FAKE_BEFORE, STORE_AWAY, true},
                  {FAKE_BEFORE, STORE_CONFLICT, false}, {FAKE_BEFORE, STORE_RETRY, false}};
    static const char *const types[] = {"customer.merged", "customer.unmerged", "customer.erased"};
    static const char *const data[] = {"{\"into\":\"bob\"}", "{\"customer\":\"ann\"}", "{}"};
    static const char *const told[] = {"guanxi.customer.merged", "guanxi.customer.unmerged", "guanxi.customer.erased"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct scene *scene = scene_begin(true);
        two_known(scene);
        for (int k = 0; k < 3; k++) {
            scene_settle(scene);
            fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1,
                                                                 .when = faults[i].when, .outcome = faults[i].outcome});
            scene_tell(scene, 0, k == 1 ? "bob" : "ann", types[k], scene->start + (k + 1) * DAY, data[k]);
            while (!fake_struck(scene->site.database))
                instance_round(&scene->instance);
            if (faults[i].crashed)
                scene_restart(scene, true);
            fake_mend(scene->site.database);
            scene_settle(scene);
            assert_int_equal(scene_told_times(scene, told[k]), 1);
            assert_true(fake_view(scene->site.database).epoch == k + 1);
        }
        assert_null(customer(scene, "ann"));
        assert_int_equal(customer(scene, "bob")->event_count, 2); // her merge went with her
        scene_end(scene);
    }
}

// What the database does not take is kept like any other event that it refuses, and the lane goes on.
static void a_merge_is_refused(void **state)
{
    struct scene *scene = *state;
    two_known(scene);
    fake_poison(scene->site.database, "m", false);
    scene_tell_as(scene, 0, "m", "ann", "customer.merged", scene->start + DAY, "{\"into\":\"bob\"}");
    scene_tell(scene, 0, "ann", ASKS, scene->start + 2 * DAY, "{}");
    scene_settle(scene);
    struct fake_view view = fake_view(scene->site.database);
    assert_int_equal(view.quarantine_count, 1);
    assert_int_equal(view.quarantine[0].row.reason, REJECT_BAD_DATA);
    assert_int_equal(customer(scene, "ann")->event_count, 2);
    assert_true(view.epoch == 0);
    // After a change of ids too.
    merge(scene, 0, "cem", "dan", scene->start + 3 * DAY);
    fake_poison(scene->site.database, "p", false);
    scene_tell_as(scene, 1, "p", "ann", ASKS, scene->start + 3 * DAY, "{}");
    scene_settle(scene);
    assert_int_equal(fake_view(scene->site.database).quarantine_count, 2);
    assert_true(fake_view(scene->site.database).epoch == 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(entries_of_a_cache_are_stale),
        cmocka_unit_test(a_batch_meets_a_merge),
        cmocka_unit_test(a_batch_meets_an_erasure),
        cmocka_unit_test(a_merge_meets_another),
        cmocka_unit_test(an_answer_is_lost),
        TEST(a_merge_is_refused),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
