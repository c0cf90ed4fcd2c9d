#include "listener.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/status.h"
#include "http/server.h"

enum { BACKLOG = 64, HOST_MAX = 64, PORT_MAX = 8 };

// Host and port of "host:port" or "[host]:port". False when it is neither.
static bool split(const char *listen, char host[HOST_MAX], char port[PORT_MAX])
{
    const char *colon = strrchr(listen, ':');
    if (!colon || colon[1] == '\0' || strlen(colon + 1) >= PORT_MAX)
        return false;
    size_t size = (size_t)(colon - listen);
    bool bracketed = size >= 2 && listen[0] == '[' && colon[-1] == ']';
    if (bracketed) {
        listen++;
        size -= 2;
    }
    if (size >= HOST_MAX || (!bracketed && memchr(listen, ':', size)))
        return false;
    snprintf(host, HOST_MAX, "%.*s", (int)size, listen);
    snprintf(port, PORT_MAX, "%s", colon + 1);
    return strspn(port, "0123456789") == strlen(port) && strtol(port, NULL, 10) <= 65535;
}

// The address, to be freed; NULL when it cannot be read. Names are not looked up: that could take long.
static struct addrinfo *resolve(const char *listen)
{
    char host[HOST_MAX], port[PORT_MAX];
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (!split(listen, host, port) || getaddrinfo(*host ? host : NULL, port, &hints, &found) != 0)
        return NULL;
    return found;
}

int http_check_listen(const char *listen)
{
    if (!*listen)
        return 0;
    struct addrinfo *found = resolve(listen);
    if (!found)
        return fault(STATUS_CONFIG, "\"%s\": expected address:port with a numeric address, as 127.0.0.1:8487 or "
                     "[::1]:8487, :8487 for every address, or nothing to serve nowhere", listen);
    freeaddrinfo(found);
    return 0;
}

static int give_up(int socket, const char *what)
{
    int why = errno;
    if (socket >= 0)
        close(socket);
    fault(STATUS_IO, "%s: %s", what, strerror(why));
    return -1;
}

int listener_tcp(const char *listen_at)
{
    const int on = 1;
    struct addrinfo *address = resolve(listen_at);
    if (!address)
        return give_up(-1, listen_at);
    int made = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool bound = made >= 0 && setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                 bind(made, address->ai_addr, address->ai_addrlen) == 0 && listen(made, BACKLOG) == 0;
    int why = errno;
    freeaddrinfo(address);
    errno = why;
    return bound ? made : give_up(made, listen_at);
}

// Whether somebody answers there.
static bool is_in_use(const struct sockaddr_un *address)
{
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool answers = probe >= 0 && (connect(probe, (const struct sockaddr *)address, sizeof *address) == 0 ||
                                  errno == EAGAIN);
    if (probe >= 0)
        close(probe);
    return answers;
}

int listener_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat found;
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return give_up(-1, path);
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (lstat(path, &found) == 0 && S_ISSOCK(found.st_mode)) {
        if (is_in_use(&address)) {
            errno = EADDRINUSE;
            return give_up(-1, path);
        }
        unlink(path);
    }
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool bound = made >= 0 && bind(made, (const struct sockaddr *)&address, sizeof address) == 0 &&
                 chmod(path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) == 0 && listen(made, BACKLOG) == 0;
    return bound ? made : give_up(made, path);
}
