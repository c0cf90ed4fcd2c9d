#include "base/print.h"

#include <string.h>

// Bytes of the UTF-8 character at `at`, 0 when there is none: overlong forms, surrogates and what lies
// beyond U+10FFFF are none.
static size_t character(const unsigned char *at, size_t left)
{
    if (at[0] < 0x80)
        return 1;
    size_t size = at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf5 ? 4 : 0;
    if (size == 0 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    unsigned char least = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char most = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    return at[1] < least || at[1] > most ? 0 : size;
}

void print_json_string(FILE *out, const char *bytes, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size;) {
        unsigned char byte = (unsigned char)bytes[i];
        size_t length = character((const unsigned char *)bytes + i, size - i);
        if (length == 0)
            fputs("\\ufffd", out);
        else if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else if (byte == '\n')
            fputs("\\n", out);
        else if (byte == '\t')
            fputs("\\t", out);
        else if (byte < 0x20 || byte == 0x7f)
            fprintf(out, "\\u%04x", byte);
        else
            fwrite(bytes + i, 1, length, out);
        i += length ? length : 1;
    }
    fputc('"', out);
}

void print_json_text(FILE *out, const char *text)
{
    if (text)
        print_json_string(out, text, strlen(text));
    else
        fputs("null", out);
}

void print_json_bytes(FILE *out, const char *bytes, size_t size)
{
    bool text = true;
    size_t length;
    for (size_t i = 0; bytes && i < size && text; i += length) {
        length = character((const unsigned char *)bytes + i, size - i);
        text = length > 0;
    }
    if (!bytes) {
        fputs("null", out);
    } else if (text) {
        print_json_string(out, bytes, size);
    } else {
        fputs("{\"hex\":\"", out);
        for (size_t i = 0; i < size; i++)
            fprintf(out, "%02x", (unsigned char)bytes[i]);
        fputs("\"}", out);
    }
}

void print_bytes(FILE *out, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size;) {
        unsigned char byte = (unsigned char)bytes[i];
        size_t length = character((const unsigned char *)bytes + i, size - i);
        // U+0080 to U+009F are control characters too.
        bool control = byte < 0x20 || byte == 0x7f ||
                       (length == 2 && byte == 0xc2 && (unsigned char)bytes[i + 1] < 0xa0);
        if (length == 0) {
            fprintf(out, "\\x%02x", byte);
            i++;
        } else if (control) {
            for (size_t end = i + length; i < end; i++)
                fprintf(out, "\\x%02x", (unsigned char)bytes[i]);
        } else {
            fwrite(bytes + i, 1, length, out);
            i += length;
        }
    }
}
