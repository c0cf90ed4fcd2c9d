#include "http/server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"
#include "desk.h"
#include "listener.h"
#include "reply.h"

enum {
    CONNECTIONS = 32,              // of each listener
    CONNECTION_BYTES = 16 * 1024,  // for request line and headers
    IDLE_S = 5,                    // without a byte
    LIFE_US = 10 * 1000 * 1000,    // from first to last byte
    RETRY_US = 10 * 1000 * 1000,   // of an address that was in use
    FRESH_US = 250 * 1000,         // metrics asked for again so soon are the same
};

// A connection and when it has to be over.
struct guest {
    int socket; // -1: nobody
    int64_t until_us;
};

struct listener {
    const char *what;  // the option it comes from
    const char *where; // "": none
    struct MHD_Daemon *daemon;
    int64_t retry_us;
    bool refused; // which was said
    struct http_server *server;
    struct guest guests[CONNECTIONS + 1];
};

struct http_server {
    struct http_settings settings;
    char *texts[2]; // of the settings
    struct listener tcp, local;
    struct pages pages;
    struct desk desk;
    pthread_mutex_t mutex; // for what follows and the guests
    struct MHD_Response *metrics;
    int64_t metrics_us;
};

// ----------------------------------------------------------------------------------------------- answers

// However often they are asked for, the metrics are written a few times a second.
static enum MHD_Result reply_metrics(struct http_server *server, struct MHD_Connection *connection)
{
    int64_t now = clock_monotonic_us();
    pthread_mutex_lock(&server->mutex);
    if (!server->metrics || now - server->metrics_us > FRESH_US) {
        struct answer answer = answer_metrics();
        struct MHD_Response *made = reply_make(&answer);
        if (made && server->metrics)
            MHD_destroy_response(server->metrics);
        server->metrics = made ? made : server->metrics;
        server->metrics_us = now;
    }
    enum MHD_Result queued =
        server->metrics ? MHD_queue_response(connection, MHD_HTTP_OK, server->metrics) : MHD_NO;
    pthread_mutex_unlock(&server->mutex);
    return queued;
}

static bool asks_for(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, name, strlen(name), NULL, NULL) == MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **state)
{
    struct http_server *server = ((struct listener *)context)->server;
    struct answer answer;
    const char *name;
    bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    bool posts = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    (void)version;
    if ((reads || posts) && pages_have(&server->pages, url, &name))
        return desk_handle(&server->desk, connection, url, name, method, upload, upload_size, state);
    if (!reads) // a body is not read: the connection ends with the answer
        answer = answer_not_allowed();
    else if (strcmp(url, "/metrics") == 0)
        return reply_metrics(server, connection);
    else if (strcmp(url, "/livez") == 0 || strcmp(url, "/healthz") == 0)
        answer = answer_alive(server->settings.patience_us);
    else if (strcmp(url, "/readyz") == 0)
        answer = answer_ready(asks_for(connection, "verbose"));
    else if (strcmp(url, "/") == 0)
        answer = answer_index();
    else
        answer = answer_not_found();
    return reply_send(connection, &answer);
}

// ------------------------------------------------------------------------------------------- connections

// Silence ends a connection, but one byte now and then would not: so each has its end from the start.
static void on_connection(void *context, struct MHD_Connection *connection, void **state,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    (void)state;
    if (!info)
        return;
    bool begins = code == MHD_CONNECTION_NOTIFY_STARTED;
    pthread_mutex_lock(&listener->server->mutex);
    for (int i = 0; i <= CONNECTIONS; i++) {
        struct guest *guest = &listener->guests[i];
        if (guest->socket != (begins ? -1 : info->connect_fd))
            continue;
        *guest = begins ? (struct guest){info->connect_fd, clock_monotonic_us() + LIFE_US} : (struct guest){.socket = -1};
        break;
    }
    pthread_mutex_unlock(&listener->server->mutex);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    (void)connection;
    (void)code;
    desk_forget(&((struct listener *)context)->server->desk, state);
}

