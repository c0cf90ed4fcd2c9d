// Explanations: the worked example of the model word by word in both languages (tests/explanations), and of random
// histories what must hold of any: contributions add up to warmth, the past is the fold of what had happened by then,
// and what was foreseen comes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <math.h>

#include "app/explain.h"
#include "base/status.h"
#include "support/history.h"
#include "support/random.h"
#include "support/same.h"
#include "support/scene.h"
#include "support/story.h"
#include "support/world.h"

static struct explainer explainer;

// What is written of the explanation at hand; to be freed.
static char *written(enum language language, bool json)
{
    char *text = NULL;
    size_t size;
    struct arena arena;
    arena_init(&arena, 65536);
    struct words words = {explainer.policy, language, &arena, false};
    FILE *out = open_memstream(&text, &size);
    int status = json ? explain_json(&explainer.made, &words, explainer.made.id, out)
                      : explain_text(&explainer.made, &words, out);
    assert_int_equal(status, 0);
    fclose(out);
    arena_free(&arena);
    return text;
}

static void expect_file(const char *name, enum language language)
{
    char path[512];
    static char expected[16384];
    snprintf(path, sizeof path, "%s/tests/explanations/%s.%s.txt", getenv("GUANXI_SOURCE_DIR"), name,
             language_code(language));
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(expected, 1, sizeof expected - 1, file) : 0;
    expected[size] = '\0';
    if (file)
        fclose(file);
    char *text = written(language, false);
    if (strcmp(text, expected) != 0) {
        fprintf(stderr, "%s is not\n%s", path, text);
        fail();
    }
    free(text);
}

static void expect_json(const char *part)
{
    char *text = written(LANGUAGE_EN, true);
    if (!strstr(text, part)) {
        print_error("%s\n", text);
        fail_msg("no %s", part);
    }
    free(text);
}

// ------------------------------------------------------------------------------------------- the worked example

static void tell(struct scene *scene, const char *type, const char *time, const char *data)
{
    scene_tell(scene, 0, "zhang", type, at(time), data);
}

static void pass(struct scene *scene, const char *time)
{
    scene_tick(scene, 0, at(time));
    scene_tick(scene, 1, at(time));
    scene_settle(scene);
}

static void tell_worked_example(struct scene *scene)
{
    tell(scene, "message.received", "2026-01-01T00:00:00Z", "{}");
    tell(scene, "call.completed", "2026-01-01T06:00:00Z", "{\"direction\":\"outbound\"}");
    tell(scene, "order.placed", "2026-01-03T00:00:00Z", "{\"order_id\":\"A\",\"amount\":\"100\",\"currency\":\"CNY\"}");
    tell(scene, "call.completed", "2026-01-12T00:00:00Z", "{\"direction\":\"outbound\"}");
}

static void explain_in(struct scene *scene, const char *id, instant instant_at)
{
    struct store *store = fake_store_open(scene->site.database);
    assert_int_equal(explainer_init(&explainer, &scene->policy, store), 0);
    int outcome = explain(&explainer, span_text(id), instant_at);
    if (outcome != 0)
        fail_msg("explain: %d %s", outcome, fault_message());
    store->ops->close(store);
}

static void the_worked_example(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    pass(scene, "2026-02-01T00:00:00Z");
    explain_in(scene, "zhang", INSTANT_NONE);
    assert_true(explainer.made.stored);
    assert_int_equal(explainer.made.at, at("2026-02-01T00:00:00Z"));
    expect_file("worked_example", LANGUAGE_EN);
    expect_file("worked_example", LANGUAGE_ZH);
    expect_json("\"missing\":{\"level\":4,\"warmth\":17.");
    expect_json("{\"at\":\"2026-04-12T13:09:01Z\",\"level\":{\"at\":\"2026-04-12T13:09:01Z\",\"from\":3,\"to\":2,"
                "\"cause\":\"warmth\",\"evidence_of\":null,\"event\":null}}");
    expect_json("\"why\":{\"en\":\"No contact for 45 days (last on 2026-01-12);");
    explainer_free(&explainer);
}

