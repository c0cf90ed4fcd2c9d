// Reminders, notices and messages from opening to delivery, and what the sweep asks for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/status.h"
#include "support/outcome.h"
#include "support/postgres_store.h"

static struct test_store test;
static const int32_t homes[3] = {1, 2, 3};

static int write_it(const struct store_write *write)
{
    return test.store->ops->write(test.store, write);
}

static struct reminder_row reminder_of(const char *customer, uint8_t number)
{
    struct reminder_row reminder = {.customer_id = span_text(customer), .reminder_id = {number},
        .kind = REMINDER_RESPONSE, .anchor = 5, .due_at = 10, .opened_at = 20, .notices = 1,
        .closed_at = INSTANT_NONE, .acknowledged_at = INSTANT_NONE, .snoozed_until = INSTANT_NONE};
    return reminder;
}

static struct notice_row notice_of(const char *customer, uint8_t number, int32_t home, instant at)
{
    return (struct notice_row){.customer_id = span_text(customer),
                               .reminder_id = {number},
                               .notice = 1,
                               .at = at,
                               .recipients = TO_OWNER,
                               .about = SPAN_LITERAL("\"level\":1"),
                               .home = home};
}

static struct outbox_row message_of(const char *customer, int32_t home, instant at, enum outbox_kind kind)
{
    return (struct outbox_row){.customer_id = span_text(customer), .home = home, .at = at, .kind = kind,
         .reminder_id = {1}, .n = kind == OUTBOX_NOTICE,
        .payload = SPAN_LITERAL("{\"type\":\"x\"}")};
}

// Customers a, b, c with homes 1, 2, 3, and what is given beside.
static void write_customers(struct store_write *write)
{
    static const char *const ids[3] = {"a", "b", "c"};
    static struct customer_row customers[3];
    for (int i = 0; i < 3; i++)
        customers[i] = test_customer(ids[i], homes[i]);
    write->customers = customers;
    write->customer_count = 3;
    assert_done(write_it(write));
    write->customer_count = 0;
}

static void due_and_marked_customers_come_earliest_first(void **state)
{
    (void)state;
    struct customer_row rows[6];
    static const char *const ids[6] = {"a", "b", "c", "d", "e", "f"};
    static const instant wakes[6] = {500, 300, INSTANT_NEVER, 100, INSTANT_NONE, 400};
    for (int i = 0; i < 6; i++) {
        rows[i] = test_customer(ids[i], i % 3 + 1);
        rows[i].wake_at = wakes[i];
        rows[i].fold_at = INSTANT_NEVER;
    }
    assert_done(test_write(test.store, rows, 6, NULL, 0));
    struct span *found;
    size_t count;
    assert_done(test.store->ops->due(test.store, homes, 3, 400, 10, &test.arena, &found, &count));
    assert_int_equal(count, 3); // a wake at the watermark has not passed
    assert_true(span_equal(found[0], SPAN_LITERAL("e")));
    assert_true(span_equal(found[1], SPAN_LITERAL("d")));
    assert_true(span_equal(found[2], SPAN_LITERAL("b")));
    assert_done(test.store->ops->due(test.store, homes, 3, 1000, 2, &test.arena, &found, &count));
    assert_int_equal(count, 2);
    assert_done(test.store->ops->due(test.store, &homes[2], 1, 1000, 10, &test.arena, &found, &count));
    assert_int_equal(count, 1); // home 3: f
    for (int i = 0; i < 6; i++) {
        rows[i].version = 1;
        rows[i].fold_at = wakes[i];
    }
    assert_done(test_write(test.store, rows, 6, NULL, 0));
    assert_done(test.store->ops->due(test.store, homes, 3, 1000, 10, &test.arena, &found, &count));
    assert_int_equal(count, 0); // marked ones are folded, not advanced
    assert_done(test.store->ops->marked(test.store, homes, 3, 400, 10, &test.arena, &found, &count));
    assert_int_equal(count, 4); // a mark at the watermark counts
    assert_true(span_equal(found[3], SPAN_LITERAL("f")));
    assert_done(test.store->ops->marked(test.store, homes, 0, 400, 10, &test.arena, &found, &count));
    assert_int_equal(count, 0);
}

