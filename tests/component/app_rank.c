// A rank over the fake store: values, events on timelines as others are, and nothing twice whatever happens.
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <math.h>

#include "app/rank.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "support/scene.h"

static int32_t today(const struct scene *scene)
{
    return (int32_t)(scene->start / DAY);
}

static void orders(struct scene *scene, const char *customer, instant at, const char *amount)
{
    char data[128];
    snprintf(data, sizeof data, "{\"order_id\":\"o%d\",\"amount\":\"%s\",\"currency\":\"CNY\"}", scene->number, amount);
    scene_tell(scene, 0, customer, "order.placed", at, data);
}

// Four customers with orders, of whom one is fading, one is ended; and one without.
static void begin_story(struct scene *scene)
{
    instant start = scene->start = scene->start / DAY * DAY + HOUR;
    orders(scene, "ann", start, "1000");
    orders(scene, "bob", start, "100.50");
    orders(scene, "bob", start + HOUR, "99.50");
    orders(scene, "cid", start, "10");
    orders(scene, "dan", start, "5000");
    scene_tell(scene, 0, "eve", "message.received", start, "{}");
    scene_tell(scene, 0, "dan", "relationship.ended", start + 2 * HOUR, "{\"by\":\"us\"}");
    scene_tick(scene, 0, start + 3 * HOUR);
    scene_tick(scene, 1, start + 3 * HOUR);
    scene_settle(scene);
}

static int rank(struct scene *scene, const struct rank_request *request, struct ranking *ranking)
{
    struct store *store = fake_store_open(scene->site.database);
    *ranking = (struct ranking){.policy = &scene->policy, .store = store};
    int outcome = rank_run(ranking, request);
    store->ops->close(store);
    return outcome;
}

static void rank_today(struct scene *scene)
{
    struct ranking ranking;
    const struct rank_request request = {.as_of = today(scene), .tell = true};
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
}

static const struct fake_customer *of(struct scene *scene, const char *id)
{
    const struct fake_customer *customer = fake_customer(scene->site.database, id);
    assert_non_null(customer);
    return customer;
}

// Rows of guanxi.valued on the timeline of a customer.
static size_t valued(struct scene *scene, const char *id)
{
    const struct fake_customer *customer = of(scene, id);
    size_t count = 0;
    for (size_t i = 0; i < customer->event_count; i++)
        count += customer->events[i].event.type == TYPE_VALUED;
    return count;
}

static const struct fake_event *last_event(struct scene *scene, const char *id)
{
    const struct fake_customer *customer = of(scene, id);
    return &customer->events[customer->event_count - 1];
}

static void values_of_all_who_ordered(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    struct ranking ranking;
    const struct rank_request request = {.as_of = today(scene)};
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_int_equal(ranking.row.customers, 3);
    assert_int_equal(ranking.row.changed, 0);
    assert_true(ranking.row.done);
    const struct ranked *bob = fake_value(scene->site.database, today(scene), "bob");
    assert_non_null(bob);
    assert_int_equal(bob->f, 2);
    assert_int_equal(bob->m, 20000);
    assert_int_equal(bob->rank, 1); // more often than ann, as recent, less money: 5 + 4 + 2, id after
    assert_int_equal(fake_value(scene->site.database, today(scene), "ann")->abc, 'A');
    assert_null(fake_value(scene->site.database, today(scene), "dan")); // ended
    assert_null(fake_value(scene->site.database, today(scene), "eve")); // never ordered
    assert_int_equal(valued(scene, "ann"), 0); // only looked at
    assert_int_equal(customer_trait(&of(scene, "ann")->row.state, TRAIT_TIER), TIER_NONE);
}