// When it has all come about: what was foreseen, at the instants that were foreseen.
static void what_became_of_it(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    pass(scene, "2026-12-31T00:00:00Z");
    explain_in(scene, "zhang", INSTANT_NONE);
    expect_file("worked_example_over", LANGUAGE_EN);
    expect_file("worked_example_over", LANGUAGE_ZH);
    explainer_free(&explainer);
}

static void the_past_is_as_it_was(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    pass(scene, "2026-12-31T00:00:00Z");
    explain_in(scene, "zhang", at("2026-01-11T00:00:00Z"));
    assert_false(explainer.made.stored);
    assert_int_equal(explainer.made.state.level, LEVEL_REACTIVE);
    assert_int_equal(explainer.made.events.count, 3);
    assert_int_equal(explainer.made.reminders.count, 1);
    expect_file("worked_example_past", LANGUAGE_EN);
    expect_file("worked_example_past", LANGUAGE_ZH);
    explainer_free(&explainer);
    // An instant that brings something has brought it.
    explain_in(scene, "zhang", at("2026-04-12T13:09:01Z"));
    assert_int_equal(explainer.made.state.level, LEVEL_REACTIVE);
    explainer_free(&explainer);
    explain_in(scene, "zhang", at("2026-04-12T13:09:01Z") - 1);
    assert_int_equal(explainer.made.state.level, LEVEL_ACCOUNTABLE);
    explainer_free(&explainer);
    // Beyond what has been read it is a forecast.
    explain_in(scene, "zhang", at("2027-06-01T00:00:00Z"));
    char *text = written(LANGUAGE_EN, false);
    assert_non_null(strstr(text, "As of 2027-06-01 00:00:00+00:00, if nothing happens until then: events have been read "
                                 "up to 2026-12-31 00:00:00+00:00.\n"));
    free(text);
    explainer_free(&explainer);
}

static void everything_else_there_is(void **state)
{
    struct scene *scene = *state;
    tell(scene, "customer.updated", "2026-01-01T00:00:00Z",
         "{\"name\":\"张伟\",\"owner\":\"王强\",\"manager\":\"高峰\",\"style\":\"thinker\",\"channel\":\"wechat\"}");
    tell(scene, "plan.made", "2026-01-01T01:00:00Z", "{}");
    tell(scene, "message.received", "2026-01-02T00:00:00Z", "{}");
    tell(scene, "agreement.made", "2026-01-03T00:00:00Z", "{\"until\":\"2026-06-30T00:00:00Z\"}");
    tell(scene, "promise.made", "2026-01-03T00:00:00Z",
         "{\"promise_id\":\"P-1\",\"by\":\"us\",\"due\":\"2026-01-20T00:00:00Z\",\"about\":\"spare part\"}");
    tell(scene, "promise.made", "2026-01-03T00:00:00Z",
         "{\"promise_id\":\"P-2\",\"by\":\"customer\",\"due\":\"2026-01-20T00:00:00Z\"}");
    tell(scene, "promise.kept", "2026-01-04T00:00:00Z", "{\"promise_id\":\"P-3\",\"by\":\"us\"}");
    tell(scene, "promise.broken", "2026-01-04T00:00:00Z", "{\"promise_id\":\"P-4\",\"by\":\"us\"}");
    tell(scene, "objection.raised", "2026-01-05T00:00:00Z", "{\"kind\":\"price\"}");
    tell(scene, "objection.raised", "2026-01-06T00:00:00Z", "{\"kind\":\"need\",\"cause\":\"customer\"}");
    tell(scene, "referral.given", "2026-01-06T00:00:00Z", "{}");
    tell(scene, "order.placed", "2026-01-07T00:00:00Z", "{\"order_id\":\"A\",\"amount\":\"100\",\"currency\":\"CNY\"}");
    tell(scene, "order.refunded", "2026-01-08T00:00:00Z", "{\"order_id\":\"A\",\"amount\":\"30\",\"currency\":\"CNY\"}");
    pass(scene, "2026-01-10T00:00:00Z");
    explain_in(scene, "zhang", INSTANT_NONE);
    expect_file("everything", LANGUAGE_EN);
    expect_file("everything", LANGUAGE_ZH);
    expect_json("\"promises\":{\"us\":{\"kept\":1,\"broken\":1,\"rate\":0.5},\"customer\":{\"kept\":0,\"broken\":0,"
                "\"rate\":null},\"open\":[{\"promise_id\":\"P-1\",\"by\":\"us\",\"about\":\"spare part\"");
    expect_json("\"f\":1,\"m\":7000,");
    explainer_free(&explainer);
}

