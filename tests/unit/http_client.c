// Asking over HTTP: a server of ours, and others that answer badly, slowly or not at all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/status.h"
#include "http/client.h"
#include "http/server.h"

#define SECOND_US (INT64_C(1) * 1000 * 1000)

static char folder[] = "/tmp/http_client.XXXXXX";
static char path[64];

static int begin(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/http.sock", folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void a_server_answers(void **state)
{
    (void)state;
    const struct http_settings settings = {.listen = "127.0.0.1:0", .socket = path, .patience_us = 30 * SECOND_US};
    struct http_server *server;
    struct http_answer answer;
    assert_int_equal(http_server_new(&settings, &server), 0);
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", http_server_port(server));
    assert_int_equal(http_get(address, "", "/livez", SECOND_US, &answer), 0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "ok\n");
    assert_int_equal(answer.size, 3);
    http_answer_free(&answer);

    snprintf(address, sizeof address, ":%d", http_server_port(server)); // without a host: this one
    assert_int_equal(http_get(address, "", "/metrics", SECOND_US, &answer), 0);
    assert_non_null(strstr(answer.body, "process_start_time_seconds"));
    http_answer_free(&answer);

    assert_int_equal(http_get("", path, "/nowhere", SECOND_US, &answer), 0);
    assert_int_equal(answer.status, 404);
    http_answer_free(&answer);
    assert_int_equal(http_get("127.0.0.1:1", path, "/livez", SECOND_US, &answer), 0); // the socket in its place
    http_answer_free(&answer);
    http_server_free(server);
}

static void nobody_is_there(void **state)
{
    (void)state;
    struct http_answer answer;
    assert_int_equal(http_get("127.0.0.1:1", "", "/", SECOND_US, &answer), STATUS_UNAVAILABLE);
    assert_string_equal(fault_message(), "127.0.0.1:1: Connection refused");
    assert_null(answer.body);
    assert_int_equal(http_get("", "/nonexistent/socket", "/", SECOND_US, &answer), STATUS_UNAVAILABLE);
    assert_non_null(strstr(fault_message(), "/nonexistent/socket: No such file"));
}

// Takes one connection, says this and closes.
static const char *says;
static int listening;

static void *serve(void *context)
{
    char request[512];
    (void)context;
    int guest = accept(listening, NULL, NULL);
    ssize_t got = recv(guest, request, sizeof request, 0);
    if (got > 0 && *says)
        send(guest, says, strlen(says), MSG_NOSIGNAL);
    else
        usleep(600 * 1000);
    close(guest);
    return NULL;
}

static void others_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *says, *why;
    } cases[] = {
        {"SSH-2.0-OpenSSH\r\n", "is not guanxid"},
        {"HTTP/1.1 200 OK\r\n", "is not guanxid"},
        {"HTTP/1.1 what\r\n\r\n", "is not guanxid"},
        {"", "no answer in time"},
    };
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listening, 4), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *)&address, &size), 0);
    char where[32];
    snprintf(where, sizeof where, "127.0.0.1:%d", ntohs(address.sin_port));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pthread_t thread;
        struct http_answer answer;
        says = cases[i].says;
        assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
        assert_int_equal(http_get(where, "", "/", SECOND_US / 4, &answer), STATUS_UNAVAILABLE);
        if (!strstr(fault_message(), cases[i].why))
            fail_msg("\"%s\": %s", cases[i].says, fault_message());
        assert_null(answer.body);
        pthread_join(thread, NULL);
    }
    close(listening);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_answers),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(others_are_told_apart),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
