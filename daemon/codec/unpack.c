#include "codec/unpack.h"

#include "base/status.h"
#include "unpack_forms.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 128 * 1024, MAGIC = 4 };

struct unpacker {
    struct unpack_input input;
    enum packing packing;
    struct gunzip *gunzip; // of their packing, else NULL
    struct unzstd *unzstd;
};

struct unpacker *unpacker_new(unpack_read *read, void *context)
{
    struct unpacker *unpacker = calloc(1, sizeof *unpacker);
    if (!unpacker)
        return NULL;
    unpacker->input = (struct unpack_input){.read = read, .context = context, .bytes = malloc(PIECE)};
    if (unpacker->input.bytes)
        return unpacker;
    unpacker_free(unpacker);
    return NULL;
}

void unpacker_free(struct unpacker *unpacker)
{
    if (!unpacker)
        return;
    gunzip_free(unpacker->gunzip);
    unzstd_free(unpacker->unzstd);
    free(unpacker->input.bytes);
    free(unpacker);
}

int unpack_fill(struct unpack_input *input)
{
    if (input->ended)
        return 0;
    if (input->begin > 0) {
        memmove(input->bytes, input->bytes + input->begin, input->end - input->begin);
        input->end -= input->begin;
        input->begin = 0;
    }
    int64_t got = input->read(input->context, input->bytes + input->end, PIECE - input->end);
    if (got < 0)
        return (int)got;
    input->ended = got == 0;
    input->end += (size_t)got;
    input->taken += got;
    return 0;
}

int unpacker_look(struct unpacker *unpacker)
{
    static const char gzip[] = {0x1f, (char)0x8b}, zstd[] = {0x28, (char)0xb5, 0x2f, (char)0xfd};
    struct unpack_input *input = &unpacker->input;
    int status = 0;
    if (unpacker->packing != PACKING_UNKNOWN)
        return 0;
    while (status == 0 && input->end < MAGIC && !input->ended)
        status = unpack_fill(input);
    if (status != 0)
        return status;
    unpacker->packing = PACKING_NONE;
    if (input->end >= sizeof gzip && memcmp(input->bytes, gzip, sizeof gzip) == 0) {
        unpacker->packing = PACKING_GZIP;
        unpacker->gunzip = gunzip_new();
    } else if (input->end >= sizeof zstd && memcmp(input->bytes, zstd, sizeof zstd) == 0) {
        unpacker->packing = PACKING_ZSTD;
        unpacker->unzstd = unzstd_new();
    }
    return unpacker->packing == PACKING_NONE || unpacker->gunzip || unpacker->unzstd
               ? 0
               : fault(STATUS_NOMEM, "out of memory while a file was unpacked");
}

static int64_t read_plain(struct unpack_input *input, char *bytes, size_t size)
{
    size_t have = input->end - input->begin;
    if (have == 0) { // straight to where it is wanted
        int64_t got = input->ended ? 0 : input->read(input->context, bytes, size);
        input->ended |= got == 0;
        input->taken += got > 0 ? got : 0;
        return got;
    }
    size_t some = have < size ? have : size;
    memcpy(bytes, input->bytes + input->begin, some);
    input->begin += some;
    return (int64_t)some;
}

int64_t unpacker_read(struct unpacker *unpacker, char *bytes, size_t size)
{
    int status = unpacker_look(unpacker);
    if (status != 0)
        return status;
    switch (unpacker->packing) {
    case PACKING_GZIP: return gunzip_read(unpacker->gunzip, &unpacker->input, bytes, size);
    case PACKING_ZSTD: return unzstd_read(unpacker->unzstd, &unpacker->input, bytes, size);
    default: return read_plain(&unpacker->input, bytes, size);
    }
}

enum packing unpacker_packing(const struct unpacker *unpacker)
{
    return unpacker->packing;
}

int64_t unpacker_taken(const struct unpacker *unpacker)
{
    return unpacker->input.taken - (int64_t)(unpacker->input.end - unpacker->input.begin);
}
