// Merges, unmerges and erasures in a file that is imported, and what is imported of ids that mean somebody else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/status.h"
#include "support/importing.h"
#include "support/scene.h"

#define EVENT(id, type, subject, time, data) \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/old\",\"type\":\"" type "\",\"subject\":\"" subject \
    "\",\"time\":\"" time "\",\"data\":" data "}\n"
#define ASKED(id, subject, time) EVENT(id, "message.received", subject, time, "{}")
#define MERGED(id, subject, into) EVENT(id, "customer.merged", subject, "2023-02-01T00:00:00Z", "{\"into\":\"" into "\"}")
#define UNMERGED(id, subject, back) \
    EVENT(id, "customer.unmerged", subject, "2023-03-01T00:00:00Z", "{\"customer\":\"" back "\"}")
#define ERASED(id, subject) EVENT(id, "customer.erased", subject, "2023-04-01T00:00:00Z", "{}")

struct ground {
    struct scene *scene;
    struct fake_database *database;
    struct importing importing;
};

static int set_up(void **state)
{
    struct ground *ground = calloc(1, sizeof *ground);
    assert_non_null(ground);
    ground->scene = scene_begin(false);
    ground->database = ground->scene->site.database;
    importing_init(&ground->importing, ground->database, &ground->scene->policy);
    *state = ground;
    return 0;
}

static int tear_down(void **state)
{
    struct ground *ground = *state;
    scene_end(ground->scene);
    free(ground);
    return 0;
}

static const struct fake_customer *customer(const struct ground *ground, const char *id)
{
    return fake_customer(ground->database, id);
}

static size_t events(const struct ground *ground, const char *id)
{
    const struct fake_customer *found = customer(ground, id);
    return found ? found->event_count : 0;
}

static void import(struct ground *ground, const char *text)
{
    int status = importing_text(&ground->importing, text);
    if (status != 0)
        print_error("%s\n", fault_message());
    assert_int_equal(status, 0);
}

static size_t messages(const struct ground *ground)
{
    return fake_sink_count(ground->scene->site.sink);
}

static void adopt(struct ground *ground)
{
    fake_set_wall(ground->database, ground->scene->start + HOUR);
    scene_restart(ground->scene, false);
    scene_settle(ground->scene);
}

// ------------------------------------------------------------------------------------------------- tests

static void customers_become_one(void **state)
{
    struct ground *ground = *state;
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "bob", "2023-01-02T00:00:00Z")
                   ASKED("3", "eve", "2023-01-02T00:00:00Z")
                   MERGED("4", "ann", "bob")
                   ASKED("5", "ann", "2023-01-03T00:00:00Z")
                   MERGED("6", "bob", "eve")
                   ASKED("7", "ann", "2023-01-04T00:00:00Z")
                   ASKED("8", "bob", "2023-01-05T00:00:00Z"));
    assert_int_equal(ground->importing.result.fates[IMPORT_TAKEN], 8);
    assert_null(customer(ground, "ann"));
    assert_null(customer(ground, "bob"));
    assert_int_equal(events(ground, "eve"), 8);
    assert_int_equal(customer(ground, "eve")->row.fold_at, INSTANT_NEVER);
    assert_true(span_equal(fake_alias(ground->database, "ann")->into, SPAN_LITERAL("bob")));
    adopt(ground);
    assert_int_equal(messages(ground), 0);
}

// A merge of the unknown, before anything is said of either.
static void a_merge_may_come_first(void **state)
{
    struct ground *ground = *state;
    import(ground, MERGED("1", "ann", "bob")
                   ASKED("2", "ann", "2023-01-01T00:00:00Z")
                   ASKED("3", "bob", "2023-01-02T00:00:00Z")
                   MERGED("4", "bob", "ann")
                   MERGED("1", "ann", "bob"));
    assert_int_equal(events(ground, "bob"), 3);
    assert_null(customer(ground, "ann"));
    assert_int_equal(ground->importing.result.fates[IMPORT_REPEATED], 1);
    assert_int_equal(ground->importing.reject_count, 1);
    assert_int_equal(ground->importing.rejects[0].line, 4);
    assert_string_equal(ground->importing.rejects[0].code, "bad_merge");
    assert_int_equal(ground->importing.result.rejected[REJECT_BAD_MERGE], 1);
}

