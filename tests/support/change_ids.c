#include "support/change_ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/status.h"
#include "support/postgres_store.h"

int64_t test_epoch(struct store *store)
{
    int64_t epoch;
    if (store->ops->resolve(store, NULL, 0, NULL, NULL, &epoch) == 0)
        return epoch;
    fprintf(stderr, "resolve: %s\n", fault_message());
    exit(1);
}

// The two customers of a change by id, and what is to be said of each.
struct pair {
    struct customer_row rows[2];
    struct customer_row *from, *to;
};

static int load_pair(struct store *store, const char *from, const char *to, struct arena *arena, struct pair *pair)
{
    bool ordered = span_compare(span_text(from), span_text(to)) < 0;
    struct span ids[2] = {span_text(ordered ? from : to), span_text(ordered ? to : from)};
    pair->from = &pair->rows[!ordered];
    pair->to = &pair->rows[ordered];
    return store->ops->load(store, ids, 2, arena, pair->rows);
}

static void mark(struct customer_row *row)
{
    row->fold_at = 0;
    row->home = 1;
}

int test_merge(struct store *store, const char *from, const char *to, const char *event_id)
{
    struct identity_change change = {.kind = IDENTITY_MERGE, .epoch = test_epoch(store), .subject = span_text(from),
                                     .from = span_text(from), .to = span_text(to), .at = 1000};
    struct arena arena;
    struct pair pair;
    struct event event;
    arena_init(&arena, 4096);
    int outcome = load_pair(store, from, to, &arena, &pair);
    struct timeline_row row = test_timeline(&event, to, event_id, change.at);
    event.subject = change.from;
    event.type = TYPE_CUSTOMER_MERGED;
    event.ref = change.to;
    row.points = 0;
    mark(pair.to);
    struct store_write write = {
        .identity = &change,
        .customers = pair.to, .customer_count = pair.to->version || pair.from->version,
        .delete_customers = pair.from, .delete_customer_count = pair.from->version != 0,
        .timeline = &row, .timeline_count = 1,
    };
    if (outcome == 0)
        outcome = store->ops->write(store, &write);
    arena_free(&arena);
    return outcome;
}

// An id and all that lead to it.
static int with_led(struct store *store, const char *id, struct arena *arena, struct span **ids, size_t *count)
{
    struct span *led;
    int outcome = store->ops->merged_into(store, span_text(id), arena, &led, count);
    if (outcome)
        return outcome;
    *ids = arena_take(arena, (*count + 1) * sizeof **ids);
    memcpy(*ids, led, *count * sizeof *led);
    (*ids)[(*count)++] = span_text(id);
    return 0;
}

int test_unmerge(struct store *store, const char *from, const char *to, const char *event_id)
{
    struct identity_change change = {.kind = IDENTITY_UNMERGE, .epoch = test_epoch(store), .subject = span_text(from),
                                     .from = span_text(from), .to = span_text(to), .at = 2000};
    struct arena arena;
    struct pair pair;
    struct event event;
    struct span *ids = NULL;
    arena_init(&arena, 4096);
    int outcome = load_pair(store, from, to, &arena, &pair);
    if (outcome == 0)
        outcome = with_led(store, to, &arena, &ids, &change.id_count);
    change.ids = ids;
    struct timeline_row row = test_timeline(&event, from, event_id, change.at);
    event.type = TYPE_CUSTOMER_UNMERGED;
    event.ref = change.to;
    row.points = 0;
    mark(pair.from);
    mark(pair.to);
    struct store_write write = {.identity = &change, .customers = pair.rows, .customer_count = 2,
                                .timeline = &row, .timeline_count = 1};
    if (outcome == 0)
        outcome = store->ops->write(store, &write);
    arena_free(&arena);
    return outcome;
}

int test_erase(struct store *store, const char *id)
{
    struct identity_change change = {.kind = IDENTITY_ERASE, .epoch = test_epoch(store), .subject = span_text(id),
                                     .from = span_text(id), .at = 3000};
    struct arena arena;
    struct span *ids = NULL;
    struct customer_row row;
    arena_init(&arena, 4096);
    int outcome = with_led(store, id, &arena, &ids, &change.id_count);
    change.ids = ids;
    if (outcome == 0)
        outcome = store->ops->load(store, &change.subject, 1, &arena, &row);
    struct store_write write = {.identity = &change, .delete_customers = &row};
    write.delete_customer_count = outcome == 0 && row.version != 0;
    if (outcome == 0)
        outcome = store->ops->write(store, &write);
    arena_free(&arena);
    return outcome;
}

bool test_await_waiting(struct test_database *database, int locks)
{
    for (int i = 0; i < 10000; i++, usleep(1000))
        if (atoi(test_sql_text(database, "SELECT count(*) FROM pg_locks WHERE NOT granted")) == locks)
            return true;
    return false;
}

int test_readmit(struct store *store, const char *id)
{
    struct identity_change change = {.kind = IDENTITY_READMIT, .epoch = test_epoch(store), .subject = span_text(id)};
    struct store_write write = {.identity = &change};
    return store->ops->write(store, &write);
}
