// Who ids mean: customers are merged, told apart again and erased by events, each exactly once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/tally.h"
#include "base/log.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";
static const char *const ORDER = "{\"order_id\":\"1\",\"amount\":\"50\",\"currency\":\"CNY\"}";

static const struct fake_customer *customer(struct scene *scene, const char *id)
{
    return fake_customer(scene->site.database, id);
}

static size_t events(struct scene *scene, const char *id)
{
    const struct fake_customer *found = customer(scene, id);
    return found ? found->event_count : 0;
}

// How many of them were recorded under another id.
static size_t events_as(struct scene *scene, const char *id, const char *subject)
{
    const struct fake_customer *found = customer(scene, id);
    size_t count = 0;
    for (size_t i = 0; found && i < found->event_count; i++)
        count += span_equal(found->events[i].event.subject, span_text(subject));
    return count;
}

static void merge(struct scene *scene, int32_t partition, const char *loser, const char *into, instant at)
{
    char data[64];
    snprintf(data, sizeof data, "{\"into\":\"%s\"}", into);
    scene_tell(scene, partition, loser, "customer.merged", at, data);
}

static void unmerge(struct scene *scene, int32_t partition, const char *winner, const char *back, instant at)
{
    char data[64];
    snprintf(data, sizeof data, "{\"customer\":\"%s\"}", back);
    scene_tell(scene, partition, winner, "customer.unmerged", at, data);
}

static void pass(struct scene *scene, instant at)
{
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, at);
    scene_settle(scene);
}

static int64_t epoch(struct scene *scene)
{
    return fake_view(scene->site.database).epoch;
}

static void assert_means(struct scene *scene, const char *id, const char *into)
{
    const struct fake_alias *alias = fake_alias(scene->site.database, id);
    assert_non_null(alias);
    assert_true(span_equal(alias->into, span_text(into)));
    assert_null(customer(scene, id));
}

// A life of some events; `as` is who they are told of.
static void tell_some(struct scene *scene, int32_t partition, const char *as, instant from)
{
    scene_tell(scene, partition, as, ASKS, from, "{}");
    scene_tell(scene, partition, as, "call.completed", from + 6 * HOUR, "{\"direction\":\"outbound\"}");
    scene_tell(scene, partition, as, "order.placed", from + 3 * DAY, ORDER);
    scene_tell(scene, partition, as, "promise.made", from + 4 * DAY,
               "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"2023-12-24T00:00:00Z\"}");
    scene_tell(scene, partition, as, "objection.raised", from + 5 * DAY, "{\"kind\":\"price\"}");
}

// The same in two scenes, in one of them of a second customer who is merged into the first meanwhile.
static struct scene *tell_merged(bool merged)
{
    struct scene *scene = scene_begin(true);
    tell_some(scene, 0, merged ? "ann" : "bob", scene->start);
    tell_some(scene, 1, "bob", scene->start + DAY);
    if (merged) {
        scene_settle(scene);
        merge(scene, 0, "ann", "bob", scene->start + 6 * DAY);
    } else {
        scene->number++;
    }
    scene_tell(scene, 0, merged ? "ann" : "bob", "message.sent", scene->start + 7 * DAY, "{}");
    scene_tell(scene, 1, "bob", ASKS, scene->start + 9 * DAY, "{}");
    pass(scene, scene->start + 100 * DAY);
    return scene;
}

