#include "base/width.h"

#include <locale.h>
#include <pthread.h>
#include <stdint.h>
#include <wchar.h>

static locale_t widths;

static void find_widths(void)
{
    widths = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

// The character at the beginning of the text; *size is that of its bytes, 1 where they are none.
static uint32_t character(const unsigned char *text, size_t left, size_t *size)
{
    size_t length = text[0] < 0xc2 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : text[0] < 0xf5 ? 4 : 1;
    uint32_t code = length == 1 ? text[0] : text[0] & (0x7fU >> length);
    *size = 1;
    if (length > left)
        return text[0];
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return text[0];
        code = code << 6 | (text[i] & 0x3f);
    }
    *size = length;
    return code;
}

// Of a character that the locale does not know yet: what is added are mostly emoji.
static size_t columns_of(uint32_t code)
{
    int columns = wcwidth((wchar_t)code);
    if (columns >= 0)
        return (size_t)columns;
    return code >= 0x1f000 && code < 0x20000 ? 2 : 1;
}

// Columns of as much of the text as takes at most `most`; *within is how many bytes that is.
static size_t measure(const char *text, size_t size, size_t most, size_t *within)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_widths);
    locale_t before = uselocale(widths);
    size_t columns = 0, at = 0;
    while (at < size) {
        size_t length;
        size_t wide = columns_of(character((const unsigned char *)text + at, size - at, &length));
        if (columns + wide > most)
            break;
        columns += wide;
        at += length;
    }
    uselocale(before);
    *within = at;
    return columns;
}

size_t text_columns(const char *text, size_t size)
{
    size_t within;
    return measure(text, size, SIZE_MAX, &within);
}

size_t text_within(const char *text, size_t size, size_t columns)
{
    size_t within;
    measure(text, size, columns, &within);
    return within;
}
