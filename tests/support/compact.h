// Events in a compact form, as people write them down: "order.placed order_id=A1 amount=1200.00". A value with
// spaces stands in quotation marks. Instants are local: "2026-01-09T17:00".
#ifndef TESTS_SUPPORT_COMPACT_H
#define TESTS_SUPPORT_COMPACT_H

#include "support/story.h"

// An event and what it points to besides the text it was read from.
struct compact_event {
    struct event event;
    struct profile_update profile;
};

// Reads an event at `at` for the customer of the story; local time is UTC + `offset`. A reminder is named by its
// kind (reminder=cadence), with promise_id where it is about one: that of the story which was last opened. The
// text must stay. 0, or -1 where it is no such event: *wrong is then what was not understood.
int compact_read(struct compact_event *compact, const struct story *story, struct span text, instant at,
                 duration offset, struct span *wrong);

// The word at the beginning of *text, which is shortened by it and the spaces around it; empty at the end.
struct span compact_word(struct span *text);

// "2026-01-09T17:00", "2026-01-09 17:00:01" or "2026-01-09"; INSTANT_NONE when it is none.
instant compact_instant(struct span text, duration offset);

#endif
