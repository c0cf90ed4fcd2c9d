// A page on its way out: what it is written to, in which language, and the parts that pages share.
#ifndef GUANXI_DAEMON_HTTP_VIEW_H
#define GUANXI_DAEMON_HTTP_VIEW_H

#include <stdio.h>

#include "http/page.h"
#include "http/texts.h"
#include "token.h"

struct view {
    FILE *out;
    const struct page_source *source;
    enum page_language language;
    bool chosen;      // by the address, so that links go on in it
    bool full;        // pages about people are enabled
    bool known;       // whoever asks has the token
    const char *here; // path and query of this page without language, escaped for an attribute, for links to itself
    char nonce[NONCE_MAX];
};

// HTML with values, each escaped: see escape.h.
void put(const struct view *view, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *said(const struct view *view, enum page_text text);

// From the first byte to the heading, and the end.
void view_begin(const struct view *view, const char *title);
void view_end(const struct view *view);

// href="..." of a page of ours, with the language where it was chosen; name NULL: without a value.
void view_link(const struct view *view, const char *path, const char *name, const char *value);

void view_section(const struct view *view, enum page_text title); // <section>, its heading; to be closed by the caller
void view_note(const struct view *view, enum page_text text);     // a paragraph

// A table that scrolls by itself where it is too wide. Numbers stand right. Ends with PAGE_TEXT_COUNT.
struct view_column {
    enum page_text title;
    bool number;
};
void view_table(const struct view *view, const struct view_column *columns);
// The same, but on a narrow screen a row becomes a paragraph: for cells that need no title.
void view_cards(const struct view *view, const struct view_column *columns);
void view_table_end(const struct view *view);

// Cells.
void td_text(const struct view *view, const char *text);         // NULL: a dash
void td_word(const struct view *view, const char *text);         // the same of a few words that stay in a line
void td_count(const struct view *view, int64_t count);           // PAGE_UNKNOWN: a dash
void td_real(const struct view *view, double number, bool known); // one digit
void td_instant(const struct view *view, int64_t at_us);
void view_instant(const struct view *view, int64_t at_us);         // without the cell

#endif
