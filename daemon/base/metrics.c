// The values and the names of their labels. Every series has its place among `cells`, known when this is compiled.
#include "metrics_internal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
    CELLS_counter = 1, CELLS_gauge = 1, CELLS_sample = 1, CELLS_process = 1, CELLS_info = 1,
    CELLS_histogram = METRIC_BUCKETS_MOST + 1, // and the sum
    LABEL_TEXT = 64,
    INFO_TEXT = 256,
};

enum {
#define X(NAME, name, kind, unit, FIRST, SECOND, help) \
    CELL_##NAME, CELL_LAST_##NAME = CELL_##NAME + LABEL_##FIRST##_MOST * LABEL_##SECOND##_MOST * CELLS_##kind - 1,
    METRICS(X)
#undef X
    CELL_COUNT
};

enum {
#define X(NAME, label, most, from) PLACE_##NAME, PLACE_LAST_##NAME = PLACE_##NAME + (most) - 1,
    METRIC_LABELS(X)
#undef X
    PLACE_COUNT
};

#define X(NAME, text) SQLSTATE_##NAME,
enum { METRIC_SQLSTATES(X) };
#undef X
#define X(NAME, text) SEVERITY_##NAME,
enum { METRIC_SEVERITIES(X) };
#undef X

const struct metric_row metric_rows[METRIC_COUNT] = {
#define X(NAME, name, kind, unit, FIRST, SECOND, help) \
    {name, help, KIND_##kind, UNIT_##unit, LABEL_##FIRST, LABEL_##SECOND, CELL_##NAME},
    METRICS(X)
#undef X
};

const struct lane_row_text lane_metric_rows[LANE_METRIC_COUNT] = {
#define X(NAME, name, unit, help) {name, help, UNIT_##unit},
    LANE_METRICS(X)
#undef X
};

const struct label_row label_rows[LABEL_COUNT] = {
#define X(NAME, label, most, from) {label, from, most, PLACE_##NAME},
    METRIC_LABELS(X)
#undef X
};

static _Atomic int64_t cells[CELL_COUNT]; // of a sample XOR METRIC_ABSENT: zero is "not known"

static struct {
    pthread_mutex_t mutex;
    char labels[PLACE_COUNT][LABEL_TEXT];
    char infos[METRIC_COUNT][INFO_TEXT];
    struct metric_lane *lanes;
    size_t lane_count;
} texts = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .labels = {
        [PLACE_TOPIC] = "other",
        [PLACE_TYPE] = "other",
#define X(NAME, text) [PLACE_RESULT + RESULT_##NAME] = text,
        METRIC_RESULTS(X)
#undef X
#define X(NAME, text) [PLACE_STAGE + STAGE_##NAME] = text,
        METRIC_STAGES(X)
#undef X
#define X(NAME, text) [PLACE_SQLSTATE + SQLSTATE_##NAME] = text,
        METRIC_SQLSTATES(X)
#undef X
#define X(NAME, text) [PLACE_SEVERITY + SEVERITY_##NAME] = text,
        METRIC_SEVERITIES(X)
#undef X
#define X(NAME, text) [PLACE_WAITING + WAITING_##NAME] = text,
        METRIC_WAITING(X)
#undef X
    },
};

// -------------------------------------------------------------------------------------------------- cells

int metric_series_cells(const struct metric_row *row)
{
    return row->kind == KIND_histogram ? CELLS_histogram : 1;
}

static int cell_of(const struct metric_row *row, int first, int second)
{
    int most = label_rows[row->first].most, width = label_rows[row->second].most;
    int at = (first >= 0 && first < most ? first : 0) * width + (second >= 0 && second < width ? second : 0);
    return row->cell + at * metric_series_cells(row);
}

int64_t metric_cell(int cell)
{
    return atomic_load_explicit(&cells[cell], memory_order_relaxed);
}

static void add(int cell, int64_t amount)
{
    atomic_fetch_add_explicit(&cells[cell], amount, memory_order_relaxed);
}

void metric_add_at(enum metric metric, int first, int second, int64_t amount)
{
    add(cell_of(&metric_rows[metric], first, second), amount);
}

