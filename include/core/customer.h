// A customer is a value: all that is known of a relationship at `as_of`. What nearly every customer has stands
// in the list below, the one list of its columns: the row in PostgreSQL, the batch statements, the views and
// the fold follow from it. What few have many of (reminders, marks, promises, objections, names) stands in the
// customer's book, core/book.h.
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
    X(stage_since, SINCE, "when the stage was entered") \
    X(level_down_at, INSTANT, "the last step down") \
    X(care_since, INSTANT, "the last time the customer was reopened or became fit again") \
    X(not_before, INSTANT, "a change of intervals or calendars met it: nothing opens before; until the next fold") \
    X(below_since, INSTANT, "since when the level is under its target without a break") \
    X(agreement_at, INSTANT, "the last agreement, unless it was ended") \
    X(agreement_until, INSTANT, "until when it runs, if that was said") \
    X(orders, COUNT8, "orders placed") \
    X(spent, COUNT8, "orders less refunds, minor units of the base currency") \
    X(first_order_at, INSTANT, "the first order") \
    X(last_order_at, INSTANT, "the last order") \
    X(referrals, COUNT8, "referrals given") \
    X(rhythm, COUNT4, "steady outbound contacts in a row, one a calendar day") \
    X(level_changes, COUNT4, "steps of the level so far") \
    X(stage_changes, COUNT4, "steps of the stage so far") \
    X(pram_changes, COUNT4, "changes of the PRAM phase so far") \
    X(tier_changes, COUNT4, "changes of tier or target so far") \
    X(pram_cycle, COUNT4, "number of the PRAM cycle, from 1") \
    X(traits, COUNT4, "small enumerations, see CUSTOMER_TRAITS") \
    X(purchase_days, COUNT4, "distinct calendar days with an order") \
    X(level, INT2, "relationship level, 1 basic to 4 proactive") \
    X(stage, INT2, "stage of life, 1 stranger to 5 mature, 0 ended")

// Small enumerations that share the column `traits`; 0 is unset or unknown in each. X(NAME, shift, bits, "meaning")
#define CUSTOMER_TRAITS(X) \
    X(PHASE, 0, 2, "PRAM phase, enum pram_phase") \
    X(PREMATURE, 2, 1, "whether the cycle came to its agreement without a relation") \
    X(TIER, 3, 3, "enum tier") \
    X(TARGET, 6, 3, "target level, 1..4") \
    X(KIND, 9, 2, "enum customer_kind") \
    X(ROLE, 11, 2, "enum customer_role") \
    X(STYLE, 13, 3, "enum customer_style") \
    X(MONEY, 16, 2, "enum fitness: can pay") \
    X(AUTHORITY, 18, 2, "enum fitness: may decide") \
    X(NEED, 20, 2, "enum fitness: has the need") \
    X(ENDED_BY, 22, 2, "1 + enum by, while ended")

enum trait {
#define X(NAME, shift, bits, meaning) TRAIT_##NAME = (shift) << 8 | (bits),
    CUSTOMER_TRAITS(X)
#undef X
};

enum stage {
    STAGE_ENDED,
    STAGE_STRANGER,
    STAGE_ESTABLISHED,
    STAGE_EVALUATING,
    STAGE_GROWING,
    STAGE_MATURE,
    STAGE_COUNT
};
enum pram_phase { PHASE_NONE, PHASE_PLAN, PHASE_RELATION, PHASE_MAINTAIN, PHASE_COUNT };
enum customer_kind { KIND_UNKNOWN, KIND_PERSON, KIND_ORGANIZATION, KIND_COUNT };
enum customer_role { ROLE_UNKNOWN, ROLE_CONSUMER, ROLE_INTERMEDIARY, ROLE_PUBLIC, ROLE_COUNT };
enum customer_style { STYLE_UNKNOWN, STYLE_THINKER, STYLE_COOPERATOR, STYLE_EXTROVERT, STYLE_AUTHORITARIAN, STYLE_COUNT };
enum fitness { FIT_UNKNOWN, FIT_YES, FIT_NO, FIT_COUNT };

struct book;

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

    // What is rarer, while the customer is at hand: storage of the caller, which packs it to keep it. NULL at
    // rest. Every function of core/model.h needs it.
    struct book *book;

    // Not part of the value: the event that was applied at as_of while it is at hand, for the rows of
    // steps that fire at that very instant. customer_settle unsets it.
    const struct event *last_event;
};

// Nothing known: every instant unset, level basic, stage stranger, no book.
void customer_init(struct customer *customer);

static inline int customer_trait(const struct customer *customer, enum trait trait)
{
    return customer->traits >> (trait >> 8) & ((1 << (trait & 0xff)) - 1);
}

static inline void customer_set_trait(struct customer *customer, enum trait trait, int value)
{
    int32_t mask = ((1 << (trait & 0xff)) - 1) << (trait >> 8);
    customer->traits = (customer->traits & ~mask) | (value << (trait >> 8) & mask);
}

// True when the model has met an applied and not ignored event of this customer.
static inline bool customer_exists(const struct customer *customer)
{
    return customer->first_seen_at != INSTANT_NONE;
}

// Warmth decayed to `at` (at or after warmth_at).
double customer_warmth(const struct policy *policy, const struct customer *customer, instant at);

#endif
