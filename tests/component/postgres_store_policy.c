// The policy in force: who may record it, what it fences, how a recompute marks, and what goes over all customers.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "core/policy_pack.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;
static struct policy policy;
static struct type_rule types[POLICY_TYPES];
static struct policy_row row;

static struct store *store(void)
{
    return test.store;
}

static void begin_policy(void)
{
    policy_defaults(&policy, types);
    policy_fingerprint(&policy);
}

static int record(enum policy_entry entry)
{
    policy_fingerprint(&policy);
    return store()->ops->record_policy(store(), &policy, HOUR, entry, &test.arena, &row);
}

static int put(struct store *into, const char *id, int64_t version)
{
    struct customer_row customer = test_customer(id, 1);
    customer.version = version;
    customer.policy = policy.fingerprint;
    customer.state.as_of = customer.state.first_seen_at = 5 * DAY;
    return test_write(into, &customer, 1, NULL, 0);
}

static void the_first_is_recorded_and_comes_back(void **state)
{
    (void)state;
    begin_policy();
    assert_done(store()->ops->policy(store(), &test.arena, &row));
    assert_false(row.recorded);
    assert_done(record(POLICY_STARTS));
    assert_true(row.recorded && !row.marking.data && !row.deriving.data);
    assert_int_equal(row.since, INSTANT_NONE);
    assert_int_equal(row.fingerprint, policy.fingerprint);
    assert_int_equal(row.mixed_fingerprint, policy.mixed_fingerprint);
    size_t size = policy_pack(&policy, NULL);
    uint8_t *packed = malloc(size);
    policy_pack(&policy, packed);
    assert_int_equal(row.packed.size, size);
    assert_memory_equal(row.packed.data, packed, size);
    free(packed);
    EXPECT("SELECT octet_length(packed) < 20000 FROM guanxi.policy", "t\n");
    // Again, and nothing is written.
    char before[32];
    snprintf(before, sizeof before, "%s", test_sql_text(&test.database, "SELECT xmin FROM guanxi.policy"));
    assert_done(record(POLICY_STARTS));
    assert_string_equal(test_sql_text(&test.database, "SELECT xmin FROM guanxi.policy"), before);
}

static void what_may_not_be_mixed_is_refused_while_there_are_customers(void **state)
{
    (void)state;
    begin_policy();
    assert_done(record(POLICY_STARTS));
    policy.half_life++;
    assert_done(record(POLICY_STARTS)); // nobody stands under the other
    assert_int_equal(row.since, 0);
    assert_done(put(store(), "ann", 0));
    policy.enter[LEVEL_REACTIVE] += 1;
    uint64_t stands = row.fingerprint;
    assert_outcome(STORE_CONFLICT, record(POLICY_STARTS));
    assert_int_equal(row.fingerprint, stands);
    assert_false(row.marking.data != NULL);
    EXPECT("SELECT marking IS NULL FROM guanxi.policy", "t\n");
    // A recompute may; until it has marked everybody nobody starts.
    assert_done(record(POLICY_RECOMPUTES));
    assert_int_equal(row.fingerprint, policy.fingerprint);
    assert_true(row.marking.data && row.marking.size == 0);
    assert_outcome(STORE_CONFLICT, record(POLICY_STARTS));
    size_t count;
    assert_done(store()->ops->mark(store(), 10, 7 * DAY, BROUGHT_NOTHING, &count));
    assert_int_equal(count, 1);
    assert_outcome(STORE_CONFLICT, record(POLICY_STARTS));
    assert_done(store()->ops->mark(store(), 10, 7 * DAY, BROUGHT_NOTHING, &count));
    assert_int_equal(count, 0);
    assert_done(record(POLICY_STARTS));
}

