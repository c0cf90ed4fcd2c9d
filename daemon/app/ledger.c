#include "app/ledger.h"

#include <xxhash.h>

enum { SLOTS_FIRST = 16 };

// Only as many slots as the customer needs are ever cleared: most have no promise, few have many.
void ledger_clear(struct ledger *ledger)
{
    vector_clear(&ledger->entries);
    ledger->size = 0;
}

void ledger_free(struct ledger *ledger)
{
    vector_free(&ledger->entries);
    vector_free(&ledger->slots);
    ledger->size = 0;
}

static uint32_t hash_of(struct span id)
{
    return (uint32_t)XXH3_64bits(id.data, id.size);
}

static void place(struct ledger *ledger, uint32_t hash, uint32_t number)
{
    uint32_t slot = hash & (ledger->size - 1);
    while (ledger->slots.items[slot])
        slot = (slot + 1) & (ledger->size - 1);
    ledger->slots.items[slot] = number;
}

static bool grow(struct ledger *ledger)
{
    uint32_t size = ledger->size ? 2 * ledger->size : SLOTS_FIRST;
    if (!vector_reserve(&ledger->slots, size))
        return false;
    ledger->size = size;
    memset(ledger->slots.items, 0, size * sizeof *ledger->slots.items);
    for (uint32_t i = 0; i < ledger->entries.count; i++)
        place(ledger, ledger->entries.items[i].hash, i + 1);
    return true;
}

struct ledger_entry *ledger_find(const struct ledger *ledger, struct span id)
{
    if (ledger->size == 0)
        return NULL;
    uint32_t hash = hash_of(id), slot = hash & (ledger->size - 1);
    for (; ledger->slots.items[slot]; slot = (slot + 1) & (ledger->size - 1)) {
        struct ledger_entry *entry = &ledger->entries.items[ledger->slots.items[slot] - 1];
        if (entry->hash == hash && span_equal(entry->id, id))
            return entry;
    }
    return NULL;
}

struct ledger_entry *ledger_add(struct ledger *ledger, struct span id)
{
    if (2 * (ledger->entries.count + 1) > ledger->size && !grow(ledger))
        return NULL;
    struct ledger_entry *entry = vector_push(&ledger->entries);
    if (!entry)
        return NULL;
    entry->id = id;
    entry->hash = hash_of(id);
    place(ledger, entry->hash, (uint32_t)ledger->entries.count);
    return entry;
}
