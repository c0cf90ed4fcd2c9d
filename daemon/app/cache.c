#include "app/cache.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <xxhash.h>

#include "base/ahead.h"
#include "cache_row.h"

// Entries stand in a ring, oldest first, and `slots` is an open-addressing index into it. What is forgotten, and what no
// longer fits where it stands, leaves a dead entry behind until the ring comes round.
struct entry { // then the id, the packed row and the book, each from a unit on
    uint32_t tag;
    uint32_t units : 15, id_size : 15, live : 1;
    uint32_t used : 1; // since it came to the head of the ring
};

struct slot {
    uint32_t tag; // of the hash: a search touches no entry of another customer, as good as ever
    uint32_t at;  // unit of the entry + 1; 0 free
};

enum {
    UNIT = CACHE_ROW_UNIT,
    ID_MOST = 1024,
    GRAIN = 2,           // units: leaves some room for a row to grow in
    SLOT_SHARE = 96,     // one slot for so many bytes
    CHANCES = 64,        // entries brought back to the head for one that comes
    HUGE_PAGE = 2 << 20,
    TYPICAL = 192,       // bytes of an entry
};
_Static_assert(sizeof(struct entry) == UNIT, "entries are whole units");

struct cache {
    void *memory;
    struct slot *slots;
    uint64_t *ring;
    uint32_t slot_count, most, count; // `most` and `count`: of live entries
    uint32_t units, head, tail, filled, live; // `live`: of the filled ones
    struct cache_row_form form;
};

uint64_t customer_hash(struct span id)
{
    return XXH3_64bits(id.data, id.size);
}

