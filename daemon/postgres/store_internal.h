// What the files of the store share. Each function implements the op of its name in port/store.h.
#ifndef GUANXI_POSTGRES_STORE_INTERNAL_H
#define GUANXI_POSTGRES_STORE_INTERNAL_H

#include "connection.h"
#include "parcels.h"
#include "rows.h"

struct postgres_store {
    struct store store; // first: what callers hold
    struct connection connection;
    struct rows rows;       // rows and arrays on their way out
    uint32_t customer_type; // row type of customers in this database; 0: not asked yet
    struct parcels parcels; // of the write in hand
    struct delay delay;     // of parcels that are better released whole
    struct buffer event;    // data of the event in hand, for timelines
    bool frozen;            // a transaction is open that only reads
};

static inline struct postgres_store *postgres_store(struct store *store)
{
    return (struct postgres_store *)store;
}

int store_number_types(struct store *store, const char *const *names, size_t count, uint16_t *numbers);
int store_record_policy(struct store *store, const struct policy *policy, duration lane_hold,
                        enum policy_entry entry, struct arena *arena, struct policy_row *row);
int store_policy(struct store *store, struct arena *arena, struct policy_row *row);
int store_check_policy(struct store *store);
int store_mark(struct store *store, size_t limit, instant quiet_until, enum brought brought, size_t *count);
int store_derived(struct store *store, uint64_t fingerprint, struct span from, struct span to);
int store_walk(struct store *store, struct span after, bool marked, size_t limit, struct arena *arena,
               struct span **ids, size_t *count);
int store_pick(struct store *store, size_t limit, struct arena *arena, struct span **ids, size_t *count);
int store_census(struct store *store, struct census *census);
int store_histories(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                    struct histories *histories);
int store_freeze(struct store *store);
void store_thaw(struct store *store);

int store_claim(struct store *store, const char *owner, const struct lane_claim *claims, size_t count,
                struct lane_row *rows);
int store_lanes(struct store *store, const int32_t *lane_ids, size_t count, struct lane_row *rows);
int store_move(struct store *store, const struct lane_advance *lane, const struct loss_row *loss);
int store_halt(struct store *store, int32_t lane_id, int64_t epoch, const char *reason);
int store_beat(struct store *store, const struct lane_advance *lanes, size_t count, duration lane_hold,
               instant *watermark, int32_t *left_out, instant *wall);
int store_release(struct store *store, const struct lane_row *lanes, size_t count);
int store_clock(struct store *store, instant *watermark, instant *wall);
int store_orphans(struct store *store, duration grace, struct arena *arena, int32_t **lane_ids,
                  size_t *count);

int store_load(struct store *store, const struct span *ids, size_t count, struct arena *arena,
               struct customer_row *rows);
int store_promises(struct store *store, const struct span *customer_ids, const struct span *promise_ids,
                   size_t count, struct arena *arena, struct promise *rows);
int store_resolve(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                  struct identity_row *rows, int64_t *epoch);
int store_merged_into(struct store *store, struct span id, struct arena *arena, struct span **ids,
                      size_t *count);
int store_identify(struct store *store, const struct span *customer_ids, const struct event *const *events,
                   size_t count, enum identity *result);
int store_pass(struct store *store);
void store_let_go(struct store *store);
int store_write_batch(struct store *store, const struct store_write *write);
int store_timelines(struct store *store, const struct span *ids, size_t count,
                    int (*each)(void *context, size_t customer, struct timeline_row *row,
                                struct event *event),
                    void *context);

int store_due(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
              struct arena *arena, struct span **ids, size_t *count);
int store_marked(struct store *store, const int32_t *homes, size_t home_count, instant watermark,
                 size_t limit, struct arena *arena, struct span **ids, size_t *count);
int store_follow_ups(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                     struct reminder_row **reminders, size_t *reminder_count, struct notice_row **notices,
                     size_t *notice_count, struct outbox_row **outbox, size_t *outbox_count);
int store_held(struct store *store, const int32_t *homes, size_t home_count, instant watermark, size_t limit,
               struct arena *arena, struct held_notice **notices, size_t *notice_count,
               struct outbox_row **outbox, size_t *outbox_count);
int store_announcements(struct store *store, const int32_t *homes, size_t home_count, size_t limit,
                        struct arena *arena, struct held_notice **notices, size_t *count);
int store_values(struct store *store, const struct policy *policy, const struct span *ids,
                 const int32_t *days, size_t count, int64_t *f, int64_t *m);
int store_release_changes(struct store *store, const int32_t *homes, size_t home_count, instant watermark,
                          size_t limit, size_t *count);
int store_released(struct store *store, const int32_t *homes, size_t home_count, size_t limit,
                   struct arena *arena, struct outbox_row **outbox, size_t *count);
int store_delivered(struct store *store, const struct outbox_row *outbox, size_t count);

int store_brought_begin(struct store *store, size_t *count);
int store_brought_next(struct store *store, size_t limit, struct arena *arena, struct span **ids, size_t *count);
int store_export(struct store *store, struct span customer,
                 int (*each)(void *context, const struct exported *exported), void *context);
int store_sample(struct store *store, instant watermark, instant clock, struct store_sample *sample);
int store_levels(struct store *store, int64_t customers[LEVEL_COUNT + 1], bool *known);

#endif
