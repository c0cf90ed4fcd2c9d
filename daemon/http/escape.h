// Texts that may say anything, as parts of HTML, of attributes in quotes, and of URLs.
#ifndef GUANXI_DAEMON_HTTP_ESCAPE_H
#define GUANXI_DAEMON_HTTP_ESCAPE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// Fit for HTML and for an attribute in quotes. Control characters but line feed and tab, and what is not UTF-8, show
// as \xNN. NULL is nothing.
void escape_html(FILE *out, const char *text);

// A printf that knows %s, %d, %ld (int64_t) and %.Nf: the format is HTML, and %s is escaped for it.
void escape_put(FILE *out, const char *format, va_list values) __attribute__((format(printf, 2, 0)));

// "name=value" for a query, in an attribute too.
void escape_query(FILE *out, const char *name, const char *value);

// Undoes the encoding of a query or form in place: '+' and %NN. Its size.
size_t unescape_form(char *text);

#endif
