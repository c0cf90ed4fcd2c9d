// Records of CSV as RFC 4180 has it: fields separated by commas, in quotes where they hold commas, quotes (doubled) or
// line breaks.
#ifndef GUANXI_CODEC_CSV_H
#define GUANXI_CODEC_CSV_H

#include "codec/lines.h"

enum { CSV_FIELDS_MAX = 256, CSV_FAULT_MAX = 120 };

struct csv_record {
    int64_t line;     // its first
    int64_t next;     // the line behind it
    struct span text; // as it stands, without its end
    struct span fields[CSV_FIELDS_MAX];
    size_t count;     // a blank line has none
    char fault[CSV_FAULT_MAX]; // "", or what is wrong with it, and in which field; it then is one line
    bool too_long;    // the fault is that
};

struct csv;
// Reads from lines, which are borrowed. `limit`: bytes of a record at most. NULL when memory is out.
struct csv *csv_new(struct lines *lines, uint32_t limit);
void csv_free(struct csv *csv);

// 1: *record is the next one, borrowed until the next call; 0: there are no more; negative as lines_next. Of a quote
// that is never closed the line where it opens is at fault, and the next record begins behind that.
int csv_next(struct csv *csv, struct csv_record *record);

#endif