static void a_notice_goes_from_held_to_published(void **state)
{
    (void)state;
    struct reminder_row reminder = reminder_of("b", 1);
    struct notice_row notice = notice_of("b", 1, 2, 20);
    struct store_write write = {
        .reminders = &reminder, .reminder_count = 1, .notices = &notice, .notice_count = 1};
    write_customers(&write);

    struct held_notice *held;
    struct outbox_row *outbox;
    size_t held_count, outbox_count;
    assert_done(test.store->ops->held(test.store, homes, 3, 20, 9, &test.arena, &held, &held_count, &outbox,
                                      &outbox_count));
    assert_int_equal(held_count, 0);
    assert_done(test.store->ops->held(test.store, homes, 3, 21, 9, &test.arena, &held, &held_count, &outbox,
                                      &outbox_count));
    assert_int_equal(held_count, 1);
    assert_int_equal(outbox_count, 0);
    assert_true(span_equal(held->notice.customer_id, SPAN_LITERAL("b")));
    assert_int_equal(held->notice.home, 2);
    assert_true(span_equal(held->notice.about, SPAN_LITERAL("\"level\":1")));
    assert_false(held->reminder.promise_id.data != NULL);
    assert_true(held->notice.exists && held->reminder.exists);
    assert_int_equal(held->reminder.kind, REMINDER_RESPONSE);
    assert_true(held->reminder.anchor == 5 && held->reminder.due_at == 10 && held->reminder.opened_at == 20);
    assert_true(held->reminder.closed_at == INSTANT_NONE && !held->reminder.closed_source.data);

    // Released: the notice, its reminder's mark and the message in one write.
    held->notice.state = NOTICE_RELEASED;
    held->reminder.published = true;
    held->reminder.announce = ANNOUNCE_KEEP;
    struct outbox_row message = message_of("b", 2, 20, OUTBOX_NOTICE);
    message.released = true;
    write = (struct store_write){.reminders = &held->reminder, .reminder_count = 1, .notices = &held->notice,
                                 .notice_count = 1, .outbox = &message, .outbox_count = 1, .durable = true};
    assert_done(write_it(&write));
    assert_outcome(STORE_CONFLICT, write_it(&write)); // it is held no more
    assert_done(test.store->ops->released(test.store, homes, 3, 9, &test.arena, &outbox, &outbox_count));
    assert_int_equal(outbox_count, 1);
    assert_true(outbox->released && outbox->seq > 0 && outbox->n == 1 && outbox->reminder_id[0] == 1);
    assert_true(span_equal(outbox->payload, message.payload));
    assert_done(test.store->ops->delivered(test.store, outbox, 1));
    assert_done(test.store->ops->delivered(test.store, outbox, 1)); // a repeat is nothing
    assert_true(test_sql_yields(&test.database, "SELECT state, published_at IS NOT NULL, about FROM guanxi.notice",
                                "2|t|\n"));
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.outbox", "0\n"));
    // A later update that does not know of the publication leaves it.
    held->reminder.published = false;
    held->reminder.status = REMINDER_DONE;
    held->reminder.closed_at = 99;
    held->reminder.closed_source = SPAN_LITERAL("/s");
    held->reminder.closed_event = SPAN_LITERAL("e");
    write = (struct store_write){.reminders = &held->reminder, .reminder_count = 1};
    assert_done(write_it(&write));
    assert_true(test_sql_yields(&test.database,
                                "SELECT published, status, closed_source, closed_event, home, announce "
                                "FROM guanxi.reminder",
                                "t|1|/s|e|2|0\n"));
}

