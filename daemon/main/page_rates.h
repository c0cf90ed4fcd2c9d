// How fast lanes of this instance are: their positions now and a little while ago.
#ifndef GUANXI_DAEMON_MAIN_PAGE_RATES_H
#define GUANXI_DAEMON_MAIN_PAGE_RATES_H

#include <pthread.h>
#include <stddef.h>

#include "base/metrics.h"

struct page_sample {
    struct metric_lane *lanes; // owned
    size_t count;
    int64_t at_us; // monotonic; 0: none yet
};

struct page_rates {
    pthread_mutex_t mutex;
    struct page_sample samples[3]; // the latest first
    struct page_sample now;        // of whoever asks; no other thread looks
};

void page_rates_init(struct page_rates *rates);
void page_rates_free(struct page_rates *rates);
// To be called a few times a second.
void page_rates_look(struct page_rates *rates);
// How lanes stand at this instant, for what is asked after it; by the one thread that asks.
void page_rates_now(struct page_rates *rates);
// Messages a second, and how many are not committed yet and of which age; negative and METRIC_ABSENT: unknown.
struct page_rate {
    double rate;
    int64_t lag, lag_us;
};
struct page_rate page_rates_of(struct page_rates *rates, const char *topic, int partition);

#endif
