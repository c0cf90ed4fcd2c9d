// Customers last read or written by a worker, so that most batches need not load them. An optimisation
// under the rule of versions: a stale entry makes a write fail with STORE_CONFLICT, never a wrong one.
// Bounded in bytes; when full, entries not used for a while make room (second chance). One thread.
#ifndef GUANXI_APP_CACHE_H
#define GUANXI_APP_CACHE_H

#include "port/store.h"

struct cache;
struct cache *cache_new(size_t bytes); // NULL when memory is out
void cache_free(struct cache *cache);

// Copies the entry of row->id into *row (id excepted) and returns true, or false.
bool cache_get(struct cache *cache, struct customer_row *row);
// Remembers a row (the id is copied). Best effort: forgetting is always allowed.
void cache_put(struct cache *cache, const struct customer_row *row);
void cache_remove(struct cache *cache, struct span id);
void cache_clear(struct cache *cache); // after a reconnect nothing remembered is certain

#endif
