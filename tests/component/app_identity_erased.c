// customer.erased: nothing is left of the customer and of all who were merged into it, and nothing comes back until the
// id is readmitted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/readmit.h"
#include "app/tally.h"
#include "base/log.h"
#include "support/outcome.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";

static void pass(struct scene *scene, instant at)
{
    for (int32_t i = 0; i < 2; i++)
        scene_tick(scene, i, at);
    scene_settle(scene);
}

static void erase(struct scene *scene, int32_t partition, const char *id, instant at)
{
    scene_tell(scene, partition, id, "customer.erased", at, "{}");
}

static size_t erased(struct scene *scene)
{
    return scene_told_times(scene, "guanxi.customer.erased");
}

static bool mentions(struct span text, const char *id)
{
    return text.data && memmem(text.data, text.size, id, strlen(id)) != NULL;
}

// The id stands nowhere: in no table of a customer, in no message, in no record.
static void assert_nothing_left(struct scene *scene, const char *id)
{
    struct fake_view view = fake_view(scene->site.database);
    assert_null(fake_customer(scene->site.database, id));
    assert_null(fake_remains(scene->site.database, id));
    for (size_t i = 0; i < view.customer_count; i++) {
        const struct fake_customer *customer = view.customers[i];
        for (size_t k = 0; k < customer->event_count; k++)
            assert_false(mentions(customer->events[k].event.subject, id));
        for (size_t k = 0; k < customer->outbox_count; k++)
            assert_false(mentions(customer->outbox[k].payload, id));
    }
    for (size_t i = 0; i < view.quarantine_count; i++) {
        const struct quarantine_row *row = &view.quarantine[i].row;
        assert_false(mentions(row->value, id) || mentions(row->key, id) || mentions(row->subject, id) ||
                     mentions(row->detail, id));
    }
    for (size_t i = 0; i < view.alias_count; i++)
        assert_false(mentions(view.aliases[i].customer_id, id) || mentions(view.aliases[i].into, id));
}

static void nothing_is_left(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    scene_tell(scene, 0, "ann", "promise.made", scene->start,
               "{\"promise_id\":\"secret\",\"by\":\"us\",\"due\":\"2023-11-16T00:00:00Z\"}");
    scene_tell(scene, 0, "bob", ASKS, scene->start, "{}");
    scene_tell(scene, 0, "bob", "no.such.type", scene->start, "{\"about\":\"bob\"}");
    scene_tell(scene, 1, "cem", ASKS, scene->start, "{}");
    scene_tell(scene, 1, "cem", "no.such.type", scene->start, "{}");
    scene_tell(scene, 0, "bob", "customer.merged", scene->start + HOUR, "{\"into\":\"ann\"}");
    pass(scene, scene->start + 20 * DAY);
    size_t opened = scene_told_times(scene, "guanxi.reminder.opened");
    size_t closed = scene_told_times(scene, "guanxi.reminder.closed");
    assert_true(fake_customer(scene->site.database, "ann")->reminder_count > 0);
    erase(scene, 0, "bob", scene->start + 21 * DAY); // an alias: who it means is meant
    scene_settle(scene);
    assert_nothing_left(scene, "ann");
    assert_nothing_left(scene, "bob");
    assert_true(fake_erased(scene->site.database, "ann") && fake_erased(scene->site.database, "bob"));
    struct fake_view view = fake_view(scene->site.database);
    assert_int_equal(view.tombstone_count, 2);
    assert_int_equal(view.alias_count, 0);
    assert_true(view.epoch == 2);
    for (size_t i = 0; i < view.quarantine_count; i++)
        assert_true(view.quarantine[i].held == (view.quarantine[i].row.partition == 1)); // that of somebody else stays
    assert_non_null(fake_customer(scene->site.database, "cem"));
    // Whoever was told of a reminder is told that it is over, and of the erasure after that, under the id named.
    const struct fake_customer *cem = fake_customer(scene->site.database, "cem");
    size_t of_cem = 0;
    for (size_t i = 0; i < cem->reminder_count; i++)
        of_cem += cem->reminders[i].status == REMINDER_OPEN;
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.closed"), opened - of_cem);
    assert_true(scene_told_times(scene, "guanxi.reminder.closed") > closed);
    for (size_t i = closed; i < opened - of_cem; i++) {
        const char *told = scene_told(scene, "guanxi.reminder.closed", i);
        assert_null(strstr(told, "secret"));
        assert_non_null(strstr(told, "\"moot\""));
    }
    assert_int_equal(erased(scene), 1);
    const struct published *last = fake_sink_message(scene->site.sink, fake_sink_count(scene->site.sink) - 1);
    assert_true(span_equal(last->key, span_text("bob")));
}

