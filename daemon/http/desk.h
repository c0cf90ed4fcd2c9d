// Where pages wait: what takes long is answered one after the other on a thread of its own, so that metrics and health
// are told meanwhile, and few may wait at once.
#ifndef GUANXI_DAEMON_HTTP_DESK_H
#define GUANXI_DAEMON_HTTP_DESK_H

#include <microhttpd.h>
#include <pthread.h>

#include "pages.h"

struct visit;

struct desk {
    struct pages *pages; // borrowed
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex; // for what follows
    pthread_cond_t woken;
    struct visit *first, **last;
    int visits; // being dealt with
    bool stopping;
};

// Starts its thread if there are pages. 0 or STATUS_NOMEM; desk_stop takes it in any case.
int desk_start(struct desk *desk, struct pages *pages);
// Whoever waits is sent away, and from now on everybody. Before the connections end.
void desk_stop(struct desk *desk);

// A request for a page, as the handler of libmicrohttpd has it; `name` is that of its argument.
enum MHD_Result desk_handle(struct desk *desk, struct MHD_Connection *connection, const char *path, const char *name,
                            const char *method, const char *upload, size_t *upload_size, void **state);
// A request of which *state is the visit, if any, is over.
void desk_forget(struct desk *desk, void **state);

#endif
