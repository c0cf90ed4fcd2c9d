// Changes that transitions bring: held in parcels, revoked by folds, released as the watermark passes them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "support/history.h"
#include "support/change_ids.h"
#include "support/outcome.h"
#include "support/postgres_store.h"
#include "support/random.h"

static struct test_store test;
static const int32_t homes[2] = {1, 2};

static int write_it(struct store *store, const struct store_write *write)
{
    return store->ops->write(store, write);
}

static struct transition_row step(const char *customer, int32_t home, instant at, int32_t n)
{
    return (struct transition_row){.customer_id = span_text(customer), .home = home, .at = at, .message = n,
                                   .message_from = 1, .transition = {.from = 1, .to = 2, .n = n}};
}

// New customers a, b of home 1 and c of home 2, with these transitions; in a row of writes, the second and later ones
// of known customers.
static void write_steps(const struct transition_row *steps, size_t count, int64_t version)
{
    struct customer_row customers[3] = {test_customer("a", 1), test_customer("b", 1), test_customer("c", 2)};
    for (int i = 0; i < 3; i++)
        customers[i].version = version;
    struct store_write write = {
        .customers = customers, .customer_count = 3, .transitions = steps, .transition_count = count};
    assert_done(write_it(test.store, &write));
}

static size_t release(instant watermark, size_t limit)
{
    size_t count;
    assert_done(test.store->ops->release_changes(test.store, homes, 2, watermark, limit, &count));
    return count;
}

// What was released, as "customer n, ", and delivered so that it does not come again.
static const char *sent(void)
{
    static char text[512];
    struct outbox_row *rows;
    size_t count, size = 0;
    assert_done(test.store->ops->released(test.store, homes, 2, 100, &test.arena, &rows, &count));
    text[0] = 0;
    for (size_t i = 0; i < count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%.*s%d ", (int)rows[i].customer_id.size,
                                 rows[i].customer_id.data, (int)rows[i].transition.n);
    if (count)
        assert_done(test.store->ops->delivered(test.store, rows, count));
    return text;
}

static struct outbox_row *held_of(const char *customer, size_t *count)
{
    struct span id = span_text(customer);
    struct reminder_row *reminders;
    struct notice_row *notices;
    struct outbox_row *outbox;
    size_t reminder_count, notice_count;
    assert_done(test.store->ops->follow_ups(test.store, &id, 1, &test.arena, &reminders, &reminder_count, &notices,
                                            &notice_count, &outbox, count));
    return outbox;
}

static void a_parcel_goes_when_all_of_it_has_passed_or_in_parts(void **state)
{
    (void)state;
    const struct transition_row steps[] = {step("a", 1, 10, 1), step("a", 1, 30, 2), step("b", 1, 20, 1),
                                           step("c", 2, 20, 1)};
    write_steps(steps, 4, 0);
    assert_int_equal(release(10, 9), 0);
    EXPECT("SELECT home, messages, held FROM guanxi.parcel ORDER BY home", "1|3|t\n2|1|t\n");
    assert_int_equal(release(30, 9), 3);
    assert_string_equal(sent(), "a1 b1 c1 ");
    EXPECT("SELECT home, messages, held, customers FROM guanxi.parcel", "1|1|t|{a}\n");
    assert_int_equal(release(30, 9), 0);
    assert_int_equal(release(31, 9), 1);
    assert_string_equal(sent(), "a2 ");
    EXPECT("SELECT count(*) FROM guanxi.parcel", "0\n");
    EXPECT("SELECT count(*) FROM guanxi.outbox", "0\n");
}

// The parcel that came first goes first, and what is left of it later goes before what came later.
static void messages_of_a_customer_keep_their_order(void **state)
{
    (void)state;
    const struct transition_row first[] = {step("a", 1, 10, 1), step("a", 1, 20, 2), step("b", 1, 40, 1)};
    const struct transition_row second[] = {step("a", 1, 20, 3), step("a", 1, 30, 4)};
    const struct transition_row third[] = {step("a", 1, 35, 5), step("b", 1, 45, 2)};
    write_steps(first, 3, 0);
    write_steps(second, 2, 1);
    assert_int_equal(release(15, 9), 1);
    write_steps(third, 2, 2);
    assert_int_equal(release(36, 1), 1); // to be divided one at a time
    assert_int_equal(release(36, 1), 3);
    assert_int_equal(release(99, 9), 2);
    assert_string_equal(sent(), "a1 a2 a3 a4 a5 b1 b2 ");
}

