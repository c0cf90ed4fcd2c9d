#include "base/health.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { TEXT_MAX = 160 };

static struct {
    _Atomic int64_t beat_us; // monotonic; ahead of the clock while something long goes on; 0: nobody's
    char name[HEART_NAME_MAX];
} hearts[HEARTS_MOST];

static _Thread_local int own = -1; // heart

static struct {
    pthread_mutex_t mutex;
    struct {
        bool ok;
        char text[TEXT_MAX];
    } checks[HEALTH_CHECK_COUNT];
} found = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static _Atomic bool stopping;

void health_heart_begin(const char *name)
{
    // The name that top and debuggers show; the first thread's is that of the process.
    if (gettid() != getpid())
        pthread_setname_np(pthread_self(), name);
    pthread_mutex_lock(&found.mutex);
    for (int i = 0; i < HEARTS_MOST && own < 0; i++) {
        if (atomic_load(&hearts[i].beat_us) != 0)
            continue;
        snprintf(hearts[i].name, sizeof hearts[i].name, "%s", name);
        own = i;
        health_beat();
    }
    pthread_mutex_unlock(&found.mutex);
}

void health_heart_end(void)
{
    if (own >= 0)
        atomic_store(&hearts[own].beat_us, 0);
    own = -1;
}

void health_beat_for(int64_t us)
{
    if (own >= 0)
        atomic_store_explicit(&hearts[own].beat_us, clock_monotonic_us() + us, memory_order_relaxed);
}

void health_beat(void)
{
    health_beat_for(0);
}

bool health_is_alive(int64_t patience_us, char *who)
{
    int64_t now = clock_monotonic_us(), oldest = now - patience_us;
    bool alive = true;
    pthread_mutex_lock(&found.mutex);
    for (int i = 0; i < HEARTS_MOST; i++) {
        int64_t beat_us = atomic_load(&hearts[i].beat_us);
        if (beat_us == 0 || beat_us >= oldest)
            continue;
        oldest = beat_us;
        alive = false;
        if (who)
            memcpy(who, hearts[i].name, sizeof hearts[i].name);
    }
    pthread_mutex_unlock(&found.mutex);
    return alive;
}

void health_set(enum health_check check, bool ok, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    pthread_mutex_lock(&found.mutex);
    found.checks[check].ok = ok;
    memcpy(found.checks[check].text, text, sizeof text);
    pthread_mutex_unlock(&found.mutex);
}

void health_stop(void)
{
    atomic_store(&stopping, true);
}

bool health_is_ready(FILE *out)
{
    static const char *const names[] = {
#define X(NAME, name) name,
        HEALTH_CHECKS(X)
#undef X
    };
    bool ready = !atomic_load(&stopping);
    if (out && !ready)
        fputs("[-]running failed: it is ending\n", out);
    pthread_mutex_lock(&found.mutex);
    for (int i = 0; i < HEALTH_CHECK_COUNT; i++) {
        bool ok = found.checks[i].ok;
        const char *text = found.checks[i].text;
        ready &= ok;
        if (out)
            fprintf(out, "[%c]%s %s%s%s\n", ok ? '+' : '-', names[i], ok ? "ok" : "failed", *text ? ": " : "", text);
    }
    pthread_mutex_unlock(&found.mutex);
    return ready;
}