static void intervals_take_effect_from_the_watermark_on(void **state)
{
    (void)state;
    begin_policy();
    assert_done(record(POLICY_STARTS));
    assert_done(put(store(), "ann", 0));
    for (int partition = 0; partition < 4; partition++)
        test_store_lane(store(), partition);
    // One is halted for long, one has no record yet, one is no longer read; the daemon itself was down for a day.
    test_sql(&test.database,
             "UPDATE guanxi.lane SET lane_time = '2026-01-01T00:00Z'::timestamptz + partition * interval '1 hour',"
             " heartbeat_at = now() - interval '1 day';"
             "UPDATE guanxi.lane SET halted_at = now() - interval '2 days', lane_time = '2020-01-01T00:00Z'"
             " WHERE partition = 0;"
             "UPDATE guanxi.lane SET lane_time = NULL WHERE partition = 1;"
             "INSERT INTO guanxi.lane (topic, partition, next_offset, lane_time, heartbeat_at)"
             " VALUES ('old', 0, 5, '2019-01-01T00:00Z', now() - interval '9 days'),"
             "  ('import:x', 0, 5, '2018-01-01T00:00Z', now())");
    policy.cadence[LEVEL_BASIC] = DAY;
    assert_done(record(POLICY_STARTS));
    assert_true(row.deriving.data && row.deriving.size == 0 && !row.marking.data);
    EXPECT("SELECT since AT TIME ZONE 'UTC', deriving FROM guanxi.policy", "2026-01-01 02:00:00|\n");
    // Whoever starts with the same goes on where that is; a step of somebody else's is none.
    assert_done(store()->ops->derived(store(), policy.fingerprint, SPAN_LITERAL("x"), SPAN_LITERAL("y")));
    assert_done(store()->ops->derived(store(), policy.fingerprint, SPAN_LITERAL(""), SPAN_LITERAL("ann")));
    test_sql(&test.database, "UPDATE guanxi.lane SET lane_time = '2026-02-01T00:00Z'");
    assert_done(record(POLICY_STARTS));
    EXPECT("SELECT since AT TIME ZONE 'UTC', deriving FROM guanxi.policy", "2026-01-01 02:00:00|ann\n");
    assert_done(store()->ops->derived(store(), policy.fingerprint + 1, SPAN_LITERAL("ann"), SPAN_NONE));
    EXPECT("SELECT deriving FROM guanxi.policy", "ann\n");
    assert_done(store()->ops->derived(store(), policy.fingerprint, SPAN_LITERAL("ann"), SPAN_NONE));
    EXPECT("SELECT deriving IS NULL FROM guanxi.policy", "t\n");
}

static void writes_under_another_policy_are_refused(void **state)
{
    (void)state;
    struct event event;
    begin_policy();
    assert_done(record(POLICY_STARTS));
    struct store *former = test_store_open(&test, NULL);
    former->policy = policy.fingerprint;
    assert_done(former->ops->check_policy(former));
    assert_done(put(former, "ann", 0));
    policy.cadence[LEVEL_BASIC] = DAY;
    assert_done(record(POLICY_STARTS));
    assert_outcome(STATUS_CONFIG, former->ops->check_policy(former));
    assert_outcome(STATUS_CONFIG, put(former, "ann", 1));
    assert_non_null(strstr(fault_message(), "another policy is in force"));
    assert_outcome(STATUS_CONFIG, put(former, "bob", 0));
    struct timeline_row line = test_timeline(&event, "ann", "1", DAY);
    assert_outcome(STATUS_CONFIG, test_write(former, NULL, 0, &line, 1));
    const struct mark_row mark = {SPAN_LITERAL("ann"), DAY};
    const struct marks marks = {.rows = &mark, .count = 1};
    struct store_write write = {.marks = &marks, .epoch = EPOCH_ANY};
    assert_outcome(STATUS_CONFIG, former->ops->write(former, &write));
    EXPECT("SELECT customer_id, version, fold_at IS NULL FROM guanxi.customer", "ann|1|t\n");
    EXPECT("SELECT count(*) FROM guanxi.timeline", "0\n");
    // What concerns no customer may still be written, and who goes by none is not asked.
    struct lane_row lane = test_store_lane(former, 0);
    struct lane_advance advance = test_advance(&lane, 1);
    write = (struct store_write){.lanes = &advance, .lane_count = 1, .epoch = EPOCH_ANY};
    assert_done(former->ops->write(former, &write));
    former->policy = 0;
    assert_done(former->ops->check_policy(former));
    assert_done(put(former, "ann", 1));
    former->policy = policy.fingerprint;
    assert_done(put(former, "ann", 2));
    former->ops->close(former);
}

