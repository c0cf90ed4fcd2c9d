// What ids stand for: merges and unmerges move rows and bring them back, chains are followed, and what was issued of
// an id goes on being counted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "support/change_ids.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

#define TIMELINES "SELECT customer_id, event_id, recorded_as FROM guanxi.timeline ORDER BY 1, 2, 3"
#define CUSTOMERS "SELECT customer_id, version, fold_at IS NOT NULL FROM guanxi.customer ORDER BY 1"
#define ALIASES "SELECT customer_id, \"into\", extract(epoch FROM at) * 1000000 FROM guanxi.v_alias ORDER BY 1"

// A customer with the events given, each with points of its own.
static void make(const char *customer, const char *const *events, size_t count)
{
    struct customer_row row = test_customer(customer, 1);
    struct event kept[8];
    struct timeline_row rows[8];
    for (size_t i = 0; i < count; i++) {
        rows[i] = test_timeline(&kept[i], customer, events[i], (instant)i);
        rows[i].points = *customer + (double)i;
    }
    assert_done(test_write(test.store, &row, 1, rows, count));
}
#define MAKE(customer, ...)                                            \
    do {                                                               \
        static const char *const names[] = {__VA_ARGS__};              \
        make(customer, names, sizeof names / sizeof *names);           \
    } while (0)

static struct identity_row resolve(const char *id)
{
    struct span asked = span_text(id);
    struct identity_row row;
    int64_t epoch;
    assert_done(test.store->ops->resolve(test.store, &asked, 1, &test.arena, &row, &epoch));
    assert_true(span_equal(row.id, asked));
    assert_true(epoch == test_epoch(test.store));
    return row;
}

#define assert_means(id, expected) assert_true(span_equal(resolve(id).customer, span_text(expected)))

// The ids that lead to one, one after the other.
static void assert_led(const char *id, const char *expected)
{
    struct span *ids;
    size_t count;
    char text[64] = "";
    assert_done(test.store->ops->merged_into(test.store, span_text(id), &test.arena, &ids, &count));
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%.*s ", (int)ids[i].size, ids[i].data);
    assert_string_equal(text, expected);
}

static void an_id_of_which_nothing_is_known_is_itself(void **state)
{
    (void)state;
    assert_true(test_epoch(test.store) == 0);
    struct identity_row row = resolve("a");
    assert_true(span_equal(row.customer, SPAN_LITERAL("a")) && !row.erased);
    for (int kind = 0; kind < TRANSITION_KIND_COUNT; kind++)
        assert_int_equal(row.messages[kind], 0);
    assert_int_equal(row.merged, 0);
    assert_int_equal(row.unmerged, 0);
    assert_int_equal(row.erasures, 0);
    assert_led("a", "");
}

static void rows_move_to_the_winner_and_come_back(void **state)
{
    (void)state;
    MAKE("a", "1", "2");
    MAKE("b", "3");
    MAKE("ab", "1");
    assert_done(test_merge(test.store, "a", "b", "m"));
    EXPECT(TIMELINES, "ab|1|\nb|1|a\nb|2|a\nb|3|\nb|m|a\n");
    EXPECT(CUSTOMERS, "ab|1|f\nb|2|t\n");
    EXPECT(ALIASES, "a|b|1000.000000\n");
    EXPECT("SELECT event_id, recorded_as, points FROM guanxi.v_timeline WHERE customer_id = 'b' ORDER BY 1",
           "1|a|97\n2|a|98\n3|b|98\nm|a|0\n");
    assert_true(test_epoch(test.store) == 1);
    assert_means("a", "b");
    assert_means("b", "b");
    assert_led("b", "a ");
    assert_done(test_unmerge(test.store, "b", "a", "u"));
    EXPECT(TIMELINES, "a|1|\na|2|\nab|1|\nb|3|\nb|m|a\nb|u|\n");
    EXPECT(CUSTOMERS, "a|1|t\nab|1|f\nb|3|t\n");
    EXPECT(ALIASES, "");
    EXPECT("SELECT event_id, points FROM guanxi.timeline WHERE customer_id = 'a' ORDER BY 1", "1|97\n2|98\n");
    assert_means("a", "a");
    assert_led("b", "");
    assert_true(test_epoch(test.store) == 2);
}

