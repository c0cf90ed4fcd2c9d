#include "reminder_index.h"

#include <stdlib.h>
#include <string.h>

static int compare_places(const void *a, const void *b)
{
    const struct reminder_place *left = a, *right = b;
    int order = memcmp(left->id, right->id, sizeof left->id);
    return order ? order : (left->row > right->row) - (left->row < right->row);
}

bool reminder_index_rows(struct arena *arena, struct reminder_index *index, const void *rows, size_t count,
                         size_t size, size_t offset)
{
    index->places = arena_take(arena, (count + 1) * sizeof *index->places);
    if (!index->places)
        return false;
    index->count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(index->places[i].id, (const char *)rows + i * size + offset, sizeof index->places[i].id);
        index->places[i].row = (uint32_t)i;
    }
    if (count > 1)
        qsort(index->places, count, sizeof *index->places, compare_places);
    return true;
}

const struct reminder_place *reminder_index_find(const struct reminder_index *index, const uint8_t id[16],
                                                 size_t *count)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(index->places[middle].id, id, sizeof index->places[middle].id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < index->count && memcmp(index->places[low + *count].id, id, 16) == 0)
        ++*count;
    return &index->places[low];
}
