#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"

// However long the daemon's own statements may take, a page is not worth it.
#define PATIENCE (3 * SECOND)

struct words page_words(struct page_teller *teller, enum page_language language)
{
    arena_reset(&teller->arena);
    for (size_t i = 0; i < sizeof teller->texts / sizeof *teller->texts; i++) {
        free(teller->texts[i]);
        teller->texts[i] = NULL;
    }
    return (struct words){teller->policy, language == PAGE_ZH ? LANGUAGE_ZH : LANGUAGE_EN, &teller->arena, false};
}

const char *page_copy(struct words *words, struct span text)
{
    return text.data ? words_text(words, text) : NULL;
}

int page_checked(const struct page_teller *teller, const struct words *words)
{
    if (words->failed)
        return fault(STATUS_NOMEM, "out of memory");
    return teller->interrupted ? fault(STATUS_UNAVAILABLE, "the daemon ends") : 0;
}

static void tell_instant(void *context, int64_t at_us, char text[PAGE_INSTANT_MAX])
{
    const struct page_teller *teller = context;
    struct arena arena;
    arena_init(&arena, 256);
    struct words words = {teller->policy, LANGUAGE_EN, &arena, false};
    const char *said = at_us > INSTANT_LAST ? NULL : words_instant(&words, at_us - ((at_us % SECOND) + SECOND) % SECOND);
    snprintf(text, PAGE_INSTANT_MAX, "%s", said ? said : "–");
    arena_free(&arena);
}

static void interrupt(void *context)
{
    struct page_teller *teller = context;
    teller->interrupted = true;
}

int page_teller_new(const struct postgres_settings *settings, const struct policy *policy, struct page_teller **made)
{
    struct page_teller *teller = *made = calloc(1, sizeof *teller);
    if (!teller)
        return fault(STATUS_NOMEM, "out of memory for the page");
    teller->source = (struct page_source){
        .context = teller,
        .overview = page_tell_overview,
        .customers = page_tell_customers,
        .customer = page_tell_customer,
        .reminders = page_tell_reminders,
        .records = page_tell_records,
        .record = page_tell_record,
        .instant = tell_instant,
        .interrupt = interrupt,
    };
    teller->postgres = *settings;
    teller->postgres.read_only = true;
    teller->postgres.connect_timeout = instant_earlier(settings->connect_timeout, PATIENCE);
    teller->postgres.statement_timeout = instant_earlier(settings->statement_timeout, PATIENCE);
    teller->postgres.lock_timeout = instant_earlier(settings->lock_timeout, PATIENCE);
    teller->policy = policy;
    arena_init(&teller->arena, 16384);
    arena_init(&teller->overview_arena, 16384);
    page_rates_init(&teller->rates);
    return 0;
}

void page_teller_free(struct page_teller *teller)
{
    if (!teller)
        return;
    vector_free(&teller->lanes);
    vector_free(&teller->owners);
    vector_free(&teller->days);
    vector_free(&teller->reasons);
    vector_free(&teller->customers);
    vector_free(&teller->reminders);
    vector_free(&teller->records);
    vector_free(&teller->points);
    vector_free(&teller->ticks);
    for (size_t i = 0; i < sizeof teller->texts / sizeof *teller->texts; i++)
        free(teller->texts[i]);
    arena_free(&teller->arena);
    arena_free(&teller->overview_arena);
    page_rates_free(&teller->rates);
    free(teller);
}

const struct page_source *page_teller_source(const struct page_teller *teller)
{
    return &teller->source;
}

void page_teller_look(struct page_teller *teller, const struct policy *policy)
{
    teller->policy = policy;
    page_rates_look(&teller->rates);
}
