// Counters and gauges of the process, one row each. Atomic, relaxed: cheap enough for a batch, not meant
// for every event (add sums per batch). Labels come with the exposition.
#ifndef GUANXI_BASE_METRICS_H
#define GUANXI_BASE_METRICS_H

#include <stddef.h>
#include <stdint.h>

// X(NAME, "prometheus_name", type, "help")
#define METRICS(X) \
    X(EVENTS_CONSUMED, "guanxi_events_consumed_total", COUNTER, "Records read from Kafka") \
    X(EVENTS_APPLIED, "guanxi_events_applied_total", COUNTER, "Events applied in order") \
    X(EVENTS_LATE, "guanxi_events_late_total", COUNTER, "Events put on the timeline for a fold") \
    X(EVENTS_DUPLICATE, "guanxi_events_duplicate_total", COUNTER, "Events dropped as duplicates") \
    X(EVENTS_ERASED, "guanxi_events_erased_total", COUNTER, "Events of erased customers dropped") \
    X(EVENTS_IGNORED, "guanxi_events_ignored_total", COUNTER, "Events without effect") \
    X(EVENTS_UNKNOWN, "guanxi_events_unknown_total", COUNTER, "Events of unknown types passed over") \
    X(EVENTS_TOMBSTONE, "guanxi_events_tombstone_total", COUNTER, "Records without a value") \
    X(EVENTS_TICK, "guanxi_events_tick_total", COUNTER, "Ticks read") \
    X(EVENTS_QUARANTINED, "guanxi_events_quarantined_total", COUNTER, "Records put into quarantine") \
    X(MARKS_UNKNOWN, "guanxi_marks_unknown_total", COUNTER, "Unknown checklist marks passed over") \
    X(BATCHES, "guanxi_batches_total", COUNTER, "Batches committed") \
    X(BATCH_RETRIES, "guanxi_batch_retries_total", COUNTER, "Batches begun again") \
    X(FENCED, "guanxi_fenced_total", COUNTER, "Batches dropped because another owner has the lane") \
    X(FOLDS, "guanxi_folds_total", COUNTER, "Customers folded") \
    X(ADVANCED, "guanxi_advanced_total", COUNTER, "Customers advanced by the sweep") \
    X(PUBLISHED, "guanxi_published_total", COUNTER, "Messages published") \
    X(PUBLISH_REPEATS, "guanxi_publish_repeats_total", COUNTER, "Messages sent again after an interruption") \
    X(PRODUCER_REBUILDS, "guanxi_producer_rebuilds_total", COUNTER, "Producers rebuilt after a fatal error") \
    X(CACHE_HITS, "guanxi_cache_hits_total", COUNTER, "Customers found in the cache") \
    X(CACHE_MISSES, "guanxi_cache_misses_total", COUNTER, "Customers read from PostgreSQL") \
    X(REBALANCES, "guanxi_kafka_rebalances_total", COUNTER, "Rebalances of the consumer group") \
    X(POSTGRES_RECONNECTS, "guanxi_postgres_reconnects_total", COUNTER, "Connections made again") \
    X(LANES_OWNED, "guanxi_kafka_assigned_partitions", GAUGE, "Lanes this instance owns") \
    X(HOLIDAYS_MISSING, "guanxi_holidays_missing", GAUGE, \
      "1 while the holidays of this year, or in its last quarter of the next, are not known")

enum metric {
#define X(NAME, name, type, help) METRIC_##NAME,
    METRICS(X)
#undef X
    METRIC_COUNT
};

void metric_add(enum metric metric, int64_t amount);
void metric_set(enum metric metric, int64_t value);
int64_t metric_read(enum metric metric);
const char *metric_name(enum metric metric);

#endif
