// Borrowed bytes: a pointer and a length, never NUL-terminated by promise, never owned.
// An empty span has size 0; an absent one also has data == NULL.
#ifndef GUANXI_CORE_SPAN_H
#define GUANXI_CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *data;
    uint32_t size;
};

#define SPAN_LITERAL(text) ((struct span){(text), (uint32_t)(sizeof(text) - 1)})
#define SPAN_NONE ((struct span){NULL, 0})

static inline struct span span_of(const char *data, size_t size)
{
    return (struct span){data, (uint32_t)size};
}

// A NUL-terminated string as a span; NULL gives the absent span.
static inline struct span span_text(const char *text)
{
    return (struct span){text, text ? (uint32_t)strlen(text) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

// Bytewise order, the shorter first when one begins the other: the order of COLLATE "C".
static inline int span_compare(struct span a, struct span b)
{
    uint32_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

#endif
