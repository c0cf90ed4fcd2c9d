// What stands beside the state of customers: transitions, promises, objections and texts, and how a fold
// replaces them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;

static int write_it(const struct store_write *write)
{
    return test.store->ops->write(test.store, write);
}

#define MICROSECONDS(at) "(extract(epoch FROM " at ") * 1000000)::bigint"

static struct promise_row promise_of(const char *customer, const char *id, enum promise_state state)
{
    return (struct promise_row){
        .customer_id = span_text(customer),
        .promise = {.id = span_text(id), .by = BY_US, .state = (uint8_t)state, .made_at = 5, .due = 50,
                    .outcome_at = INSTANT_NONE}};
}

#define TRANSITIONS \
    "SELECT customer_id, kind, n, " MICROSECONDS("at") ", from_state, to_state, detail, source, event_id" \
    " FROM guanxi.transition ORDER BY customer_id, kind, n"

static void transitions_of_all_kinds_are_kept(void **state)
{
    (void)state;
    struct transition_row rows[] = {
        {.customer_id = SPAN_LITERAL("b"), .at = 0,
         .transition = {TRANSITION_TIER, TIER_NONE, TIER_STAR, 1, INT32_MAX},
         .source = SPAN_LITERAL("guanxi"), .event_id = SPAN_LITERAL("rank/x")},
        {.customer_id = SPAN_LITERAL("a"), .at = 7,
         .transition = {TRANSITION_LEVEL, LEVEL_REACTIVE, LEVEL_BASIC, 1, LEVEL_BY_WARMTH}},
        {.customer_id = SPAN_LITERAL("a"), .at = 8,
         .transition = {TRANSITION_STAGE, STAGE_MATURE, STAGE_ENDED, 1, 1},
         .source = SPAN_LITERAL("/s"), .event_id = SPAN_LITERAL("e")},
        {.customer_id = SPAN_LITERAL("a"), .at = 9,
         .transition = {TRANSITION_PRAM, PHASE_PLAN, PHASE_MAINTAIN, INT32_MAX, 5}},
    };
    struct store_write write = {.transitions = rows, .transition_count = sizeof rows / sizeof *rows};
    assert_done(write_it(&write));
    EXPECT(TRANSITIONS, "a|0|1|7|2|1|1||\na|1|1|8|5|0|1|/s|e\na|2|2147483647|9|1|3|5||\n"
                        "b|3|1|0|0|3|2147483647|guanxi|rank/x\n");
    // A number comes once.
    write.transition_count = 1;
    assert_outcome(STORE_POISON, write_it(&write));
}

// Of a kind those from a number on go, and others may come in their place at once.
static void transitions_go_from_a_number_on(void **state)
{
    (void)state;
    struct transition_row rows[6];
    for (int i = 0; i < 6; i++)
        rows[i] = (struct transition_row){
            .customer_id = i < 5 ? SPAN_LITERAL("a") : SPAN_LITERAL("b"), .at = i,
            .transition = {.kind = (uint8_t)(i < 3 || i == 5 ? TRANSITION_LEVEL : TRANSITION_STAGE), .from = 1, .to = 2,
                           .n = i % 3 + 1}};
    struct store_write write = {.transitions = rows, .transition_count = 6};
    assert_done(write_it(&write));
    const struct transition_row from[] = {rows[1], rows[4]};
    rows[2].transition.to = 4;
    write = (struct store_write){.delete_transitions = from, .delete_transition_count = 2, .transitions = &rows[2],
                                 .transition_count = 1};
    assert_done(write_it(&write));
    EXPECT("SELECT customer_id, kind, n, to_state FROM guanxi.transition ORDER BY 1, 2, 3",
           "a|0|1|2\na|0|3|4\na|1|1|2\nb|0|3|2\n");
    write = (struct store_write){.delete_transitions = &rows[5], .delete_transition_count = 1};
    assert_done(write_it(&write));
    assert_done(write_it(&write)); // that there are none is no harm
    EXPECT("SELECT count(*) FROM guanxi.transition WHERE customer_id = 'b'", "0\n");
}

#define PROMISES \
    "SELECT customer_id, promise_id, by, state, " MICROSECONDS("made_at") ", " MICROSECONDS("due_at") ", " \
    MICROSECONDS("outcome_at") ", about FROM guanxi.promise ORDER BY customer_id, promise_id"

