#include "codec/lines.h"

#include "codec_fixture.h"

#include "base/status.h"
#include "support/random.h"

#include <stdlib.h>

// A text that comes in pieces of any size.
struct pieces {
    struct span text;
    uint32_t at;
    uint32_t most; // bytes of a piece
    struct random *random;
    int fault; // at the end, instead of 0
};

static int64_t read_piece(void *context, char *bytes, size_t size)
{
    struct pieces *pieces = context;
    uint32_t left = pieces->text.size - pieces->at;
    size_t some = pieces->random ? 1 + (size_t)random_below(pieces->random, pieces->most) : pieces->most;
    some = some < left ? some : left;
    some = some < size ? some : size;
    if (some == 0)
        return pieces->fault ? fault(pieces->fault, "broken off") : 0;
    memcpy(bytes, pieces->text.data + pieces->at, some);
    pieces->at += (uint32_t)some;
    return (int64_t)some;
}

enum { LIMIT = 40 };

struct reading {
    struct pieces pieces;
    struct unpacker *unpacker;
    struct lines *lines;
};

static struct reading *begin(struct span text, uint32_t most, struct random *random)
{
    struct reading *reading = calloc(1, sizeof *reading);
    assert_non_null(reading);
    reading->pieces = (struct pieces){.text = text, .most = most, .random = random};
    reading->unpacker = unpacker_new(read_piece, &reading->pieces);
    reading->lines = lines_new(reading->unpacker, LIMIT);
    assert_non_null(reading->lines);
    return reading;
}

static void end(struct reading *reading)
{
    lines_free(reading->lines);
    unpacker_free(reading->unpacker);
    free(reading);
}

static void expect_line(struct reading *reading, int64_t number, const char *text)
{
    struct line line;
    assert_int_equal(lines_next(reading->lines, &line), 1);
    assert_int_equal(line.number, number);
    assert_false(line.too_long);
    assert_true(span_equal(line.text, span_text(text)));
}

static void expect_end(struct reading *reading)
{
    struct line line;
    assert_int_equal(lines_next(reading->lines, &line), 0);
    assert_int_equal(lines_next(reading->lines, &line), 0);
}

static void cuts_lines(void **state)
{
    (void)state;
    for (uint32_t most = 1; most < 20; most++) {
        struct reading *reading = begin(SPAN_LITERAL("one\n\r\ntwo\r\n\nth\rree"), most, NULL);
        expect_line(reading, 1, "one");
        expect_line(reading, 2, "");
        expect_line(reading, 3, "two");
        expect_line(reading, 4, "");
        expect_line(reading, 5, "th\rree"); // the last needs no end
        expect_end(reading);
        end(reading);
    }
}

static void an_empty_text_has_no_lines(void **state)
{
    (void)state;
    struct reading *reading = begin(SPAN_LITERAL(""), 9, NULL);
    expect_end(reading);
    end(reading);
}

static void passes_over_a_byte_order_mark(void **state)
{
    (void)state;
    for (uint32_t most = 1; most < 9; most++) {
        struct reading *reading = begin(SPAN_LITERAL("\xef\xbb\xbfone\n\xef\xbb\xbftwo\n"), most, NULL);
        expect_line(reading, 1, "one");
        expect_line(reading, 2, "\xef\xbb\xbftwo"); // the first alone
        expect_end(reading);
        end(reading);
    }
}

// Of a line that is too long the beginning is given, and the next one is whole.
static void long_lines_are_cut(void **state)
{
    (void)state;
    static char text[1 << 20];
    size_t sizes[] = {LIMIT - 1, LIMIT, LIMIT + 1, LIMIT + 2, 1000, 600000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(text, 'x', sizes[i]);
        memcpy(text + sizes[i], "\nnext\n", 6);
        struct reading *reading = begin(span_of(text, sizes[i] + 6), 4096, NULL);
        struct line line;
        assert_int_equal(lines_next(reading->lines, &line), 1);
        assert_true(line.too_long == (sizes[i] > LIMIT));
        assert_int_equal(line.text.size, sizes[i] < LIMIT ? sizes[i] : LIMIT);
        assert_int_equal(line.text.data[0], 'x');
        expect_line(reading, 2, "next");
        expect_end(reading);
        end(reading);
    }
}

static void a_line_of_just_the_limit_may_end_in_a_return(void **state)
{
    (void)state;
    char text[LIMIT + 8];
    memset(text, 'y', LIMIT);
    memcpy(text + LIMIT, "\r\nnext", 6);
    struct reading *reading = begin(span_of(text, LIMIT + 6), 3, NULL);
    struct line line;
    assert_int_equal(lines_next(reading->lines, &line), 1);
    assert_false(line.too_long);
    assert_int_equal(line.text.size, LIMIT);
    expect_line(reading, 2, "next");
    end(reading);
}

static void what_is_broken_off_gives_no_line(void **state)
{
    (void)state;
    struct reading *reading = begin(SPAN_LITERAL("one\ntw"), 2, NULL);
    reading->pieces.fault = STATUS_IO;
    struct line line;
    expect_line(reading, 1, "one");
    assert_int_equal(lines_next(reading->lines, &line), STATUS_IO);
    end(reading);
}

static int64_t digest_of(const char *text, int lines)
{
    struct reading *reading = begin(span_text(text), 5, NULL);
    struct line_digest *digest = line_digest_new();
    struct line line;
    for (int i = 0; i < lines; i++) {
        assert_int_equal(lines_next(reading->lines, &line), 1);
        line_digest_add(digest, &line);
    }
    int64_t value = line_digest_value(digest);
    line_digest_free(digest);
    end(reading);
    return value;
}

// A file that has grown is known again by the lines that were there; one that is other in any of them is not.
static void digests_tell_texts_apart(void **state)
{
    (void)state;
    assert_true(digest_of("a\nb", 2) == digest_of("a\nb\nc\n", 2));
    assert_true(digest_of("a\nb\n", 2) == digest_of("a\r\nb\r\n", 2));
    assert_true(digest_of("a\nb\n", 2) != digest_of("a\nb\nc\n", 3));
    assert_true(digest_of("a\nb\n", 2) != digest_of("ab\n\n", 2));
    assert_true(digest_of("a\nb\n", 2) != digest_of("b\na\n", 2));
}

// Whatever the pieces, the lines are those of the text.
static void pieces_make_no_difference(void **state)
{
    (void)state;
    struct random random = {1};
    for (int round = 0; round < 500; round++) {
        char text[400];
        size_t size = (size_t)random_below(&random, sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = "ab\n\r"[random_below(&random, 4)];
        struct reading *reading = begin(span_of(text, size), 1 + (uint32_t)random_below(&random, 30), &random);
        const char *from = text, *last = text + size;
        struct line line;
        while (from < last) {
            const char *stop = memchr(from, '\n', (size_t)(last - from));
            stop = stop ? stop : last;
            size_t length = (size_t)(stop - from);
            length -= length > 0 && stop[-1] == '\r';
            assert_int_equal(lines_next(reading->lines, &line), 1);
            assert_true(line.too_long == (length > LIMIT));
            assert_true(span_equal(line.text, span_of(from, length > LIMIT ? LIMIT : length)));
            from = stop + 1;
        }
        expect_end(reading);
        end(reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_lines),
        cmocka_unit_test(an_empty_text_has_no_lines),
        cmocka_unit_test(passes_over_a_byte_order_mark),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(a_line_of_just_the_limit_may_end_in_a_return),
        cmocka_unit_test(what_is_broken_off_gives_no_line),
        cmocka_unit_test(digests_tell_texts_apart),
        cmocka_unit_test(pieces_make_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
