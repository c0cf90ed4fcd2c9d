// Merges and unmerges as events that stand on a timeline: with whom they took place, wherever that is by now, known
// there by their identity, and without a word of who was erased.
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

// Each with an event of its own.
static void make(struct scene *scene, const char *ids)
{
    for (; *ids; ids++) {
        char id[2] = {*ids};
        scene_tell(scene, 0, id, ASKS, scene->start, "{}");
    }
}

static void merge_as(struct scene *scene, const char *event, const char *loser, const char *into, int day)
{
    char data[64];
    snprintf(data, sizeof data, "{\"into\":\"%s\"}", into);
    scene_tell_as(scene, 0, event, loser, "customer.merged", scene->start + day * DAY, data);
}

static void unmerge_as(struct scene *scene, const char *event, const char *winner, const char *back, int day)
{
    char data[64];
    snprintf(data, sizeof data, "{\"customer\":\"%s\"}", back);
    scene_tell_as(scene, 0, event, winner, "customer.unmerged", scene->start + day * DAY, data);
}

// The merges and unmerges that stand with an id: their names, in their order.
static void expect_changes(struct scene *scene, const char *id, const char *expected)
{
    char text[128] = "";
    const struct fake_customer *found = customer(scene, id);
    found = found ? found : fake_remains(scene->site.database, id);
    scene_settle(scene);
    for (size_t i = 0; found && i < found->event_count; i++) {
        const struct event *event = &found->events[i].event;
        if (event->type == TYPE_CUSTOMER_MERGED || event->type == TYPE_CUSTOMER_UNMERGED)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ", (int)event->id.size, event->id.data);
    }
    assert_string_equal(text, expected);
}

#define EXPECT_CHANGES(id, expected) (scene_settle(scene), expect_changes(scene, (id), (expected)))

static void expect_quarantined(struct scene *scene, size_t count, enum reject_reason last)
{
    scene_settle(scene);
    struct fake_view view = fake_view(scene->site.database);
    assert_int_equal(view.quarantine_count, count);
    if (count)
        assert_int_equal(view.quarantine[count - 1].row.reason, last);
}

static bool is_alias(struct scene *scene, const char *id)
{
    scene_settle(scene);
    return fake_alias(scene->site.database, id) != NULL;
}

// ---------------------------------------------------------------------------------------------- repeats

static void an_undone_merge_is_known_whomever_it_names(void **state)
{
    struct scene *scene = *state;
    make(scene, "abc");
    merge_as(scene, "m", "a", "b", 1);
    unmerge_as(scene, "u", "b", "a", 2);
    merge_as(scene, "m", "a", "c", 1); // other content
    expect_quarantined(scene, 1, REJECT_CONFLICT);
    assert_false(is_alias(scene, "a"));
    merge_as(scene, "m", "a", "b", 1);
    expect_quarantined(scene, 1, REJECT_CONFLICT);
    assert_false(is_alias(scene, "a"));
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 1);
    // Nor can it come to stand with two who become one.
    merge_as(scene, "n", "b", "c", 3);
    expect_quarantined(scene, 1, REJECT_CONFLICT);
    assert_true(is_alias(scene, "b"));
    EXPECT_CHANGES("c", "m u n ");
}

static void an_undone_merge_is_known_along_a_chain(void **state)
{
    struct scene *scene = *state;
    make(scene, "abcd");
    merge_as(scene, "m", "a", "b", 1);
    unmerge_as(scene, "u", "b", "a", 2);
    merge_as(scene, "n", "b", "c", 3);
    merge_as(scene, "o", "c", "d", 4);
    EXPECT_CHANGES("d", "m u n o ");
    int64_t epoch = fake_view(scene->site.database).epoch;
    merge_as(scene, "m", "a", "b", 1);
    unmerge_as(scene, "u", "b", "a", 2);
    expect_quarantined(scene, 0, 0);
    unmerge_as(scene, "v", "d", "b", 5); // back where it was
    merge_as(scene, "m", "a", "b", 1);
    merge_as(scene, "n", "b", "c", 3);
    expect_quarantined(scene, 0, 0);
    assert_true(fake_view(scene->site.database).epoch == epoch + 1);
    assert_false(is_alias(scene, "a") || is_alias(scene, "b"));
    merge_as(scene, "m", "a", "d", 1);
    expect_quarantined(scene, 1, REJECT_CONFLICT);
}