// The socket is closed by its owner, who is told so by its end.
static void end_late_connections(struct listener *listener)
{
    int64_t now = clock_monotonic_us();
    pthread_mutex_lock(&listener->server->mutex);
    for (int i = 0; i <= CONNECTIONS; i++) {
        if (listener->guests[i].socket >= 0 && now > listener->guests[i].until_us)
            shutdown(listener->guests[i].socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&listener->server->mutex);
}

// ---------------------------------------------------------------------------------------------- listeners

static struct MHD_Daemon *start(struct listener *listener, int socket)
{
    return MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, listener,
        MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener, MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener,
        MHD_OPTION_END);
}

// Tries to have it; what is in the way is said once.
static void open_listener(struct listener *listener)
{
    int64_t now = clock_monotonic_us();
    if (!*listener->where || listener->daemon || now < listener->retry_us)
        return;
    listener->retry_us = now + RETRY_US;
    int socket = listener == &listener->server->tcp ? listener_tcp(listener->where) : listener_unix(listener->where);
    if (socket >= 0) {
        listener->daemon = start(listener, socket); // closes it also when it fails
        if (!listener->daemon)
            fault(STATUS_IO, "%s: no thread for it", listener->where);
    }
    if (!listener->daemon && !listener->refused)
        log_error("%s: metrics and health cannot be served: %s; trying again, the work goes on: give each instance an "
                  "address of its own, or an empty one", listener->what, fault_message());
    else if (listener->daemon)
        log_info("%s: metrics and health are served at %s", listener->what, listener->where);
    listener->refused = !listener->daemon;
}

static void close_listener(struct listener *listener)
{
    bool is_file = listener == &listener->server->local && listener->daemon;
    if (listener->daemon)
        MHD_stop_daemon(listener->daemon);
    if (is_file)
        unlink(listener->where);
}

static struct listener new_listener(struct http_server *server, const char *what, const char *where)
{
    struct listener listener = {.what = what, .where = where, .server = server};
    for (int i = 0; i <= CONNECTIONS; i++)
        listener.guests[i].socket = -1;
    return listener;
}

int http_server_new(const struct http_settings *settings, struct http_server **made)
{
    *made = NULL;
    int status = http_check_listen(settings->listen);
    if (status != 0)
        return status;
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return fault(STATUS_NOMEM, "out of memory for the HTTP server");
    server->settings = *settings;
    server->texts[0] = strdup(settings->listen);
    server->texts[1] = strdup(settings->socket);
    pthread_mutex_init(&server->mutex, NULL);
    server->tcp = new_listener(server, "http.listen", server->texts[0]);
    server->local = new_listener(server, "http.socket", server->texts[1]);
    status = pages_init(&server->pages, &settings->page);
    int started = desk_start(&server->desk, &server->pages);
    if (status == 0)
        status = started;
    if (status == 0 && (!server->texts[0] || !server->texts[1]))
        status = fault(STATUS_NOMEM, "out of memory for the HTTP server");
    if (status != 0) {
        http_server_free(server);
        return status;
    }
    http_server_tend(server);
    *made = server;
    return 0;
}

void http_server_tend(struct http_server *server)
{
    struct listener *listeners[] = {&server->tcp, &server->local};
    pages_look(&server->pages);
    for (int i = 0; i < 2; i++) {
        open_listener(listeners[i]);
        if (listeners[i]->daemon)
            end_late_connections(listeners[i]);
    }
}

void http_server_free(struct http_server *server)
{
    if (!server)
        return;
    desk_stop(&server->desk);
    close_listener(&server->tcp);
    close_listener(&server->local);
    pages_free(&server->pages);
    if (server->metrics)
        MHD_destroy_response(server->metrics);
    pthread_mutex_destroy(&server->mutex);
    free(server->texts[0]);
    free(server->texts[1]);
    free(server);
}

int http_server_port(const struct http_server *server)
{
    if (!server->tcp.daemon)
        return 0;
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->tcp.daemon, MHD_DAEMON_INFO_LISTEN_FD);
    struct sockaddr_in6 address; // the port has the same place in both families
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    if (!info || getsockname(info->listen_fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    return ntohs(address.sin6_port);
}