// What a rank made of it, with the limits that decided.
static void what_a_rank_made_of_it(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    tell(scene, "order.placed", "2025-06-30T00:00:00Z", "{\"order_id\":\"B\",\"amount\":\"300\",\"currency\":\"CNY\"}");
    tell(scene, "order.refunded", "2025-07-01T00:00:00Z", "{\"order_id\":\"B\",\"amount\":\"50\",\"currency\":\"CNY\"}");
    pass(scene, "2026-02-01T00:00:00Z");
    explain_in(scene, "zhang", INSTANT_NONE);
    struct valued valued = {
        .known = true,
        .day = policy_day(&scene->policy, at("2026-01-31")),
        .values = {28, 2, 35000},
        .scores = {4, 3, 5},
        .least = {20, 2, 30000},
        .most = {30, 2, 99900},
        .rank = 3,
        .ranked = 20,
        .segment = SPAN_LITERAL("Potential Loyalist"),
        .abc = 'B',
        .share_before = 0.8567,
        .clv = 123456,
        .tier = TIER_FADING,
        .target = 3,
        .has_model = true,
        .alive = 0.876,
        .expected = 2.34,
    };
    explain_valued(&explainer, &valued);
    expect_file("valued", LANGUAGE_EN);
    expect_file("valued", LANGUAGE_ZH);
    expect_json("\"ranked\":{\"until\":\"2026-02-01T00:00:00Z\",\"recency\":{\"value\":28,\"score\":4,\"least\":20,"
                "\"most\":30},");
    expect_json("\"segment\":\"Potential Loyalist\",\"abc\":\"B\",\"share_before\":0.8567,\"tier\":\"fading\",\"target\":3,"
                "\"last_money\":10000,\"before_money\":25000,\"clv\":123456,\"p_alive\":0.876,");
    // Who bought nothing in the window has no scores.
    memset(valued.scores, 0, sizeof valued.scores);
    valued.values[RFM_FREQUENCY] = valued.values[RFM_MONETARY] = 0;
    valued.rank = 0;
    valued.segment = SPAN_NONE;
    valued.abc = 'C';
    valued.has_model = false;
    explain_valued(&explainer, &valued);
    char *text = written(LANGUAGE_EN, false);
    assert_non_null(strstr(text, "  rank of                  2026-01-31: no order in the window, no place\n"
                                 "  ABC class                C: no money in the window\n"
                                 "  tier                     fading, target level 3: 100.00 in the last 180 days, 250.00 in "
                                 "as many before\n"
                                 "  lifetime value           1234.56\n"));
    free(text);
    expect_json("\"frequency\":{\"value\":0,\"score\":null}");
    expect_json("\"rank\":null,\"of\":20,\"segment\":null,");
    explainer_free(&explainer);
}

// A late event waits for its fold, which the explanation has made; it speaks of the customer's last event, which is
// ahead of what all lanes have read.
static void what_waits_for_its_fold_counts(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    scene_tick(scene, 1, at("2026-01-05T00:00:00Z"));
    scene_settle(scene);
    explain_in(scene, "zhang", INSTANT_NONE);
    assert_true(explainer.made.stored);
    double before = explainer.made.warmth;
    explainer_free(&explainer);
    scene_tell(scene, 1, "zhang", "visit.completed", at("2026-01-08T00:00:00Z"), "{\"direction\":\"outbound\"}");
    scene_settle(scene);
    assert_true(fake_customer(scene->site.database, "zhang")->row.fold_at != INSTANT_NEVER);
    explain_in(scene, "zhang", INSTANT_NONE);
    assert_false(explainer.made.stored);
    assert_true(explainer.made.warmth > before + 4);
    assert_int_equal(explainer.made.events.count, 5);
    char *text = written(LANGUAGE_EN, false);
    assert_non_null(strstr(text, "zhang\nAs of 2026-01-12 00:00:00+00:00, the last event of the customer.\n"));
    free(text);
    explainer_free(&explainer);
}