static void customers_live_by_it(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    rank_today(scene);
    const struct customer *ann = &of(scene, "ann")->row.state;
    assert_int_equal(customer_trait(ann, TRAIT_TIER), TIER_STAR);
    assert_int_equal(customer_trait(ann, TRAIT_TARGET), 4);
    assert_int_not_equal(ann->below_since, INSTANT_NONE);
    const struct fake_event *event = last_event(scene, "ann");
    assert_true(span_equal(event->event.source, SPAN_LITERAL("guanxi")));
    assert_true(span_equal(event->event.id, SPAN_LITERAL("rank/2023-11-14")));
    assert_true(span_equal(event->event.data, SPAN_LITERAL("{\"tier\":\"star\",\"target\":4}")));
    assert_int_equal(event->event.time, scene->start + 3 * HOUR); // the watermark's
    assert_int_equal(event->lane_id, 0);
    assert_true(event->points == 0);
    assert_true(fake_rank(scene->site.database, today(scene))->done);
    scene_tick(scene, 0, scene->start + DAY);
    scene_tick(scene, 1, scene->start + DAY);
    scene_settle(scene);
    assert_int_equal(scene_told_times(scene, "guanxi.tier.changed"), 3);
}

// What the fold yields of a timeline with the event is what came out live.
static void a_fold_comes_to_the_same(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    rank_today(scene);
    struct customer before = of(scene, "bob")->row.state;
    scene_tell(scene, 0, "bob", "survey.completed", scene->start - HOUR, "{}"); // late
    scene_tick(scene, 0, scene->start + DAY);
    scene_tick(scene, 1, scene->start + DAY);
    scene_settle(scene);
    const struct customer *after = &of(scene, "bob")->row.state;
    assert_int_equal(of(scene, "bob")->row.fold_at, INSTANT_NEVER);
    assert_int_equal(customer_trait(after, TRAIT_TIER), customer_trait(&before, TRAIT_TIER));
    assert_int_equal(customer_trait(after, TRAIT_TARGET), customer_trait(&before, TRAIT_TARGET));
    assert_int_equal(after->tier_changes, 1);
}

static void again_changes_nothing(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    rank_today(scene);
    int64_t version = of(scene, "ann")->row.version;
    rank_today(scene);
    assert_int_equal(of(scene, "ann")->row.version, version);
    assert_int_equal(valued(scene, "ann"), 1);
    assert_int_equal(fake_rank(scene->site.database, today(scene))->changed, 0);
}

// A day has one event of a customer: what a second rank of it finds is told with the next one.
static void a_day_has_one_event(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    rank_today(scene);
    orders(scene, "cid", scene->start + 4 * HOUR, "900000");
    scene_tick(scene, 0, scene->start + 5 * HOUR);
    scene_tick(scene, 1, scene->start + 5 * HOUR);
    scene_settle(scene);
    rank_today(scene);
    assert_int_equal(valued(scene, "cid"), 1);
    assert_int_equal(fake_value(scene->site.database, today(scene), "cid")->tier, TIER_STAR);
    assert_int_not_equal(customer_trait(&of(scene, "cid")->row.state, TRAIT_TIER), TIER_STAR);
    assert_true(fake_rank(scene->site.database, today(scene))->done);
    struct ranking ranking;
    scene_tick(scene, 0, scene->start + DAY);
    scene_tick(scene, 1, scene->start + DAY);
    scene_settle(scene);
    const struct rank_request next = {.as_of = today(scene) + 1, .tell = true};
    assert_int_equal(rank(scene, &next, &ranking), STORE_OK);
    assert_int_equal(valued(scene, "cid"), 2);
    assert_int_equal(customer_trait(&of(scene, "cid")->row.state, TRAIT_TIER), TIER_STAR);
}

static void a_marked_customer_stays_marked(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    orders(scene, "cid", scene->start + 8 * HOUR, "20"); // ahead of the watermark
    scene_settle(scene);
    orders(scene, "cid", scene->start + 2 * HOUR, "30"); // late: marks
    scene_settle(scene);
    instant marked = of(scene, "cid")->row.fold_at;
    assert_int_not_equal(marked, INSTANT_NEVER);
    rank_today(scene);
    assert_int_equal(of(scene, "cid")->row.fold_at, marked);
    assert_int_equal(valued(scene, "cid"), 1);
    assert_int_equal(customer_trait(&of(scene, "cid")->row.state, TRAIT_TIER), TIER_NONE);
    assert_int_equal(fake_value(scene->site.database, today(scene), "cid")->m, 6000);
    scene_tick(scene, 0, scene->start + DAY);
    scene_tick(scene, 1, scene->start + DAY);
    scene_settle(scene);
    assert_int_equal(of(scene, "cid")->row.fold_at, INSTANT_NEVER);
    assert_int_not_equal(customer_trait(&of(scene, "cid")->row.state, TRAIT_TIER), TIER_NONE);
    assert_int_equal(last_event(scene, "cid")->event.time, scene->start + 8 * HOUR); // its clock, later than the watermark
}

