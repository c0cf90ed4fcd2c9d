#include "app/shared.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/health.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status.h"

const struct policy *shared_settled_policy(struct shared *shared)
{
    pthread_mutex_lock(&shared->policy_mutex);
    const struct policy *policy = shared->policy;
    pthread_mutex_unlock(&shared->policy_mutex);
    return policy;
}

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
    metric_set(METRIC_POSTGRES_UP, 0);
    health_set(HEALTH_POSTGRES, false, "%s", why);
    log_event(LOG_ERROR, POSTGRES_AWAY, "PostgreSQL is away: %s; waiting for it, nothing is lost", why);
}

void shared_back(struct shared *shared, bool *connected)
{
    if (*connected)
        return;
    *connected = true;
    if (atomic_fetch_sub(&shared->away, 1) > 1)
        return;
    int64_t since = atomic_exchange(&shared->away_us, 0);
    metric_set(METRIC_POSTGRES_UP, 1);
    health_set(HEALTH_POSTGRES, true, "%s", "");
    log_event(LOG_NOTICE, POSTGRES_BACK, "PostgreSQL is back after %" PRId64 " s", (clock_monotonic_us() - since) / 1000000);
}