// Behind a backlog: the watermark will have passed all of it soon. What comes behind it waits as well, what there is of
// other homes does not.
static void a_large_parcel_waits_for_its_rest(void **state)
{
    (void)state;
    const struct transition_row behind[] = {step("a", 1, 5, 5001)}, other[] = {step("c", 2, 7, 1)};
    struct transition_row *steps = calloc(1000, sizeof *steps);
    for (int32_t i = 0; i < 1000; i++)
        steps[i] = step("a", 1, i + 1, i + 1);
    write_steps(steps, 1000, 0);
    write_steps(behind, 1, 1);
    write_steps(other, 1, 2);
    free(steps);
    assert_int_equal(release(900, 99999), 1);
    assert_string_equal(sent(), "c1 ");
    assert_int_equal(release(1000, 99999), 0);
    assert_int_equal(release(1001, 99999), 1001);
}

// Not for long: its rest may be far ahead.
static void a_large_parcel_is_divided_after_a_while(void **state)
{
    (void)state;
    struct transition_row *steps = calloc(1000, sizeof *steps);
    for (int32_t i = 0; i < 1000; i++)
        steps[i] = step("a", 1, i + 1, i + 1);
    write_steps(steps, 1000, 0);
    free(steps);
    const struct timespec nap = {.tv_sec = 1};
    size_t released = 0;
    for (int i = 0; i < 10 && !released; i++) {
        released = release(900, 99999);
        assert_true(!released || i > 1);
        nanosleep(&nap, NULL);
    }
    assert_int_equal(released, 899);
    EXPECT("SELECT messages, held FROM guanxi.parcel ORDER BY held", "899|f\n101|t\n");
}

// As it was written, and a change of phase with where it came from.
static void what_is_held_is_found_by_customer(void **state)
{
    (void)state;
    struct transition_row steps[] = {step("a", 1, 10, 5), step("a", 1, 10, 1), step("a", 1, 20, 2), step("a", 1, 30, 3),
                                     step("a", 1, 30, 1), step("b", 1, 10, 1)};
    steps[0].transition = (struct transition){TRANSITION_STAGE, 1, 4, 3, STAGE_WALK};
    steps[0].source = SPAN_LITERAL("/s");
    steps[0].event_id = SPAN_LITERAL("e");
    steps[1].transition = (struct transition){TRANSITION_PRAM, PHASE_NONE, PHASE_MAINTAIN, 1, 3};
    steps[1].message_from = PHASE_NONE | 8; // of another cycle
    steps[2].transition = (struct transition){TRANSITION_PRAM, PHASE_MAINTAIN, PHASE_NONE, 2, 3};
    steps[2].message_from = PHASE_MAINTAIN | 4; // a premature one
    steps[3].transition = (struct transition){TRANSITION_PRAM, PHASE_NONE, PHASE_PLAN, 3, 4};
    steps[3].message_from = PHASE_NONE | 8;
    steps[4].transition = (struct transition){TRANSITION_TIER, 1, 2, 1, 12};
    struct customer_row customers[2] = {test_customer("a", 1), test_customer("b", 1)};
    customers[0].state.stage_changes = 5;
    customers[0].messages[TRANSITION_STAGE] = 7;
    customers[0].state.pram_changes = customers[0].messages[TRANSITION_PRAM] = 3;
    customers[0].messages[TRANSITION_TIER] = 0;
    customers[0].state.tier_changes = 0;
    struct store_write write = {
        .customers = customers, .customer_count = 2, .transitions = steps, .transition_count = 6};
    assert_done(write_it(test.store, &write));
    for (int divided = 0; divided < 2; divided++) {
        size_t count;
        const struct outbox_row *held = held_of("a", &count);
        assert_int_equal(count, divided ? 3 : 5);
        for (size_t i = 0; i < count; i++) {
            const struct transition_row *row = &steps[divided + divided + i];
            assert_int_equal(held[i].kind, OUTBOX_TRANSITION);
            assert_int_equal(held[i].home, 1);
            assert_true(held[i].at == row->at && held[i].parcel > 0 && !held[i].released);
            struct transition expected = row->transition;
            expected.n = row->message;
            expected.from = row->message_from;
            if (!divided && i < 2) // of one instant they come by kind
                continue;
            assert_int_equal(held[i].transition.kind, expected.kind);
            assert_int_equal(held[i].transition.from, expected.from);
            assert_int_equal(held[i].transition.to, expected.to);
            assert_int_equal(held[i].transition.n, expected.n);
            assert_int_equal(held[i].transition.detail, expected.detail);
        }
        if (!divided) {
            const struct outbox_row *walk = held[0].transition.kind == TRANSITION_STAGE ? &held[0] : &held[1];
            assert_int_equal(walk->transition.n, 5);
            assert_true(span_equal(walk->source, steps[0].source) && span_equal(walk->event_id, steps[0].event_id));
            assert_int_equal(release(20, 9), 3);
        }
    }
    size_t count;
    held_of("b", &count);
    assert_int_equal(count, 0);
}

