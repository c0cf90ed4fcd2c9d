#include "main/output.h"

#include "base/advice.h"
#include "base/print.h"
#include "base/status.h"
#include "codec/time.h"
#include "codec/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int accept_output(const struct given *given)
{
    const char *language = given->values[OPTION_LANG];
    if (language && language_named(language) < 0)
        return fault(STATUS_CONFIG, "--lang knows no \"%s\": expected en or zh", language);
    if (is_given(given, OPTION_JSON) && is_given(given, OPTION_CSV))
        return fault(STATUS_CONFIG, "--json and --csv exclude each other: leave one out");
    return 0;
}

enum table_form output_form(const struct given *given)
{
    return is_given(given, OPTION_JSON) ? TABLE_JSON : is_given(given, OPTION_CSV) ? TABLE_CSV : TABLE_TEXT;
}

enum language output_language(const struct given *given)
{
    const char *language = given->values[OPTION_LANG];
    return language ? (enum language)language_named(language) : LANGUAGE_EN;
}

int64_t option_number(const char *text)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' && *text >= '0' && *text <= '9' ? number : 0;
}

void cell_instant(struct table *table, struct words *words, instant at)
{
    char text[TIME_TEXT_MAX];
    if (table->form == TABLE_TEXT)
        table_string(table, words_instant(words, at));
    else if (table->form == TABLE_CSV || at == INSTANT_NONE)
        table_string(table, words_rfc3339(words, at));
    else
        table_text(table, text, (size_t)time_format(at, text));
}

void cell_span(struct table *table, struct span text)
{
    table_text(table, text.data, text.size);
}

void cell_number(struct table *table, struct words *words, int64_t number)
{
    table_plain(table, words_number(words, number));
}

void cell_real(struct table *table, struct words *words, double number, int digits)
{
    if (table->form == TABLE_TEXT) {
        table_plain(table, words_real(words, number, digits));
        return;
    }
    struct writer writer;
    writer_init(&writer, words->arena);
    write_real(&writer, number);
    struct span text = writer_finish(&writer);
    words->failed |= !text.data;
    table_plain(table, text.data);
}

void cell_bool(struct table *table, struct words *words, bool value)
{
    if (table->form == TABLE_TEXT)
        table_string(table, words_bool(words, value));
    else
        table_plain(table, value ? "true" : "false");
}

void cell_code(struct table *table, const char *word, const char *code)
{
    table_string(table, table->form == TABLE_TEXT ? word : code);
}

void print_line(const char *text)
{
    print_bytes(stdout, text, strlen(text));
    fputs("\n", stdout);
}
