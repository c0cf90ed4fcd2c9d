#include "codec/unpack.h"

#include "codec_fixture.h"

#include "base/status.h"
#include "support/random.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum { TEXT = 700000, PACKED = 1 << 20 };
static char text[TEXT], unpacked[TEXT * 3];
static uint8_t packed[PACKED];

struct packed_file {
    size_t size, at, most;
};

static int64_t read_packed(void *context, char *bytes, size_t size)
{
    struct packed_file *file = context;
    size_t some = file->size - file->at;
    some = some < size ? some : size;
    some = file->most && some > file->most ? file->most : some;
    memcpy(bytes, packed + file->at, some);
    file->at += some;
    return (int64_t)some;
}

static size_t gzip(const char *bytes, size_t size, uint8_t *to)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)bytes;
    stream.avail_in = (uInt)size;
    stream.next_out = to;
    stream.avail_out = PACKED / 2;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size = stream.total_out;
    deflateEnd(&stream);
    return size;
}

static size_t zstd(const char *bytes, size_t size, uint8_t *to)
{
    size = ZSTD_compress(to, PACKED / 2, bytes, size, 3);
    assert_false(ZSTD_isError(size));
    return size;
}

// Reads to the end: how many bytes, and in *last what ended it.
static size_t unpack(struct packed_file *file, size_t piece, enum packing *packing, int64_t *last)
{
    struct unpacker *unpacker = unpacker_new(read_packed, file);
    size_t have = 0;
    assert_non_null(unpacker);
    while ((*last = unpacker_read(unpacker, unpacked + have, piece < sizeof unpacked - have ? piece : sizeof unpacked - have)) > 0)
        have += (size_t)*last;
    *packing = unpacker_packing(unpacker);
    if (*last == 0) {
        assert_int_equal(unpacker_taken(unpacker), file->size);
        assert_int_equal(unpacker_read(unpacker, unpacked, 1), 0);
    }
    unpacker_free(unpacker);
    return have;
}

static void expect_text(size_t size, size_t times, enum packing wanted, size_t most)
{
    const size_t pieces[] = {1 << 16, 100003, 777};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct packed_file file = {.size = size, .most = most};
        enum packing packing;
        int64_t last;
        assert_int_equal(unpack(&file, pieces[i], &packing, &last), TEXT * times);
        assert_int_equal(last, 0);
        assert_int_equal(packing, wanted);
        for (size_t k = 0; k < times; k++)
            assert_memory_equal(unpacked + k * TEXT, text, TEXT);
    }
}

static int fill_text(void **state)
{
    struct random random = {7};
    (void)state;
    for (size_t i = 0; i < TEXT; i++)
        text[i] = (char)('a' + random_below(&random, 3));
    return 0;
}

static void unpacks_gzip(void **state)
{
    (void)state;
    size_t one = gzip(text, TEXT, packed);
    expect_text(one, 1, PACKING_GZIP, 0);
    expect_text(one, 1, PACKING_GZIP, 5);
    expect_text(one + gzip(text, TEXT, packed + one), 2, PACKING_GZIP, 0); // members follow each other
}

static void unpacks_zstd(void **state)
{
    (void)state;
    size_t one = zstd(text, TEXT, packed);
    expect_text(one, 1, PACKING_ZSTD, 0);
    expect_text(one, 1, PACKING_ZSTD, 5);
    expect_text(one + zstd(text, TEXT, packed + one), 2, PACKING_ZSTD, 0);
}

static void leaves_others_alone(void **state)
{
    (void)state;
    memcpy(packed, text, TEXT);
    expect_text(TEXT, 1, PACKING_NONE, 0);
    expect_text(TEXT, 1, PACKING_NONE, 3);
    for (size_t size = 0; size < 5; size++) {
        struct packed_file file = {.size = size};
        enum packing packing;
        int64_t last;
        assert_int_equal(unpack(&file, 100, &packing, &last), size);
        assert_int_equal(packing, PACKING_NONE);
    }
}

// A file that is packed empty is empty.
static void unpacks_nothing(void **state)
{
    (void)state;
    enum packing packing;
    int64_t last;
    struct packed_file file = {.size = gzip(text, 0, packed)};
    assert_int_equal(unpack(&file, 100, &packing, &last), 0);
    assert_int_equal(last, 0);
    file = (struct packed_file){.size = zstd(text, 0, packed)};
    assert_int_equal(unpack(&file, 100, &packing, &last), 0);
    assert_int_equal(last, 0);
}

static void expect_fault(size_t size, const char *words)
{
    struct packed_file file = {.size = size, .most = 999};
    enum packing packing;
    int64_t last;
    size_t have = unpack(&file, 5000, &packing, &last);
    assert_int_equal(last, STATUS_IO);
    assert_non_null(strstr(fault_message(), words));
    assert_memory_equal(unpacked, text, have < TEXT ? have : TEXT); // what came before is good
}

static void tells_of_files_cut_off(void **state)
{
    (void)state;
    size_t whole = gzip(text, TEXT, packed);
    for (size_t size = 2; size < whole; size += 1 + size / 3)
        expect_fault(size, "cut off");
    expect_fault(whole - 1, "cut off");
    whole = zstd(text, TEXT, packed);
    for (size_t size = 4; size < whole; size += 1 + size / 3)
        expect_fault(size, "cut off");
    expect_fault(whole - 1, "cut off");
}

static void tells_of_damage(void **state)
{
    (void)state;
    size_t whole = gzip(text, TEXT, packed);
    packed[whole - 5] ^= 1; // the sum
    expect_fault(whole, "damaged: gzip");
    whole = gzip(text, TEXT, packed);
    memcpy(packed + whole, "tail", 4);
    expect_fault(whole + 4, "damaged: gzip");
    whole = zstd(text, TEXT, packed);
    packed[4] ^= 0x18; // bits of the frame's head that must be zero
    expect_fault(whole, "damaged: zstd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unpacks_gzip),           cmocka_unit_test(unpacks_zstd),
        cmocka_unit_test(leaves_others_alone),    cmocka_unit_test(unpacks_nothing),
        cmocka_unit_test(tells_of_files_cut_off), cmocka_unit_test(tells_of_damage),
    };
    return cmocka_run_group_tests(tests, fill_text, NULL);
}