static void messages_are_held_released_or_dropped(void **state)
{
    (void)state;
    struct reminder_row reminder = reminder_of("a", 1);
    reminder.published = true;
    struct outbox_row messages[4] = {
        message_of("c", 3, 30, OUTBOX_TRANSITION), message_of("a", 1, 10, OUTBOX_CLOSING),
        message_of("a", 1, 20, OUTBOX_TRANSITION), message_of("b", 2, 15, OUTBOX_TRANSITION)};
    struct store_write write = {
        .reminders = &reminder, .reminder_count = 1, .outbox = messages, .outbox_count = 4};
    write_customers(&write);
    struct held_notice *held;
    struct outbox_row *outbox;
    size_t held_count, count;
    assert_done(
        test.store->ops->held(test.store, homes, 3, 30, 9, &test.arena, &held, &held_count, &outbox, &count));
    assert_int_equal(count, 1); // changes are not for the eyes of the sweep
    assert_true(outbox[0].at == 10 && outbox[0].reminder_published);
    struct outbox_row closing = outbox[0];

    assert_done(test.store->ops->release_changes(test.store, homes, 3, 30, 9, &count));
    assert_int_equal(count, 2); // one at the watermark is not passed
    assert_done(test.store->ops->release_changes(test.store, homes, 3, 30, 9, &count));
    assert_int_equal(count, 0);
    write = (struct store_write){.delete_outbox = &closing, .delete_outbox_count = 1};
    assert_done(write_it(&write));
    assert_outcome(STORE_CONFLICT, write_it(&write));
    assert_done(test.store->ops->released(test.store, homes, 3, 9, &test.arena, &outbox, &count));
    assert_int_equal(count, 2);
    assert_true(outbox[0].at == 20 && outbox[1].at == 15 && outbox[1].seq > outbox[0].seq); // as inserted
    closing = outbox[0];
    write = (struct store_write){.delete_outbox = &closing, .delete_outbox_count = 1};
    assert_outcome(STORE_CONFLICT, write_it(&write)); // it is released
    assert_done(test.store->ops->released(test.store, homes, 3, 1, &test.arena, &outbox, &count));
    assert_int_equal(count, 1);
    assert_true(outbox[0].at == 20); // the first seq of all homes
}

static void what_marked_customers_hold_is_not_offered(void **state)
{
    (void)state;
    struct reminder_row reminder = reminder_of("b", 1);
    struct notice_row notice = notice_of("b", 1, 2, 20);
    struct outbox_row message = message_of("b", 2, 20, OUTBOX_TRANSITION);
    struct store_write write = {.reminders = &reminder,
                                .reminder_count = 1,
                                .notices = &notice,
                                .notice_count = 1,
                                .outbox = &message,
                                .outbox_count = 1};
    write_customers(&write);
    struct held_notice *held;
    struct outbox_row *outbox;
    size_t held_count, count;
    test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = '2020-01-01'");
    assert_done(
        test.store->ops->held(test.store, homes, 3, 99, 9, &test.arena, &held, &held_count, &outbox, &count));
    assert_int_equal(held_count + count, 0);
    assert_done(test.store->ops->release_changes(test.store, homes, 3, 99, 9, &count));
    assert_int_equal(count, 0);
    test_sql(&test.database, "UPDATE guanxi.customer SET fold_at = NULL");
    assert_done(
        test.store->ops->held(test.store, homes, 3, 99, 9, &test.arena, &held, &held_count, &outbox, &count));
    assert_int_equal(held_count, 1);
    assert_done(test.store->ops->release_changes(test.store, homes, 3, 99, 9, &count));
    assert_int_equal(count, 1);
}

