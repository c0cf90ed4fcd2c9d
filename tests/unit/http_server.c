// The HTTP server as a client sees it, also one that means no good.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/status.h"
#include "http/server.h"

static char folder[] = "/tmp/guanxi-http-XXXXXX";
static char path[64];
static struct http_server *server;

static struct http_server *serve(const char *listen, const char *socket)
{
    const struct http_settings settings = {.listen = listen, .socket = socket, .patience_us = 100000};
    struct http_server *made;
    assert_int_equal(http_server_new(&settings, &made), 0);
    return made;
}

static int dial(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int made = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(made >= 0);
    assert_int_equal(connect(made, (struct sockaddr *)&address, sizeof address), 0);
    return made;
}

static int dial_local(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(made >= 0);
    assert_int_equal(connect(made, (struct sockaddr *)&address, sizeof address), 0);
    return made;
}

// What comes until the other end closes, at most `seconds` long; NULL when it does not close.
static char *receive(int socket, int seconds)
{
    static char text[1 << 18];
    size_t size = 0;
    int64_t end = clock_monotonic_us() + seconds * INT64_C(1000000);
    for (;;) {
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        int64_t left = (end - clock_monotonic_us()) / 1000;
        if (left <= 0 || poll(&ready, 1, (int)left) == 0)
            return NULL;
        ssize_t got = recv(socket, text + size, sizeof text - size - 1, 0);
        if (got <= 0)
            break;
        size += (size_t)got;
    }
    text[size] = '\0';
    close(socket);
    return text;
}

