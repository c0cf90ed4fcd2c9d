// The parts of what the page is told.
#ifndef GUANXI_DAEMON_MAIN_PAGE_H
#define GUANXI_DAEMON_MAIN_PAGE_H

#include <pthread.h>

#include "app/vector.h"
#include "codec/words.h"
#include "main/page.h"
#include "page_rates.h"
#include "postgres/overview.h"

struct explainer;

struct page_teller {
    struct page_source source;
    struct postgres_settings postgres;
    _Atomic(const struct policy *) policy; // in force; a former one stays for an hour
    _Atomic bool interrupted;
    struct page_rates rates;

    struct arena arena; // of the last answer, but for the overview
    struct page_overview overview;
    struct arena overview_arena;
    VECTOR(struct page_lane) lanes;
    VECTOR(struct page_owner) owners;
    VECTOR(struct page_day) days;
    VECTOR(struct page_reason) reasons;
    int64_t fresh_until_us; // monotonic
    VECTOR(struct page_customer_line) customers;
    VECTOR(struct page_reminder) reminders;
    VECTOR(struct page_record) records;
    VECTOR(struct page_curve_point) points;
    VECTOR(struct page_tick) ticks;
    char *texts[2]; // of the last answer
};

enum { PAGE_LINES = 100 }; // of a list at most

// Begins an answer: what the last one was made of is gone.
struct words page_words(struct page_teller *teller, enum page_language language);
// A copy that ends with a NUL; NULL where there is none.
const char *page_copy(struct words *words, struct span text);
// 0, or what is to be returned: memory is out, or the daemon ends.
int page_checked(const struct page_teller *teller, const struct words *words);

int page_tell_overview(void *context, enum page_language language, const struct page_overview **made);
int page_tell_customers(void *context, enum page_language language, const char *text, struct page_customers *made);
int page_tell_customer(void *context, enum page_language language, const char *id, struct page_customer *made);
int page_tell_reminders(void *context, enum page_language language, const char *owner, struct page_reminders *made);
int page_tell_records(void *context, int64_t after, struct page_records *made);
int page_tell_record(void *context, int64_t id, struct page_record *made);

// The picture of warmth; of the customer explained last.
int page_tell_curve(struct page_teller *teller, struct words *words, const struct explainer *explainer,
                    struct page_curve *curve);

#endif