static void two_customers_become_one(void **state)
{
    (void)state;
    struct scene *scene = tell_merged(true), *as_one = tell_merged(false);
    assert_means(scene, "ann", "bob");
    assert_int_equal(events(scene, "bob"), 13);
    assert_int_equal(events_as(scene, "bob", "ann"), 7); // the merge is one of them
    assert_true(epoch(scene) == 1);
    const struct fake_customer *bob = customer(scene, "bob"), *one = customer(as_one, "bob");
    assert_int_equal(bob->row.fold_at, INSTANT_NEVER);
    assert_int_equal(bob->row.quiet_until, INSTANT_NONE);
    assert_int_equal(bob->transition_count, one->transition_count);
    assert_true(bob->transition_count > 0);
    assert_int_equal(bob->row.state.as_of, one->row.state.as_of);
    assert_int_equal(bob->row.state.orders, 2);
    assert_int_equal(bob->promise_count, 1);
    assert_int_equal(bob->objection_count, one->objection_count);
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 1);
    const char *told = scene_told(scene, "guanxi.customer.merged", 0);
    assert_non_null(strstr(told, "\"subject\":\"ann\""));
    assert_non_null(strstr(told, "\"into\":\"bob\""));
    scene_end(scene);
    scene_end(as_one);
}

static void a_chain_leads_to_its_end(void **state)
{
    struct scene *scene = *state;
    tell_some(scene, 0, "ann", scene->start);
    tell_some(scene, 1, "bob", scene->start + HOUR);
    tell_some(scene, 0, "cem", scene->start + 2 * HOUR);
    merge(scene, 1, "ann", "bob", scene->start + 6 * DAY);
    merge(scene, 1, "bob", "cem", scene->start + 7 * DAY);
    merge(scene, 1, "dan", "ann", scene->start + 8 * DAY); // into an alias, of nobody
    scene_tell(scene, 1, "ann", ASKS, scene->start + 9 * DAY, "{}");
    scene_tell(scene, 1, "dan", ASKS, scene->start + 10 * DAY, "{}");
    pass(scene, scene->start + 20 * DAY);
    assert_means(scene, "ann", "bob");
    assert_means(scene, "bob", "cem");
    assert_means(scene, "dan", "cem");
    assert_int_equal(events(scene, "cem"), 5 * 3 + 3 + 2);
    assert_int_equal(events_as(scene, "cem", "ann"), 7);
    assert_int_equal(events_as(scene, "cem", "bob"), 6);
    assert_int_equal(events_as(scene, "cem", "dan"), 2);
    // The middle goes back, and who was merged into it before with it.
    unmerge(scene, 0, "cem", "bob", scene->start + 21 * DAY);
    pass(scene, scene->start + 30 * DAY);
    assert_means(scene, "ann", "bob");
    assert_means(scene, "dan", "cem");
    assert_int_equal(events(scene, "bob"), 5 + 5 + 1 + 1);
    assert_int_equal(events(scene, "cem"), 5 + 1 + 2 + 1);
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 3);
    assert_int_equal(scene_told_times(scene, "guanxi.customer.unmerged"), 1);
}

static void what_cannot_be_merged_is_quarantined(void **state)
{
    struct scene *scene = *state;
    tell_some(scene, 0, "ann", scene->start);
    tell_some(scene, 0, "bob", scene->start);
    merge(scene, 0, "ann", "ann", scene->start + 6 * DAY);
    merge(scene, 0, "ann", "bob", scene->start + 7 * DAY);
    merge(scene, 0, "bob", "ann", scene->start + 8 * DAY); // a cycle
    merge(scene, 0, "ann", "bob", scene->start + 8 * DAY); // is done already
    scene_tell(scene, 0, "cem", "customer.erased", scene->start + 9 * DAY, "{}");
    merge(scene, 0, "bob", "cem", scene->start + 10 * DAY);
    scene_settle(scene);
    struct fake_view view = fake_view(scene->site.database);
    assert_int_equal(view.quarantine_count, 4);
    for (size_t i = 0; i < view.quarantine_count; i++) {
        assert_int_equal(view.quarantine[i].row.reason, REJECT_BAD_MERGE);
        assert_true(view.quarantine[i].held);
    }
    assert_means(scene, "ann", "bob");
    assert_int_equal(events(scene, "bob"), 11);
    assert_true(epoch(scene) == 2);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 16);
    // An unmerge of who is nobody's is ignored, and of who was erased nothing is kept.
    unmerge(scene, 0, "ann", "cem", scene->start + 11 * DAY);
    unmerge(scene, 0, "bob", "dan", scene->start + 11 * DAY);
    unmerge(scene, 0, "bob", "bob", scene->start + 11 * DAY);
    unmerge(scene, 0, "eve", "dan", scene->start + 11 * DAY);
    scene_settle(scene);
    assert_true(epoch(scene) == 2);
    assert_int_equal(events(scene, "bob"), 13); // where they stand without effect
    assert_null(fake_remains(scene->site.database, "eve"));
    assert_int_equal(scene_told_times(scene, "guanxi.customer.unmerged"), 0);
}

