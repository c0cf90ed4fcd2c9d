// Lines of a text, and a digest by which a text is recognised that was read before.
#ifndef GUANXI_CODEC_LINES_H
#define GUANXI_CODEC_LINES_H

#include "codec/unpack.h"
#include "core/span.h"

struct line {
    int64_t number;   // from 1
    struct span text; // without its end (LF or CR LF); borrowed until the next call
    bool too_long;    // longer than the limit: `text` is how it begins
};

struct lines;
// Reads from the unpacker, which is borrowed. `limit`: bytes of a line at most. NULL when memory is out.
struct lines *lines_new(struct unpacker *unpacker, uint32_t limit);
void lines_free(struct lines *lines);

// 1: *line is the next one; 0: there are no more; negative as unpacker_read. A byte order mark before the first line
// is passed over. Of a text that ends in the middle of being unpacked the last line, cut off, is not given.
int lines_next(struct lines *lines, struct line *line);

// A digest of lines, one after the other: of as many lines of the same text always the same, whether the last one
// had its end by then or not.
struct line_digest;
struct line_digest *line_digest_new(void); // NULL when memory is out
void line_digest_free(struct line_digest *digest);
void line_digest_add(struct line_digest *digest, const struct line *line);
int64_t line_digest_value(const struct line_digest *digest); // of all that were added

#endif
