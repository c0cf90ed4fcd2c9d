// `guanxid customer`: who there is, and all of one.
#include "main/customer.h"

#include "base/advice.h"
#include "base/status.h"
#include "codec/decode.h"

#include <string.h>

// ------------------------------------------------------------------------------------------------- the options

static const char *const sort_names[] = {
#define X(NAME, name, meaning) name,
    CUSTOMER_SORTS(X)
#undef X
        NULL};

static int find_name(const char *const *names, const char *name)
{
    for (int i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

// A level or a stage by its number or its code; -1: none.
static int find_code(const char *text, const char *(*code)(int number), int first, int end)
{
    int number = text[0] >= '0' && text[0] <= '9' && text[1] == '\0' ? text[0] - '0'
                                                                     : code_number(code, end, span_text(text));
    return number >= first && number < end ? number : -1;
}

static int read_filter(const struct given *given, struct customer_filter *filter)
{
    const char *level = given->values[OPTION_LEVEL], *stage = given->values[OPTION_STAGE];
    const char *tier = given->values[OPTION_TIER], *sort = given->values[OPTION_SORT];
    const char *limit = given->values[OPTION_LIMIT];
    char advice[ADVICE_MAX] = "";
    *filter = (struct customer_filter){.owner = given->values[OPTION_OWNER],
                                       .stage = -1,
                                       .at_risk = is_given(given, OPTION_AT_RISK)};
    if (level && (filter->level = find_code(level, level_code, LEVEL_BASIC, LEVEL_COUNT + 1)) < 0)
        return fault(STATUS_CONFIG, "--level knows no \"%s\": expected 1 to 4, or basic, reactive, accountable or "
                     "proactive", level);
    if (stage && (filter->stage = find_code(stage, stage_code, STAGE_ENDED, STAGE_COUNT)) < 0)
        return fault(STATUS_CONFIG, "--stage knows no \"%s\": expected 0 to 5, or ended, stranger, established, "
                     "evaluating, growing or mature", stage);
    if (tier && (filter->tier = find_code(tier, tier_code, TIER_ORDINARY, TIER_COUNT)) < 0)
        return fault(STATUS_CONFIG, "--tier knows no \"%s\": expected ordinary, rising, star or fading", tier);
    int sorted = sort ? find_name(sort_names, sort) : SORT_ID;
    if (sorted < 0) {
        advise_name(sort, sort_names, advice);
        return fault(STATUS_CONFIG, "--sort knows no \"%s\"%s: expected id, warmth, contact, due or spent", sort, advice);
    }
    filter->sort = (enum customer_sort)sorted;
    filter->limit = limit ? option_number(limit) : 0;
    if (limit && filter->limit == 0)
        return fault(STATUS_CONFIG, "--limit %s: expected a number from 1", limit);
    return 0;
}

// What only `list` takes.
static int accept_no_filter(const struct given *given)
{
    static const struct {
        enum command_option option;
        const char *name;
    } options[] = {{OPTION_OWNER, "owner"}, {OPTION_LEVEL, "level"}, {OPTION_STAGE, "stage"}, {OPTION_TIER, "tier"},
                   {OPTION_AT_RISK, "at-risk"}, {OPTION_SORT, "sort"}, {OPTION_LIMIT, "limit"}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (is_given(given, options[i].option))
            return fault(STATUS_CONFIG, "customer show takes no --%s: it is for customer list", options[i].name);
    return 0;
}

int accept_customer(const struct given *given, int count, char *const *operands)
{
    static const char *const actions[] = {"list", "show", NULL};
    struct customer_filter filter;
    if (count == 0)
        return fault(STATUS_CONFIG, "no action is given: expected list or show");
    char advice[ADVICE_MAX];
    if (find_name(actions, operands[0]) < 0) {
        advise_name(operands[0], actions, advice);
        return fault(STATUS_CONFIG, "customer knows no \"%s\"%s: expected list or show", operands[0], advice);
    }
    int status = accept_output(given);
    if (status != 0)
        return status;
    if (strcmp(operands[0], "list") == 0) {
        status = accept_nothing(given, count - 1, operands + 1);
        return status ? status : read_filter(given, &filter);
    }
    status = accept_id(count - 1, operands + 1);
    return status ? status : accept_no_filter(given);
}

int accept_id(int count, char *const *operands)
{
    if (count == 0)
        return fault(STATUS_CONFIG, "no customer is named: expected an id");
    if (!text_is_id(span_text(operands[0])))
        return fault(STATUS_CONFIG, "the id of a customer is 1 to 128 bytes of UTF-8 without control characters: what "
                     "is given is none");
    return accept_nothing(NULL, count - 1, operands + 1);
}

// ------------------------------------------------------------------------------------------------------- list

enum { TEXT_MOST = 24 }; // columns of a name on a terminal

struct listing {
    struct words words;
    enum table_form form;
    const struct table_column *columns;
    size_t column_count;
    struct table table;
    bool begun; // nothing is printed before it is known that there is an answer
};

static void begin_table(struct listing *listing)
{
    if (!listing->begun)
        table_begin(&listing->table, stdout, listing->form, listing->columns, listing->column_count);
    listing->begun = true;
}

static int list_line(void *context, const struct customer_line *line)
{
    struct listing *listing = context;
    struct table *table = &listing->table;
    struct words *words = &listing->words;
    bool text = listing->form == TABLE_TEXT;
    begin_table(listing);
    cell_span(table, line->id);
    cell_span(table, line->name);
    cell_span(table, line->owner);
    if (text)
        table_string(table, words_level(words, line->level));
    else
        cell_number(table, words, line->level);
    if (line->target)
        cell_number(table, words, line->target);
    else
        table_plain(table, NULL);
    cell_real(table, words, line->warmth, 2);
    if (text)
        table_string(table, words_stage(words, line->stage));
    else
        cell_number(table, words, line->stage);
    cell_code(table, words_tier(words, line->tier), tier_code(line->tier));
    if (text)
        table_string(table, words_date(words, line->last_contact_at));
    else
        cell_instant(table, words, line->last_contact_at);
    const char *kind = line->has_upcoming ? reminder_kind_code(line->upcoming.kind) : NULL;
    cell_code(table, kind ? words_reminder(words, line->upcoming.kind) : NULL, kind);
    instant due = line->has_upcoming ? line->upcoming.due_at : INSTANT_NONE;
    if (text)
        table_string(table, words_date(words, due));
    else
        cell_instant(table, words, due);
    cell_number(table, words, line->open_reminders);
    if (text)
        table_string(table, line->at_risk ? words_bool(words, true) : "");
    else
        cell_bool(table, words, line->at_risk);
    if (text)
        table_string(table, words_money(words, line->spent));
    else
        cell_number(table, words, line->spent);
    arena_reset(words->arena);
    return words->failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}

static int customer_list(struct command_context *context, struct arena *arena)
{
    enum language language = output_language(context->given);
#define TITLE(NAME) phrase_text(language, PHRASE_##NAME)
    const struct table_column columns[] = {
        {"customer_id", TITLE(LABEL_CUSTOMER), false, 0},
        {"name", TITLE(LABEL_NAME), false, TEXT_MOST},
        {"owner", TITLE(LABEL_OWNER), false, TEXT_MOST},
        {"level", TITLE(LABEL_LEVEL), false, 0},
        {"target_level", TITLE(LABEL_TARGET_SHORT), true, 0},
        {"warmth", TITLE(LABEL_WARMTH), true, 0},
        {"stage", TITLE(LABEL_STAGE_SHORT), false, 0},
        {"tier", TITLE(LABEL_TIER), false, 0},
        {"last_contact_at", TITLE(LABEL_LAST_CONTACT), false, 0},
        {"next_kind", TITLE(LABEL_NEXT), false, 0},
        {"next_due_at", TITLE(LABEL_DUE), false, 0},
        {"open_reminders", TITLE(LABEL_OPEN), true, 0},
        {"at_risk", TITLE(LABEL_AT_RISK), false, 0},
        {"spent", TITLE(LABEL_SPENT), true, 0},
    };
#undef TITLE
    struct listing listing = {.words = {&context->policy.policy, language, arena, false},
                              .form = output_form(context->given),
                              .columns = columns,
                              .column_count = sizeof columns / sizeof *columns};
    struct customer_filter filter;
    int status = read_filter(context->given, &filter);
    if (status != 0)
        return status;
    status = overview_customers(&context->settings.postgres, listing.words.policy, &filter, list_line, &listing);
    if (status == 0)
        begin_table(&listing);
    int ended = listing.begun ? table_end(&listing.table) : 0;
    if (status == 0 && listing.table.rows == 0 && listing.form == TABLE_TEXT)
        print_line(phrase_text(language, PHRASE_NO_CUSTOMERS));
    return status ? status : ended;
}

// ----------------------------------------------------------------------------------------------------- command

int customer_find(const struct command_context *context, const char *id, struct words *words,
                  struct overview_identity *identity)
{
    int status = overview_identity(&context->settings.postgres, span_text(id), words->arena, identity);
    if (status != 0)
        return status;
    if (identity->erased) {
        fprintf(stderr, "guanxid: %s was erased: nothing of it is kept\n", id);
        return EX_DATAERR;
    }
    if (span_equal(identity->customer, span_text(id)))
        return 0;
    const char *said =
        words_say(words, PHRASE_ALIAS, "asked", id, "customer", words_text(words, identity->customer), NULL);
    if (output_form(context->given) == TABLE_TEXT)
        print_line(said);
    else
        fprintf(stderr, "guanxid: %s\n", said);
    return 0;
}

int customer_unknown(const char *id, const struct overview_identity *identity)
{
    fprintf(stderr, "guanxid: there is no customer %s: no event of it has been counted%s\n", id,
            identity->hides_erased ? ", or it was erased, which only a login with guanxi_writer can tell" : "");
    return EX_DATAERR;
}

int command_customer(struct command_context *context)
{
    struct arena arena;
    arena_init(&arena, 16384);
    int status;
    if (strcmp(context->operands[0], "list") == 0) {
        status = customer_list(context, &arena);
    } else {
        struct words words = {&context->policy.policy, output_language(context->given), &arena, false};
        struct overview_identity identity;
        status = customer_find(context, context->operands[1], &words, &identity);
        if (status == 0)
            status = customer_show(context, &words, &identity);
    }
    arena_free(&arena);
    return status;
}
