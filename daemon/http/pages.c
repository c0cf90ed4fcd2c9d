#include "pages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/status.h"
#include "escape.h"
#include "json.h"

struct route {
    const char *path;
    const char *argument; // NULL: none
    bool personal;
    unsigned (*make)(struct page *page); // NULL: the login
};

static const struct route routes[] = {
    {"/", NULL, false, show_overview},
    {"/customers", "q", true, show_customers},
    {"/customer", "id", true, show_customer},
    {"/reminders", "owner", true, show_reminders},
    {"/quarantine", "id", true, show_quarantine},
    {"/login", NULL, false, NULL},
};

static const struct route *find(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

int page_check(const struct page_settings *settings)
{
    if (settings->mode != PAGE_FULL)
        return 0;
    if (!settings->token || strlen(settings->token) < PAGE_TOKEN_LEAST)
        return fault(STATUS_CONFIG, "\"full\" needs a token of at least %d characters: write one to a file, as with "
                     "`head -c 24 /dev/urandom | base64`, and name it in http.token_file", PAGE_TOKEN_LEAST);
    return 0;
}

int pages_init(struct pages *pages, const struct page_settings *settings)
{
    *pages = (struct pages){.mode = settings->source ? settings->mode : PAGE_OFF, .source = settings->source,
                            .started_us = clock_local_us()};
    pages->changed_us = pages->started_us;
    bool made = gate_init(&pages->gate, settings->mode == PAGE_FULL ? settings->token : NULL);
    return made ? page_check(settings) : fault(STATUS_NOMEM, "out of memory for the page");
}

void pages_free(struct pages *pages)
{
    gate_free(&pages->gate);
}

void pages_look(struct pages *pages)
{
    bool ready = health_is_ready(NULL);
    if (ready == pages->ready)
        return;
    pages->ready = ready;
    pages->changed_us = clock_local_us();
}

bool pages_have(const struct pages *pages, const char *path, const char **name)
{
    const struct route *route = pages->mode == PAGE_OFF ? NULL : find(path);
    *name = route ? route->argument : NULL;
    return route != NULL;
}

// ------------------------------------------------------------------------------------------------- answers

// The status that keeps somebody out, or 0.
static unsigned keep_out(const struct pages *pages, const struct request *request, const struct route *route,
                         enum page_text *why)
{
    *why = request->bad ? PAGE_TEXT_BAD_REQUEST : PAGE_TEXT_NOT_ENABLED;
    if (request->bad)
        return 400;
    if (pages->mode != PAGE_FULL && (route->personal || !route->make))
        return 404;
    *why = PAGE_TEXT_NEED_TOKEN;
    return route->personal && !request->known ? 401 : 0;
}

bool pages_ask(const struct pages *pages, const struct request *request)
{
    const struct route *route = find(request->path);
    enum page_text why;
    return route->make && !request->post && keep_out(pages, request, route, &why) == 0;
}

static void put_login(const struct view *view)
{
    put(view, "<form method=\"post\" action=\"/login%s\"><label>%s<br><input type=\"password\" name=\"token\" "
        "autocomplete=\"current-password\" required></label><button>%s</button></form>\n",
        view->language == PAGE_ZH ? "?lang=zh" : view->chosen ? "?lang=en" : "", said(view, PAGE_TEXT_TOKEN),
        said(view, PAGE_TEXT_LOGIN));
    view_note(view, PAGE_TEXT_TOKEN_HELP);
}

static void put_trouble(struct page *page, unsigned status)
{
    const struct view *view = &page->view;
    if (page->json) {
        doc_open(page->json, NULL, '{');
        doc_number(page->json, "status", status);
        doc_text(page->json, "error", said(view, page->trouble));
        doc_close(page->json, '}');
        return;
    }
    view_begin(view, said(view, status == 401 ? PAGE_TEXT_LOGIN : PAGE_TEXT_PROBLEM));
    put(view, "<p>%s</p>\n", said(view, page->trouble));
    if (status == 401 || status == 403)
        put_login(view);
    view_end(view);
}

// A POST lets in who has the token, and sends them on.
static unsigned answer_login(struct page *page, struct request *request, struct answer *answer)
{
    const char *token = request->post ? request_field(request, "token") : NULL;
    if (request->post && gate_knows_token(&page->pages->gate, token) && gate_let_in(&page->pages->gate, answer->cookie)) {
        answer->location = request->language == PAGE_ZH ? "/?lang=zh" : request->chosen ? "/?lang=en" : "/";
        return 303;
    }
    if (request->post) {
        page->trouble = PAGE_TEXT_WRONG_TOKEN;
        return 403;
    }
    view_begin(&page->view, said(&page->view, PAGE_TEXT_LOGIN));
    if (request->known)
        view_note(&page->view, PAGE_TEXT_LOGGED_IN);
    else
        put_login(&page->view);
    view_end(&page->view);
    return 200;
}

// Path and query, as attributes have them; to be freed.
static char *address_of(const struct request *request)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs(request->path, out);
    if (request->name && *request->argument) {
        fputs("?", out);
        escape_query(out, request->name, request->argument);
    } else if (request->after > 0) {
        fprintf(out, "?after=%" PRId64, request->after);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static unsigned make(struct page *page, struct request *request, struct answer *answer)
{
    const struct route *route = find(request->path);
    unsigned status = keep_out(page->pages, request, route, &page->trouble);
    if (status == 0 && request->post && route->make) {
        page->trouble = PAGE_TEXT_BAD_REQUEST;
        return 405;
    }
    if (status == 0)
        status = route->make ? route->make(page) : answer_login(page, request, answer);
    return status;
}

// The page, or with a status that is known already its trouble.
static void write_answer(struct pages *pages, struct request *request, struct answer *answer, unsigned status,
                         enum page_text trouble)
{
    char *here = address_of(request);
    request->json = request->json && find(request->path)->make; // programs have the token
    *answer = (struct answer){.type = request->json ? "application/json" : "text/html; charset=utf-8", .page = true};
    FILE *out = here && random_text(answer->nonce, (NONCE_MAX - 1) / 2) ? answer_begin(answer) : NULL;
    if (out) {
        struct json json = {.out = out};
        struct page page = {
            .view = {.out = out, .source = pages->source, .language = request->language, .chosen = request->chosen,
                     .full = pages->mode == PAGE_FULL, .known = request->known, .here = here},
            .pages = pages, .request = request, .json = request->json ? &json : NULL, .trouble = trouble,
        };
        memcpy(page.view.nonce, answer->nonce, NONCE_MAX);
        answer->status = status ? status : make(&page, request, answer);
        if (answer->status != 200 && answer->status != 303)
            put_trouble(&page, answer->status);
        if (request->json)
            fputs("\n", out);
        answer_end(answer, out);
    }
    free(here);
}

void pages_answer(struct pages *pages, struct request *request, struct answer *answer)
{
    write_answer(pages, request, answer, 0, PAGE_TEXT_COUNT);
    explicit_bzero(request->form, sizeof request->form);
}

void pages_busy(struct pages *pages, const struct request *request, struct answer *answer)
{
    struct request copy = *request;
    write_answer(pages, &copy, answer, 503, PAGE_TEXT_BUSY);
}

unsigned page_outcome(struct page *page, int outcome, enum page_text none)
{
    if (outcome == 0)
        return 200;
    page->trouble = outcome == PAGE_NONE ? none : outcome == PAGE_ERASED ? PAGE_TEXT_ERASED : PAGE_TEXT_DATABASE;
    if (outcome > 0)
        return outcome == PAGE_ERASED ? 410 : 404;
    log_warning("a page could not be made: %s", fault_message());
    return 503;
}
