// A customer is a value: all that is known of a relationship at `as_of`. The list below is the one list
// of its columns: the row in PostgreSQL, the batch statements, the views and the fold follow from it.
#ifndef GUANXI_CORE_CUSTOMER_H
#define GUANXI_CORE_CUSTOMER_H

#include "core/event.h"
#include "core/instant.h"
#include "core/policy.h"

// X(name, kind, "meaning")   kinds: INSTANT, INT2, COUNT4, COUNT8, REAL (binary64), and two for instants that
// mostly are another one: LAST (mostly as_of) and SINCE (mostly first_seen_at). In the row of PostgreSQL an
// INSTANT that is unset is NULL, a count of zero is NULL, and so are a LAST and a SINCE that are that other
// instant; unset, where the other is not, they are -infinity. Most rows are short that way. The widest come
// first, so that no row pays for padding; what a LAST or SINCE refers to comes before it.
#define CUSTOMER_FIELDS(X) \
    X(as_of, INSTANT, "the latest instant that was fired or applied") \
    X(first_seen_at, INSTANT, "the first event applied and not ignored") \
    X(last_contact_at, LAST, "the last contact of either side") \
    X(last_inbound_at, INSTANT, "the last time the customer came to us") \
    X(last_outbound_at, INSTANT, "the last time we went to the customer") \
    X(unanswered_at, INSTANT, "since when the customer waits for an answer") \
    X(unfollowed_at, INSTANT, "the first order nobody has followed up") \
    X(delivered_at, INSTANT, "the last delivery while unfollowed") \
    X(followed_up_at, INSTANT, "the last follow-up of an order") \
    X(warmth, REAL, "decayed sum of points at warmth_at") \
    X(warmth_at, LAST, "the instant at which warmth is valid; moves on events with points") \
    X(level_since, SINCE, "the last step of the level, else first_seen_at") \
    X(level_down_at, INSTANT, "the last step down") \
    X(orders, COUNT8, "orders placed") \
    X(spent, COUNT8, "orders less refunds, minor units of the base currency") \
    X(first_order_at, INSTANT, "the first order") \
    X(last_order_at, INSTANT, "the last order") \
    X(referrals, COUNT8, "referrals given") \
    X(rhythm, COUNT4, "steady outbound contacts in a row, one a calendar day") \
    X(level_changes, COUNT4, "steps of the level so far") \
    X(purchase_days, COUNT4, "distinct calendar days with an order") \
    X(level, INT2, "relationship level, 1 basic to 4 proactive")

// Kinds of reminders, in the order in which they fire at one instant. Numbers are stored.
#define REMINDER_KINDS(X) \
    X(0, CADENCE, "cadence") \
    X(1, RESPONSE, "response") \
    X(2, AFTERSALE, "aftersale")

enum reminder_kind {
#define X(number, NAME, text) REMINDER_##NAME = number,
    REMINDER_KINDS(X)
#undef X
    REMINDER_KIND_COUNT
};

// The care of one kind: the reminder last opened, and how far it has gone. Nothing opened yet: anchor
// INSTANT_NONE. A (kind, anchor) opens once, which `anchor` remembers after the reminder is closed.
struct care {
    instant anchor;
    instant due_at;
    instant opened_at;
    instant next_notice; // nominal instant of the next notice; INSTANT_NONE: silent
    instant acknowledged_at;
    instant snoozed_until;
    uint16_t notices; // fired so far
    bool open;
};

struct customer {
#define CUSTOMER_INSTANT(name) instant name;
#define CUSTOMER_LAST(name) instant name;
#define CUSTOMER_SINCE(name) instant name;
#define CUSTOMER_INT2(name) int16_t name;
#define CUSTOMER_COUNT4(name) int32_t name;
#define CUSTOMER_COUNT8(name) int64_t name;
#define CUSTOMER_REAL(name) double name;
#define X(name, kind, meaning) CUSTOMER_##kind(name)
    CUSTOMER_FIELDS(X)
#undef X
#undef CUSTOMER_INSTANT
#undef CUSTOMER_LAST
#undef CUSTOMER_SINCE
#undef CUSTOMER_INT2
#undef CUSTOMER_COUNT4
#undef CUSTOMER_COUNT8
#undef CUSTOMER_REAL
    struct care care[REMINDER_KIND_COUNT];

    // Not part of the value: the event that was applied at as_of while it is at hand, for the rows of
    // steps that fire at that very instant. customer_settle unsets it.
    const struct event *last_event;
};

// Nothing known: every instant unset, level basic, no reminder ever.
void customer_init(struct customer *customer);

// True when the model has met an applied and not ignored event of this customer.
static inline bool customer_exists(const struct customer *customer)
{
    return customer->first_seen_at != INSTANT_NONE;
}

// Warmth decayed to `at` (at or after warmth_at).
double customer_warmth(const struct policy *policy, const struct customer *customer, instant at);

// The packed form of `care`, at most CARE_PACKED_MAX bytes: little-endian, one record per kind ever
// opened, so that a value is one row. Packing is canonical: equal care packs to equal bytes.
// customer_unpack_care returns 0, or -1 where the bytes are no such form (the care is then untouched).
enum { CARE_RECORD_SIZE = 1 + 1 + 2 + 6 * 8, CARE_PACKED_MAX = REMINDER_KIND_COUNT * CARE_RECORD_SIZE };
size_t customer_pack_care(const struct customer *customer, uint8_t packed[CARE_PACKED_MAX]);
int customer_unpack_care(struct customer *customer, const uint8_t *packed, size_t size);

#endif
