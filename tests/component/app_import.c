// Imports over the fake database: what is taken and what is not, going on where one was, and what is told of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/status.h"
#include "codec/time.h"
#include "support/importing.h"
#include "support/scene.h"

#define EVENT(id, type, subject, time, data) \
    "{\"specversion\":\"1.0\",\"id\":\"" id "\",\"source\":\"/old\",\"type\":\"" type "\",\"subject\":\"" subject \
    "\",\"time\":\"" time "\",\"data\":" data "}\n"
#define ASKED(id, subject, time) EVENT(id, "message.received", subject, time, "{}")
#define CALLED(id, subject, time) EVENT(id, "call.completed", subject, time, "{\"direction\":\"outbound\"}")

struct ground {
    struct scene *scene;
    struct fake_database *database;
    struct importing importing;
};

static int set_up_with(void **state, bool events_clock)
{
    struct ground *ground = calloc(1, sizeof *ground);
    assert_non_null(ground);
    ground->scene = scene_begin(events_clock);
    ground->database = ground->scene->site.database;
    importing_init(&ground->importing, ground->database, &ground->scene->policy);
    *state = ground;
    return 0;
}

// By the clock, which stands at 2023-11-14T22:13:20Z.
static int set_up(void **state)
{
    return set_up_with(state, false);
}

static int set_up_in_events(void **state)
{
    return set_up_with(state, true);
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

static void import(struct ground *ground, const char *text)
{
    int status = importing_text(&ground->importing, text);
    if (status != 0)
        print_error("%s\n", fault_message());
    assert_int_equal(status, 0);
}

static void expect_fates(const struct ground *ground, int taken, int repeated, int conflicts, int ignored)
{
    const int64_t *fates = ground->importing.result.fates;
    assert_int_equal(fates[IMPORT_TAKEN], taken);
    assert_int_equal(fates[IMPORT_REPEATED], repeated);
    assert_int_equal(fates[IMPORT_CONFLICT], conflicts);
    assert_int_equal(fates[IMPORT_IGNORED], ignored);
}

static void expect_reject(const struct ground *ground, size_t i, int64_t line, const char *code)
{
    assert_true(i < ground->importing.reject_count);
    assert_int_equal(ground->importing.rejects[i].line, line);
    assert_string_equal(ground->importing.rejects[i].code, code);
    assert_true(ground->importing.settled > i);
}

static size_t messages(const struct ground *ground)
{
    return fake_sink_count(ground->scene->site.sink);
}

// ---------------------------------------------------------------------------------------------- taken

// Without a daemon, up to the clock: history comes out as if it had been lived.
static void history_is_folded(void **state)
{
    struct ground *ground = *state;
    import(ground, ASKED("1", "ann", "2023-01-02T00:00:00Z")
                   CALLED("3", "bob", "2023-01-01T00:00:00Z")
                   CALLED("2", "ann", "2023-01-01T00:00:00Z"));
    expect_fates(ground, 3, 0, 0, 0);
    assert_int_equal(ground->importing.result.lines, 3);
    assert_int_equal(ground->importing.result.folded, 2);
    const struct fake_customer *ann = customer(ground, "ann");
    assert_int_equal(ann->event_count, 2);
    assert_int_equal(ann->row.fold_at, INSTANT_NEVER);
    assert_int_equal(ann->row.brought, BROUGHT_NOTHING);
    assert_int_equal(ann->row.quiet_until, INSTANT_NONE);
    assert_int_equal(ann->row.state.rhythm, 1);
    assert_true(ann->row.state.as_of > ann->row.state.last_contact_at); // reminders have fired since
    assert_true(ann->reminder_count > 0);
    const struct fake_lane *lane = fake_lane(ground->database, "import:file", 0);
    assert_int_equal(lane->row.next_offset, 4);
    assert_int_equal(ann->row.home, lane->row.lane_id);
    assert_int_equal(ann->events[0].lane_id, lane->row.lane_id);
    assert_int_equal(ann->events[0].offset, 3); // its line
    assert_int_equal(lane->owner[0], '\0');
}

static void bad_lines_are_told_of_and_their_neighbours_taken(void **state)
{
    struct ground *ground = *state;
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   "{\"specversion\":\n"
                   "\n"
                   EVENT("2", "no.such", "ann", "2023-01-01T00:00:00Z", "{}")
                   EVENT("3", "order.placed", "ann", "2023-01-01T00:00:00Z",
                         "{\"order_id\":\"1\",\"amount\":\"-5\",\"currency\":\"CNY\"}")
                   ASKED("4", "ann", "2024-01-01T00:00:00Z") // ahead of the clock
                   ASKED("5", "ann", "2023-01-05T00:00:00Z"));
    expect_fates(ground, 2, 0, 0, 0);
    assert_int_equal(ground->importing.result.lines, 7);
    assert_int_equal(ground->importing.reject_count, 4);
    expect_reject(ground, 0, 2, "not_json");
    expect_reject(ground, 1, 4, "unknown_type");
    expect_reject(ground, 2, 5, "bad_amount");
    expect_reject(ground, 3, 6, "future");
    assert_int_equal(ground->importing.result.rejected[REJECT_BAD_AMOUNT], 1);
    assert_int_equal(customer(ground, "ann")->event_count, 2);
    assert_int_equal(fake_view(ground->database).quarantine_count, 0);
}

