// A JSON document, member by member.
#ifndef GUANXI_DAEMON_HTTP_JSON_H
#define GUANXI_DAEMON_HTTP_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *out;
    bool more; // a comma is due
};

// `name` NULL: an element of an array, or the document.
void doc_open(struct json *json, const char *name, char bracket);
void doc_close(struct json *json, char bracket);
void doc_text(struct json *json, const char *name, const char *text);   // NULL: null
void doc_number(struct json *json, const char *name, int64_t number);   // PAGE_UNKNOWN: null
void doc_real(struct json *json, const char *name, double number, bool known);
void doc_bool(struct json *json, const char *name, bool value);
void doc_instant(struct json *json, const char *name, int64_t at_us);   // RFC 3339, in UTC; PAGE_UNKNOWN: null
void doc_document(struct json *json, const char *name, const char *document); // one that is written already

#endif
