// The independent fold that the tests hold the daemon's views against: a stream file is read from end to
// end, every customer's events are sorted and applied one by one, and what must then stand in the views is
// printed, one JSON object a row with its view under "view". It shares the codec and the pure model with the
// daemon (which have tests of their own) and nothing of how the daemon reads, batches, keeps and repairs.
#ifndef GUANXI_TESTS_ORACLE_H
#define GUANXI_TESTS_ORACLE_H

#include <stdio.h>

#include "app/vector.h"
#include "codec/decode.h"
#include "core/model.h"
#include "support/stream_file.h"

enum { ORACLE_LANES = 256, ORACLE_NOTICES = 64 };

struct oracle_lane {
    char topic[64];
    int32_t partition;
    int64_t records;
    instant time; // INSTANT_NONE: no record moved it
};

// An id that a merge, unmerge or erasure names.
struct oracle_id {
    struct span id;
    int lane;   // where its changes travel
    int into;   // -1: it means itself
    int family; // by number: ids that were ever merged with each other have the same
    int merged, unmerged; // messages under this id
    instant merged_at, quiet_until;
    bool erased;
};

// A record that is not applied.
struct oracle_reject {
    int lane;
    int64_t offset;
    enum reject_reason reason;
    struct span source, id, subject, key;
};

struct oracle_event {
    struct event event;
    struct span customer; // whose timeline it stands on; absent: nobody's
    int owner; // of one that changes who ids mean: the number of the id that it stays with; -1: it does not stand
    struct promise standing; // the row of its promise before it, if there is one
    int lane;
    int64_t offset;
    size_t number; // in the file
    struct oracle_event *again; // the next record of the same identity and content
    double points;
};

struct oracle_notice {
    instant at;
    uint8_t recipients;
};

struct oracle_reminder {
    uint8_t id[16];
    enum reminder_kind kind;
    struct span promise_id; // absent: it is about an instant
    struct care care;
    enum reminder_status status;
    instant closed_at;
    const struct event *closed_by;
    bool at_risk;
    uint16_t notice_count;
    struct oracle_notice notices[ORACLE_NOTICES];
};

struct oracle_transition {
    struct transition transition;
    instant at;
    const struct event *event;
};

struct oracle_objection {
    uint8_t kind, cause;
    instant raised_at, resolved_at;
};

// One customer while it is folded: its state and the rows that the model told. Texts are in the arena.
struct oracle_customer {
    struct oracle *oracle;
    struct span id;
    struct customer state;
    struct book book;
    struct span ended_reason; // absent unless it is ended and that was said
    VECTOR(struct oracle_transition) transitions;
    VECTOR(struct oracle_reminder) reminders;
    VECTOR(struct promise) promises;
    VECTOR(struct oracle_objection) objections;
};

struct oracle {
    struct policy policy;
    struct type_rule types[POLICY_TYPES];
    instant wall; // INSTANT_NONE with clock = "events"
    struct arena arena;
    struct decoder *decoder;
    struct oracle_event *events;
    size_t event_count, event_capacity;
    VECTOR(struct oracle_id) ids; // sorted
    VECTOR(struct oracle_reject) rejects;
    struct oracle_lane lanes[ORACLE_LANES];
    int lane_count;
    FILE *out;
};

// Reads the records of phases 0 .. last_phase. False (with a message on stderr) when the file cannot be read.
bool oracle_read(struct oracle *oracle, const char *path, int last_phase);
// Drops repeated identities but those of events that change who ids mean, and leaves the rest by identity.
void oracle_identify(struct oracle *oracle);
// Merges, unmerges and erases as the file says, prints what is told of that, and leaves what is to be applied in the
// order (customer, event_compare). Lane times are complete afterwards. All changes of ids that have to do with each
// other must be in one lane, whose order is theirs; another file has no one outcome, and the oracle gives up.
void oracle_resolve(struct oracle *oracle);
// Prints the v_quarantine rows of what was rejected.
void oracle_print_quarantine(const struct oracle *oracle);
// The least time of the lanes that hold records, INSTANT_NONE when one of them has none.
instant oracle_watermark(const struct oracle *oracle);
// Folds every customer, advances it to the watermark and prints its rows.
void oracle_fold(struct oracle *oracle, instant watermark);

void oracle_reject(struct oracle *oracle, const struct oracle_reject *reject);
void oracle_reject_event(struct oracle *oracle, const struct oracle_event *event, enum reject_reason reason);
void oracle_move_lane(struct oracle *oracle, const struct oracle_event *event);
int oracle_compare_identities(const struct event *a, const struct event *b); // (subject, source, id)
bool oracle_same_content(const struct event *a, const struct event *b);
// `repeat` was told as `first` was.
void oracle_note_again(struct oracle *oracle, struct oracle_event *first, const struct oracle_event *repeat);
bool oracle_changes_ids(const struct event *event);
bool oracle_erased(const struct oracle *oracle, struct span id);

// The rows of one customer. `events` are all that were told of it, for the totals of its window.
void oracle_print_timeline(const struct oracle_customer *customer, const struct oracle_event *event);
void oracle_print_customer(const struct oracle_customer *customer, const struct oracle_event *events, size_t count,
                           instant watermark);
void oracle_print_relationship(const struct oracle_customer *customer); // changes, promises, objections, checklists
void oracle_print_reminders(const struct oracle_customer *customer); // with notices and what is upcoming

// Rows: row_begin, fields, row_end.
void row_begin(FILE *out, const char *view);
void row_text(FILE *out, const char *name, struct span text); // absent: null
void row_integer(FILE *out, const char *name, int64_t value);
void row_instant(FILE *out, const char *name, instant at); // microseconds; null when unset
void row_real(FILE *out, const char *name, double value);
void row_bool(FILE *out, const char *name, bool value);
void row_uuid(FILE *out, const char *name, const uint8_t uuid[16]);
void row_end(FILE *out);

#endif
