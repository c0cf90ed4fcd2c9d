// What the service manager is told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/notify.h"

static char folder[] = "/tmp/guanxi-notify-XXXXXX";
static char path[64];

// A manager's socket at a path or, with @, at a name.
static int manager(const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t size = strlen(where);
    memcpy(address.sun_path, where, size);
    if (where[0] == '@')
        address.sun_path[0] = '\0';
    int made = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(made >= 0);
    assert_int_equal(bind(made, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)), 0);
    return made;
}

static void assert_told(int manager, const char *expected)
{
    char text[256];
    ssize_t size = recv(manager, text, sizeof text - 1, MSG_DONTWAIT);
    assert_true(size >= 0);
    text[size] = '\0';
    assert_string_equal(text, expected);
}

static void everything_is_told(const char *where)
{
    int listening = manager(where);
    setenv("NOTIFY_SOCKET", where, 1);
    notify_open();
    assert_true(notify_is_open());
    assert_null(getenv("NOTIFY_SOCKET"));
    notify_send("READY=1\nSTATUS=lag %d", 12);
    assert_told(listening, "READY=1\nSTATUS=lag 12");
    notify_stopping();
    assert_told(listening, "STOPPING=1\nSTATUS=stopping");
    notify_close();
    close(listening);
}

static void a_manager_at_a_path(void **state)
{
    (void)state;
    everything_is_told(path);
    unlink(path);
}

static void a_manager_at_a_name(void **state)
{
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "@guanxi-notify-%d", (int)getpid());
    everything_is_told(name);
}

static void without_a_manager_nothing_happens(void **state)
{
    (void)state;
    static const char *const wrong[] = {NULL, "", "relative/path", "/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        unsetenv("NOTIFY_SOCKET");
        if (wrong[i])
            setenv("NOTIFY_SOCKET", wrong[i], 1);
        notify_open();
        assert_false(notify_is_open());
        notify_send("READY=1");
        notify_stopping();
        notify_close();
    }
}

static void the_watchdog_is_ours_or_is_none(void **state)
{
    (void)state;
    int listening = manager(path);
    static const struct {
        const char *interval, *pid;
        int64_t expected;
    } cases[] = {{"60000000", NULL, 60000000}, {"60000000", "1", 0}, {"-5", NULL, 0}, {"x", NULL, 0}, {NULL, NULL, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("NOTIFY_SOCKET", path, 1);
        if (cases[i].interval)
            setenv("WATCHDOG_USEC", cases[i].interval, 1);
        if (cases[i].pid)
            setenv("WATCHDOG_PID", cases[i].pid, 1);
        notify_open();
        assert_int_equal(notify_watchdog_us(), cases[i].expected);
        assert_null(getenv("WATCHDOG_USEC"));
        notify_close();
    }
    close(listening);
    unlink(path);
}

// One that takes nothing does not hold us up.
static void a_deaf_manager_is_not_waited_for(void **state)
{
    (void)state;
    int listening = manager(path);
    setenv("NOTIFY_SOCKET", path, 1);
    notify_open();
    int64_t begun = clock_monotonic_us();
    for (int i = 0; i < 12; i++) // more than its queue takes
        notify_send("STATUS=%d", i);
    assert_true(clock_monotonic_us() - begun < 5000000);
    notify_close();
    close(listening);
    unlink(path);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/notify", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_manager_at_a_path),
        cmocka_unit_test(a_manager_at_a_name),
        cmocka_unit_test(without_a_manager_nothing_happens),
        cmocka_unit_test(the_watchdog_is_ours_or_is_none),
        cmocka_unit_test(a_deaf_manager_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
