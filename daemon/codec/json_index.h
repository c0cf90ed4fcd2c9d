// What simdjson does for us, behind a C interface: it checks UTF-8 and finds where the tokens of a JSON
// text begin, several bytes at a time and with the best instructions of the machine. Everything that is a
// rule (grammar, limits, strings, numbers) is ours, in json.c.
#ifndef GUANXI_CODEC_JSON_INDEX_H
#define GUANXI_CODEC_JSON_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum json_indexed {
    JSON_INDEXED = 0,
    JSON_INDEX_REFUSED = 1, // nothing there, an open string, a control character in a string, bad UTF-8
    JSON_INDEX_NOMEM = 2,
};

// Holds the index of the last text; one per thread.
struct json_index;
struct json_index *json_index_new(void); // NULL when memory is out
void json_index_free(struct json_index *index);

// Where tokens begin, in ascending order: every brace, bracket, colon and comma outside strings, the
// opening quote of every string, and the first byte of every other run that is not white space. Between the
// opening quote of a string and the next token there is its closing quote and then white space only.
// The positions belong to `index` and hold until its next use.
enum json_indexed json_index_text(struct json_index *index, const char *text, size_t size,
                                  const uint32_t **positions, uint32_t *count);

bool utf8_is_valid(const char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
