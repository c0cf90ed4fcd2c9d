// A customer's story told event by event, for tests of the model: one customer under one policy, and what
// the model emitted, kept in a list.
#ifndef TESTS_SUPPORT_STORY_H
#define TESTS_SUPPORT_STORY_H

#include "core/model.h"

enum { STORY_EFFECTS = 4096 };

// Effects as the model emitted them, in order. Beyond STORY_EFFECTS the test fails.
struct effect_log {
    size_t count;
    struct effect effects[STORY_EFFECTS];
};

struct story {
    struct policy policy;
    struct type_rule types[POLICY_TYPES];
    struct customer customer;
    struct span id;
    struct effect_log log;
    double points;        // of the last event
    enum applied applied; // outcome of the last event
};

void effect_log_emit(void *log, const struct effect *effect);
struct effects effect_log_into(struct effect_log *log);

// Defaults, nobody known, nothing emitted.
void story_begin(struct story *story);

// An event of this type with the contact and marks of its rule; `direction` decides where the rule says so.
struct event story_event(const struct story *story, enum event_type type, enum side direction,
                         instant at);

// Applies the event; settles it at once. The first leaves the instant open for further events.
void story_apply(struct story *story, const struct event *event);
void story_tell(struct story *story, const struct event *event);

// Short forms of story_tell.
void story_contact(struct story *story, enum event_type type, enum side direction, instant at);
void story_happened(struct story *story, enum event_type type, instant at);
void story_ordered(struct story *story, int64_t amount, instant at);

// An answer to the reminder of that anchor; `until` for a snooze.
void story_answer(struct story *story, enum event_type type, enum reminder_kind kind,
                  instant anchor, instant at, instant until);

void story_advance(struct story *story, instant until);

// The effect of that number from the end: 0 is the last. Fails the test when there is none.
const struct effect *story_effect(const struct story *story, size_t from_end);

// "2026-01-01T06:00:00Z" or "2026-01-01" as an instant.
instant at(const char *text);

#endif