static void unknown_ids_are_merged_beforehand(void **state)
{
    struct scene *scene = *state;
    merge(scene, 0, "ann", "bob", scene->start);
    scene_settle(scene);
    assert_int_equal(fake_view(scene->site.database).customer_count, 1); // just the event
    assert_int_equal(fake_remains(scene->site.database, "bob")->event_count, 1);
    scene_tell(scene, 1, "ann", ASKS, scene->start + DAY, "{}");
    scene_settle(scene);
    assert_means(scene, "ann", "bob");
    assert_int_equal(events_as(scene, "bob", "ann"), 2);
    assert_int_equal(customer(scene, "bob")->row.state.first_seen_at, scene->start + DAY);
    // A known one into an unknown one, who then is made.
    merge(scene, 0, "bob", "cem", scene->start + 2 * DAY);
    pass(scene, scene->start + 5 * DAY);
    assert_means(scene, "bob", "cem");
    assert_int_equal(events(scene, "cem"), 3);
    assert_int_equal(customer(scene, "cem")->row.state.first_seen_at, scene->start + DAY);
    // And back: nothing of its own is left to it.
    unmerge(scene, 0, "cem", "bob", scene->start + 6 * DAY);
    pass(scene, scene->start + 9 * DAY);
    assert_null(customer(scene, "cem"));
    assert_int_equal(events(scene, "bob"), 2);
    assert_int_equal(fake_remains(scene->site.database, "cem")->event_count, 2);
}

static void repeats_are_known(void **state)
{
    struct scene *scene = *state;
    static const char into[] = "{\"into\":\"bob\"}", back[] = "{\"customer\":\"ann\"}";
    tell_some(scene, 0, "ann", scene->start);
    tell_some(scene, 0, "bob", scene->start);
    for (int i = 0; i < 2; i++)
        scene_tell_as(scene, i, "m", "ann", "customer.merged", scene->start + 6 * DAY, into);
    scene_settle(scene);
    assert_true(epoch(scene) == 1);
    assert_int_equal(events(scene, "bob"), 11);
    scene_tell_as(scene, 1, "m", "ann", "customer.merged", scene->start + 6 * DAY, "{\"into\":\"cem\"}");
    scene_settle(scene);
    for (int i = 0; i < 2; i++)
        scene_tell_as(scene, i, "u", "bob", "customer.unmerged", scene->start + 7 * DAY, back);
    scene_settle(scene);
    assert_int_equal(fake_view(scene->site.database).quarantine_count, 1);
    assert_int_equal(fake_view(scene->site.database).quarantine[0].row.reason, REJECT_CONFLICT);
    assert_true(epoch(scene) == 2);
    // Even when the winner has it and the loser is back.
    scene_tell_as(scene, 0, "m", "ann", "customer.merged", scene->start + 6 * DAY, into);
    scene_settle(scene);
    assert_true(epoch(scene) == 2);
    assert_null(fake_alias(scene->site.database, "ann"));
    assert_int_equal(scene_told_times(scene, "guanxi.customer.merged"), 1);
    assert_int_equal(scene_told_times(scene, "guanxi.customer.unmerged"), 1);
    assert_false(scene_lane(scene, 0)->row.halted);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 13);
}