// Huge pages come with one fault instead of 512, still only where something is written.
static void want_huge_pages(char *memory, size_t size)
{
    uintptr_t from = ((uintptr_t)memory + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    uintptr_t to = ((uintptr_t)memory + size) / HUGE_PAGE * HUGE_PAGE;
    if (from < to)
        madvise(memory + (from - (uintptr_t)memory), to - from, MADV_HUGEPAGE); // a wish
}

struct cache *cache_new(size_t bytes)
{
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    size_t most = (size_t)UINT32_MAX * UNIT;
    bytes = bytes < CACHE_LEAST ? CACHE_LEAST : bytes < most ? bytes : most;
    bytes = (bytes - sizeof *cache) / UNIT * UNIT;
    cache->memory = calloc(1, bytes); // untouched pages cost nothing until customers come
    if (!cache->memory) {
        cache_free(cache);
        return NULL;
    }
    want_huge_pages(cache->memory, bytes);
    cache->slot_count = (uint32_t)(bytes / SLOT_SHARE);
    cache->most = cache->slot_count / 4 * 3;
    cache->slots = cache->memory;
    cache->ring = (uint64_t *)(cache->slots + cache->slot_count);
    cache->units = (uint32_t)(bytes / UNIT - cache->slot_count - 1); // one is read beyond the last
    cache_row_form(&cache->form, 0);
    return cache;
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    free(cache->memory);
    free(cache);
}

void cache_clear(struct cache *cache)
{
    cache->count = cache->live = cache->head = cache->tail = cache->filled = 0;
    memset(cache->slots, 0, cache->slot_count * sizeof *cache->slots);
}

// ---------------------------------------------------------------------------------------------- entries

static struct entry *entry_at(const struct cache *cache, uint32_t at)
{
    return (struct entry *)&cache->ring[at];
}

static const char *id_of(const struct entry *entry)
{
    return (const char *)(entry + 1);
}

static uint32_t text_units(size_t size)
{
    return (uint32_t)((size + UNIT - 1) / UNIT);
}

static uint64_t *packed_of(struct entry *entry)
{
    return (uint64_t *)(entry + 1) + text_units(entry->id_size);
}

// ------------------------------------------------------------------------------------------------ index

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static uint32_t home_of(const struct cache *cache, uint32_t tag)
{
    return (uint32_t)((uint64_t)tag * cache->slot_count >> 32);
}

static uint32_t after(const struct cache *cache, uint32_t slot)
{
    return slot + 1 < cache->slot_count ? slot + 1 : 0;
}

static uint32_t distance(const struct cache *cache, uint32_t from, uint32_t to)
{
    return to >= from ? to - from : to + (cache->slot_count - from);
}

// The slot that holds the id, or the free one where it would go.
static uint32_t find(const struct cache *cache, uint32_t tag, struct span id)
{
    uint32_t slot = home_of(cache, tag);
    for (; cache->slots[slot].at; slot = after(cache, slot)) {
        if (cache->slots[slot].tag != tag)
            continue;
        const struct entry *entry = entry_at(cache, cache->slots[slot].at - 1);
        if (span_equal(span_of(id_of(entry), entry->id_size), id))
            break;
    }
    return slot;
}

// The slot of a live entry.
static uint32_t slot_of(const struct cache *cache, uint32_t tag, uint32_t at)
{
    uint32_t slot = home_of(cache, tag);
    while (cache->slots[slot].at != at + 1)
        slot = after(cache, slot);
    return slot;
}

// Frees a slot and moves those behind it up, so that no search stops too early.
static void free_slot(struct cache *cache, uint32_t slot)
{
    for (uint32_t next = after(cache, slot); cache->slots[next].at; next = after(cache, next)) {
        uint32_t home = home_of(cache, cache->slots[next].tag);
        if (distance(cache, home, next) >= distance(cache, slot, next)) {
            cache->slots[slot] = cache->slots[next];
            slot = next;
        }
    }
    cache->slots[slot].at = 0;
    cache->count--;
}

static void forget(struct cache *cache, uint32_t slot)
{
    struct entry *entry = entry_at(cache, cache->slots[slot].at - 1);
    entry->live = 0;
    cache->live -= entry->units;
    free_slot(cache, slot);
}

// ------------------------------------------------------------------------------------------------- ring

// Room for an entry at the head, which goes back to the beginning when there is too little up to the end.
static bool has_room(struct cache *cache, uint32_t units)
{
    uint32_t room = cache->units - cache->filled, to_end = cache->units - cache->head;
    if (units <= to_end)
        return units <= room;
    if (room < to_end + units)
        return false;
    *entry_at(cache, cache->head) = (struct entry){.units = to_end & 0x7fff}; // less than an entry
    cache->filled += to_end;
    cache->head = 0;
    return true;
}

// Takes the room at the head.
static uint32_t push(struct cache *cache, uint32_t units)
{
    uint32_t at = cache->head;
    cache->head = at + units < cache->units ? at + units : 0;
    cache->filled += units;
    return at;
}

// The oldest entry leaves the tail: for good, or back to the head. That is where it goes for a second chance, and
// as long as the ring is full of dead ones: then nothing has to be forgotten.
static void retire(struct cache *cache, int *chances)
{
    uint32_t at = cache->tail;
    struct entry entry = *entry_at(cache, at);
    cache->tail = at + entry.units < cache->units ? at + entry.units : 0;
    cache->filled -= entry.units;
    if (!entry.live)
        return;
    uint32_t slot = slot_of(cache, entry.tag, at);
    bool stays = cache->live < cache->units / 2 && cache->count < cache->most;
    if (!stays && entry.used)
        stays = (*chances)-- > 0;
    if (!stays || !has_room(cache, entry.units)) {
        cache->live -= entry.units;
        free_slot(cache, slot);
        return;
    }
    uint32_t to = push(cache, entry.units);
    memmove(&cache->ring[to], &cache->ring[at], (size_t)entry.units * UNIT);
    entry_at(cache, to)->used = 0;
    cache->slots[slot].at = to + 1;
}

static struct entry *add(struct cache *cache, uint32_t tag, struct span id, uint32_t units)
{
    int chances = CHANCES;
    units = (units + GRAIN - 1) / GRAIN * GRAIN;
    while (cache->count >= cache->most || !has_room(cache, units))
        retire(cache, &chances);
    uint32_t slot = home_of(cache, tag);
    while (cache->slots[slot].at)
        slot = after(cache, slot);
    uint32_t at = push(cache, units);
    cache->live += units;
    cache->slots[slot] = (struct slot){.tag = tag, .at = at + 1};
    cache->count++;
    struct entry *entry = entry_at(cache, at);
    *entry = (struct entry){.tag = tag, .units = units & 0x7fff, .id_size = id.size & 0x7fff, .live = 1};
    memcpy(entry + 1, id.data, id.size);
    return entry;
}

// -------------------------------------------------------------------------------------------- interface

bool cache_get(struct cache *cache, uint64_t hash, struct arena *arena, struct customer_row *row)
{
    uint32_t slot = find(cache, tag_of(hash), row->id);
    if (!cache->slots[slot].at)
        return false;
    struct entry *entry = entry_at(cache, cache->slots[slot].at - 1);
    entry->used = 1;
    const char *book = cache_row_unpack(&cache->form, packed_of(entry), row);
    if (row->book.size == 0)
        return true;
    row->book = arena_copy(arena, span_of(book, row->book.size));
    return row->book.data != NULL;
}

void cache_put(struct cache *cache, uint64_t hash, const struct customer_row *row)
{
    if (row->id.size > ID_MOST)
        return;
    struct cache_row packed;
    if (cache->filled == 0) // what most rows will be made under
        cache_row_form(&cache->form, row->policy);
    cache_row_pack(&cache->form, row, &packed);
    uint32_t units = 1 + text_units(row->id.size) + packed.size + text_units(row->book.size), tag = tag_of(hash);
    uint32_t slot = find(cache, tag, row->id);
    struct entry *entry = NULL;
    if (cache->slots[slot].at) {
        entry = entry_at(cache, cache->slots[slot].at - 1);
        if (entry->units < units) {
            forget(cache, slot);
            entry = NULL;
        }
    }
    if (!entry)
        entry = add(cache, tag, row->id, units);
    uint64_t *to = packed_of(entry);
    memcpy(to, packed.units, (size_t)packed.size * UNIT);
    if (row->book.size)
        memcpy(to + packed.size, row->book.data, row->book.size);
}

void cache_remove(struct cache *cache, uint64_t hash, struct span id)
{
    uint32_t slot = find(cache, tag_of(hash), id);
    if (cache->slots[slot].at)
        forget(cache, slot);
}

void cache_ask_index(const struct cache *cache, uint64_t hash)
{
    ask_for(&cache->slots[home_of(cache, tag_of(hash))], sizeof(struct slot));
}

void cache_ask_entry(const struct cache *cache, uint64_t hash)
{
    uint32_t tag = tag_of(hash), slot = home_of(cache, tag);
    while (cache->slots[slot].at && cache->slots[slot].tag != tag)
        slot = after(cache, slot);
    if (cache->slots[slot].at)
        ask_for(entry_at(cache, cache->slots[slot].at - 1), TYPICAL);
}
