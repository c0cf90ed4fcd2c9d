// Who comes again under an id is not taken for the one who had it before, by nobody who remembers that one; and what
// was told of who goes comes to its end.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/readmit.h"
#include "base/log.h"
#include "support/scene.h"

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

static void begin(struct two *two, struct scene *scene)
{
    two->scene = scene;
    assert_int_equal(instance_begin(&two->other, &scene->site, "other"), 0);
    fake_source_assign(scene->instance.source, 1, false);
    instance_poll(&scene->instance);
    fake_source_assign(two->other.source, 2, false);
    settle(two);
}

static void pass(struct two *two, instant at)
{
    for (int32_t i = 0; i < 2; i++)
        scene_tick(two->scene, i, at);
    settle(two);
}

// The other instance has ann in its cache as she was first written; at the place of that row stands another one,
// written as often.
static void who_comes_back_is_folded(void **state)
{
    struct scene *scene = *state;
    struct two two;
    begin(&two, scene);
    scene_tell(scene, 0, "bob", "order.placed", scene->start + HOUR, ORDER); // the watermark does not come to it
    scene_tell(scene, 1, "ann", "message.received", scene->start, "{}");
    settle(&two);
    scene_tell(scene, 0, "ann", "customer.merged", scene->start + DAY, "{\"into\":\"bob\"}");
    scene_tell(scene, 0, "bob", "customer.unmerged", scene->start + DAY + HOUR, "{\"customer\":\"ann\"}");
    settle(&two);
    // Something else lets it see that ids changed.
    scene_tell(scene, 1, "cem", "order.placed", scene->start + 1, ORDER);
    settle(&two);
    scene_tell(scene, 1, "ann", "order.placed", scene->start + 2 * DAY, ORDER);
    settle(&two);
    pass(&two, scene->start + 3 * DAY);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_non_null(ann);
    assert_int_equal(ann->row.fold_at, INSTANT_NEVER);
    assert_int_equal(ann->event_count, 2);
    assert_non_null(fake_transition(ann, TRANSITION_STAGE, 1)); // of her first event
    assert_int_equal(ann->transition_count, ann->row.state.level_changes + ann->row.state.stage_changes);
    instance_end(&two.other, false);
}

// Nothing of somebody erased comes back out of a cache.
static void who_is_readmitted_is_new(void **state)
{
    struct scene *scene = *state;
    struct two two;
    struct arena arena;
    begin(&two, scene);
    scene_tell(scene, 1, "ann", "customer.updated", scene->start, "{\"role\":\"public\"}");
    settle(&two);
    scene_tell(scene, 0, "ann", "customer.erased", scene->start + DAY, "{}");
    settle(&two);
    struct store *store = fake_store_open(scene->site.database);
    arena_init(&arena, 4096);
    assert_int_equal(readmit(store, span_text("ann"), &arena), READMIT_DONE);
    assert_int_equal(readmit(store, span_text("ann"), &arena), READMIT_NOT_ERASED);
    assert_int_equal(readmit(store, span_text("bob"), &arena), READMIT_NOT_ERASED);
    arena_free(&arena);
    store->ops->close(store);
    scene_tell(scene, 0, "ann", "order.placed", scene->start + 2 * DAY, ORDER);
    settle(&two);
    scene_tell(scene, 1, "cem", "order.placed", scene->start + 1, ORDER);
    settle(&two);
    scene_tell(scene, 1, "ann", "order.placed", scene->start + 3 * DAY, ORDER);
    settle(&two);
    pass(&two, scene->start + 4 * DAY);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_non_null(ann);
    assert_int_equal(ann->row.state.orders, 2);
    assert_int_equal(ann->row.state.first_seen_at, scene->start + 2 * DAY);
    assert_int_equal(ann->event_count, 2);
    instance_end(&two.other, false);
}

