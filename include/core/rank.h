// The rank: every customer who ever had an order, valued as of the end of a calendar day, "today". First each by
// itself, from what it bought, then all against each other. Pure: the same purchases give the same rows.
#ifndef GUANXI_CORE_RANK_H
#define GUANXI_CORE_RANK_H

#include "core/bgnbd.h"
#include "core/clv.h"
#include "core/event_type.h"
#include "core/policy.h"

// Calendar days that make a customer fading or rising, against as many before.
enum { TIER_DAYS = 180 };

// The day that a daily rank is for once the watermark has come here: of those over whose next day's rank_at it has
// passed, the last one. False: there is none.
bool rank_due(const struct policy *policy, instant watermark, int32_t *day);

struct ranked {
    struct span id;
    int64_t f, m; // of the window
    int64_t clv;
    int32_t recency; // calendar days since the last order
    struct bgnbd_history history;
    uint32_t rank;             // 1 is first; 0: none, as f is 0
    uint8_t scores[RFM_COUNT]; // 0: none
    uint8_t segment;           // as valuation_segment tells; 0: none
    char abc;
    uint8_t tier, target;
    bool fading, rising; // what of its tier follows from its own purchases
    bool changed;        // tier or target are not those it had
    double alive, expected; // by BG/NBD; NAN: there are no parameters
};

// What one customer bought, in the order of time: scratch, large. Filled by rank_begin, rank_purchase of each row and
// rank_end.
struct purchases {
    const struct policy *policy;
    const struct clv *clv;
    int32_t today;
    instant first_seen;
    int32_t first_day, last_day; // with an order
    int32_t days;                // distinct ones with an order; 0: none yet
    int64_t f;
    __int128 m, last, before; // of the window; of TIER_DAYS up to today, and before those
    int years;                // those below have been set
    clv_profit profits[CLV_YEARS];
};

// `first_seen` INSTANT_NONE: not known, the first purchase is.
void rank_begin(struct purchases *purchases, const struct policy *policy, const struct clv *clv, int32_t today,
                instant first_seen);
// order.placed, order.refunded or cost.incurred; others, and what came after today, change nothing.
void rank_purchase(struct purchases *purchases, int type, instant at, int64_t amount);
// Sets what the customer's own purchases tell. False: no order up to today, nobody to rank.
bool rank_end(struct purchases *purchases, struct ranked *row);

struct rank_key { // to sort by
    int64_t value;
    uint32_t index;
    uint32_t group;
};

// Sets what follows from all: scores, rank, segment, ABC, tier and target. Rows stand in the order of their ids, at
// most UINT32_MAX - 1 of them; `keys` has room for as many.
void rank_population(const struct valuation *valuation, struct ranked *rows, size_t count, struct rank_key *keys);

#endif
