#include "support/oracle.h"

static void put_string(FILE *out, struct span text)
{
    fputc('"', out);
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < 0x20)
            fprintf(out, "\\u%04x", byte);
        else if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", byte);
        else
            fputc(byte, out);
    }
    fputc('"', out);
}

void row_begin(FILE *out, const char *view)
{
    fprintf(out, "{\"view\":\"%s\"", view);
}

void row_text(FILE *out, const char *name, struct span text)
{
    fprintf(out, ",\"%s\":", name);
    if (text.data)
        put_string(out, text);
    else
        fputs("null", out);
}

void row_integer(FILE *out, const char *name, int64_t value)
{
    fprintf(out, ",\"%s\":%lld", name, (long long)value);
}

void row_instant(FILE *out, const char *name, instant at)
{
    if (at == INSTANT_NONE || at == INSTANT_NEVER)
        fprintf(out, ",\"%s\":null", name);
    else
        row_integer(out, name, at);
}

void row_real(FILE *out, const char *name, double value)
{
    fprintf(out, ",\"%s\":%.17g", name, value);
}

void row_bool(FILE *out, const char *name, bool value)
{
    fprintf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

void row_uuid(FILE *out, const char *name, const uint8_t uuid[16])
{
    char text[37];
    uuid_text(uuid, text);
    row_text(out, name, span_text(text));
}

void row_end(FILE *out)
{
    fputs("}\n", out);
}
