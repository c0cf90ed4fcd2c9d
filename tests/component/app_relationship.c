// Stages, PRAM, promises, objections and profiles on their way from events to rows and messages: live, over several
// batches, and after a fold.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/status.h"
#include "codec/time.h"
#include "fakes/database.h"
#include "support/scene.h"

static const char *const STAGE_CHANGED = "guanxi.stage.changed";
static const char *const PRAM_CHANGED = "guanxi.pram.changed";
static const char *const NOTHING = "{\"direction\":\"outbound\"}"; // of call.missed: no effect but on the clock

static const struct fake_customer *ann(struct scene *scene)
{
    return fake_customer(scene->site.database, "ann");
}

static void tell(struct scene *scene, const char *type, instant at, const char *data)
{
    scene_tell(scene, 0, "ann", type, at, data);
}

static void tell_made(struct scene *scene, const char *id, const char *by, instant at, instant due)
{
    char data[256], text[TIME_TEXT_MAX];
    time_format(due, text);
    snprintf(data, sizeof data, "{\"promise_id\":\"%s\",\"by\":\"%s\",\"due\":\"%s\",\"about\":\"about %s\"}", id, by, text,
             id);
    tell(scene, "promise.made", at, data);
}

static void tell_outcome(struct scene *scene, const char *type, const char *id, const char *by, instant at)
{
    char data[96];
    snprintf(data, sizeof data, "{\"promise_id\":\"%s\",\"by\":\"%s\"}", id, by);
    tell(scene, type, at, data);
}