void metric_add(enum metric metric, int64_t amount)
{
    metric_add_at(metric, 0, 0, amount);
}

void metric_set_at(enum metric metric, int first, int second, int64_t value)
{
    const struct metric_row *row = &metric_rows[metric];
    int64_t kept = row->kind == KIND_sample ? value ^ METRIC_ABSENT : value;
    atomic_store_explicit(&cells[cell_of(row, first, second)], kept, memory_order_relaxed);
}

void metric_set(enum metric metric, int64_t value)
{
    metric_set_at(metric, 0, 0, value);
}

int64_t metric_read_at(enum metric metric, int first, int second)
{
    const struct metric_row *row = &metric_rows[metric];
    int cell = cell_of(row, first, second);
    if (row->kind != KIND_histogram)
        return metric_cell(cell) ^ (row->kind == KIND_sample ? METRIC_ABSENT : 0);
    int64_t count = 0;
    for (int i = 0; i < METRIC_BUCKETS_MOST; i++)
        count += metric_cell(cell + i);
    return count;
}

int64_t metric_read(enum metric metric)
{
    const struct metric_row *row = &metric_rows[metric];
    int64_t total = METRIC_ABSENT;
    for (int first = 0; first < label_rows[row->first].most; first++) {
        for (int second = 0; second < label_rows[row->second].most; second++) {
            int64_t value = metric_read_at(metric, first, second);
            if (value != METRIC_ABSENT)
                total = (total == METRIC_ABSENT ? 0 : total) + value;
        }
    }
    return total;
}

const char *metric_name(enum metric metric)
{
    return metric_rows[metric].name;
}

// --------------------------------------------------------------------------------------------- histograms

static const int64_t duration_bounds[] = {METRIC_DURATION_BOUNDS};
static const int64_t age_bounds[] = {METRIC_AGE_BOUNDS};
static const int64_t size_bounds[] = {METRIC_SIZE_BOUNDS};
#define BOUNDS(items) {items, sizeof items / sizeof *items}
_Static_assert(sizeof duration_bounds / sizeof *duration_bounds < METRIC_BUCKETS_MOST, "and one for +Inf");
_Static_assert(sizeof age_bounds / sizeof *age_bounds < METRIC_BUCKETS_MOST, "and one for +Inf");
_Static_assert(sizeof size_bounds / sizeof *size_bounds < METRIC_BUCKETS_MOST, "and one for +Inf");

struct metric_bounds metric_bounds(enum metric_unit unit)
{
    static const struct metric_bounds durations = BOUNDS(duration_bounds), ages = BOUNDS(age_bounds),
                                      sizes = BOUNDS(size_bounds);
    return unit == UNIT_duration ? durations : unit == UNIT_age ? ages : sizes;
}

static int bucket_of(enum metric metric, int64_t value)
{
    struct metric_bounds bounds = metric_bounds(metric_rows[metric].unit);
    int bucket = 0;
    while (bucket < bounds.count && value > bounds.items[bucket])
        bucket++;
    return bucket;
}

double metric_sum(int cell)
{
    int64_t bits = metric_cell(cell + METRIC_BUCKETS_MOST);
    double sum;
    memcpy(&sum, &bits, sizeof sum);
    return sum;
}

// Sums are kept as doubles: ages of old events would overflow an integer of microseconds.
static void add_sum(int cell, double amount)
{
    _Atomic int64_t *kept = &cells[cell + METRIC_BUCKETS_MOST];
    int64_t before = atomic_load_explicit(kept, memory_order_relaxed), after;
    do {
        double sum;
        memcpy(&sum, &before, sizeof sum);
        sum += amount;
        memcpy(&after, &sum, sizeof after);
    } while (!atomic_compare_exchange_weak_explicit(kept, &before, after, memory_order_relaxed, memory_order_relaxed));
}

void metric_observe(enum metric metric, int first, int64_t value)
{
    int cell = cell_of(&metric_rows[metric], first, 0);
    add(cell + bucket_of(metric, value), 1);
    add_sum(cell, (double)value);
}

