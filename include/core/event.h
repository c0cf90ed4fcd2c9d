// An interaction event, decoded and valid: what the model sees of a record. All spans are borrowed from
// whoever decoded it.
#ifndef GUANXI_CORE_EVENT_H
#define GUANXI_CORE_EVENT_H

#include "core/event_type.h"
#include "core/instant.h"
#include "core/span.h"

enum by { BY_US = 0, BY_CUSTOMER = 1 };
enum sentiment { SENTIMENT_PRAISE = 0, SENTIMENT_SUGGESTION = 1, SENTIMENT_COMPLAINT = 2 };
enum objection_kind { OBJECTION_NEED, OBJECTION_MONEY, OBJECTION_AUTHORITY, OBJECTION_PRICE, OBJECTION_PRODUCT, OBJECTION_PERSON, OBJECTION_KIND_COUNT };
enum objection_cause { CAUSE_COMPANY = 0, CAUSE_CUSTOMER = 1 };

enum promise_state { PROMISE_UNKNOWN, PROMISE_OPEN, PROMISE_KEPT, PROMISE_BROKEN, PROMISE_LAPSED };

// A promise as its row tells it. Texts are borrowed.
struct promise {
    struct span id;
    uint8_t by;    // enum by, of the event that made the row
    uint8_t state; // PROMISE_UNKNOWN: there is no such row
    instant made_at, due; // INSTANT_NONE: only its outcome is known so far
    instant outcome_at;   // INSTANT_NONE while open
    struct span about;    // absent: nothing was said
};

// Members of customer.updated; absent texts and zeros leave what is known. Numbers are those of core/customer.h.
struct profile_update {
    struct span owner, manager, name, channel;
    uint8_t kind, role, style;
    uint8_t money, authority, need; // 1 + enum fitness, as "unknown" may be said
};

struct event {
    instant time;
    struct span subject; // the customer id as recorded
    struct span source;
    struct span id;
    struct span data; // bytes of the data object as they stand; "{}" when the event carried none

    uint16_t type;    // enum event_type or a configured number
    uint8_t effect;   // enum event_effect
    uint8_t side;     // enum side: the contact it makes for its customer, by the rule in force
    uint8_t variant;  // which of the rule's points
    uint8_t by;       // enum by (promises, relationship.ended)
    uint8_t direction; // enum side as told by data.direction; SIDE_NONE without one
    uint8_t objection; // enum objection_kind
    uint8_t cause;     // enum objection_cause

    uint64_t marks; // checklist items set by data.marks or checklist.marked, by bit of the policy
    int64_t amount; // minor units of the base currency (orders, refunds, costs)
    instant due;    // promise.made
    instant until;  // agreement.made (or INSTANT_NONE), reminder.snoozed
    uint8_t reminder_id[16]; // reminder.*; all zero when the text was no UUID: matches nothing
    struct span ref;  // order_id, promise_id, reminder_id as text, or the other customer of a merge
    struct span text; // goal, about or reason, where the type has one
    const struct profile_update *profile; // customer.updated only
    const struct promise *promise; // promise.*: how the promise of that id stands before this event; set by who
                                   // applies it. NULL: there is no row of it
    uint8_t tier, target; // guanxi.valued
};

// Whether its type carries money.
static inline bool event_has_amount(const struct event *event)
{
    return event->effect == EFFECT_OF_ORDER_PLACED || event->effect == EFFECT_OF_ORDER_REFUNDED ||
           event->effect == EFFECT_OF_COST;
}

// The one order of a customer's events: (time, source, id, subject as recorded). <0, 0, >0.
int event_compare(const struct event *a, const struct event *b);

#endif
