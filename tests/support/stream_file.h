// The file format of a stream of records: what is published, in the order in which it is published. One
// line a record, fields separated by TAB:
//
//   topic  partition  phase  key  headers  value
//
// `phase` counts from 0; a phase ends when its last record has been read by everybody. Key, headers and
// value stand as they are, except that control bytes and % are written %XX; "-" alone is null (a real
// dash is %2D), headers are NAME=VALUE joined by & (which are written %26 and %3D inside). Any tool that
// can split and unescape can publish it; the offset of a record is its count within its partition.
#ifndef GUANXI_TESTS_STREAM_FILE_H
#define GUANXI_TESTS_STREAM_FILE_H

#include <stdio.h>

#include "codec/record.h"

enum { STREAM_HEADERS_MAX = 16 };

struct stream_line {
    const char *topic;
    int32_t partition;
    int32_t phase;
    struct record record; // offset: 0 when written; by the reader: within its partition
};

void stream_write(FILE *file, const struct stream_line *line);

struct stream_reader;
struct stream_reader *stream_open(const char *path); // NULL: errno says why
void stream_close(struct stream_reader *reader);
// The next record, borrowed until the next call. 1 a record, 0 the end, -1 a line that is no such form.
int stream_read(struct stream_reader *reader, struct stream_line *line);

#endif