static void chains_are_followed_and_taken_apart(void **state)
{
    (void)state;
    MAKE("a", "1");
    MAKE("b", "2");
    MAKE("c", "3");
    assert_done(test_merge(test.store, "a", "b", "ab"));
    assert_done(test_merge(test.store, "b", "c", "bc"));
    EXPECT(TIMELINES, "c|1|a\nc|2|b\nc|3|\nc|ab|a\nc|bc|b\n");
    EXPECT(ALIASES, "a|b|1000.000000\nb|c|1000.000000\n");
    assert_means("a", "c");
    assert_means("b", "c");
    assert_led("c", "a b ");
    assert_led("b", "a ");
    // What stood on the timeline of b goes back with it; its own merge stays.
    assert_done(test_unmerge(test.store, "c", "b", "cb"));
    EXPECT(TIMELINES, "b|1|a\nb|2|\nb|ab|a\nc|3|\nc|bc|b\nc|cb|\n");
    assert_means("a", "b");
    assert_done(test_unmerge(test.store, "b", "a", "ba"));
    EXPECT(TIMELINES, "a|1|\nb|2|\nb|ab|a\nb|ba|\nc|3|\nc|bc|b\nc|cb|\n");
    EXPECT(ALIASES, "");
    // And once more, the other way round: what came under b and stands with c is then its own again.
    assert_done(test_merge(test.store, "c", "b", "2cb"));
    EXPECT(TIMELINES, "a|1|\nb|2|\nb|2cb|c\nb|3|c\nb|ab|a\nb|ba|\nb|bc|\nb|cb|c\n");
}

// Out of the middle of a chain: who led to it goes with it, who led to the winner by another way stays.
static void a_branch_goes_back_alone(void **state)
{
    (void)state;
    MAKE("a", "1");
    MAKE("b", "2");
    MAKE("c", "3");
    MAKE("d", "4");
    assert_done(test_merge(test.store, "a", "b", "ab"));
    assert_done(test_merge(test.store, "c", "d", "cd"));
    assert_done(test_merge(test.store, "b", "d", "bd"));
    assert_led("d", "a b c ");
    assert_done(test_unmerge(test.store, "d", "b", "db"));
    EXPECT(TIMELINES, "b|1|a\nb|2|\nb|ab|a\nd|3|c\nd|4|\nd|bd|b\nd|cd|c\nd|db|\n");
    EXPECT(ALIASES, "a|b|1000.000000\nc|d|1000.000000\n");
    assert_means("c", "d");
    assert_means("a", "b");
}

