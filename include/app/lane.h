// A lane is one (topic, partition) as this instance has it: where its cursor stands in the database, what
// has been taken from the source and decoded ahead, and how far its time has come.
//
// States say who may touch it: RUNNING belongs to its worker; the engine (the source's thread) has all
// others. A worker gives a lane up by changing the state under the engine's lock.
#ifndef GUANXI_APP_LANE_H
#define GUANXI_APP_LANE_H

#include <stdatomic.h>

#include "app/settings.h"
#include "port/source.h"
#include "port/store.h"

enum lane_state {
    LANE_RUNNING, // read by its worker
    LANE_RESTART, // to be started again at the cursor in the database
    LANE_HALTED,  // stands still until an operator acts; `reason` says why
    LANE_FENCED,  // another owner has it; waits for the group to take it from us
    LANE_GONE,    // revoked: to be freed
};

// A record, taken and decoded. Memory belongs to its chunk. Key, value and headers are kept as they stand:
// whether a record goes to the quarantine may show only beside the others of its customer.
struct taken {
    int64_t offset;
    int64_t timestamp_ms;
    enum decoded decoded;
    uint64_t subject_hash;       // DECODED_EVENT: of the subject, and of source and id, made while the bytes
    uint64_t identity_hash;      // were at hand
    struct event event;          // DECODED_EVENT, and the time of a DECODED_TICK
    const struct reject *reject; // DECODED_REJECTED
    struct span key, value;
    struct span headers; // packed
};

// Records decoded together. Lives while its lane still has records in it or a batch refers to it.
struct chunk {
    struct chunk *next;
    struct arena arena;
    struct taken *items;
    uint32_t count, taken; // items before `taken` have been popped
    uint32_t references;
    struct span headers; // of the last record, packed
};
void chunk_release(struct chunk *chunk);
// record_digest of the record as it was.
int64_t taken_digest(const struct taken *taken);

// What a worker decodes with.
struct intake {
    struct source *source;
    struct decoder *decoder;
    const struct policy *policy;
    const struct app_settings *settings;
    int64_t unknown_marks; // passed over so far
    struct chunk *spare;   // an empty chunk from the last time nothing had arrived
    int64_t busy_us;       // spent on taking and decoding since it was last set to 0
};

enum { LANE_REASON_MAX = 200 };

struct lane {
    int32_t id;
    int32_t partition;
    char topic[250];
    int worker; // index
    int series; // of the topic, among the metrics
    _Atomic enum lane_state state;
    char reason[LANE_REASON_MAX];
    bool reported;       // the halt was written down
    int64_t retry_us;    // monotonic instant at which a halted lane is tried again; 0: it waits for an operator
    int64_t fenced_us; // monotonic instant at which it was found fenced
    struct source_lane *handle;
    char cluster_id[64];

    // The cursor as committed.
    int64_t epoch, next_offset, anchor_offset, anchor;
    instant latest; // the latest time that moved lane time
    bool check_anchor; // the next record taken must be the anchor itself
    bool changed;      // it was not: restart by the rule for lost data

    // Decoded ahead.
    struct chunk *first, *last;
    instant gathered; // the latest time popped: which lane a batch takes from
    int64_t popped;      // the offset after the last one popped
    instant caught_up_at; // the clock before its end was seen behind `popped`; INSTANT_NONE: it was not
    uint64_t dry_round;  // the round of gathering in which nothing had arrived
    bool awaited;        // in that round: the others wait for it
    int64_t starving_us; // monotonic instant since when it is empty though not at its end; 0: is not
    int64_t window_records, window_rejects; // of the poison window
    struct lane_advance pending; // what the batch in the making does to the lane
    const struct taken *last_taken; // its last record of the lane

    // For the keeper, any thread.
    _Atomic int64_t cursor;       // next_offset as committed
    _Atomic int64_t position;     // the same, or beyond control records that follow
    _Atomic int64_t committed_us; // monotonic instant of the last commit
    _Atomic int64_t told;         // position as committed to the group, for lag tools
    _Atomic int64_t oldest_ms;    // Kafka timestamp of the oldest record taken and not committed; -1: there is none

    // The keeper's own.
    int64_t end;       // as last seen; -1: not yet
    int64_t unread_us; // local clock when it first saw records that are not taken; 0: there are none
};

// A lane as claimed, not started; NULL when memory is out. lane_free drops what was decoded ahead.
struct lane *lane_new(const char *topic, int32_t partition, int worker);
void lane_free(struct lane *lane);
// Takes over a cursor (claimed or read again) and forgets what was decoded ahead.
void lane_reset(struct lane *lane, const struct lane_row *row);
void lane_forget(struct lane *lane);
// All before the offset is committed.
void lane_set_cursor(struct lane *lane, int64_t offset);
// After that: which record now is the oldest not committed.
void lane_note_oldest(struct lane *lane);
// Where the source has to start: at the anchor when there is one to check.
int64_t lane_start_offset(const struct lane *lane);

// The next record, decoded, without popping it; takes from the source when none is ahead.
// 0: *next is set. 1: nothing has arrived. LANE_CHANGED: the topic is not the one we read before (reason is
// set). Negative: memory.
enum { LANE_EMPTY = 1, LANE_CHANGED = 2 };
int lane_peek(struct lane *lane, struct intake *intake, struct taken **next);
// Pops what lane_peek gave; its chunk gets a reference for the caller unless it is `held` already.
struct chunk *lane_pop(struct lane *lane, const struct chunk *held);
// True when the lane was read to its end and nothing is decoded ahead.
bool lane_is_at_end(struct lane *lane, struct source *source);

// Commits the lane's position to the group when it has moved: ordinary lag tools look there. Any thread.
void lane_tell_group(struct lane *lane, struct source *source);

// Lane time after `latest`, by the clock of the policy. `wall` bounds it when that is the wall clock.
instant lane_time(const struct policy *policy, const struct app_settings *settings, instant latest, instant wall);

#endif
