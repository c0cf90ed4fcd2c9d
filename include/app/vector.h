// Growable arrays. A vector is any struct { T *items; size_t count, capacity; }, zero-initialised.
#ifndef GUANXI_APP_VECTOR_H
#define GUANXI_APP_VECTOR_H

#include <stdlib.h>
#include <string.h>

#define VECTOR(type) \
    struct { \
        type *items; \
        size_t count, capacity; \
    }

// Room for one more: the address of a zeroed new last item, NULL when memory is out.
#define vector_push(vector) \
    ((__typeof__((vector)->items))vector_grow((void **)&(vector)->items, &(vector)->count, &(vector)->capacity, \
                                              sizeof *(vector)->items))

// Room for `needed` items in all: true, or false when memory is out. The count stays.
#define vector_reserve(vector, needed) \
    vector_room((void **)&(vector)->items, &(vector)->capacity, (needed), sizeof *(vector)->items)

#define vector_clear(vector) ((vector)->count = 0)
#define vector_free(vector) (free((vector)->items), (vector)->items = NULL, (vector)->count = (vector)->capacity = 0)

static inline int vector_room(void **items, size_t *capacity, size_t needed, size_t size)
{
    if (needed <= *capacity)
        return 1;
    size_t more = *capacity ? *capacity * 2 : 16;
    if (more < needed)
        more = needed;
    void *moved = realloc(*items, more * size);
    if (!moved)
        return 0;
    *items = moved;
    *capacity = more;
    return 1;
}

static inline void *vector_grow(void **items, size_t *count, size_t *capacity, size_t size)
{
    if (!vector_room(items, capacity, *count + 1, size))
        return NULL;
    void *item = (char *)*items + *count * size;
    memset(item, 0, size);
    *count += 1;
    return item;
}

#endif
