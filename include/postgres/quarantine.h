// Records that could not be applied, as people and the retry see them.
//
// Results: 0, QUARANTINE_NONE, or a negative status. What a store would try again is STATUS_UNAVAILABLE.
#ifndef GUANXI_POSTGRES_QUARANTINE_H
#define GUANXI_POSTGRES_QUARANTINE_H

#include <stdio.h>

#include "codec/record.h"
#include "postgres/store.h"

enum { QUARANTINE_NONE = 1 }; // no record matches

struct quarantine_filter {
    int64_t id;         // just this one; 0: any
    int64_t after;      // only with larger numbers
    const char *state;  // held, applied, discarded; NULL: any
    const char *reason; // a code of codec/decode.h; NULL: any
    const char *topic;  // NULL: any
    int64_t limit;      // so many, the oldest first; 0: all
};

// A record as kept. Everything is borrowed for the call it is handed to.
struct quarantined {
    int64_t id;
    int32_t lane_id; // of its topic and partition; 0: there is no such lane any more
    int32_t partition;
    const char *topic, *reason, *detail, *state;
    struct span source, event_id, type, subject; // absent: could not be read
    instant at, resolved_at;                     // resolved_at INSTANT_NONE while held
    int32_t payload_size;
    struct record record; // with headers; only its offset is set where bytes were not asked for
};

// Hands each matching record to `each`, oldest first, which returns 0 to go on; anything else ends the walk
// and is returned. Bounded memory: records come in pages.
int quarantine_each(const struct postgres_settings *settings,
                    const struct quarantine_filter *filter, bool bytes,
                    int (*each)(void *context, const struct quarantined *row), void *context);

// One line or JSON object each, without the bytes of the records; in JSON an array, also an empty one.
int quarantine_list(const struct postgres_settings *settings,
                    const struct quarantine_filter *filter, bool json, FILE *out);
// All of one record, with key, headers and payload in printable form.
int quarantine_show(const struct postgres_settings *settings, int64_t id, bool json, FILE *out);

#endif
