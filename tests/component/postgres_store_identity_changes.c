// Merges and unmerges on timelines: they stay with whom they took place, are known wherever they stand, and keep no
// word of who was erased.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>

#include "support/change_ids.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

#define TIMELINES "SELECT customer_id, event_id, recorded_as, winner FROM guanxi.timeline ORDER BY 1, 2, 3"

static void make(const char *customer, const char *id)
{
    struct customer_row row = test_customer(customer, 1);
    struct event event;
    struct timeline_row timeline = test_timeline(&event, customer, id, 1);
    const struct store_write write = {.epoch = EPOCH_ANY, .customers = &row, .customer_count = 1,
                                      .timeline = &timeline, .timeline_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
}

// As the application asks: on the timeline of a customer, by the subject, source and id of an event.
static enum identity identify(const char *customer, const char *subject, const char *id, uint16_t type, instant at,
                              const char *data)
{
    struct event event;
    test_timeline(&event, subject, id, at);
    event.type = type;
    event.data = span_text(data);
    const struct event *asked = &event;
    struct span customer_id = span_text(customer);
    enum identity found;
    assert_done(test.store->ops->identify(test.store, &customer_id, &asked, 1, &found));
    return found;
}

#define MERGED TYPE_CUSTOMER_MERGED
#define UNMERGED TYPE_CUSTOMER_UNMERGED

static void changes_stay_with_their_winner(void **state)
{
    (void)state;
    make("a", "1");
    make("b", "2");
    make("c", "3");
    assert_done(test_merge(test.store, "x", "a", "xa"));
    assert_done(test_merge(test.store, "a", "c", "ac"));
    // As if the last one had named x, and an unmerge one that was merged into c.
    test_sql(&test.database, "UPDATE guanxi.timeline SET recorded_as = 'x' WHERE event_id = 'ac'");
    EXPECT(TIMELINES, "b|2||\nc|1|a|\nc|3||\nc|ac|x|\nc|xa|x|a\n");
    assert_done(test_merge(test.store, "c", "b", "cb"));
    EXPECT(TIMELINES, "b|1|a|\nb|2||\nb|3|c|\nb|ac|x|c\nb|cb|c|\nb|xa|x|a\n");
    assert_done(test_unmerge(test.store, "b", "a", "ba")); // out of the middle
    EXPECT(TIMELINES, "a|1||\na|xa|x|\nb|2||\nb|3|c|\nb|ac|x|c\nb|ba||\nb|cb|c|\n");
    assert_done(test_unmerge(test.store, "b", "c", "bc"));
    EXPECT(TIMELINES, "a|1||\na|xa|x|\nb|2||\nb|ba||\nb|bc||\nb|cb|c|\nc|3||\nc|ac|x|\n");
    // Turned round: what c was the winner of, and what named c, tell themselves apart.
    assert_done(test_merge(test.store, "b", "c", "bc2"));
    EXPECT(TIMELINES, "a|1||\na|xa|x|\nc|2|b|\nc|3||\nc|ac|x|\nc|ba|b|b\nc|bc|b|b\nc|bc2|b|\nc|cb||b\n");
    assert_done(test_unmerge(test.store, "c", "b", "cb2"));
    EXPECT(TIMELINES, "a|1||\na|xa|x|\nb|2||\nb|ba||\nb|bc||\nb|cb|c|\nc|3||\nc|ac|x|\nc|bc2|b|\nc|cb2||\n");
}

static void changes_are_known_wherever_they_stand(void **state)
{
    (void)state;
    make("a", "1");
    make("b", "2");
    assert_done(test_merge(test.store, "a", "b", "m"));
    assert_done(test_unmerge(test.store, "b", "a", "u"));
    assert_done(test_merge(test.store, "b", "c", "n"));
    assert_int_equal(identify("a", "a", "m", MERGED, 1000, "{}"), IDENTITY_SAME);
    assert_int_equal(identify("a", "a", "m", MERGED, 1001, "{}"), IDENTITY_OTHER);
    assert_int_equal(identify("a", "a", "m", TYPE_CUSTOMER_ERASED, 1000, "{}"), IDENTITY_OTHER);
    assert_int_equal(identify("z", "b", "u", UNMERGED, 2000, "{}"), IDENTITY_SAME);
    assert_int_equal(identify("c", "c", "u", UNMERGED, 2000, "{}"), IDENTITY_NEW); // of another subject
    assert_int_equal(identify("a", "a", "1", TYPE_MESSAGE_RECEIVED, 1, "{}"), IDENTITY_SAME);
    assert_int_equal(identify("b", "a", "1", TYPE_MESSAGE_RECEIVED, 1, "{}"), IDENTITY_NEW); // others only on the timeline
    // Several in one question.
    struct event events[3];
    test_timeline(&events[0], "b", "n", 1000);
    test_timeline(&events[1], "a", "1", 2);
    test_timeline(&events[2], "a", "m", 1000);
    events[0].type = events[2].type = MERGED;
    const struct event *asked[3] = {&events[0], &events[1], &events[2]};
    struct span ids[3] = {SPAN_LITERAL("c"), SPAN_LITERAL("a"), SPAN_LITERAL("a")};
    enum identity found[3];
    assert_done(test.store->ops->identify(test.store, ids, asked, 3, found));
    assert_int_equal(found[0], IDENTITY_SAME);
    assert_int_equal(found[1], IDENTITY_OTHER);
    assert_int_equal(found[2], IDENTITY_SAME);
}

// The data of the changes as they are told.
static void tell_data(void)
{
    test_sql(&test.database,
             "UPDATE guanxi.timeline SET data = CASE type WHEN 35 THEN '{\"into\":\"' ELSE '{\"customer\":\"' END"
             " || names || '\"}' WHERE type IN (35, 36)");
}

static void who_was_erased_is_named_no_more(void **state)
{
    (void)state;
    make("gone", "1");
    make("b", "2");
    make("c", "3");
    assert_done(test_merge(test.store, "gone", "b", "m"));
    assert_done(test_merge(test.store, "c", "b", "c")); // which named it
    assert_done(test_unmerge(test.store, "b", "gone", "u"));
    test_sql(&test.database, "UPDATE guanxi.timeline SET names = 'gone' WHERE event_id = 'c';"
                             " UPDATE guanxi.customer SET fold_at = NULL, as_of = '2020-01-01' WHERE customer_id = 'b'");
    tell_data();
    EXPECT("SELECT event_id, ref, recorded_as FROM guanxi.v_timeline WHERE customer_id = 'b' ORDER BY 1",
           "2||b\n3||c\nc|gone|c\nm|b|gone\nu|gone|b\n");
    EXPECT("SELECT customer_id, version, fold_at IS NULL FROM guanxi.customer ORDER BY 1", "b|4|t\ngone|1|f\n");
    assert_done(test_erase(test.store, "gone"));
    EXPECT("SELECT event_id, ref, recorded_as FROM guanxi.v_timeline ORDER BY 1", "2||b\n3||c\nc||c\nu||b\n");
    EXPECT("SELECT count(*) FROM guanxi.timeline t WHERE t::text LIKE '%gone%'", "0\n");
    // Who lost an event is to be folded, and nobody writes what was read before.
    EXPECT("SELECT customer_id, version, fold_at = as_of FROM guanxi.customer ORDER BY 1", "b|5|t\n");
    // What is left is known by all of its data, and read as what it was.
    EXPECT("SELECT event_id, data ~ '^\\{\"into\":\"[0-9a-f]{64}\"\\}$', data ~ '^\\{\"customer\":\"[0-9a-f]{64}\"\\}$'"
           " FROM guanxi.timeline WHERE type IN (35, 36) ORDER BY 1", "c|t|f\nu|f|t\n");
    assert_int_equal(identify("b", "b", "u", UNMERGED, 2000, "{\"customer\":\"gone\"}"), IDENTITY_SAME);
    assert_int_equal(identify("b", "b", "u", UNMERGED, 2000, "{\"customer\":\"gona\"}"), IDENTITY_OTHER);
    assert_int_equal(identify("b", "c", "c", MERGED, 1000, "{\"into\":\"gone\"}"), IDENTITY_SAME);
    assert_int_equal(identify("b", "gone", "m", MERGED, 1000, "{\"into\":\"b\"}"), IDENTITY_NEW);
}

// Where the same stands with nobody, nobody is marked; somebody who is marked already stays so.
static void others_are_marked_as_they_need(void **state)
{
    (void)state;
    assert_done(test_merge(test.store, "gone", "n", "m")); // of strangers
    make("b", "1");
    assert_done(test_unmerge(test.store, "n", "gone", "u"));
    assert_done(test_merge(test.store, "gone", "b", "m2"));
    assert_done(test_unmerge(test.store, "b", "gone", "u2"));
    EXPECT("SELECT customer_id, extract(epoch FROM fold_at) FROM guanxi.customer WHERE customer_id = 'b'",
           "b|0.000000\n");
    test_sql(&test.database, "DELETE FROM guanxi.customer WHERE customer_id = 'n'"); // as the fold finds
    assert_done(test_erase(test.store, "gone"));
    EXPECT("SELECT customer_id, event_id FROM guanxi.timeline ORDER BY 1, 2", "b|1\nb|u2\nn|u\n");
    EXPECT("SELECT customer_id, extract(epoch FROM fold_at) FROM guanxi.customer ORDER BY 1", "b|0.000000\n");
}

// One event got the name that a merge has which stands elsewhere: they cannot stand together, so the two that have them
// do not become one, and nothing else comes of it.
static void names_that_meet_are_refused(void **state)
{
    (void)state;
    make("a", "1");
    make("b", "2");
    assert_done(test_merge(test.store, "a", "b", "m"));
    assert_done(test_unmerge(test.store, "b", "a", "u"));
    struct event event;
    struct timeline_row timeline = test_timeline(&event, "a", "m", 5000);
    const struct store_write write = {.epoch = EPOCH_ANY, .timeline = &timeline, .timeline_count = 1};
    assert_done(test.store->ops->write(test.store, &write));
    assert_outcome(STORE_POISON, test_merge(test.store, "a", "b", "n"));
    assert_outcome(STORE_POISON, test_merge(test.store, "b", "a", "n"));
    EXPECT("SELECT count(*) FROM guanxi.alias", "0\n");
    EXPECT(TIMELINES, "a|1||\na|m||\nb|2||\nb|m|a|\nb|u||\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(changes_stay_with_their_winner),
        STORE_TEST(changes_are_known_wherever_they_stand),
        STORE_TEST(who_was_erased_is_named_no_more),
        STORE_TEST(others_are_marked_as_they_need),
        STORE_TEST(names_that_meet_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
