// An explanation for people. Times are those of the business.
#include "explain_page.h"

#include "base/print.h"
#include "base/status.h"

#include <math.h>

enum { LARGEST = 10 }; // contributions that are named

// ------------------------------------------------------------------------------------------------- the page

void page_line(struct page *page, const char *text)
{
    fputs("  ", page->out);
    print_bytes(page->out, text, strlen(text));
    fputs("\n", page->out);
}

static void title(struct page *page, const char *text)
{
    fprintf(page->out, "\n%s\n", text);
}

const char *page_said(const struct page *page, enum phrase phrase)
{
    return phrase_text(page->words->language, phrase);
}

void page_title(struct page *page, enum phrase phrase)
{
    title(page, page_said(page, phrase));
}

void page_table(struct page *page, struct table *table, const struct table_column *columns, size_t count, bool titled)
{
    table_begin(table, page->out, TABLE_TEXT, columns, count);
    table->titled = titled;
    table->indent = 2;
}

void page_table_end(struct page *page, struct table *table)
{
    page->failed |= table_end(table) != 0;
}

// A label and what there is to say; nothing where there is nothing.
static void put_fact(struct page *page, struct table *table, enum phrase label, const char *text)
{
    if (!text)
        return;
    table_string(table, page_said(page, label));
    table_string(table, text);
}

// -------------------------------------------------------------------------------------------------- summary

static void say_instant(struct page *page)
{
    const struct explanation *made = page->made;
    struct words *words = page->words;
    const char *at = words_instant(words, made->at);
    const char *read = made->read == INSTANT_NONE ? at : words_instant(words, made->read);
    const char *text;
    if (made->asked && made->at > made->read && made->read != INSTANT_NONE)
        text = words_say(words, PHRASE_AS_OF_AHEAD, "at", at, "read", read, NULL);
    else if (made->asked)
        text = words_say(words, PHRASE_AS_OF_PAST, "at", at, "read", read, NULL);
    else
        text = words_say(words, made->at > made->read ? PHRASE_AS_OF_EVENT : PHRASE_AS_OF, "at", at, NULL);
    print_bytes(page->out, text, strlen(text));
    fputs("\n", page->out);
}

static const char *since(struct words *words, const char *what, instant at)
{
    return words_say(words, PHRASE_SINCE, "what", what, "at", words_instant(words, at), NULL);
}

static const char *owner(struct words *words, const struct book *book)
{
    const char *name = words_text(words, book_text_span(&book->owner));
    if (book->owner.size == 0)
        return NULL;
    if (book->manager.size == 0)
        return name;
    return words_say(words, PHRASE_OWNED, "owner", name, "manager", words_text(words, book_text_span(&book->manager)),
                     NULL);
}

static const char *target(struct words *words, const struct customer *state)
{
    int level = customer_trait(state, TRAIT_TARGET), tier = customer_trait(state, TRAIT_TIER);
    if (!level)
        return NULL;
    enum phrase zone = state->level < level ? PHRASE_ZONE_UNDER : state->level == level ? PHRASE_ZONE_IN : PHRASE_ZONE_OVER;
    const char *name = words_tier(words, tier);
    return words_say(words, PHRASE_TARGETED, "level", words_level(words, level), "tier", name ? name : "-", "zone",
                     phrase_text(words->language, zone), NULL);
}

static const char *cycle(struct words *words, const struct customer *state)
{
    if (state->pram_cycle == 0)
        return NULL;
    const char *number = words_number(words, state->pram_cycle);
    const char *phase = words_phase(words, customer_trait(state, TRAIT_PHASE));
    if (state->agreement_at == INSTANT_NONE)
        return words_say(words, PHRASE_CYCLE, "cycle", number, "phase", phase, NULL);
    const char *at = words_date(words, state->agreement_at);
    if (state->agreement_until == INSTANT_NONE)
        return words_say(words, PHRASE_CYCLE_AGREED, "cycle", number, "phase", phase, "at", at, NULL);
    return words_say(words, PHRASE_CYCLE_AGREED_UNTIL, "cycle", number, "phase", phase, "at", at, "until",
                     words_date(words, state->agreement_until), NULL);
}

