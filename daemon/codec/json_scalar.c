// Strings and numbers of JSON.
#include "json.h"

// What a run of hexadecimal digits says, or -1.
static int32_t take_hex4(const char **at, const char *end)
{
    if (end - *at < 4) {
        return -1;
    }
    int32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        char c = (*at)[i];
        int digit;
        if (c >= '0' && c <= '9') {
            digit = c - '0';
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            digit = (c | 0x20) - 'a' + 10;
        } else {
            return -1;
        }
        unit = unit * 16 + digit;
    }
    *at += 4;
    return unit;
}

// The code point of an escape, `*at` behind its "\u"; a pair of surrogates is one, a lone one is -1.
static int32_t take_code_point(const char **at, const char *end)
{
    int32_t unit = take_hex4(at, end);
    if (unit < 0xd800 || unit > 0xdfff) {
        return unit;
    }
    if (unit > 0xdbff || end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u') {
        return -1;
    }
    *at += 2;
    int32_t low = take_hex4(at, end);
    if (low < 0xdc00 || low > 0xdfff) {
        return -1;
    }
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static char *put_utf8(char *to, int32_t code_point)
{
    if (code_point < 0x80) {
        *to++ = (char)code_point;
        return to;
    }
    if (code_point < 0x800) {
        *to++ = (char)(0xc0 | code_point >> 6);
    } else {
        if (code_point < 0x10000) {
            *to++ = (char)(0xe0 | code_point >> 12);
        } else {
            *to++ = (char)(0xf0 | code_point >> 18);
            *to++ = (char)(0x80 | (code_point >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (code_point >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (code_point & 0x3f));
    return to;
}

// The escape behind a backslash at *at, as a code point; -1 when there is no such escape.
static int32_t take_escape(const char **at, const char *end)
{
    if (*at == end) {
        return -1;
    }
    char c = *(*at)++;
    switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': return take_code_point(at, end);
    default: return -1;
    }
}

enum json_status json_unescape(struct arena *arena, struct span content, struct span *text)
{
    // No escape is shorter than what it stands for.
    char *start = arena_take(arena, content.size);
    if (!start) {
        return JSON_NOMEM;
    }
    char *to = start;
    const char *at = content.data;
    const char *end = content.data + content.size;
    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t run = (size_t)((backslash ? backslash : end) - at);
        memcpy(to, at, run);
        to += run;
        at += run;
        if (backslash) {
            at++;
            int32_t code_point = take_escape(&at, end);
            if (code_point <= 0) {
                return code_point == 0 ? JSON_NUL : JSON_NOT_JSON;
            }
            to = put_utf8(to, code_point);
        }
    }
    *text = span_of(start, (size_t)(to - start));
    return JSON_OK;
}

static bool skip_digits(const char **at, const char *end)
{
    const char *first = *at;
    while (*at < end && **at >= '0' && **at <= '9') {
        (*at)++;
    }
    return *at > first;
}

bool json_is_number(struct span text)
{
    const char *at = text.data;
    const char *end = text.data + text.size;
    if (at < end && *at == '-') {
        at++;
    }
    bool zero = at < end && *at == '0';
    if (zero) {
        at++;
    } else if (!skip_digits(&at, end)) {
        return false;
    }
    if (at < end && *at == '.') {
        at++;
        if (!skip_digits(&at, end)) {
            return false;
        }
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < end && (*at == '+' || *at == '-')) {
            at++;
        }
        if (!skip_digits(&at, end)) {
            return false;
        }
    }
    return at == end;
}