static void a_daily_rank_is_made_once(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    struct ranking ranking;
    const struct rank_request request = {.as_of = today(scene), .daily = true, .tell = true};
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    int64_t puts = fake_calls(scene->site.database, FAKE_OP_put);
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_put), puts);
    assert_int_equal(ranking.row.customers, 3);
    // By hand it is made again whenever somebody wants it.
    rank_today(scene);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_put), puts + 1);
    assert_true(fake_rank(scene->site.database, today(scene))->daily);
}

static void one_ranks_at_a_time(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    struct store *other = fake_store_open(scene->site.database);
    bool entered;
    struct ranking ranking;
    const struct rank_request request = {.as_of = today(scene)};
    assert_int_equal(other->rank->enter(other, &entered), STORE_OK);
    assert_true(entered);
    assert_int_equal(rank(scene, &request, &ranking), RANK_ELSEWHERE);
    assert_null(fake_rank(scene->site.database, today(scene)));
    assert_int_equal(other->rank->leave(other), STORE_OK);
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    other->ops->close(other);
}

static void what_is_old_goes(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    scene->policy.valuation.value_retention = 2;
    struct ranking ranking;
    struct rank_request request = {.as_of = today(scene)};
    for (int i = 0; i < 4; i++, request.as_of++)
        assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_null(fake_rank(scene->site.database, today(scene)));
    assert_non_null(fake_rank(scene->site.database, today(scene) + 1));
    // One that was asked for stays until the next.
    request.as_of = today(scene);
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_non_null(fake_rank(scene->site.database, today(scene)));
}

static void parameters_are_kept_for_later_ranks(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    struct ranking ranking;
    struct rank_request request = {.as_of = today(scene), .fit = true};
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_null(fake_fit(scene->site.database)); // nobody bought on two days
    assert_true(isnan(fake_value(scene->site.database, today(scene), "ann")->alive));
    orders(scene, "ann", scene->start + 10 * DAY, "1");
    orders(scene, "bob", scene->start + 30 * DAY, "1");
    scene_settle(scene);
    request.as_of = today(scene) + 40;
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_non_null(fake_fit(scene->site.database));
    assert_int_equal(ranking.fit.customers, 3);
    request.fit = false;
    request.as_of++;
    assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
    assert_int_equal(ranking.fit.customers, 0);
    const struct ranked *ann = fake_value(scene->site.database, today(scene) + 41, "ann");
    assert_true(ann->alive >= 0 && ann->alive <= 1 && ann->expected >= 0);
    assert_int_equal(ann->history.x, 1);
    assert_int_equal(ann->history.t_x, 10);
    assert_int_equal(ann->history.t_age, 41);
}

// ------------------------------------------------------------------------------------------------- faults

static const char *const names[] = {"ann", "bob", "cid"};

static void check_told(struct scene *scene)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct ranked *value = fake_value(scene->site.database, today(scene), names[i]);
        const struct customer *state = &of(scene, names[i])->row.state;
        assert_int_equal(valued(scene, names[i]), 1);
        assert_int_equal(customer_trait(state, TRAIT_TIER), value->tier);
        assert_int_equal(customer_trait(state, TRAIT_TARGET), value->target);
        assert_int_equal(state->tier_changes, 1);
    }
    assert_true(fake_rank(scene->site.database, today(scene))->done);
}

