// What base/print.h writes, byte for byte.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/print.h"

typedef void writer(FILE *out, const char *bytes, size_t size);

static void expect(writer *write, const char *bytes, size_t size, const char *json)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    write(out, bytes, size);
    fclose(out);
    assert_string_equal(text, json);
    free(text);
}

#define EXPECT(bytes, json) expect(print_json_string, bytes, sizeof(bytes) - 1, json)

static void strings_are_escaped(void **state)
{
    (void)state;
    EXPECT("", "\"\"");
    EXPECT("plain", "\"plain\"");
    EXPECT("a\"b\\c", "\"a\\\"b\\\\c\"");
    EXPECT("\n\t\r\0\x7f", "\"\\n\\t\\u000d\\u0000\\u007f\"");
    EXPECT("关系 😀", "\"关系 😀\"");
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    EXPECT("a\xff"
           "b",
           "\"a\\ufffdb\"");
    EXPECT("\xc0\x80", "\"\\ufffd\\ufffd\"");                       // overlong
    EXPECT("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");            // a surrogate
    EXPECT("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""); // beyond U+10FFFF
    EXPECT("\xe5\x85", "\"\\ufffd\\ufffd\"");                       // cut off
}

static void bytes_are_a_string_or_hexadecimal(void **state)
{
    (void)state;
    expect(print_json_bytes, NULL, 0, "null");
    expect(print_json_bytes, "", 0, "\"\"");
    expect(print_json_bytes, "{\"a\":\"\xe5\x85\xb3\"}", 11, "\"{\\\"a\\\":\\\"关\\\"}\"");
    expect(print_json_bytes, "a\xff\0", 3, "{\"hex\":\"61ff00\"}");
}

static void a_terminal_gets_no_control_characters(void **state)
{
    (void)state;
    expect(print_bytes, "关 ok", 6, "关 ok");
    expect(print_bytes, "\x1b[2J\n\x7f\xc2\x9b\xff", 9, "\\x1b[2J\\x0a\\x7f\\xc2\\x9b\\xff");
    expect(print_bytes, "\xc2\xa9", 2, "©");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(bytes_are_a_string_or_hexadecimal),
        cmocka_unit_test(a_terminal_gets_no_control_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
