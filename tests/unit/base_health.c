// Hearts of loops, and the checks of readiness.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/health.h"

#define MS 1000

static char *lines(bool *ready)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    *ready = health_is_ready(out);
    fclose(out);
    return text;
}

static void assert_lines(bool expected, const char *const *parts)
{
    bool ready;
    char *text = lines(&ready);
    for (; *parts; parts++) {
        if (!strstr(text, *parts))
            fail_msg("no \"%s\" in\n%s", *parts, text);
    }
    assert_int_equal(ready, expected);
    assert_int_equal(health_is_ready(NULL), expected);
    free(text);
}

static void nothing_is_ready_before_it_is_found_so(void **state)
{
    (void)state;
    assert_lines(false, (const char *const[]){"[-]schema failed\n", "[-]kafka failed\n", NULL});
    health_set(HEALTH_SCHEMA, true, "%s", "");
    health_set(HEALTH_POSTGRES, true, "%s", "");
    health_set(HEALTH_KAFKA, true, "%s", "");
    assert_lines(false, (const char *const[]){"[+]schema ok\n", "[-]lanes failed\n", NULL});
    health_set(HEALTH_LANES, true, "%d lanes", 3);
    assert_lines(true, (const char *const[]){"[+]lanes ok: 3 lanes\n", NULL});
    health_set(HEALTH_POSTGRES, false, "away since %s", "noon");
    assert_lines(false, (const char *const[]){"[-]postgres failed: away since noon\n", "[+]lanes ok", NULL});
    health_set(HEALTH_POSTGRES, true, "%s", "");
}

struct loop {
    _Atomic bool beats, waits, ends;
};

static void *turn(void *context)
{
    struct loop *loop = context;
    health_heart_begin("a loop");
    while (!atomic_load(&loop->ends)) {
        if (atomic_exchange(&loop->waits, false))
            health_beat_for(400 * MS);
        else if (atomic_load(&loop->beats))
            health_beat();
        usleep(5 * MS);
    }
    health_heart_end();
    return NULL;
}

static void a_loop_that_stands_still_is_seen(void **state)
{
    (void)state;
    char who[HEART_NAME_MAX] = "";
    assert_true(health_is_alive(50 * MS, who)); // nobody is expected to beat
    health_beat();                              // nor does it matter where there is no heart
    struct loop loop = {.beats = true};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, turn, &loop), 0);
    usleep(200 * MS);
    assert_true(health_is_alive(100 * MS, who));
    atomic_store(&loop.beats, false);
    usleep(250 * MS);
    assert_false(health_is_alive(100 * MS, who));
    assert_string_equal(who, "a loop");
    assert_true(health_is_alive(10000 * MS, NULL));
    atomic_store(&loop.waits, true); // something long
    usleep(200 * MS);
    assert_true(health_is_alive(100 * MS, who));
    atomic_store(&loop.beats, true);
    usleep(50 * MS);
    assert_true(health_is_alive(100 * MS, who));
    atomic_store(&loop.ends, true);
    pthread_join(thread, NULL);
    usleep(150 * MS);
    assert_true(health_is_alive(100 * MS, who)); // it ended, it is not stuck
}

// Threads come and go more often than there are places.
static void places_are_used_again(void **state)
{
    (void)state;
    struct loop loop = {.ends = true};
    for (int i = 0; i < 2 * HEARTS_MOST; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, turn, &loop), 0);
        pthread_join(thread, NULL);
    }
    health_heart_begin("main");
    usleep(60 * MS);
    char who[HEART_NAME_MAX] = "";
    assert_false(health_is_alive(50 * MS, who));
    assert_string_equal(who, "main");
    health_heart_end();
    assert_true(health_is_alive(50 * MS, who));
}

// The last: there is no way back.
static void what_ends_is_not_ready(void **state)
{
    (void)state;
    assert_true(health_is_ready(NULL));
    health_stop();
    assert_lines(false, (const char *const[]){"[-]running failed: it is ending\n", "[+]schema ok", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_ready_before_it_is_found_so),
        cmocka_unit_test(a_loop_that_stands_still_is_seen),
        cmocka_unit_test(places_are_used_again),
        cmocka_unit_test(what_ends_is_not_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