// Until everything before `at` is published, in both lanes.
static void pass(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

// The next batch has to ask the database for everything.
static void forget(struct scene *scene)
{
    scene_settle(scene);
    cache_clear(scene->instance.engine->workers[0].cache);
}

static void expect_promise(struct scene *scene, const char *id, enum promise_state state, instant made_at,
                           instant outcome_at)
{
    const struct promise *promise = fake_promise(ann(scene), id);
    assert_non_null(promise);
    assert_int_equal(promise->state, state);
    assert_int_equal(promise->made_at, made_at);
    assert_int_equal(promise->outcome_at, outcome_at);
    assert_int_equal(promise->about.data != NULL, made_at != INSTANT_NONE);
}

// -------------------------------------------------------------------------------------------------- rows

static void live_something_of_everything(struct scene *scene)
{
    instant at = scene->start;
    tell(scene, "message.received", at, "{}");
    tell(scene, "plan.made", at + HOUR, "{}");
    tell_made(scene, "ours", "us", at + 2 * HOUR, at + 20 * DAY);
    tell_made(scene, "theirs", "customer", at + 3 * HOUR, at + 20 * DAY);
    tell_made(scene, "open", "us", at + 3 * HOUR, at + 20 * DAY);
    tell(scene, "objection.raised", at + 4 * HOUR, "{\"kind\":\"price\"}");
    tell(scene, "objection.raised", at + 5 * HOUR, "{\"kind\":\"price\",\"cause\":\"customer\"}");
    tell(scene, "objection.raised", at + 6 * HOUR, "{\"kind\":\"person\"}");
    scene_settle(scene);
    tell(scene, "customer.updated", at + 7 * HOUR, "{\"owner\":\"wang\",\"name\":\"Ann\",\"kind\":\"person\"}");
    tell(scene, "customer.updated", at + 8 * HOUR, "{\"owner\":\"li\"}");
    tell(scene, "objection.resolved", at + DAY, "{\"kind\":\"price\"}");
    tell_outcome(scene, "promise.kept", "ours", "us", at + 2 * DAY);
    forget(scene);
    tell_outcome(scene, "promise.kept", "theirs", "customer", at + 3 * DAY);
    tell(scene, "agreement.made", at + 4 * DAY, "{}");
    tell(scene, "proposal.submitted", at + 5 * DAY, "{}");
}

static void expect_same(const struct fake_customer *a, const struct fake_customer *b)
{
    assert_int_equal(a->transition_count, b->transition_count);
    for (size_t i = 0; i < a->transition_count; i++) {
        const struct transition_row *left = &a->transitions[i], *right = &b->transitions[i];
        assert_int_equal(left->transition.kind, right->transition.kind);
        assert_int_equal(left->transition.from, right->transition.from);
        assert_int_equal(left->transition.to, right->transition.to);
        assert_int_equal(left->transition.detail, right->transition.detail);
        assert_int_equal(left->at, right->at);
        assert_true(span_equal(left->event_id, right->event_id));
    }
    assert_int_equal(a->promise_count, b->promise_count);
    for (size_t i = 0; i < a->promise_count; i++) {
        assert_true(span_equal(a->promises[i].id, b->promises[i].id));
        assert_int_equal(a->promises[i].state, b->promises[i].state);
        assert_int_equal(a->promises[i].outcome_at, b->promises[i].outcome_at);
        assert_true(span_equal(a->promises[i].about, b->promises[i].about));
    }
    assert_int_equal(a->objection_count, b->objection_count);
    for (size_t i = 0; i < a->objection_count; i++)
        assert_int_equal(a->objections[i].resolved_at, b->objections[i].resolved_at);
    assert_true(span_equal(a->profile.owner, b->profile.owner));
    assert_true(span_equal(a->profile.name, b->profile.name));
    assert_true(span_equal(a->row.book, b->row.book));
    assert_int_equal(a->row.state.traits, b->row.state.traits);
    assert_int_equal(a->row.wake_at, b->row.wake_at);
    assert_int_equal(a->reminder_count, b->reminder_count);
    assert_int_equal(a->notice_count, b->notice_count);
}

static void a_fold_makes_the_same_rows(void **state)
{
    struct scene *scene = *state;
    live_something_of_everything(scene);
    pass(scene, scene->start + 40 * DAY);
    const struct fake_customer *live = ann(scene);
    assert_int_equal(live->promise_count, 3);
    assert_int_equal(live->objection_count, 3);
    assert_int_equal(live->objections[0].resolved_at, scene->start + DAY);
    assert_int_equal(live->objections[2].resolved_at, INSTANT_NONE);
    assert_true(span_equal(live->profile.owner, SPAN_LITERAL("li")));
    assert_true(span_equal(live->profile.name, SPAN_LITERAL("Ann")));
    assert_null(live->profile.manager.data);
    assert_int_equal(live->row.state.stage, STAGE_EVALUATING);
    assert_int_equal(customer_trait(&live->row.state, TRAIT_PHASE), PHASE_MAINTAIN);
    assert_true(live->row.book.size > 0);
    size_t told = fake_sink_count(scene->site.sink);

    struct fake_customer *before = fake_customer_copy(live);
    int64_t version = live->row.version;
    tell(scene, "call.missed", scene->start + HOUR, NOTHING); // late: marks and no more
    scene_settle(scene);
    assert_true(ann(scene)->row.version > version + 1);
    assert_int_equal(ann(scene)->row.fold_at, INSTANT_NEVER);
    expect_same(before, ann(scene));
    assert_int_equal(fake_sink_count(scene->site.sink), told);
    fake_customer_release(before);
}

// What comes late is as if it had come in time, for every kind of row.
static void late_events_count_in_their_place(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    tell(scene, "message.sent", at + 10 * DAY, "{}");
    tell_outcome(scene, "promise.kept", "p", "customer", at + 11 * DAY);
    pass(scene, at + 12 * DAY);
    expect_promise(scene, "p", PROMISE_KEPT, INSTANT_NONE, at + 11 * DAY);
    tell_made(scene, "p", "us", at + DAY, at + 30 * DAY);
    tell_outcome(scene, "promise.broken", "p", "us", at + 2 * DAY);
    tell(scene, "objection.raised", at + 3 * DAY, "{\"kind\":\"money\"}");
    tell(scene, "customer.updated", at + 4 * DAY, "{\"manager\":\"zhao\"}");
    tell(scene, "plan.made", at + 5 * DAY, "{}");
    scene_settle(scene);
    expect_promise(scene, "p", PROMISE_BROKEN, at + DAY, at + 2 * DAY);
    assert_int_equal(fake_promise(ann(scene), "p")->by, BY_US);
    assert_int_equal(ann(scene)->promise_count, 1);
    assert_int_equal(ann(scene)->objection_count, 1);
    assert_true(span_equal(ann(scene)->profile.manager, SPAN_LITERAL("zhao")));
    assert_int_equal(ann(scene)->row.state.pram_cycle, 1);
    assert_int_equal(fake_transition(ann(scene), TRANSITION_STAGE, 1)->at, at + 3 * DAY);
    const struct fake_event *ignored = &ann(scene)->events[ann(scene)->event_count - 1];
    assert_true(ignored->points == 0); // the second outcome
}

// ---------------------------------------------------------------------------------------------- promises

// How a promise stands was written by another batch: the book has only what is open.
static void promises_are_looked_up(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    tell_outcome(scene, "promise.kept", "p", "customer", at);
    tell_made(scene, "q", "us", at, at + 9 * DAY);
    forget(scene);
    tell_made(scene, "p", "us", at + HOUR, at + 9 * DAY); // fills in the rest
    forget(scene);
    expect_promise(scene, "p", PROMISE_KEPT, at + HOUR, at);
    assert_int_equal(fake_promise(ann(scene), "p")->by, BY_CUSTOMER);
    tell_outcome(scene, "promise.kept", "q", "us", at + 2 * HOUR);
    forget(scene);
    expect_promise(scene, "q", PROMISE_KEPT, at, at + 2 * HOUR);
    int64_t asked = fake_calls(scene->site.database, FAKE_OP_promises);
    tell_made(scene, "p", "us", at + 3 * HOUR, at + 99 * DAY); // a second time
    tell_outcome(scene, "promise.broken", "q", "us", at + 3 * HOUR);
    scene_settle(scene);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_promises), asked + 1); // both at once
    expect_promise(scene, "p", PROMISE_KEPT, at + HOUR, at);
    expect_promise(scene, "q", PROMISE_KEPT, at, at + 2 * HOUR);
    assert_true(ann(scene)->events[5].points == 0);
    tell(scene, "message.sent", at + DAY, "{}"); // about no promise
    scene_settle(scene);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_promises), asked + 1);
}

