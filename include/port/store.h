// Where relationships are kept. Implemented by postgres/ and by a fake in the tests (tests/fakes/store).
//
// A store is one connection, used by one thread; threads open their own. Every function returns 0, one of
// the positive outcomes below, or a negative status (base/status.h). After STORE_AWAY the connection is
// gone and store_reconnect must succeed before anything else.
//
// Exactly once rests on two rows: the lane, whose (epoch, next_offset) fences a batch, and the customer,
// whose version guards every change of its state, its timeline, reminders and held messages.
#ifndef GUANXI_PORT_STORE_H
#define GUANXI_PORT_STORE_H

#include "port/rows.h"

enum store_outcome {
    STORE_OK = 0,
    STORE_FENCED = 1,    // a lane of the write has another epoch or another next_offset
    STORE_CONFLICT = 2,  // a customer (or a held message) changed meanwhile: load again and retry
    STORE_DUPLICATE = 3, // a timeline row exists already: look identities up and retry
    STORE_RETRY = 4,     // serialization, deadlock, lock or statement timeout: retry, smaller after a timeout
    STORE_AWAY = 5,      // connection lost or server not ready: whether the write took place is unknown
    STORE_FULL = 6,      // out of disk or memory: back off, alarm, retry
    STORE_POISON = 7,    // the data itself is refused (22*, 23*): bisect
};

// ------------------------------------------------------------------------------------------------ writes

// One transaction. Arrays are borrowed; empty ones cost nothing. Customers are sorted by id and unique.
struct store_write {
    const struct lane_advance *lanes;
    size_t lane_count;
    const struct customer_row *customers; // version 0: insert; else update where the version still stands
    size_t customer_count;
    const struct customer_row *delete_customers; // where the version still stands; `messages` and standing are kept
    size_t delete_customer_count;
    const struct marks *marks; // or NULL; changes versions, and does not ask for them
    const struct identity_change *identity; // or NULL
    int64_t epoch; // of a batch: under which its ids were resolved, else CONFLICT; EPOCH_ANY: not checked
    const struct timeline_row *timeline; // sorted by customer_id for speed; all insert
    size_t timeline_count;
    const struct transition_row *transitions;
    size_t transition_count;
    const struct promise_row *promises; // insert, or replace the row of that id, but where `about` is absent it stays;
                                        // the last of an id counts
    size_t promise_count;
    const struct objection_row *objections; // insert, or replace; the last counts
    size_t objection_count;
    const struct profile_row *profiles; // the same
    size_t profile_count;
    const struct reminder_row *reminders;
    size_t reminder_count;
    const struct notice_row *notices;
    size_t notice_count;
    const struct outbox_row *outbox; // inserts, in order; what transitions bring is not among them
    size_t outbox_count;
    const struct quarantine_row *quarantine;
    size_t quarantine_count;
    const struct quarantine_settle *settle; // must still be held, else CONFLICT
    size_t settle_count;

    // Replacements (folds, releases). Applied before the inserts above.
    const struct span *forget; // customers whose transitions, promises, objections and profile are all deleted first
    size_t forget_count;
    const struct transition_row *delete_transitions; // of its customer and kind all from its number on
    size_t delete_transition_count;
    const struct reminder_row *delete_reminders; // with their notices (customer_id, reminder_id used)
    size_t delete_reminder_count;
    const struct notice_row *delete_notices; // HELD or SUPPRESSED, if still so
    size_t delete_notice_count;
    const struct outbox_row *delete_outbox; // as read, of changes all that the customer holds; must still be held
    size_t delete_outbox_count;
    const struct timeline_row *points; // new points, amounts and sides of existing rows, by customer and identity
    size_t points_count;

    bool durable; // flush before returning: something will be published because of it
};

// ------------------------------------------------------------------------------------------- operations

#define EPOCH_ANY INT64_C(-1)