// In one batch and in the next, on the timeline already, and told live before.
static void what_repeats_counts_once(void **state)
{
    struct ground *ground = *state;
    ground->importing.settings.batch_events = 3;
    scene_put(ground->scene, 0, ASKED("5", "ann", "2023-01-05T00:00:00Z"));
    scene_settle(ground->scene);
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   CALLED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "ann", "2023-01-02T00:00:00Z")
                   ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("1", "ann", "2023-01-01T00:00:01Z")
                   ASKED("1", "bob", "2023-01-01T00:00:01Z")
                   ASKED("5", "ann", "2023-01-05T00:00:00Z")
                   CALLED("5", "ann", "2023-01-05T00:00:00Z"));
    expect_fates(ground, 3, 3, 3, 0);
    expect_reject(ground, 0, 3, "conflict");
    expect_reject(ground, 1, 6, "conflict");
    expect_reject(ground, 2, 9, "conflict");
    assert_int_equal(ground->importing.result.rejected[REJECT_CONFLICT], 3);
    assert_int_equal(customer(ground, "ann")->event_count, 3);
    assert_int_equal(customer(ground, "bob")->event_count, 1);
}

static void what_begins_nobody_is_ignored(void **state)
{
    struct ground *ground = *state;
    ground->importing.settings.batch_events = 2;
    import(ground, EVENT("1", "reminder.acknowledged", "ann", "2023-01-01T00:00:00Z", "{\"reminder_id\":\"x\"}")
                   ASKED("2", "bob", "2023-01-01T00:00:00Z")
                   EVENT("3", "reminder.acknowledged", "bob", "2023-01-02T00:00:00Z", "{\"reminder_id\":\"x\"}")
                   EVENT("4", "customer.unmerged", "bob", "2023-01-03T00:00:00Z", "{\"customer\":\"ann\"}")
                   EVENT("5", "customer.unmerged", "eve", "2023-01-03T00:00:00Z", "{\"customer\":\"ann\"}"));
    expect_fates(ground, 3, 0, 0, 2);
    assert_null(customer(ground, "ann"));
    assert_null(customer(ground, "eve"));
    assert_int_equal(customer(ground, "bob")->event_count, 3);
}

// What the database itself refuses is found among many.
static void poison_is_rejected_alone(void **state)
{
    struct ground *ground = *state;
    fake_poison(ground->database, "3", false);
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "ann", "2023-01-02T00:00:00Z")
                   ASKED("3", "ann", "2023-01-03T00:00:00Z")
                   ASKED("4", "ann", "2023-01-04T00:00:00Z")
                   ASKED("5", "bob", "2023-01-04T00:00:00Z"));
    expect_fates(ground, 4, 0, 0, 0);
    assert_int_equal(ground->importing.result.fates[IMPORT_REFUSED], 1);
    expect_reject(ground, 0, 3, "bad_data");
    assert_int_equal(customer(ground, "ann")->event_count, 3);
}

static void timeouts_make_transactions_smaller(void **state)
{
    struct ground *ground = *state;
    fake_fail(ground->database, &(struct fake_fault){.op = FAKE_OP_write, .nth = 1, .times = 4, .outcome = STORE_RETRY});
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   ASKED("2", "ann", "2023-01-02T00:00:00Z")
                   ASKED("3", "ann", "2023-01-03T00:00:00Z"));
    expect_fates(ground, 3, 0, 0, 0);
    assert_true(fake_struck(ground->database));
    assert_int_equal(customer(ground, "ann")->event_count, 3);
}

