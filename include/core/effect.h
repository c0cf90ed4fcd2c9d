// What changing a customer brings about, beside its next state. The model hands each effect to `emit` in
// the order in which they happen; spans and the event are borrowed for the call.
#ifndef GUANXI_CORE_EFFECT_H
#define GUANXI_CORE_EFFECT_H

#include "core/book.h"
#include "core/customer.h"

enum effect_kind {
    EFFECT_TRANSITION,           // a step of the level or the stage, a change of phase or tier
    EFFECT_REMINDER_OPENED,      // with notice 1 at the same instant
    EFFECT_REMINDER_NOTICED,     // a further notice
    EFFECT_REMINDER_CLOSED,      // done, moot or dismissed
    EFFECT_REMINDER_ACKNOWLEDGED,
    EFFECT_REMINDER_SNOOZED,
    EFFECT_PROMISE,              // the row of a promise is new or different
    EFFECT_OBJECTION,            // raised or resolved
    EFFECT_PROFILE,              // the texts of the book are different
};

// What moves from one state to the next. Numbers are stored.
enum transition_kind { TRANSITION_LEVEL, TRANSITION_STAGE, TRANSITION_PRAM, TRANSITION_TIER, TRANSITION_KIND_COUNT };
enum level_cause { LEVEL_BY_EVENT, LEVEL_BY_WARMTH, LEVEL_BY_EVIDENCE };

struct transition {
    uint8_t kind; // enum transition_kind
    uint8_t from, to; // levels, stages, phases, tiers
    int32_t n;        // number of its kind in the customer's history, from 1
    int32_t detail;   // LEVEL: enum level_cause; STAGE: STAGE_IMPLIED; PRAM: cycle * 2 + premature; TIER: targets,
                      // from * 8 + to
};

// How the rows of steps through stages at one instant stand: as one, from the first to the last; n is that of the
// first, and all but the last are implied.
enum { STAGE_IMPLIED = 1, STAGE_WALK = 2 }; // in detail

static inline int transition_steps(const struct transition *transition)
{
    bool walk = transition->kind == TRANSITION_STAGE && transition->detail & STAGE_WALK;
    return walk ? transition->to - transition->from : 1;
}

// The step of that number, from 0.
static inline struct transition transition_step(const struct transition *transition, int step)
{
    struct transition one = *transition;
    int last = transition_steps(transition) - 1;
    if (last > 0) {
        one.from = (uint8_t)(transition->from + step);
        one.to = (uint8_t)(one.from + 1);
        one.n = transition->n + step;
        one.detail = step < last ? STAGE_IMPLIED : transition->detail & STAGE_IMPLIED;
    }
    return one;
}

enum reminder_status { REMINDER_OPEN, REMINDER_DONE, REMINDER_MOOT, REMINDER_DISMISSED };

// Who a notice goes to, a set.
enum recipients { TO_OWNER = 1, TO_MANAGER = 2 };

struct effect {
    enum effect_kind kind;
    instant at;
    const struct event *event; // the event that brought it about or was applied at that instant, or NULL

    struct transition transition; // EFFECT_TRANSITION

    // EFFECT_REMINDER_*
    enum reminder_kind reminder;
    struct span promise_id;      // its anchor where the kind is about a promise; else absent
    struct care care;            // after the effect
    enum reminder_status status; // REMINDER_CLOSED: how
    uint16_t notice;             // OPENED (1), NOTICED
    uint8_t recipients;
    bool at_risk;                // marked so by the notices so far

    struct promise promise; // EFFECT_PROMISE: the row as it is now; `about` absent: as it was

    // EFFECT_OBJECTION; a row is named by the first three
    uint8_t objection, cause; // enum objection_kind, enum objection_cause
    instant raised_at;
    instant resolved_at; // INSTANT_NONE: raised
};

struct effects {
    void (*emit)(void *context, const struct effect *effect);
    void *context;
};

// Codes and Chinese names, as others read them. NULL where a number has none (0 of most: unknown).
const char *level_code(int level);     // "basic" ..
const char *level_name_zh(int level);  // "一般" ..
const char *level_cause_code(enum level_cause cause); // "event", "warmth", "evidence"
const char *stage_code(int stage);     // "ended", "stranger" ..
const char *stage_name_zh(int stage);  // "终止", "陌生期" ..
const char *phase_code(int phase);     // "none", "plan", "relation", "maintain"
const char *tier_code(int tier);       // "ordinary" ..
const char *tier_name_zh(int tier);    // "明日黄花" ..; NULL for ordinary
const char *customer_kind_code(int kind);
const char *customer_role_code(int role);
const char *customer_style_code(int style);
const char *customer_style_zh(int style);
const char *fitness_code(int fitness); // "unknown", "yes", "no"
const char *by_code(int by);           // "us", "customer"
const char *objection_code(int kind);
const char *objection_cause_code(int cause);
const char *promise_state_code(int state); // "open" ..
const char *reminder_kind_code(enum reminder_kind kind);
const char *reminder_status_code(enum reminder_status status);

#endif
