#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "base/print.h"
#include "http/page.h"

static void begin(struct json *json, const char *name)
{
    if (json->more)
        fputs(",", json->out);
    json->more = true;
    if (name)
        fprintf(json->out, "\"%s\":", name);
}

void doc_open(struct json *json, const char *name, char bracket)
{
    begin(json, name);
    fputc(bracket, json->out);
    json->more = false;
}

void doc_close(struct json *json, char bracket)
{
    fputc(bracket, json->out);
    json->more = true;
}

void doc_text(struct json *json, const char *name, const char *text)
{
    begin(json, name);
    print_json_text(json->out, text);
}

void doc_number(struct json *json, const char *name, int64_t number)
{
    begin(json, name);
    if (number == PAGE_UNKNOWN)
        fputs("null", json->out);
    else
        fprintf(json->out, "%" PRId64, number);
}

void doc_real(struct json *json, const char *name, double number, bool known)
{
    begin(json, name);
    if (known && isfinite(number))
        fprintf(json->out, "%.17g", number);
    else
        fputs("null", json->out);
}

void doc_bool(struct json *json, const char *name, bool value)
{
    begin(json, name);
    fputs(value ? "true" : "false", json->out);
}

void doc_instant(struct json *json, const char *name, int64_t at_us)
{
    char text[32];
    struct tm parts;
    time_t seconds = (time_t)(at_us / 1000000 - (at_us % 1000000 < 0));
    bool known = at_us != PAGE_UNKNOWN && gmtime_r(&seconds, &parts) &&
                 strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) > 0;
    doc_text(json, name, known ? text : NULL);
}

void doc_document(struct json *json, const char *name, const char *document)
{
    begin(json, name);
    fputs(document, json->out);
}
