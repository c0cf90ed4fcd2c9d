#include "chart.h"

#include <inttypes.h>
#include <math.h>

// ----------------------------------------------------------------------------------------------- levels

void chart_levels(const struct view *view, const struct page_overview *overview)
{
    enum { WIDTH = 420, ROW = 26, LEFT = 120, RIGHT = 90 };
    int64_t most = 1;
    for (int i = 0; i < PAGE_LEVELS; i++)
        most = overview->customers[i] > most ? overview->customers[i] : most;
    put(view, "<svg role=\"img\" viewBox=\"0 0 %d %d\"><title>%s</title>", WIDTH, ROW * PAGE_LEVELS,
        said(view, PAGE_TEXT_BY_LEVEL));
    for (int i = 0; i < PAGE_LEVELS; i++) {
        int64_t count = overview->customers[i];
        int y = ROW * (PAGE_LEVELS - 1 - i);
        put(view, "<text x=\"0\" y=\"%d\">%s</text>", y + 17, overview->levels[i]);
        if (count == PAGE_UNKNOWN) {
            put(view, "<text class=\"dim\" x=\"%d\" y=\"%d\">%s</text>", LEFT, y + 17, said(view, PAGE_TEXT_UNCOUNTED));
            continue;
        }
        double width = (double)(WIDTH - LEFT - RIGHT) * (double)count / (double)most;
        put(view, "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"16\"/><text x=\"%.1f\" y=\"%d\">%" PRId64
            "</text>", LEFT, y + 5, width, LEFT + width + 6, y + 17, count);
    }
    put(view, "</svg>\n");
}

// ----------------------------------------------------------------------------------------------- warmth

enum { WIDTH = 640, HEIGHT = 280, LEFT = 44, RIGHT = 130, TOP = 12, BOTTOM = 26 };

struct scale {
    int64_t from_us, to_us;
    double least, most;
};

static double x_of(const struct scale *scale, int64_t at_us)
{
    double share = (double)(at_us - scale->from_us) / (double)(scale->to_us - scale->from_us);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct scale *scale, double warmth)
{
    return TOP + (scale->most - warmth) / (scale->most - scale->least) * (HEIGHT - TOP - BOTTOM);
}

// Room for the curve and every threshold, and never nothing.
static struct scale scale_of(const struct page_curve *curve)
{
    struct scale scale = {.from_us = curve->points[0].at_us, .to_us = curve->points[curve->count - 1].at_us};
    for (size_t i = 0; i < curve->count; i++) {
        scale.least = fmin(scale.least, curve->points[i].warmth);
        scale.most = fmax(scale.most, curve->points[i].warmth);
    }
    for (int i = 0; i < PAGE_LEVELS - 1; i++)
        scale.most = fmax(scale.most, curve->thresholds[i].enter);
    scale.most += 0.06 * (scale.most - scale.least);
    if (!(scale.most > scale.least))
        scale.most = scale.least + 1;
    if (scale.to_us <= scale.from_us)
        scale.to_us = scale.from_us + 1;
    return scale;
}

static void put_thresholds(const struct view *view, const struct page_curve *curve, const struct scale *scale)
{
    for (int i = 0; i < PAGE_LEVELS - 1; i++) {
        const struct page_threshold *threshold = &curve->thresholds[i];
        double enter = y_of(scale, threshold->enter), leave = y_of(scale, threshold->leave);
        put(view, "<line class=\"enter\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, enter, enter);
        put(view, "<line class=\"leave\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, leave, leave);
        put(view, "<text x=\"%d\" y=\"%.1f\">%s</text>", WIDTH - RIGHT + 6, enter + 4, threshold->level);
        put(view, "<text class=\"dim\" x=\"4\" y=\"%.1f\">%.1f</text>", enter + 4, threshold->enter);
    }
}

static void put_line(const struct view *view, const struct scale *scale, const char *class,
                     const struct page_curve_point *points, size_t count)
{
    put(view, "<polyline class=\"%s\" points=\"", class);
    for (size_t i = 0; i < count; i++)
        put(view, "%.1f,%.1f ", x_of(scale, points[i].at_us), y_of(scale, points[i].warmth));
    put(view, "\"/>");
}

static void put_axes(const struct view *view, const struct page_curve *curve, const struct scale *scale)
{
    double zero = y_of(scale, 0);
    put(view, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, WIDTH - RIGHT, zero, zero);
    put(view, "<text class=\"dim\" x=\"4\" y=\"%.1f\">0</text>", zero + 4);
    for (size_t i = 0; i < curve->tick_count; i++)
        put(view, "<text class=\"%s\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>", i % 2 ? "dim odd" : "dim",
            x_of(scale, curve->ticks[i].at_us), HEIGHT - 6, curve->ticks[i].label);
}

static void put_legend(const struct view *view)
{
    static const struct {
        const char *class;
        enum page_text text;
    } lines[] = {{"past", PAGE_TEXT_PAST},
                 {"ahead", PAGE_TEXT_PROJECTED},
                 {"enter", PAGE_TEXT_ENTER},
                 {"leave", PAGE_TEXT_LEAVE},
                 {"now", PAGE_TEXT_NOW}};
    put(view, "<p class=\"key\">");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        put(view, "<span><svg aria-hidden=\"true\" viewBox=\"0 0 28 10\"><line class=\"%s\" x1=\"0\" x2=\"28\" y1=\"5\" "
            "y2=\"5\"/></svg>%s</span> ", lines[i].class, said(view, lines[i].text));
    put(view, "</p>\n");
}

void chart_warmth(const struct view *view, const struct page_curve *curve)
{
    if (curve->count == 0)
        return;
    struct scale scale = scale_of(curve);
    put(view, "<svg role=\"img\" class=\"large\" viewBox=\"0 0 %d %d\"><title>%s</title>", WIDTH, HEIGHT,
        said(view, PAGE_TEXT_WARMTH_OVER_TIME));
    put_axes(view, curve, &scale);
    put_thresholds(view, curve, &scale);
    double now = x_of(&scale, curve->now_us);
    put(view, "<line class=\"now\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>", now, now, TOP, HEIGHT - BOTTOM);
    put_line(view, &scale, "past", curve->points, curve->past);
    if (curve->past > 0 && curve->past < curve->count)
        put_line(view, &scale, "ahead", curve->points + curve->past - 1, curve->count - curve->past + 1);
    put(view, "</svg>\n");
    put_legend(view);
}