struct held_notice { // a notice the watermark has passed, with its reminder
    struct notice_row notice;
    struct reminder_row reminder;
};

// What waits in the database as a whole; each is counted to a bound.
struct store_sample {
    int64_t outbox_held, outbox_released; // messages
    int64_t timers_due, folds_due, notices_due; // that the watermark has passed
    int64_t quarantine_held;
    instant oldest_due; // of timers and notices before `clock`; INSTANT_NONE: there is none
    instant ranked;     // when the last rank was finished; INSTANT_NONE: there was none
};

struct histories {
    struct transition_row *transitions;
    size_t transition_count;
    struct promise_row *promises;
    size_t promise_count;
    struct objection_row *objections;
    size_t objection_count;
    struct profile_row *profiles;
    size_t profile_count;
};

struct store;
struct store_ops {
    void (*close)(struct store *store);
    // Tries once to connect again. STORE_OK or STORE_AWAY (reason in fault_message), or negative.
    int (*reconnect)(struct store *store);

    // Checks that the schema is the one this program was built for; else STATUS_SCHEMA with what to do.
    int (*check_schema)(struct store *store);
    // Gives numbers (from TYPE_CONFIGURED) to configured types by name, stable across restarts.
    int (*number_types)(struct store *store, const char *const *names, size_t count, uint16_t *numbers);
    // Records a policy as the one in force, and with it what the views need (zone name, rfm_window, ..., and the time
    // after which a lane no longer holds the watermark). Durable. No write of a store that goes by another policy is
    // under way then, and none succeeds from then on. STORE_CONFLICT (POLICY_STARTS): customers stand under another
    // policy in what may not be mixed, or are still to be marked; nothing changed. *row is how it stands at the end.
    int (*record_policy)(struct store *store, const struct policy *policy, duration lane_hold, enum policy_entry entry,
                         struct arena *arena, struct policy_row *row);

    // Claims lanes: epoch + 1, owner, state running; a lane without a row gets one. rows[i] answers claims[i].
    // Durable. Rows come back as they stood, with the new epoch; a cluster id that is known stays.
    int (*claim)(struct store *store, const char *owner, const struct lane_claim *claims, size_t count,
                 struct lane_row *rows);
    // The lanes' rows as they stand now, by lane_id.
    int (*lanes)(struct store *store, const int32_t *lane_ids, size_t count, struct lane_row *rows);
    // An owned lane moves without records (rewound, skipped over a loss, tick of an idle lane): sets what is
    // given where the epoch still stands; `loss` (nullable) is recorded in the same transaction. Without an
    // anchor the cluster id is forgotten, for the next claim to set. FENCED.
    int (*move)(struct store *store, const struct lane_advance *lane, const struct loss_row *loss);
    // Writes that a lane is halted and why (reason NULL: running again). FENCED.
    int (*halt)(struct store *store, int32_t lane_id, int64_t epoch, const char *reason);
    // Says that our lanes live: heartbeat, end_offset (-1 unchanged) and lane_time (INSTANT_NONE unchanged)
    // where the epoch still stands. `watermark`: the least lane time of all lanes that ever held a record,
    // lanes halted or without heartbeat for longer than `lane_hold` left out and counted in `left_out`;
    // INSTANT_NONE when there is none, or when one of them has records and none of them was taken yet. `wall`: PostgreSQL's clock.
    int (*beat)(struct store *store, const struct lane_advance *lanes, size_t count, duration lane_hold,
                instant *watermark, int32_t *left_out, instant *wall);
    // Gives lanes up: owner unset where the epoch still stands.
    int (*release)(struct store *store, const struct lane_row *lanes, size_t count);
    // lane_ids without a living owner for longer than `grace`, for the sweep of orphans; imports included.
    int (*orphans)(struct store *store, duration grace, struct arena *arena, int32_t **lane_ids, size_t *count);