void metric_count(enum metric metric, struct metric_counts *counts, int64_t value)
{
    counts->buckets[bucket_of(metric, value)]++;
    counts->sum += (double)value;
}

void metric_add_counts(enum metric metric, int first, const struct metric_counts *counts)
{
    int cell = cell_of(&metric_rows[metric], first, 0);
    for (int i = 0; i < METRIC_BUCKETS_MOST; i++) {
        if (counts->buckets[i])
            add(cell + i, counts->buckets[i]);
    }
    add_sum(cell, counts->sum);
}

// ------------------------------------------------------------------------------------------------- labels

void metrics_lock(void)
{
    pthread_mutex_lock(&texts.mutex);
}

void metrics_unlock(void)
{
    pthread_mutex_unlock(&texts.mutex);
}

const char *metric_label_text(enum metric_label label, int index)
{
    return texts.labels[label_rows[label].place + index];
}

const char *metric_info_text(enum metric metric)
{
    return texts.infos[metric];
}

void metric_label_value(enum metric_label label, int index, const char *value)
{
    if (index < 0 || index >= label_rows[label].most)
        return;
    metrics_lock();
    snprintf(texts.labels[label_rows[label].place + index], LABEL_TEXT, "%.*s", LABEL_TEXT - 1, value);
    metrics_unlock();
}

int metric_label_index(enum metric_label label, const char *value)
{
    int found = 0;
    metrics_lock();
    for (int i = label_rows[label].most - 1; i > 0 && found == 0; i--) {
        if (strncmp(metric_label_text(label, i), value, LABEL_TEXT - 1) == 0)
            found = i;
    }
    metrics_unlock();
    return found;
}

void metric_info(enum metric metric, const char *labels)
{
    metrics_lock();
    snprintf(texts.infos[metric], INFO_TEXT, "%s", labels);
    metrics_unlock();
}

void metric_sqlstate(const char *sqlstate)
{
    static const char *const classes[] = {
#define X(NAME, text) text,
        METRIC_SQLSTATES(X)
#undef X
    };
    int found = sqlstate ? SQLSTATE_OTHER : SQLSTATE_NONE;
    for (int i = SQLSTATE_OTHER + 1; sqlstate && i < LABEL_SQLSTATE_MOST; i++) {
        if (strncmp(classes[i], sqlstate, 2) == 0)
            found = i;
    }
    metric_add_at(METRIC_POSTGRES_ERRORS, found, 0, 1);
}

// -------------------------------------------------------------------------------------------------- lanes

void metrics_set_lanes(const struct metric_lane *lanes, size_t count)
{
    struct metric_lane *copy = count ? malloc(count * sizeof *copy) : NULL;
    if (count && !copy)
        return;
    if (count)
        memcpy(copy, lanes, count * sizeof *copy);
    metrics_lock();
    struct metric_lane *before = texts.lanes;
    texts.lanes = copy;
    texts.lane_count = count;
    metrics_unlock();
    free(before);
}

size_t metrics_lanes(const struct metric_lane **lanes)
{
    *lanes = texts.lanes;
    return texts.lane_count;
}

struct metric_lane *metrics_copy_lanes(size_t *count)
{
    metrics_lock();
    struct metric_lane *copy = texts.lane_count ? malloc(texts.lane_count * sizeof *copy) : NULL;
    *count = copy ? texts.lane_count : 0;
    if (copy)
        memcpy(copy, texts.lanes, *count * sizeof *copy);
    metrics_unlock();
    return copy;
}

struct metric_lag metrics_lag(void)
{
    struct metric_lag lag = {0};
    metrics_lock();
    for (size_t i = 0; i < texts.lane_count; i++) {
        const int64_t *values = texts.lanes[i].values;
        lag.lanes++;
        lag.halted += values[LANE_METRIC_STATE] == LANE_STATE_HALTED;
        if (values[LANE_METRIC_LAG] != METRIC_ABSENT)
            lag.records += values[LANE_METRIC_LAG];
        if (values[LANE_METRIC_LAG_SECONDS] > lag.oldest_us)
            lag.oldest_us = values[LANE_METRIC_LAG_SECONDS];
    }
    metrics_unlock();
    return lag;
}