static void nobody_has_no_explanation(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    pass(scene, "2026-02-01T00:00:00Z");
    struct store *store = fake_store_open(scene->site.database);
    assert_int_equal(explainer_init(&explainer, &scene->policy, store), 0);
    assert_int_equal(explain(&explainer, SPAN_LITERAL("nobody"), INSTANT_NONE), EXPLAIN_NONE);
    assert_int_equal(explain(&explainer, SPAN_LITERAL("zhang"), at("2025-12-31T23:59:59.999999Z")), EXPLAIN_NONE);
    assert_int_equal(explain(&explainer, SPAN_LITERAL("zhang"), at("2026-01-01T00:00:00Z")), 0);
    const struct fake_fault fault = {.op = FAKE_OP_timelines, .nth = 1, .outcome = STORE_AWAY, .when = FAKE_BEFORE};
    fake_fail(scene->site.database, &fault);
    assert_int_equal(explain(&explainer, SPAN_LITERAL("zhang"), INSTANT_NONE), STORE_AWAY);
    explainer_free(&explainer);
    store->ops->close(store);
}

// A login that only reads has no rows of customers: the fold says the same.
static void a_reader_sees_the_same(void **state)
{
    struct scene *scene = *state;
    tell_worked_example(scene);
    pass(scene, "2026-03-02T00:00:00Z");
    explain_in(scene, "zhang", INSTANT_NONE);
    char *whole = written(LANGUAGE_EN, false);
    explainer_free(&explainer);
    const struct fake_fault fault = {.op = FAKE_OP_load, .nth = 1, .outcome = STATUS_DENIED, .when = FAKE_BEFORE};
    fake_fail(scene->site.database, &fault);
    explain_in(scene, "zhang", INSTANT_NONE);
    assert_false(explainer.made.stored);
    char *read = written(LANGUAGE_EN, false);
    assert_string_equal(read, whole);
    free(read);
    free(whole);
    explainer_free(&explainer);
}

// -------------------------------------------------------------------------------------------- random histories

enum { EVENTS_MOST = 60 }; // of a customer

// A store that has nothing but the records of a world.
static const struct world *world;

static int world_clock(struct store *store, instant *watermark, instant *wall)
{
    (void)store;
    *watermark = *wall = world->end;
    return 0;
}

static int world_timelines(struct store *store, const struct span *ids, size_t count,
                           int (*each)(void *context, size_t customer, struct timeline_row *row, struct event *event),
                           void *context)
{
    (void)store;
    assert_int_equal(count, 1);
    int outcome = 0;
    for (size_t i = 0; outcome == 0 && i < world->order.count; i++) {
        const struct world_record *record = &world->records.items[world->order.items[i]];
        if (!span_equal(record->event.subject, ids[0]))
            continue;
        struct event event = {.time = record->event.time, .subject = record->event.subject,
                              .source = record->event.source, .id = record->event.id, .data = record->event.data,
                              .type = record->event.type, .due = INSTANT_NONE, .until = INSTANT_NONE};
        struct timeline_row row = {.event = &event};
        outcome = each(context, 0, &row, &event);
    }
    return outcome;
}

static int world_load(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                      struct customer_row *rows)
{
    (void)store;
    (void)ids;
    (void)count;
    (void)arena;
    (void)rows;
    return STATUS_DENIED;
}

static const struct store_ops world_ops = {.clock = world_clock, .timelines = world_timelines, .load = world_load};
static struct store world_store = {.ops = &world_ops};

static void expect_sum(const struct explanation *made)
{
    double sum = 0, least = 0;
    for (size_t i = 0; i < made->weights.count; i++) {
        const struct explained_event *event = &made->events.items[made->weights.items[i]];
        sum += event->weight;
        least += fabs(event->weight);
        if (i > 0)
            assert_true(fabs(event->weight) <= fabs(made->events.items[made->weights.items[i - 1]].weight));
    }
    if (!(fabs(sum - made->warmth) <= 1e-9 * fmax(least, 1)))
        fail_msg("contributions add up to %.17g, warmth is %.17g", sum, made->warmth);
}