static void a_fold_replaces_what_was_held(void **state)
{
    (void)state;
    struct reminder_row reminders[2] = {reminder_of("a", 1), reminder_of("a", 2)};
    struct notice_row notices[2] = {notice_of("a", 1, 1, 20), notice_of("a", 2, 1, 30)};
    struct outbox_row message = message_of("a", 1, 20, OUTBOX_TRANSITION);
    struct store_write write = {.reminders = reminders,
                                .reminder_count = 2,
                                .notices = notices,
                                .notice_count = 2,
                                .outbox = &message,
                                .outbox_count = 1};
    reminders[1].promise_id = SPAN_LITERAL("p");
    reminders[1].kind = REMINDER_OVERDUE;
    write_customers(&write);

    struct span ids[2] = {SPAN_LITERAL("a"), SPAN_LITERAL("b")};
    struct reminder_row *kept;
    struct notice_row *kept_notices;
    struct outbox_row *kept_messages;
    size_t kept_count, notice_count, message_count;
    assert_done(test.store->ops->follow_ups(test.store, ids, 2, &test.arena, &kept, &kept_count,
                                            &kept_notices, &notice_count, &kept_messages, &message_count));
    assert_int_equal(kept_count, 2);
    assert_int_equal(notice_count, 2);
    assert_int_equal(message_count, 1);
    assert_false(kept[0].promise_id.data != NULL);
    assert_true(kept[1].kind == REMINDER_OVERDUE && span_equal(kept[1].promise_id, SPAN_LITERAL("p")));
    assert_true(span_equal(kept_notices[1].about, notices[1].about));

    // The first reminder goes with its notices, of the second a held notice.
    write = (struct store_write){.delete_reminders = reminders,
                                 .delete_reminder_count = 1,
                                 .delete_notices = &notices[1],
                                 .delete_notice_count = 1,
                                 .delete_outbox = kept_messages,
                                 .delete_outbox_count = 1};
    assert_done(write_it(&write));
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.reminder", "1\n"));
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.notice", "0\n"));
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.outbox", "0\n"));
    write = (struct store_write){.delete_notices = &notices[1], .delete_notice_count = 1};
    assert_outcome(STORE_CONFLICT, write_it(&write));
}

static void open_reminders_are_announced_with_their_latest_notice(void **state)
{
    (void)state;
    struct reminder_row reminders[3] = {reminder_of("a", 1), reminder_of("b", 1), reminder_of("c", 1)};
    struct notice_row notices[4] = {notice_of("a", 1, 1, 20), notice_of("a", 1, 1, 40),
                                    notice_of("b", 1, 2, 20), notice_of("c", 1, 3, 20)};
    for (int i = 0; i < 4; i++)
        notices[i].state = NOTICE_SUPPRESSED;
    notices[1].notice = reminders[0].notices = 2;
    reminders[0].announce = reminders[1].announce = ANNOUNCE_PENDING;
    reminders[1].status = REMINDER_DONE;
    reminders[1].closed_at = 50;
    struct store_write write = {
        .reminders = reminders, .reminder_count = 3, .notices = notices, .notice_count = 4};
    write_customers(&write);
    struct held_notice *found;
    size_t count;
    assert_done(test.store->ops->announcements(test.store, homes, 3, 9, &test.arena, &found, &count));
    assert_int_equal(count, 1);
    assert_int_equal(found->notice.notice, 2);
    assert_true(found->notice.at == 40 && found->notice.was == NOTICE_SUPPRESSED);
    found->reminder.announce = ANNOUNCE_DONE;
    write = (struct store_write){.reminders = &found->reminder, .reminder_count = 1};
    assert_done(write_it(&write));
    assert_done(test.store->ops->announcements(test.store, homes, 3, 9, &test.arena, &found, &count));
    assert_int_equal(count, 0);
}

