// What changing a customer brings about, beside its next state. The model hands each effect to `emit` in
// the order in which they happen; spans and the event are borrowed for the call.
#ifndef GUANXI_CORE_EFFECT_H
#define GUANXI_CORE_EFFECT_H

#include "core/customer.h"

enum effect_kind {
    EFFECT_LEVEL,                // one step of the level
    EFFECT_REMINDER_OPENED,      // with notice 1 at the same instant
    EFFECT_REMINDER_NOTICED,     // a further notice
    EFFECT_REMINDER_CLOSED,      // done, moot or dismissed
    EFFECT_REMINDER_ACKNOWLEDGED,
    EFFECT_REMINDER_SNOOZED,
};

enum level_cause { LEVEL_BY_EVENT, LEVEL_BY_WARMTH, LEVEL_BY_EVIDENCE };
enum reminder_status { REMINDER_OPEN, REMINDER_DONE, REMINDER_MOOT, REMINDER_DISMISSED };

// Who a notice goes to, a set.
enum recipients { TO_OWNER = 1, TO_MANAGER = 2 };

struct effect {
    enum effect_kind kind;
    instant at;
    const struct event *event; // the event that brought it about or was applied at that instant, or NULL

    // EFFECT_LEVEL
    uint8_t from_level, to_level;
    enum level_cause cause;
    int32_t step; // number of this step in the customer's history, from 1

    // EFFECT_REMINDER_*
    enum reminder_kind reminder;
    struct care care;            // after the effect
    enum reminder_status status; // REMINDER_CLOSED: how
    uint16_t notice;             // OPENED (1), NOTICED
    uint8_t recipients;
    bool at_risk;                // marked so by the notices so far
};

struct effects {
    void (*emit)(void *context, const struct effect *effect);
    void *context;
};

const char *level_code(int level);     // "basic" ..
const char *level_name_zh(int level);  // "一般" ..
const char *level_cause_code(enum level_cause cause); // "event", "warmth", "evidence"
const char *reminder_kind_code(enum reminder_kind kind);
const char *reminder_status_code(enum reminder_status status);

#endif