// Within a batch what it has done itself goes before what the database has.
static void outcomes_of_one_batch(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    tell_made(scene, "old", "us", at - DAY, at + 9 * DAY);
    forget(scene);
    tell_outcome(scene, "promise.kept", "unknown", "us", at);
    tell_outcome(scene, "promise.broken", "unknown", "us", at + HOUR);
    tell_made(scene, "new", "us", at + 2 * HOUR, at + 9 * DAY);
    tell_outcome(scene, "promise.broken", "new", "us", at + 3 * HOUR);
    tell_outcome(scene, "promise.kept", "new", "us", at + 4 * HOUR);
    tell_outcome(scene, "promise.broken", "old", "us", at + 5 * HOUR);
    tell_outcome(scene, "promise.kept", "old", "us", at + 6 * HOUR);
    int64_t writes = fake_calls(scene->site.database, FAKE_OP_write);
    instance_turn(&scene->instance, 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_write), writes + 1);
    expect_promise(scene, "unknown", PROMISE_KEPT, INSTANT_NONE, at);
    expect_promise(scene, "new", PROMISE_BROKEN, at + 2 * HOUR, at + 3 * HOUR);
    expect_promise(scene, "old", PROMISE_BROKEN, at - DAY, at + 5 * HOUR);
    static const int ignored[] = {2, 5, 7};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        assert_true(ann(scene)->events[ignored[i]].points == 0);
}

// The end lapses what is open; the row keeps what it was about.
static void the_end_lapses_promises(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    tell_made(scene, "p", "us", at, at + 9 * DAY);
    forget(scene);
    tell(scene, "relationship.ended", at + DAY, "{\"by\":\"us\"}");
    tell_outcome(scene, "promise.kept", "p", "us", at + 2 * DAY);
    scene_settle(scene);
    expect_promise(scene, "p", PROMISE_LAPSED, at, at + DAY);
    assert_true(ann(scene)->events[2].points == 0);
    assert_int_equal(ann(scene)->row.book.size, 0); // nothing is open any more
    tell(scene, "call.missed", at + HOUR, NOTHING);
    pass(scene, at + 3 * DAY);
    assert_int_equal(ann(scene)->row.fold_at, INSTANT_NEVER);
    expect_promise(scene, "p", PROMISE_LAPSED, at, at + DAY);
}

