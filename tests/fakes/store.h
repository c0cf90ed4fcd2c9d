// An in-memory database with the guards of port/store.h: lanes fence a batch by epoch and next_offset,
// versions guard customers, notices and messages are guarded by their states. Any number of stores, one a
// thread, share one database. Faults are asked for beforehand and strike at a counted call.
#ifndef GUANXI_TESTS_FAKES_STORE_H
#define GUANXI_TESTS_FAKES_STORE_H

#include "port/rank.h"
#include "port/store.h"

#define FAKE_OPS(X) \
    X(reconnect) X(check_schema) X(number_types) X(record_policy) X(claim) X(lanes) X(move) X(halt) X(beat) \
    X(release) X(orphans) X(load) X(promises) X(resolve) X(merged_into) X(identify) X(pass) X(write) X(due) X(marked) \
    X(timelines) X(follow_ups) X(release_changes) X(held) X(announcements) X(values) X(released) X(delivered) X(clock) \
    X(brought_begin) X(brought_next) X(export) \
    X(sample) X(levels) \
    X(policy) X(check_policy) X(mark) X(derived) X(walk) X(pick) X(census) X(histories) X(freeze)

// Of port/rank.h.
#define FAKE_RANK_OPS(X) \
    X(enter) X(leave) X(unfolded) X(find) X(purchases) X(put) X(changes) X(done) X(expire) X(put_fit) X(fit) X(hold) \
    X(shut) X(open)

enum fake_op {
#define X(name) FAKE_OP_##name,
    FAKE_OPS(X)
    FAKE_RANK_OPS(X)
#undef X
    FAKE_OP_COUNT,
    FAKE_OP_ANY = FAKE_OP_COUNT,
};

// When a fault strikes: instead of the call, or when its effect took place and only the answer is lost.
enum fake_when { FAKE_BEFORE, FAKE_AFTER };

struct fake_fault {
    enum fake_op op;      // or FAKE_OP_ANY
    int64_t nth;          // from 1, counted from when the fault was asked for
    int64_t times;        // calls in a row that it strikes, 0 means 1
    int outcome;          // an outcome of the store or a negative status; STORE_AWAY also breaks the connection
    enum fake_when when;
    bool gone;            // the connection cannot be made again: the process that had it is dead
    struct store *store;  // only calls of this one; NULL: of any
};

struct fake_database;

// Aborts where memory is out, as all of this does. Stores are closed before their database.
struct fake_database *fake_database_new(void);
void fake_database_free(struct fake_database *database);
struct store *fake_store_open(struct fake_database *database);

void fake_fail(struct fake_database *database, const struct fake_fault *fault);
void fake_mend(struct fake_database *database); // forgets faults that have not struck yet
int64_t fake_calls(struct fake_database *database, enum fake_op op); // so far; FAKE_OP_ANY: of all
bool fake_struck(struct fake_database *database);                    // a fault has struck since the last mend

// Called before each operation, outside all locks: for what others do just then.
void fake_on_call(struct fake_database *database,
                  void (*call)(void *context, struct store *store, enum fake_op op), void *context);

// A write with a timeline row of this event id is refused as poison; with `quarantine` also a quarantine row.
void fake_poison(struct fake_database *database, const char *event_id, bool quarantine);

// From now on this many commits can be lost. A crash of the server keeps durable commits and all before
// them; a failover to a standby that lagged behind keeps nothing of the last `commits`. Both break all
// connections.
void fake_keep_commits(struct fake_database *database, int most);
int fake_lose_commits(struct fake_database *database, int commits, bool failover); // how many were lost

// PostgreSQL's clock, which stands still unless set. Heartbeats and beats use it.
void fake_set_wall(struct fake_database *database, instant wall);

// ---------------------------------------------------------------------- what tests read of a database

struct fake_lane {
    struct lane_row row;
    char topic[64];
    int32_t partition;
    char owner[64]; // "" nobody
    char reason[256];
    int64_t end_offset;
    instant heartbeat_at, halted_at; // INSTANT_NONE: it runs
};

struct fake_event { // a row of the timeline; spans live as long as the database
    struct event event;
    struct span names;  // of a merge or unmerge: the other id, unless that was erased
    struct span winner; // of a merge or unmerge: with whom it took place, absent: the customer
    double points;
    bool has_amount;
    int32_t lane_id;
    int64_t offset;
};

struct fake_loss {
    char topic[64], reason[256];
    int32_t partition;
    int64_t from_offset, to_offset;
};

struct fake_quarantine {
    struct quarantine_row row; // topic, spans: live as long as the database
    bool held, applied;
};

// A customer with all its rows, sorted as the tables' keys are. Never changed once it is in the database. Rows that
// stand under an id that is no customer have one of version 0, until the last of them is gone.
struct fake_customer {
    struct customer_row row;
    struct fake_event *events; // by event_compare
    struct transition_row *transitions;     // by (kind, n)
    struct promise *promises;               // by id
    struct objection_row *objections;       // by raised_at
    struct profile_row profile;             // where there is one
    bool has_profile;
    struct reminder_row *reminders; // by (opened_at, reminder_id)
    struct notice_row *notices; // by (reminder_id, notice)
    struct outbox_row *outbox;  // by seq
    size_t event_count, transition_count, promise_count, objection_count, reminder_count, notice_count, outbox_count;
    int references;
};

struct fake_alias {
    struct span customer_id, into;
    instant at;
};

struct fake_tombstone { // of a plain id, here
    struct span customer_id;
    int32_t times;
    bool stands; // not readmitted
    int32_t messages[TRANSITION_KIND_COUNT], merged, unmerged, home; // issued before
};

struct fake_policy { // in force; spans live as long as the database
    struct policy_row row;
    duration lane_hold;
};
struct fake_policy fake_policy(struct fake_database *database);

// What stands in the database now. Valid until something is written.
struct fake_view {
    struct fake_customer *const *customers; // by id; those of version 0 are no customers
    size_t customer_count;
    const struct fake_lane *lanes; // lane_id is index + 1
    size_t lane_count;
    const struct fake_quarantine *quarantine; // quarantine_id is index + 1
    size_t quarantine_count;
    const struct fake_loss *losses;
    size_t loss_count;
    const struct fake_alias *aliases; // as they were made: into may be an alias too
    size_t alias_count;
    const struct fake_tombstone *tombstones;
    size_t tombstone_count;
    int64_t epoch; // of identities
};
struct fake_view fake_view(struct fake_database *database);
const struct fake_customer *fake_customer(struct fake_database *database, const char *id); // NULL: none
// What stands under an id that is no customer; NULL: nothing.
const struct fake_customer *fake_remains(struct fake_database *database, const char *id);
const struct fake_alias *fake_alias(struct fake_database *database, const char *id); // NULL: it is none
bool fake_erased(struct fake_database *database, const char *id);
const struct promise *fake_promise(const struct fake_customer *customer, const char *id); // NULL: none
const struct transition_row *fake_transition(const struct fake_customer *customer, enum transition_kind kind,
                                             int32_t n); // NULL: none
// Ranks and what they are made of: the row of a day, a value of it, the parameters; NULL: there is none.
const struct rank_row *fake_rank(struct fake_database *database, int32_t as_of);
const struct ranked *fake_value(struct fake_database *database, int32_t as_of, const char *id);
const struct rank_fit *fake_fit(struct fake_database *database);
const struct fake_lane *fake_lane(struct fake_database *database, const char *topic, int32_t partition);

#endif
