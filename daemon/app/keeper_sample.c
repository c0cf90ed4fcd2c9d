// Values of the metrics that only the database knows: asked for now and then, never by whoever reads the metrics.
#include "keeper.h"

#include "base/clock.h"

enum {
    SAMPLE_US = 15 * 1000 * 1000,
    LEVELS_US = 300 * 1000 * 1000, // a look at all customers
    FEW = 20000,                   // customers that are looked at each time
};

static int sample_waiting(struct keeper *keeper)
{
    const struct shared *shared = keeper->shared;
    instant watermark = atomic_load(&shared->watermark);
    struct store_sample sample;
    int outcome = keeper->store->ops->sample(keeper->store, watermark,
                                             shared->policy->events_clock ? watermark : wall_now(), &sample);
    if (outcome != STORE_OK)
        return outcome;
    metric_set_at(METRIC_OUTBOX, WAITING_HELD, 0, sample.outbox_held);
    metric_set_at(METRIC_OUTBOX, WAITING_RELEASED, 0, sample.outbox_released);
    metric_set(METRIC_TIMERS_DUE, sample.timers_due);
    metric_set(METRIC_FOLDS_DUE, sample.folds_due);
    metric_set(METRIC_NOTICES_DUE, sample.notices_due);
    metric_set(METRIC_QUARANTINE_HELD, sample.quarantine_held);
    metric_set(METRIC_OLDEST_DUE, sample.oldest_due); // INSTANT_NONE is METRIC_ABSENT
    if (sample.ranked != INSTANT_NONE)
        metric_set(METRIC_RANK_SUCCESS, sample.ranked);
    metric_set(METRIC_SAMPLED, clock_local_us());
    return STORE_OK;
}

static int sample_levels(struct keeper *keeper)
{
    int64_t customers[LEVEL_COUNT + 1], total = 0;
    bool known;
    int outcome = keeper->store->ops->levels(keeper->store, customers, &known);
    for (int level = LEVEL_BASIC; outcome == STORE_OK && level <= LEVEL_COUNT; level++) {
        metric_set_at(METRIC_CUSTOMERS, level, 0, known ? customers[level] : METRIC_ABSENT);
        total += customers[level];
    }
    keeper->levels_each_us = outcome == STORE_OK && known && total < FEW ? SAMPLE_US : LEVELS_US;
    return outcome;
}

// Whether an interval has passed; it begins anew.
static bool is_due(int64_t *last_us, int64_t interval_us)
{
    int64_t now = clock_monotonic_us();
    if (*last_us && now - *last_us < interval_us)
        return false;
    *last_us = now;
    return true;
}

int keeper_sample(struct keeper *keeper)
{
    int outcome = is_due(&keeper->sampled_us, SAMPLE_US) ? sample_waiting(keeper) : STORE_OK;
    if (outcome == STORE_OK && is_due(&keeper->levels_us, keeper->levels_each_us))
        outcome = sample_levels(keeper);
    return outcome;
}
