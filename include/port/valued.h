// What the last rank made of one customer, with what decided it. Spans are borrowed.
#ifndef GUANXI_PORT_VALUED_H
#define GUANXI_PORT_VALUED_H

#include "core/policy.h"
#include "core/span.h"

struct valued {
    bool known;  // else no rank has held the customer, and nothing else is set
    int32_t day; // at whose end it was valued, since 1970
    int64_t values[RFM_COUNT]; // days since the last order, orders and money of the window
    uint8_t scores[RFM_COUNT]; // 0: none, as there was no order in the window
    int64_t least[RFM_COUNT], most[RFM_COUNT]; // of all who have the same score
    int32_t rank, ranked;      // its place among so many; 0: none
    struct span segment;       // absent: none
    char abc;
    double share_before;       // of all positive money: what those before it make
    int64_t clv;
    uint8_t tier, target;
    bool has_model; // of BG/NBD
    double alive, expected;
};

#endif
