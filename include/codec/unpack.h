// The bytes of a file as they were before it was packed. gzip (any number of members) and zstd (any number of
// frames) are told by how a file begins; everything else is taken as it is.
#ifndef GUANXI_CODEC_UNPACK_H
#define GUANXI_CODEC_UNPACK_H

#include <stddef.h>
#include <stdint.h>

// Where the packed bytes come from: how many were read, 0 at the end, or a negative status with its fault message.
typedef int64_t unpack_read(void *context, char *bytes, size_t size);

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD }; // UNKNOWN: nothing was read yet

struct unpacker;
struct unpacker *unpacker_new(unpack_read *read, void *context); // NULL when memory is out
void unpacker_free(struct unpacker *unpacker);

// The next bytes: how many, 0 at the end, or negative: what `read` said, STATUS_IO when the file is damaged or ends
// in the middle, STATUS_NOMEM. What came before is good in any case.
int64_t unpacker_read(struct unpacker *unpacker, char *bytes, size_t size);
// Reads as much as tells the packing, which the first unpacker_read does by itself. 0, or negative as above.
int unpacker_look(struct unpacker *unpacker);

enum packing unpacker_packing(const struct unpacker *unpacker);
int64_t unpacker_taken(const struct unpacker *unpacker); // packed bytes that were used so far

#endif
