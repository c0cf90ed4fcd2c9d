#include "core/valuation.h"

#include <stdbool.h>
#include <string.h>

static const struct segment default_segments[] = {
    {"Champions", {5, 5, 5}, {5, 5, 5}},
    {"Potential Loyalist", {3, 3, 2}, {5, 5, 5}},
    {"Loyal Customers", {2, 2, 2}, {4, 4, 4}},
    {"Promising", {3, 1, 3}, {4, 3, 5}},
    {"New Customers", {4, 1, 1}, {5, 3, 5}},
    {"Can't Lose Them", {1, 3, 4}, {2, 4, 5}},
    {"At Risk", {1, 2, 4}, {2, 5, 5}},
    {"Need Attention", {1, 3, 3}, {3, 5, 5}},
    {"About To Sleep", {2, 1, 1}, {3, 3, 4}},
    {"Lost", {1, 1, 1}, {1, 5, 5}},
};

void valuation_defaults(struct valuation *valuation)
{
    memset(valuation, 0, sizeof *valuation);
    valuation->rank_at = 2 * 60 + 30;
    valuation->scores = SCORES_BY_POPULATION;
    valuation->segment_count = sizeof default_segments / sizeof *default_segments;
    memcpy(valuation->segments, default_segments, sizeof default_segments);
    valuation->margin = CLV_MILLION;
    valuation->retention = CLV_MILLION * 8 / 10;
    valuation->discount = CLV_MILLION / 10;
    valuation->clv_horizon = 5;
    valuation->value_retention = 400;
}

int valuation_score(const struct valuation *valuation, enum rfm what, int64_t value)
{
    int class = 1;
    while (class <= BREAKPOINTS && value >= valuation->breakpoints[what][class - 1]) {
        class++;
    }
    return what == RFM_RECENCY ? SCORE_MOST + 1 - class : class;
}

int valuation_segment(const struct valuation *valuation, const uint8_t scores[RFM_COUNT])
{
    for (size_t i = 0; i < valuation->segment_count; i++) {
        const struct segment *segment = &valuation->segments[i];
        bool within = true;
        for (int what = 0; what < RFM_COUNT; what++) {
            within = within && scores[what] >= segment->least[what] && scores[what] <= segment->most[what];
        }
        if (within) {
            return (int)i + 1;
        }
    }
    return (int)valuation->segment_count + 1;
}

const char *valuation_segment_name(const struct valuation *valuation, int segment)
{
    return segment <= (int)valuation->segment_count ? valuation->segments[segment - 1].name : "Others";
}