// A merge may be all that is known of somebody, and an event may bear its name.
static void a_merge_of_strangers_has_a_name(void **state)
{
    struct scene *scene = *state;
    scene_tell_as(scene, 0, "m", "ann", "customer.merged", scene->start, "{\"into\":\"bob\"}");
    scene_tell_as(scene, 1, "m", "ann", ASKS, scene->start + DAY, "{}");
    scene_tell_as(scene, 1, "m", "bob", ASKS, scene->start + DAY, "{}");
    scene_settle(scene);
    assert_int_equal(fake_view(scene->site.database).quarantine_count, 1);
    assert_int_equal(fake_view(scene->site.database).quarantine[0].row.reason, REJECT_CONFLICT);
    assert_int_equal(events(scene, "bob"), 2);
}

// Who comes back is nobody until the fold: what is told of him meanwhile waits for it.
static void who_came_back_is_folded_first(void **state)
{
    struct scene *scene = *state;
    scene_tick(scene, 1, scene->start); // which is as far as the watermark comes
    tell_some(scene, 0, "ann", scene->start);
    merge(scene, 0, "ann", "bob", scene->start + 6 * DAY);
    unmerge(scene, 0, "bob", "ann", scene->start + 7 * DAY);
    scene_tell(scene, 0, "ann", "reminder.acknowledged", scene->start + 8 * DAY,
               "{\"reminder_id\":\"00000000-0000-5000-8000-000000000000\"}");
    scene_tell(scene, 0, "ann", "order.placed", scene->start + 9 * DAY, ORDER);
    scene_tell_as(scene, 0, "e1", "ann", ASKS, scene->start, "{}"); // known
    scene_settle(scene);
    assert_true(customer(scene, "ann")->row.fold_at != INSTANT_NEVER);
    assert_int_equal(customer(scene, "ann")->transition_count, 0);
    assert_int_equal(events(scene, "ann"), 7);
    pass(scene, scene->start + 20 * DAY);
    assert_int_equal(events(scene, "ann"), 7);
    assert_int_equal(customer(scene, "ann")->row.state.orders, 2);
    assert_int_equal(customer(scene, "ann")->row.state.first_seen_at, scene->start);
}

// Of an id that comes and goes, no two changes are published under one name.
static void counts_go_on(void **state)
{
    struct scene *scene = *state;
    tell_some(scene, 0, "ann", scene->start);
    merge(scene, 0, "ann", "bob", scene->start + 6 * DAY);
    pass(scene, scene->start + 7 * DAY);
    unmerge(scene, 0, "bob", "ann", scene->start + 8 * DAY);
    pass(scene, scene->start + 9 * DAY);
    assert_null(customer(scene, "bob"));
    merge(scene, 0, "cem", "bob", scene->start + 10 * DAY); // nobody into nobody
    tell_some(scene, 0, "dan", scene->start + 10 * DAY);
    merge(scene, 0, "dan", "cem", scene->start + 18 * DAY);
    pass(scene, scene->start + 20 * DAY);
    assert_non_null(customer(scene, "bob"));
    size_t count = fake_sink_count(scene->site.sink), of_bob = 0;
    for (size_t i = 0; i < count; i++) {
        const struct published *message = fake_sink_message(scene->site.sink, i);
        of_bob += span_equal(message->key, span_text("bob"));
        assert_int_equal(fake_sink_times(scene->site.sink, message->id), 1);
    }
    assert_true(of_bob >= 2);
}