    // Loads customers by id (sorted, unique): rows[i] answers ids[i] (its id borrows ids[i], its book is in the
    // arena); where there is none, version 0 and a customer of whom nothing is known (customer_init, no wake, not
    // marked).
    int (*load)(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                struct customer_row *rows);
    // The promises of that id of these customers, in any order, rows[i] answering (customer_ids[i], promise_ids[i]):
    // state PROMISE_UNKNOWN where there is none. Texts are in the arena.
    int (*promises)(struct store *store, const struct span *customer_ids, const struct span *promise_ids, size_t count,
                    struct arena *arena, struct promise *rows);
    // What ids stand for: rows[i] answers ids[i] (texts are in the arena). `epoch` counts changes of ids: while it is 0
    // there is neither alias nor tombstone. No ids are asked for just the epoch.
    int (*resolve)(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                   struct identity_row *rows, int64_t *epoch);
    // All ids that lead to this one, without itself.
    int (*merged_into)(struct store *store, struct span id, struct arena *arena, struct span **ids, size_t *count);
    // Looks identities up: result[i] for events[i] of customer customer_ids[i]. SAME: same type, instant and
    // data; OTHER: a conflict. Merges and unmerges are known on whosever timeline they stand.
    int (*identify)(struct store *store, const struct span *customer_ids, const struct event *const *events,
                    size_t count, enum identity *result);
    // Waits while somebody who changes very many customers has shut the gate (port/rank.h), and lets nobody shut it until
    // the next write of this store is over, or `let_go`. For whoever is contradicted again and again: what is loaded
    // behind the gate, such a one does not change. STORE_RETRY: still shut.
    int (*pass)(struct store *store);
    void (*let_go)(struct store *store);
    int (*write)(struct store *store, const struct store_write *write);

    // Up to `limit` customers of these homes that are not marked and whose wake is before `watermark`, earliest
    // first.
    int (*due)(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
               struct arena *arena, struct span **ids, size_t *count);
    // Up to `limit` marked customers of these homes with fold_at <= watermark.
    int (*marked)(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
                  struct arena *arena, struct span **ids, size_t *count);
    // Streams the timelines of customers (ids sorted, unique) in the order of (customer, event_compare):
    // `each` gets the index of the customer and an event with time, subject, source, id, data and type set and
    // ARENA_PADDING behind data, borrowed for the call; points and offsets as stored. Bounded memory. `each`
    // returns 0 to go on; anything else ends the stream and is returned.
    int (*timelines)(struct store *store, const struct span *ids, size_t count,
                     int (*each)(void *context, size_t customer, struct timeline_row *row, struct event *event),
                     void *context);
    // All reminders, all notices and all unreleased outbox rows of customers (sorted, unique), for the fold:
    // ordered by customer.
    int (*follow_ups)(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                      struct reminder_row **reminders, size_t *reminder_count, struct notice_row **notices,
                      size_t *notice_count, struct outbox_row **outbox, size_t *outbox_count);

    // Held changes that the watermark has passed, of customers that are not marked and of these homes, become
    // released: of each home up to `limit`, in order. Durable. `count` tells how many.
    int (*release_changes)(struct store *store, const int32_t *homes, size_t home_count, instant watermark,
                           size_t limit, size_t *count);
    // What else the watermark has passed: held notices (with their reminders) and held closings of customers
    // that are not marked, of these homes, by (at, customer), up to `limit` each.
    int (*held)(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
                struct arena *arena, struct held_notice **notices, size_t *notice_count, struct outbox_row **outbox,
                size_t *outbox_count);
    // Open reminders of these homes to be announced, up to `limit`, each with its latest notice.
    int (*announcements)(struct store *store, const int32_t *homes, size_t home_count, size_t limit,
                         struct arena *arena, struct held_notice **notices, size_t *count);
    // Recency, f and m of customers on calendar days (of the policy's zone): for the payload of notices.
    int (*values)(struct store *store, const struct policy *policy, const struct span *ids, const int32_t *days,
                  size_t count, int64_t *f, int64_t *m);