// Recording waits for writes under way: what was written under the former policy is there for whoever marks.
static void recording_waits_for_who_writes(void **state)
{
    (void)state;
    begin_policy();
    assert_done(record(POLICY_STARTS));
    struct postgres_settings hasty = POSTGRES_SETTINGS_DEFAULT;
    hasty.lock_timeout = 200 * 1000;
    struct store *other = test_store_open(&test, &hasty);
    test_sql(&test.database, "BEGIN; LOCK TABLE guanxi.identity IN ROW SHARE MODE");
    policy.half_life++;
    policy_fingerprint(&policy);
    assert_outcome(STORE_RETRY,
                   other->ops->record_policy(other, &policy, HOUR, POLICY_RECOMPUTES, &test.arena, &row));
    test_sql(&test.database, "COMMIT");
    assert_done(other->ops->record_policy(other, &policy, HOUR, POLICY_RECOMPUTES, &test.arena, &row));
    other->ops->close(other);
}

static void marking_goes_on_where_it_stood(void **state)
{
    (void)state;
    begin_policy();
    assert_done(record(POLICY_STARTS));
    static const char *const ids[] = {"B", "a", "b", "c", "\xE5\xAE\xA2"};
    for (size_t i = 0; i < 5; i++)
        assert_done(put(store(), ids[i], 0));
    test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = '1970-01-02T00:00Z', quiet_until = '1980-01-01'"
                             " WHERE customer_id = 'b'");
    assert_done(record(POLICY_RECOMPUTES)); // nothing has changed that would need it
    assert_null(row.marking.data);
    assert_done(record(POLICY_RECOMPUTES_ALL));
    size_t count;
    assert_done(store()->ops->mark(store(), 3, 7 * DAY, BROUGHT_TO_TELL, &count));
    assert_int_equal(count, 3);
    EXPECT("SELECT marking FROM guanxi.policy", "b\n");
    EXPECT("SELECT customer_id, version, (fold_at - 'epoch') / 24, quiet_until AT TIME ZONE 'UTC', brought"
           " FROM guanxi.customer ORDER BY 1",
           "B|2|05:00:00|1970-01-08 00:00:00|2\na|2|05:00:00|1970-01-08 00:00:00|2\n"
           "b|2|01:00:00|1980-01-01 00:00:00|2\nc|1|||\n\xE5\xAE\xA2|1|||\n");
    struct census census;
    assert_done(store()->ops->census(store(), &census));
    assert_int_equal(census.customers, 5);
    assert_int_equal(census.marked, 3);
    assert_false(census.tended);
    assert_done(store()->ops->mark(store(), 3, 7 * DAY, BROUGHT_NOTHING, &count));
    assert_int_equal(count, 2);
    assert_done(store()->ops->mark(store(), 3, 7 * DAY, BROUGHT_NOTHING, &count));
    assert_int_equal(count, 0);
    assert_done(store()->ops->mark(store(), 3, 7 * DAY, BROUGHT_NOTHING, &count)); // over is over
    assert_int_equal(count, 0);
    EXPECT("SELECT count(*) FILTER (WHERE fold_at IS NULL), count(brought) FROM guanxi.customer", "0|3\n");
    test_store_lane(store(), 0);
    assert_done(store()->ops->census(store(), &census));
    assert_true(census.tended && census.marked == 5);
}

