#include "core/event.h"

int event_compare(const struct event *a, const struct event *b)
{
    if (a->time != b->time) {
        return a->time < b->time ? -1 : 1;
    }
    int order = span_compare(a->source, b->source);
    if (order == 0) {
        order = span_compare(a->id, b->id);
    }
    return order ? order : span_compare(a->subject, b->subject);
}
