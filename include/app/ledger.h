// Which rows of a write are about which promise of one customer. What one event did to a promise is what the
// next one finds, and of a promise there is one row in a write; a customer may have any number of them.
#ifndef GUANXI_APP_LEDGER_H
#define GUANXI_APP_LEDGER_H

#include "app/vector.h"
#include "core/book.h"

enum { PROMISE_KINDS = REMINDER_KIND_COUNT - REMINDER_INSTANT_KINDS };

// Numbers of rows in the write set, from 1; 0: there is none.
struct ledger_entry {
    struct span id; // of the promise, borrowed
    uint32_t hash;
    uint32_t promise;
    uint32_t reminders[PROMISE_KINDS];
};

struct ledger {
    VECTOR(struct ledger_entry) entries;
    VECTOR(uint32_t) slots; // open addressing: number of the entry, from 1; 0 free
    uint32_t size;          // of the slots in use, a power of two; 0: none
};

void ledger_clear(struct ledger *ledger); // for the next customer; keeps the memory
void ledger_free(struct ledger *ledger);

// The entry of a promise, or NULL. Valid until one is added.
struct ledger_entry *ledger_find(const struct ledger *ledger, struct span id);
// A new entry, without rows; there must be none yet, and the id has to outlive it. NULL: memory is out.
struct ledger_entry *ledger_add(struct ledger *ledger, struct span id);

#endif
