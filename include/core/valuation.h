// How customers are valued by a rank: the settings of it, a part of the policy.
#ifndef GUANXI_CORE_VALUATION_H
#define GUANXI_CORE_VALUATION_H

#include <stddef.h>
#include <stdint.h>

// What is scored. Scores are 1..5, the best is 5.
enum rfm { RFM_RECENCY, RFM_FREQUENCY, RFM_MONETARY, RFM_COUNT };
enum { SCORE_MOST = 5, BREAKPOINTS = SCORE_MOST - 1 };
enum scores { SCORES_BY_POPULATION, SCORES_BY_BREAKPOINTS };

enum {
    SEGMENTS = 64,
    SEGMENT_NAME_MAX = 64,
    RANK_NEVER = -1,
    CLV_MILLION = 1000000, // margin, retention and discount are told in millionths
    CLV_HORIZON_MOST = 50,
    CLV_DISCOUNT_MOST = 10 * CLV_MILLION,
};

// Customers all of whose scores are within its limits, inclusive.
struct segment {
    char name[SEGMENT_NAME_MAX];
    uint8_t least[RFM_COUNT], most[RFM_COUNT];
};

struct valuation {
    int32_t rank_at; // minute of the local day; RANK_NEVER
    uint8_t scores;  // enum scores
    int64_t breakpoints[RFM_COUNT][BREAKPOINTS]; // days, orders, minor units: where the next class begins, ascending
    size_t segment_count;
    struct segment segments[SEGMENTS];
    int32_t margin, retention, discount; // millionths
    int32_t clv_horizon;                 // years
    int32_t value_retention;             // days
};

void valuation_defaults(struct valuation *valuation);

// The score of a value by the breakpoints.
int valuation_score(const struct valuation *valuation, enum rfm what, int64_t value);

// The first segment that scores (of a customer who has them) fall into, from 1; segment_count + 1: none, Others.
int valuation_segment(const struct valuation *valuation, const uint8_t scores[RFM_COUNT]);
// The name of a segment by that number.
const char *valuation_segment_name(const struct valuation *valuation, int segment);

#endif
