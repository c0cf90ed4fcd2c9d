// What is kept: the rows that a store is given and gives back. Spans are borrowed.
#ifndef GUANXI_PORT_ROWS_H
#define GUANXI_PORT_ROWS_H

#include "codec/decode.h"
#include "core/model.h"
#include "core/standing.h"

// ---------------------------------------------------------------------------------------------- lanes

struct lane_row {
    int32_t lane_id;
    int64_t epoch;
    int64_t next_offset;   // the first offset not yet taken
    int64_t anchor_offset; // the last record taken, -1: none yet
    int64_t anchor;        // its record_digest
    instant lane_time;     // INSTANT_NONE: no record yet
    char cluster_id[64];   // "" unknown
    bool halted;           // state as last written
};

struct lane_claim {
    const char *topic;
    int32_t partition;
    int64_t start;          // where a lane that has no row yet begins
    int64_t end;            // where it ends now; -1 unknown
    const char *cluster_id; // as the broker says now
};

// What a batch does to its lane; all of the fence.
struct lane_advance {
    int32_t lane_id;
    int64_t epoch;
    int64_t from_offset; // next_offset that must still stand there
    int64_t next_offset;
    int64_t anchor_offset, anchor; // of the last record taken
    instant lane_time; // INSTANT_NONE: unchanged; never goes back
    int64_t end_offset; // as last seen, -1 unknown
};

// -------------------------------------------------------------------------------------------- customers

// How the next fold tells of what an import brought from before itself: not at all, beyond what corrects what was told
// before; or changes, and open reminders as late announcements.
enum brought { BROUGHT_NOTHING, BROUGHT_SILENTLY, BROUGHT_TO_TELL };

// A customer as kept. `id` and `book` are borrowed.
struct customer_row {
    struct span id;
    int64_t version;       // 0: not in the database yet; a write makes it customer_next_version
    struct customer state; // its book is NULL at rest, and while the customer is at hand the unpacked form of:
    struct span book;      // book_pack; absent: empty
    int32_t home;          // lane_id where it was first seen: divides the sweep
    int32_t messages[TRANSITION_KIND_COUNT]; // transitions issued for publication so far: the n of the last
    instant wake_at;       // as indexed: at or before the true wake; INSTANT_NEVER: none
    instant fold_at;       // marked: to be folded once the watermark is here; INSTANT_NEVER: not marked
    instant quiet_until;   // the fold suppresses notices before it and unsets it; INSTANT_NONE: none
    uint64_t policy;       // fingerprint under which the state was made
    uint8_t brought;       // enum brought: what an import brought since the last fold, which unsets it
    bool has_upcoming;     // the next reminder if nothing happens
    struct upcoming upcoming;
};

// What a write of this epoch makes of a version. In each an insert begins elsewhere: nobody passes for who went before.
static inline int64_t customer_next_version(int64_t version, int64_t epoch)
{
    return version == 0 && epoch > 0 ? (epoch << 32) + 1 : version + 1;
}

// A stub from a time when nobody had ever departed: whatever else the tables may keep by a customer, of it there is
// nothing yet.
static inline bool customer_row_is_fresh(const struct customer_row *row)
{
    return row->version > 0 && row->version >> 32 == 0 && !customer_exists(&row->state);
}

// A customer of whom nothing is known: no row yet, no wake, not marked.
static inline struct customer_row customer_row_unknown(struct span id, int32_t home)
{
    struct customer_row row = {.id = id, .home = home, .wake_at = INSTANT_NEVER, .fold_at = INSTANT_NEVER,
                               .quiet_until = INSTANT_NONE};
    customer_init(&row.state);
    return row;
}

// Customers whose timelines get events that nobody applies: they are marked, whatever their version, and an unknown one
// comes as a stub.
struct mark_row {
    struct span customer_id;
    instant since; // the earliest of those events: an unknown one is marked from it on, others as late events mark
};
struct marks {
    const struct mark_row *rows; // sorted, unique, and none of the customers of the write
    size_t count;
    int32_t home;        // of stubs
    uint64_t policy;     // of stubs
    instant quiet_until; // of all; the later one counts
    enum brought brought; // the greater one counts
};

