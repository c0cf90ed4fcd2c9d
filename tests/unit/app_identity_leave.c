// What becomes of reminders and messages of who goes: what was told comes to its end, the rest never was. And that
// it takes about twice as long for twice as many.
#include "../../daemon/app/identity_leave.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

enum { LANE = 7, HOME = 3, FEW = 1000, TIMES = 16, RUNS = 5 };

struct leaving {
    struct writeset set;
    struct arena arena;
    struct identity_work work;
    struct customer_row row;
    struct event event;
};

static void begin(struct leaving *leaving)
{
    *leaving = (struct leaving){.row = {.id = SPAN_LITERAL("ann"), .version = 1, .home = HOME},
                                .event = {.time = 100, .source = SPAN_LITERAL("s"), .id = SPAN_LITERAL("m")}};
    writeset_init(&leaving->set);
    arena_init(&leaving->arena, 4096);
    leaving->work = (struct identity_work){.set = &leaving->set, .arena = &leaving->arena, .lane_id = LANE};
}

static void end(struct leaving *leaving)
{
    writeset_free(&leaving->set);
    arena_free(&leaving->arena);
}

// Reminders with a notice each, of which some were published.
static struct belongings make(uint32_t count)
{
    struct belongings had = {.reminders = calloc(count, sizeof *had.reminders), .reminder_count = count,
                             .notices = calloc(count, sizeof *had.notices), .notice_count = count};
    for (uint32_t i = 0; i < count; i++) {
        struct reminder_row *reminder = &had.reminders[i];
        memcpy(reminder->reminder_id, &i, sizeof i);
        reminder->customer_id = SPAN_LITERAL("ann");
        reminder->opened_at = i;
        reminder->exists = true;
        reminder->published = i % 4 < 2;
        reminder->status = i % 4 == 0 ? REMINDER_OPEN : REMINDER_DONE;
        struct notice_row *notice = &had.notices[count - 1 - i];
        memcpy(notice->reminder_id, &i, sizeof i);
        notice->customer_id = reminder->customer_id;
        notice->state = NOTICE_HELD;
        notice->home = (int32_t)i + 10;
    }
    return had;
}

static void drop(struct belongings *had)
{
    free(had->reminders);
    free(had->notices);
}

static void what_was_told_is_closed(void **state)
{
    (void)state;
    struct leaving leaving;
    struct belongings had = make(8);
    begin(&leaving);
    assert_true(leave_merged(&leaving.work, &leaving.row, &had, &leaving.event));
    const struct writeset *set = &leaving.set;
    assert_int_equal(set->delete_reminders.count, 4);
    assert_int_equal(set->reminders.count, 2);
    assert_int_equal(set->outbox.count, 2);
    for (size_t i = 0; i < set->outbox.count; i++)
        assert_true(set->outbox.items[i].released && set->outbox.items[i].home == HOME);
    assert_int_equal(set->delete_notices.count, 4); // those of the others go with them
    for (size_t i = 0; i < set->delete_notices.count; i++)
        assert_true(set->delete_notices.items[i].reminder_id[0] % 4 < 2);
    end(&leaving);
    drop(&had);
}

static void closings_of_the_erased_go_out_where_their_notices_did(void **state)
{
    (void)state;
    struct leaving leaving;
    struct belongings had = make(8);
    begin(&leaving);
    had.notices[7].reminder_id[0] = 99; // the first reminder has none
    assert_true(leave_erased(&leaving.work, &leaving.row, &had, &leaving.event));
    assert_int_equal(leaving.set.outbox.count, 4);
    static const int32_t homes[] = {HOME, 11, 14, 15};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(leaving.set.outbox.items[i].home, homes[i]);
    end(&leaving);
    drop(&had);
}

typedef bool leave(struct identity_work *work, const struct customer_row *row, const struct belongings *had,
                   const struct event *event);

static double seconds(leave *leave_all, uint32_t count)
{
    struct belongings had = make(count);
    double least = 1e9;
    for (int i = 0; i < RUNS; i++) {
        struct leaving leaving;
        begin(&leaving);
        clock_t begun = clock();
        assert_true(leave_all(&leaving.work, &leaving.row, &had, &leaving.event));
        double taken = (double)(clock() - begun) / CLOCKS_PER_SEC;
        least = taken < least ? taken : least;
        end(&leaving);
    }
    drop(&had);
    return least;
}

static void many_reminders_take_as_long_as_they_are_many(void **state)
{
    (void)state;
    leave *const all[] = {leave_merged, leave_erased};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        double few = seconds(all[i], FEW), many = seconds(all[i], FEW * TIMES);
        print_message("%d reminders %.1f ms, %d %.1f ms\n", FEW, few * 1e3, FEW * TIMES, many * 1e3);
        assert_true(many < few * TIMES * 5); // were each looked for among all, it were TIMES * TIMES
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_told_is_closed),
        cmocka_unit_test(closings_of_the_erased_go_out_where_their_notices_did),
        cmocka_unit_test(many_reminders_take_as_long_as_they_are_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
