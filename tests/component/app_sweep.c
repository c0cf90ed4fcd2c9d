// The sweep over customers that other instances had meanwhile.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/log.h"
#include "support/scene.h"

enum { BOTH = 3 }; // partitions, as a mask

static const char *const CARES = "message.sent"; // nothing comes of it for half a year

// All lanes go from one instance to another, and it is known.
static void hand_over(struct instance *from, struct instance *to)
{
    fake_source_assign(from->source, 0, false);
    instance_poll(from);
    fake_source_assign(to->source, BOTH, false);
    instance_poll(to);
}

// Marked while we had its lane, folded by another instance, and ours again: what we remember of the mark is
// outdated, and must not keep the customer from being advanced.
static void outdated_mark_is_forgotten(void **state)
{
    struct scene *scene = *state;
    struct instance other;
    scene_tick(scene, 1, scene->start + DAY); // holds the watermark
    scene_tell(scene, 0, "ann", CARES, scene->start + 10 * DAY, "{}");
    scene_settle(scene);
    scene_tell(scene, 0, "ann", CARES, scene->start + 5 * DAY, "{}");
    scene_settle(scene);
    const struct fake_customer *ann = fake_customer(scene->site.database, "ann");
    assert_true(ann->row.fold_at != INSTANT_NEVER);

    assert_int_equal(instance_begin(&other, &scene->site, "other"), 0);
    hand_over(&scene->instance, &other);
    scene_tick(scene, 1, scene->start + 10 * DAY);
    assert_true(instance_settle(&other));
    assert_true(fake_customer(scene->site.database, "ann")->row.fold_at == INSTANT_NEVER);

    hand_over(&other, &scene->instance);
    scene_tick(scene, 0, scene->start + 300 * DAY);
    scene_tick(scene, 1, scene->start + 300 * DAY);
    scene_settle(scene);
    ann = fake_customer(scene->site.database, "ann");
    assert_true(ann->row.state.as_of > scene->start + 10 * DAY);
    assert_int_equal(ann->reminder_count, 2); // her stage stalls, and half a year is over
    assert_int_equal(ann->reminders[0].notices, 4);
    assert_int_equal(ann->reminders[1].notices, 4);
    instance_end(&other, false);
}

static int begin(void **state)
{
    *state = scene_begin(true);
    return 0;
}

static int end(void **state)
{
    scene_end(*state);
    return 0;
}

int main(void)
{
    log_configure((enum log_level)0, LOG_FORMAT_TEXT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(outdated_mark_is_forgotten, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