// The policy in force, as recorded.
struct policy_row {
    bool recorded;        // false: none ever was, and all else is nothing
    uint64_t fingerprint, mixed_fingerprint;
    instant since;        // the watermark when it took effect; INSTANT_NONE: it was the first
    struct span packed;   // policy_pack
    struct span marking;  // a recompute has still to mark the customers behind this id; absent: it has marked them all
    struct span deriving; // behind this id schedules may still be those of the policy before; absent: none are
};

// Why a policy is recorded: a daemon starts; a recompute marks whoever stands under another one in what may not be
// mixed; a recompute marks everybody.
enum policy_entry { POLICY_STARTS, POLICY_RECOMPUTES, POLICY_RECOMPUTES_ALL };

// Customers as a whole.
struct census {
    int64_t customers, marked;
    bool tended; // somebody owns a lane and lives
};

struct timeline_row {
    const struct event *event; // time, subject as recorded, source, id, type, side, data, amount
    double points;
    bool has_amount;
    struct span customer_id;
    struct span winner; // written only; of a merge or unmerge: with whom it took place, where that is an alias by now
    int32_t lane_id;
    int64_t offset;
};

// A part of an export.
struct exported {
    enum { EXPORTED_ALIAS, EXPORTED_EVENT, EXPORTED_WATERMARK } kind;
    struct span customer;      // ALIAS: who; EVENT: on whose timeline it was put, which may be an alias by now
    struct span into;          // ALIAS
    instant at;                // ALIAS, WATERMARK
    const struct event *event; // EVENT: time, subject as recorded, source, id, data and type
    struct span type;          // its name, without prefix
};

// What an id stands for. Aliases form a tree, as they were made; who an id means is at its end.
struct identity_row {
    struct span id;       // as asked
    struct span customer; // who it means: itself, or the customer it was merged into, chains followed
    bool erased;          // a tombstone of it stands: it was erased, and not readmitted since
    // When it last was a customer; a customer's own row has both else. An erasure leaves the counts alone.
    int32_t messages[TRANSITION_KIND_COUNT];     // issued
    struct standing told[TRANSITION_KIND_COUNT]; // by the last of them; else as of whom nothing is known
    int32_t home;        // of the id's messages, wherever it stands meanwhile; 0: it had none
    instant recorded_at; // of the last event on the timeline of `customer`, if that is none; INSTANT_NONE: no event
    int32_t merged, unmerged; // guanxi.customer.merged and .unmerged issued of it so far, ..
    int32_t erasures;         // .. and .erased
};

// What becomes of ids, beside what a write says of customers. Exclusive: no batch is written meanwhile. It takes
// place after `customers`, `delete_customers` and `settle` of the write, before all else of it. Of `from` (MERGE,
// UNMERGE) and `ids` (ERASE) those who have a row are among the first two, else CONFLICT: they came to life meanwhile.
enum identity_kind { IDENTITY_MERGE, IDENTITY_UNMERGE, IDENTITY_ERASE, IDENTITY_READMIT };
struct identity_change {
    enum identity_kind kind;
    int64_t epoch;       // of store->ops->resolve; must still stand, else CONFLICT; raised by one
    struct span subject; // as named by who asks for it: its message is counted for this id
    // MERGE: the timeline of `from` becomes that of `to`, and `from` an alias of it; all else of `from` but its
    // reminders goes. UNMERGE: what stands on the timeline of `from` as recorded under one of `ids` becomes that of
    // `to`, and `to` is an alias no more; merges and unmerges do if they took place with one of `ids`.
    struct span from, to;
    // UNMERGE: `to` and all that lead to it. ERASE: the customer and all that lead to it; everything of them goes,
    // quarantined bytes and messages that are not sent yet with it, and a tombstone of each stays. Of merges and
    // unmerges that stand with others those recorded under one of them go, whereby these others are marked, and those
    // that name one keep a digest of their data, by which they are still known.
    const struct span *ids;
    size_t id_count;
    instant at;   // of the event
    int32_t home; // of messages of the subject; and of whoever is erased and had none
};

// The result of looking up an identity.
enum identity { IDENTITY_NEW, IDENTITY_SAME, IDENTITY_OTHER };

// --------------------------------------------------------------------------------------- what a write is

// With or without a message that tells of it, which is held as one of the outbox is; a walk has as many as it has
// steps, numbered from the first.
struct transition_row {
    struct span customer_id;
    struct transition transition;
    int32_t home; // of the customer; where there is a message
    instant at;
    struct span source, event_id; // absent: none
    int32_t message;              // its number; 0: there is none
    uint8_t message_from;         // what it has as `from`, see struct outbox_row
};

