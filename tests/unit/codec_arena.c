#include "codec_fixture.h"

static void pieces_are_aligned_and_apart(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 100);
    char *pieces[64];
    for (size_t i = 0; i < 64; i++) {
        pieces[i] = arena_take(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)i, i);
    }
    for (size_t i = 0; i < 64; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(pieces[i][j], (char)i);
        }
    }
    arena_free(&arena);
}

static void copies_are_padded(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64);
    volatile char seen = 0;
    for (uint32_t size = 0; size < 300; size += 7) {
        char bytes[300];
        memset(bytes, 'x', sizeof bytes);
        struct span copy = arena_copy(&arena, span_of(bytes, size));
        assert_non_null(copy.data);
        assert_int_equal(copy.size, size);
        assert_memory_equal(copy.data, bytes, size);
        for (int i = 0; i < ARENA_PADDING; i++) { // a sanitizer sees it when these are not ours
            seen = (char)(seen + copy.data[size + (uint32_t)i]);
        }
    }
    assert_null(arena_copy(&arena, SPAN_NONE).data);
    arena_free(&arena);
}

static void reset_keeps_the_first_block(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1000);
    void *first = arena_take(&arena, 10);
    size_t one_block = arena.total;
    assert_true(one_block >= 1000);
    for (int i = 0; i < 50; i++) {
        assert_non_null(arena_take(&arena, 500));
    }
    assert_true(arena.total > 20 * one_block);
    arena_reset(&arena);
    assert_int_equal(arena.total, one_block);
    assert_ptr_equal(arena_take(&arena, 10), first);
    arena_free(&arena);
    assert_int_equal(arena.total, 0);
    assert_non_null(arena_take(&arena, 1)); // usable again
    arena_free(&arena);
}

static void large_pieces_have_blocks_of_their_own(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 16);
    char *large = arena_take(&arena, 1000000);
    assert_non_null(large);
    memset(large, 1, 1000000);
    arena_reset(&arena);
    arena_free(&arena);
    arena_reset(&arena);
}

static void no_memory_is_told(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, SIZE_MAX - 8); // no such block
    assert_null(arena_take(&arena, 1));
    assert_null(arena_copy(&arena, SPAN_LITERAL("x")).data);
    arena_free(&arena);
    arena_init(&arena, 16);
    assert_null(arena_take(&arena, SIZE_MAX));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),          cmocka_unit_test(copies_are_padded),
        cmocka_unit_test(reset_keeps_the_first_block),           cmocka_unit_test(no_memory_is_told),
        cmocka_unit_test(large_pieces_have_blocks_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
