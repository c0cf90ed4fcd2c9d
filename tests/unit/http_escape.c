// What values may say, in each place where a page has them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../daemon/http/escape.h"
#include "../../daemon/http/json.h"
#include "base/utf8.h"
#include "http/page.h"
#include "support/random.h"

static char *text;
static size_t size;

static FILE *begin(void)
{
    free(text);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    return out;
}

static const char *html(const char *value)
{
    FILE *out = begin();
    escape_html(out, value);
    fclose(out);
    return text;
}

static const char *query(const char *value)
{
    FILE *out = begin();
    escape_query(out, "q", value);
    fclose(out);
    return text;
}

static void put(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(FILE *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    escape_put(out, format, values);
    va_end(values);
}

static void html_and_attributes(void **state)
{
    (void)state;
    assert_string_equal(html("plain 张伟 é"), "plain 张伟 é");
    assert_string_equal(html("<script>alert('1' & \"2\")</script>"),
                        "&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;");
    assert_string_equal(html("a\tb\nc"), "a\tb\nc");
    assert_string_equal(html("\x1b[2J\r\x7f\x01"), "\\x1b[2J\\x0d\\x7f\\x01");
    assert_string_equal(html("\xc2\x85"), "\\xc2\\x85"); // a control character of two bytes
    assert_string_equal(html("\xff<\xc3\xe4\xbc"), "\\xff&lt;\\xc3\\xe4\\xbc");
    assert_string_equal(html("\xc0\xbcscript\xe0\x80\xbc\xed\xa0\x80\xf4\x90\x80\x80"),
                        "\\xc0\\xbcscript\\xe0\\x80\\xbc\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");
    assert_string_equal(html(NULL), "");
}

static void values_in_a_format(void **state)
{
    (void)state;
    FILE *out = begin();
    put(out, "<b class=\"%s\">%d %" PRId64 " %.2f</b>%s", "\"x\"", -1, INT64_MIN, 1.005, "<");
    fclose(out);
    assert_string_equal(text, "<b class=\"&quot;x&quot;\">-1 -9223372036854775808 1.00</b>&lt;");
}

static void queries(void **state)
{
    (void)state;
    assert_string_equal(query("aZ09-._~"), "q=aZ09-._~");
    assert_string_equal(query("a b&c=d#\"'<>%+/张"), "q=a%20b%26c%3Dd%23%22%27%3C%3E%25%2B%2F%E5%BC%A0");
    char form[] = "a+b%26%e5%BC%A0%zz%4";
    size_t left = unescape_form(form);
    assert_int_equal(left, strlen(form));
    assert_string_equal(form, "a b&张%zz%4");
}

// Of any bytes nothing remains that could end a text, an attribute or a tag, and what is shown is UTF-8.
static void any_bytes(void **state)
{
    (void)state;
    struct random random = {.state = (uint64_t)time(NULL)};
    print_message("seed %" PRIu64 "\n", random.state);
    for (int round = 0; round < 20000; round++) {
        char value[24];
        int length = (int)random_below(&random, sizeof value);
        for (int i = 0; i < length; i++)
            value[i] = random_below(&random, 3) ? "<>&\"'=\x80\xc3\xe5\xbc\xa0"[random_below(&random, 11)]
                                                : (char)(1 + random_below(&random, 255));
        value[length] = '\0';
        html(value);
        assert_true(utf8_whole(text, size));
        assert_null(strpbrk(text, "<>\"'"));
        for (const char *at = text; (at = strchr(at, '&')); at++)
            assert_true(strchr("algq#", at[1]) && strchr(at, ';'));
        query(value);
        assert_int_equal(strspn(text + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%"), size - 2);
        char back[3 * sizeof value + 1];
        snprintf(back, sizeof back, "%s", text + 2);
        unescape_form(back);
        assert_string_equal(back, value);
    }
}

static void documents(void **state)
{
    (void)state;
    struct json json = {.out = begin()};
    doc_open(&json, NULL, '{');
    doc_text(&json, "a", "</script>\"\\\n\x01");
    doc_text(&json, "b", NULL);
    doc_open(&json, "c", '[');
    doc_number(&json, NULL, -5);
    doc_number(&json, NULL, PAGE_UNKNOWN);
    doc_real(&json, NULL, 0.5, true);
    doc_real(&json, NULL, 0.5, false);
    doc_real(&json, NULL, (double)INFINITY, true);
    doc_close(&json, ']');
    doc_instant(&json, "d", INT64_C(1767225600999999));
    doc_instant(&json, "e", -1);
    doc_instant(&json, "f", PAGE_UNKNOWN);
    doc_bool(&json, "g", true);
    doc_document(&json, "h", "{}");
    doc_close(&json, '}');
    fclose(json.out);
    assert_string_equal(text, "{\"a\":\"</script>\\\"\\\\\\n\\u0001\",\"b\":null,\"c\":[-5,null,0.5,null,null],"
                        "\"d\":\"2026-01-01T00:00:00Z\",\"e\":\"1969-12-31T23:59:59Z\",\"f\":null,\"g\":true,\"h\":{}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_and_attributes), cmocka_unit_test(values_in_a_format), cmocka_unit_test(queries),
        cmocka_unit_test(any_bytes),           cmocka_unit_test(documents),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(text);
    return failed;
}
