// `guanxid due`: who waits for care, and who will soon.
#include "main/due.h"

#include "main/command.h"
#include "main/output.h"

#include "base/config.h"
#include "base/print.h"
#include "base/status.h"
#include "postgres/overview.h"

#include <string.h>

#define WITHIN_DEFAULT (7 * DAY)
#define WITHIN_MOST (36525 * DAY)

static int read_within(const struct given *given, duration *within)
{
    const char *text = given->values[OPTION_WITHIN];
    *within = WITHIN_DEFAULT;
    if (text && (duration_parse(text, within) != 0 || *within > WITHIN_MOST))
        return fault(STATUS_CONFIG, "--within %s: expected a whole number and its unit (d, h, min, s), as in 7d", text);
    return 0;
}

int accept_due(const struct given *given, int count, char *const *operands)
{
    duration within;
    int status = accept_output(given);
    if (status == 0)
        status = read_within(given, &within);
    return status ? status : accept_nothing(given, count, operands);
}

struct listing {
    struct words words;
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    enum table_form form;
    struct table table;
    bool begun; // nothing is printed before it is known that there is an answer
    struct arena owner_arena;
    struct span owner; // whose part of the list is under way
    int64_t open, upcoming;
};

static void begin_table(struct listing *listing)
{
    table_begin(&listing->table, stdout, listing->form, listing->columns, listing->column_count);
    listing->table.indent = 2;
    listing->begun = true;
}

// On a terminal each owner has a table, under the name.
static int turn_to(struct listing *listing, struct span owner)
{
    int status = 0;
    if (listing->begun && span_equal(listing->owner, owner))
        return 0;
    if (listing->begun) {
        status = table_end(&listing->table);
        fputs("\n", stdout);
    }
    arena_reset(&listing->owner_arena);
    listing->owner = owner.data ? arena_copy(&listing->owner_arena, owner) : owner;
    if (owner.data && !listing->owner.data)
        return fault(STATUS_NOMEM, "out of memory");
    struct span title = owner.data ? owner : span_text(phrase_text(listing->words.language, PHRASE_NO_OWNER));
    print_bytes(stdout, title.data, title.size);
    fputs("\n", stdout);
    begin_table(listing);
    return status;
}

const char *due_state(struct words *words, const struct due_line *line)
{
    enum language language = words->language;
    if (!line->open)
        return phrase_text(language, PHRASE_COMING_UP);
    if (line->at_risk)
        return phrase_text(language, PHRASE_LABEL_AT_RISK);
    if (line->acknowledged_at != INSTANT_NONE)
        return phrase_text(language, PHRASE_IN_HAND);
    if (line->snoozed_until > line->about.notice_at)
        return words_say(words, PHRASE_SNOOZED, "until", words_date(words, line->snoozed_until), NULL);
    return phrase_text(language, PHRASE_LABEL_OPEN);
}

struct span due_why(struct words *words, const struct about *about)
{
    struct span text = words->language == LANGUAGE_ZH ? sentence_zh(words->arena, words->policy, about)
                                                      : sentence_en(words->arena, words->policy, about);
    words->failed |= !text.data;
    return text;
}

static void put_text(struct listing *listing, const struct due_line *line)
{
    struct table *table = &listing->table;
    struct words *words = &listing->words;
    cell_span(table, line->about.customer_id);
    cell_span(table, line->name);
    table_string(table, words_reminder(words, line->about.kind));
    table_string(table, words_minute(words, line->about.due_at));
    table_string(table, words_date(words, line->opened_at));
    table_string(table, due_state(words, line));
    cell_span(table, due_why(words, &line->about));
}

static void put_data(struct listing *listing, const struct due_line *line)
{
    struct table *table = &listing->table;
    struct words *words = &listing->words;
    char id[37];
    uuid_text(line->reminder_id, id);
    cell_span(table, line->about.customer_id);
    cell_span(table, line->name);
    cell_span(table, line->owner);
    cell_span(table, line->manager);
    table_string(table, line->open ? id : NULL);
    table_string(table, reminder_kind_code(line->about.kind));
    table_string(table, line->open ? "open" : "upcoming");
    cell_instant(table, words, line->about.due_at);
    cell_instant(table, words, line->opened_at);
    cell_number(table, words, line->notices);
    cell_instant(table, words, line->acknowledged_at);
    cell_instant(table, words, line->snoozed_until);
    cell_bool(table, words, line->at_risk);
    cell_span(table, due_why(words, &line->about));
}

static int list_line(void *context, const struct due_line *line)
{
    struct listing *listing = context;
    bool text = listing->form == TABLE_TEXT;
    int status = text ? turn_to(listing, line->owner) : 0;
    if (!listing->begun)
        begin_table(listing);
    listing->open += line->open;
    listing->upcoming += !line->open;
    if (text)
        put_text(listing, line);
    else
        put_data(listing, line);
    arena_reset(listing->words.arena);
    return status == 0 && listing->words.failed ? fault(STATUS_NOMEM, "out of memory") : status;
}

static void set_columns(struct listing *listing)
{
    enum { NAME_MOST = 24 };
    enum language language = listing->words.language;
#define TITLE(NAME) phrase_text(language, PHRASE_##NAME)
    const struct table_column text[] = {
        {"", TITLE(LABEL_CUSTOMER), false, 0},    {"", TITLE(LABEL_NAME), false, NAME_MOST},
        {"", TITLE(LABEL_REMINDER), false, 0},    {"", TITLE(LABEL_DUE), false, 0},
        {"", TITLE(LABEL_SINCE), false, 0},       {"", TITLE(LABEL_STATE), false, 0},
        {"", TITLE(LABEL_WHY), false, 0},
    };
#undef TITLE
    static const char *const data[] = {"customer_id", "name", "owner", "manager", "reminder_id", "kind", "status",
                                       "due_at", "opened_at", "notices", "acknowledged_at", "snoozed_until",
                                       "at_risk", "why"};
    if (listing->form == TABLE_TEXT) {
        listing->column_count = sizeof text / sizeof *text;
        memcpy(listing->columns, text, sizeof text);
        return;
    }
    listing->column_count = sizeof data / sizeof *data;
    for (size_t i = 0; i < listing->column_count; i++)
        listing->columns[i] = (struct table_column){.name = data[i]};
}

static void tell_sum(struct listing *listing, instant until)
{
    struct words *words = &listing->words;
    if (listing->begun)
        fputs("\n", stdout);
    print_line(words_say(words, PHRASE_DUE_SUM, "open", words_number(words, listing->open), "upcoming",
                         words_number(words, listing->upcoming), "until", words_minute(words, until), NULL));
}

int command_due(struct command_context *context)
{
    struct arena arena;
    arena_init(&arena, 16384);
    struct listing listing = {
        .words = {&context->policy.policy, output_language(context->given), &arena, false},
        .form = output_form(context->given)};
    arena_init(&listing.owner_arena, 512);
    set_columns(&listing);
    duration within;
    instant until;
    int status = read_within(context->given, &within);
    if (status == 0)
        status = overview_due(&context->settings.postgres, listing.words.policy, context->given->values[OPTION_OWNER],
                              within, list_line, &listing, &until);
    if (status == 0 && !listing.begun && listing.form != TABLE_TEXT)
        begin_table(&listing);
    int ended = listing.begun ? table_end(&listing.table) : 0;
    if (status == 0 && listing.form == TABLE_TEXT)
        tell_sum(&listing, until);
    arena_free(&listing.owner_arena);
    arena_free(&arena);
    return status ? status : ended;
}
