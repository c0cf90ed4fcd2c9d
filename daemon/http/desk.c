#include "desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "reply.h"

enum { VISITS_MOST = 12 }; // fewer than connections, so that some remain for metrics and health

struct visit {
    struct request request;
    struct answer answer;
    struct MHD_Connection *connection;
    struct visit *next;
    size_t form_size;
    bool refused;  // too many ask
    bool answered;
};

// ------------------------------------------------------------------------------------------------ the thread

// The visit that has waited longest, or NULL: it is time to stop.
static struct visit *next_visit(struct desk *desk)
{
    pthread_mutex_lock(&desk->mutex);
    while (!desk->first && !desk->stopping)
        pthread_cond_wait(&desk->woken, &desk->mutex);
    struct visit *visit = desk->first;
    if (visit) {
        desk->first = visit->next;
        desk->last = desk->first ? desk->last : &desk->first;
        visit->refused = desk->stopping;
    }
    pthread_mutex_unlock(&desk->mutex);
    return visit;
}

static void *serve(void *context)
{
    struct desk *desk = context;
    for (struct visit *visit; (visit = next_visit(desk));) {
        if (visit->refused)
            pages_busy(desk->pages, &visit->request, &visit->answer);
        else
            pages_answer(desk->pages, &visit->request, &visit->answer);
        visit->answered = true;
        MHD_resume_connection(visit->connection);
    }
    return NULL;
}

int desk_start(struct desk *desk, struct pages *pages)
{
    *desk = (struct desk){.pages = pages, .last = &desk->first};
    pthread_mutex_init(&desk->mutex, NULL);
    pthread_cond_init(&desk->woken, NULL);
    if (pages->mode == PAGE_OFF)
        return 0;
    desk->started = pthread_create(&desk->thread, NULL, serve, desk) == 0;
    return desk->started ? 0 : fault(STATUS_NOMEM, "no thread for the page");
}

void desk_stop(struct desk *desk)
{
    if (desk->stopping)
        return;
    pthread_mutex_lock(&desk->mutex);
    desk->stopping = true;
    pthread_cond_broadcast(&desk->woken);
    pthread_mutex_unlock(&desk->mutex);
    if (desk->started) {
        desk->pages->source->interrupt(desk->pages->source->context);
        pthread_join(desk->thread, NULL);
    }
}

// -------------------------------------------------------------------------------------------------- visits

static const char *value_of(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *name)
{
    return MHD_lookup_connection_value(connection, kind, name);
}

static void read_argument(struct request *request, struct MHD_Connection *connection)
{
    const char *value = NULL;
    size_t size = 0;
    if (!request->name || MHD_lookup_connection_value_n(connection, MHD_GET_ARGUMENT_KIND, request->name,
                                                        strlen(request->name), &value, &size) != MHD_YES)
        return;
    request_argument(request, value);
    request->bad |= value && strlen(value) != size; // there is a NUL in it
}

static void read_request(struct desk *desk, struct MHD_Connection *connection, struct request *request)
{
    const char *language = value_of(connection, MHD_GET_ARGUMENT_KIND, "lang");
    const char *format = value_of(connection, MHD_GET_ARGUMENT_KIND, "format");
    struct gate *gate = &desk->pages->gate;
    request->chosen = language && (strcmp(language, "en") == 0 || strcmp(language, "zh") == 0);
    request->language = request->chosen
                            ? (strcmp(language, "zh") == 0 ? PAGE_ZH : PAGE_EN)
                            : request_language(value_of(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
    request->json = format && strcmp(format, "json") == 0;
    request->known = gate_knows_bearer(gate, value_of(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION)) ||
                     gate_knows_cookie(gate, value_of(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_COOKIE));
    read_argument(request, connection);
    request_after(request, value_of(connection, MHD_GET_ARGUMENT_KIND, "after"));
}

static struct visit *new_visit(struct desk *desk, struct MHD_Connection *connection, const char *path,
                               const char *name, bool post)
{
    struct visit *visit = calloc(1, sizeof *visit);
    if (!visit)
        return NULL;
    snprintf(visit->request.path, sizeof visit->request.path, "%s", path);
    visit->request.name = name;
    visit->request.post = post;
    visit->connection = connection;
    read_request(desk, connection, &visit->request);
    pthread_mutex_lock(&desk->mutex);
    visit->refused = desk->stopping || desk->visits >= VISITS_MOST;
    desk->visits++;
    pthread_mutex_unlock(&desk->mutex);
    return visit;
}

void desk_forget(struct desk *desk, void **state)
{
    struct visit *visit = *state;
    if (!visit)
        return;
    pthread_mutex_lock(&desk->mutex);
    desk->visits--;
    pthread_mutex_unlock(&desk->mutex);
    explicit_bzero(visit->request.form, sizeof visit->request.form);
    free(visit->answer.text);
    free(visit);
    *state = NULL;
}

static void take_form(struct visit *visit, const char *upload, size_t size)
{
    if (visit->form_size + size >= FORM_MAX) {
        visit->request.bad = true;
        return;
    }
    memcpy(visit->request.form + visit->form_size, upload, size);
    visit->form_size += size;
}

// Lets it wait for the thread. False: it is time to stop.
static bool line_up(struct desk *desk, struct visit *visit)
{
    bool waits = false;
    pthread_mutex_lock(&desk->mutex);
    if (!desk->stopping) {
        MHD_suspend_connection(visit->connection);
        *desk->last = visit;
        desk->last = &visit->next;
        pthread_cond_signal(&desk->woken);
        waits = true;
    }
    pthread_mutex_unlock(&desk->mutex);
    return waits;
}

enum MHD_Result desk_handle(struct desk *desk, struct MHD_Connection *connection, const char *path, const char *name,
                            const char *method, const char *upload, size_t *upload_size, void **state)
{
    struct visit *visit = *state;
    bool post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
    if (!visit) {
        *state = visit = new_visit(desk, connection, path, name, post);
        if (!visit)
            return MHD_NO;
        if (post) // its body comes with the next calls
            return MHD_YES;
    }
    if (*upload_size > 0) {
        take_form(visit, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (!visit->answered && !visit->refused && pages_ask(desk->pages, &visit->request)) {
        if (line_up(desk, visit))
            return MHD_YES;
        visit->refused = true;
    }
    if (!visit->answered && visit->refused)
        pages_busy(desk->pages, &visit->request, &visit->answer);
    else if (!visit->answered)
        pages_answer(desk->pages, &visit->request, &visit->answer);
    return reply_send(connection, &visit->answer);
}