// Dead before or after each single operation, by whoever ranks or daily, and begun again.
static void killed_anywhere_it_comes_out_the_same(void **state)
{
    (void)state;
    for (int daily = 0; daily < 2; daily++) {
        for (int when = FAKE_BEFORE; when <= FAKE_AFTER; when++) {
            bool struck = true;
            for (int nth = 1; struck; nth++) {
                struct scene *scene = scene_begin(true);
                begin_story(scene);
                struct ranking ranking;
                const struct rank_request request = {.as_of = today(scene), .daily = daily, .tell = true};
                fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_ANY, .nth = nth, .outcome = STORE_AWAY,
                                                                     .when = (enum fake_when)when, .gone = true});
                int outcome = rank(scene, &request, &ranking);
                struck = fake_struck(scene->site.database);
                assert_int_equal(outcome, struck ? STORE_AWAY : STORE_OK);
                fake_mend(scene->site.database);
                assert_int_equal(rank(scene, &request, &ranking), STORE_OK);
                check_told(scene);
                scene_end(scene);
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------- several tell

enum { CROWD = 1700, HELPERS = 3 }; // more than one batch for each

static void begin_crowd(struct scene *scene)
{
    char name[16];
    instant start = scene->start = scene->start / DAY * DAY + HOUR;
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "c%04d", i);
        orders(scene, name, start + i, "100");
    }
    scene_tick(scene, 0, start + 3 * HOUR);
    scene_tick(scene, 1, start + 3 * HOUR);
    scene_settle(scene);
}

static int rank_together(struct scene *scene, struct ranking *ranking)
{
    struct store *stores[1 + HELPERS];
    for (size_t i = 0; i <= HELPERS; i++)
        stores[i] = fake_store_open(scene->site.database);
    *ranking = (struct ranking){.policy = &scene->policy, .store = stores[0], .helpers = stores + 1,
                                .helper_count = HELPERS};
    const struct rank_request request = {.as_of = today(scene), .tell = true};
    int outcome = rank_run(ranking, &request);
    for (size_t i = 0; i <= HELPERS; i++)
        stores[i]->ops->close(stores[i]);
    return outcome;
}

static void check_crowd(struct scene *scene)
{
    char name[16];
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "c%04d", i);
        assert_int_equal(valued(scene, name), 1);
        assert_int_equal(of(scene, name)->row.state.tier_changes, 1);
    }
    assert_true(fake_rank(scene->site.database, today(scene))->done);
}

static void several_tell_everybody_once(void **state)
{
    struct scene *scene = *state;
    struct ranking ranking;
    begin_crowd(scene);
    assert_int_equal(rank_together(scene, &ranking), STORE_OK);
    assert_int_equal(ranking.row.changed, CROWD);
    check_crowd(scene);
}

static void where_others_are_one_tells_on(void **state)
{
    struct scene *scene = *state;
    struct ranking ranking;
    begin_crowd(scene);
    fake_fail(scene->site.database,
              &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .times = 2, .outcome = STORE_CONFLICT});
    assert_int_equal(rank_together(scene, &ranking), STORE_OK);
    assert_true(fake_struck(scene->site.database));
    check_crowd(scene);
}

// Whoever of them is struck: nothing is said to be done, and begun again everybody is told of once.
static void one_fails_and_all_end(void **state)
{
    (void)state;
    for (int when = FAKE_BEFORE; when <= FAKE_AFTER; when++) {
        for (int nth = 1; nth <= 3; nth++) {
            struct scene *scene = scene_begin(true);
            struct ranking ranking;
            begin_crowd(scene);
            fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = nth, .outcome = STORE_AWAY,
                                                                 .when = (enum fake_when)when});
            assert_int_equal(rank_together(scene, &ranking), STORE_AWAY);
            assert_false(fake_rank(scene->site.database, today(scene))->done);
            fake_mend(scene->site.database);
            assert_int_equal(rank_together(scene, &ranking), STORE_OK);
            check_crowd(scene);
            scene_end(scene);
        }
    }
}

struct stranger {
    struct store *store;
    int outcomes[2]; // while the gate is shut, and before it is shut again
    int64_t waited_us;
};

