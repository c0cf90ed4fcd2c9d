// record_unpack_headers on any bytes; what it accepts packs to the same bytes again.
#include <stdlib.h>

#include "codec/record.h"

enum { HEADERS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct record_header headers[HEADERS_MAX];
    int count = record_unpack_headers(bytes, size, headers, HEADERS_MAX);
    if (count < 0) {
        return 0;
    }
    struct record record = {.headers = headers, .header_count = (size_t)count};
    uint8_t *packed = malloc(size);
    if (packed &&
        (record_pack_headers(&record, packed, size) != size || memcmp(packed, bytes, size) != 0)) {
        abort();
    }
    free(packed);
    return 0;
}