static void the_last_of_a_promise_counts(void **state)
{
    (void)state;
    struct promise_row rows[4] = {promise_of("a", "p", PROMISE_OPEN), promise_of("b", "p", PROMISE_KEPT),
                                  promise_of("a", "p", PROMISE_BROKEN), promise_of("a", "P", PROMISE_OPEN)};
    rows[0].promise.about = SPAN_LITERAL("a visit");
    rows[1].promise.made_at = rows[1].promise.due = INSTANT_NONE;
    rows[1].promise.outcome_at = 9;
    rows[1].promise.by = BY_CUSTOMER;
    rows[2].promise.outcome_at = 60;
    struct store_write write = {.promises = rows, .promise_count = 4};
    assert_done(write_it(&write));
    EXPECT(PROMISES, "a|P|0|1|5|50||\na|p|0|3|5|50|60|a visit\nb|p|1|2|||9|\n");
    write.promise_count = 1;
    rows[0].promise.about = SPAN_NONE;
    assert_done(write_it(&write));
    EXPECT(PROMISES, "a|P|0|1|5|50||\na|p|0|1|5|50||a visit\nb|p|1|2|||9|\n");
}

static void promises_are_looked_up(void **state)
{
    (void)state;
    struct promise_row rows[2] = {promise_of("a", "p", PROMISE_LAPSED), promise_of("b", "q", PROMISE_KEPT)};
    rows[0].promise.about = SPAN_LITERAL("\xE5\xAE\xA2");
    rows[0].promise.outcome_at = 70;
    rows[1].promise.by = BY_CUSTOMER;
    rows[1].promise.made_at = rows[1].promise.due = INSTANT_NONE;
    struct store_write write = {.promises = rows, .promise_count = 2};
    assert_done(write_it(&write));
    struct span customers[5] = {SPAN_LITERAL("b"), SPAN_LITERAL("a"), SPAN_LITERAL("a"), SPAN_LITERAL("c"),
                                SPAN_LITERAL("b")};
    struct span ids[5] = {SPAN_LITERAL("q"), SPAN_LITERAL("q"), SPAN_LITERAL("p"), SPAN_LITERAL("p"),
                          SPAN_LITERAL("q")};
    struct promise found[5];
    assert_done(test.store->ops->promises(test.store, customers, ids, 5, &test.arena, found));
    for (int i = 0; i < 5; i++)
        assert_true(span_equal(found[i].id, ids[i]) && found[i].id.data != ids[i].data);
    assert_true(found[0].state == PROMISE_KEPT && found[0].by == BY_CUSTOMER && !found[0].about.data);
    assert_true(found[0].made_at == INSTANT_NONE && found[0].due == INSTANT_NONE);
    assert_true(found[1].state == PROMISE_UNKNOWN && found[1].made_at == INSTANT_NONE);
    assert_true(found[1].due == INSTANT_NONE && found[1].outcome_at == INSTANT_NONE);
    assert_true(found[2].state == PROMISE_LAPSED && found[2].by == BY_US && found[2].made_at == 5);
    assert_true(found[2].due == 50 && found[2].outcome_at == 70);
    assert_true(span_equal(found[2].about, rows[0].promise.about));
    assert_true(found[3].state == PROMISE_UNKNOWN);
    assert_true(found[4].state == PROMISE_KEPT);
    assert_done(test.store->ops->promises(test.store, NULL, NULL, 0, &test.arena, NULL));
}

// More than fit into one statement, in writing as in reading; the last still counts.
static void many_promises_go_in_pieces(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct promise_row *rows = calloc(COUNT, sizeof *rows);
    struct span *customers = calloc(COUNT, sizeof *customers), *ids = calloc(COUNT, sizeof *ids);
    struct promise *found = calloc(COUNT, sizeof *found);
    char(*names)[8] = calloc(COUNT, sizeof *names);
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%d", i / 2 % 2000);
        rows[i] = promise_of("a", names[i], PROMISE_OPEN);
        rows[i].promise.due = i;
        customers[i] = rows[i].customer_id;
        ids[i] = rows[i].promise.id;
    }
    struct store_write write = {.promises = rows, .promise_count = COUNT};
    assert_done(write_it(&write));
    EXPECT("SELECT count(*) FROM guanxi.promise", "2000\n");
    assert_done(test.store->ops->promises(test.store, customers, ids, COUNT, &test.arena, found));
    for (int i = 0; i < COUNT; i++) {
        int last = i / 2 % 2000 * 2 + 1;
        assert_true(found[i].due == (last + 4000 < COUNT ? last + 4000 : last));
    }
    free(rows);
    free(customers);
    free(ids);
    free(found);
    free(names);
}

#define OBJECTIONS \
    "SELECT customer_id, kind, cause, " MICROSECONDS("raised_at") ", " MICROSECONDS("resolved_at") \
    " FROM guanxi.objection ORDER BY 1, 2, 3, 4"