// A merge that was undone is the same event when it comes again: it is not done again, and its lane goes on.
static void what_was_undone_stays_undone(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", "order.placed", scene->start, ORDER);
    scene_tell(scene, 0, "bob", "order.placed", scene->start, ORDER);
    scene_tell_as(scene, 0, "m", "ann", "customer.merged", scene->start + DAY, "{\"into\":\"bob\"}");
    scene_tell(scene, 0, "bob", "customer.unmerged", scene->start + 2 * DAY, "{\"customer\":\"ann\"}");
    scene_tell_as(scene, 0, "m", "ann", "customer.merged", scene->start + DAY, "{\"into\":\"bob\"}");
    scene_tell_as(scene, 0, "m", "ann", "customer.merged", scene->start + DAY + 1, "{\"into\":\"bob\"}");
    scene_tell(scene, 0, "ann", "order.placed", scene->start + 3 * DAY, ORDER);
    scene_settle(scene);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 7);
    assert_null(fake_alias(scene->site.database, "ann"));
    assert_int_equal(fake_customer(scene->site.database, "ann")->event_count, 2);
    assert_int_equal(fake_customer(scene->site.database, "bob")->event_count, 3);
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 1);
    struct fake_view view = fake_view(scene->site.database);
    assert_int_equal(view.quarantine_count, 1);
    assert_int_equal(view.quarantine[0].row.reason, REJECT_CONFLICT);
}

// A change that was still held when its customer was merged away was not issued: numbers have no gap.
static void numbers_go_on(void **state)
{
    struct scene *scene = *state;
    static const char type[] = "guanxi.stage.changed";
    scene_tick(scene, 1, scene->start); // the watermark
    scene_tell(scene, 0, "bob", "message.sent", scene->start + DAY, "{}");
    scene_tell(scene, 0, "ann", "message.received", scene->start + DAY, "{}");
    scene_settle(scene);
    assert_int_equal(scene_told_times(scene, type), 0);
    scene_tell(scene, 0, "ann", "customer.merged", scene->start + 2 * DAY, "{\"into\":\"bob\"}");
    scene_tell(scene, 0, "bob", "customer.unmerged", scene->start + 3 * DAY, "{\"customer\":\"ann\"}");
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, scene->start + 4 * DAY);
    scene_settle(scene);
    assert_int_equal(scene_told_times(scene, type), 1);
    assert_non_null(strstr(scene_told(scene, type, 0), "\"customer\":\"ann\",\"n\":1,"));
}

// A published reminder was cured, and the word of it still waited for the watermark when its customer was erased.
static void a_closing_that_waits_is_told(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", "message.received", scene->start, "{}");
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, scene->start + 2 * DAY);
    scene_settle(scene);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), 1);
    scene_tell(scene, 0, "ann", "message.sent", scene->start + 3 * DAY, "{}");
    scene_settle(scene);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.closed"), 0);
    scene_tell(scene, 0, "ann", "customer.erased", scene->start + 4 * DAY, "{}");
    scene_settle(scene);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.closed"), 1);
    assert_non_null(strstr(scene_told(scene, "guanxi.reminder.closed", 0), "\"event\":null"));
}

static void turn(struct scene *scene, int rounds)
{
    for (int i = 0; i < rounds; i++)
        instance_round(&scene->instance);
}

// A change of ids is told in the order of what is told of its customer, which is kept within one home, whatever lane
// it came in.
static void a_merge_is_told_behind_what_was_before(void **state)
{
    struct scene *scene = *state;
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 1000});
    scene_tell(scene, 0, "bob", "message.sent", scene->start, "{}");
    scene_tell(scene, 1, "ann", "message.received", scene->start, "{}");
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, scene->start + HOUR);
    turn(scene, 20);
    int32_t home = fake_customer(scene->site.database, "ann")->row.home;
    scene_tell(scene, 0, "ann", "customer.merged", scene->start + DAY, "{\"into\":\"bob\"}");
    turn(scene, 20);
    const struct fake_customer *ann = fake_remains(scene->site.database, "ann");
    assert_non_null(ann);
    assert_int_equal(ann->outbox_count, 2);
    assert_int_equal(ann->outbox[0].kind, OUTBOX_TRANSITION);
    assert_int_equal(ann->outbox[0].home, home);
    assert_int_equal(ann->outbox[1].kind, OUTBOX_IDENTITY);
    assert_int_equal(ann->outbox[1].home, home);
}

