// An explanation on its way to people: sections with a title, lines and tables.
#ifndef GUANXI_APP_EXPLAIN_PAGE_H
#define GUANXI_APP_EXPLAIN_PAGE_H

#include "app/explain.h"
#include "base/table.h"

struct page {
    FILE *out;
    struct words *words;
    const struct explanation *made;
    bool failed;
};

const char *page_said(const struct page *page, enum phrase phrase);
void page_title(struct page *page, enum phrase phrase);
void page_line(struct page *page, const char *text);
void page_table(struct page *page, struct table *table, const struct table_column *columns, size_t count, bool titled);
void page_table_end(struct page *page, struct table *table);

// Why the level fell, or will.
const char *page_fall(struct page *page, const struct explained_step *step, bool ahead);

// Sections.
void page_evidence(struct page *page); // and what is missing for the next level
void page_future(struct page *page);
void page_reminders(struct page *page);
void page_promises(struct page *page);
void page_objections(struct page *page);
void page_next(struct page *page);
void page_value(struct page *page);

#endif
