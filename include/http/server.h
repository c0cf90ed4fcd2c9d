// Metrics and health over HTTP: /metrics, /livez (also /healthz), /readyz, each read-only, and pages for people. It has
// threads of its own, one for what pages ask their source, and else looks only at what base keeps, so that nobody who
// asks, however slowly or often, holds anything up: connections are few, small, short, and closed after one answer.
#ifndef GUANXI_HTTP_SERVER_H
#define GUANXI_HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "http/page.h"

struct http_settings {
    const char *listen; // "127.0.0.1:8487", "[::1]:8487", ":8487" for every address, "": nowhere
    const char *socket; // path of a Unix socket, "": none
    int64_t patience_us; // a loop that has not turned for longer is stuck: not alive
    struct page_settings page;
};

// Whether the address can be read: 0, or STATUS_CONFIG with what is expected.
int http_check_listen(const char *listen);

struct http_server;
// An address in use is no fault: it is said once, and tried again. 0, STATUS_CONFIG, STATUS_NOMEM.
int http_server_new(const struct http_settings *settings, struct http_server **server);
void http_server_free(struct http_server *server);
// To be called a few times a second: tries again what could not be had, and ends connections that took too long.
void http_server_tend(struct http_server *server);
// The TCP port in use (of ":0", whichever it became); 0: none.
int http_server_port(const struct http_server *server);

#endif