static void events_of_both_with_one_id_stay_two(void **state)
{
    (void)state;
    MAKE("a", "1", "2");
    MAKE("b", "1", "2");
    assert_done(test_merge(test.store, "a", "b", "m"));
    EXPECT(TIMELINES, "b|1|\nb|1|a\nb|2|\nb|2|a\nb|m|a\n");
    // An identity is one of the subject.
    struct event events[3];
    struct timeline_row rows[3] = {test_timeline(&events[0], "a", "1", 0), test_timeline(&events[1], "b", "2", 0),
                                   test_timeline(&events[2], "c", "1", 0)};
    const struct event *asked[3] = {&events[0], &events[1], &events[2]};
    struct span customers[3] = {SPAN_LITERAL("b"), SPAN_LITERAL("b"), SPAN_LITERAL("b")};
    enum identity found[3];
    assert_done(test.store->ops->identify(test.store, customers, asked, 3, found));
    assert_int_equal(found[0], IDENTITY_SAME);
    assert_int_equal(found[1], IDENTITY_OTHER); // at another instant
    assert_int_equal(found[2], IDENTITY_NEW);
    // New points find the one that is meant.
    rows[0].customer_id = SPAN_LITERAL("b");
    rows[0].points = 5;
    rows[1].points = 6;
    struct store_write write = {.epoch = EPOCH_ANY, .points = rows, .points_count = 2};
    assert_done(test.store->ops->write(test.store, &write));
    EXPECT("SELECT event_id, recorded_as, points FROM guanxi.timeline WHERE type <> 35 ORDER BY 1, 2",
           "1||98\n1|a|5\n2||6\n2|a|98\n");
    // What comes later under the alias is written as it came.
    rows[2] = test_timeline(&events[2], "a", "3", 9);
    rows[2].customer_id = SPAN_LITERAL("b");
    write = (struct store_write){.epoch = 1, .timeline = &rows[2], .timeline_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    assert_outcome(STORE_DUPLICATE, test.store->ops->write(test.store, &write));
    assert_done(test_unmerge(test.store, "b", "a", "u"));
    EXPECT(TIMELINES, "a|1|\na|2|\na|3|\nb|1|\nb|2|\nb|m|a\nb|u|\n");
}

static int each_subject(void *context, size_t customer, struct timeline_row *row, struct event *event)
{
    char *told = context;
    assert_int_equal(customer, 0);
    assert_ptr_equal(row->event, event);
    snprintf(told + strlen(told), 64 - strlen(told), "%.*s%.*s ", (int)event->subject.size, event->subject.data,
             (int)event->id.size, event->id.data);
    return 0;
}

// Events of one instant, source and id come in the order of their subjects, and know them.
static void the_stream_tells_subjects(void **state)
{
    (void)state;
    MAKE("c", "1", "2");
    MAKE("b", "1", "2");
    MAKE("a", "1");
    assert_done(test_merge(test.store, "a", "b", "m"));
    assert_done(test_merge(test.store, "c", "b", "n"));
    struct span id = SPAN_LITERAL("b");
    char told[64] = "";
    assert_done(test.store->ops->timelines(test.store, &id, 1, each_subject, told));
    assert_string_equal(told, "a1 b1 c1 b2 c2 am cn ");
}

// The loser keeps nothing but its reminders; others keep everything.
static void what_was_told_of_the_loser_goes(void **state)
{
    (void)state;
    MAKE("a", "1");
    MAKE("b", "2");
    for (int i = 0; i < 2; i++) {
        struct span id = i ? SPAN_LITERAL("b") : SPAN_LITERAL("a");
        struct transition_row transition = {.customer_id = id, .transition = {.to = 1, .n = 1}};
        struct promise_row promise = {.customer_id = id, .promise = {.id = SPAN_LITERAL("p"), .state = PROMISE_OPEN}};
        struct objection_row objection = {.customer_id = id};
        struct profile_row profile = {.customer_id = id, .name = SPAN_LITERAL("n")};
        struct store_write write = {.transitions = &transition, .transition_count = 1,
                                    .promises = &promise, .promise_count = 1,
                                    .objections = &objection, .objection_count = 1,
                                    .profiles = &profile, .profile_count = 1};
        assert_done(test.store->ops->write(test.store, &write));
    }
    test_sql(&test.database, "INSERT INTO guanxi.reminder (customer_id, reminder_id, anchor, due_at, opened_at, home,"
                             " kind, notices) SELECT c, gen_random_uuid(), 0, now(), now(), 1, 0, 1"
                             " FROM (VALUES ('a'), ('b')) AS v (c)");
    assert_done(test_merge(test.store, "a", "b", "m"));
    EXPECT("SELECT customer_id FROM guanxi.transition", "b\n");
    EXPECT("SELECT customer_id FROM guanxi.promise", "b\n");
    EXPECT("SELECT customer_id FROM guanxi.objection", "b\n");
    EXPECT("SELECT customer_id FROM guanxi.profile", "b\n");
    EXPECT("SELECT customer_id FROM guanxi.reminder ORDER BY 1", "a\nb\n");
}

// A winner of whom nothing is known is made, and is shown once it is folded.
static void a_winner_may_be_unknown(void **state)
{
    (void)state;
    MAKE("a", "1");
    assert_done(test_merge(test.store, "a", "w", "m"));
    EXPECT(TIMELINES, "w|1|a\nw|m|a\n");
    EXPECT(CUSTOMERS, "w|1|t\n");
    EXPECT("SELECT count(*) FROM guanxi.v_customer", "0\n");
    // So may both be.
    assert_done(test_merge(test.store, "x", "y", "n"));
    EXPECT(CUSTOMERS, "w|1|t\n");
    assert_means("x", "y");
    EXPECT("SELECT customer_id, event_id FROM guanxi.v_timeline ORDER BY 1, 2", "w|1\nw|m\ny|n\n");
}

static void what_was_issued_of_an_id_is_counted_on(void **state)
{
    (void)state;
    struct customer_row row = test_customer("a", 1);
    row.state.level_changes = row.messages[TRANSITION_LEVEL] = 7; // as many as there were
    row.state.stage_changes = 5;
    row.messages[TRANSITION_STAGE] = 3;
    row.messages[TRANSITION_TIER] = 2;
    assert_done(test_write(test.store, &row, 1, NULL, 0));
    assert_done(test_merge(test.store, "a", "b", "m1"));
    struct identity_row a = resolve("a");
    assert_int_equal(a.messages[TRANSITION_LEVEL], 7);
    assert_int_equal(a.messages[TRANSITION_STAGE], 3);
    assert_int_equal(a.messages[TRANSITION_PRAM], 0);
    assert_int_equal(a.messages[TRANSITION_TIER], 2);
    assert_int_equal(a.merged, 1);
    assert_int_equal(a.unmerged, 0);
    assert_int_equal(resolve("b").merged, 0);
    assert_done(test_unmerge(test.store, "b", "a", "u1"));
    assert_int_equal(resolve("b").unmerged, 1);
    assert_int_equal(resolve("a").messages[TRANSITION_STAGE], 3);
    // The row that came back counts by itself, until it departs again.
    test_sql(&test.database, "UPDATE guanxi.customer SET pram_messages = 9, level_messages = 8"
                             " WHERE customer_id = 'a'");
    assert_done(test_merge(test.store, "a", "b", "m2"));
    a = resolve("a");
    assert_int_equal(a.messages[TRANSITION_LEVEL], 8);
    assert_int_equal(a.messages[TRANSITION_PRAM], 9);
    assert_int_equal(a.merged, 2);
}

// A fold that yields nobody deletes without a change of ids; strangers are asked for from then on.
static void a_customer_departs_by_itself(void **state)
{
    (void)state;
    struct customer_row rows[3] = {test_customer("a", 1), test_customer("b", 1), test_customer("c", 1)};
    rows[1].messages[TRANSITION_PRAM] = 4;
    assert_done(test_write(test.store, rows, 3, NULL, 0));
    rows[0].version = rows[1].version = rows[2].version = 1;
    struct store_write write = {.epoch = EPOCH_ANY, .customers = &rows[2], .customer_count = 1,
                                .delete_customers = rows, .delete_customer_count = 2};
    rows[0].version = 2;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write));
    EXPECT(CUSTOMERS, "a|1|f\nb|1|f\nc|1|f\n");
    assert_true(test_epoch(test.store) == 0);
    rows[0].version = 1;
    assert_done(test.store->ops->write(test.store, &write));
    EXPECT(CUSTOMERS, "c|2|f\n");
    assert_int_equal(resolve("b").messages[TRANSITION_PRAM], 4);
    assert_true(test_epoch(test.store) == 1);
    rows[2].version = 2;
    write.delete_customers = &rows[2];
    write.customer_count = 0;
    write.delete_customer_count = 1;
    assert_done(test.store->ops->write(test.store, &write));
    assert_true(test_epoch(test.store) == 2);
}

