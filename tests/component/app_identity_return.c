// Who comes again under an id, by an unmerge, by an event or after an erasure: told of from where the last message
// left off, under names that were never used, and in the state that a fold makes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/readmit.h"
#include "base/log.h"
#include "support/outcome.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";
static const char *const ORDER = "{\"order_id\":\"1\",\"amount\":\"50\",\"currency\":\"CNY\"}";
static const char *const LEVEL = "guanxi.level.changed", *const STAGE = "guanxi.stage.changed";
static const char *const PRAM = "guanxi.pram.changed";

static const struct fake_customer *customer(struct scene *scene, const char *id)
{
    return fake_customer(scene->site.database, id);
}

static void pass(struct scene *scene, instant at)
{
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, at);
    scene_settle(scene);
}

static void merge(struct scene *scene, const char *loser, const char *into, instant at)
{
    char data[64];
    snprintf(data, sizeof data, "{\"into\":\"%s\"}", into);
    scene_tell(scene, 0, loser, "customer.merged", at, data);
}

static void unmerge(struct scene *scene, const char *winner, const char *back, instant at)
{
    char data[64];
    snprintf(data, sizeof data, "{\"customer\":\"%s\"}", back);
    scene_tell(scene, 0, winner, "customer.unmerged", at, data);
}

static void erase(struct scene *scene, const char *id, instant at)
{
    scene_tell(scene, 0, id, "customer.erased", at, "{}");
}

static void let_again(struct scene *scene, const char *id)
{
    struct store *store = fake_store_open(scene->site.database);
    struct arena arena;
    arena_init(&arena, 4096);
    assert_outcome(READMIT_DONE, readmit(store, span_text(id), &arena));
    arena_free(&arena);
    store->ops->close(store);
}

// A life that leads to stage mature, level reactive and a first cycle.
static void live(struct scene *scene, const char *id, instant from)
{
    scene_tell(scene, 0, id, ASKS, from, "{}");
    scene_tell(scene, 0, id, "call.completed", from + 6 * HOUR, "{\"direction\":\"outbound\"}");
    scene_tell(scene, 0, id, "order.placed", from + 3 * DAY, ORDER);
    scene_tell(scene, 0, id, "plan.made", from + 4 * DAY, "{}");
}

// How many messages of a type there are about a customer, and the last of them.
static size_t told_as(struct scene *scene, const char *type, const char *id, const char **last)
{
    char member[96];
    size_t times = 0;
    const char *text;
    snprintf(member, sizeof member, "\"subject\":\"%s\"", id);
    for (size_t i = 0; (text = scene_told(scene, type, i)); i++) {
        if (!strstr(text, member))
            continue;
        *last = text;
        times++;
    }
    return times;
}

static size_t told(struct scene *scene, const char *type, const char *id)
{
    const char *last;
    return told_as(scene, type, id, &last);
}

static const char *last_told(struct scene *scene, const char *type, const char *id)
{
    const char *last = "";
    told_as(scene, type, id, &last);
    return last;
}

static void assert_names_once(struct scene *scene)
{
    for (size_t i = 0; i < fake_sink_count(scene->site.sink); i++)
        assert_int_equal(fake_sink_times(scene->site.sink, fake_sink_message(scene->site.sink, i)->id), 1);
}

// Nothing has changed since it was told of: there is nothing to tell.
static void who_comes_back_unchanged_is_not_told_of_again(void **state)
{
    struct scene *scene = *state;
    live(scene, "ann", scene->start);
    scene_tell(scene, 1, "bob", ASKS, scene->start, "{}");
    pass(scene, scene->start + 5 * DAY);
    size_t stages = told(scene, STAGE, "ann"), levels = told(scene, LEVEL, "ann"), cycles = told(scene, PRAM, "ann");
    assert_true(stages == 4 && levels == 1 && cycles == 1);
    merge(scene, "ann", "bob", scene->start + 6 * DAY);
    pass(scene, scene->start + 7 * DAY);
    unmerge(scene, "bob", "ann", scene->start + 8 * DAY);
    pass(scene, scene->start + 9 * DAY);
    assert_int_equal(customer(scene, "ann")->row.state.stage, STAGE_MATURE);
    assert_int_equal(told(scene, STAGE, "ann"), stages);
    assert_int_equal(told(scene, LEVEL, "ann"), levels);
    assert_int_equal(told(scene, PRAM, "ann"), cycles);
    // A second time, before the fold of the first.
    merge(scene, "ann", "bob", scene->start + 10 * DAY);
    unmerge(scene, "bob", "ann", scene->start + 11 * DAY);
    merge(scene, "ann", "bob", scene->start + 12 * DAY);
    unmerge(scene, "bob", "ann", scene->start + 13 * DAY);
    pass(scene, scene->start + 14 * DAY);
    assert_int_equal(told(scene, STAGE, "ann"), stages);
    assert_int_equal(told(scene, LEVEL, "ann"), levels);
    assert_int_equal(told(scene, PRAM, "ann"), cycles);
    assert_names_once(scene);
}

