// Tables on a terminal, in CSV and in JSON; and how wide text is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/width.h"

static const struct table_column columns[] = {
    {"customer_id", "customer", false, 0},
    {"name", "name", false, 8},
    {"hidden", NULL, false, 0},
    {"warmth", "warmth", true, 0},
    {"risk", "at risk", false, 0},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static char *output;
static size_t output_size;

static void add(struct table *table, const char *id, const char *name, const char *warmth, const char *risk)
{
    table_string(table, id);
    table_string(table, name);
    assert_int_equal(table_shows(table), table->form != TABLE_TEXT);
    table_string(table, "x");
    table_plain(table, warmth);
    table_plain(table, risk);
}

static void begin(struct table *table, enum table_form form)
{
    free(output);
    output = NULL;
    table_begin(table, open_memstream(&output, &output_size), form, columns, COLUMNS);
}

static void expect(struct table *table, const char *expected)
{
    FILE *out = table->out;
    assert_int_equal(table_end(table), 0);
    fclose(out);
    assert_string_equal(output, expected);
}

static size_t columns_of(const char *text)
{
    return text_columns(text, strlen(text));
}

static void text_is_as_wide_as_it_looks(void **state)
{
    (void)state;
    assert_int_equal(columns_of(""), 0);
    assert_int_equal(columns_of("abc"), 3);
    assert_int_equal(columns_of("王小明"), 6);
    assert_int_equal(columns_of("（一）。"), 8);
    assert_int_equal(columns_of("𠀀"), 2); // beyond 16 bits
    assert_int_equal(columns_of("e\u0301"), 1);
    assert_int_equal(columns_of("Ñandú–…"), 7);
    assert_int_equal(columns_of("😀"), 2);
    assert_int_equal(columns_of("\U0001faef"), 2); // not in every table of widths yet
    assert_int_equal(columns_of("👩\u200d💻"), 4);
    assert_int_equal(columns_of("한글"), 4);
    assert_int_equal(columns_of("\xff\xc3"), 2); // no text: a column a byte
}

static void text_is_cut_between_characters(void **state)
{
    (void)state;
    assert_int_equal(text_within("王小明", strlen("王小明"), 5), strlen("王小"));
    assert_int_equal(text_within("王小明", strlen("王小明"), 6), strlen("王小明"));
    assert_int_equal(text_within("e\u0301f", 4, 1), 3); // the accent stays with its letter
    assert_int_equal(text_within("abc", 3, 0), 0);
}

// The locale of the process does not matter, and is left alone.
static void widths_are_those_of_unicode_in_any_locale(void **state)
{
    (void)state;
    assert_non_null(setlocale(LC_ALL, "C"));
    assert_int_equal(columns_of("王"), 2);
    assert_string_equal(setlocale(LC_ALL, NULL), "C");
}

static void a_terminal_gets_aligned_columns(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_TEXT);
    add(&table, "li-na", "李娜", "12.5", "");
    add(&table, "x", NULL, "3", "yes");
    add(&table, "客户一", "e\u0301ric", "100", "");
    add(&table, "w", "北京某某有限公司", "0", NULL);
    expect(&table, "customer  name     warmth  at risk\n"
                   "li-na     李娜       12.5\n"
                   "x         -             3  yes\n"
                   "客户一    e\u0301ric        100\n"
                   "w         北京某…       0  -\n");
}

static void what_steers_a_terminal_does_not(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_TEXT);
    add(&table, "a\x1b[2J", "\xff", "1", "no");
    expect(&table, "customer  name  warmth  at risk\n"
                   "a\\x1b[2J  \\xff       1  no\n");
}

static void a_part_of_a_page_has_no_titles(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_TEXT);
    table.titled = false;
    table.indent = 4;
    add(&table, "a", "b", "1", "no");
    add(&table, "aa", "bb", "11", "yes");
    expect(&table, "    a   b    1  no\n"
                   "    aa  bb  11  yes\n");
}

// Any number of rows goes through; those that come later keep the widths that there are.
static void long_tables_come_in_blocks(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_TEXT);
    for (int i = 0; i < 1200; i++)
        add(&table, i == 700 ? "a-rather-long-one" : "c", "n", "1", "no");
    FILE *out = table.out;
    assert_int_equal(table_end(&table), 0);
    fclose(out);
    int lines = 0;
    for (const char *line = output; *line; line = strchr(line, '\n') + 1, lines++) {
        size_t length = strcspn(line, "\n");
        if (lines == 0)
            assert_true(strncmp(line, "customer  name", 14) == 0);
        else
            assert_int_equal(length, lines > 500 ? 35 : 26);
    }
    assert_int_equal(lines, 1201);
}

static void csv_quotes_what_must_be(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_CSV);
    add(&table, "a", "Smith, John", "1.5", "true");
    add(&table, "b", "the \"best\"", NULL, NULL);
    add(&table, "c", "two\nlines", "0", "false");
    add(&table, "李娜", "", "0", "false");
    expect(&table, "customer_id,name,hidden,warmth,risk\r\n"
                   "a,\"Smith, John\",x,1.5,true\r\n"
                   "b,\"the \"\"best\"\"\",x,,\r\n"
                   "c,\"two\nlines\",x,0,false\r\n"
                   "李娜,,x,0,false\r\n");
}

static void json_is_an_array_of_objects(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_JSON);
    add(&table, "a", "say \"hi\"", "1.5", "true");
    add(&table, "b", NULL, NULL, "false");
    expect(&table, "[{\"customer_id\": \"a\", \"name\": \"say \\\"hi\\\"\", \"hidden\": \"x\", \"warmth\": 1.5, "
                   "\"risk\": true},\n"
                   " {\"customer_id\": \"b\", \"name\": null, \"hidden\": \"x\", \"warmth\": null, \"risk\": false}]\n");
}

static void nothing_is_a_head_or_an_empty_array(void **state)
{
    (void)state;
    struct table table;
    begin(&table, TABLE_TEXT);
    expect(&table, "");
    begin(&table, TABLE_CSV);
    expect(&table, "customer_id,name,hidden,warmth,risk\r\n");
    begin(&table, TABLE_JSON);
    expect(&table, "[]\n");
}

static int free_output(void **state)
{
    (void)state;
    free(output);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_wide_as_it_looks),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(widths_are_those_of_unicode_in_any_locale),
        cmocka_unit_test(a_terminal_gets_aligned_columns),
        cmocka_unit_test(what_steers_a_terminal_does_not),
        cmocka_unit_test(a_part_of_a_page_has_no_titles),
        cmocka_unit_test(long_tables_come_in_blocks),
        cmocka_unit_test(csv_quotes_what_must_be),
        cmocka_unit_test(json_is_an_array_of_objects),
        cmocka_unit_test(nothing_is_a_head_or_an_empty_array),
    };
    return cmocka_run_group_tests(tests, NULL, free_output);
}