static int revoke(struct store *store, const struct outbox_row *held, size_t count, int64_t version)
{
    struct customer_row customer = test_customer("a", 1);
    struct span id = customer.id;
    customer.version = version;
    struct store_write write = {.customers = &customer, .customer_count = 1, .forget = &id, .forget_count = 1,
                                .delete_outbox = held, .delete_outbox_count = count};
    return write_it(store, &write);
}

static void what_a_fold_revokes_does_not_go(void **state)
{
    (void)state;
    const struct transition_row first[] = {step("a", 1, 10, 1), step("a", 1, 20, 2), step("b", 1, 10, 1)};
    const struct transition_row second[] = {step("a", 1, 30, 3), step("b", 1, 30, 2)};
    size_t count;
    write_steps(first, 3, 0);
    write_steps(second, 2, 1);
    const struct outbox_row *held = held_of("a", &count);
    assert_int_equal(count, 3);
    assert_done(revoke(test.store, held, count, 2));
    EXPECT("SELECT customer_id, count(*) FROM guanxi.revoked GROUP BY 1", "a|2\n");
    held_of("a", &count);
    assert_int_equal(count, 0);
    assert_int_equal(release(99, 9), 2);
    assert_string_equal(sent(), "b1 b2 ");
    EXPECT("SELECT count(*) FROM guanxi.revoked", "0\n");
}

// Of what was read as held some or all was released since: the fold has to look again.
static void what_was_released_is_not_revoked(void **state)
{
    (void)state;
    const struct transition_row steps[] = {step("a", 1, 10, 1), step("a", 1, 20, 2), step("b", 1, 30, 1)};
    size_t count;
    write_steps(steps, 3, 0);
    for (int i = 0; i < 2; i++) {
        const struct outbox_row *held = held_of("a", &count);
        assert_int_equal(count, 2 - i);
        assert_int_equal(release(10 * i + 15, 9), 1);
        assert_outcome(STORE_CONFLICT, revoke(test.store, held, count, 1));
    }
    assert_string_equal(sent(), "a1 a2 ");
    held_of("a", &count);
    assert_int_equal(count, 0);
    assert_done(revoke(test.store, NULL, 0, 1));
    assert_int_equal(release(99, 9), 1);
}

static void what_marked_customers_hold_is_put_aside(void **state)
{
    (void)state;
    const struct transition_row first[] = {step("a", 1, 10, 1), step("a", 1, 20, 2), step("b", 1, 10, 1),
                                           step("c", 2, 10, 1)};
    const struct transition_row second[] = {step("a", 1, 30, 3), step("b", 1, 30, 2)};
    size_t count;
    write_steps(first, 4, 0);
    test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = '2020-01-01' WHERE customer_id = 'a'");
    assert_int_equal(release(15, 9), 2);
    assert_string_equal(sent(), "b1 c1 ");
    struct outbox_row *held = held_of("a", &count);
    assert_int_equal(count, 2);
    assert_true(held[0].parcel == 0 && held[0].seq > 0 && held[0].transition.n == 1 && held[0].at == 10);
    assert_true(held[1].parcel > 0 && held[1].transition.n == 2 && held[1].transition.to == 2);
    test_sql(&test.database, "UPDATE guanxi.customer SET version = 1");
    write_steps(second, 2, 1); // nobody is marked any more
    held = held_of("a", &count);
    assert_int_equal(count, 3);
    assert_done(revoke(test.store, held, count, 2));
    assert_int_equal(release(99, 9), 1);
    assert_string_equal(sent(), "b2 ");
    EXPECT("SELECT (SELECT count(*) FROM guanxi.outbox) + (SELECT count(*) FROM guanxi.parcel)", "0\n");
}

