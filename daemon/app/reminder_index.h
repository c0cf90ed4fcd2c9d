// Rows by the reminder that they are about: a customer may have very many of them.
#ifndef GUANXI_DAEMON_APP_REMINDER_INDEX_H
#define GUANXI_DAEMON_APP_REMINDER_INDEX_H

#include "codec/arena.h"

struct reminder_place {
    uint8_t id[16];
    uint32_t row; // its place among the rows: those of one reminder keep their order
};

struct reminder_index {
    struct reminder_place *places; // in the arena
    size_t count;
};

// `rows` are of `size` bytes each and have the id of their reminder at `offset`. False: memory is out.
bool reminder_index_rows(struct arena *arena, struct reminder_index *index, const void *rows, size_t count,
                         size_t size, size_t offset);
// The same of an array of structures with a member reminder_id.
#define REMINDER_INDEX(arena, index, rows, count) \
    reminder_index_rows((arena), (index), (rows), (count), sizeof *(rows), \
                        offsetof(__typeof__(*(rows)), reminder_id))

// The rows of one reminder: the first place, and how many.
const struct reminder_place *reminder_index_find(const struct reminder_index *index, const uint8_t id[16],
                                                 size_t *count);

#endif
