// Options that only some commands take, one row each; a command names its own in the table of commands.
//
// X(NAME, "name", "VALUE", "help")
//   VALUE  what help calls its value; NULL: the option is given or not
#ifndef GUANXI_MAIN_COMMAND_OPTIONS_H
#define GUANXI_MAIN_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_OPTIONS(X) \
    X(JSON, "json", NULL, "data as JSON") \
    X(CONNECTIONS, "connections", NULL, "look at Kafka and PostgreSQL too") \
    X(STATE, "state", "STATE", "records that are held (the default), applied, discarded or any") \
    X(REASON, "reason", "CODE", "records with this reason") \
    X(TOPIC, "topic", "NAME", "records of this topic") \
    X(LIMIT, "limit", "N", "so many at most") \
    X(SAMPLE, "sample", "N", "just so many customers, always the same of them") \
    X(CUSTOMER, "customer", "ID", "this one alone") \
    X(ALL, "all", NULL, "all customers, whatever they stand under") \
    X(CSV, "csv", NULL, "data as CSV") \
    X(LANG, "lang", "en|zh", "the language of what is for people; English without it") \
    X(OWNER, "owner", "NAME", "of this owner; \"\" is nobody's") \
    X(LEVEL, "level", "LEVEL", "on this level, by number or code") \
    X(STAGE, "stage", "STAGE", "in this stage of life, by number or code") \
    X(TIER, "tier", "TIER", "of this tier") \
    X(AT_RISK, "at-risk", NULL, "at risk") \
    X(SORT, "sort", "ORDER", "id (without it), warmth, contact, due or spent: see above") \
    X(AT, "at", "INSTANT", "as it was then, or will be if nothing happens") \
    X(WITHIN, "within", "TIME", "also what falls due within it, as in 7d (without it)") \
    X(NAME, "name", "NAME", "what an import is called, to go on with it; without it as its file") \
    X(REJECTS, "rejects", "FILE", "where lines go that are not taken; FILE.rejects without it") \
    X(AGAIN, "again", NULL, "from the first line on, whatever was imported before") \
    X(ANNOUNCE, "announce", NULL, "tell of what is from before: changes, and open reminders as late announcements") \
    X(CUSTOMER_COLUMN, "customer-column", "NAME", "of CSV: who ordered") \
    X(DATE_COLUMN, "date-column", "NAME", "of CSV: the day or instant of an order") \
    X(AMOUNT_COLUMN, "amount-column", "NAME", "of CSV: its amount") \
    X(ID_COLUMN, "id-column", "NAME", "of CSV: its id; without it the date, and a number within the day") \
    X(CURRENCY, "currency", "CODE", "of CSV: that of all amounts; model.base_currency without it") \
    X(SOURCE, "source", "NAME", "of CSV: source of the events; \"csv\" without it") \
    X(AS_OF, "as-of", "DATE", "the calendar day at whose end to value; without it the present one") \
    X(FIT, "fit", NULL, "find the parameters of BG/NBD anew")

enum command_option {
#define X(NAME, name, value, help) OPTION_##NAME,
    COMMAND_OPTIONS(X)
#undef X
    COMMAND_OPTION_COUNT
};

// A set of them, as in `TAKES(JSON) | TAKES(LIMIT)`.
#define TAKES(NAME) (UINT64_C(1) << OPTION_##NAME)

// What was given; NULL: not given. An option without a value is "".
struct given {
    const char *values[COMMAND_OPTION_COUNT];
};

static inline bool is_given(const struct given *given, enum command_option option)
{
    return given->values[option] != NULL;
}

#endif
