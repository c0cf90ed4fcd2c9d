// How much room text takes on a terminal: Chinese characters and most emoji take two columns, combining marks
// none. Widths are those of the locale C.UTF-8, whatever the locale of the process.
#ifndef GUANXI_BASE_WIDTH_H
#define GUANXI_BASE_WIDTH_H

#include <stddef.h>

// The columns of a text, which is UTF-8 without control characters (what is not takes one a byte). Terminals
// disagree on emoji that are joined from several: each counts by itself.
size_t text_columns(const char *text, size_t size);

// The bytes of the longest beginning of a text that takes at most so many columns, with the marks that belong to
// its last character.
size_t text_within(const char *text, size_t size, size_t columns);

#endif
