#include "page_rates.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { SAMPLES = 3 };
#define EACH_US (INT64_C(10) * 1000 * 1000)

void page_rates_init(struct page_rates *rates)
{
    *rates = (struct page_rates){0};
    pthread_mutex_init(&rates->mutex, NULL);
}

void page_rates_free(struct page_rates *rates)
{
    for (int i = 0; i < SAMPLES; i++)
        free(rates->samples[i].lanes);
    free(rates->now.lanes);
    pthread_mutex_destroy(&rates->mutex);
}

void page_rates_look(struct page_rates *rates)
{
    int64_t now = clock_monotonic_us();
    if (rates->samples[0].at_us && now - rates->samples[0].at_us < EACH_US)
        return;
    struct page_sample sample = {.at_us = now};
    sample.lanes = metrics_copy_lanes(&sample.count);
    pthread_mutex_lock(&rates->mutex);
    free(rates->samples[SAMPLES - 1].lanes);
    memmove(rates->samples + 1, rates->samples, (SAMPLES - 1) * sizeof *rates->samples);
    rates->samples[0] = sample;
    pthread_mutex_unlock(&rates->mutex);
}

static const struct metric_lane *find(const struct metric_lane *lanes, size_t count, const char *topic, int partition)
{
    for (size_t i = 0; i < count; i++)
        if (lanes[i].partition == partition && strcmp(lanes[i].topic, topic) == 0)
            return &lanes[i];
    return NULL;
}

void page_rates_now(struct page_rates *rates)
{
    free(rates->now.lanes);
    rates->now.lanes = metrics_copy_lanes(&rates->now.count);
}

struct page_rate page_rates_of(struct page_rates *rates, const char *topic, int partition)
{
    struct page_rate found = {-1, METRIC_ABSENT, METRIC_ABSENT};
    pthread_mutex_lock(&rates->mutex);
    const struct page_sample *latest = &rates->samples[0];
    const struct metric_lane *now = find(latest->lanes, latest->count, topic, partition);
    for (int i = SAMPLES - 1; now && i > 0 && found.rate < 0; i--) {
        const struct page_sample *sample = &rates->samples[i];
        const struct metric_lane *then = find(sample->lanes, sample->count, topic, partition);
        int64_t from = then ? then->values[LANE_METRIC_COMMITTED] : METRIC_ABSENT;
        int64_t to = now->values[LANE_METRIC_COMMITTED];
        if (from != METRIC_ABSENT && to >= from)
            found.rate = (double)(to - from) * 1e6 / (double)(latest->at_us - sample->at_us);
    }
    pthread_mutex_unlock(&rates->mutex);
    const struct metric_lane *lane = find(rates->now.lanes, rates->now.count, topic, partition);
    if (lane) {
        found.lag = lane->values[LANE_METRIC_LAG];
        found.lag_us = lane->values[LANE_METRIC_LAG_SECONDS];
    }
    return found;
}
