// Changes of customers on their way into parcels that are held: one for each home that a write touches.
#ifndef GUANXI_POSTGRES_PARCELS_H
#define GUANXI_POSTGRES_PARCELS_H

#include "pipeline.h"

struct postgres_store;

// Those of a write. Begins as all zeros; kept from write to write for its memory.
struct parcels {
    struct parcel {
        int32_t home;
        int32_t messages;
        instant from_at, until_at;
        int64_t parcel_id; // once the pipeline is settled
    } *items;
    size_t count, room;
};

// Behind a backlog parcels are large, and the watermark has passed the whole of one soon after a part of it. To
// divide it costs as much as to write it, so that this is put off for a while.
struct delay {
    int64_t parcel_id; // the first of those that wait; 0: none does
    int64_t since_us;  // monotonic instant at which it became that
};

// Sends what the transitions of a write have to tell. `parcels` must stay until the pipeline is settled.
int parcels_hold(struct parcels *parcels, struct pipeline *pipeline, const struct store_write *write);
// The parcel that holds the message of a transition; 0: it has none.
int64_t parcels_find(const struct parcels *parcels, const struct transition_row *row);
void parcels_free(struct parcels *parcels);

// Held messages that are not to be sent, for delete_outbox of a write, as context.
extern const struct array_statement parcel_revoke;

// Locks the parcels of which the watermark has passed something; parameters are homes and watermark.
int parcels_lock_due(struct postgres_store *store, const struct parameters *parameters, PGresult **due);
// Releases what it has passed of them, in the transaction that has locked them: what is whole, and of others until
// there are `limit` messages. Large ones may wait for their rest, and with them what comes behind them of their home.
// *released is increased by their number.
int parcels_release(struct postgres_store *store, PGresult *due, instant watermark, size_t limit, size_t *released);

#endif