static void what_comes_later_is_dropped(void **state)
{
    struct scene *scene = *state;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    erase(scene, 0, "ann", scene->start + DAY);
    scene_tell(scene, 0, "ann", ASKS, scene->start + DAY, "{}");
    scene_settle(scene);
    int64_t dropped = tally_read(RESULT_ERASED), quarantined = metric_read(METRIC_QUARANTINED);
    instant before = scene_lane(scene, 0)->row.lane_time;
    scene_tell(scene, 0, "ann", ASKS, scene->start - DAY, "{}");
    scene_tell(scene, 0, "ann", ASKS, scene->start + 9 * DAY, "{}");
    scene_tell(scene, 0, "ann", "customer.erased", scene->start + 9 * DAY, "{}");
    scene_tell(scene, 0, "ann", "customer.merged", scene->start + 9 * DAY, "{\"into\":\"bob\"}");
    scene_tell(scene, 0, "ann", "customer.unmerged", scene->start + 9 * DAY, "{\"customer\":\"bob\"}");
    scene_settle(scene);
    assert_true(scene_lane(scene, 0)->row.lane_time == before);
    assert_int_equal(tally_read(RESULT_ERASED), dropped + 5);
    scene_tell(scene, 0, "ann", "no.such.type", scene->start + 2 * DAY, "{}");
    scene_tell(scene, 0, "bob", ASKS, scene->start + 2 * DAY, "{}");
    scene_tell(scene, 0, "ann", ASKS, scene->start + 2 * DAY, "{}");
    pass(scene, scene->start + 3 * DAY);
    assert_int_equal(tally_read(RESULT_ERASED), dropped + 6);
    assert_int_equal(metric_read(METRIC_QUARANTINED), quarantined + 1);
    const struct quarantine_row *kept = &fake_view(scene->site.database).quarantine[0].row;
    assert_false(fake_view(scene->site.database).quarantine[0].held); // there is nothing to be tried again
    assert_int_equal(kept->reason, REJECT_UNKNOWN_TYPE);
    assert_true(!kept->value.data && !kept->key.data && !kept->headers.data && !kept->source.data &&
                !kept->event_id.data && !kept->subject.data);
    assert_nothing_left(scene, "ann");
    assert_non_null(fake_customer(scene->site.database, "bob"));
    assert_int_equal(erased(scene), 1);
    assert_int_equal(scene_lane(scene, 0)->row.next_offset, 12);
}

static void who_is_unknown_is_erased_beforehand(void **state)
{
    struct scene *scene = *state;
    erase(scene, 0, "ann", scene->start);
    scene_tell(scene, 0, "ann", ASKS, scene->start + DAY, "{}");
    scene_tell(scene, 1, "ann", ASKS, scene->start + DAY, "{}");
    scene_tell(scene, 1, "bob", ASKS, scene->start + DAY, "{}");
    pass(scene, scene->start + 2 * DAY);
    assert_nothing_left(scene, "ann");
    assert_non_null(fake_customer(scene->site.database, "bob"));
    assert_int_equal(erased(scene), 1);
}

// Messages that are released and not sent yet are void, those beside them are sent.
static void unsent_messages_are_void(void **state)
{
    struct scene *scene = *state;
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 1000});
    scene_tell(scene, 0, "ann", "order.placed", scene->start, "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}");
    scene_tell(scene, 0, "bob", "order.placed", scene->start, "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}");
    for (int i = 0; i < 2; i++)
        scene_tick(scene, i, scene->start + DAY);
    for (int i = 0; i < 20; i++)
        instance_round(&scene->instance);
    assert_true(fake_customer(scene->site.database, "ann")->outbox_count > 0);
    assert_true(fake_customer(scene->site.database, "ann")->outbox[0].released);
    erase(scene, 0, "ann", scene->start + DAY);
    for (int i = 0; i < 20; i++)
        instance_round(&scene->instance);
    assert_int_equal(fake_sink_count(scene->site.sink), 0);
    fake_sink_fail(scene->site.sink, &(struct fake_sink_fault){.calls = 0});
    scene_settle(scene);
    assert_nothing_left(scene, "ann");
    assert_int_equal(fake_customer(scene->site.database, "bob")->outbox_count, 0);
    size_t of_ann = 0, count = fake_sink_count(scene->site.sink);
    for (size_t i = 0; i < count; i++)
        of_ann += span_equal(fake_sink_message(scene->site.sink, i)->key, span_text("ann"));
    assert_int_equal(of_ann, 1); // of the erasure itself
    assert_int_equal(erased(scene), 1);
    assert_true(count > 1);
}

static void a_readmitted_id_begins_anew(void **state)
{
    struct scene *scene = *state;
    struct store *store = fake_store_open(scene->site.database);
    struct arena arena;
    arena_init(&arena, 4096);
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    erase(scene, 0, "ann", scene->start + DAY);
    scene_settle(scene);
    assert_outcome(READMIT_NOT_ERASED, readmit(store, SPAN_LITERAL("bob"), &arena));
    assert_outcome(READMIT_DONE, readmit(store, SPAN_LITERAL("ann"), &arena));
    assert_outcome(READMIT_NOT_ERASED, readmit(store, SPAN_LITERAL("ann"), &arena));
    arena_free(&arena);
    assert_false(fake_erased(scene->site.database, "ann"));
    scene_tell(scene, 1, "ann", ASKS, scene->start + 2 * DAY, "{}");
    pass(scene, scene->start + 3 * DAY);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_non_null(ann);
    assert_int_equal(ann->event_count, 1);
    assert_int_equal(ann->row.state.first_seen_at, scene->start + 2 * DAY);
    erase(scene, 1, "ann", scene->start + 4 * DAY);
    scene_settle(scene);
    assert_nothing_left(scene, "ann");
    assert_int_equal(erased(scene), 2);
    const struct fake_tombstone *tombstone = fake_view(scene->site.database).tombstones;
    assert_int_equal(tombstone->times, 2);
    assert_true(tombstone->stands);
    // Two messages of the same name would be one to whoever reads them.
    size_t count = fake_sink_count(scene->site.sink), named[2] = {0};
    for (size_t i = 0; i < count; i++) {
        if (strstr(fake_sink_message(scene->site.sink, i)->payload.data, "guanxi.customer.erased"))
            named[named[0] != 0] = i + 1;
    }
    assert_string_not_equal(fake_sink_message(scene->site.sink, named[0] - 1)->id,
                            fake_sink_message(scene->site.sink, named[1] - 1)->id);
    store->ops->close(store);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_left),
        TEST(what_comes_later_is_dropped),
        TEST(who_is_unknown_is_erased_beforehand),
        TEST(unsent_messages_are_void),
        TEST(a_readmitted_id_begins_anew),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
