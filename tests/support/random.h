// Random numbers that are the same everywhere for the same seed (splitmix64).
#ifndef GUANXI_TESTS_RANDOM_H
#define GUANXI_TESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// 0 .. bound - 1; bound is at least 1.
static inline int64_t random_below(struct random *random, int64_t bound)
{
    return (int64_t)(random_next(random) % (uint64_t)bound);
}

static inline bool random_permille(struct random *random, int permille)
{
    return random_below(random, 1000) < permille;
}

#endif
