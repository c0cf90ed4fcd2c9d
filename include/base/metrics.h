// Counters, gauges and histograms of the process; base/metrics_table.h has a row for each. Any thread. Updates are
// relaxed atomics: cheap enough for a batch, not meant for every event (struct metric_counts sums those).
#ifndef GUANXI_BASE_METRICS_H
#define GUANXI_BASE_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/metrics_table.h"

enum metric {
#define X(NAME, ...) METRIC_##NAME,
    METRICS(X)
#undef X
    METRIC_COUNT
};

enum metric_label {
#define X(NAME, ...) LABEL_##NAME,
    METRIC_LABELS(X)
#undef X
    LABEL_COUNT
};

enum { // values of a label at most
#define X(NAME, label, most, from) LABEL_##NAME##_MOST = (most),
    METRIC_LABELS(X)
#undef X
};

#define X(NAME, text) RESULT_##NAME,
enum metric_result { METRIC_RESULTS(X) RESULT_COUNT };
#undef X
#define X(NAME, text) STAGE_##NAME,
enum metric_stage { METRIC_STAGES(X) };
#undef X
#define X(NAME, text) WAITING_##NAME,
enum metric_waiting { METRIC_WAITING(X) };
#undef X

// A sample that is not known (any more).
#define METRIC_ABSENT INT64_MIN

// ------------------------------------------------------------------------------------------------ values

void metric_add(enum metric metric, int64_t amount);
void metric_set(enum metric metric, int64_t value);
// The same for one value of each label; the second is 0 where there is no second label.
void metric_add_at(enum metric metric, int first, int second, int64_t amount);
void metric_set_at(enum metric metric, int first, int second, int64_t value);
// All of its series together; of a histogram the number of observations.
int64_t metric_read(enum metric metric);
int64_t metric_read_at(enum metric metric, int first, int second);

// Counts one observation; `value` in the unit the bounds are written in.
void metric_observe(enum metric metric, int first, int64_t value);

// Observations to be added at once. Zero to begin with.
enum { METRIC_BUCKETS_MOST = 16 };
struct metric_counts {
    uint32_t buckets[METRIC_BUCKETS_MOST];
    double sum;
};
void metric_count(enum metric metric, struct metric_counts *counts, int64_t value);
void metric_add_counts(enum metric metric, int first, const struct metric_counts *counts);

// Counts an SQLSTATE under its class; NULL: the connection broke without one.
void metric_sqlstate(const char *sqlstate);

// ------------------------------------------------------------------------------------------------ labels

// Names value `index` of a label (of those that are told); series whose values have no name are not shown. The text
// is copied, shortened if need be.
void metric_label_value(enum metric_label label, int index, const char *value);
// The index of a value, or 0.
int metric_label_index(enum metric_label label, const char *value);
// The labels of an info metric as they stand between the braces.
void metric_info(enum metric metric, const char *labels);

// ------------------------------------------------------------------------------------------------- lanes

enum lane_metric {
#define X(NAME, ...) LANE_METRIC_##NAME,
    LANE_METRICS(X)
#undef X
    LANE_METRIC_COUNT
};
#define X(NAME, text) LANE_STATE_##NAME,
enum metric_lane_state { METRIC_LANE_STATES(X) };
#undef X

struct metric_lane {
    char topic[250];
    int32_t partition;
    int64_t values[LANE_METRIC_COUNT]; // METRIC_ABSENT: not known yet; STATE: enum metric_lane_state
};

// From now on these are the lanes; copied. When memory is out those before remain.
void metrics_set_lanes(const struct metric_lane *lanes, size_t count);
// Those there are now, to be freed; NULL: none, or memory is out.
struct metric_lane *metrics_copy_lanes(size_t *count);
// What status lines say of them all: their number, offsets not committed yet, the age of the oldest record of those.
struct metric_lag {
    int64_t lanes, halted, records, oldest_us;
};
struct metric_lag metrics_lag(void);

// ------------------------------------------------------------------------------------------------ output

// Everything in Prometheus' text format 0.0.4.
void metrics_write(FILE *out);
// The reference page, in Markdown.
void metrics_write_reference(FILE *out);

const char *metric_name(enum metric metric);

#endif