static void customers_are_walked_and_picked(void **state)
{
    (void)state;
    struct span *ids, *again;
    size_t count, more;
    begin_policy();
    char id[16];
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "c%02d", i);
        assert_done(put(store(), id, 0));
    }
    test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = now() WHERE right(customer_id, 1) = '7'");
    assert_done(store()->ops->walk(store(), SPAN_NONE, false, 20, &test.arena, &ids, &count));
    assert_int_equal(count, 20);
    assert_true(span_equal(ids[0], SPAN_LITERAL("c00")) && span_equal(ids[19], SPAN_LITERAL("c19")));
    assert_done(store()->ops->walk(store(), SPAN_LITERAL("c48"), false, 20, &test.arena, &ids, &count));
    assert_int_equal(count, 1);
    assert_done(store()->ops->walk(store(), SPAN_LITERAL("c07"), true, 3, &test.arena, &ids, &count));
    assert_int_equal(count, 3);
    assert_true(span_equal(ids[0], SPAN_LITERAL("c17")) && span_equal(ids[2], SPAN_LITERAL("c37")));
    assert_done(store()->ops->walk(store(), SPAN_LITERAL("c49"), false, 3, &test.arena, &ids, &count));
    assert_int_equal(count, 0);
    assert_done(store()->ops->pick(store(), 10, &test.arena, &ids, &count));
    assert_int_equal(count, 10);
    for (size_t i = 1; i < count; i++)
        assert_true(span_compare(ids[i - 1], ids[i]) < 0);
    // Where they lie means nothing, and a larger sample holds the smaller one.
    test_sql(&test.database, "CREATE TABLE other AS SELECT * FROM guanxi.customer ORDER BY random();"
                             "TRUNCATE guanxi.customer; INSERT INTO guanxi.customer SELECT * FROM other; DROP TABLE other");
    assert_done(store()->ops->pick(store(), 20, &test.arena, &again, &more));
    assert_int_equal(more, 20);
    size_t held = 0;
    for (size_t i = 0; i < more; i++)
        held += held < count && span_equal(again[i], ids[held]);
    assert_int_equal(held, count);
    assert_done(store()->ops->pick(store(), 1000, &test.arena, &again, &more));
    assert_int_equal(more, 50);
}

static void histories_come_back_as_written(void **state)
{
    (void)state;
    struct customer_row customers[] = {test_customer("ann", 1), test_customer("bob", 1)};
    const struct transition_row transitions[] = {
        {.customer_id = customers[0].id, .transition = {.kind = TRANSITION_LEVEL, .from = 1, .to = 2, .n = 1},
         .at = DAY, .source = SPAN_LITERAL("/s"), .event_id = SPAN_LITERAL("e")},
        {.customer_id = customers[0].id, .transition = {.kind = TRANSITION_LEVEL, .from = 2, .to = 1, .n = 2, .detail = 1},
         .at = 2 * DAY},
        {.customer_id = customers[1].id, .transition = {.kind = TRANSITION_STAGE, .from = 1, .to = 5, .n = 1, .detail = 2},
         .at = DAY, .source = SPAN_LITERAL("/s"), .event_id = SPAN_LITERAL("f")}};
    const struct promise_row promises[] = {
        {customers[1].id, {.id = SPAN_LITERAL("P"), .by = BY_CUSTOMER, .state = PROMISE_OPEN, .made_at = DAY,
                           .due = 3 * DAY, .outcome_at = INSTANT_NONE, .about = SPAN_LITERAL("pay")}}};
    const struct objection_row objections[] = {
        {customers[0].id, OBJECTION_PRICE, CAUSE_CUSTOMER, DAY, 2 * DAY},
        {customers[0].id, OBJECTION_PERSON, CAUSE_COMPANY, DAY, INSTANT_NONE}};
    const struct profile_row profiles[] = {{customers[1].id, SPAN_LITERAL("wu"), SPAN_NONE, SPAN_LITERAL("Bob"), SPAN_NONE}};
    const struct store_write write = {
        .customers = customers, .customer_count = 2, .transitions = transitions, .transition_count = 3,
        .promises = promises, .promise_count = 1, .objections = objections, .objection_count = 2,
        .profiles = profiles, .profile_count = 1, .epoch = EPOCH_ANY};
    assert_done(store()->ops->write(store(), &write));
    struct histories histories;
    const struct span ids[] = {SPAN_LITERAL("ann"), SPAN_LITERAL("azz"), SPAN_LITERAL("bob")};
    assert_done(store()->ops->histories(store(), ids, 3, &test.arena, &histories));
    assert_int_equal(histories.transition_count, 3);
    assert_true(span_equal(histories.transitions[1].customer_id, ids[0]));
    assert_int_equal(histories.transitions[1].transition.detail, 1);
    assert_null(histories.transitions[1].source.data);
    assert_true(span_equal(histories.transitions[2].event_id, SPAN_LITERAL("f")));
    assert_int_equal(histories.transitions[2].transition.to, 5);
    assert_int_equal(histories.promise_count, 1);
    assert_true(span_equal(histories.promises[0].customer_id, ids[2]));
    assert_true(span_equal(histories.promises[0].promise.about, SPAN_LITERAL("pay")));
    assert_int_equal(histories.promises[0].promise.due, 3 * DAY);
    assert_int_equal(histories.objection_count, 2);
    assert_int_equal(histories.objections[0].resolved_at, 2 * DAY);
    assert_int_equal(histories.objections[1].kind, OBJECTION_PERSON);
    assert_int_equal(histories.profile_count, 1);
    assert_true(span_equal(histories.profiles[0].name, SPAN_LITERAL("Bob")) && !histories.profiles[0].manager.data);
}

