#include "codec/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>

enum { ARENA_ALIGNMENT = 16 };

// Blocks form a stack, the first one made at its bottom. Every block ends with ARENA_PADDING bytes that no
// piece takes, so that a copy needs no padding of its own.
struct arena_block {
    struct arena_block *below;
    size_t size; // of `bytes`, without the padding
    alignas(ARENA_ALIGNMENT) char bytes[];
};

void arena_init(struct arena *arena, size_t block_size)
{
    *arena = (struct arena){.block_size = block_size};
}

static void use_block(struct arena *arena, struct arena_block *block)
{
    arena->blocks = block;
    arena->next = block->bytes;
    arena->end = block->bytes + block->size;
}

static bool add_block(struct arena *arena, size_t least)
{
    size_t size = least > arena->block_size ? least : arena->block_size;
    if (size > SIZE_MAX - sizeof(struct arena_block) - ARENA_PADDING) {
        return false;
    }
    struct arena_block *block = malloc(sizeof *block + size + ARENA_PADDING);
    if (!block) {
        return false;
    }
    // Readers may look at the padding, if only to ignore it.
    memset(block->bytes + size, 0, ARENA_PADDING);
    block->below = arena->blocks;
    block->size = size;
    arena->total += sizeof *block + size + ARENA_PADDING;
    use_block(arena, block);
    return true;
}

static size_t rounded_up(size_t size)
{
    return (size + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
}

void *arena_take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ARENA_ALIGNMENT) {
        return NULL;
    }
    size_t rounded = rounded_up(size);
    if ((size_t)(arena->end - arena->next) < rounded || !arena->blocks) {
        if (!add_block(arena, rounded)) {
            return NULL;
        }
    }
    void *piece = arena->next;
    arena->next += rounded;
    return piece;
}

void arena_give_back(struct arena *arena, void *piece, size_t size)
{
    assert((char *)piece + rounded_up(size) == arena->next);
    (void)size; // of use where assertions are checked
    arena->next = piece;
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
    if (!bytes.data) {
        return SPAN_NONE;
    }
    char *copy = arena_take(arena, bytes.size);
    if (!copy) {
        return SPAN_NONE;
    }
    memcpy(copy, bytes.data, bytes.size);
    return (struct span){copy, bytes.size};
}

void arena_reset(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    if (!block) {
        return;
    }
    while (block->below) {
        struct arena_block *below = block->below;
        arena->total -= sizeof *block + block->size + ARENA_PADDING;
        free(block);
        block = below;
    }
    use_block(arena, block);
}

void arena_free(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks; block;) {
        struct arena_block *below = block->below;
        free(block);
        block = below;
    }
    arena_init(arena, arena->block_size);
}