static const char *ask_at(int socket, const char *request)
{
    char text[512];
    snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: localhost\r\n\r\n", request);
    assert_int_equal(send(socket, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    const char *answer = receive(socket, 5);
    assert_non_null(answer);
    return answer;
}

static const char *ask(const char *request)
{
    return ask_at(dial(), request);
}

static void assert_begins(const char *answer, const char *begin)
{
    if (strncmp(answer, begin, strlen(begin)) != 0)
        fail_msg("expected %s, got\n%.300s", begin, answer);
}

static void metrics_are_served(void **state)
{
    (void)state;
    metric_add(METRIC_BATCHES, 7);
    const char *answer = ask("GET /metrics");
    assert_begins(answer, "HTTP/1.1 200");
    assert_non_null(strstr(answer, "Content-Type: text/plain; version=0.0.4"));
    assert_non_null(strstr(answer, "Connection: close"));
    assert_non_null(strstr(answer, "Cache-Control: no-store"));
    assert_non_null(strstr(answer, "\nguanxi_batches_total 7\n"));
    answer = ask_at(dial_local(), "GET /metrics");
    assert_non_null(strstr(answer, "\nguanxi_batches_total 7\n"));
    answer = ask("HEAD /metrics");
    assert_begins(answer, "HTTP/1.1 200");
    assert_null(strstr(answer, "guanxi_batches_total"));
    metric_add(METRIC_BATCHES, 1); // a little later they are written anew
    usleep(300 * 1000);
    assert_non_null(strstr(ask("GET /metrics"), "\nguanxi_batches_total 8\n"));
}

static void health_is_told(void **state)
{
    (void)state;
    assert_begins(ask("GET /livez"), "HTTP/1.1 200");
    assert_begins(ask("GET /healthz"), "HTTP/1.1 200");
    health_heart_begin("main");
    usleep(200 * 1000);
    const char *answer = ask("GET /livez");
    assert_begins(answer, "HTTP/1.1 503");
    assert_non_null(strstr(answer, "stuck: main"));
    health_heart_end();
    assert_begins(ask("GET /livez"), "HTTP/1.1 200");

    answer = ask("GET /readyz");
    assert_begins(answer, "HTTP/1.1 503");
    assert_null(strstr(answer, "[-]"));
    health_set(HEALTH_SCHEMA, true, "%s", "");
    health_set(HEALTH_POSTGRES, true, "%s", "");
    health_set(HEALTH_KAFKA, true, "%s", "");
    health_set(HEALTH_LANES, false, "%s", "2 wait to be claimed");
    answer = ask("GET /readyz?verbose");
    assert_begins(answer, "HTTP/1.1 503");
    assert_non_null(strstr(answer, "[+]kafka ok\n"));
    assert_non_null(strstr(answer, "[-]lanes failed: 2 wait to be claimed\n"));
    health_set(HEALTH_LANES, true, "%s", "");
    assert_begins(ask("GET /readyz"), "HTTP/1.1 200");
    assert_non_null(strstr(ask("GET /readyz?verbose=1"), "[+]lanes ok\n"));
}

static void all_else_is_refused(void **state)
{
    (void)state;
    assert_begins(ask("GET /"), "HTTP/1.1 200");
    assert_begins(ask("GET /metrics/"), "HTTP/1.1 404");
    assert_begins(ask("GET /../etc/passwd"), "HTTP/1.1 404");
    const char *answer = ask("POST /metrics");
    assert_begins(answer, "HTTP/1.1 405");
    assert_non_null(strstr(answer, "Allow: GET, HEAD"));
    assert_begins(ask("DELETE /livez"), "HTTP/1.1 405");
    int socket = dial();
    assert_true(send(socket, "\x16\x03\x01\x02\x00 not HTTP at all\r\n\r\n", 24, MSG_NOSIGNAL) > 0);
    assert_non_null(receive(socket, 8));
}

static void sizes_are_limited(void **state)
{
    (void)state;
    int socket = dial();
    static const char request[] = "GET /metrics HTTP/1.1\r\nX: ";
    send(socket, request, sizeof request - 1, MSG_NOSIGNAL);
    char block[4096];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 64; i++) { // far more than a request may have
        if (send(socket, block, sizeof block, MSG_NOSIGNAL) < 0)
            break;
    }
    const char *answer = receive(socket, 12);
    assert_non_null(answer);
    assert_null(strstr(answer, "HTTP/1.1 200"));
}

// Those that send nothing, and those that send a byte now and then, are all gone after a while; meanwhile nobody
// else is held up but by their number.
static void slow_clients_do_not_stay(void **state)
{
    (void)state;
    enum { CLIENTS = 40 };
    int sockets[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        sockets[i] = dial();
        send(sockets[i], "G", 1, MSG_NOSIGNAL);
    }
    int64_t begun = clock_monotonic_us(), end = begun + INT64_C(40000000);
    int left = CLIENTS;
    while (left > 0 && clock_monotonic_us() < end) {
        http_server_tend(server);
        usleep(500 * 1000);
        for (int i = 0; i < CLIENTS; i++) {
            char byte;
            if (sockets[i] < 0)
                continue;
            bool closed = recv(sockets[i], &byte, 1, MSG_DONTWAIT) == 0 || errno != EAGAIN;
            if (closed || (i % 2 && send(sockets[i], "E", 1, MSG_NOSIGNAL) < 0)) {
                close(sockets[i]);
                sockets[i] = -1;
                left--;
            }
        }
    }
    assert_int_equal(left, 0);
    assert_begins(ask("GET /livez"), "HTTP/1.1 200");
}

static void an_address_in_use_is_waited_for(void **state)
{
    (void)state;
    char listen[32];
    snprintf(listen, sizeof listen, "127.0.0.1:%d", http_server_port(server));
    struct http_server *second = serve(listen, path);
    assert_int_equal(http_server_port(second), 0);
    http_server_tend(second);
    http_server_free(second);
    assert_begins(ask("GET /livez"), "HTTP/1.1 200"); // nothing was taken from the first
    assert_begins(ask_at(dial_local(), "GET /livez"), "HTTP/1.1 200");
}

static void a_file_left_behind_is_taken_over(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/left", folder);
    int left = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(left, (struct sockaddr *)&address, sizeof address), 0);
    close(left);
    struct http_server *made = serve("", address.sun_path);
    struct stat found;
    assert_int_equal(stat(address.sun_path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0660);
    assert_int_equal(http_server_port(made), 0);
    http_server_free(made);
    assert_int_equal(stat(address.sun_path, &found), -1);
}

static void addresses_are_judged(void **state)
{
    (void)state;
    static const char *const good[] = {"", ":80", "0.0.0.0:80", "127.0.0.1:65535", "[::1]:80"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(http_check_listen(good[i]), 0);
    static const char *const bad[] = {"80", "127.0.0.1", "127.0.0.1:", "localhost:80", "127.0.0.1:65536", "127.0.0.1:http",
                                      "::1:80", "[::1]", "127.0.0.1:-1", "256.0.0.1:80", "127.0.0.1:000000000080"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (http_check_listen(bad[i]) != STATUS_CONFIG)
            fail_msg("\"%s\" passes", bad[i]);
        assert_non_null(strstr(fault_message(), bad[i]));
    }
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/socket", folder);
    server = serve("127.0.0.1:0", path);
    return http_server_port(server) > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    http_server_free(server);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_are_served),
        cmocka_unit_test(health_is_told),
        cmocka_unit_test(all_else_is_refused),
        cmocka_unit_test(sizes_are_limited),
        cmocka_unit_test(slow_clients_do_not_stay),
        cmocka_unit_test(an_address_in_use_is_waited_for),
        cmocka_unit_test(a_file_left_behind_is_taken_over),
        cmocka_unit_test(addresses_are_judged),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
