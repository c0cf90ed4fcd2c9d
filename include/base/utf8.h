// Which bytes are UTF-8: overlong forms, surrogates and what lies beyond U+10FFFF are not.
#ifndef GUANXI_BASE_UTF8_H
#define GUANXI_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

// Bytes of the character at `at`, of which `left` (at least 1) can be read; 0 when there is none.
size_t utf8_character(const char *at, size_t left);

// Whether all of it is.
bool utf8_whole(const char *text, size_t size);

#endif
