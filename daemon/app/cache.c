#include "app/cache.h"

#include <stdlib.h>
#include <xxhash.h>

// Entries stand in one array that the clock hand sweeps; `slots` is an open-addressing index into it.
struct entry {
    uint64_t hash;
    char *id; // own copy, row.id points at it; NULL: free
    struct customer_row row;
    bool used; // since the hand last passed
};

struct cache {
    struct entry *entries;
    uint32_t *slots; // entry index + 1; 0 free
    uint32_t capacity, count, hand;
    uint32_t mask;
};

enum { ID_BYTES = 32 }; // what an id costs on average, with its allocation

struct cache *cache_new(size_t bytes)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    size_t each = sizeof(struct entry) + ID_BYTES + 2 * sizeof(uint32_t);
    size_t capacity = bytes / each;
    cache->capacity = (uint32_t)(capacity < 1024 ? 1024 : capacity > UINT32_MAX / 4 ? UINT32_MAX / 4 : capacity);
    uint32_t slots = 1024;
    while (slots < cache->capacity + cache->capacity / 2)
        slots *= 2;
    cache->mask = slots - 1;
    // Untouched pages of both arrays cost nothing until customers come.
    cache->entries = calloc(cache->capacity, sizeof *cache->entries);
    cache->slots = calloc(slots, sizeof *cache->slots);
    if (cache->entries && cache->slots)
        return cache;
    cache_free(cache);
    return NULL;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    if (cache->entries)
        cache_clear(cache);
    free(cache->entries);
    free(cache->slots);
    free(cache);
}

static uint64_t hash_of(struct span id)
{
    return XXH3_64bits(id.data, id.size);
}

// The slot that holds the id, or the free one where it would go.
static uint32_t find(const struct cache *cache, struct span id, uint64_t hash)
{
    uint32_t slot = (uint32_t)hash & cache->mask;
    for (; cache->slots[slot]; slot = (slot + 1) & cache->mask) {
        const struct entry *entry = &cache->entries[cache->slots[slot] - 1];
        if (entry->hash == hash && span_equal(entry->row.id, id))
            break;
    }
    return slot;
}

bool cache_get(struct cache *cache, struct customer_row *row)
{
    uint32_t slot = find(cache, row->id, hash_of(row->id));
    if (!cache->slots[slot])
        return false;
    struct entry *entry = &cache->entries[cache->slots[slot] - 1];
    entry->used = true;
    struct span id = row->id;
    *row = entry->row;
    row->id = id;
    return true;
}

// Frees a slot and moves those behind it up, so that no search stops too early.
static void free_slot(struct cache *cache, uint32_t slot)
{
    struct entry *entry = &cache->entries[cache->slots[slot] - 1];
    free(entry->id);
    entry->id = NULL;
    cache->slots[slot] = 0;
    for (uint32_t next = (slot + 1) & cache->mask; cache->slots[next]; next = (next + 1) & cache->mask) {
        uint32_t home = (uint32_t)cache->entries[cache->slots[next] - 1].hash & cache->mask;
        if (((next - home) & cache->mask) >= ((next - slot) & cache->mask)) {
            cache->slots[slot] = cache->slots[next];
            cache->slots[next] = 0;
            slot = next;
        }
    }
}

// An entry to use: a fresh one, else the first that was not used since the hand passed it.
static uint32_t make_room(struct cache *cache)
{
    if (cache->count < cache->capacity)
        return cache->count++;
    for (;;) {
        uint32_t index = cache->hand;
        cache->hand = (cache->hand + 1) % cache->capacity;
        struct entry *entry = &cache->entries[index];
        if (!entry->id)
            return index;
        if (!entry->used) {
            free_slot(cache, find(cache, entry->row.id, entry->hash));
            return index;
        }
        entry->used = false;
    }
}

void cache_put(struct cache *cache, const struct customer_row *row)
{
    uint64_t hash = hash_of(row->id);
    uint32_t slot = find(cache, row->id, hash);
    struct entry *entry;
    if (cache->slots[slot]) {
        entry = &cache->entries[cache->slots[slot] - 1];
    } else {
        char *id = malloc(row->id.size + 1);
        if (!id)
            return;
        memcpy(id, row->id.data, row->id.size);
        uint32_t index = make_room(cache);
        slot = find(cache, row->id, hash); // making room may have moved slots
        cache->slots[slot] = index + 1;
        entry = &cache->entries[index];
        entry->id = id;
        entry->hash = hash;
    }
    struct span id = {entry->id, row->id.size};
    entry->row = *row;
    entry->row.id = id;
    entry->row.state.last_event = NULL;
    entry->used = true;
}

void cache_remove(struct cache *cache, struct span id)
{
    uint32_t slot = find(cache, id, hash_of(id));
    if (cache->slots[slot])
        free_slot(cache, slot);
}

void cache_clear(struct cache *cache)
{
    for (uint32_t i = 0; i < cache->count; i++) {
        free(cache->entries[i].id);
        cache->entries[i].id = NULL;
    }
    cache->count = cache->hand = 0;
    if (cache->slots)
        memset(cache->slots, 0, ((size_t)cache->mask + 1) * sizeof *cache->slots);
}
