// Rows of data for people and for programs: aligned on a terminal, as CSV (RFC 4180), or as an array of JSON
// objects.
#ifndef GUANXI_BASE_TABLE_H
#define GUANXI_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum table_form { TABLE_TEXT, TABLE_CSV, TABLE_JSON };

struct table_column {
    const char *name;  // heads CSV, names the member in JSON
    const char *title; // heads it on a terminal; NULL: it is left out there
    bool right;        // on a terminal: aligned to the right
    size_t most;       // columns of a terminal: what is wider is cut, which an ellipsis shows; 0: as it is
};

enum { TABLE_COLUMNS_MAX = 32 };

struct table_cell {
    size_t at, size; // in `bytes`
};

struct table {
    FILE *out;
    enum table_form form;
    bool titled;      // on a terminal: with a line of titles
    size_t indent;    // on a terminal: blanks before each line
    const struct table_column *columns; // borrowed
    size_t count;
    size_t column; // of the next cell
    size_t rows;   // so far

    // On a terminal the rows of a block wait until their widths are known; they are widths of the next at least.
    FILE *text; // what fills `bytes`
    char *bytes;
    size_t size;
    struct table_cell *cells;
    size_t cell_count, cell_capacity;
    size_t widths[TABLE_COLUMNS_MAX];
    size_t blanks; // owed to the line
    bool failed; // memory was out
};

void table_begin(struct table *table, FILE *out, enum table_form form, const struct table_column *columns,
                 size_t count);

// The next cell; a row is at its end with its last. UTF-8, of which control characters and what is no text are
// shown as print.h has it. NULL: nothing is known, which a terminal shows as a dash.
void table_text(struct table *table, const char *text, size_t size);
void table_string(struct table *table, const char *text);
// A number, true or false: as JSON writes it, unquoted.
void table_plain(struct table *table, const char *text);

// Whether a cell of the column that comes next is shown at all; else it need not be worked out, and any text does.
bool table_shows(const struct table *table);

// Writes what is left; an array without elements, a head without rows. 0 or STATUS_NOMEM. To be called in any case.
int table_end(struct table *table);

#endif