// An event that is none, under the name of a merge that stands elsewhere.
static void another_event_of_that_name_is_a_conflict(void **state)
{
    struct scene *scene = *state;
    make(scene, "ab");
    merge_as(scene, "m", "a", "b", 1);
    unmerge_as(scene, "u", "b", "a", 2);
    scene_tell(scene, 0, "a", ASKS, scene->start + 4 * DAY, "{}");
    scene_settle(scene);
    scene_tell_as(scene, 0, "m", "a", ASKS, scene->start + 3 * DAY, "{}"); // late
    expect_quarantined(scene, 1, REJECT_CONFLICT);
    assert_int_equal(customer(scene, "a")->event_count, 2);
}

// ----------------------------------------------------------------------------------- with whom they stand

static void what_is_named_by_an_alias_stays_too(void **state)
{
    struct scene *scene = *state;
    make(scene, "abcx");
    merge_as(scene, "xa", "x", "a", 1);
    merge_as(scene, "ac", "x", "c", 2); // a, by its alias
    assert_true(is_alias(scene, "a"));
    EXPECT_CHANGES("c", "xa ac ");
    unmerge_as(scene, "u", "x", "a", 3); // c, by its alias
    pass(scene, scene->start + 4 * DAY);
    EXPECT_CHANGES("c", "ac u ");
    EXPECT_CHANGES("a", "xa ");
    assert_int_equal(customer(scene, "a")->event_count, 3); // its own, that of x, and the merge with it
    assert_int_equal(customer(scene, "c")->event_count, 3);
    // With the winner it goes, and comes back with it.
    merge_as(scene, "cb", "c", "b", 5);
    EXPECT_CHANGES("b", "ac u cb ");
    unmerge_as(scene, "v", "b", "c", 6);
    pass(scene, scene->start + 7 * DAY);
    EXPECT_CHANGES("c", "ac u ");
    EXPECT_CHANGES("b", "cb v ");
}

// What two took part in as winners of each other stays apart.
static void each_winner_has_its_own(void **state)
{
    struct scene *scene = *state;
    make(scene, "ab");
    merge_as(scene, "ab", "a", "b", 1);
    unmerge_as(scene, "ua", "b", "a", 2);
    merge_as(scene, "ba", "b", "a", 3);
    EXPECT_CHANGES("a", "ab ua ba ");
    unmerge_as(scene, "ub", "a", "b", 4);
    pass(scene, scene->start + 5 * DAY);
    EXPECT_CHANGES("b", "ab ua ");
    EXPECT_CHANGES("a", "ba ub ");
    int64_t epoch = fake_view(scene->site.database).epoch;
    merge_as(scene, "ab", "a", "b", 1);
    unmerge_as(scene, "ua", "b", "a", 2);
    merge_as(scene, "ba", "b", "a", 3);
    unmerge_as(scene, "ub", "a", "b", 4);
    expect_quarantined(scene, 0, 0);
    assert_true(fake_view(scene->site.database).epoch == epoch);
}

// ---------------------------------------------------------------------------------------------- erasing

static bool mentions(struct span text, const char *id)
{
    return text.data && memmem(text.data, text.size, id, strlen(id)) != NULL;
}

static void expect_nowhere(struct scene *scene, const char *id)
{
    scene_settle(scene);
    struct fake_view view = fake_view(scene->site.database);
    for (size_t i = 0; i < view.customer_count; i++) {
        assert_false(mentions(view.customers[i]->row.id, id));
        for (size_t k = 0; k < view.customers[i]->event_count; k++) {
            const struct fake_event *row = &view.customers[i]->events[k];
            assert_false(mentions(row->event.subject, id) || mentions(row->event.data, id) ||
                         mentions(row->names, id) || mentions(row->winner, id));
        }
    }
    for (size_t i = 0; i < view.quarantine_count; i++)
        assert_false(mentions(view.quarantine[i].row.value, id));
    for (size_t i = 0; i < view.alias_count; i++)
        assert_false(mentions(view.aliases[i].customer_id, id) || mentions(view.aliases[i].into, id));
}

static const char *const MARK = "quetzal";

// Somebody was merged, told apart again and erased; others remember, by another name.
static void tell_of_marked(struct scene *scene)
{
    merge_as(scene, "mb", MARK, "b", 1);
    merge_as(scene, "mc", "c", MARK, 2); // b, by its alias
    unmerge_as(scene, "ub", "b", MARK, 3);
    unmerge_as(scene, "ig", "b", MARK, 4); // ignored
}

