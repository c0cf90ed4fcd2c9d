#include <time.h>

#include "../../daemon/codec/json.h"
#include "codec_fixture.h"

static struct json *json;
static struct arena arena;

static int setup(void **state)
{
    (void)state;
    json = json_new();
    arena_init(&arena, 4096);
    return json ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    json_free(json);
    arena_free(&arena);
    return 0;
}

static enum json_status parse_bytes(const char *bytes, size_t size, const struct json_token **tokens)
{
    struct span text = arena_copy(&arena, span_of(bytes, size));
    uint32_t fault;
    enum json_status status = json_parse(json, &arena, text, tokens, &fault);
    if (status) {
        assert_true(fault <= size);
    }
    return status;
}

static enum json_status parse(const char *text)
{
    const struct json_token *tokens;
    return parse_bytes(text, strlen(text), &tokens);
}

static const struct json_token *parse_good(const char *text)
{
    const struct json_token *tokens;
    if (parse_bytes(text, strlen(text), &tokens) != JSON_OK) {
        fail_msg("refused: %s", text);
    }
    return tokens;
}

static void tokens_of_a_document(void **state)
{
    (void)state;
    const struct json_token *tokens =
        parse_good(" { \"a\" : [ 1 , { } , [ ] ] , \"b\\u0041\" : \"x\\ny\" ,\"\":null } ");
    assert_int_equal(tokens[0].type, JSON_OBJECT);
    assert_int_equal(tokens[0].end, 7);
    assert_null(tokens[0].key.data);
    assert_span(tokens[1].key, "a");
    assert_int_equal(tokens[1].type, JSON_ARRAY);
    assert_int_equal(tokens[1].end, 5);
    assert_span(tokens[1].text, "[ 1 , { } , [ ] ]");
    assert_int_equal(tokens[2].type, JSON_NUMBER);
    assert_span(tokens[2].text, "1");
    assert_null(tokens[2].key.data);
    assert_int_equal(tokens[3].type, JSON_OBJECT);
    assert_span(tokens[3].text, "{ }");
    assert_int_equal(tokens[3].end, 4);
    assert_span(tokens[5].key, "bA");
    assert_span(tokens[5].text, "x\ny");
    assert_span(tokens[6].key, "");
    assert_int_equal(tokens[6].type, JSON_NULL);
}

static void any_value_is_a_document(void **state)
{
    (void)state;
    assert_int_equal(parse_good("true")->type, JSON_TRUE);
    assert_int_equal(parse_good(" false\n")->type, JSON_FALSE);
    assert_int_equal(parse_good("null")->type, JSON_NULL);
    assert_int_equal(parse_good("\"\"")->type, JSON_STRING);
    assert_int_equal(parse_good("-0.5e+10")->type, JSON_NUMBER);
    assert_int_equal(parse_good("[]")->type, JSON_ARRAY);
}

