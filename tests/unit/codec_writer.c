// Text and JSON written into an arena.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "codec/writer.h"
#include "support/random.h"

static struct arena arena;

static const char *real(double number)
{
    struct writer writer;
    writer_init(&writer, &arena);
    write_real(&writer, number);
    return writer_finish(&writer).data;
}

static void reals_are_as_short_as_they_can_be(void **state)
{
    (void)state;
    assert_string_equal(real(0), "0");
    assert_string_equal(real(-4), "-4");
    assert_string_equal(real(0.1), "0.1");
    assert_string_equal(real(2.5), "2.5");
    assert_string_equal(real(1.0 / 3), "0.3333333333333333");
    assert_string_equal(real(0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(real(1e300), "1e+300");
}

static void reals_come_back_as_they_were(void **state)
{
    (void)state;
    struct random random = {20260101};
    for (int i = 0; i < 2000; i++) {
        double number = ((double)random_below(&random, INT64_C(1) << 53) - 1e15) / (double)(1 + random_below(&random, 1000000));
        assert_true(strtod(real(number), NULL) == number);
    }
}

static void members_stand_apart(void **state)
{
    (void)state;
    struct writer writer;
    writer_init(&writer, &arena);
    json_open(&writer, '{');
    member_real(&writer, "a", 1.5);
    member_number(&writer, "b", -2);
    json_key(&writer, "c");
    json_open(&writer, '[');
    json_string(&writer, SPAN_LITERAL("x\"y"));
    json_string(&writer, SPAN_NONE);
    json_close(&writer, ']');
    member_bool(&writer, "d", true);
    json_close(&writer, '}');
    assert_string_equal(writer_finish(&writer).data, "{\"a\":1.5,\"b\":-2,\"c\":[\"x\\\"y\",null],\"d\":true}");
}

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 4096);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals_are_as_short_as_they_can_be),
        cmocka_unit_test(reals_come_back_as_they_were),
        cmocka_unit_test(members_stand_apart),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