struct promise_row {
    struct span customer_id;
    struct promise promise; // written without `about`, the row keeps what it has of it
};

struct objection_row { // named by all but resolved_at
    struct span customer_id;
    uint8_t kind, cause; // enum objection_kind, enum objection_cause
    instant raised_at;
    instant resolved_at; // or INSTANT_NONE
};

struct profile_row { // absent: unknown
    struct span customer_id;
    struct span owner, manager, name, channel;
};

struct reminder_row {
    struct span customer_id;
    uint8_t reminder_id[16];
    enum reminder_kind kind;
    instant anchor, due_at, opened_at;
    struct span promise_id; // of kinds that are about a promise; else absent
    uint16_t notices;
    enum reminder_status status;
    instant closed_at; // INSTANT_NONE while open
    struct span closed_source, closed_event; // absent: none
    instant acknowledged_at, snoozed_until;  // or INSTANT_NONE
    bool at_risk;
    bool exists;    // update; else insert. An update never touches kind, anchor, due_at and opened_at
    bool fresh;     // of a customer who was fresh: there is none of that id
    bool published; // a notice of it was released for publication; an update only ever sets it
    int8_t announce; // enum announce; an update with ANNOUNCE_KEEP leaves it
};
enum announce { ANNOUNCE_KEEP = -1, ANNOUNCE_NOT, ANNOUNCE_PENDING, ANNOUNCE_DONE };

enum notice_state { NOTICE_HELD, NOTICE_RELEASED, NOTICE_PUBLISHED, NOTICE_SUPPRESSED };
struct notice_row {
    struct span customer_id;
    uint8_t reminder_id[16];
    uint16_t notice;
    instant at;
    uint8_t recipients;
    enum notice_state state;
    int32_t home;
    // The customer when it fired, so that a message says what was true then, whenever it goes out.
    struct span about;     // encode_about; absent where nobody will be told
    instant last_order_at; // or INSTANT_NONE
    instant next_at;       // of the next notice if nothing happens; INSTANT_NONE: none comes
    enum notice_state was; // update: the state that must still stand there, else CONFLICT
    bool exists;           // update of state (and of nothing else), else insert
    bool fresh;            // of a customer who was fresh: there is none of that number
};

// A message: held until the watermark has passed `at`, then released, sent, deleted. Once it is released nobody
// takes it back. Changes go to one topic, notices and closings to another.
enum outbox_kind { OUTBOX_TRANSITION = 0, OUTBOX_NOTICE = 1, OUTBOX_CLOSING = 2, OUTBOX_IDENTITY = 3 };
struct outbox_row {
    int64_t seq; // 0 on insert; held: its place among those of the customer; released: of what it was released with
    int64_t parcel; // read only; held: what it was written with, 0: it was put in by itself
    int32_t place, of; // read only; released: which it is, from 1, of how many that were released together
    struct span customer_id;
    int32_t home;
    instant at;
    enum outbox_kind kind;
    uint8_t reminder_id[16]; // NOTICE, CLOSING
    int32_t n;               // NOTICE: its number
    // TRANSITION, of which the message is made when it is sent: kept as it is given. n is that of the message, and
    // `from` may say more than a phase.
    struct transition transition;
    struct span source, event_id; // of it; absent: none
    bool released; // on insert never TRANSITION, always IDENTITY; those of one home are in order
    bool is_void;  // read only; released: its customer was erased, there is nothing to send; without ids and texts
    bool reminder_published; // read only; held CLOSING: a notice of its reminder was released
    struct span payload; // NOTICE, CLOSING, IDENTITY: final bytes
};

struct quarantine_row {
    const char *topic;
    int32_t partition;
    int64_t offset;
    enum reject_reason reason;
    struct span detail;
    struct span key, value, headers; // headers as record_pack_headers made them
    struct span source, event_id, type, subject; // as far as they could be read
    bool discarded; // at once: it was of an erased customer, and nothing of it is kept
};

struct quarantine_settle { // a quarantined record that was applied or discarded
    int64_t quarantine_id;
    bool applied;
};

struct loss_row { // records that were lost to us, exactly
    const char *topic;
    int32_t partition;
    int64_t from_offset, to_offset; // half-open
    const char *reason;
};

#endif