// ------------------------------------------------------------------------------------------- where it was

static const char *const FILE_TEXT =
    ASKED("1", "ann", "2023-01-01T00:00:00Z")
    "bad\n"
    ASKED("2", "bob", "2023-01-02T00:00:00Z")
    CALLED("3", "ann", "2023-01-03T00:00:00Z");

static void a_second_time_changes_nothing(void **state)
{
    struct ground *ground = *state;
    import(ground, FILE_TEXT);
    int64_t version = customer(ground, "ann")->row.version;
    import(ground, FILE_TEXT);
    assert_int_equal(ground->importing.result.before, 4);
    assert_int_equal(ground->importing.result.lines, 0);
    expect_fates(ground, 0, 0, 0, 0);
    assert_int_equal(ground->importing.reject_count, 1); // as it was
    ground->importing.settings.again = true;
    import(ground, FILE_TEXT);
    assert_int_equal(ground->importing.result.before, 0);
    expect_fates(ground, 0, 3, 0, 0);
    assert_int_equal(ground->importing.reject_count, 1);
    ground->importing.settings.again = false;
    ground->importing.settings.name = "other";
    import(ground, FILE_TEXT);
    expect_fates(ground, 0, 3, 0, 0);
    assert_int_equal(customer(ground, "ann")->row.version, version);
    assert_int_equal(customer(ground, "ann")->event_count, 2);
}

static void a_file_that_has_grown_goes_on(void **state)
{
    struct ground *ground = *state;
    char text[4096];
    import(ground, FILE_TEXT);
    snprintf(text, sizeof text, "%s%s", FILE_TEXT, ASKED("4", "ann", "2023-01-09T00:00:00Z"));
    import(ground, text);
    assert_int_equal(ground->importing.result.before, 4);
    assert_int_equal(ground->importing.resumed, 5);
    expect_fates(ground, 1, 0, 0, 0);
    assert_int_equal(customer(ground, "ann")->event_count, 3);
}

static void another_file_is_refused(void **state)
{
    struct ground *ground = *state;
    import(ground, FILE_TEXT);
    assert_int_equal(importing_text(&ground->importing, ASKED("9", "eve", "2023-01-09T00:00:00Z")), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "shorter"));
    assert_non_null(strstr(fault_message(), "--name"));
    char text[4096];
    snprintf(text, sizeof text, "%s%s", FILE_TEXT, ASKED("4", "ann", "2023-01-09T00:00:00Z"));
    text[strlen("{\"specversion\":\"1.0\",\"id\":\"")] = '7';
    assert_int_equal(importing_text(&ground->importing, text), STATUS_CONFIG);
    assert_non_null(strstr(fault_message(), "another file"));
    assert_non_null(strstr(fault_message(), "--again"));
    assert_null(customer(ground, "eve"));
    assert_int_equal(customer(ground, "ann")->event_count, 2);
    ground->importing.settings.again = true;
    import(ground, ASKED("9", "eve", "2023-01-09T00:00:00Z"));
    assert_non_null(customer(ground, "eve"));
}

// What can be read of a damaged file is taken, and the rest when it is whole.
static void a_broken_file_counts_as_far_as_it_goes(void **state)
{
    struct ground *ground = *state;
    ground->importing.broken_at = 3;
    assert_int_equal(importing_text(&ground->importing, FILE_TEXT), STATUS_IO);
    assert_string_equal(fault_message(), "broken off");
    assert_int_equal(ground->importing.result.lines, 3);
    assert_int_equal(customer(ground, "bob")->row.fold_at, INSTANT_NEVER);
    ground->importing.broken_at = 0;
    import(ground, FILE_TEXT);
    assert_int_equal(ground->importing.result.lines, 1);
    assert_int_equal(customer(ground, "ann")->event_count, 2);
}

// Somebody else imports under the name: whoever was there before ends, and nothing is lost.
static void steal_lane(void *context, struct store *store, enum fake_op op)
{
    struct ground *ground = context;
    (void)store;
    if (op != FAKE_OP_move)
        return;
    fake_on_call(ground->database, NULL, NULL);
    struct store *thief = fake_store_open(ground->database);
    struct lane_row row;
    thief->ops->claim(thief, "thief", &(struct lane_claim){.topic = "import:file", .start = 1, .end = -1}, 1, &row);
    thief->ops->close(thief);
}