    // Released messages of these homes, in order, of each home its share of `limit`. What was released together
    // is read together, so that the last of them may be beyond `limit`.
    int (*released)(struct store *store, const int32_t *homes, size_t home_count, size_t limit, struct arena *arena,
                    struct outbox_row **outbox, size_t *count);
    // Delivered: of what `released` answered, in its order, some or all. Deletes them; notices become published
    // (with the instant). What is left of those released together is to be read again.
    int (*delivered)(struct store *store, const struct outbox_row *outbox, size_t count);

    // How far events have been read, by the views (about as `beat` tells it; INSTANT_NONE: nothing was read yet), and
    // PostgreSQL's clock. For who only reads.
    int (*clock)(struct store *store, instant *watermark, instant *wall);

    // The customers that imports have marked, of all homes, by id: brought_begin looks once and tells how many there
    // are, brought_next gives about `limit` more of them; none: that was all.
    int (*brought_begin)(struct store *store, size_t *count);
    int (*brought_next)(struct store *store, size_t limit, struct arena *arena, struct span **ids, size_t *count);
    // Streams what makes all customers again, or one (not absent, and no alias): aliases, those first that others lead
    // from; then timelines, by customer, what begins one before the rest, in the order of events; then the watermark, if
    // there is one. Borrowed for the call; `each` returns 0 to go on, anything else ends the stream and is returned.
    // All of it is as of one instant.
    int (*export)(struct store *store, struct span customer, int (*each)(void *context, const struct exported *exported),
                  void *context);

    // For the metrics; costs what is due, not what is there.
    int (*sample)(struct store *store, instant watermark, instant clock, struct store_sample *sample);
    // Customers by level, of a large table about; `known` false: not yet.
    int (*levels)(struct store *store, int64_t customers[LEVEL_COUNT + 1], bool *known);

    // The policy in force; texts are in the arena.
    int (*policy)(struct store *store, struct arena *arena, struct policy_row *row);
    // Whether the policy that this store goes by is still the one in force; else STATUS_CONFIG.
    int (*check_policy)(struct store *store);
    // Marks the next customers of a recompute that is to mark them, at most `limit`, to be folded with what the fold
    // suppresses and tells. *count: how many; 0: that was all, and it is over.
    int (*mark)(struct store *store, size_t limit, instant quiet_until, enum brought brought, size_t *count);
    // Schedules behind `from` up to `to` (absent: all) are those of this policy, if it and `from` still stand.
    int (*derived)(struct store *store, uint64_t fingerprint, struct span from, struct span to);
    // Up to `limit` customers whose ids come after `after`, in the order of ids; only those marked, if asked.
    int (*walk)(struct store *store, struct span after, bool marked, size_t limit, struct arena *arena,
                struct span **ids, size_t *count);
    // `limit` customers by the hash of their ids: of one database always the same, as long as they are there. Sorted.
    int (*pick)(struct store *store, size_t limit, struct arena *arena, struct span **ids, size_t *count);
    int (*census)(struct store *store, struct census *census);
    // What stands in the tables of customers (sorted, unique) beside rows, timelines and follow-ups: ordered by
    // customer, then transitions by kind and number, promises by id, objections by kind, cause and instant.
    int (*histories)(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                     struct histories *histories);
    // From now on everything is read as of one instant, and nothing can be written; until `thaw`, which ends it
    // whatever became of it.
    int (*freeze)(struct store *store);
    void (*thaw)(struct store *store);
};

struct rank_ops;
struct store {
    const struct store_ops *ops;
    const struct rank_ops *rank; // port/rank.h
    // The fingerprint of the policy that writes go by: with another one in force a write of customers or timelines is
    // refused (STATUS_CONFIG). 0: not asked.
    uint64_t policy;
};

#endif
