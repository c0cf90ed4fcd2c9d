// A customer's story told event by event, for tests of the model: one customer under one policy, and what
// the model emitted, kept in a list.
#ifndef TESTS_SUPPORT_STORY_H
#define TESTS_SUPPORT_STORY_H

#include "core/model.h"

enum { STORY_EFFECTS = 4096, STORY_PROMISES = 256 };

// The row of a promise as the model told it last.
struct told_promise {
    char id[BOOK_PROMISE_ID_MAX];
    struct promise promise;
};

// Effects as the model emitted them, in order, and the rows of promises that follow from them. Beyond
// STORY_EFFECTS and STORY_PROMISES the test fails.
struct effect_log {
    size_t count;
    struct effect effects[STORY_EFFECTS];
    size_t promise_count;
    struct told_promise promises[STORY_PROMISES];
};

struct story {
    struct policy policy;
    struct type_rule types[POLICY_TYPES];
    struct customer customer;
    struct book book;
    struct span id;
    struct effect_log log;
    double points;        // of the last event
    enum applied applied; // outcome of the last event
};

void effect_log_clear(struct effect_log *log);
void effect_log_emit(void *log, const struct effect *effect);
// How the promise stands by what was told; NULL: no row of it.
const struct promise *effect_log_promise(const struct effect_log *log, struct span id);
struct effects effect_log_into(struct effect_log *log);

// Defaults, nobody known, nothing emitted.
void story_begin(struct story *story);

// A mature customer of that level and warmth, all evidence fresh at `start`, and no reminder due for years.
void story_stands(struct story *story, enum level level, double warmth, instant start);

// An event of this type with the contact and marks of its rule; `direction` decides where the rule says so. What
// its type needs besides is there: a promise is "P", by us, due in a day; a profile tells nothing.
struct event story_event(const struct story *story, enum event_type type, enum side direction,
                         instant at);

// Applies the event, with its promise as it stands; settles it at once. The first leaves the instant open for
// further events.
void story_apply(struct story *story, struct event *event);
void story_tell(struct story *story, struct event *event);

// Short forms of story_tell.
void story_promised(struct story *story, enum event_type type, const char *id, enum by by, instant at, instant due);
void story_contact(struct story *story, enum event_type type, enum side direction, instant at);
void story_happened(struct story *story, enum event_type type, instant at);
void story_ordered(struct story *story, int64_t amount, instant at);
void story_objection(struct story *story, enum event_type type, enum objection_kind kind, enum objection_cause cause,
                     instant at);
void story_profile(struct story *story, const struct profile_update *told, instant at);

// An answer to the reminder of that anchor; `until` for a snooze.
void story_answer(struct story *story, enum event_type type, enum reminder_kind kind,
                  instant anchor, instant at, instant until);
// The same of a promise.
void story_answer_promise(struct story *story, enum event_type type, enum reminder_kind kind, const char *id,
                          instant at, instant until);
void story_valued(struct story *story, enum tier tier, int target, instant at);

void story_advance(struct story *story, instant until);

// The effect of that number from the end: 0 is the last. Fails the test when there is none.
const struct effect *story_effect(const struct story *story, size_t from_end);

// "2026-01-01T06:00:00Z" or "2026-01-01" as an instant.
instant at(const char *text);

#endif
