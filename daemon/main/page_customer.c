// Customers for the page.
#include "app/explain.h"
#include "base/status.h"
#include "main/command.h"
#include "main/due.h"
#include "page.h"

#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------- the search

struct searching {
    struct page_teller *teller;
    struct words words;
    struct page_customers *made;
};

static int take_customer(void *context, const struct customer_line *line)
{
    struct searching *searching = context;
    struct words *words = &searching->words;
    if (searching->teller->customers.count == PAGE_LINES) {
        searching->made->more = true;
        return 0;
    }
    struct page_customer_line *made = vector_push(&searching->teller->customers);
    if (!made)
        return fault(STATUS_NOMEM, "out of memory");
    *made = (struct page_customer_line){
        .id = page_copy(words, line->id),
        .name = page_copy(words, line->name),
        .owner = page_copy(words, line->owner),
        .level = words_level(words, line->level),
        .next = line->has_upcoming ? words_reminder(words, line->upcoming.kind) : NULL,
        .warmth = line->warmth,
        .open_reminders = line->open_reminders,
        .next_due_us = line->has_upcoming ? line->upcoming.due_at : PAGE_UNKNOWN,
        .at_risk = line->at_risk,
    };
    return page_checked(searching->teller, words);
}

int page_tell_customers(void *context, enum page_language language, const char *text, struct page_customers *made)
{
    struct page_teller *teller = context;
    struct searching searching = {teller, page_words(teller, language), made};
    struct overview_identity identity = {0};
    struct customer_filter filter = {.stage = -1,
                                           .search = *text ? text : NULL,
                                           .sort = *text ? SORT_ID : SORT_DUE,
                                           .limit = PAGE_LINES + 1};
    vector_clear(&teller->customers);
    int status = overview_customers(&teller->postgres, searching.words.policy, &filter, take_customer, &searching);
    if (status == 0 && *text && teller->customers.count == 0) {
        // Whose id it was: who was merged is no customer any more.
        status = overview_identity(&teller->postgres, span_text(text), searching.words.arena, &identity);
        filter.search = status == 0 ? page_copy(&searching.words, identity.customer) : NULL;
        if (status == 0 && filter.search && strcmp(filter.search, text) != 0)
            status = overview_customers(&teller->postgres, searching.words.policy, &filter, take_customer, &searching);
    }
    made->lines = teller->customers.items;
    made->count = teller->customers.count;
    return status;
}

// -------------------------------------------------------------------------------------------- explanations

static int write_text(struct page_teller *teller, const struct explanation *made, struct words *words)
{
    size_t size;
    FILE *out = open_memstream(&teller->texts[0], &size);
    int status = out ? explain_text(made, words, out) : STATUS_NOMEM;
    if (!out || fclose(out) != 0)
        return fault(STATUS_NOMEM, "out of memory");
    return status;
}

static int write_json(struct page_teller *teller, const struct explanation *made, struct words *words, const char *asked)
{
    size_t size;
    FILE *out = open_memstream(&teller->texts[1], &size);
    int status = out ? explain_json(made, words, span_text(asked), out) : STATUS_NOMEM;
    if (!out || fclose(out) != 0)
        return fault(STATUS_NOMEM, "out of memory");
    return status;
}

// All that is told of the customer explained last.
static int tell_explained(struct page_teller *teller, struct explainer *explainer, struct words *words, const char *asked,
                          struct page_customer *made)
{
    const struct explanation *explanation = &explainer->made;
    struct valued valued;
    int status = overview_value(&teller->postgres, explanation->id, policy_day(words->policy, explanation->at),
                                words->arena, &valued);
    if (status != 0)
        return status;
    explain_valued(explainer, &valued);
    status = write_text(teller, explanation, words);
    if (status == 0)
        status = write_json(teller, explanation, words, asked);
    if (status == 0)
        status = page_tell_curve(teller, words, explainer, &made->curve);
    made->id = page_copy(words, explanation->id);
    made->name = page_copy(words, book_text_span(&explanation->book.name));
    made->merged = strcmp(asked, made->id) == 0 ? NULL : asked;
    made->text = teller->texts[0];
    made->json = teller->texts[1];
    return status ? status : page_checked(teller, words);
}

static int explain_one(struct store *store, struct explainer *explainer, const struct words *words, struct span id)
{
    int outcome = store->ops->reconnect(store);
    if (outcome == 0)
        outcome = explainer_init(explainer, words->policy, store);
    if (outcome == 0)
        outcome = explain(explainer, id, INSTANT_NONE);
    if (outcome == EXPLAIN_NONE)
        return PAGE_NONE;
    return outcome > 0 ? command_store_status(outcome) : outcome;
}

static int tell_with(struct page_teller *teller, struct explainer *explainer, struct words *words, struct span id,
                     const char *asked, struct page_customer *made)
{
    struct store *store = NULL;
    int status = postgres_store_open(&teller->postgres, &store);
    if (status == 0)
        status = explain_one(store, explainer, words, id);
    if (status == 0)
        status = tell_explained(teller, explainer, words, asked, made);
    explainer_free(explainer);
    if (store)
        store->ops->close(store);
    return status;
}

int page_tell_customer(void *context, enum page_language language, const char *id, struct page_customer *made)
{
    struct page_teller *teller = context;
    struct words words = page_words(teller, language);
    struct overview_identity identity;
    int status = overview_identity(&teller->postgres, span_text(id), words.arena, &identity);
    if (status == 0)
        status = identity.erased ? PAGE_ERASED : page_checked(teller, &words);
    if (status != 0)
        return status;
    struct explainer *explainer = calloc(1, sizeof *explainer); // large
    if (!explainer)
        return fault(STATUS_NOMEM, "out of memory");
    status = tell_with(teller, explainer, &words, identity.customer, id, made);
    free(explainer);
    return status;
}

// -------------------------------------------------------------------------------------------------- reminders

struct waiting {
    struct page_teller *teller;
    struct words words;
    struct page_reminders *made;
};

static int take_reminder(void *context, const struct due_line *line)
{
    struct waiting *waiting = context;
    struct words *words = &waiting->words;
    if (waiting->teller->reminders.count == PAGE_LINES) {
        waiting->made->more = true;
        return 0;
    }
    struct page_reminder *made = vector_push(&waiting->teller->reminders);
    if (!made)
        return fault(STATUS_NOMEM, "out of memory");
    *made = (struct page_reminder){
        .id = page_copy(words, line->about.customer_id),
        .name = page_copy(words, line->name),
        .kind = words_reminder(words, line->about.kind),
        .why = page_copy(words, due_why(words, &line->about)),
        .state = due_state(words, line),
        .due_us = line->about.due_at,
        .open = line->open,
        .at_risk = line->at_risk,
    };
    return page_checked(waiting->teller, words);
}

int page_tell_reminders(void *context, enum page_language language, const char *owner, struct page_reminders *made)
{
    struct page_teller *teller = context;
    struct waiting waiting = {teller, page_words(teller, language), made};
    instant until;
    vector_clear(&teller->reminders);
    int status = overview_due(&teller->postgres, waiting.words.policy, owner, 7 * DAY, take_reminder, &waiting, &until);
    made->reminders = teller->reminders.items;
    made->count = teller->reminders.count;
    return status;
}
