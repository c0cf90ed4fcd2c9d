// The sections of the page that are about what holds, what comes, and what there is to do.
#include "explain_page.h"

// -------------------------------------------------------------------------------------------------- evidence

// What to say of the evidence of a level: where it holds, where it ran out, where there never was any.
static const struct {
    enum phrase good, over, none;
} proofs[LEVEL_COUNT + 1] = {
    [LEVEL_REACTIVE] = {PHRASE_INBOUND_GOOD, PHRASE_INBOUND_OVER, PHRASE_INBOUND_NONE},
    [LEVEL_ACCOUNTABLE] = {PHRASE_FOLLOWED_GOOD, PHRASE_FOLLOWED_OVER, PHRASE_FOLLOWED_NONE},
    [LEVEL_PROACTIVE] = {PHRASE_RHYTHM_GOOD, PHRASE_RHYTHM_OVER, PHRASE_RHYTHM_NONE},
};

static const char *proof(struct page *page, const struct explained_evidence *evidence)
{
    struct words *words = page->words;
    const struct customer *state = &page->made->state;
    if (evidence->since == INSTANT_NONE)
        return page_said(page, proofs[evidence->level].none);
    const char *at = words_instant(words, evidence->since), *until = words_instant(words, evidence->until);
    const char *rhythm = words_number(words, state->rhythm), *least = words_number(words, words->policy->rhythm_least);
    if (evidence->level == LEVEL_PROACTIVE && state->rhythm < words->policy->rhythm_least)
        return words_say(words, PHRASE_RHYTHM_SHORT, "rhythm", rhythm, "least", least, "at", at, NULL);
    return words_say(words, evidence->holds ? proofs[evidence->level].good : proofs[evidence->level].over, "rhythm",
                     rhythm, "at", at, "until", until, NULL);
}

static void put_evidence(struct page *page)
{
    static const struct table_column columns[] = {{.title = ""}, {.title = ""}, {.title = ""}};
    struct table table;
    page_table(page, &table, columns, 3, false);
    for (int level = LEVEL_REACTIVE; level <= LEVEL_COUNT; level++) {
        const struct explained_evidence *evidence = &page->made->evidence[level - 1];
        table_string(&table, words_level(page->words, level));
        table_string(&table, page_said(page, evidence->holds ? PHRASE_HOLDS : PHRASE_IS_MISSING));
        table_string(&table, proof(page, evidence));
    }
    page_table_end(page, &table);
}

static const char *missing_evidence(struct page *page, int level)
{
    struct words *words = page->words;
    const struct policy *policy = words->policy;
    switch (level) {
    case LEVEL_REACTIVE: return page_said(page, PHRASE_MISSING_INBOUND);
    case LEVEL_ACCOUNTABLE:
        return words_say(words, PHRASE_MISSING_FOLLOWED, "window", words_duration(words, policy->follow_up_window),
                         NULL);
    default:
        return words_say(words, PHRASE_MISSING_RHYTHM, "days", words_number(words, page->made->rhythm_lacks), "gap",
                         words_duration(words, policy->rhythm_gap), NULL);
    }
}

static void say_missing(struct page *page, int next)
{
    const struct explanation *made = page->made;
    struct words *words = page->words;
    int missing = 0;
    if (made->warmth_lacks > 0) {
        missing++;
        page_line(page, words_say(words, PHRASE_MISSING_WARMTH, "lacks", words_real(words, made->warmth_lacks, 2),
                                  "enter", words_real(words, words->policy->enter[next], 2), NULL));
    }
    for (int level = LEVEL_REACTIVE; level <= next; level++)
        if (!made->evidence[level - 1].holds) {
            missing++;
            page_line(page, missing_evidence(page, level));
        }
    if (missing == 0)
        page_line(page, page_said(page, PHRASE_MISSING_CONTACT));
}