// Comes to the gate during the first write of the rank, which takes as long as a burst, and again after it was opened.
static void come_to_the_gate(void *context, struct store *store, enum fake_op op)
{
    struct stranger *stranger = context;
    if (store == stranger->store)
        return;
    if (op == FAKE_OP_write && stranger->outcomes[0] < 0) {
        stranger->outcomes[0] = stranger->store->ops->pass(stranger->store);
        poll(NULL, 0, 1100);
    } else if (op == FAKE_OP_open && stranger->waited_us == 0) {
        stranger->waited_us = clock_monotonic_us();
    } else if (op == FAKE_OP_shut && stranger->waited_us > 0 && stranger->outcomes[1] < 0) {
        stranger->waited_us = clock_monotonic_us() - stranger->waited_us;
        stranger->outcomes[1] = stranger->store->ops->pass(stranger->store);
    }
}

static void others_get_their_turn(void **state)
{
    struct scene *scene = *state;
    struct fake_database *database = scene->site.database;
    begin_crowd(scene);
    struct stranger stranger = {.store = fake_store_open(database), .outcomes = {-1, -1}};
    struct store *store = fake_store_open(database);
    struct ranking ranking = {.policy = &scene->policy, .store = store};
    const struct rank_request request = {.as_of = today(scene), .tell = true};
    fake_on_call(database, come_to_the_gate, &stranger);
    assert_int_equal(rank_run(&ranking, &request), STORE_OK);
    fake_on_call(database, NULL, NULL);
    assert_int_equal(stranger.outcomes[0], STORE_RETRY);
    assert_int_equal(stranger.outcomes[1], STORE_OK);
    assert_true(stranger.waited_us >= 2 * 1000 * 1000);
    assert_int_equal(fake_calls(database, FAKE_OP_shut), 2);
    assert_int_equal(fake_calls(database, FAKE_OP_open), 2);
    check_crowd(scene);
    store->ops->close(store);
    stranger.store->ops->close(stranger.store);
}

static void others_in_the_way_are_waited_for(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    fake_fail(scene->site.database,
              &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .times = 2, .outcome = STORE_CONFLICT});
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_hold, .nth = 1, .outcome = STORE_RETRY});
    rank_today(scene);
    assert_true(fake_struck(scene->site.database));
    assert_true(fake_calls(scene->site.database, FAKE_OP_hold) >= 2);
    check_told(scene);
}

static _Atomic bool stop;

static void stop_when_telling(void *context, enum rank_phase phase, size_t done, size_t total)
{
    (void)context;
    (void)done;
    (void)total;
    atomic_store(&stop, phase == RANK_TELLING);
}

static void stopped_it_is_gone_on_with(void **state)
{
    struct scene *scene = *state;
    begin_story(scene);
    struct store *store = fake_store_open(scene->site.database);
    struct ranking ranking = {.policy = &scene->policy, .store = store, .stop = &stop, .progress = stop_when_telling};
    const struct rank_request request = {.as_of = today(scene), .daily = true, .tell = true};
    assert_int_equal(rank_run(&ranking, &request), RANK_STOPPED);
    assert_false(fake_rank(scene->site.database, today(scene))->done);
    assert_int_equal(valued(scene, "ann"), 0);
    store->ops->close(store);
    // Looked at by hand meanwhile: what is to be told is not forgotten.
    const struct rank_request look = {.as_of = today(scene)};
    assert_int_equal(rank(scene, &look, &ranking), STORE_OK);
    check_told(scene);
}

int main(void)
{
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
#define SCENE_TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        SCENE_TEST(values_of_all_who_ordered),
        SCENE_TEST(customers_live_by_it),
        SCENE_TEST(a_fold_comes_to_the_same),
        SCENE_TEST(again_changes_nothing),
        SCENE_TEST(a_day_has_one_event),
        SCENE_TEST(a_marked_customer_stays_marked),
        SCENE_TEST(a_daily_rank_is_made_once),
        SCENE_TEST(one_ranks_at_a_time),
        SCENE_TEST(what_is_old_goes),
        SCENE_TEST(parameters_are_kept_for_later_ranks),
        cmocka_unit_test(killed_anywhere_it_comes_out_the_same),
        SCENE_TEST(others_in_the_way_are_waited_for),
        SCENE_TEST(others_get_their_turn),
        SCENE_TEST(several_tell_everybody_once),
        SCENE_TEST(where_others_are_one_tells_on),
        cmocka_unit_test(one_fails_and_all_end),
        SCENE_TEST(stopped_it_is_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
