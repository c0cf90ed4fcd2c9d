// Memory that is taken piece by piece and given back at once. Not thread-safe; one owner at a time.
#ifndef GUANXI_CODEC_ARENA_H
#define GUANXI_CODEC_ARENA_H

#include "core/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    char *next;
    char *end;
    size_t block_size;
    size_t total; // bytes of all blocks
};

// `block_size` is the least size of a block; nothing is allocated yet.
void arena_init(struct arena *arena, size_t block_size);
// 16-byte aligned, not zeroed; NULL when memory is out.
void *arena_take(struct arena *arena, size_t size);
// A copy followed by ARENA_PADDING readable bytes; data == NULL when memory is out (or was NULL).
enum { ARENA_PADDING = 64 };
struct span arena_copy(struct arena *arena, struct span bytes);
// Takes the piece that was taken last back into the arena.
void arena_give_back(struct arena *arena, void *piece, size_t size);
// Forgets all pieces but keeps the first block for reuse.
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
