// How a command that shows something was asked to show it: --json, --csv, --lang.
#ifndef GUANXI_MAIN_OUTPUT_H
#define GUANXI_MAIN_OUTPUT_H

#include "base/table.h"
#include "codec/words.h"
#include "main/command_options.h"

#include <sysexits.h>

// 0, or STATUS_CONFIG: a language that is none, or JSON and CSV together.
int accept_output(const struct given *given);

// Of what was accepted. Without --lang it is English.
enum table_form output_form(const struct given *given);
enum language output_language(const struct given *given);

// A positive number written in digits alone; 0: the text is none.
int64_t option_number(const char *text);

// A cell of a table: an instant as people read it, or as RFC 3339: local in CSV, UTC in JSON.
void cell_instant(struct table *table, struct words *words, instant at);
void cell_span(struct table *table, struct span text);
void cell_number(struct table *table, struct words *words, int64_t number);
void cell_real(struct table *table, struct words *words, double number, int digits); // digits: for people
// For people a word, else true or false.
void cell_bool(struct table *table, struct words *words, bool value);
// For people a word, else a code; NULL: unknown.
void cell_code(struct table *table, const char *word, const char *code);

// A line for people; what steers a terminal is not let through.
void print_line(const char *text);

#endif