static int count_rows(void *context, size_t customer, struct timeline_row *line, struct event *event)
{
    (void)customer;
    (void)line;
    (void)event;
    ++*(int *)context;
    return 0;
}

// What others write meanwhile is not seen, whatever is asked and how often, and nothing can be written.
static void a_frozen_store_reads_one_instant(void **state)
{
    (void)state;
    struct event event;
    struct customer_row customer = test_customer("ann", 1), loaded;
    struct timeline_row line = test_timeline(&event, "ann", "1", DAY);
    assert_done(test_write(store(), &customer, 1, &line, 1));
    struct store *reader = test_store_open(&test, NULL);
    assert_done(reader->ops->freeze(reader));
    assert_done(reader->ops->load(reader, &customer.id, 1, &test.arena, &loaded));
    customer.version = 1;
    struct timeline_row second = test_timeline(&event, "ann", "2", DAY);
    assert_done(test_write(store(), &customer, 1, &second, 1));
    for (int i = 0; i < 2; i++) {
        int rows = 0;
        assert_done(reader->ops->timelines(reader, &customer.id, 1, count_rows, &rows));
        assert_int_equal(rows, 1);
        assert_done(reader->ops->load(reader, &customer.id, 1, &test.arena, &loaded));
        assert_int_equal(loaded.version, 1);
    }
    reader->ops->thaw(reader);
    int rows = 0;
    assert_done(reader->ops->timelines(reader, &customer.id, 1, count_rows, &rows));
    assert_int_equal(rows, 2);
    customer.version = 2;
    assert_done(reader->ops->freeze(reader));
    assert_int_not_equal(test_write(reader, &customer, 1, NULL, 0), 0);
    reader->ops->thaw(reader);
    EXPECT("SELECT version FROM guanxi.customer", "2\n");
    reader->ops->close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(the_first_is_recorded_and_comes_back),
        STORE_TEST(what_may_not_be_mixed_is_refused_while_there_are_customers),
        STORE_TEST(intervals_take_effect_from_the_watermark_on),
        STORE_TEST(writes_under_another_policy_are_refused),
        STORE_TEST(recording_waits_for_who_writes),
        STORE_TEST(marking_goes_on_where_it_stood),
        STORE_TEST(customers_are_walked_and_picked),
        STORE_TEST(histories_come_back_as_written),
        STORE_TEST(a_frozen_store_reads_one_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