static void late_events_of_an_alias_mark_the_winner(void **state)
{
    struct scene *scene = *state;
    tell_some(scene, 0, "ann", scene->start);
    tell_some(scene, 0, "bob", scene->start);
    merge(scene, 0, "ann", "bob", scene->start + 6 * DAY);
    scene_settle(scene);
    pass(scene, scene->start + 7 * DAY);
    assert_int_equal(customer(scene, "bob")->row.fold_at, INSTANT_NEVER);
    int64_t late = tally_read(RESULT_LATE);
    scene_tell_as(scene, 1, "l", "ann", "order.placed", scene->start + HOUR, ORDER);
    scene_tell_as(scene, 1, "l", "bob", ASKS, scene->start + HOUR, "{}"); // another one, of the same name
    scene_tell_as(scene, 1, "l", "ann", "order.placed", scene->start + HOUR, ORDER);
    scene_settle(scene);
    assert_int_equal(tally_read(RESULT_LATE), late + 2);
    assert_null(customer(scene, "ann"));
    assert_int_equal(events(scene, "bob"), 13);
    pass(scene, scene->start + 8 * DAY);
    assert_int_equal(customer(scene, "bob")->row.fold_at, INSTANT_NEVER);
    assert_int_equal(customer(scene, "bob")->row.state.orders, 3);
    unmerge(scene, 1, "bob", "ann", scene->start + 9 * DAY);
    pass(scene, scene->start + 10 * DAY);
    assert_int_equal(customer(scene, "ann")->row.state.orders, 2);
    assert_int_equal(customer(scene, "bob")->row.state.orders, 1);
}

static const struct reminder_row *reminder(const struct fake_customer *customer, enum reminder_kind kind)
{
    for (size_t i = 0; i < customer->reminder_count; i++) {
        if (customer->reminders[i].kind == kind)
            return &customer->reminders[i];
    }
    return NULL;
}

// What was told of the loser is taken back at once; what the winner has inherited is not announced again.
static void reminders_of_the_loser_close(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tell(scene, 0, "bob", "message.sent", scene->start - HOUR, "{}");
    pass(scene, scene->start + 3 * DAY);
    size_t opened = scene_told_times(scene, "guanxi.reminder.opened");
    assert_true(opened > 0);
    assert_int_equal(reminder(customer(scene, "ann"), REMINDER_RESPONSE)->status, REMINDER_OPEN);
    merge(scene, 0, "ann", "bob", scene->start + 3 * DAY + HOUR);
    scene_settle(scene); // the other lane is behind
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.closed"), opened);
    assert_non_null(strstr(scene_told(scene, "guanxi.reminder.closed", 0), "\"moot\""));
    const struct fake_customer *ann = fake_remains(scene->site.database, "ann");
    assert_non_null(ann);
    assert_int_equal(reminder(ann, REMINDER_RESPONSE)->status, REMINDER_MOOT);
    assert_int_equal(reminder(ann, REMINDER_RESPONSE)->closed_at, scene->start + 3 * DAY + HOUR);
    pass(scene, scene->start + 4 * DAY);
    const struct reminder_row *inherited = reminder(customer(scene, "bob"), REMINDER_RESPONSE);
    assert_non_null(inherited);
    assert_int_equal(inherited->status, REMINDER_OPEN);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), opened);
    // The loser comes back with it: the same, open again.
    unmerge(scene, 0, "bob", "ann", scene->start + 4 * DAY + HOUR);
    pass(scene, scene->start + 5 * DAY);
    assert_int_equal(reminder(customer(scene, "ann"), REMINDER_RESPONSE)->status, REMINDER_OPEN);
    const struct reminder_row *left = reminder(customer(scene, "bob"), REMINDER_RESPONSE);
    assert_true(!left || left->status == REMINDER_MOOT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_customers_become_one),
        TEST(a_chain_leads_to_its_end),
        TEST(what_cannot_be_merged_is_quarantined),
        TEST(unknown_ids_are_merged_beforehand),
        TEST(repeats_are_known),
        TEST(a_merge_of_strangers_has_a_name),
        TEST(who_came_back_is_folded_first),
        TEST(counts_go_on),
        TEST(late_events_of_an_alias_mark_the_winner),
        TEST(reminders_of_the_loser_close),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
