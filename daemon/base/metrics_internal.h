// What the files of the metrics share: the table as data, and the label values that were told.
#ifndef GUANXI_DAEMON_BASE_METRICS_INTERNAL_H
#define GUANXI_DAEMON_BASE_METRICS_INTERNAL_H

#include <stdbool.h>

#include "base/metrics.h"

enum metric_kind { KIND_counter, KIND_gauge, KIND_sample, KIND_histogram, KIND_process, KIND_info };
enum metric_unit { UNIT_count, UNIT_seconds, UNIT_instant, UNIT_duration, UNIT_age, UNIT_size, UNIT_ratio };

struct metric_row {
    const char *name, *help;
    enum metric_kind kind;
    enum metric_unit unit;
    enum metric_label first, second;
    int cell; // of its first series
};
extern const struct metric_row metric_rows[METRIC_COUNT];

struct lane_row_text {
    const char *name, *help;
    enum metric_unit unit;
};
extern const struct lane_row_text lane_metric_rows[LANE_METRIC_COUNT];

struct label_row {
    const char *name, *from;
    int most;
    int place; // of its first value among all values
};
extern const struct label_row label_rows[LABEL_COUNT];

// Bounds of a histogram's unit.
struct metric_bounds {
    const int64_t *items;
    int count; // without +Inf
};
struct metric_bounds metric_bounds(enum metric_unit unit);

int64_t metric_cell(int cell);
double metric_sum(int cell); // of a histogram's sum, in its unit
int metric_series_cells(const struct metric_row *row);

// Under metrics_lock: the value's name, "" when it has none; an info's labels.
void metrics_lock(void);
void metrics_unlock(void);
const char *metric_label_text(enum metric_label label, int index);
const char *metric_info_text(enum metric metric);
size_t metrics_lanes(const struct metric_lane **lanes);

// Sets the rows of kind process.
void metrics_read_process(void);

#endif