// The steps and openings that were foreseen are those that a fold to a later instant yields.
static void expect_foreseen(const struct explanation *made, const struct world_customer *customer)
{
    size_t transitions = 0, reminders = 0;
    for (size_t i = 0; i < customer->transitions.count; i++)
        transitions += customer->transitions.items[i].transition.kind == TRANSITION_LEVEL &&
                       customer->transitions.items[i].at > made->at;
    for (size_t i = 0; i < customer->reminders.count; i++)
        reminders += customer->reminders.items[i].opened_at > made->at;
    for (size_t i = 0; i < made->future.count; i++) {
        const struct foreseen *foreseen = &made->future.items[i];
        assert_true(foreseen->at > made->at);
        if (foreseen->at < world->end && foreseen->opens)
            reminders--;
        else if (foreseen->at < world->end)
            transitions--;
    }
    assert_int_equal(transitions, 0);
    assert_int_equal(reminders, 0);
}

// The plain fold of what had happened by an instant.
static void expect_fold(const struct world_customer *customer, instant until)
{
    static struct effect_log log;
    static struct event events[EVENTS_MOST]; // the last one applied stays at hand
    struct book book;
    struct customer state;
    struct span id = span_text(customer->id);
    customer_init(&state);
    book_init(&book);
    state.book = &book;
    effect_log_clear(&log);
    const struct effects effects = effect_log_into(&log);
    size_t applied = 0;
    for (size_t i = 0; i < customer->count; i++) {
        struct event *event = &events[i];
        *event = world->records.items[world->order.items[customer->first + i]].event;
        if (event->time > until)
            break;
        log.count = 0; // only what it says of promises is of interest
        double points;
        event->promise = effect_log_promise(&log, event->ref);
        customer_apply(&world->policy, &state, id, event, &effects, &points);
        applied++;
    }
    customer_settle(&world->policy, &state, id, &effects);
    customer_advance(&world->policy, &state, id, until + 1, &effects);
    int outcome = explain(&explainer, id, until);
    if (!customer_exists(&state)) {
        assert_int_equal(outcome, EXPLAIN_NONE);
        return;
    }
    assert_int_equal(outcome, 0);
    assert_int_equal(explainer.made.events.count, applied);
    assert_true(same_customer(&explainer.made.state, &state));
    expect_sum(&explainer.made);
    if (applied == customer->count)
        expect_foreseen(&explainer.made, customer);
}

static void of_any_history(void **state)
{
    (void)state;
    struct random random = {history_seed()};
    for (int round = 0; round < 4; round++) {
        struct world_shape shape = {.seed = random_next(&random), .customers = 5, .events = EVENTS_MOST, .lanes = 1};
        world = world_new(&shape);
        assert_int_equal(explainer_init(&explainer, &world->policy, &world_store), 0);
        for (int i = 0; i < world->customer_count; i++) {
            const struct world_customer *customer = &world->customers[i];
            for (int k = 0; k < 8; k++) {
                // Instants of events, right before them, between them, and after all.
                const struct world_record *record =
                    &world->records.items[world->order.items[customer->first + (size_t)random_below(&random, (int64_t)customer->count)]];
                expect_fold(customer, record->event.time - random_below(&random, 2));
                expect_fold(customer, record->event.time + random_below(&random, 100 * DAY));
            }
            expect_fold(customer, world->end);
            assert_int_equal(explain(&explainer, span_text(customer->id), INSTANT_NONE), 0);
            struct book book;
            struct customer last = customer->state;
            assert_int_equal(book_unpack(&book, (const uint8_t *)customer->book.data, customer->book.size), 0);
            last.book = &book;
            assert_true(same_customer(&explainer.made.state, &last));
            expect_sum(&explainer.made);
            free(written(LANGUAGE_EN, false));
            free(written(LANGUAGE_ZH, true));
        }
        explainer_free(&explainer);
        world_free((struct world *)(uintptr_t)world);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_rank_made_of_it),
        TEST(the_worked_example),       TEST(what_became_of_it),         TEST(the_past_is_as_it_was),
        TEST(everything_else_there_is), TEST(what_waits_for_its_fold_counts), TEST(nobody_has_no_explanation),
        TEST(a_reader_sees_the_same),   cmocka_unit_test(of_any_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