static void what_was_merged_comes_apart(void **state)
{
    struct ground *ground = *state;
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "bob", "2023-01-02T00:00:00Z")
                   MERGED("3", "ann", "bob")
                   ASKED("4", "ann", "2023-01-03T00:00:00Z")
                   UNMERGED("5", "bob", "ann")
                   ASKED("6", "ann", "2023-01-04T00:00:00Z"));
    assert_int_equal(events(ground, "ann"), 3);
    assert_int_equal(events(ground, "bob"), 3); // with what merged and unmerged
    assert_null(fake_alias(ground->database, "ann"));
    assert_true(customer_exists(&customer(ground, "ann")->row.state));
    adopt(ground);
    assert_int_equal(messages(ground), 0);
}

static void the_erased_stay_erased(void **state)
{
    struct ground *ground = *state;
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "bob", "2023-01-02T00:00:00Z")
                   ERASED("3", "ann")
                   ASKED("4", "ann", "2023-01-03T00:00:00Z")
                   ASKED("5", "bob", "2023-01-03T00:00:00Z")
                   MERGED("6", "bob", "ann"));
    assert_int_equal(ground->importing.result.fates[IMPORT_ERASED], 1);
    assert_null(customer(ground, "ann"));
    assert_true(fake_erased(ground->database, "ann"));
    assert_int_equal(events(ground, "bob"), 2);
    assert_string_equal(ground->importing.rejects[0].code, "bad_merge");
    adopt(ground);
    assert_int_equal(messages(ground), 1); // that she was erased, which is told in any case
}

// Events under an id that a daemon has merged; of one who was told of, the merge in a file is told too.
static void who_was_told_of_is_told_of(void **state)
{
    struct ground *ground = *state;
    const instant start = ground->scene->start;
    scene_tell(ground->scene, 0, "bob", "message.received", start - 3 * DAY, "{}");
    scene_tell(ground->scene, 0, "bob", "order.placed", start - 2 * DAY,
               "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}");
    scene_tell(ground->scene, 0, "ann", "customer.merged", start - DAY, "{\"into\":\"bob\"}");
    scene_settle(ground->scene);
    size_t before = scene_told_times(ground->scene, "guanxi.customer.merged");
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "joe", "2023-01-01T00:00:00Z")
                   MERGED("3", "joe", "ann"));
    scene_settle(ground->scene);
    assert_int_equal(events(ground, "bob"), 6);
    assert_null(customer(ground, "joe"));
    adopt(ground);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.customer.merged"), before + 1);
}

static void all_is_told_when_asked(void **state)
{
    struct ground *ground = *state;
    ground->importing.settings.announce = true;
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "bob", "2023-01-02T00:00:00Z")
                   MERGED("3", "ann", "bob"));
    adopt(ground);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.customer.merged"), 1);
}

// Somebody merges while the import is under way: what it knew of ids no longer holds.
static void merge_meanwhile(void *context, struct store *store, enum fake_op op)
{
    struct ground *ground = context;
    (void)store;
    if (op != FAKE_OP_write)
        return;
    fake_on_call(ground->database, NULL, NULL);
    scene_tell(ground->scene, 0, "ann", "customer.merged", ground->scene->start - DAY, "{\"into\":\"bob\"}");
    instance_round(&ground->scene->instance);
    instance_round(&ground->scene->instance);
}

static void others_merge_meanwhile(void **state)
{
    struct ground *ground = *state;
    scene_tell(ground->scene, 0, "bob", "message.received", ground->scene->start - 3 * DAY, "{}");
    scene_settle(ground->scene);
    fake_on_call(ground->database, merge_meanwhile, ground);
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "ann", "2023-01-02T00:00:00Z"));
    assert_non_null(fake_alias(ground->database, "ann"));
    assert_null(customer(ground, "ann"));
    assert_int_equal(events(ground, "bob"), 4);
    assert_int_equal(customer(ground, "bob")->row.fold_at, INSTANT_NEVER);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(customers_become_one),      TEST(a_merge_may_come_first), TEST(what_was_merged_comes_apart),
        TEST(the_erased_stay_erased),    TEST(who_was_told_of_is_told_of), TEST(all_is_told_when_asked),
        TEST(others_merge_meanwhile),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