static void reminders_name_their_promise(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    uint8_t uuid[16];
    char id[37];
    tell_made(scene, "p", "us", at, at + 9 * DAY);
    tell_made(scene, "q", "us", at, at + 9 * DAY);
    pass(scene, at + 8 * DAY + 1);
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.opened"), 2);
    promise_reminder_id(uuid, SPAN_LITERAL("ann"), REMINDER_PROMISE, SPAN_LITERAL("q"));
    uuid_text(uuid, id);
    const char *opened = scene_told(scene, "guanxi.reminder.opened", 1);
    assert_non_null(strstr(opened, id));
    assert_non_null(strstr(opened, "\"promise_id\":\"q\""));
    assert_non_null(strstr(opened, "promise (q)"));
    tell_outcome(scene, "promise.kept", "p", "us", at + 8 * DAY + HOUR);
    pass(scene, at + 12 * DAY);
    // One is kept; of the other the first reminder makes room for the second.
    assert_int_equal(scene_told_times(scene, "guanxi.reminder.closed"), 2);
    assert_non_null(strstr(scene_told(scene, "guanxi.reminder.closed", 0), "\"promise_id\":\"p\""));
    assert_non_null(strstr(scene_told(scene, "guanxi.reminder.closed", 0), "\"reason\":\"done\""));
    assert_non_null(strstr(scene_told(scene, "guanxi.reminder.closed", 1), "\"reason\":\"moot\""));
    assert_int_equal(ann(scene)->reminder_count, 3);
    assert_int_equal(ann(scene)->reminders[2].kind, REMINDER_OVERDUE);
    assert_true(span_equal(ann(scene)->reminders[2].promise_id, SPAN_LITERAL("q")));
}

// ---------------------------------------------------------------------------------------------- messages

// Held when a fold comes: of each kind one message leads from where the customer stood in public to the present.
static void a_message_per_kind_after_a_fold(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    tell(scene, "message.received", at, "{}");
    tell(scene, "plan.made", at, "{}");
    pass(scene, at + HOUR);
    assert_int_equal(scene_told_times(scene, STAGE_CHANGED), 1);
    assert_int_equal(scene_told_times(scene, PRAM_CHANGED), 1);
    // The other lane holds the watermark.
    tell(scene, "meeting.completed", at + 2 * HOUR, "{}");
    tell(scene, "proposal.submitted", at + 3 * HOUR, "{}");
    tell(scene, "agreement.made", at + 4 * HOUR, "{}");
    tell(scene, "design.submitted", at + 5 * HOUR, "{}");
    scene_settle(scene);
    assert_int_equal(ann(scene)->row.messages[TRANSITION_STAGE], 3);
    assert_int_equal(ann(scene)->row.messages[TRANSITION_PRAM], 3);
    scene_tell(scene, 1, "ann", "call.missed", at + 3 * HOUR, NOTHING); // late
    pass(scene, at + DAY);
    assert_int_equal(scene_told_times(scene, STAGE_CHANGED), 2);
    assert_int_equal(scene_told_times(scene, PRAM_CHANGED), 2);
    const char *stage = scene_told(scene, STAGE_CHANGED, 1), *pram = scene_told(scene, PRAM_CHANGED, 1);
    assert_non_null(strstr(stage, "\"n\":2,\"from\":{\"stage\":2,"));
    assert_non_null(strstr(stage, "\"to\":{\"stage\":4,"));
    assert_non_null(strstr(pram, "\"n\":2,\"from\":\"plan\",\"to\":\"maintain\",\"cycle\":1,\"premature\":false"));
    assert_int_equal(ann(scene)->row.messages[TRANSITION_PRAM], 2);
    assert_non_null(fake_transition(ann(scene), TRANSITION_PRAM, 3)); // the table keeps every step
}