// What changed meanwhile is told in one message, from what was told last.
static void who_comes_back_changed_is_told_of_from_there(void **state)
{
    struct scene *scene = *state;
    live(scene, "ann", scene->start);
    scene_tell(scene, 1, "bob", ASKS, scene->start, "{}");
    pass(scene, scene->start + 5 * DAY);
    merge(scene, "ann", "bob", scene->start + 6 * DAY);
    pass(scene, scene->start + 7 * DAY);
    scene_tell(scene, 0, "ann", "relationship.ended", scene->start + 8 * DAY, "{\"by\":\"us\"}");
    unmerge(scene, "bob", "ann", scene->start + 9 * DAY);
    pass(scene, scene->start + 10 * DAY);
    assert_int_equal(told(scene, STAGE, "ann"), 5);
    const char *text = last_told(scene, STAGE, "ann");
    assert_non_null(strstr(text, "\"n\":5,"));
    assert_non_null(strstr(text, "\"from\":{\"stage\":5,"));
    assert_non_null(strstr(text, "\"to\":{\"stage\":0,"));
    assert_int_equal(told(scene, LEVEL, "ann"), 1);
}

// A change that was held at the merge was not told: where the customer stood before it counts.
static void what_was_held_was_not_told(void **state)
{
    struct scene *scene = *state;
    live(scene, "ann", scene->start);
    scene_tell(scene, 1, "bob", ASKS, scene->start, "{}");
    pass(scene, scene->start + 5 * DAY);
    scene_tell(scene, 0, "ann", "relationship.ended", scene->start + 6 * DAY, "{\"by\":\"us\"}");
    scene_tell(scene, 0, "ann", "relationship.reopened", scene->start + 6 * DAY + HOUR, "{}");
    merge(scene, "ann", "bob", scene->start + 7 * DAY);
    unmerge(scene, "bob", "ann", scene->start + 8 * DAY);
    scene_settle(scene);
    assert_int_equal(told(scene, STAGE, "ann"), 4);
    pass(scene, scene->start + 9 * DAY);
    assert_int_equal(told(scene, STAGE, "ann"), 5);
    const char *text = last_told(scene, STAGE, "ann");
    assert_non_null(strstr(text, "\"n\":5,"));
    assert_non_null(strstr(text, "\"from\":{\"stage\":5,"));
    assert_non_null(strstr(text, "\"to\":{\"stage\":2,"));
    assert_names_once(scene);
}

// One of whom no event is left is no more. Who comes by an event under that id stands elsewhere than was told.
static void who_comes_by_an_event_is_told_of_from_there(void **state)
{
    struct scene *scene = *state;
    live(scene, "ann", scene->start);
    merge(scene, "ann", "bob", scene->start + 5 * DAY);
    pass(scene, scene->start + 6 * DAY);
    assert_int_equal(told(scene, STAGE, "bob"), 1); // a fold tells one change
    unmerge(scene, "bob", "ann", scene->start + 7 * DAY);
    pass(scene, scene->start + 8 * DAY);
    assert_null(customer(scene, "bob"));
    // Nothing begins by this.
    scene_tell(scene, 0, "bob", "reminder.acknowledged", scene->start + 9 * DAY,
               "{\"reminder_id\":\"00000000-0000-5000-8000-000000000000\"}");
    scene_settle(scene);
    assert_null(customer(scene, "bob"));
    scene_tell(scene, 0, "bob", "message.sent", scene->start + 10 * DAY, "{}");
    pass(scene, scene->start + 11 * DAY);
    assert_int_equal(customer(scene, "bob")->row.fold_at, INSTANT_NEVER);
    assert_int_equal(customer(scene, "bob")->row.state.stage, STAGE_STRANGER);
    assert_int_equal(told(scene, STAGE, "bob"), 2);
    assert_non_null(strstr(last_told(scene, STAGE, "bob"), "\"from\":{\"stage\":5,"));
    assert_non_null(strstr(last_told(scene, STAGE, "bob"), "\"to\":{\"stage\":1,"));
    assert_names_once(scene);
}

