#include "base/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { STATE_MAX = 1024, PATIENCE_US = 200 * 1000 };

static struct {
    int socket; // -1: there is no service manager
    struct sockaddr_un address;
    socklen_t address_size;
    int64_t watchdog_us;
} manager = {.socket = -1};

// WATCHDOG_PID names whom it is meant for; a parent's is not ours.
static int64_t read_watchdog(void)
{
    const char *interval = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (!interval || (pid && strtol(pid, NULL, 10) != getpid()))
        return 0;
    int64_t us = strtoll(interval, NULL, 10);
    return us > 0 ? us : 0;
}

void notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t size = path ? strlen(path) : 0;
    // A file, or with @ a name that is none.
    if (size < 2 || (path[0] != '/' && path[0] != '@') || size >= sizeof manager.address.sun_path)
        return;
    manager.address.sun_family = AF_UNIX;
    memcpy(manager.address.sun_path, path, size);
    if (path[0] == '@')
        manager.address.sun_path[0] = '\0';
    manager.address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    manager.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    // A manager that does not read must not hold us up.
    const struct timeval patience = {.tv_usec = PATIENCE_US};
    setsockopt(manager.socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    manager.watchdog_us = manager.socket >= 0 ? read_watchdog() : 0;
    unsetenv("NOTIFY_SOCKET"); // nobody we start speaks for us
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void notify_close(void)
{
    if (manager.socket >= 0)
        close(manager.socket);
    manager.socket = -1;
    manager.watchdog_us = 0;
}

bool notify_is_open(void)
{
    return manager.socket >= 0;
}

int64_t notify_watchdog_us(void)
{
    return manager.watchdog_us;
}

static void tell(const char *state, size_t size)
{
    int saved_errno = errno;
    if (manager.socket >= 0)
        sendto(manager.socket, state, size, MSG_NOSIGNAL, (const struct sockaddr *)&manager.address,
               manager.address_size);
    errno = saved_errno;
}

void notify_send(const char *format, ...)
{
    char state[STATE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(state, sizeof state, format, arguments);
    va_end(arguments);
    if (size > 0)
        tell(state, (size_t)size < sizeof state ? (size_t)size : sizeof state - 1);
}

void notify_stopping(void)
{
    static const char state[] = "STOPPING=1\nSTATUS=stopping";
    tell(state, sizeof state - 1);
}