static void say_summary(struct page *page)
{
    static const struct table_column columns[] = {{.title = ""}, {.title = ""}};
    const struct customer *state = &page->made->state;
    const struct book *book = &page->made->book;
    struct words *words = page->words;
    struct table table;
    page_table(page, &table, columns, 2, false);
    put_fact(page, &table, PHRASE_LABEL_NAME, book->name.size ? words_text(words, book_text_span(&book->name)) : NULL);
    put_fact(page, &table, PHRASE_LABEL_OWNER, owner(words, book));
    put_fact(page, &table, PHRASE_LABEL_LEVEL, since(words, words_level(words, state->level), state->level_since));
    put_fact(page, &table, PHRASE_LABEL_TARGET, target(words, state));
    put_fact(page, &table, PHRASE_LABEL_STAGE, since(words, words_stage(words, state->stage), state->stage_since));
    put_fact(page, &table, PHRASE_LABEL_ENDED_BY, words_by(words, customer_trait(state, TRAIT_ENDED_BY) - 1));
    put_fact(page, &table, PHRASE_LABEL_PRAM, cycle(words, state));
    put_fact(page, &table, PHRASE_LABEL_LAST_CONTACT, words_instant(words, state->last_contact_at));
    put_fact(page, &table, PHRASE_LABEL_STYLE, words_style(words, customer_trait(state, TRAIT_STYLE)));
    put_fact(page, &table, PHRASE_LABEL_CHANNEL,
             book->channel.size ? words_text(words, book_text_span(&book->channel)) : NULL);
    put_fact(page, &table, PHRASE_LABEL_UNFIT, customer_unfit(state) ? page_said(page, PHRASE_UNFIT_IS) : NULL);
    page_table_end(page, &table);
}

// ---------------------------------------------------------------------------------------------------- steps

static const char *event_words(struct words *words, const struct explained_event *event)
{
    const char *type = words_type(words, event->rule), *side = words_side(words, event->side);
    return side ? words_say(words, PHRASE_SIDED, "type", type, "side", side, NULL) : type;
}

static const char *event_id(struct words *words, const struct explained_event *event)
{
    return words_say(words, PHRASE_IDENTIFIED, "source", words_text(words, event->source), "id",
                     words_text(words, event->id), NULL);
}

const char *page_fall(struct page *page, const struct explained_step *step, bool ahead)
{
    struct words *words = page->words;
    if (step->evidence)
        return words_say(words, ahead ? PHRASE_FALLS_BY_EVIDENCE : PHRASE_FELL_BY_EVIDENCE, "level",
                         words_level(words, step->evidence), NULL);
    return words_say(words, ahead ? PHRASE_FALLS_BY_WARMTH : PHRASE_FELL_BY_WARMTH, "leave",
                     words_real(words, words->policy->leave[step->transition.from], 2), NULL);
}

static bool is_of_level(const struct explained_step *step)
{
    return step->transition.kind == TRANSITION_LEVEL;
}

static void put_step(struct page *page, struct table *table, const struct explained_step *step)
{
    struct words *words = page->words;
    const struct explained_event *event = step->event ? &page->made->events.items[step->event - 1] : NULL;
    bool by_event = step->transition.detail == LEVEL_BY_EVENT;
    table_string(table, words_instant(words, step->at));
    table_string(table, words_level(words, step->transition.from));
    table_string(table, words_level(words, step->transition.to));
    table_string(table, by_event && event ? event_words(words, event) : page_fall(page, step, false));
    table_string(table, event ? event_id(words, event) : "");
}

