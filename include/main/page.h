// What the page shows, told from the database by the overview's questions and the model's explanation, with a
// connection for each question: read-only, of short patience, and gone afterwards.
#ifndef GUANXI_MAIN_PAGE_H
#define GUANXI_MAIN_PAGE_H

#include "core/model.h"
#include "http/page.h"
#include "postgres/store.h"

struct page_teller;

// The settings' texts are borrowed. 0 or STATUS_NOMEM.
int page_teller_new(const struct postgres_settings *settings, const struct policy *policy, struct page_teller **made);
void page_teller_free(struct page_teller *teller);

const struct page_source *page_teller_source(const struct page_teller *teller);
// A few times a second: what is in force, and how fast lanes are.
void page_teller_look(struct page_teller *teller, const struct policy *policy);

#endif