// Two messages of one name would be one to whoever reads them. What they said is forgotten, though.
static void counts_outlive_an_erasure(void **state)
{
    struct scene *scene = *state;
    live(scene, "ann", scene->start);
    scene_tell(scene, 1, "bob", ASKS, scene->start, "{}");
    merge(scene, "ann", "bob", scene->start + 5 * DAY);
    unmerge(scene, "bob", "ann", scene->start + 6 * DAY);
    pass(scene, scene->start + 7 * DAY);
    size_t stages = told(scene, STAGE, "ann"), count = fake_sink_count(scene->site.sink);
    assert_int_equal(stages, 1);
    scene_tell(scene, 0, "ann", "relationship.ended", scene->start + 8 * DAY, "{\"by\":\"us\"}"); // held
    erase(scene, "ann", scene->start + 9 * DAY);
    erase(scene, "bob", scene->start + 9 * DAY);
    scene_settle(scene);
    let_again(scene, "ann");
    let_again(scene, "bob");
    live(scene, "ann", scene->start + 10 * DAY);
    scene_tell(scene, 1, "bob", ASKS, scene->start + 10 * DAY, "{}");
    merge(scene, "ann", "bob", scene->start + 16 * DAY);
    unmerge(scene, "bob", "ann", scene->start + 17 * DAY);
    pass(scene, scene->start + 18 * DAY);
    assert_names_once(scene);
    assert_true(fake_sink_count(scene->site.sink) > count + 8);
    for (size_t i = stages; i < scene_told_times(scene, STAGE); i++) {
        const char *text = scene_told(scene, STAGE, i);
        assert_null(strstr(text, "\"to\":{\"stage\":0,"));
        if (strstr(text, "\"subject\":\"ann\"") && strstr(text, "\"n\":2,"))
            assert_non_null(strstr(text, "\"from\":{\"stage\":1,")); // as of somebody new
    }
    assert_non_null(strstr(last_told(scene, "guanxi.customer.merged", "ann"), "\"n\":2,"));
    assert_non_null(strstr(last_told(scene, "guanxi.customer.unmerged", "bob"), "\"n\":2,"));
    // Once more: they go on from there.
    erase(scene, "ann", scene->start + 19 * DAY);
    scene_settle(scene);
    let_again(scene, "ann");
    live(scene, "ann", scene->start + 20 * DAY);
    pass(scene, scene->start + 30 * DAY);
    assert_names_once(scene);
}

// A fold of its timeline makes of a customer what it is.
static void assert_folded(struct scene *scene, const char *id, instant as_of)
{
    const struct fake_customer *found = customer(scene, id);
    assert_non_null(found);
    assert_int_equal(found->row.fold_at, INSTANT_NEVER);
    assert_int_equal(found->row.state.as_of, as_of);
}

// Where just a merge stands on a timeline, the first event beside it finds the clock that a fold finds.
static void a_merge_alone_moves_the_clock(void **state)
{
    struct scene *scene = *state;
    instant merged = scene->start + 10 * HOUR;
    merge(scene, "ann", "bob", merged);
    scene_settle(scene);
    scene_tell(scene, 0, "bob", ASKS, scene->start, "{}");
    scene_tell(scene, 1, "bob", ASKS, scene->start + HOUR, "{}");
    pass(scene, scene->start + 2 * HOUR);
    assert_folded(scene, "bob", merged);
    // So it is where the event comes by the alias, and where what stands there alone is of an unmerge.
    merge(scene, "cem", "dan", merged);
    scene_tell(scene, 1, "cem", ASKS, scene->start + HOUR, "{}");
    pass(scene, scene->start + 3 * HOUR);
    assert_folded(scene, "dan", merged);
    unmerge(scene, "dan", "cem", merged + HOUR);
    pass(scene, merged + 2 * HOUR);
    assert_null(customer(scene, "dan"));
    scene_tell(scene, 1, "dan", ASKS, scene->start + HOUR, "{}");
    pass(scene, merged + 3 * HOUR);
    assert_folded(scene, "dan", merged + HOUR);
    // What an event brings that is later than all of it is the same either way.
    scene_tell(scene, 1, "dan", ASKS, merged + 2 * HOUR, "{}");
    pass(scene, merged + 4 * HOUR);
    assert_folded(scene, "dan", merged + 2 * HOUR);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(who_comes_back_unchanged_is_not_told_of_again),
        TEST(who_comes_back_changed_is_told_of_from_there),
        TEST(what_was_held_was_not_told),
        TEST(who_comes_by_an_event_is_told_of_from_there),
        TEST(counts_outlive_an_erasure),
        TEST(a_merge_alone_moves_the_clock),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