// Nothing is left of a change that was judged under what no longer stands.
static void a_change_is_guarded(void **state)
{
    (void)state;
    MAKE("a", "1");
    MAKE("b", "2");
    struct customer_row rows[2] = {test_customer("a", 1), test_customer("b", 1)};
    rows[0].version = rows[1].version = 1;
    struct identity_change change = {.kind = IDENTITY_MERGE, .epoch = 1, .subject = rows[0].id, .from = rows[0].id,
                                     .to = rows[1].id};
    struct store_write write = {.identity = &change, .customers = &rows[1], .customer_count = 1,
                                .delete_customers = &rows[0], .delete_customer_count = 1};
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write)); // another epoch
    change.epoch = 0;
    rows[0].version = 2;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write)); // another version of the loser
    rows[0].version = 1;
    rows[1].version = 2;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write)); // and of the winner
    rows[1].version = 1;
    write.delete_customer_count = 0;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write)); // a loser of whom it knows nothing
    change.kind = IDENTITY_UNMERGE;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write)); // a winner likewise
    change.from = rows[1].id;
    change.to = rows[0].id;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write)); // no alias
    EXPECT(TIMELINES, "a|1|\nb|2|\n");
    EXPECT(CUSTOMERS, "a|1|f\nb|1|f\n");
    EXPECT("SELECT (SELECT epoch FROM guanxi.identity), (SELECT count(*) FROM guanxi.departed)", "0|0\n");
}