static void two_of_one_name_do_not_go_on_together(void **state)
{
    struct ground *ground = *state;
    fake_on_call(ground->database, steal_lane, ground);
    assert_int_equal(importing_text(&ground->importing, FILE_TEXT), STATUS_UNAVAILABLE);
    assert_non_null(strstr(fault_message(), "another process"));
    import(ground, FILE_TEXT);
    assert_int_equal(customer(ground, "ann")->event_count, 2);
    assert_int_equal(customer(ground, "bob")->event_count, 1);
}

static void an_empty_file_is_none(void **state)
{
    struct ground *ground = *state;
    import(ground, "");
    assert_int_equal(ground->importing.result.lines, 0);
    import(ground, "\n \n");
    assert_int_equal(ground->importing.result.folded, 0);
}

// ---------------------------------------------------------------------------------------------- what is told

// On level 2 since then, without an answer, and without a step in the stage of life for long.
static const char *const STORY =
    EVENT("1", "visit.completed", "ann", "2023-08-20T00:00:00Z", "{\"direction\":\"inbound\"}")
    ASKED("2", "ann", "2023-08-21T00:00:00Z");

// A lane that nobody imports into any more is looked after by whoever starts a while later.
static void adopt(struct ground *ground)
{
    fake_set_wall(ground->database, ground->scene->start + HOUR);
    scene_restart(ground->scene, false);
    scene_settle(ground->scene);
}

static int open_reminders(const struct ground *ground, const char *id, int announced)
{
    int count = 0;
    const struct fake_customer *of = customer(ground, id);
    for (size_t i = 0; i < of->reminder_count; i++)
        count += of->reminders[i].status == REMINDER_OPEN && (announced < 0 || of->reminders[i].announce == announced);
    return count;
}

// A daemon runs; what it sees of the import is nothing to tell, now or after an event that comes late.
static void nothing_is_told_of_what_was_before(void **state)
{
    struct ground *ground = *state;
    import(ground, STORY);
    adopt(ground);
    assert_int_equal(customer(ground, "ann")->row.state.level, LEVEL_REACTIVE);
    assert_true(open_reminders(ground, "ann", -1) > 1);
    assert_int_equal(open_reminders(ground, "ann", ANNOUNCE_NOT), open_reminders(ground, "ann", -1));
    assert_int_equal(messages(ground), 0);
    scene_tell(ground->scene, 0, "ann", "survey.completed", ground->scene->start - 80 * DAY, "{}");
    scene_settle(ground->scene);
    assert_int_equal(customer(ground, "ann")->event_count, 3);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.reminder.opened"), 0);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.level.changed"), 0);
}

// Changes of later count from 1, from where the customer stands.
static void later_changes_are_told(void **state)
{
    struct ground *ground = *state;
    import(ground, STORY);
    scene_tell(ground->scene, 0, "ann", "order.placed", ground->scene->start,
               "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}");
    adopt(ground);
    const char *told = scene_told(ground->scene, "guanxi.stage.changed", 0);
    assert_non_null(told);
    assert_non_null(strstr(told, "\"n\":1"));
    assert_non_null(strstr(told, "\"from\":{\"stage\":2"));
}

// Whoever asks for it is told of changes, and of reminders that are open, late and once.
static void it_is_told_when_asked(void **state)
{
    struct ground *ground = *state;
    ground->importing.settings.announce = true;
    import(ground, STORY);
    int open = open_reminders(ground, "ann", -1);
    assert_true(open > 1);
    for (int i = 0; i < 3; i++)
        adopt(ground);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.level.changed"), 1);
    size_t late = 0;
    for (size_t i = 0; i < messages(ground); i++)
        late += strstr(fake_sink_message(ground->scene->site.sink, i)->payload.data, "\"late\":true") != NULL;
    assert_int_equal(late, open);
    assert_int_equal(open_reminders(ground, "ann", ANNOUNCE_DONE), open);
}

