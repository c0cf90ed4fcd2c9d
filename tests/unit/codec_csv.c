#include "codec/csv.h"

#include "codec_fixture.h"

#include "support/random.h"

enum { LIMIT = 200 };

struct source {
    struct span text;
    uint32_t at;
};

static int64_t read_source(void *context, char *bytes, size_t size)
{
    struct source *source = context;
    size_t left = source->text.size - source->at;
    size_t some = left < size ? left : size;
    if (some)
        memcpy(bytes, source->text.data + source->at, some);
    source->at += (uint32_t)some;
    return (int64_t)some;
}

struct reading {
    struct source source;
    struct unpacker *unpacker;
    struct lines *lines;
    struct csv *csv;
    struct csv_record record;
};

static struct reading *begin(struct span text)
{
    struct reading *reading = calloc(1, sizeof *reading);
    assert_non_null(reading);
    reading->source.text = text;
    reading->unpacker = unpacker_new(read_source, &reading->source);
    reading->lines = lines_new(reading->unpacker, LIMIT);
    reading->csv = csv_new(reading->lines, LIMIT);
    assert_non_null(reading->csv);
    return reading;
}

static void end(struct reading *reading)
{
    csv_free(reading->csv);
    lines_free(reading->lines);
    unpacker_free(reading->unpacker);
    free(reading);
}

// The fields of the next record, with | between them.
static void expect(struct reading *reading, int64_t line, int64_t next, const char *fields)
{
    char text[1024] = "";
    struct csv_record *record = &reading->record;
    assert_int_equal(csv_next(reading->csv, record), 1);
    assert_string_equal(record->fault, "");
    assert_int_equal(record->line, line);
    assert_int_equal(record->next, next);
    for (size_t i = 0; i < record->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s", i ? "|" : "", (int)record->fields[i].size,
                 record->fields[i].data);
    assert_string_equal(text, fields);
}

static void expect_fault(struct reading *reading, int64_t line, const char *fault)
{
    assert_int_equal(csv_next(reading->csv, &reading->record), 1);
    assert_int_equal(reading->record.line, line);
    assert_int_equal(reading->record.next, line + 1);
    assert_string_equal(reading->record.fault, fault);
}

static void expect_end(struct reading *reading)
{
    assert_int_equal(csv_next(reading->csv, &reading->record), 0);
}

static void reads_fields(void **state)
{
    (void)state;
    struct reading *reading = begin(SPAN_LITERAL("\xef\xbb\xbf" "a,b,c\r\n1,,3\n,,\n\n\"x\",\"y,z\",\"q\"\"q\"\n\"\",\" \",e"));
    expect(reading, 1, 2, "a|b|c");
    expect(reading, 2, 3, "1||3");
    expect(reading, 3, 4, "||");
    assert_int_equal(reading->record.count, 3);
    expect(reading, 4, 5, "");
    assert_int_equal(reading->record.count, 0);
    expect(reading, 5, 6, "x|y,z|q\"q");
    expect(reading, 6, 7, "| |e");
    expect_end(reading);
    end(reading);
}

static void quotes_hold_lines_together(void **state)
{
    (void)state;
    struct reading *reading = begin(SPAN_LITERAL("a,\"b\nc\r\n\"\"d\",e\nf\n"));
    expect(reading, 1, 4, "a|b\nc\n\"d|e");
    assert_true(span_equal(reading->record.text, SPAN_LITERAL("a,\"b\nc\n\"\"d\",e")));
    expect(reading, 4, 5, "f");
    expect_end(reading);
    end(reading);
}

static void faults_are_of_one_line(void **state)
{
    (void)state;
    struct reading *reading = begin(SPAN_LITERAL("a,b\"c\n\"a\"b,c\nok,1\n\"open,1\nok,2\nok,\"3\""));
    expect_fault(reading, 1, "field 2: a quote inside a field that does not begin with one");
    expect_fault(reading, 2, "field 1: text behind the quote that ends it");
    expect(reading, 3, 4, "ok|1");
    expect_fault(reading, 4, "field 1: its quote is never closed");
    expect(reading, 5, 6, "ok|2");
    expect(reading, 6, 7, "ok|3");
    expect_end(reading);
    end(reading);
}

// A quote that is open for longer than a record may be is as good as never closed.
static void records_have_a_limit(void **state)
{
    (void)state;
    char text[4000] = "\"";
    for (int i = 0; i < 20; i++)
        strcat(text, "1234567890,\n");
    strcat(text, "\",x\nlast,1\n");
    struct reading *reading = begin(span_text(text));
    expect_fault(reading, 1, "field 1: its quote is never closed");
    for (int i = 2; i <= 20; i++)
        expect(reading, i, i + 1, "1234567890|");
    expect_fault(reading, 21, "field 1: its quote is never closed"); // the one that was to close it opens now
    expect(reading, 22, 23, "last|1");
    expect_end(reading);
    end(reading);
    memset(text, 'x', LIMIT + 50);
    strcpy(text + LIMIT + 50, "\nok\n");
    reading = begin(span_text(text));
    expect_fault(reading, 1, "more than 200 bytes");
    assert_true(reading->record.too_long);
    expect(reading, 2, 3, "ok");
    end(reading);
}

static void fields_have_a_limit(void **state)
{
    (void)state;
    char text[LIMIT] = "";
    for (int i = 0; i < 190; i++)
        strcat(text, ",");
    struct reading *reading = begin(span_text(text));
    assert_int_equal(csv_next(reading->csv, &reading->record), 1);
    assert_int_equal(reading->record.count, 191);
    end(reading);
}

// Whatever fields hold, they come back.
static void any_fields_come_back(void **state)
{
    (void)state;
    struct random random = {3};
    for (int round = 0; round < 2000; round++) {
        char text[400], fields[400];
        size_t size = 0, plain = 0, count = 1 + (size_t)random_below(&random, 4), lines = 1;
        for (size_t i = 0; i < count; i++) {
            bool quoted = random_permille(&random, 500);
            if (i)
                text[size++] = ',', fields[plain++] = '|';
            if (quoted)
                text[size++] = '"';
            for (int k = (int)random_below(&random, 12); k > 0; k--) {
                char c = quoted ? "ab,\"\n '"[random_below(&random, 7)] : "ab '"[random_below(&random, 4)];
                text[size++] = c;
                if (c == '"')
                    text[size++] = c;
                lines += c == '\n';
                fields[plain++] = c;
            }
            if (quoted)
                text[size++] = '"';
        }
        fields[plain] = '\0';
        memcpy(text + size, "\nnext", 5);
        struct reading *reading = begin(span_of(text, size + 5));
        expect(reading, 1, 1 + (int64_t)lines, fields);
        expect(reading, 1 + (int64_t)lines, 2 + (int64_t)lines, "next");
        end(reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields),        cmocka_unit_test(quotes_hold_lines_together),
        cmocka_unit_test(faults_are_of_one_line), cmocka_unit_test(records_have_a_limit),
        cmocka_unit_test(fields_have_a_limit), cmocka_unit_test(any_fields_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
