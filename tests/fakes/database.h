// Inside the fake store: the database and its parts. A write works on copies of the customers it touches
// and puts them in at the end, so that a write that is refused leaves nothing.
#ifndef GUANXI_TESTS_FAKES_DATABASE_H
#define GUANXI_TESTS_FAKES_DATABASE_H

#include <pthread.h>

#include "app/vector.h"
#include "fakes/store.h"

enum { FAKE_FAULTS = 16, FAKE_POISONS = 16 };

// Numbers that outlive their customer.
struct fake_departed {
    struct span customer_id;
    int32_t messages[TRANSITION_KIND_COUNT];
    struct standing told[TRANSITION_KIND_COUNT];
    int32_t merged, unmerged, home;
};

// What ids stand for, and what is left of those that are no more.
struct fake_identities {
    int64_t epoch;
    VECTOR(struct fake_alias) aliases;
    VECTOR(struct fake_departed) departed;
    VECTOR(struct fake_tombstone) tombstones;
    VECTOR(struct outbox_row) voids; // released messages of the erased: their places
};

// All that a transaction can change. References to customers are counted.
struct fake_tables {
    VECTOR(struct fake_customer *) customers;
    VECTOR(struct fake_lane) lanes;
    VECTOR(struct fake_quarantine) quarantine;
    VECTOR(struct fake_loss) losses;
    struct fake_identities identities;
};

struct fake_commit {
    struct fake_tables before;
    bool durable;
};

struct armed_fault {
    struct fake_fault fault;
    int64_t seen;
    bool armed;
};

// Of a rank; its values are sorted by id.
struct fake_rank {
    struct rank_row row;
    struct ranked *values;
};

struct fake_ranks {
    VECTOR(struct fake_rank) rows; // by day
    struct rank_fit fit;           // customers 0: none
    struct fake_store *inside;     // who ranks
    bool shut, queued;             // the gate; somebody came to it since
};

struct fake_database {
    pthread_mutex_t mutex;
    struct fake_tables tables;
    struct arena texts; // of all rows ever
    int64_t next_seq;
    instant wall;
    int starts; // of the server: connections of former ones are broken
    VECTOR(struct fake_commit) commits; // the last ones, when they are kept
    int keep;
    VECTOR(char *) type_names; // numbered from TYPE_CONFIGURED
    struct fake_policy policy;
    VECTOR(struct span) brought; // the list that brought_begin made
    size_t brought_given;

    struct fake_ranks ranks;

    struct armed_fault faults[FAKE_FAULTS];
    bool struck;
    int64_t calls[FAKE_OP_COUNT + 1];
    void (*on_call)(void *context, struct store *store, enum fake_op op);
    void *on_call_context;
    struct {
        char id[128];
        bool quarantine;
    } poisons[FAKE_POISONS];
    size_t poison_count;
};

struct fake_store {
    struct store port;
    struct fake_database *database;
    bool connected, gone;
    int start; // of the server, to which it is connected
};

// An operation: it counts, meets the faults that were asked for, and takes effect with the mutex held.
int fake_run(struct store *store, enum fake_op op, int (*operate)(struct fake_store *store, void *context), void *context);
extern const struct rank_ops fake_rank_operations;
void fake_ranks_free(struct fake_ranks *ranks);

void *fake_allocate(size_t count, size_t size); // zeroed; aborts when memory is out, never fails on purpose
struct span fake_text(struct fake_database *database, struct span text); // a copy that stays; absent stays absent

// Where the customer is or would be, of version 0 too.
size_t fake_place(const struct fake_tables *tables, struct span id, bool *found);
// Puts a copy in the place of its original, or in when it is new; one that has nothing left goes. Takes it over.
void fake_replace(struct fake_tables *tables, struct fake_customer *customer);
struct fake_customer *fake_customer_copy(const struct fake_customer *from); // NULL: an empty one
void fake_customer_release(struct fake_customer *customer);
void fake_tables_copy(struct fake_tables *to, const struct fake_tables *from);
void fake_tables_free(struct fake_tables *tables);
void fake_identities_copy(struct fake_identities *to, const struct fake_identities *from);
void fake_identities_free(struct fake_identities *identities);
// Remembers the tables as they stand, before a commit changes them.
void fake_remember(struct fake_database *database, bool durable);

// A write in progress.
struct fake_transaction {
    struct fake_database *database;
    const struct store_write *write;
    VECTOR(struct fake_customer *) touched; // copies
    int64_t next_seq;
    struct fake_identities identities; // a copy, where the write changes them
    bool has_identities;
};
// The copy of a customer in this transaction, taken when there is none yet; NULL: no such customer, and no rows
// under that id either.
struct fake_customer *fake_touch(struct fake_transaction *transaction, struct span id);
// The same; where there is nothing, one of version 0.
struct fake_customer *fake_touch_any(struct fake_transaction *transaction, struct span id);
// Merges and unmerges stand with whom they took place, and are known wherever that is.
static inline bool fake_changes_ids(const struct event *event)
{
    return event->type == TYPE_CUSTOMER_MERGED || event->type == TYPE_CUSTOMER_UNMERGED;
}
// What remains of the data of one that names an erased id.
struct span fake_veil(struct arena *arena, const struct event *event);
// Puts an event into its place; not when there is one of its identity.
int fake_put_event(struct fake_customer *customer, const struct fake_event *event);
// Who is no customer any more, from now on in this transaction.
void fake_depart(struct fake_customer *customer);
// The parts of the write that concern reminders, notices and messages.
int fake_write_follow_ups(struct fake_transaction *transaction);
int fake_put_told(struct fake_transaction *transaction, const struct transition_row *row);
// Those that concern transitions, promises, objections and profiles.
int fake_write_rows(struct fake_transaction *transaction);
void fake_forget_rows(struct fake_customer *customer);
// The epoch that the write must find, before all else.
int fake_check_epoch(struct fake_transaction *transaction);
// Customers that go, and the change of what ids stand for.
int fake_change_identities(struct fake_transaction *transaction);
// Whoever is no customer at the end of a write must be rid of all that only a customer has.
int fake_check_departed(const struct fake_transaction *transaction);
// With the commit.
void fake_commit_identities(struct fake_transaction *transaction);

