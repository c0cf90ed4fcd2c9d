#include "unpack_forms.h"

#include "base/status.h"

#include <stdlib.h>
#include <zlib.h>

struct gunzip {
    z_stream stream;
    bool inside; // of a member
};

struct gunzip *gunzip_new(void)
{
    enum { GZIP_ALONE = 16 };
    struct gunzip *gunzip = calloc(1, sizeof *gunzip);
    if (gunzip && inflateInit2(&gunzip->stream, GZIP_ALONE + MAX_WBITS) == Z_OK)
        return gunzip;
    free(gunzip);
    return NULL;
}

void gunzip_free(struct gunzip *gunzip)
{
    if (!gunzip)
        return;
    inflateEnd(&gunzip->stream);
    free(gunzip);
}

// One call of zlib. 0: go on; 1: a member has ended; negative.
static int inflate_some(struct gunzip *gunzip, struct unpack_input *input)
{
    z_stream *stream = &gunzip->stream;
    stream->next_in = (Bytef *)input->bytes + input->begin;
    stream->avail_in = (uInt)(input->end - input->begin);
    int result = inflate(stream, Z_NO_FLUSH);
    input->begin = input->end - stream->avail_in;
    if (result == Z_STREAM_END)
        return 1;
    if (result == Z_OK || result == Z_BUF_ERROR)
        return 0;
    if (result == Z_MEM_ERROR)
        return fault(STATUS_NOMEM, "out of memory while a file was unpacked");
    return fault(STATUS_IO, "damaged: gzip at byte %lld says \"%s\"",
                 (long long)(input->taken - (int64_t)(input->end - input->begin)),
                 stream->msg ? stream->msg : "bad data");
}

int64_t gunzip_read(struct gunzip *gunzip, struct unpack_input *input, char *bytes, size_t size)
{
    z_stream *stream = &gunzip->stream;
    stream->next_out = (Bytef *)bytes;
    stream->avail_out = (uInt)size;
    while (stream->avail_out == size) {
        if (input->begin == input->end) {
            int status = unpack_fill(input);
            if (status != 0)
                return status;
        }
        // What it still holds comes out without more input; only when nothing does has it ended.
        bool more = input->begin < input->end;
        int ended = inflate_some(gunzip, input);
        if (ended < 0)
            return ended;
        if (!more && !ended && stream->avail_out == size) {
            return gunzip->inside ? fault(STATUS_IO, "ends in the middle: gzip data is cut off after %lld bytes",
                                          (long long)input->taken)
                                  : 0;
        }
        gunzip->inside = !ended && (more || gunzip->inside);
        if (ended)
            inflateReset(stream);
    }
    return (int64_t)(size - stream->avail_out);
}