static void *fold_beside(void *outcome)
{
    struct store *store = test_store_open(&test, NULL);
    struct outbox_row held = {.customer_id = SPAN_LITERAL("a"), .parcel = 1, .at = 10, .kind = OUTBOX_TRANSITION};
    *(int *)outcome = revoke(store, &held, 1, 1);
    store->ops->close(store);
    return NULL;
}

static void *release_beside(void *released)
{
    struct store *store = test_store_open(&test, NULL);
    int outcome = store->ops->release_changes(store, homes, 2, 99, 9, released);
    if (outcome)
        *(size_t *)released = 1000 + (size_t)outcome;
    store->ops->close(store);
    return NULL;
}

// Somebody has the parcel in hand while another comes for it.
static void fold_and_release_wait_for_each_other(void **state)
{
    (void)state;
    const struct transition_row steps[] = {step("a", 1, 10, 1), step("b", 1, 10, 1)};
    pthread_t thread;
    int outcome = -1;
    write_steps(steps, 2, 0);
    test_sql(&test.database, "BEGIN; UPDATE guanxi.parcel SET held = false, parcel_id = DEFAULT WHERE parcel_id = 1");
    assert_int_equal(pthread_create(&thread, NULL, fold_beside, &outcome), 0);
    assert_true(test_await_waiting(&test.database, 1));
    test_sql(&test.database, "COMMIT");
    pthread_join(thread, NULL);
    assert_outcome(STORE_CONFLICT, outcome);
    assert_string_equal(sent(), "a1 b1 ");

    const struct transition_row more[] = {step("a", 1, 10, 2), step("b", 1, 10, 2)};
    write_steps(more, 2, 1);
    size_t released;
    test_sql(&test.database, "BEGIN; INSERT INTO guanxi.revoked (parcel_id, customer_id) SELECT p.parcel_id, 'a'"
                             " FROM guanxi.parcel p WHERE p.held FOR SHARE");
    assert_int_equal(pthread_create(&thread, NULL, release_beside, &released), 0);
    assert_true(test_await_waiting(&test.database, 1));
    test_sql(&test.database, "COMMIT");
    pthread_join(thread, NULL);
    assert_int_equal(released, 1);
    assert_string_equal(sent(), "b2 ");
}

// ------------------------------------------------------------------------------------------- at random

enum { CUSTOMERS = 8, STEPS = 400, MESSAGES = 3 * STEPS };

// What is to come of a customer.
static struct life {
    char id[4];
    int32_t home;
    int64_t version;
    bool marked;
    instant clock;
    int32_t changes, issued, told; // told: released
    struct {
        int32_t n;
        instant at;
    } held[MESSAGES];
    size_t held_count;
    int32_t published[MESSAGES], expected[MESSAGES]; // numbers in their order
    size_t published_count, expected_count;
} lives[CUSTOMERS];

static struct customer_row row_of(const struct life *life)
{
    struct customer_row row = test_customer(life->id, life->home);
    row.version = life->version;
    row.state.level_changes = life->changes;
    row.messages[TRANSITION_LEVEL] = life->issued;
    row.fold_at = life->marked ? life->clock : INSTANT_NEVER;
    return row;
}

static void issue(struct life *life)
{
    life->held[life->held_count].n = ++life->issued;
    life->held[life->held_count++].at = life->clock;
}

static void live_batch(struct random *random)
{
    struct customer_row rows[CUSTOMERS];
    struct transition_row steps[2 * CUSTOMERS];
    size_t row_count = 0, step_count = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
        struct life *life = &lives[i];
        if (random_permille(random, 500))
            continue;
        for (int64_t left = random_below(random, 3); left > 0; left--) {
            life->clock += random_below(random, 4);
            issue(life);
            steps[step_count] = step(life->id, life->home, life->clock, life->issued);
            steps[step_count++].transition.n = ++life->changes;
        }
        if (life->version > 0 && random_permille(random, 150))
            life->marked = true;
        rows[row_count++] = row_of(life);
        life->version++;
    }
    struct store_write write = {
        .customers = rows, .customer_count = row_count, .transitions = steps, .transition_count = step_count};
    assert_done(write_it(test.store, &write));
}