static void numbers_keep_their_text(void **state)
{
    (void)state;
    static const char *const good[] = {"0",        "-0",   "12.50",
                                       "1e999999", "1E-9", "123456789012345678901234567890.5",
                                       "0e0",      "0.10", "9007199254740993"};
    static const char *const bad[] = {"01",  "-",   "+1",   ".5",    "1.",       "1.e5",      "1e",
                                      "1e+", "--1", "0x10", "NaN",   "Infinity", "-Infinity", "1a",
                                      "1 2", "00",  "-01",  "1_000", "1\x0c",    "1e5.5"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_span(parse_good(good[i])->text, good[i]);
        char inside[128];
        snprintf(inside, sizeof inside, "[%s ,%s]", good[i], good[i]);
        assert_span(parse_good(inside)[2].text, good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (parse(bad[i]) != JSON_NOT_JSON) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
}

static void no_documents(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        " ",
        "\n",
        "{",
        "}",
        "[",
        "]",
        "{}}",
        "{}{}",
        "[]x",
        "{} x",
        "1 1",
        "\"a\"\"b\"",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1 \"b\":2}",
        "{\"a\" 1}",
        "{1:2}",
        "{a:1}",
        "{'a':1}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1}",
        "{\"a\":1]",
        "[1,,2]",
        "{\"a\":1,,\"b\":2}",
        "\"a",
        "\"a\\\"",
        "tru",
        "truex",
        "True",
        "nul",
        "nullnull",
        "\"a\"x",
        "1\"a\"",
        "\"\x01\"",
        "\"\t\"",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\\"",
        ":",
        ",",
        "[\"a\":1]",
        "{\"a\"::1}",
        "{\"a\":1:2}",
        "{\"a\",1}",
        "{:1}",
        "{\"a\":\"b\" \"c\"}",
        "// x\n1",
        "1 // x",
        "/**/1",
        "\xef\xbb\xbf{}",
        "\x0c{}",
        "{\x0b}",
        "[1\x0c]",
        "{\"a\"\0321}",
        "\xc2\xa0{}",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800x\"",
        "\"\\ud800\\n\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud83d\\u\"",
        "{\"\\ud800\":1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        enum json_status status = parse(bad[i]);
        if (status != JSON_NOT_JSON) {
            fail_msg("status %d: %s", (int)status, bad[i]);
        }
    }
}

static void escapes(void **state)
{
    (void)state;
    assert_span(parse_good("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"")->text, "\"\\/\b\f\n\r\t");
    assert_span(parse_good("\"\\u0041\\u00e9\\u4e2d\\ud83d\\ude00\\uD83D\\uDE00\"")->text, "Aé中😀😀");
    assert_span(parse_good("\"\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff\"")->text,
                "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
    assert_span(parse_good("\"\\\\u0000\"")->text, "\\u0000");
    assert_span(parse_good("\"中文 \x7f\"")->text, "中文 \x7f");
}

static void bad_utf8_goes_first(void **state)
{
    (void)state;
    static const char *const bad[] = {"\"\x80\"",         "\"\xc0\x80\"",
                                      "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
                                      "\"\xe4\xb8\"",     "\xff\xfe{}",
                                      "{\"\xff\":1}",     "{ \xff",
                                      "\"\xc3",           "{\"a\":1,\"a\":\"\xff\"}",
                                      "\"\\u0000\xff\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(bad[i]), JSON_BAD_UTF8);
    }
    const struct json_token *tokens;
    assert_int_equal(parse_bytes("\"\x00\xff\"", 4, &tokens), JSON_BAD_UTF8);
}

static void nul_anywhere(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } raw[] = {{"\0", 1},         {"\"a\0b\"", 5}, {"{}\0", 3},      {"\0{}", 3},
               {"{\"\0\":1}", 7}, {"[1\0]", 4},    {"{\"a\":\0}", 7}};
    for (size_t i = 0; i < sizeof raw / sizeof raw[0]; i++) {
        const struct json_token *tokens;
        assert_int_equal(parse_bytes(raw[i].text, raw[i].size, &tokens), JSON_NUL);
    }
    assert_int_equal(parse("\"\\u0000\""), JSON_NUL);
    assert_int_equal(parse("{\"a\\u0000\":1}"), JSON_NUL);
    assert_int_equal(parse("[[{\"x\":[\"\\u0000\"]}]]"), JSON_NUL);
}

static void depth(void **state)
{
    (void)state;
    char text[256];
    for (int levels = 30; levels <= 40; levels++) {
        memset(text, '[', (size_t)levels);
        memset(text + levels, ']', (size_t)levels);
        text[2 * levels] = '\0';
        assert_int_equal(parse(text), levels <= 32 ? JSON_OK : JSON_TOO_DEEP);
        text[2 * levels - 1] = '\0';
        assert_int_equal(parse(text), levels <= 32 ? JSON_NOT_JSON : JSON_TOO_DEEP);
    }
    assert_int_equal(parse("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1,{}]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
                     JSON_TOO_DEEP);
}

static void duplicate_keys(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"b\":2,\"a\":1}",
        "{\"\":1,\"\":1}",
        "{\"a\":1,\"\\u0061\":1}",
        "{\"x\":{\"a\":1,\"a\":2}}",
        "[1,[{\"a\":1,\"a\":2}]]",
        "{\"\\n\":1,\"\\u000A\":1}",
        "{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}",
        "{\"k\":{\"k\":{}},\"k\":1}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(bad[i]), JSON_DUPLICATE_KEY);
    }
    assert_int_equal(parse("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1},\"A\":[{\"a\":1},{\"a\":1}]}"),
                     JSON_OK);
    assert_int_equal(parse("{\"\xc3\xa9\":1,\"e\xcc\x81\":1}"), JSON_OK); // not normalised
}

// Objects of every size around the bound between the two ways to look, the repeated key at every place.
static void duplicate_keys_of_any_number(void **state)
{
    (void)state;
    for (int count = 2; count < 60; count++) {
        for (int twice = -1; twice < count - 1; twice++) {
            char text[1024];
            int size = snprintf(text, sizeof text, "{");
            for (int i = 0; i < count; i++) {
                size += snprintf(text + size, sizeof text - (size_t)size, "%s\"k%d\":[%d]", i ? "," : "",
                                 twice >= 0 && i == count - 1 ? twice : i, i);
            }
            snprintf(text + size, sizeof text - (size_t)size, "}");
            assert_int_equal(parse(text), twice >= 0 ? JSON_DUPLICATE_KEY : JSON_OK);
        }
    }
}

// Thousands of keys that agree in size and ends must not cost the square of their number.
static void many_keys_are_no_attack(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20, KEYS = 60000 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    size_t size = 0;
    text[size++] = '{';
    for (int i = 0; i < KEYS; i++) {
        size += (size_t)snprintf(text + size, SIZE - size, "%s\"a%05dz\":1", i ? "," : "", i);
    }
    text[size++] = '}';
    const struct json_token *tokens;
    clock_t start = clock();
    assert_int_equal(parse_bytes(text, size, &tokens), JSON_OK);
    assert_true(clock() - start < 2 * CLOCKS_PER_SEC); // the square takes a minute
    free(text);
}

static void long_texts_grow_the_memory(void **state)
{
    (void)state;
    enum { SIZE = 300000 };
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, ' ', SIZE);
    text[0] = '[';
    for (int i = 1; i < SIZE - 1; i++) {
        text[i] = i % 2 ? '7' : ',';
    }
    text[SIZE - 2] = '8';
    text[SIZE - 1] = ']';
    text[SIZE - 3] = '7';
    const struct json_token *tokens;
    assert_int_equal(parse_bytes(text, SIZE, &tokens), JSON_OK);
    assert_int_equal(tokens[0].end, tokens[0].text.size / 2);
    assert_int_equal(parse("{}"), JSON_OK);
    free(text);
}

static void no_memory_is_told(void **state)
{
    (void)state;
    struct arena none;
    arena_init(&none, SIZE_MAX - 8);
    const struct json_token *tokens;
    uint32_t fault;
    assert_int_equal(json_parse(json, &none, SPAN_LITERAL("\"a\\n\""), &tokens, &fault), JSON_NOMEM);
    assert_int_equal(json_parse(json, &none, SPAN_LITERAL("\"a\""), &tokens, &fault), JSON_OK);
    json_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_a_document),
        cmocka_unit_test(any_value_is_a_document),
        cmocka_unit_test(numbers_keep_their_text),
        cmocka_unit_test(no_documents),
        cmocka_unit_test(escapes),
        cmocka_unit_test(bad_utf8_goes_first),
        cmocka_unit_test(nul_anywhere),
        cmocka_unit_test(depth),
        cmocka_unit_test(duplicate_keys),
        cmocka_unit_test(duplicate_keys_of_any_number),
        cmocka_unit_test(many_keys_are_no_attack),
        cmocka_unit_test(long_texts_grow_the_memory),
        cmocka_unit_test(no_memory_is_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
