// Asks an instance that runs on this host what it serves (http/server.h).
#ifndef GUANXI_HTTP_CLIENT_H
#define GUANXI_HTTP_CLIENT_H

#include <stddef.h>
#include <stdint.h>

struct http_answer {
    unsigned status;
    char *body; // with a NUL behind it
    size_t size;
};

// GET of a path, at the address or else at the socket, as struct http_settings has them ("": none; every address is
// the nearest). 0, STATUS_UNAVAILABLE with why nobody answered within the time, or STATUS_NOMEM. The answer is to be
// freed in any case.
int http_get(const char *listen, const char *socket, const char *path, int64_t timeout_us, struct http_answer *answer);
void http_answer_free(struct http_answer *answer);

#endif
