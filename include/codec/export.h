// Lines of an export: timelines as CloudEvents in structured mode, one a line, of which an import makes the same
// timelines again. Beside what events are:
// - data that cannot stand in a line as it is (it has line breaks, or the line would be too long or too deep) is a
//   text, in an attribute of its own;
// - who was merged into whom is a line of type `guanxi.alias`. An event that brought it about stands where it stands
//   and has no effect of its own: an attribute says so;
// - a tick at the end tells how far the customers had come.
#ifndef GUANXI_CODEC_EXPORT_H
#define GUANXI_CODEC_EXPORT_H

#include "codec/arena.h"
#include "core/event.h"
#include "core/policy.h"

#define EXPORT_SOURCE "guanxi"
#define EXPORT_VALUED "guanxi.valued"
#define EXPORT_ALIAS "guanxi.alias"
#define EXPORT_TICK "guanxi.tick"
#define EXPORT_DATA "guanxidata"     // the data, as a text
#define EXPORT_STANDS "guanxistands" // the customer on whose timeline the event stands

// A line, without its end. Absent: memory is out. `name` is the event's type without prefix; `customer` is on whose
// timeline it stands.
struct span export_event(struct arena *arena, const struct policy *policy, const struct event *event, struct span name,
                         struct span customer);
struct span export_alias(struct arena *arena, struct span customer, struct span into, instant at);
struct span export_tick(struct arena *arena, instant at);

// Bytes of a line at most.
static inline uint32_t export_line_most(const struct policy *policy)
{
    enum { ATTRIBUTES = 8192 };
    return 2 * policy->max_event_bytes + ATTRIBUTES; // of JSON every byte takes at most two in a text
}

#endif
