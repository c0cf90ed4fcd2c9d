#include "base/clock.h"

#include <pthread.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_local_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

// The wall clock is the monotonic clock plus `offset`; `latest` is what it last read, so that a sample
// that puts it back makes it stand still instead.
static struct {
    pthread_mutex_t lock;
    int64_t offset;
    int64_t latest; // INT64_MIN: no sample yet
} wall = {PTHREAD_MUTEX_INITIALIZER, 0, INT64_MIN};

void wall_sample(int64_t wall_us, int64_t monotonic_us)
{
    pthread_mutex_lock(&wall.lock);
    wall.offset = wall_us - monotonic_us;
    if (wall_us > wall.latest)
        wall.latest = wall_us;
    pthread_mutex_unlock(&wall.lock);
}

int64_t wall_now(void)
{
    pthread_mutex_lock(&wall.lock);
    if (wall.latest != INT64_MIN) {
        int64_t now = clock_monotonic_us() + wall.offset;
        if (now > wall.latest)
            wall.latest = now;
    }
    int64_t now = wall.latest;
    pthread_mutex_unlock(&wall.lock);
    return now;
}