static void objections_are_raised_and_resolved(void **state)
{
    (void)state;
    struct objection_row rows[5] = {
        {SPAN_LITERAL("a"), OBJECTION_PERSON, CAUSE_CUSTOMER, 5, INSTANT_NONE},
        {SPAN_LITERAL("a"), OBJECTION_NEED, CAUSE_COMPANY, 5, INSTANT_NONE},
        {SPAN_LITERAL("a"), OBJECTION_NEED, CAUSE_CUSTOMER, 6, INSTANT_NONE},
        {SPAN_LITERAL("a"), OBJECTION_NEED, CAUSE_COMPANY, 5, 8}, // raised and resolved in one write
        {SPAN_LITERAL("a"), OBJECTION_NEED, CAUSE_COMPANY, 9, INSTANT_NONE}, // and again
    };
    struct store_write write = {.objections = rows, .objection_count = 5};
    assert_done(write_it(&write));
    EXPECT(OBJECTIONS, "a|0|0|5|8\na|0|0|9|\na|0|1|6|\na|5|1|5|\n");
    rows[2].resolved_at = 10;
    write = (struct store_write){.objections = &rows[2], .objection_count = 1};
    assert_done(write_it(&write));
    EXPECT(OBJECTIONS, "a|0|0|5|8\na|0|0|9|\na|0|1|6|10\na|5|1|5|\n");
}

#define PROFILES "SELECT customer_id, name, owner, manager, channel FROM guanxi.profile ORDER BY 1"

static void texts_are_replaced_as_a_whole(void **state)
{
    (void)state;
    struct profile_row rows[3] = {
        {.customer_id = SPAN_LITERAL("a"), .owner = SPAN_LITERAL("o"), .manager = SPAN_LITERAL("m"),
         .name = SPAN_LITERAL("n"), .channel = SPAN_LITERAL("c")},
        {.customer_id = SPAN_LITERAL("b"), .name = SPAN_LITERAL("'; --")},
        {.customer_id = SPAN_LITERAL("b"), .channel = SPAN_LITERAL("\"{}\\N")},
    };
    struct store_write write = {.profiles = rows, .profile_count = 3};
    assert_done(write_it(&write));
    EXPECT(PROFILES, "a|n|o|m|c\nb||||\"{}\\N\n");
    rows[0].owner = SPAN_LITERAL("p");
    rows[0].manager = SPAN_NONE;
    assert_done(write_it(&write));
    EXPECT(PROFILES, "a|n|p||c\nb||||\"{}\\N\n");
}

static void a_fold_gives_everything_anew(void **state)
{
    (void)state;
    static const char *const customers[3] = {"a", "b", "c"};
    struct transition_row transitions[3];
    struct promise_row promises[3];
    struct objection_row objections[3];
    struct profile_row profiles[3];
    for (int i = 0; i < 3; i++) {
        struct span id = span_text(customers[i]);
        transitions[i] = (struct transition_row){.customer_id = id, .transition = {.n = 1}, .at = 1};
        promises[i] = promise_of(customers[i], "p", PROMISE_OPEN);
        objections[i] = (struct objection_row){.customer_id = id, .raised_at = 1, .resolved_at = INSTANT_NONE};
        profiles[i] = (struct profile_row){.customer_id = id, .name = SPAN_LITERAL("n")};
    }
    struct store_write write = {
        .transitions = transitions, .transition_count = 3, .promises = promises, .promise_count = 3,
        .objections = objections, .objection_count = 3, .profiles = profiles, .profile_count = 3};
    assert_done(write_it(&write));
    // c stays; of b nothing comes back, of a something else in the place of what was there.
    struct span forget[2] = {SPAN_LITERAL("a"), SPAN_LITERAL("b")};
    transitions[0].at = 2;
    promises[0].promise.id = SPAN_LITERAL("q");
    objections[0].raised_at = 3;
    write.forget = forget;
    write.forget_count = 2;
    write.transition_count = write.promise_count = write.objection_count = 1;
    write.profile_count = 0;
    assert_done(write_it(&write));
    EXPECT(TRANSITIONS, "a|0|1|2|0|0|0||\nc|0|1|1|0|0|0||\n");
    EXPECT(PROMISES, "a|q|0|1|5|50||\nc|p|0|1|5|50||\n");
    EXPECT(OBJECTIONS, "a|0|0|3|\nc|0|0|1|\n");
    EXPECT(PROFILES, "c|n|||\n");
}

int main(void)
{
#define TEST(name) STORE_TEST(name)
    const struct CMUnitTest tests[] = {
        TEST(transitions_of_all_kinds_are_kept),
        TEST(transitions_go_from_a_number_on),
        TEST(the_last_of_a_promise_counts),
        TEST(promises_are_looked_up),
        TEST(many_promises_go_in_pieces),
        TEST(objections_are_raised_and_resolved),
        TEST(texts_are_replaced_as_a_whole),
        TEST(a_fold_gives_everything_anew),
    };
    return cmocka_run_group_tests_name("postgres_store_relationship", tests, NULL, NULL);
}
