#include "codec_fixture.h"

static const struct record_header sample_headers[] = {
    {{"content-type", 12}, {"application/json", 16}},
    {{"empty", 5}, {"", 0}},
    {{"null", 4}, {NULL, 0}},
    {{"", 0}, {"\x00\xff", 2}},
};

static struct record sample(void)
{
    return (struct record){.offset = 7,
                           .timestamp_ms = 1000,
                           .key = SPAN_LITERAL("key"),
                           .value = SPAN_LITERAL("value"),
                           .header_count = 4,
                           .headers = sample_headers};
}

static void digest_tells_records_apart(void **state)
{
    (void)state;
    struct record variants[16];
    size_t count = 0;
    for (size_t i = 0; i < 16; i++) {
        variants[i] = sample();
    }
    count++;
    variants[count++].key = SPAN_LITERAL("kez");
    variants[count++].key = SPAN_LITERAL("");
    variants[count++].key = SPAN_NONE;
    variants[count++].value = SPAN_NONE;
    variants[count++].value = SPAN_LITERAL("");
    variants[count++].header_count = 3;
    variants[count++].header_count = 0;
    variants[count++].timestamp_ms = 1001;
    variants[count++].timestamp_ms = -1;
    variants[count].key = SPAN_LITERAL("keyv"); // a byte moved over a border
    variants[count++].value = SPAN_LITERAL("alue");
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(record_digest(&variants[i]) == record_digest(&variants[j]), i == j);
        }
    }
    struct record moved = sample();
    moved.offset = 8; // the anchor's offset stands beside it
    assert_int_equal(record_digest(&moved), record_digest(&variants[0]));
}

// Anchors are stored: the digest of a record must stay what it is.
static void digest_is_stable(void **state)
{
    (void)state;
    struct record record = sample();
    assert_int_equal(record_digest(&record), INT64_C(0x28bac2a7e66a77e9));
}

static void packs_and_unpacks(void **state)
{
    (void)state;
    struct record record = sample();
    size_t size = record_pack_headers(&record, NULL, 0);
    assert_int_equal(size, 2 + 4 * 6 + 12 + 16 + 5 + 4 + 2);
    uint8_t *packed = (uint8_t *)exact_copy("", 0);
    packed = realloc(packed, size);
    assert_int_equal(record_pack_headers(&record, packed, size - 1), size); // too small: nothing written
    assert_int_equal(record_pack_headers(&record, packed, size), size);
    struct record_header headers[4];
    assert_int_equal(record_unpack_headers(packed, size, headers, 4), 4);
    for (int i = 0; i < 4; i++) {
        assert_true(span_equal(headers[i].name, sample_headers[i].name));
        assert_true(span_equal(headers[i].value, sample_headers[i].value));
        assert_int_equal(headers[i].value.data == NULL, sample_headers[i].value.data == NULL);
    }
    assert_int_equal(record_unpack_headers(packed, size, headers, 3), -1);
    for (size_t cut = 0; cut < size; cut++) {
        char *part = exact_copy(packed, cut);
        assert_int_equal(record_unpack_headers((uint8_t *)part, cut, headers, 4), -1);
        free(part);
    }
    free(packed);
}

static void no_headers(void **state)
{
    (void)state;
    struct record record = {.timestamp_ms = -1};
    uint8_t packed[4] = {0};
    assert_int_equal(record_pack_headers(&record, packed, 4), 2);
    assert_int_equal(record_unpack_headers(packed, 2, NULL, 0), 0);
    assert_int_equal(record_unpack_headers(packed, 3, NULL, 0), -1); // bytes behind
}

static void hostile_forms(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[12];
        size_t size;
    } cases[] = {
        {{1, 0, 1, 0, 'n', 0xfe, 0xff, 0xff, 0xff}, 9}, // -2
        {{1, 0, 1, 0, 'n', 0xff, 0xff, 0xff, 0x7f}, 9}, // far beyond the end
        {{1, 0, 0xff, 0xff, 'n', 0, 0, 0, 0}, 9},
        {{0xff, 0xff}, 2},
    };
    struct record_header headers[8];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(record_unpack_headers(cases[i].bytes, cases[i].size, headers, 8), -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digest_tells_records_apart),
        cmocka_unit_test(digest_is_stable),
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(no_headers),
        cmocka_unit_test(hostile_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
