#include "base/print.h"

#include <string.h>

#include "base/utf8.h"

void print_json_string(FILE *out, const char *bytes, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size;) {
        unsigned char byte = (unsigned char)bytes[i];
        size_t length = utf8_character(bytes + i, size - i);
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
    if (!bytes) {
        fputs("null", out);
    } else if (utf8_whole(bytes, size)) {
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
        size_t length = utf8_character(bytes + i, size - i);
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
