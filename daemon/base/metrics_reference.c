// The reference page: the tables as Markdown.
#include "metrics_internal.h"

#include <string.h>

static const char *type_of(const struct metric_row *row)
{
    switch (row->kind) {
    case KIND_counter: return "counter";
    case KIND_histogram: return "histogram";
    case KIND_process: return strstr(row->name, "_total") ? "counter" : "gauge";
    default: return "gauge";
    }
}

static const char *unit_of(enum metric_unit unit)
{
    switch (unit) {
    case UNIT_seconds:
    case UNIT_duration:
    case UNIT_age: return "seconds";
    case UNIT_instant: return "Unix time";
    case UNIT_ratio: return "0 to 1";
    default: return "";
    }
}

static void put_metrics(FILE *out)
{
    fputs("| name | type | unit | labels | |\n|---|---|---|---|---|\n", out);
    for (int i = 0; i < METRIC_COUNT; i++) {
        const struct metric_row *row = &metric_rows[i];
        fprintf(out, "| `%s` | %s | %s |", row->name, type_of(row), unit_of(row->unit));
        if (row->first != LABEL_NONE)
            fprintf(out, " `%s`", label_rows[row->first].name);
        if (row->second != LABEL_NONE)
            fprintf(out, ", `%s`", label_rows[row->second].name);
        if (row->kind == KIND_info)
            fputs(" versions", out);
        fprintf(out, " | %s |\n", row->help);
    }
}

static void put_lane_metrics(FILE *out)
{
    fputs("| name | unit | |\n|---|---|---|\n", out);
    for (int i = 0; i < LANE_METRIC_COUNT; i++) {
        const struct lane_row_text *row = &lane_metric_rows[i];
        fprintf(out, "| `%s` | %s | %s |\n", row->name, unit_of(row->unit), row->help);
    }
}

// The metrics that have a label.
static void put_users(FILE *out, enum metric_label label)
{
    const char *before = " ";
    for (int i = 0; i < METRIC_COUNT; i++) {
        if (metric_rows[i].first == label || metric_rows[i].second == label) {
            fprintf(out, "%s`%s`", before, metric_rows[i].name);
            before = ", ";
        }
    }
}

static void put_label(FILE *out, enum metric_label label)
{
    const struct label_row *row = &label_rows[label];
    fprintf(out, "| `%s` |", row->name);
    put_users(out, label);
    fprintf(out, " | %s:", row->from);
    for (int i = 0; i < row->most; i++) {
        if (*metric_label_text(label, i))
            fprintf(out, " `%s`", metric_label_text(label, i));
    }
    fputs(" |\n", out);
}

void metrics_write_reference(FILE *out)
{
    metrics_lock();
    fputs("# Metrics\n\n<!-- Made by `guanxid --print-metrics`: change include/base/metrics_table.h instead. -->\n\n"
          "`GET /metrics` answers with all of these in Prometheus' text format 0.0.4. A gauge that is not known yet\n"
          "is left out rather than told as 0.\n\n", out);
    put_metrics(out);
    fputs("\n## Lanes\n\nGauges of each topic and partition this instance owns, labels `topic` and `partition`. They go\n"
          "when the lane goes.\n\n", out);
    put_lane_metrics(out);
    fputs("\n## Labels\n\n| label | of | values |\n|---|---|---|\n", out);
    for (int i = LABEL_NONE + 1; i < LABEL_COUNT; i++)
        put_label(out, (enum metric_label)i);
    metrics_unlock();
}
