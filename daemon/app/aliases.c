#include "app/aliases.h"

#include <stdlib.h>

#include "app/cache.h"

enum { BLOCK = 16 * 1024 };

void aliases_init(struct aliases *aliases)
{
    memset(aliases, 0, sizeof *aliases);
    arena_init(&aliases->arena, BLOCK);
}

void aliases_free(struct aliases *aliases)
{
    vector_free(&aliases->items);
    arena_free(&aliases->arena);
}

void aliases_clear(struct aliases *aliases)
{
    vector_clear(&aliases->items);
    arena_reset(&aliases->arena);
}

bool aliases_learn(struct aliases *aliases, const struct identity_row *identity)
{
    if (!identity->erased && span_equal(identity->id, identity->customer))
        return true;
    struct alias *alias = vector_push(&aliases->items);
    if (!alias)
        return false;
    *alias = (struct alias){
        .subject = arena_copy(&aliases->arena, identity->id),
        .customer = arena_copy(&aliases->arena, identity->customer),
        .erased = identity->erased,
    };
    alias->hash = customer_hash(identity->id);
    alias->customer_hash = customer_hash(identity->customer);
    return alias->subject.data && alias->customer.data;
}

static int compare(const void *a, const void *b)
{
    const struct alias *left = a, *right = b;
    return (left->hash > right->hash) - (left->hash < right->hash);
}

void aliases_sort(struct aliases *aliases)
{
    if (aliases->items.count > 1)
        qsort(aliases->items.items, aliases->items.count, sizeof *aliases->items.items, compare);
}

const struct alias *aliases_find(const struct aliases *aliases, struct span subject, uint64_t hash)
{
    const struct alias *items = aliases->items.items;
    size_t low = 0, high = aliases->items.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (items[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < aliases->items.count && items[low].hash == hash; low++) {
        if (span_equal(items[low].subject, subject))
            return &items[low];
    }
    return NULL;
}
