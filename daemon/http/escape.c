#include "escape.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const char *entity(char byte)
{
    switch (byte) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void escape_html(FILE *out, const char *text)
{
    size_t size = text ? strlen(text) : 0;
    while (size > 0) {
        const unsigned char *bytes = (const unsigned char *)text;
        size_t length = utf8_character(text, size);
        bool steers = (*bytes < 0x20 && *bytes != '\n' && *bytes != '\t') || *bytes == 0x7f ||
                      (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0);
        const char *safe = entity(*text);
        if (length == 0 || steers) {
            fprintf(out, "\\x%02x", *bytes);
            length = 1;
        } else if (safe) {
            fputs(safe, out);
        } else {
            fwrite(text, 1, length, out);
        }
        text += length;
        size -= length;
    }
}

void escape_put(FILE *out, const char *format, va_list values)
{
    while (*format) {
        size_t plain = strcspn(format, "%");
        fwrite(format, 1, plain, out);
        format += plain;
        if (strncmp(format, "%s", 2) == 0) {
            escape_html(out, va_arg(values, const char *));
            format += 2;
        } else if (strncmp(format, "%d", 2) == 0) {
            fprintf(out, "%d", va_arg(values, int));
            format += 2;
        } else if (strncmp(format, "%ld", 3) == 0) {
            fprintf(out, "%lld", (long long)va_arg(values, int64_t));
            format += 3;
        } else if (strncmp(format, "%.", 2) == 0 && format[2] >= '0' && format[2] <= '9' && format[3] == 'f') {
            fprintf(out, "%.*f", format[2] - '0', va_arg(values, double));
            format += 4;
        } else if (*format) {
            abort(); // no other directive is understood, and what comes next would be another value
        }
    }
}

void escape_query(FILE *out, const char *name, const char *value)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    fprintf(out, "%s=", name);
    for (; *value; value++) {
        if (strchr(plain, *value))
            fputc(*value, out);
        else
            fprintf(out, "%%%02X", (unsigned char)*value);
    }
}

static int digit(char text)
{
    if (text >= '0' && text <= '9')
        return text - '0';
    int lower = text | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

size_t unescape_form(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool coded = *from == '%' && digit(from[1]) >= 0 && digit(from[2]) >= 0;
        int byte = coded ? digit(from[1]) << 4 | digit(from[2]) : *from == '+' ? ' ' : *from;
        *to++ = (char)byte;
        from += coded ? 2 : 0;
    }
    *to = '\0';
    return (size_t)(to - text);
}