static void values_count_the_calendar_days_of_the_zone(void **state)
{
    (void)state;
    // Shanghai is 8 hours ahead: 16:00Z begins the next day there.
    static const struct {
        enum event_type type;
        int64_t day, hour, amount;
    } orders[] = {{TYPE_ORDER_PLACED, 100, 15, 1},      {TYPE_ORDER_PLACED, 100, 16, 10},
                  {TYPE_ORDER_REFUNDED, 101, 15, 1000}, {TYPE_ORDER_PLACED, 101, 16, 10000},
                  {TYPE_COST_INCURRED, 100, 20, 7}};
    enum { COUNT = sizeof orders / sizeof *orders };
    struct event events[COUNT];
    struct timeline_row rows[COUNT];
    char names[COUNT][4];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "%d", i);
        rows[i] = test_timeline(&events[i], "a", names[i], orders[i].day * DAY + orders[i].hour * HOUR);
        events[i].type = (uint16_t)orders[i].type;
        events[i].amount = orders[i].amount;
        rows[i].has_amount = true;
    }
    assert_done(test_write(test.store, NULL, 0, rows, COUNT));
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    strcpy(policy.zone_name, "Asia/Shanghai");
    policy.rfm_window = 1;
    struct span ids[4] = {SPAN_LITERAL("a"), SPAN_LITERAL("a"), SPAN_LITERAL("a"), SPAN_LITERAL("b")};
    int32_t days[4] = {100, 101, 102, 101};
    int64_t f[4], m[4];
    assert_done(test.store->ops->values(test.store, &policy, ids, days, 4, f, m));
    assert_true(f[0] == 1 && m[0] == 1);
    assert_true(f[1] == 1 && m[1] == 10 - 1000);
    assert_true(f[2] == 1 && m[2] == 10000);
    assert_true(f[3] == 0 && m[3] == 0);
    policy.rfm_window = 2;
    assert_done(test.store->ops->values(test.store, &policy, ids, days, 4, f, m));
    assert_true(f[1] == 2 && m[1] == 1 + 10 - 1000);
    policy.rfm_window = 0;
    assert_done(test.store->ops->values(test.store, &policy, ids, days, 4, f, m));
    assert_true(f[2] == 3 && m[2] == 1 + 10 - 1000 + 10000);
}

static void quarantined_records_keep_their_bytes_and_settle_once(void **state)
{
    (void)state;
    struct quarantine_row rows[3] = {{.topic = "calls",
                                      .partition = 1,
                                      .offset = 5,
                                      .reason = REJECT_NOT_JSON,
                                      .detail = SPAN_LITERAL("line 1"),
                                      .key = span_of("\xff\0k", 3),
                                      .value = span_of("\0", 1),
                                      .headers = SPAN_LITERAL("")},
                                     {.topic = "calls",
                                      .partition = 1,
                                      .offset = 6,
                                      .reason = REJECT_BAD_TIME,
                                      .source = SPAN_LITERAL("/s"),
                                      .event_id = SPAN_LITERAL("e"),
                                      .type = SPAN_LITERAL("t"),
                                      .subject = SPAN_LITERAL("c")},
                                     {.topic = "calls", .offset = 7, .reason = REJECT_NUL, .discarded = true}};
    struct store_write write = {.quarantine = rows, .quarantine_count = 3};
    wall_sample(clock_local_us(), clock_monotonic_us());
    assert_done(write_it(&write));
    assert_true(test_sql_yields(
        &test.database,
        "SELECT \"offset\", reason, detail, key, payload, headers, source, event_id, type, subject, state FROM "
        "guanxi.quarantine ORDER BY 1",
        "5|not_json|line 1|\\xff006b|\\x00|\\x|||||held\n6|bad_time|||||/s|e|t|c|held\n7|nul|||||||||discarded\n"));
    struct quarantine_settle settle = {.applied = true};
    settle.quarantine_id =
        atoll(test_sql_text(&test.database, "SELECT min(quarantine_id) FROM guanxi.quarantine"));
    write = (struct store_write){.settle = &settle, .settle_count = 1};
    assert_done(write_it(&write));
    assert_outcome(STORE_CONFLICT, write_it(&write));
    assert_true(test_sql_yields(&test.database,
                                "SELECT state, resolved_at IS NOT NULL FROM guanxi.quarantine ORDER BY "
                                "\"offset\"",
                                "applied|t\nheld|f\ndiscarded|t\n"));
}

