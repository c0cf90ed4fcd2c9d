// What a batch works on is larger than the caches of a processor and not in one order: what comes next is asked
// for while this is worked on.
#ifndef GUANXI_BASE_AHEAD_H
#define GUANXI_BASE_AHEAD_H

#include <stddef.h>

enum { CACHE_LINE = 64 };

// Asks for memory, which need not be readable.
static inline void ask_for(const void *memory, size_t size)
{
    for (size_t at = 0; at < size; at += CACHE_LINE)
        __builtin_prefetch((const char *)memory + at);
    // gcc leaves out calls of functions that do nothing but this, as if they had no effect.
    __asm__ volatile("");
}

#endif