// The history comes out anew, and one message stands for all that were held, or none.
static void fold(struct random *random, struct life *life)
{
    size_t count;
    struct outbox_row *held = held_of(life->id, &count);
    assert_int_equal(count, life->held_count);
    for (size_t i = 0; i < count; i++)
        assert_true(held[i].transition.n == life->held[i].n && held[i].at == life->held[i].at);
    life->held_count = 0;
    life->issued = life->told;
    life->marked = false;
    life->changes = (int32_t)random_below(random, 4);
    struct transition_row steps[4];
    for (int32_t n = 1; n <= life->changes; n++) {
        steps[n - 1] = step(life->id, life->home, life->clock, 0);
        steps[n - 1].transition.n = n;
    }
    struct outbox_row message = {.customer_id = span_text(life->id), .home = life->home, .at = life->clock,
                                 .kind = OUTBOX_TRANSITION};
    bool tells = random_permille(random, 500);
    if (tells)
        issue(life);
    message.transition.n = life->issued;
    struct customer_row row = row_of(life);
    struct store_write write = {
        .customers = &row, .customer_count = 1, .forget = &row.id, .forget_count = 1, .delete_outbox = held,
        .delete_outbox_count = count, .transitions = steps, .transition_count = (size_t)life->changes,
        .outbox = &message, .outbox_count = tells};
    assert_done(write_it(test.store, &write));
    life->version++;
}

static void release_until(instant watermark, size_t limit)
{
    while (release(watermark, limit) > 0)
        ;
    for (int i = 0; i < CUSTOMERS; i++) {
        struct life *life = &lives[i];
        while (!life->marked && life->held_count > 0 && life->held[0].at < watermark) {
            life->expected[life->expected_count++] = life->told = life->held[0].n;
            memmove(&life->held[0], &life->held[1], --life->held_count * sizeof life->held[0]);
        }
    }
}

static void publish(struct random *random)
{
    struct outbox_row *rows;
    size_t count;
    do {
        size_t limit = 1 + (size_t)random_below(random, 20);
        assert_done(test.store->ops->released(test.store, homes, 2, limit, &test.arena, &rows, &count));
        for (size_t i = 0; i < count; i++) {
            struct life *life = &lives[rows[i].customer_id.data[1] - '0'];
            life->published[life->published_count++] = rows[i].transition.n;
        }
        if (count)
            assert_done(test.store->ops->delivered(test.store, rows, count));
    } while (count > 0);
    for (int i = 0; i < CUSTOMERS; i++) {
        assert_int_equal(lives[i].published_count, lives[i].expected_count);
        assert_memory_equal(lives[i].published, lives[i].expected, lives[i].expected_count * sizeof(int32_t));
    }
}

static void every_message_goes_once_and_in_order(void **state)
{
    (void)state;
    struct random random = {history_seed()};
    instant watermark = 0;
    memset(lives, 0, sizeof lives);
    for (int i = 0; i < CUSTOMERS; i++) {
        snprintf(lives[i].id, sizeof lives[i].id, "c%d", i);
        lives[i].home = 1 + i % 2;
    }
    for (int i = 0; i < STEPS; i++) {
        arena_reset(&test.arena);
        int64_t what = random_below(&random, 10);
        struct life *life = &lives[random_below(&random, CUSTOMERS)];
        if (what < 5)
            live_batch(&random);
        else if (what < 7 && life->marked)
            fold(&random, life);
        else
            release_until(watermark += random_below(&random, 3), 1 + (size_t)random_below(&random, 5));
        if (what == 9)
            publish(&random);
    }
    for (int i = 0; i < CUSTOMERS; i++)
        if (lives[i].marked)
            fold(&random, &lives[i]);
    release_until(INSTANT_NEVER, 10);
    publish(&random);
    EXPECT("SELECT (SELECT count(*) FROM guanxi.outbox), (SELECT count(*) FROM guanxi.parcel)", "0|0\n");
}

int main(void)
{
#define TEST(name) STORE_TEST(name)
    const struct CMUnitTest tests[] = {
        TEST(a_parcel_goes_when_all_of_it_has_passed_or_in_parts),
        TEST(messages_of_a_customer_keep_their_order),
        TEST(a_large_parcel_waits_for_its_rest),
        TEST(a_large_parcel_is_divided_after_a_while),
        TEST(what_is_held_is_found_by_customer),
        TEST(what_a_fold_revokes_does_not_go),
        TEST(what_was_released_is_not_revoked),
        TEST(what_marked_customers_hold_is_put_aside),
        TEST(fold_and_release_wait_for_each_other),
        TEST(every_message_goes_once_and_in_order),
    };
    return cmocka_run_group_tests_name("postgres_store_parcels", tests, NULL, NULL);
}