static void a_batch_of_before_is_refused(void **state)
{
    (void)state;
    MAKE("a", "1");
    struct customer_row row = test_customer("c", 1);
    struct store_write write = {.customers = &row, .customer_count = 1};
    assert_done(test_merge(test.store, "a", "b", "m"));
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write));
    write.epoch = 2;
    assert_outcome(STORE_CONFLICT, test.store->ops->write(test.store, &write));
    EXPECT("SELECT count(*) FROM guanxi.customer WHERE customer_id = 'c'", "0\n");
    write.epoch = 1;
    assert_done(test.store->ops->write(test.store, &write));
    // What is guarded by versions alone does not ask. Who comes now is not taken for somebody of before.
    row.version = customer_next_version(0, write.epoch);
    assert_true(row.version > 1);
    write.epoch = EPOCH_ANY;
    assert_done(test.store->ops->write(test.store, &write));
}

// More than fit into one statement, in any order and more than once.
static void many_ids_go_in_pieces(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct span *ids = calloc(COUNT, sizeof *ids);
    struct identity_row *rows = calloc(COUNT, sizeof *rows);
    char(*names)[8] = calloc(COUNT, sizeof *names);
    assert_done(test_merge(test.store, "7", "x", "m"));
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%d", (COUNT - i) % 4000);
        ids[i] = span_text(names[i]);
    }
    int64_t epoch;
    assert_done(test.store->ops->resolve(test.store, ids, COUNT, &test.arena, rows, &epoch));
    assert_true(epoch == 1);
    for (int i = 0; i < COUNT; i++) {
        bool merged = strcmp(names[i], "7") == 0;
        assert_true(span_equal(rows[i].id, ids[i]) && rows[i].id.data != ids[i].data);
        assert_true(span_equal(rows[i].customer, merged ? SPAN_LITERAL("x") : ids[i]));
        assert_int_equal(rows[i].merged, merged);
    }
    free(ids);
    free(rows);
    free(names);
}

int main(void)
{
#define TEST(name) STORE_TEST(name)
    const struct CMUnitTest tests[] = {
        TEST(an_id_of_which_nothing_is_known_is_itself),
        TEST(rows_move_to_the_winner_and_come_back),
        TEST(chains_are_followed_and_taken_apart),
        TEST(a_branch_goes_back_alone),
        TEST(events_of_both_with_one_id_stay_two),
        TEST(the_stream_tells_subjects),
        TEST(what_was_told_of_the_loser_goes),
        TEST(a_winner_may_be_unknown),
        TEST(what_was_issued_of_an_id_is_counted_on),
        TEST(a_customer_departs_by_itself),
        TEST(a_change_is_guarded),
        TEST(a_batch_of_before_is_refused),
        TEST(many_ids_go_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
