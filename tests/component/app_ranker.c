// The daily rank over the fakes: when it is made, by whom, and what becomes of it in bad times.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../daemon/app/ranker.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"
#include "support/scene.h"

static struct ranker ranker;

static int set_up(void **state)
{
    int result = scene_setup(state);
    struct scene *scene = *state;
    scene->start = scene->start / DAY * DAY;
    ranker_init(&ranker, &scene->instance.engine->shared, fake_store_open(scene->site.database));
    ranker.store->policy = 0;
    return result;
}

static int tear_down(void **state)
{
    ranker.store->ops->close(ranker.store);
    return scene_teardown(state);
}

static void order(struct scene *scene, const char *customer, instant at)
{
    scene_tell(scene, 0, customer, "order.placed", at, "{\"order_id\":\"1\",\"amount\":\"10\",\"currency\":\"CNY\"}");
}

static void clock_at(struct scene *scene, instant at)
{
    scene_tick(scene, 0, at);
    scene_tick(scene, 1, at);
    scene_settle(scene);
}

static int32_t day(const struct scene *scene, int days)
{
    return (int32_t)(scene->start / DAY) + days;
}

// What recorded policies say is no part of this: the store is not asked.
static int look(struct scene *scene)
{
    scene->policy.fingerprint = 0;
    atomic_store(&scene->instance.engine->shared.caught_up, true); // nor is a rest after each
    return ranker_round(&ranker);
}

static void made_once_when_its_hour_has_passed(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(look(scene), 0); // nothing was read yet
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + DAY + 2 * HOUR);
    assert_int_equal(look(scene), 1); // of the day before the first, which nobody bought on
    assert_int_equal(fake_rank(scene->site.database, day(scene, -1))->customers, 0);
    assert_int_equal(look(scene), 0);
    clock_at(scene, scene->start + DAY + 3 * HOUR);
    assert_int_equal(look(scene), 1);
    const struct rank_row *rank = fake_rank(scene->site.database, day(scene, 0));
    assert_int_equal(rank->customers, 1);
    assert_true(rank->daily && rank->done);
    assert_int_equal(customer_trait(&fake_customer(scene->site.database, "ann")->row.state, TRAIT_TIER), TIER_STAR);
    assert_int_equal(look(scene), 0);
    clock_at(scene, scene->start + DAY + 23 * HOUR);
    assert_int_equal(look(scene), 0);
}

static void of_several_days_the_last_is_made(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 10 * DAY + 3 * HOUR);
    assert_int_equal(look(scene), 1);
    assert_int_equal(look(scene), 0);
    assert_non_null(fake_rank(scene->site.database, day(scene, 9)));
    assert_null(fake_rank(scene->site.database, day(scene, 8)));
}

static void never_if_so_told(void **state)
{
    struct scene *scene = *state;
    scene->policy.valuation.rank_at = RANK_NEVER;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 10 * DAY);
    assert_int_equal(look(scene), 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_enter), 0);
}

static void what_another_instance_has_made_is_not_made_again(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    assert_int_equal(look(scene), 1);
    struct ranker other;
    ranker_init(&other, &scene->instance.engine->shared, fake_store_open(scene->site.database));
    assert_int_equal(ranker_round(&other), 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_put), 1);
    int64_t looked = fake_calls(scene->site.database, FAKE_OP_find);
    assert_int_equal(ranker_round(&other), 0); // it knows
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_find), looked);
    other.store->ops->close(other.store);
}

static void while_another_instance_makes_it_it_is_left_alone(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    struct store *other = fake_store_open(scene->site.database);
    bool entered;
    assert_int_equal(other->rank->enter(other, &entered), STORE_OK);
    assert_int_equal(look(scene), 0);
    assert_true(ranker.resume_us > 0);
    other->ops->close(other); // dies at it
    ranker.resume_us = 0;
    assert_int_equal(look(scene), 1);
}

static void survives_the_loss_of_the_database(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    order(scene, "bob", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .outcome = STORE_AWAY,
                                                         .when = FAKE_AFTER, .store = ranker.store});
    assert_int_equal(look(scene), 0);
    assert_false(ranker.connected);
    assert_true(atomic_load(&scene->instance.engine->shared.away) > 0);
    ranker.resume_us = 0;
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_reconnect, .nth = 1, .outcome = STORE_AWAY,
                                                         .store = ranker.store});
    assert_int_equal(look(scene), 0);
    ranker.resume_us = 0;
    assert_int_equal(look(scene), 1);
    assert_true(ranker.connected);
    assert_int_equal(atomic_load(&scene->instance.engine->shared.away), 0);
    assert_true(fake_rank(scene->site.database, day(scene, 0))->done);
}

static void in_a_backlog_it_rests(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    scene->policy.fingerprint = 0;
    atomic_store(&scene->instance.engine->shared.caught_up, false);
    assert_int_equal(ranker_round(&ranker), 1);
    assert_true(ranker.resume_us > 0);
}

static void folds_go_before(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    // Marked by somebody of another instance, which has not come to fold it.
    struct store *store = fake_store_open(scene->site.database);
    struct customer_row row = fake_customer(scene->site.database, "ann")->row;
    row.fold_at = scene->start + DAY;
    struct store_write write = {.customers = &row, .customer_count = 1, .epoch = EPOCH_ANY};
    assert_int_equal(store->ops->write(store, &write), STORE_OK);
    assert_int_equal(look(scene), 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_enter), 0);
    row.version++;
    row.fold_at = INSTANT_NEVER;
    assert_int_equal(store->ops->write(store, &write), STORE_OK);
    assert_int_equal(look(scene), 1);
    store->ops->close(store);
}

static void a_full_disk_puts_it_off(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_put, .nth = 1, .outcome = STORE_FULL});
    assert_int_equal(look(scene), 0);
    assert_int_equal(look(scene), 0);
    assert_int_equal(fake_calls(scene->site.database, FAKE_OP_put), 1);
    ranker.resume_us = 0;
    assert_int_equal(look(scene), 1);
    assert_int_equal(metric_read(METRIC_RANK_CUSTOMERS), 1);
    assert_int_equal(metric_read(METRIC_RANK_CHANGED), 1);
}

static void another_policy_is_fatal_unless_it_is_ours_by_now(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    fake_fail(scene->site.database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .outcome = STATUS_CONFIG});
    assert_int_equal(look(scene), STATUS_CONFIG);
}

static void stops_when_it_is_to(void **state)
{
    struct scene *scene = *state;
    order(scene, "ann", scene->start + HOUR);
    clock_at(scene, scene->start + 2 * DAY);
    atomic_store(&scene->instance.engine->shared.stopping, true);
    assert_int_equal(look(scene), 0);
    assert_null(fake_rank(scene->site.database, day(scene, 0)));
    atomic_store(&scene->instance.engine->shared.stopping, false);
    assert_int_equal(look(scene), 1);
}

int main(void)
{
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
#define RANKER_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        RANKER_TEST(made_once_when_its_hour_has_passed),
        RANKER_TEST(of_several_days_the_last_is_made),
        RANKER_TEST(never_if_so_told),
        RANKER_TEST(what_another_instance_has_made_is_not_made_again),
        RANKER_TEST(while_another_instance_makes_it_it_is_left_alone),
        RANKER_TEST(survives_the_loss_of_the_database),
        RANKER_TEST(in_a_backlog_it_rests),
        RANKER_TEST(folds_go_before),
        RANKER_TEST(a_full_disk_puts_it_off),
        RANKER_TEST(another_policy_is_fatal_unless_it_is_ours_by_now),
        RANKER_TEST(stops_when_it_is_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
