#include "unpack_forms.h"

#include "base/status.h"

#include <stdlib.h>
#include <zstd.h>

struct unzstd {
    ZSTD_DStream *stream;
    bool inside; // of a frame
};

struct unzstd *unzstd_new(void)
{
    struct unzstd *unzstd = calloc(1, sizeof *unzstd);
    if (unzstd && (unzstd->stream = ZSTD_createDStream()))
        return unzstd;
    free(unzstd);
    return NULL;
}

void unzstd_free(struct unzstd *unzstd)
{
    if (!unzstd)
        return;
    ZSTD_freeDStream(unzstd->stream);
    free(unzstd);
}

int64_t unzstd_read(struct unzstd *unzstd, struct unpack_input *input, char *bytes, size_t size)
{
    ZSTD_outBuffer out = {bytes, size, 0};
    while (out.pos == 0) {
        if (input->begin == input->end) {
            int status = unpack_fill(input);
            if (status != 0)
                return status;
        }
        // What it still holds comes out without more input; only when nothing does has it ended.
        bool ended = input->begin == input->end;
        ZSTD_inBuffer in = {input->bytes, input->end, input->begin};
        size_t result = ZSTD_decompressStream(unzstd->stream, &out, &in);
        input->begin = in.pos;
        if (ZSTD_isError(result)) {
            return fault(STATUS_IO, "damaged: zstd at byte %lld says \"%s\"",
                         (long long)(input->taken - (int64_t)(input->end - input->begin)), ZSTD_getErrorName(result));
        }
        if (ended && out.pos == 0) {
            return unzstd->inside ? fault(STATUS_IO, "ends in the middle: zstd data is cut off after %lld bytes",
                                          (long long)input->taken)
                                  : 0;
        }
        unzstd->inside = result != 0;
    }
    return (int64_t)out.pos;
}
