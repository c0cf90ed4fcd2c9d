#include "cache_row.h"

#include <assert.h>
#include <endian.h>

enum {
    UNIT = CACHE_ROW_UNIT,
    LAST = offsetof(struct customer_row, state.as_of) - CACHE_ROW_SKIPPED, // bytes: the word that others repeat
    DIFFERS = 0, // units
    REPEATS = 1,
    INSTANT = 2,
    HEAD = 3,
    NEAR = 8, // flag of a word's size: it is told by the last instant
};
static_assert(sizeof(struct customer_row) % CACHE_ROW_UNIT == 0 && CACHE_ROW_SKIPPED % CACHE_ROW_UNIT == 0 &&
              CACHE_ROW_WORDS <= 64, "rows are whole words, and one map has them all");

static const size_t pointers[] = {
    offsetof(struct customer_row, state.last_event),
    offsetof(struct customer_row, state.book),
    offsetof(struct customer_row, book.data),
};

static const char *words_of(const struct customer_row *row)
{
    return (const char *)row + CACHE_ROW_SKIPPED;
}

void cache_row_form(struct cache_row_form *form, uint64_t policy)
{
    struct customer_row unknown = customer_row_unknown(SPAN_NONE, 0);
    unknown.policy = policy;
    memcpy(form->usual, words_of(&unknown), sizeof form->usual);
    form->kept = UINT64_MAX;
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++)
        form->kept &= ~((uint64_t)1 << (pointers[i] - CACHE_ROW_SKIPPED) / UNIT);
}

// Small numbers of either sign as small ones without.
static uint64_t unsigned_of(uint64_t difference)
{
    return difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
}

static uint64_t signed_of(uint64_t number)
{
    return number >> 1 ^ (number & 1 ? UINT64_MAX : 0);
}

static unsigned bytes_of(uint64_t number)
{
    return number ? (71 - (unsigned)__builtin_clzll(number)) / 8 : 1;
}

void cache_row_pack(const struct cache_row_form *form, const struct customer_row *row, struct cache_row *packed)
{
    const char *words = words_of(row);
    uint64_t last, word, differs = 0, repeats = 0;
    memcpy(&last, words + LAST, UNIT);
    for (size_t i = 0; i < CACHE_ROW_WORDS; i++) {
        memcpy(&word, words + i * UNIT, UNIT);
        differs |= (uint64_t)(word != form->usual[i]) << i;
        repeats |= (uint64_t)(word == last) << i;
    }
    differs &= form->kept;
    packed->units[REPEATS] = differs & repeats;
    packed->units[DIFFERS] = differs &= ~repeats;
    packed->units[INSTANT] = last;
    uint8_t *sizes = (uint8_t *)(packed->units + HEAD), *to = sizes + (__builtin_popcountll(differs) + 1) / 2;
    memset(sizes, 0, (size_t)(to - sizes));
    for (int n = 0; differs; differs &= differs - 1, n++) {
        size_t i = (size_t)__builtin_ctzll(differs);
        memcpy(&word, words + i * UNIT, UNIT);
        uint64_t plain = unsigned_of(word - form->usual[i]), near = unsigned_of(word - last);
        uint64_t told = near < plain ? near : plain, bytes = htole64(told);
        unsigned size = bytes_of(told);
        memcpy(to, &bytes, UNIT);
        to += size;
        sizes[n / 2] |= (uint8_t)((size - 1 + (near < plain ? NEAR : 0)) << n % 2 * 4);
    }
    packed->size = HEAD + (uint32_t)((size_t)(to - sizes) + UNIT - 1) / UNIT;
}

const char *cache_row_unpack(const struct cache_row_form *form, const uint64_t *units, struct customer_row *row)
{
    char *words = (char *)row + CACHE_ROW_SKIPPED;
    const uint64_t last = units[INSTANT];
    uint64_t differs = units[DIFFERS];
    const uint8_t *sizes = (const uint8_t *)(units + HEAD), *from = sizes + (__builtin_popcountll(differs) + 1) / 2;
    memcpy(words, form->usual, sizeof form->usual);
    for (uint64_t repeats = units[REPEATS]; repeats; repeats &= repeats - 1)
        memcpy(words + (size_t)__builtin_ctzll(repeats) * UNIT, &last, UNIT);
    for (int n = 0; differs; differs &= differs - 1, n++) {
        size_t i = (size_t)__builtin_ctzll(differs);
        unsigned told = sizes[n / 2] >> n % 2 * 4 & 0xf, size = (told & ~(unsigned)NEAR) + 1;
        uint64_t word;
        memcpy(&word, from, UNIT);
        from += size;
        word = signed_of(le64toh(word) & UINT64_MAX >> (UNIT - size) * 8) + (told & NEAR ? last : form->usual[i]);
        memcpy(words + i * UNIT, &word, UNIT);
    }
    return (const char *)(units + HEAD + ((size_t)(from - sizes) + UNIT - 1) / UNIT);
}
