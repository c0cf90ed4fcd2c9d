// What subjects of events mean that are no customers themselves: who they were merged into, or that they were
// erased. Learned from the store and true as long as its epoch stands. One thread.
#ifndef GUANXI_APP_ALIASES_H
#define GUANXI_APP_ALIASES_H

#include "app/vector.h"
#include "port/store.h"

struct alias {
    uint64_t hash; // customer_hash of the subject
    struct span subject;
    uint64_t customer_hash;
    struct span customer; // who is meant
    bool erased;
};

struct aliases {
    VECTOR(struct alias) items; // by hash, once sorted
    struct arena arena;         // their texts
};

void aliases_init(struct aliases *aliases);
void aliases_free(struct aliases *aliases);
void aliases_clear(struct aliases *aliases);

// Learns what an id stands for, if that is not itself; texts are copied. Found only after aliases_sort. False:
// memory is out.
bool aliases_learn(struct aliases *aliases, const struct identity_row *identity);
void aliases_sort(struct aliases *aliases);

// The alias of a subject, or NULL.
const struct alias *aliases_find(const struct aliases *aliases, struct span subject, uint64_t hash);

#endif