// Phase and cycle come out as they were published, and only what is said beside them changed.
static void a_cycle_that_was_premature_after_all(void **state)
{
    struct scene *scene = *state;
    instant at = scene->start;
    tell(scene, "plan.made", at, "{}");
    tell(scene, "meeting.completed", at + HOUR, "{}"); // reactive: relation
    tell(scene, "agreement.made", at + 2 * HOUR, "{}");
    pass(scene, at + DAY);
    assert_int_equal(scene_told_times(scene, PRAM_CHANGED), 3);
    tell(scene, "agreement.ended", at + 30 * MINUTE, "{}"); // late: -10, no relation
    pass(scene, at + 2 * DAY);
    assert_int_equal(scene_told_times(scene, PRAM_CHANGED), 4);
    const char *pram = scene_told(scene, PRAM_CHANGED, 3);
    assert_non_null(strstr(pram, "\"n\":4,\"from\":\"maintain\",\"to\":\"maintain\",\"cycle\":1,\"premature\":true"));
}

// -------------------------------------------------------------------------------------------------- books

// A book that is none ends the process with a word about whose it is.
static void a_broken_book_is_fatal(void **state)
{
    struct scene *scene = *state;
    tell(scene, "message.sent", scene->start, "{}");
    forget(scene);
    struct customer_row row = ann(scene)->row;
    row.book = SPAN_LITERAL("\xffno book");
    struct store *store = fake_store_open(scene->site.database);
    struct store_write write = {.customers = &row, .customer_count = 1};
    assert_int_equal(store->ops->write(store, &write), 0);
    store->ops->close(store);
    tell(scene, "message.sent", scene->start + DAY, "{}");
    for (int i = 0; i < 10 && scene->instance.status == 0; i++)
        instance_round(&scene->instance);
    assert_int_equal(scene->instance.status, STATUS_BROKEN);
    assert_non_null(strstr(fault_message(), "customer ann"));
    assert_int_equal(ann(scene)->event_count, 1);
}

// Large books leave room for fewer customers in a batch.
static void books_count_in_a_batch(void **state)
{
    enum { CUSTOMERS = 40, PROMISES = 60 };
    struct scene *scene = *state;
    struct worker *worker = &scene->instance.engine->workers[0];
    char customer[16], data[256];
    for (int i = 0; i < CUSTOMERS * PROMISES; i++) {
        snprintf(customer, sizeof customer, "c%d", i % CUSTOMERS);
        snprintf(data, sizeof data, "{\"promise_id\":\"%0100d\",\"by\":\"us\",\"due\":\"2030-01-01T00:00:00Z\"}", i);
        scene_tell(scene, 0, customer, "promise.made", scene->start + i, data);
    }
    scene_settle(scene);
    for (int small = 0; small < 2; small++) {
        worker->batch_room = small ? 200 * 1024 : 2 << 20;
        for (int i = 0; i < CUSTOMERS; i++) {
            snprintf(customer, sizeof customer, "c%d", i);
            scene_tell(scene, 0, customer, "message.sent", scene->start + HOUR, "{}");
        }
        scene->start += HOUR;
        int64_t writes = fake_calls(scene->site.database, FAKE_OP_write);
        instance_turn(&scene->instance, 0);
        assert_int_equal(fake_calls(scene->site.database, FAKE_OP_write), writes + 1);
        assert_true(worker->applier.written >= worker->applier.grouping.groups.count * PROMISES * 100);
        bool all = worker->applier.grouping.groups.count == CUSTOMERS;
        assert_int_equal(all, !small);
    }
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_fold_makes_the_same_rows),
        TEST(late_events_count_in_their_place),
        TEST(promises_are_looked_up),
        TEST(outcomes_of_one_batch),
        TEST(the_end_lapses_promises),
        TEST(reminders_name_their_promise),
        TEST(a_message_per_kind_after_a_fold),
        TEST(a_cycle_that_was_premature_after_all),
        TEST(a_broken_book_is_fatal),
        TEST(books_count_in_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