void page_evidence(struct page *page)
{
    int next = page->made->state.level + 1;
    page_title(page, PHRASE_TITLE_EVIDENCE);
    put_evidence(page);
    if (next > LEVEL_COUNT) {
        page_line(page, page_said(page, PHRASE_AT_THE_TOP));
        return;
    }
    const char *title =
        words_say(page->words, PHRASE_TITLE_MISSING, "level", words_level(page->words, next), NULL);
    fprintf(page->out, "\n%s\n", title);
    say_missing(page, next);
}

// ---------------------------------------------------------------------------------------------------- future

static const char *reminder_words(struct words *words, const struct explained_reminder *reminder)
{
    const char *kind = words_reminder(words, reminder->kind);
    if (!reminder->promise_id.data)
        return words_say(words, PHRASE_WILL_REMIND, "kind", kind, NULL);
    return words_say(words, PHRASE_WILL_REMIND_PROMISE, "kind", kind, "promise",
                     words_text(words, reminder->promise_id), NULL);
}

static const char *foreseen_words(struct page *page, const struct foreseen *foreseen)
{
    struct words *words = page->words;
    if (!foreseen->opens)
        return words_say(words, PHRASE_WILL_FALL, "level", words_level(words, foreseen->step.transition.to), "cause",
                         page_fall(page, &foreseen->step, true), NULL);
    const char *reminder = reminder_words(words, &foreseen->reminder);
    instant manager = foreseen->reminder.manager_at, risk = foreseen->reminder.risk_at;
    if (manager == INSTANT_NONE || risk == INSTANT_NONE)
        return reminder;
    return words_say(words, PHRASE_WILL_ESCALATE, "reminder", reminder, "manager", words_date(words, manager), "risk",
                     words_date(words, risk), NULL);
}

void page_future(struct page *page)
{
    static const struct table_column columns[] = {{.title = ""}, {.title = ""}};
    const struct explanation *made = page->made;
    struct table table;
    page_title(page, PHRASE_TITLE_FUTURE);
    page_table(page, &table, columns, 2, false);
    for (size_t i = 0; i < made->future.count; i++) {
        table_string(&table, words_instant(page->words, made->future.items[i].at));
        table_string(&table, foreseen_words(page, &made->future.items[i]));
    }
    page_table_end(page, &table);
    if (made->future.count == 0)
        page_line(page, page_said(page, PHRASE_NOTHING_CHANGES));
}

// -------------------------------------------------------------------------------------------------- reminders

static const char *open_words(struct words *words, const struct explained_reminder *reminder)
{
    const struct care *care = &reminder->care;
    const char *text = words_say(words, PHRASE_OPEN_REMINDER, "kind", words_reminder(words, reminder->kind), "due",
                                 words_instant(words, care->due_at), "opened", words_instant(words, care->opened_at),
                                 "notices", words_number(words, care->notices), NULL);
    if (reminder->next_at != INSTANT_NONE)
        text = words_say(words, PHRASE_WITH_NEXT, "reminder", text, "at", words_instant(words, reminder->next_at), NULL);
    if (care->acknowledged_at != INSTANT_NONE)
        text = words_say(words, PHRASE_WITH_HAND, "reminder", text, "at", words_instant(words, care->acknowledged_at),
                         NULL);
    if (reminder->at_risk)
        text = words_say(words, PHRASE_WITH_RISK, "reminder", text, NULL);
    return text;
}

void page_reminders(struct page *page)
{
    const struct explanation *made = page->made;
    page_title(page, PHRASE_TITLE_REMINDERS);
    for (size_t i = 0; i < made->reminders.count; i++) {
        const struct explained_reminder *reminder = &made->reminders.items[i];
        page_line(page, open_words(page->words, reminder));
        page_line(page, words_say(page->words, PHRASE_INDENTED, "text",
                                  words_text(page->words, reminder->why[page->words->language]), NULL));
    }
    if (made->reminders.count == 0)
        page_line(page, page_said(page, PHRASE_NO_REMINDERS));
}

