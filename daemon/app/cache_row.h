// A row of a customer as the cache keeps it: those of its words that are not as in a customer of whom nothing is known,
// which is few. Most instants are unset, and of those that are set many are that of the last event, which stands there
// once. A word is kept as what it is more than there, or more than the last instant, in as many bytes as that takes.
#ifndef GUANXI_DAEMON_APP_CACHE_ROW_H
#define GUANXI_DAEMON_APP_CACHE_ROW_H

#include "port/rows.h"

enum {
    CACHE_ROW_UNIT = sizeof(uint64_t),
    CACHE_ROW_SKIPPED = offsetof(struct customer_row, version), // the id stands apart
    CACHE_ROW_WORDS = (sizeof(struct customer_row) - CACHE_ROW_SKIPPED) / CACHE_ROW_UNIT,
};

// What rows are told by.
struct cache_row_form {
    uint64_t usual[CACHE_ROW_WORDS];
    uint64_t kept; // the words that are; the others are pointers into the memory of others
};

struct cache_row {
    // Which words stand there, which are as the last instant; that instant; half a byte of size for each word; the words,
    // of which the last may have been written a unit too long.
    uint64_t units[3 + CACHE_ROW_WORDS / 2 / CACHE_ROW_UNIT + 1 + CACHE_ROW_WORDS + 1];
    uint32_t size; // in units
};

// For rows most of which are made under this policy. A row is unpacked by the form that it was packed by.
void cache_row_form(struct cache_row_form *form, uint64_t policy);
void cache_row_pack(const struct cache_row_form *form, const struct customer_row *row, struct cache_row *packed);
// All but the id, and the bytes of the book. Returns the unit behind, and reads up to one beyond that.
const char *cache_row_unpack(const struct cache_row_form *form, const uint64_t *units, struct customer_row *row);

#endif
