// Writing what may be any bytes to a stream: as JSON, or for a terminal. Numbers and brackets of JSON are
// printf's.
#ifndef GUANXI_BASE_PRINT_H
#define GUANXI_BASE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

// A JSON string of these bytes, which are UTF-8; what is no character of it is written as U+FFFD.
void print_json_string(FILE *out, const char *bytes, size_t size);
// The same of a NUL-terminated text; NULL gives null.
void print_json_text(FILE *out, const char *text);
// Bytes that may be no text at all: a string, {"hex":"..."} where they are not UTF-8, null for NULL.
void print_json_bytes(FILE *out, const char *bytes, size_t size);

// UTF-8 as it is, but control characters (which can steer a terminal) and what is no character as \xNN.
void print_bytes(FILE *out, const char *bytes, size_t size);

#endif