static void others_keep_no_word_of_the_erased(void **state)
{
    struct scene *scene = *state;
    make(scene, "bc");
    scene_tell(scene, 0, MARK, ASKS, scene->start, "{}");
    tell_of_marked(scene);
    pass(scene, scene->start + 5 * DAY);
    EXPECT_CHANGES("b", "mb mc ub ig ");
    assert_int_equal(customer(scene, "b")->row.state.as_of, scene->start + 4 * DAY);
    scene_tell(scene, 0, MARK, "customer.erased", scene->start + 6 * DAY, "{}");
    expect_nowhere(scene, MARK);
    EXPECT_CHANGES("b", "mc ub ig ");
    pass(scene, scene->start + 7 * DAY);
    // What came later of the same leaves nothing, and is done to nobody.
    int64_t epoch = fake_view(scene->site.database).epoch, version = customer(scene, "b")->row.version;
    tell_of_marked(scene);
    unmerge_as(scene, "again", "b", MARK, 8);
    expect_nowhere(scene, MARK);
    expect_quarantined(scene, 0, 0);
    assert_true(fake_view(scene->site.database).epoch == epoch);
    assert_int_equal(customer(scene, "b")->row.version, version);
    assert_true(is_alias(scene, "c"));
    unmerge_as(scene, "ub", "b", "c", 3); // of that name, and not what it was
    expect_quarantined(scene, 1, REJECT_CONFLICT);
}

// The clock of a customer whose last event goes with somebody erased is that of what is left: so a fold finds it.
static void who_loses_an_event_is_folded(void **state)
{
    struct scene *scene = *state;
    make(scene, "b");
    scene_tell(scene, 1, "a", ASKS, scene->start, "{}");
    merge_as(scene, "m", "a", "b", 3);
    unmerge_as(scene, "u", "a", "a", 4); // by its alias: b
    pass(scene, scene->start + 5 * DAY);
    assert_int_equal(customer(scene, "b")->row.fold_at, INSTANT_NEVER);
    assert_true(customer(scene, "b")->row.state.as_of >= scene->start + 4 * DAY);
    scene_tell(scene, 0, "a", "customer.erased", scene->start + 6 * DAY, "{}");
    scene_settle(scene);
    EXPECT_CHANGES("b", "");
    // The cache has it as it was.
    scene_tell(scene, 0, "b", ASKS, scene->start + 6 * DAY, "{}");
    pass(scene, scene->start + 7 * DAY);
    assert_int_equal(customer(scene, "b")->row.fold_at, INSTANT_NEVER);
    assert_int_equal(customer(scene, "b")->event_count, 2);
    assert_int_equal(customer(scene, "b")->row.state.as_of, scene->start + 6 * DAY);
}

// Nobody remembers what was erased: a readmitted id may be merged by the same event.
static void a_readmitted_id_is_merged_anew(void **state)
{
    struct scene *scene = *state;
    struct arena arena;
    make(scene, "ab");
    merge_as(scene, "m", "a", "b", 1);
    unmerge_as(scene, "u", "b", "a", 2);
    scene_settle(scene);
    scene_tell(scene, 0, "a", "customer.erased", scene->start + 3 * DAY, "{}");
    scene_settle(scene);
    struct store *store = fake_store_open(scene->site.database);
    arena_init(&arena, 4096);
    assert_outcome(READMIT_DONE, readmit(store, SPAN_LITERAL("a"), &arena));
    arena_free(&arena);
    store->ops->close(store);
    merge_as(scene, "m", "a", "b", 1);
    expect_quarantined(scene, 0, 0);
    assert_true(is_alias(scene, "a"));
    EXPECT_CHANGES("b", "m u ");
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 2);
    assert_non_null(strstr(scene_told(scene, "guanxi.customer.merged", 1), "\"n\":2,"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_undone_merge_is_known_whomever_it_names),
        TEST(an_undone_merge_is_known_along_a_chain),
        TEST(another_event_of_that_name_is_a_conflict),
        TEST(what_is_named_by_an_alias_stays_too),
        TEST(each_winner_has_its_own),
        TEST(others_keep_no_word_of_the_erased),
        TEST(who_loses_an_event_is_folded),
        TEST(a_readmitted_id_is_merged_anew),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
