// Prometheus' text format 0.0.4.
#include "metrics_internal.h"

#include <inttypes.h>
#include <string.h>

static void put_escaped(FILE *out, const char *text, bool quotes)
{
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '\\' || (quotes && *text == '"'))
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

// Microseconds as seconds, exactly, without needless zeros.
static void put_seconds(FILE *out, int64_t micros)
{
    uint64_t size = micros < 0 ? -(uint64_t)micros : (uint64_t)micros;
    char fraction[8];
    snprintf(fraction, sizeof fraction, "%06d", (int)(size % 1000000));
    size_t digits = 6;
    while (digits > 0 && fraction[digits - 1] == '0')
        digits--;
    fprintf(out, "%s%" PRIu64 "%s%.*s", micros < 0 ? "-" : "", size / 1000000, digits ? "." : "", (int)digits,
            fraction);
}

static void put_value(FILE *out, enum metric_unit unit, int64_t value)
{
    if (unit == UNIT_count || unit == UNIT_size)
        fprintf(out, "%" PRId64, value);
    else
        put_seconds(out, value);
}

static void put_head(FILE *out, const char *name, const char *help, const char *type)
{
    fprintf(out, "# HELP %s ", name);
    put_escaped(out, help, false);
    fprintf(out, "\n# TYPE %s %s\n", name, type);
}

static const char *type_of(const struct metric_row *row)
{
    switch (row->kind) {
    case KIND_counter: return "counter";
    case KIND_histogram: return "histogram";
    case KIND_process: return strstr(row->name, "_total") ? "counter" : "gauge";
    default: return "gauge";
    }
}

// ------------------------------------------------------------------------------------------------- series

struct series {
    const struct metric_row *row;
    int first, second, cell;
};

static bool is_named(const struct series *series)
{
    return (series->row->first == LABEL_NONE || *metric_label_text(series->row->first, series->first)) &&
           (series->row->second == LABEL_NONE || *metric_label_text(series->row->second, series->second));
}

// Types times results would be hundreds of series that never count anything: those show with their first.
static bool is_shown(const struct series *series)
{
    if (!is_named(series))
        return false;
    if (series->row->kind == KIND_sample)
        return metric_cell(series->cell) != 0;
    return series->row->first != LABEL_TYPE || metric_cell(series->cell) != 0;
}

static void put_label(FILE *out, bool *begun, const char *name, const char *value)
{
    fprintf(out, "%s%s=\"", *begun ? "," : "{", name);
    put_escaped(out, value, true);
    fputc('"', out);
    *begun = true;
}

// The labels of a series; `bound` of a bucket, else NULL.
static void put_labels(FILE *out, const struct series *series, const char *bound)
{
    bool begun = false;
    const enum metric_label labels[] = {series->row->first, series->row->second};
    const int indexes[] = {series->first, series->second};
    for (int i = 0; i < 2; i++) {
        if (labels[i] != LABEL_NONE)
            put_label(out, &begun, label_rows[labels[i]].name, metric_label_text(labels[i], indexes[i]));
    }
    if (bound)
        put_label(out, &begun, "le", bound);
    fputs(begun ? "} " : " ", out);
}

static void put_histogram(FILE *out, const struct series *series)
{
    const struct metric_row *row = series->row;
    struct metric_bounds bounds = metric_bounds(row->unit);
    int64_t count = 0;
    for (int i = 0; i <= bounds.count; i++) {
        char text[32] = "+Inf";
        FILE *bound = i < bounds.count ? fmemopen(text, sizeof text, "w") : NULL;
        if (bound) {
            put_value(bound, row->unit, bounds.items[i]);
            fclose(bound);
        }
        count += metric_cell(series->cell + i);
        fprintf(out, "%s_bucket", row->name);
        put_labels(out, series, text);
        fprintf(out, "%" PRId64 "\n", count);
    }
    fprintf(out, "%s_sum", row->name);
    put_labels(out, series, NULL);
    fprintf(out, "%.6f\n", metric_sum(series->cell) / (row->unit == UNIT_size ? 1 : 1e6));
    fprintf(out, "%s_count", row->name);
    put_labels(out, series, NULL);
    fprintf(out, "%" PRId64 "\n", count);
}

static void put_series(FILE *out, const struct series *series)
{
    const struct metric_row *row = series->row;
    if (row->kind == KIND_histogram) {
        put_histogram(out, series);
        return;
    }
    fputs(row->name, out);
    put_labels(out, series, NULL);
    int64_t value = metric_cell(series->cell);
    put_value(out, row->unit, row->kind == KIND_sample ? value ^ METRIC_ABSENT : value);
    fputc('\n', out);
}

static void put_row(FILE *out, const struct metric_row *row)
{
    bool begun = false;
    struct series series = {.row = row, .cell = row->cell};
    for (series.first = 0; series.first < label_rows[row->first].most; series.first++) {
        for (series.second = 0; series.second < label_rows[row->second].most; series.second++) {
            if (is_shown(&series)) {
                if (!begun)
                    put_head(out, row->name, row->help, type_of(row));
                begun = true;
                put_series(out, &series);
            }
            series.cell += metric_series_cells(row);
        }
    }
}

static void put_info(FILE *out, const struct metric_row *row, const char *labels)
{
    put_head(out, row->name, row->help, "gauge");
    fprintf(out, "%s{%s} 1\n", row->name, labels);
}

// -------------------------------------------------------------------------------------------------- lanes

static void put_lane_labels(FILE *out, const struct metric_lane *lane, const char *state)
{
    bool begun = false;
    char partition[16];
    snprintf(partition, sizeof partition, "%d", (int)lane->partition);
    put_label(out, &begun, "topic", lane->topic);
    put_label(out, &begun, "partition", partition);
    if (state)
        put_label(out, &begun, "state", state);
    fputs("} ", out);
}

static void put_lane_state(FILE *out, const struct metric_lane *lane)
{
    static const char *const states[] = {
#define X(NAME, text) text,
        METRIC_LANE_STATES(X)
#undef X
    };
    for (int i = 0; i < (int)(sizeof states / sizeof *states); i++) {
        fputs(lane_metric_rows[LANE_METRIC_STATE].name, out);
        put_lane_labels(out, lane, states[i]);
        fputs(lane->values[LANE_METRIC_STATE] == i ? "1\n" : "0\n", out);
    }
}

static void put_lane_metric(FILE *out, enum lane_metric metric, const struct metric_lane *lanes, size_t count)
{
    const struct lane_row_text *row = &lane_metric_rows[metric];
    put_head(out, row->name, row->help, "gauge");
    for (size_t i = 0; i < count; i++) {
        if (lanes[i].values[metric] == METRIC_ABSENT)
            continue;
        if (metric == LANE_METRIC_STATE) {
            put_lane_state(out, &lanes[i]);
            continue;
        }
        fputs(row->name, out);
        put_lane_labels(out, &lanes[i], NULL);
        put_value(out, row->unit, lanes[i].values[metric]);
        fputc('\n', out);
    }
}

void metrics_write(FILE *out)
{
    metrics_read_process();
    metrics_lock();
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (metric_rows[i].kind == KIND_info)
            put_info(out, &metric_rows[i], metric_info_text((enum metric)i));
        else
            put_row(out, &metric_rows[i]);
    }
    const struct metric_lane *lanes;
    size_t count = metrics_lanes(&lanes);
    for (int i = 0; count > 0 && i < LANE_METRIC_COUNT; i++)
        put_lane_metric(out, (enum lane_metric)i, lanes, count);
    metrics_unlock();
}
