// Customers last read or written by a worker, so that most batches need not load them. An optimisation
// under the rule of versions: a stale entry makes a write fail with STORE_CONFLICT, never a wrong one.
// Packed, and bounded in bytes with all that belongs to it; when full, the oldest make room, those that were
// asked for meanwhile excepted (second chance). One thread.
#ifndef GUANXI_APP_CACHE_H
#define GUANXI_APP_CACHE_H

#include "codec/arena.h"
#include "port/store.h"

struct cache;
struct cache *cache_new(size_t bytes); // NULL when memory is out; at least CACHE_LEAST bytes
void cache_free(struct cache *cache);
enum { CACHE_LEAST = 256 * 1024 };

// What the functions below want to be told, as most callers have it at hand.
uint64_t customer_hash(struct span id);

// Copies the entry of row->id into *row (id excepted), its book into the arena, and returns true. False: there is
// none, or memory is out.
bool cache_get(struct cache *cache, uint64_t hash, struct arena *arena, struct customer_row *row);
// Remembers a row (id and book are copied). Best effort: forgetting is always allowed.
void cache_put(struct cache *cache, uint64_t hash, const struct customer_row *row);
void cache_remove(struct cache *cache, uint64_t hash, struct span id);
void cache_clear(struct cache *cache); // after a reconnect nothing remembered is certain

// The cache is larger than those of the processor: these ask it for what a customer to come needs, first its
// place in the index, and for that to be at hand a while later, then its entry.
void cache_ask_index(const struct cache *cache, uint64_t hash);
void cache_ask_entry(const struct cache *cache, uint64_t hash);

#endif
