#include "codec/record.h"

#include <xxhash.h>

// Presence and size go in before the bytes, so that no two different records run together.
static uint64_t digest_span(uint64_t digest, struct span bytes)
{
    int64_t size = bytes.data ? (int64_t)bytes.size : -1;
    digest = XXH3_64bits_withSeed(&size, sizeof size, digest);
    return size > 0 ? XXH3_64bits_withSeed(bytes.data, bytes.size, digest) : digest;
}

int64_t record_digest(const struct record *record)
{
    size_t headers = record->header_count < RECORD_DIGEST_HEADERS ? record->header_count : RECORD_DIGEST_HEADERS;
    int64_t head[] = {record->timestamp_ms, (int64_t)headers};
    uint64_t digest = XXH3_64bits(head, sizeof head);
    digest = digest_span(digest, record->key);
    digest = digest_span(digest, record->value);
    for (size_t i = 0; i < headers; i++) {
        digest = digest_span(digest, record->headers[i].name);
        digest = digest_span(digest, record->headers[i].value);
    }
    int64_t result;
    memcpy(&result, &digest, sizeof result);
    return result;
}

static uint8_t *put_little(uint8_t *to, uint32_t number, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        *to++ = (uint8_t)(number >> (8 * i));
    }
    return to;
}

static uint8_t *put_bytes(uint8_t *to, struct span bytes)
{
    if (bytes.size) {
        memcpy(to, bytes.data, bytes.size);
    }
    return to + bytes.size;
}

// Counts and sizes beyond their field are cut to what it holds; Kafka has no names or counts that large.
static uint16_t most_16(size_t number)
{
    return number > UINT16_MAX ? UINT16_MAX : (uint16_t)number;
}

size_t record_pack_headers(const struct record *record, uint8_t *packed, size_t capacity)
{
    uint16_t count = most_16(record->header_count);
    size_t size = 2;
    for (uint16_t i = 0; i < count; i++) {
        const struct record_header *header = &record->headers[i];
        size += 2 + (size_t)most_16(header->name.size) + 4 + (header->value.data ? header->value.size : 0);
    }
    if (size > capacity) {
        return size;
    }
    uint8_t *to = put_little(packed, count, 2);
    for (uint16_t i = 0; i < count; i++) {
        const struct record_header *header = &record->headers[i];
        uint16_t name_size = most_16(header->name.size);
        to = put_little(to, name_size, 2);
        to = put_bytes(to, span_of(header->name.data, name_size));
        to = put_little(to, header->value.data ? header->value.size : UINT32_MAX, 4);
        if (header->value.data) {
            to = put_bytes(to, header->value);
        }
    }
    return size;
}

// What is left of a packed form.
struct packed {
    const uint8_t *at;
    size_t left;
};

static bool take_little(struct packed *packed, int bytes, uint32_t *number)
{
    if (packed->left < (size_t)bytes) {
        return false;
    }
    *number = 0;
    for (int i = 0; i < bytes; i++) {
        *number |= (uint32_t)packed->at[i] << (8 * i);
    }
    packed->at += bytes;
    packed->left -= (size_t)bytes;
    return true;
}

static bool take_bytes(struct packed *packed, uint32_t size, struct span *bytes)
{
    if (packed->left < size) {
        return false;
    }
    *bytes = span_of((const char *)packed->at, size);
    packed->at += size;
    packed->left -= size;
    return true;
}

static bool take_header(struct packed *packed, struct record_header *header)
{
    uint32_t name_size, value_size;
    if (!take_little(packed, 2, &name_size) || !take_bytes(packed, name_size, &header->name) ||
        !take_little(packed, 4, &value_size)) {
        return false;
    }
    if (value_size == UINT32_MAX) {
        header->value = SPAN_NONE;
        return true;
    }
    return value_size <= INT32_MAX && take_bytes(packed, value_size, &header->value);
}

int record_unpack_headers(const uint8_t *packed, size_t size, struct record_header *headers, int most)
{
    struct packed rest = {packed, size};
    uint32_t count;
    if (!take_little(&rest, 2, &count) || most < 0 || count > (uint32_t)most) {
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!take_header(&rest, &headers[i])) {
            return -1;
        }
    }
    return rest.left == 0 ? (int)count : -1;
}