static void configured_types_keep_their_numbers(void **state)
{
    (void)state;
    const char *names[3] = {"gift.sent", "seminar.held", "gift.lost"};
    uint16_t numbers[3], again[3];
    assert_done(test.store->ops->number_types(test.store, names, 2, numbers));
    assert_int_equal(numbers[0], TYPE_CONFIGURED);
    assert_int_equal(numbers[1], TYPE_CONFIGURED + 1);
    assert_done(test.store->ops->number_types(test.store, &names[1], 2, again));
    assert_int_equal(again[0], numbers[1]);
    assert_int_equal(again[1], TYPE_CONFIGURED + 2);
    assert_done(test.store->ops->number_types(test.store, names, 0, numbers));
}

static void record_policy(const struct policy *policy, duration lane_hold)
{
    struct policy_row row;
    assert_done(test.store->ops->record_policy(test.store, policy, lane_hold, POLICY_STARTS, &test.arena, &row));
}

static void the_policy_is_recorded_when_it_changes(void **state)
{
    (void)state;
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    policy.fingerprint = UINT64_MAX;
    record_policy(&policy, 2 * HOUR);
    record_policy(&policy, 2 * HOUR);
    assert_true(test_sql_yields(
        &test.database,
        "SELECT fingerprint, rfm_window, time_zone, base_currency, lane_hold FROM guanxi.policy",
        "-1|365|UTC|CNY|02:00:00\n"));
    policy.rfm_window = 0;
    record_policy(&policy, 2 * HOUR);
    assert_true(test_sql_yields(&test.database, "SELECT rfm_window FROM guanxi.policy", "0\n"));
    assert_done(test.store->ops->check_schema(test.store));
}

static void the_items_of_checklists_are_recorded(void **state)
{
    (void)state;
    struct type_rule types[POLICY_TYPES];
    struct policy policy;
    policy_defaults(&policy, types);
    policy.item_count = 3;
    strcpy(policy.items[2].list, "last");
    record_policy(&policy, HOUR);
    char expected[3 * 2 * CHECKLIST_NAME_MAX] = "";
    for (size_t i = 0; i < 3; i++)
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), "%zu|%s|%s\n", i,
                 policy.items[i].list, policy.items[i].item);
    assert_true(test_sql_yields(&test.database, "SELECT * FROM guanxi.checklist_item ORDER BY bit", expected));
    // Another list in an item's place, and fewer; what stays is not written again.
    const char *row = "SELECT xmin FROM guanxi.checklist_item WHERE bit = 0";
    char before[32];
    snprintf(before, sizeof before, "%s", test_sql_text(&test.database, row));
    policy.item_count = 2;
    strcpy(policy.items[1].list, "other");
    strcpy(policy.items[1].item, "thing");
    record_policy(&policy, HOUR);
    assert_true(test_sql_yields(&test.database,
                                "SELECT * FROM guanxi.checklist_item WHERE bit > 0 ORDER BY bit",
                                "1|other|thing\n"));
    assert_string_equal(test_sql_text(&test.database, row), before);
    policy.item_count = 0;
    record_policy(&policy, HOUR);
    assert_true(test_sql_yields(&test.database, "SELECT count(*) FROM guanxi.checklist_item", "0\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(due_and_marked_customers_come_earliest_first),
        STORE_TEST(a_notice_goes_from_held_to_published),
        STORE_TEST(messages_are_held_released_or_dropped),
        STORE_TEST(what_marked_customers_hold_is_not_offered),
        STORE_TEST(a_fold_replaces_what_was_held),
        STORE_TEST(open_reminders_are_announced_with_their_latest_notice),
        STORE_TEST(values_count_the_calendar_days_of_the_zone),
        STORE_TEST(quarantined_records_keep_their_bytes_and_settle_once),
        STORE_TEST(configured_types_keep_their_numbers),
        STORE_TEST(the_policy_is_recorded_when_it_changes),
        STORE_TEST(the_items_of_checklists_are_recorded),
    };
    return cmocka_run_group_tests_name("postgres_store_follow_ups", tests, NULL, NULL);
}
