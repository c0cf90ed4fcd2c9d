// The forms in which a file may be packed, each with its library; unpack.c chooses.
#ifndef GUANXI_CODEC_UNPACK_FORMS_H
#define GUANXI_CODEC_UNPACK_FORMS_H

#include "codec/unpack.h"

#include <stdbool.h>

// Packed bytes: begin..end of what was read last.
struct unpack_input {
    unpack_read *read;
    void *context;
    char *bytes;
    size_t begin, end;
    int64_t taken; // read so far
    bool ended;
};
// Reads on behind what is there. 0, or negative; nothing more than before: it has ended.
int unpack_fill(struct unpack_input *input);

// Each reads as unpacker_read does.
struct gunzip;
struct gunzip *gunzip_new(void);
void gunzip_free(struct gunzip *gunzip);
int64_t gunzip_read(struct gunzip *gunzip, struct unpack_input *input, char *bytes, size_t size);

struct unzstd;
struct unzstd *unzstd_new(void);
void unzstd_free(struct unzstd *unzstd);
int64_t unzstd_read(struct unzstd *unzstd, struct unpack_input *input, char *bytes, size_t size);

#endif
