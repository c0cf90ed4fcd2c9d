// An interaction event, decoded and valid: what the model sees of a record. All spans are borrowed from
// whoever decoded it.
#ifndef GUANXI_CORE_EVENT_H
#define GUANXI_CORE_EVENT_H

#include "core/event_type.h"
#include "core/instant.h"
#include "core/span.h"

enum by { BY_US = 0, BY_CUSTOMER = 1 };
enum sentiment { SENTIMENT_PRAISE = 0, SENTIMENT_SUGGESTION = 1, SENTIMENT_COMPLAINT = 2 };
enum objection_kind { OBJECTION_NEED, OBJECTION_MONEY, OBJECTION_AUTHORITY, OBJECTION_PRICE, OBJECTION_PRODUCT, OBJECTION_PERSON };
enum objection_cause { CAUSE_COMPANY = 0, CAUSE_CUSTOMER = 1 };

// Members of customer.updated, as text that has been checked against its list; absent ones are unchanged.
struct profile_update {
    struct span owner, manager, name, kind, role, style, channel, money, authority, need;
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
};

// The one order of a customer's events: (time, source, id, subject as recorded). <0, 0, >0.
int event_compare(const struct event *a, const struct event *b);

#endif
