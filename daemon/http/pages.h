// The pages: which there are, who may see them, and what each answers.
#ifndef GUANXI_DAEMON_HTTP_PAGES_H
#define GUANXI_DAEMON_HTTP_PAGES_H

#include "answer.h"
#include "request.h"
#include "token.h"
#include "view.h"

struct pages {
    enum page_mode mode;
    const struct page_source *source; // borrowed
    struct gate gate;
    int64_t started_us; // local clock
    _Atomic bool ready;
    _Atomic int64_t changed_us; // when it became so, or no more
};

// The texts of the settings are copied. 0, STATUS_CONFIG, STATUS_NOMEM; pages_free takes it in any case.
int pages_init(struct pages *pages, const struct page_settings *settings);
void pages_free(struct pages *pages);

// Looks whether the process is ready; to be called a few times a second.
void pages_look(struct pages *pages);

// Whether a path is one of a page; *name is what it calls its argument.
bool pages_have(const struct pages *pages, const char *path, const char **name);
// Whether the source is to be asked for the answer, so that it may take a while.
bool pages_ask(const struct pages *pages, const struct request *request);
// Answers; only where pages_ask says so is the source asked.
void pages_answer(struct pages *pages, struct request *request, struct answer *answer);
// Too many ask.
void pages_busy(struct pages *pages, const struct request *request, struct answer *answer);

// What each page writes: 200, or another status and nothing written but what `trouble` is to say.
struct page {
    struct view view;
    struct pages *pages;
    const struct request *request;
    struct json *json; // instead of HTML; NULL: HTML
    enum page_text trouble;
};
unsigned show_overview(struct page *page);
unsigned show_customers(struct page *page);
unsigned show_customer(struct page *page);
unsigned show_reminders(struct page *page);
unsigned show_quarantine(struct page *page);

// Of what a source answered: 200, or the status and the trouble for an outcome; `none`: what PAGE_NONE means.
unsigned page_outcome(struct page *page, int outcome, enum page_text none);

#endif