static void say_steps(struct page *page)
{
    const struct table_column columns[] = {{.title = page_said(page, PHRASE_LABEL_AT)},
                                           {.title = page_said(page, PHRASE_LABEL_FROM)},
                                           {.title = page_said(page, PHRASE_LABEL_TO)},
                                           {.title = page_said(page, PHRASE_LABEL_CAUSE)},
                                           {.title = page_said(page, PHRASE_LABEL_SOURCE)}};
    const struct explanation *made = page->made;
    struct table table;
    page_title(page, PHRASE_TITLE_STEPS);
    page_table(page, &table, columns, sizeof columns / sizeof *columns, true);
    for (size_t i = 0; i < made->steps.count; i++)
        if (is_of_level(&made->steps.items[i]))
            put_step(page, &table, &made->steps.items[i]);
    size_t rows = table.rows;
    page_table_end(page, &table);
    if (rows == 0)
        page_line(page, words_say(page->words, PHRASE_NO_STEPS, "level", words_level(page->words, made->state.level), "at",
                                  words_instant(page->words, made->state.first_seen_at), NULL));
}

// ---------------------------------------------------------------------------------------------------- warmth

// Rounded so that the column adds up to the sum as it is shown: each stands for the difference of two rounded sums.
struct rounding {
    double exact, shown;
};

static double cents(double number)
{
    return round(number * 100) / 100;
}

static double up_to(struct rounding *rounding, double exact)
{
    double sum = cents(exact), part = sum - rounding->shown;
    rounding->exact = exact;
    rounding->shown = sum;
    return part;
}

static void put_weight(struct page *page, struct table *table, double weight, const struct explained_event *event,
                       const char *others)
{
    struct words *words = page->words;
    table_plain(table, words_real(words, weight, 2));
    table_plain(table, event ? words_real(words, event->points, event->points == trunc(event->points) ? 0 : 2) : "");
    table_string(table, event ? words_instant(words, event->at) : "");
    table_string(table, event ? event_words(words, event) : others);
    table_string(table, event ? event_id(words, event) : "");
}

static void put_weights(struct page *page, struct table *table)
{
    const struct explanation *made = page->made;
    struct rounding rounding = {0};
    size_t named = made->weights.count > LARGEST ? LARGEST : made->weights.count, others = made->weights.count - named;
    for (size_t i = 0; i < named; i++) {
        const struct explained_event *event = &made->events.items[made->weights.items[i]];
        bool last = i + 1 == made->weights.count;
        put_weight(page, table, up_to(&rounding, last ? made->warmth : rounding.exact + event->weight), event, NULL);
    }
    if (others > 0)
        put_weight(page, table, up_to(&rounding, made->warmth), NULL,
                   words_say(page->words, PHRASE_OTHERS, "count", words_number(page->words, (int64_t)others), NULL));
}

static void say_warmth(struct page *page)
{
    const struct table_column columns[] = {{.title = page_said(page, PHRASE_LABEL_WEIGHT), .right = true},
                                           {.title = page_said(page, PHRASE_LABEL_POINTS), .right = true},
                                           {.title = page_said(page, PHRASE_LABEL_AT)},
                                           {.title = page_said(page, PHRASE_LABEL_EVENT)},
                                           {.title = page_said(page, PHRASE_LABEL_SOURCE)}};
    struct words *words = page->words;
    struct table table;
    title(page, words_say(words, PHRASE_TITLE_WARMTH, "warmth", words_real(words, page->made->warmth, 2), "half_life",
                          words_duration(words, words->policy->half_life), NULL));
    page_table(page, &table, columns, sizeof columns / sizeof *columns, true);
    put_weights(page, &table);
    page_table_end(page, &table);
    if (page->made->weights.count == 0)
        page_line(page, page_said(page, PHRASE_NO_POINTS));
}

int explain_text(const struct explanation *explanation, struct words *words, FILE *out)
{
    struct page page = {.out = out, .words = words, .made = explanation};
    print_bytes(out, explanation->id.data, explanation->id.size);
    fputs("\n", out);
    say_instant(&page);
    fputs("\n", out);
    say_summary(&page);
    say_steps(&page);
    say_warmth(&page);
    page_evidence(&page);
    page_future(&page);
    page_reminders(&page);
    page_promises(&page);
    page_objections(&page);
    page_next(&page);
    page_value(&page);
    return page.failed || words->failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}
