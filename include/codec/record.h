// A record as it stands in a topic. Everything is borrowed from whoever read it.
#ifndef GUANXI_CODEC_RECORD_H
#define GUANXI_CODEC_RECORD_H

#include "core/span.h"

struct record_header {
    struct span name;
    struct span value; // data == NULL: null
};

struct record {
    int64_t offset;
    int64_t timestamp_ms; // of the record, -1 when it has none
    struct span key;      // data == NULL: null
    struct span value;    // data == NULL: null (a tombstone)
    size_t header_count;
    const struct record_header *headers;
};

// A digest of key, value, the first headers and timestamp by which a record is recognised later: the anchor of
// a lane.
enum { RECORD_DIGEST_HEADERS = 32 };
int64_t record_digest(const struct record *record);

// The headers in a self-delimiting packed form (u16 count, then u16 size + name, i32 size + value with
// -1 for null; little-endian), for the quarantine. record_pack_headers returns the size needed and writes
// when `capacity` holds it. record_unpack_headers returns the number of headers (at most `most`), -1 when
// the bytes are no such form.
size_t record_pack_headers(const struct record *record, uint8_t *packed, size_t capacity);
int record_unpack_headers(const uint8_t *packed, size_t size, struct record_header *headers, int most);

#endif
