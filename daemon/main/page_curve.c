// Warmth over time: the points of the events, each of which fades from its own instant on.
#include "app/explain.h"
#include "base/status.h"
#include "page.h"

#include <math.h>

enum { STEPS = 160, STEPS_AHEAD = 60, JUMPS_MOST = 400, TICKS = 5 };
#define PAST_MOST (365 * DAY)
#define AHEAD_LEAST (30 * DAY)
#define AHEAD_MOST (730 * DAY)

struct drawing {
    struct page_teller *teller;
    const struct explanation *made;
    duration half_life;
    size_t next;   // the event that comes next
    double warmth; // at
    instant at;
    bool failed;
};

static void fade_to(struct drawing *drawing, instant at)
{
    drawing->warmth *= exp2(-(double)(at - drawing->at) / (double)drawing->half_life);
    drawing->at = at;
}

static void add_point(struct drawing *drawing)
{
    struct page_curve_point *point = vector_push(&drawing->teller->points);
    if (point)
        *point = (struct page_curve_point){drawing->at, drawing->warmth};
    drawing->failed |= !point;
}

// Takes what happened up to an instant; `jumps`: with a point on either side of each.
static void move_to(struct drawing *drawing, instant at, bool jumps)
{
    for (; drawing->next < drawing->made->events.count; drawing->next++) {
        const struct explained_event *event = &drawing->made->events.items[drawing->next];
        if (event->at > at)
            break;
        if (event->points == 0)
            continue;
        if (drawing->at == INSTANT_NONE)
            drawing->at = event->at;
        fade_to(drawing, event->at);
        if (jumps)
            add_point(drawing);
        drawing->warmth += event->points;
        if (jumps)
            add_point(drawing);
    }
    if (drawing->at == INSTANT_NONE)
        drawing->at = at;
    fade_to(drawing, at);
}

static instant begin_of(const struct explanation *made)
{
    instant first = made->events.count > 0 ? made->events.items[0].at : made->at - AHEAD_LEAST;
    return instant_earlier(instant_later(first, made->at - PAST_MOST), made->at - DAY);
}

static void add_ticks(struct page_teller *teller, struct words *words, instant from, instant until)
{
    for (int i = 0; i < TICKS; i++) {
        struct page_tick *tick = vector_push(&teller->ticks);
        if (!tick) {
            words->failed = true;
            return;
        }
        tick->at_us = from + (until - from) / 2 / TICKS * (2 * (int64_t)i + 1);
        tick->label = words_date(words, tick->at_us);
    }
}

int page_tell_curve(struct page_teller *teller, struct words *words, const struct explainer *explainer,
                    struct page_curve *curve)
{
    const struct policy *policy = words->policy;
    struct drawing drawing = {.teller = teller, .made = &explainer->made, .half_life = policy->half_life, .at = INSTANT_NONE};
    const struct explanation *made = drawing.made;
    instant from = begin_of(made);
    duration ahead = instant_later(AHEAD_LEAST, instant_earlier(AHEAD_MOST, 2 * instant_earlier(policy->half_life, AHEAD_MOST)));
    instant until = instant_earlier(made->at + ahead, INSTANT_LAST);
    bool jumps = made->events.count <= JUMPS_MOST;
    vector_clear(&teller->points);
    vector_clear(&teller->ticks);
    move_to(&drawing, from, false);
    add_point(&drawing);
    for (int i = 1; i <= STEPS; i++) {
        move_to(&drawing, i == STEPS ? made->at : from + (made->at - from) / STEPS * i, jumps);
        add_point(&drawing);
    }
    curve->past = teller->points.count;
    for (int i = 1; i <= STEPS_AHEAD; i++) {
        fade_to(&drawing, made->at + (until - made->at) / STEPS_AHEAD * i);
        add_point(&drawing);
    }
    add_ticks(teller, words, from, until);
    curve->points = teller->points.items;
    curve->count = teller->points.count;
    curve->now_us = made->at;
    curve->ticks = teller->ticks.items;
    curve->tick_count = teller->ticks.count;
    for (int level = LEVEL_REACTIVE; level <= LEVEL_COUNT; level++)
        curve->thresholds[level - LEVEL_REACTIVE] =
            (struct page_threshold){words_level(words, level), policy->enter[level], policy->leave[level]};
    return drawing.failed || words->failed ? fault(STATUS_NOMEM, "out of memory") : 0;
}