// Whoever was told of a customer hears what history makes of it.
static void what_was_told_is_corrected(void **state)
{
    struct ground *ground = *state;
    const instant start = ground->scene->start;
    scene_tell(ground->scene, 0, "ann", "message.received", start - 3 * DAY, "{}");
    scene_tell(ground->scene, 0, "ann", "order.placed", start - 2 * DAY,
               "{\"order_id\":\"1\",\"amount\":\"5\",\"currency\":\"CNY\"}");
    scene_settle(ground->scene);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.level.changed"), 1);
    import(ground, EVENT("1", "feedback.received", "ann", "2023-11-12T00:00:00Z", "{\"sentiment\":\"complaint\"}"));
    scene_settle(ground->scene);
    assert_int_equal(customer(ground, "ann")->row.state.level, LEVEL_REACTIVE);
    size_t told = scene_told_times(ground->scene, "guanxi.level.changed");
    import(ground, EVENT("1", "feedback.received", "ann", "2023-11-12T00:00:00Z", "{\"sentiment\":\"complaint\"}")
                   EVENT("2", "relationship.ended", "ann", "2023-11-14T00:00:00Z", "{\"by\":\"us\"}"));
    scene_settle(ground->scene);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.level.changed"), told);
    const char *last = scene_told(ground->scene, "guanxi.stage.changed",
                                  scene_told_times(ground->scene, "guanxi.stage.changed") - 1);
    assert_non_null(strstr(last, "\"to\":{\"stage\":0"));
}

// A notice that waited for the watermark was not brought by the import that comes between.
static void a_notice_that_waits_goes_out(void **state)
{
    struct ground *ground = *state;
    const instant start = ground->scene->start;
    ground->scene->site.settings.lateness = HOUR;
    fake_set_wall(ground->database, start + 30 * MINUTE);
    scene_restart(ground->scene, false);
    scene_tell(ground->scene, 0, "ann", "message.received", start - DAY + 10 * MINUTE, "{}");
    scene_tell(ground->scene, 0, "ann", "survey.completed", start + 20 * MINUTE, "{}");
    scene_settle(ground->scene);
    assert_int_equal(open_reminders(ground, "ann", -1), 1);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.reminder.opened"), 0);
    import(ground, CALLED("1", "ann", "2020-01-01T00:00:00Z"));
    scene_settle(ground->scene);
    assert_int_equal(customer(ground, "ann")->event_count, 3);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.reminder.opened"), 0);
    fake_set_wall(ground->database, start + 2 * HOUR);
    scene_settle(ground->scene);
    assert_int_equal(scene_told_times(ground->scene, "guanxi.reminder.opened"), 1);
}

// In simulated time, and with nobody but the import to say what time it is.
static void ticks_are_the_clock_of_simulated_time(void **state)
{
    struct ground *ground = *state;
    import(ground, ASKED("1", "ann", "2023-01-01T00:00:00Z")
                   EVENT("t", "guanxi.tick", "", "2023-03-05T00:00:00Z", "{}"));
    assert_int_equal(ground->importing.result.passed_over, 1);
    assert_int_equal(open_reminders(ground, "ann", -1), 2); // response and stalled
    assert_int_equal(fake_lane(ground->database, "import:file", 0)->row.lane_time, INT64_C(1677974400) * SECOND);
    scene_tick(ground->scene, 0, INT64_C(1677974400) * SECOND);
    scene_tick(ground->scene, 1, INT64_C(1677974400) * SECOND);
    scene_settle(ground->scene);
    assert_int_equal(messages(ground), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(history_is_folded),
        TEST(bad_lines_are_told_of_and_their_neighbours_taken),
        TEST(what_repeats_counts_once),
        TEST(what_begins_nobody_is_ignored),
        TEST(poison_is_rejected_alone),
        TEST(timeouts_make_transactions_smaller),
        TEST(a_second_time_changes_nothing),
        TEST(a_file_that_has_grown_goes_on),
        TEST(another_file_is_refused),
        TEST(a_broken_file_counts_as_far_as_it_goes),
        TEST(two_of_one_name_do_not_go_on_together),
        TEST(an_empty_file_is_none),
        TEST(nothing_is_told_of_what_was_before),
        TEST(later_changes_are_told),
        TEST(it_is_told_when_asked),
        TEST(what_was_told_is_corrected),
        TEST(a_notice_that_waits_goes_out),
        cmocka_unit_test_setup_teardown(ticks_are_the_clock_of_simulated_time, set_up_in_events, tear_down),
    };
    log_configure(LOG_ERROR, LOG_FORMAT_TEXT);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
