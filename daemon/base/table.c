#include "base/table.h"

#include "base/print.h"
#include "base/status.h"
#include "base/width.h"

#include <stdlib.h>
#include <string.h>

// Rows that are aligned together. What comes behind them keeps their widths, so that any number goes through.
enum { BLOCK_ROWS = 500 };

static const char *const ellipsis = "…";
enum { GAP = 2 }; // blanks between columns

void table_begin(struct table *table, FILE *out, enum table_form form, const struct table_column *columns, size_t count)
{
    *table = (struct table){.out = out, .form = form, .titled = true, .columns = columns, .count = count};
    if (form == TABLE_TEXT) {
        table->text = open_memstream(&table->bytes, &table->size);
        table->failed = !table->text;
    }
    if (form == TABLE_JSON)
        fputs("[", out);
    for (size_t i = 0; form == TABLE_CSV && i < count; i++)
        fprintf(out, "%s%s%s", i ? "," : "", columns[i].name, i + 1 == count ? "\r\n" : "");
}

// --------------------------------------------------------------------------------------------------- CSV, JSON

// Quoted where it must be: RFC 4180.
static void csv_field(FILE *out, const char *text, size_t size)
{
    bool quoted = false;
    for (size_t i = 0; i < size && !quoted; i++)
        quoted = strchr("\",\r\n", text[i]) != NULL; // also for a NUL, which strchr finds
    if (!quoted) {
        fwrite(text, 1, size, out);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"')
            fputc('"', out);
        fputc(text[i], out);
    }
    fputc('"', out);
}

static void csv_cell(struct table *table, const char *text, size_t size)
{
    if (table->column)
        fputc(',', table->out);
    if (text)
        csv_field(table->out, text, size);
    if (table->column + 1 == table->count)
        fputs("\r\n", table->out);
}

static void json_cell(struct table *table, const char *text, size_t size, bool plain)
{
    FILE *out = table->out;
    fputs(table->column ? ", " : table->rows ? ",\n {" : "{", out);
    print_json_text(out, table->columns[table->column].name);
    fputs(": ", out);
    if (!text)
        fputs("null", out);
    else if (plain)
        fwrite(text, 1, size, out);
    else
        print_json_string(out, text, size);
    if (table->column + 1 == table->count)
        fputc('}', out);
}

// ------------------------------------------------------------------------------------------------------- text

static struct table_cell *cell_push(struct table *table)
{
    if (table->cell_count == table->cell_capacity) {
        size_t more = table->cell_capacity ? 2 * table->cell_capacity : 64;
        struct table_cell *moved = realloc(table->cells, more * sizeof *moved);
        if (!moved)
            return NULL;
        table->cells = moved;
        table->cell_capacity = more;
    }
    return &table->cells[table->cell_count++];
}

static void text_cell(struct table *table, const char *text, size_t size)
{
    struct table_cell *cell = table->failed ? NULL : cell_push(table);
    if (!cell) {
        table->failed = true;
        return;
    }
    cell->at = (size_t)ftello(table->text);
    print_bytes(table->text, text ? text : "-", text ? size : 1);
    off_t end = ftello(table->text);
    table->failed = ferror(table->text) || end < 0;
    cell->size = (size_t)end - cell->at;
}

// The bytes of a cell that are shown, and whether an ellipsis stands for the others.
static size_t shown(const struct table_column *column, const char *text, size_t size, bool *cut)
{
    *cut = column->most > 0 && text_columns(text, size) > column->most;
    return *cut ? text_within(text, size, column->most - 1) : size;
}

static void widen(struct table *table, size_t column, const char *text, size_t size)
{
    bool cut;
    size_t bytes = shown(&table->columns[column], text, size, &cut);
    size_t columns = text_columns(text, bytes) + cut;
    if (columns > table->widths[column])
        table->widths[column] = columns;
}

// Blanks wait for what stands behind them, so that no line ends with any.
static void write_cell(struct table *table, size_t column, bool first, const char *text, size_t size)
{
    bool cut, right = table->columns[column].right;
    size_t bytes = shown(&table->columns[column], text, size, &cut);
    size_t blanks = table->widths[column] - text_columns(text, bytes) - cut;
    table->blanks += (first ? table->indent : GAP) + (right ? blanks : 0);
    if (bytes > 0 || cut) {
        fprintf(table->out, "%*s%.*s%s", (int)table->blanks, "", (int)bytes, text, cut ? ellipsis : "");
        table->blanks = 0;
    }
    if (!right)
        table->blanks += blanks;
}

static void end_line(struct table *table)
{
    fputs("\n", table->out);
    table->blanks = 0;
}

// The cells of a row, or the titles where there are none.
static void write_row(struct table *table, const struct table_cell *cells)
{
    bool first = true;
    for (size_t i = 0; i < table->count; i++) {
        const char *title = table->columns[i].title;
        if (!title)
            continue;
        if (cells)
            write_cell(table, i, first, table->bytes + cells[i].at, cells[i].size);
        else
            write_cell(table, i, first, title, strlen(title));
        first = false;
    }
    end_line(table);
}

static void write_block(struct table *table)
{
    if (table->failed || fflush(table->text) != 0) {
        table->failed = true;
        return;
    }
    for (size_t i = 0; table->titled && i < table->count; i++)
        if (table->columns[i].title)
            widen(table, i, table->columns[i].title, strlen(table->columns[i].title));
    const struct table_cell *end = table->cells + table->cell_count;
    for (const struct table_cell *cell = table->cells; cell < end;)
        for (size_t i = 0; i < table->count; i++, cell++)
            widen(table, i, table->bytes + cell->at, cell->size);
    if (table->titled)
        write_row(table, NULL);
    table->titled = false;
    for (const struct table_cell *row = table->cells; row < end; row += table->count)
        write_row(table, row);
    table->cell_count = 0;
    rewind(table->text);
}

// ------------------------------------------------------------------------------------------------------- cells

static void put(struct table *table, const char *text, size_t size, bool plain)
{
    if (table->form == TABLE_CSV)
        csv_cell(table, text, size);
    else if (table->form == TABLE_JSON)
        json_cell(table, text, size, plain);
    else
        text_cell(table, text, size);
    if (++table->column < table->count)
        return;
    table->column = 0;
    if (++table->rows % BLOCK_ROWS == 0 && table->form == TABLE_TEXT)
        write_block(table);
}

void table_text(struct table *table, const char *text, size_t size)
{
    put(table, text, size, false);
}

void table_string(struct table *table, const char *text)
{
    put(table, text, text ? strlen(text) : 0, false);
}

void table_plain(struct table *table, const char *text)
{
    put(table, text, text ? strlen(text) : 0, true);
}

bool table_shows(const struct table *table)
{
    return table->form != TABLE_TEXT || table->columns[table->column].title;
}

int table_end(struct table *table)
{
    if (table->form == TABLE_JSON)
        fputs("]\n", table->out);
    if (table->form == TABLE_TEXT && table->cell_count > 0)
        write_block(table);
    if (table->text)
        fclose(table->text);
    free(table->bytes);
    free(table->cells);
    return table->failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}
