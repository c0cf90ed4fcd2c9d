// What a batch counts of its events, added to the metrics at once when the batch is committed.
#ifndef GUANXI_APP_TALLY_H
#define GUANXI_APP_TALLY_H

#include "base/metrics.h"
#include "codec/decode.h"

struct tally {
    uint32_t events[LABEL_TYPE_MOST][RESULT_COUNT];
    uint32_t rejects[REJECT_REASON_COUNT];
    struct metric_counts ages;
    instant now; // INSTANT_NONE: events have no age
};

enum { TALLY_BUILT_IN = 64 }; // types below have the series of their number, configured ones follow

// The series of a type: 0, "other", where there is none.
static inline int tally_type(uint16_t type)
{
    if (type < TALLY_BUILT_IN)
        return type;
    int configured = TALLY_BUILT_IN + type - TYPE_CONFIGURED;
    return configured >= TALLY_BUILT_IN && configured < LABEL_TYPE_MOST ? configured : 0;
}

static inline void tally_begin(struct tally *tally, instant now)
{
    memset(tally, 0, sizeof *tally);
    tally->now = now;
}

// What became of an event.
void tally_event(struct tally *tally, const struct event *event, enum metric_result result);
// What became of a record without an event.
void tally_other(struct tally *tally, enum metric_result result);
// Of one that is put into quarantine; `event` NULL: it is none.
void tally_reject(struct tally *tally, const struct event *event, enum reject_reason reason);
void tally_commit(const struct tally *tally);

// So many so far, of all types.
int64_t tally_read(enum metric_result result);
// Names the series of types, reasons, kinds and levels. Again whenever the policy changes.
void tally_name_series(const struct policy *policy);

#endif