// Whatever waits to be sent is sent from there; how many changes of ids are among it.
static size_t identities_from(const struct fake_customer *customer, int32_t home)
{
    size_t identities = 0;
    for (size_t i = 0; i < customer->outbox_count; i++) {
        assert_int_equal(customer->outbox[i].home, home);
        identities += customer->outbox[i].kind == OUTBOX_IDENTITY;
    }
    return identities;
}

// .. through all its lives: as an alias, by whom it is merged further; told apart again; erased and let in again.
static void an_id_keeps_its_home(void **state)
{
    struct scene *scene = *state;
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 1000});
    scene_tell(scene, 1, "ann", "message.received", scene->start, "{}");
    scene_tell(scene, 0, "bob", "message.sent", scene->start, "{}");
    scene_tick(scene, 1, scene->start + HOUR);
    turn(scene, 20);
    int32_t home = fake_customer(scene->site.database, "ann")->row.home, other;
    other = fake_customer(scene->site.database, "bob")->row.home;
    assert_int_not_equal(home, other);
    scene_tell(scene, 0, "ann", "customer.merged", scene->start + DAY, "{\"into\":\"bob\"}");
    turn(scene, 20);
    scene_tell(scene, 0, "ann", "customer.merged", scene->start + 2 * DAY, "{\"into\":\"cara\"}");
    scene_tell(scene, 0, "bob", "customer.unmerged", scene->start + 3 * DAY, "{\"customer\":\"ann\"}");
    turn(scene, 40);
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.home, home);
    assert_int_equal(identities_from(fake_customer(scene->site.database, "ann"), home), 2);
    scene_tell(scene, 0, "ann", "customer.erased", scene->start + 4 * DAY, "{}");
    turn(scene, 20);
    struct store *store = fake_store_open(scene->site.database);
    struct arena arena;
    arena_init(&arena, 4096);
    assert_int_equal(readmit(store, span_text("ann"), &arena), READMIT_DONE);
    arena_free(&arena);
    store->ops->close(store);
    scene_tell(scene, 0, "ann", "message.received", scene->start + 5 * DAY, "{}");
    turn(scene, 20);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_int_equal(ann->row.home, home);
    assert_int_equal(identities_from(ann, home), 1);
}

// Others change what ids stand for just then.
static void a_conflict_is_tried_again(void **state)
{
    struct scene *scene = *state;
    struct arena arena;
    scene_tell(scene, 0, "ann", "customer.erased", scene->start, "{}");
    scene_settle(scene);
    struct store *store = fake_store_open(scene->site.database);
    arena_init(&arena, 4096);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .times = 3, .store = store,
                                                         .outcome = STORE_CONFLICT});
    assert_int_equal(readmit(store, span_text("ann"), &arena), READMIT_DONE);
    assert_false(fake_erased(scene->site.database, "ann"));
    fake_mend(scene->site.database);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_resolve, .nth = 1, .store = store,
                                                         .outcome = STORE_AWAY});
    assert_int_equal(readmit(store, span_text("ann"), &arena), READMIT_SHIFT + STORE_AWAY);
    arena_free(&arena);
    store->ops->close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(who_comes_back_is_folded),
        TEST(who_is_readmitted_is_new),
        TEST(what_was_undone_stays_undone),
        TEST(numbers_go_on),
        TEST(a_closing_that_waits_is_told),
        TEST(a_merge_is_told_behind_what_was_before),
        TEST(an_id_keeps_its_home),
        TEST(a_conflict_is_tried_again),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
