// What a rank asks of a store, beside port/store.h. Kept there are for each calendar day that was ranked one row, the
// values of its customers, and parameters of BG/NBD. Outcomes are those of the store.
#ifndef GUANXI_PORT_RANK_H
#define GUANXI_PORT_RANK_H

#include "codec/arena.h"
#include "core/rank.h"
#include "port/rows.h"

// A row of the stream that is ranked: a customer (type 0), then its purchases.
struct rank_source {
    struct span customer_id; // borrowed for the call
    int type;                // enum event_type; 0: the customer, and what follows of its id is its own
    instant at;              // 0: when it was first seen, or INSTANT_NONE
    int64_t amount;
    uint8_t tier, target;    // 0: as they stand
};

struct rank_row {
    int32_t as_of; // days since 1970
    bool daily;    // made for this day once it was over; stays so
    bool done;     // nothing is left to be put on timelines
    int64_t epoch; // of ids, when purchases were read
    size_t customers, changed;
    bool has_model;
    struct bgnbd model;
};

// A customer whose tier or target the rank changed.
struct rank_change {
    struct span customer_id;
    uint8_t tier, target;
};

struct rank_fit {
    int32_t as_of;
    size_t customers;
    struct bgnbd model;
    double log_likelihood;
};

struct store;
struct rank_ops {
    // Tries to be the only one in this database that ranks, until `leave` or until the connection ends.
    int (*enter)(struct store *store, bool *entered);
    int (*leave)(struct store *store);

    // Whether some are marked whom the sweep could fold by now: of them not all is known that was told.
    int (*unfolded)(struct store *store, instant watermark, bool *unfolded);

    // The rank of a day. *found: there is one.
    int (*find)(struct store *store, int32_t as_of, struct rank_row *row, bool *found);
    // Streams customers who may ever have had an order, but those ended at `until`, the end of a day, each followed by
    // its purchases before `later` in the order of time; sorted by id. Purchases of others may come too. Bounded
    // memory. `each` returns 0 to go on; anything else ends the stream and is returned.
    int (*purchases)(struct store *store, instant until, instant later,
                     int (*each)(void *context, const struct rank_source *row), void *context);
    // Writes a rank with its values (sorted by id) in place of those of the same day, in one transaction; `names` are
    // those of segments by number, from 1. What became of ids since row->epoch is seen to. Durable.
    int (*put)(struct store *store, const struct rank_row *row, const struct ranked *values,
               const char *const *names, size_t name_count);
    // Up to `limit` customers behind `after` whom the rank of the day changed, by id.
    int (*changes)(struct store *store, int32_t as_of, struct span after, size_t limit, struct arena *arena,
                   struct rank_change **changes, size_t *count);
    // All changes of the rank are on timelines. Durable.
    int (*done)(struct store *store, int32_t as_of);
    // Takes one rank away that is more than `days` older than the latest, but that of `as_of`. *gone: there was one.
    int (*expire)(struct store *store, int32_t days, int32_t as_of, bool *gone);

    int (*put_fit)(struct store *store, const struct rank_fit *fit);
    // The parameters of the latest day that has some.
    int (*fit)(struct store *store, struct bgnbd *model, bool *found);

    // Customers (sorted, unique) as store->ops->load tells them, and nobody else writes them until the next write of
    // this store is over, or store->ops->let_go.
    int (*hold)(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                struct customer_row *rows);
    // Shuts the gate, once all who passed it (store->ops->pass) have written: nobody passes until `open`, or until the
    // connection is gone. *met: others were within. STORE_RETRY: they still are.
    int (*shut)(struct store *store, bool *met);
    // *met: others stood before it.
    int (*open)(struct store *store, bool *met);

    // From any thread: what the store is waiting for ends soon, with STORE_AWAY, and so does all that comes after.
    void (*interrupt)(struct store *store);
};

#endif
