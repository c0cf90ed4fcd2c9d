#include "app/shared.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/status.h"

void shared_fail(struct shared *shared, int status)
{
    pthread_mutex_lock(&shared->registry_mutex);
    if (atomic_load(&shared->fatal) == 0) {
        snprintf(shared->fatal_message, sizeof shared->fatal_message, "%s", fault_message());
        atomic_store(&shared->fatal, status);
    }
    pthread_mutex_unlock(&shared->registry_mutex);
    atomic_store(&shared->stopping, true);
}

void shared_away(struct shared *shared, bool *connected, const char *why)
{
    if (!*connected)
        return;
    *connected = false;
    if (atomic_fetch_add(&shared->away, 1) > 0)
        return;
    atomic_store(&shared->away_us, clock_monotonic_us());
    log_error("PostgreSQL is away: %s; waiting for it, nothing is lost", why);
}

void shared_back(struct shared *shared, bool *connected)
{
    if (*connected)
        return;
    *connected = true;
    if (atomic_fetch_sub(&shared->away, 1) > 1)
        return;
    int64_t since = atomic_exchange(&shared->away_us, 0);
    log_notice("PostgreSQL is back after %" PRId64 " s", (clock_monotonic_us() - since) / 1000000);
}