// A key that is there already, which no write of ours may ever meet: said, and refused as poison.
int fake_repeated(const char *what, struct span customer_id);

// A growing array inside a customer: room for one more at `at`, those behind it move up.
#define FAKE_INSERT(array, count, at) \
    ((__typeof__(array))fake_insert((void **)&(array), &(count), (at), sizeof *(array)))
#define FAKE_REMOVE(array, count, at) fake_remove((array), &(count), (at), sizeof *(array))
void *fake_insert(void **items, size_t *count, size_t at, size_t size);
void fake_remove(void *items, size_t *count, size_t at, size_t size);

// The operations, with the mutex held and the connection there.
int fake_do_claim(struct fake_database *database, const char *owner, const struct lane_claim *claims, size_t count,
                  struct lane_row *rows);
int fake_do_lanes(struct fake_database *database, const int32_t *lane_ids, size_t count, struct lane_row *rows);
int fake_do_move(struct fake_database *database, const struct lane_advance *lane, const struct loss_row *loss);
int fake_do_halt(struct fake_database *database, int32_t lane_id, int64_t epoch, const char *reason);
int fake_do_beat(struct fake_database *database, const struct lane_advance *lanes, size_t count, duration lane_hold,
                 instant *watermark, int32_t *left_out, instant *wall);
int fake_do_release(struct fake_database *database, const struct lane_row *lanes, size_t count);
int fake_do_sample(struct fake_database *database, instant watermark, instant clock, struct store_sample *sample);
int fake_do_levels(struct fake_database *database, int64_t customers[LEVEL_COUNT + 1], bool *known);
int fake_do_orphans(struct fake_database *database, duration grace, struct arena *arena, int32_t **lane_ids,
                    size_t *count);
int fake_do_write(struct fake_database *database, uint64_t policy, const struct store_write *write);
int fake_do_record_policy(struct fake_database *database, const struct policy *policy, duration lane_hold,
                          enum policy_entry entry, struct arena *arena, struct policy_row *row);
int fake_do_policy(struct fake_database *database, struct arena *arena, struct policy_row *row);
int fake_do_mark(struct fake_database *database, size_t limit, instant quiet_until, enum brought brought,
                 size_t *count);
int fake_do_derived(struct fake_database *database, uint64_t fingerprint, struct span from, struct span to);
int fake_do_walk(struct fake_database *database, struct span after, bool marked, size_t limit, struct arena *arena,
                 struct span **ids, size_t *count);
int fake_do_pick(struct fake_database *database, size_t limit, struct arena *arena, struct span **ids, size_t *count);
int fake_do_census(struct fake_database *database, struct census *census);
int fake_do_histories(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                      struct histories *histories);
// Whether a write that goes by this policy may take place.
int fake_check_policy(const struct fake_database *database, uint64_t policy, const struct store_write *write);
int fake_do_load(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                 struct customer_row *rows);
int fake_do_promises(struct fake_database *database, const struct span *customer_ids, const struct span *promise_ids,
                     size_t count, struct arena *arena, struct promise *rows);
int fake_do_resolve(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                    struct identity_row *rows, int64_t *epoch);
int fake_do_merged_into(struct fake_database *database, struct span id, struct arena *arena, struct span **ids,
                        size_t *count);
int fake_do_identify(struct fake_database *database, const struct span *customer_ids,
                     const struct event *const *events, size_t count, enum identity *result);
int fake_do_due(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                size_t limit, struct arena *arena, struct span **ids, size_t *count);
int fake_do_marked(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                   size_t limit, struct arena *arena, struct span **ids, size_t *count);
int fake_do_follow_ups(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                       struct reminder_row **reminders, size_t *reminder_count, struct notice_row **notices,
                       size_t *notice_count, struct outbox_row **outbox, size_t *outbox_count);
int fake_do_release_changes(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                            size_t limit, size_t *count);
int fake_do_held(struct fake_database *database, const int32_t *homes, size_t home_count, instant watermark,
                 size_t limit, struct arena *arena, struct held_notice **notices, size_t *notice_count,
                 struct outbox_row **outbox, size_t *outbox_count);
int fake_do_announcements(struct fake_database *database, const int32_t *homes, size_t home_count, size_t limit,
                          struct arena *arena, struct held_notice **notices, size_t *count);
int fake_do_values(struct fake_database *database, const struct policy *policy, const struct span *ids,
                   const int32_t *days, size_t count, int64_t *f, int64_t *m);
int fake_do_released(struct fake_database *database, const int32_t *homes, size_t home_count, size_t limit,
                     struct arena *arena, struct outbox_row **outbox, size_t *count);
int fake_do_delivered(struct fake_database *database, const struct outbox_row *outbox, size_t count);
int fake_do_export(struct fake_database *database, struct span customer,
                   int (*each)(void *context, const struct exported *exported), void *context);
int fake_do_brought_begin(struct fake_database *database, size_t *count);
int fake_do_brought_next(struct fake_database *database, size_t limit, struct arena *arena, struct span **ids,
                         size_t *count);

#endif
