// A quarantined record, judged again: what becomes of it and of its row.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "app/retry.h"
#include "base/log.h"
#include "support/scene.h"

static const char *const ASKS = "message.received";

// Judges the record that was quarantined last.
static int retry(struct scene *scene, struct reject *reject)
{
    static const struct record_header header = {
        {"content-type", sizeof "content-type" - 1},
        {"application/cloudevents+json", sizeof "application/cloudevents+json" - 1}};
    struct fake_view view = fake_view(scene->site.database);
    const struct fake_quarantine *held = &view.quarantine[view.quarantine_count - 1];
    struct record record = {.offset = held->row.offset, .value = held->row.value, .headers = &header, .header_count = 1};
    struct retry_row row = {.quarantine_id = (int64_t)view.quarantine_count, .lane_id = 1, .record = &record};
    struct store *store = fake_store_open(scene->site.database);
    struct retrier retrier;
    assert_int_equal(retrier_init(&retrier, &scene->policy, store, scene->start), 0);
    int outcome = retry_record(&retrier, &row, reject);
    retrier_free(&retrier);
    store->ops->close(store);
    return outcome;
}

static const struct fake_quarantine *last(struct scene *scene)
{
    struct fake_view view = fake_view(scene->site.database);
    return &view.quarantine[view.quarantine_count - 1];
}

static size_t events(struct scene *scene)
{
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    return ann ? ann->event_count : 0;
}

// Once refused as poison; then the database takes it.
static void tell_poison(struct scene *scene, const char *id, const char *type, instant at, const char *data)
{
    fake_poison(scene->site.database, id, false);
    scene_tell_as(scene, 0, id, "ann", type, at, data);
    scene_settle(scene);
    fake_mend(scene->site.database);
}

static void applied_late_and_folded(void **state)
{
    struct scene *scene = *state;
    struct reject reject;
    scene_tell(scene, 0, "ann", ASKS, scene->start, "{}");
    tell_poison(scene, "p", ASKS, scene->start + HOUR, "{}");
    scene_tell(scene, 0, "ann", ASKS, scene->start + DAY, "{}");
    scene_settle(scene);
    assert_int_equal(retry(scene, &reject), RETRIED_APPLIED);
    assert_int_equal(events(scene), 3);
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.fold_at, scene->start + DAY);
    assert_true(last(scene)->applied);
    assert_false(last(scene)->held);
    assert_int_equal(retry(scene, &reject), RETRY_SHIFT + STORE_CONFLICT); // it is settled
    scene_settle(scene);
    assert_int_equal(fake_customer(scene->site.database, "ann")->row.fold_at, INSTANT_NEVER);
}

static void applied_in_order(void **state)
{
    struct scene *scene = *state;
    struct reject reject;
    tell_poison(scene, "p", "order.placed", scene->start, "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}");
    assert_int_equal(events(scene), 0);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .times = 3, .outcome = STORE_CONFLICT});
    assert_int_equal(retry(scene, &reject), RETRIED_APPLIED);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_int_equal(ann->row.state.spent, 500);
    assert_int_equal(ann->row.home, 1);
    assert_true(ann->events[0].has_amount);
}

// The outcome of a promise was told before; the record of its making goes by that.
static void applied_to_its_promise(void **state)
{
    struct scene *scene = *state;
    struct reject reject;
    scene_tell(scene, 0, "ann", "promise.kept", scene->start, "{\"promise_id\":\"p\",\"by\":\"us\"}");
    tell_poison(scene, "m", "promise.made", scene->start + HOUR,
                "{\"promise_id\":\"p\",\"by\":\"us\",\"due\":\"2030-01-01T00:00:00Z\",\"about\":\"tea\"}");
    assert_int_equal(retry(scene, &reject), RETRIED_APPLIED);
    const struct promise *promise = fake_promise(fake_customer(scene->site.database, "ann"), "p");
    assert_int_equal(promise->state, PROMISE_KEPT);
    assert_int_equal(promise->made_at, scene->start + HOUR);
    assert_int_equal(promise->outcome_at, scene->start);
    assert_true(span_equal(promise->about, SPAN_LITERAL("tea")));
}

static void identity_prevents_a_second_effect(void **state)
{
    struct scene *scene = *state;
    struct reject reject;
    tell_poison(scene, "p", ASKS, scene->start, "{}");
    scene_tell_as(scene, 0, "p", "ann", ASKS, scene->start, "{}"); // published again meanwhile
    scene_settle(scene);
    assert_int_equal(retry(scene, &reject), RETRIED_APPLIED);
    assert_int_equal(events(scene), 1);
    assert_true(last(scene)->applied);
}

static void still_refused(void **state)
{
    struct scene *scene = *state;
    struct reject reject;
    scene_tell_as(scene, 0, "p", "ann", ASKS, scene->start, "{}");
    scene_tell_as(scene, 0, "p", "ann", ASKS, scene->start, "{\"channel\":\"sms\"}");
    scene_settle(scene);
    assert_int_equal(retry(scene, &reject), RETRIED_HELD);
    assert_int_equal(reject.reason, REJECT_CONFLICT);
    scene_put(scene, 0, "no json");
    scene_settle(scene);
    assert_int_equal(retry(scene, &reject), RETRIED_HELD);
    assert_int_equal(reject.reason, REJECT_NOT_JSON);
    tell_poison(scene, "q", ASKS, scene->start + DAY, "{}");
    fake_poison(scene->site.database, "q", false);
    assert_int_equal(retry(scene, &reject), RETRIED_HELD);
    assert_int_equal(reject.reason, REJECT_BAD_DATA);
    assert_true(last(scene)->held);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_load, .nth = 1, .outcome = STORE_AWAY});
    assert_int_equal(retry(scene, &reject), RETRY_SHIFT + STORE_AWAY);
}

static void discarded_or_dropped(void **state)
{
    struct scene *scene = *state;
    struct reject reject;
    scene_tell(scene, 0, "ann", "no.such.type", scene->start, "{}");
    scene_settle(scene);
    assert_int_equal(retry(scene, &reject), RETRIED_HELD);
    assert_int_equal(reject.reason, REJECT_UNKNOWN_TYPE);
    scene->policy.ignore_unknown_types = true;
    assert_int_equal(retry(scene, &reject), RETRIED_DISCARDED);
    assert_false(last(scene)->held);
    assert_false(last(scene)->applied);
    // An answer to a reminder of somebody unknown has no effect, but it is through.
    scene->policy.ignore_unknown_types = false;
    scene_tell(scene, 0, "ann", "no.such.type", scene->start, "{\"reminder_id\":\"x\"}");
    scene_settle(scene);
    static const char name[] = "no.such.type";
    struct type_rule *rule = &scene->types[0];
    for (size_t i = 0; i < scene->policy.type_count; i++) {
        if (scene->types[i].effect == EFFECT_OF_REMINDER_DISMISSED)
            rule = &scene->types[i];
    }
    snprintf(rule->name, sizeof rule->name, "%s", name); // as if the configuration knew it by now
    assert_int_equal(retry(scene, &reject), RETRIED_APPLIED);
    assert_int_equal(events(scene), 0);
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(applied_late_and_folded),
        TEST(applied_in_order),
        TEST(applied_to_its_promise),
        TEST(identity_prevents_a_second_effect),
        TEST(still_refused),
        TEST(discarded_or_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