// -------------------------------------------------------------------------------------------------- promises

static void say_kept(struct page *page, enum phrase phrase, const struct explained_promises *promises)
{
    struct words *words = page->words;
    int all = promises->kept + promises->broken;
    if (all > 0)
        page_line(page, words_say(words, phrase, "kept", words_number(words, promises->kept), "all",
                                  words_number(words, all), "rate",
                                  words_percent(words, (double)promises->kept / all), NULL));
}

static void say_open(struct page *page, const struct promise *promise)
{
    struct words *words = page->words;
    const char *name = words_text(words, promise->id);
    if (promise->about.data)
        name = words_say(words, PHRASE_PROMISE_ABOUT, "promise", name, "about", words_text(words, promise->about), NULL);
    page_line(page, words_say(words, promise->by == BY_US ? PHRASE_PROMISED_BY_US : PHRASE_PROMISED_BY_CUSTOMER,
                              "promise", name, "due", words_instant(words, promise->due), NULL));
}

void page_promises(struct page *page)
{
    const struct explanation *made = page->made;
    if (made->promise_count == 0)
        return;
    page_title(page, PHRASE_TITLE_PROMISES);
    say_kept(page, PHRASE_KEPT_BY_US, &made->promises[BY_US]);
    say_kept(page, PHRASE_KEPT_BY_CUSTOMER, &made->promises[BY_CUSTOMER]);
    bool none = true;
    for (int by = BY_US; by <= BY_CUSTOMER; by++)
        none = none && made->promises[by].kept + made->promises[by].broken == 0;
    if (none)
        page_line(page, page_said(page, PHRASE_NO_OUTCOMES));
    for (size_t i = 0; i < made->promise_count; i++)
        if (made->promise_rows[i].promise.state == PROMISE_OPEN)
            say_open(page, &made->promise_rows[i].promise);
}

// ------------------------------------------------------------------------------------------------- objections

void page_objections(struct page *page)
{
    struct words *words = page->words;
    bool titled = false;
    for (int kind = 0; kind < OBJECTION_KIND_COUNT; kind++)
        for (int cause = CAUSE_COMPANY; cause <= CAUSE_CUSTOMER; cause++) {
            instant since = page->made->book.objections[kind][cause];
            if (since == INSTANT_NONE)
                continue;
            if (!titled)
                page_title(page, PHRASE_TITLE_OBJECTIONS);
            titled = true;
            page_line(page,
                      words_say(words, cause == CAUSE_COMPANY ? PHRASE_CAUSED_BY_COMPANY : PHRASE_CAUSED_BY_CUSTOMER,
                                "objection", words_objection(words, kind), "at", words_instant(words, since), NULL));
        }
}

// -------------------------------------------------------------------------------------------------- next steps

// The items of one list; *steps loses them.
static const char *items_of(struct page *page, uint64_t *steps, const char **list)
{
    const struct policy *policy = page->words->policy;
    const char *items = NULL;
    for (size_t i = 0; i < policy->item_count; i++) {
        const struct checklist_item *item = &policy->items[i];
        if (!(*steps >> i & 1) || (items && strcmp(item->list, *list) != 0))
            continue;
        const char *name = words_item(page->words, item);
        items = items ? words_say(page->words, PHRASE_JOINED, "left", items, "right", name, NULL) : name;
        *list = item->list;
        *steps &= ~(UINT64_C(1) << i);
    }
    return items;
}

void page_next(struct page *page)
{
    uint64_t steps = customer_next_steps(page->words->policy, &page->made->state);
    page_title(page, PHRASE_TITLE_NEXT);
    if (!steps)
        page_line(page, page_said(page, PHRASE_NEXT_NOTHING));
    while (steps) {
        const char *list = "";
        const char *items = items_of(page, &steps, &list);
        page_line(page, words_say(page->words, PHRASE_NEXT_OF_LIST, "list", list, "items", items, NULL));
    }
}

