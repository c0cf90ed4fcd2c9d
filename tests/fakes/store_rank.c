// What a rank asks of a store. Values live apart from what commits can lose.
#include "fakes/database.h"

static struct fake_rank *rank_of(struct fake_database *database, int32_t as_of)
{
    for (size_t i = 0; i < database->ranks.rows.count; i++) {
        if (database->ranks.rows.items[i].row.as_of == as_of)
            return &database->ranks.rows.items[i];
    }
    return NULL;
}

// ------------------------------------------------------------------------------------------------- place

static int enter(struct fake_store *store, void *entered)
{
    struct fake_ranks *ranks = &store->database->ranks;
    if (ranks->inside && ranks->inside != store && ranks->inside->connected &&
        ranks->inside->start == store->database->starts)
        *(bool *)entered = false;
    else
        ranks->inside = store;
    return STORE_OK;
}

static int do_enter(struct store *store, bool *entered)
{
    *entered = true;
    return fake_run(store, FAKE_OP_enter, enter, entered);
}

static int leave(struct fake_store *store, void *context)
{
    (void)context;
    store->database->ranks.inside = NULL;
    return STORE_OK;
}

static int do_leave(struct store *store)
{
    return fake_run(store, FAKE_OP_leave, leave, NULL);
}

struct unfolded {
    instant watermark;
    bool *any;
};

static int unfolded(struct fake_store *store, void *context)
{
    const struct unfolded *asked = context;
    const struct fake_tables *tables = &store->database->tables;
    for (size_t i = 0; i < tables->customers.count; i++)
        *asked->any |= tables->customers.items[i]->row.version > 0 &&
                       tables->customers.items[i]->row.fold_at <= asked->watermark;
    return STORE_OK;
}

static int do_unfolded(struct store *store, instant watermark, bool *any)
{
    *any = false;
    return fake_run(store, FAKE_OP_unfolded, unfolded, &(struct unfolded){watermark, any});
}

struct find {
    int32_t as_of;
    struct rank_row *row;
    bool *found;
};

static int find(struct fake_store *store, void *context)
{
    const struct find *find = context;
    const struct fake_rank *rank = rank_of(store->database, find->as_of);
    *find->found = rank != NULL;
    if (rank)
        *find->row = rank->row;
    return STORE_OK;
}

static int do_find(struct store *store, int32_t as_of, struct rank_row *row, bool *found)
{
    *row = (struct rank_row){.as_of = as_of};
    *found = false;
    return fake_run(store, FAKE_OP_find, find, &(struct find){as_of, row, found});
}

// --------------------------------------------------------------------------------------------- purchases

struct stream {
    instant until, later;
    int (*each)(void *context, const struct rank_source *row);
    void *context;
};

static bool ended_at(const struct fake_customer *customer, instant until)
{
    int stage = STAGE_STRANGER;
    for (size_t i = 0; i < customer->transition_count; i++) {
        const struct transition_row *row = &customer->transitions[i];
        if (row->transition.kind == TRANSITION_STAGE && row->at < until)
            stage = row->transition.to;
    }
    return stage == STAGE_ENDED;
}

// The callback is the caller's, who may run out of memory.
static int call(const struct stream *stream, const struct rank_source *source)
{
    return stream->each(stream->context, source);
}

static int stream_one(const struct stream *stream, const struct fake_customer *customer)
{
    const struct customer *state = &customer->row.state;
    struct rank_source source = {.customer_id = customer->row.id, .at = state->first_seen_at,
                                 .tier = (uint8_t)customer_trait(state, TRAIT_TIER),
                                 .target = (uint8_t)customer_trait(state, TRAIT_TARGET)};
    bool may = state->first_order_at != INSTANT_NONE || customer->row.fold_at != INSTANT_NEVER;
    int outcome = STORE_OK;
    if (customer->row.version > 0 && may && !ended_at(customer, stream->until))
        outcome = call(stream, &source);
    for (size_t i = 0; outcome == STORE_OK && i < customer->event_count; i++) {
        const struct fake_event *kept = &customer->events[i];
        if (!kept->has_amount || kept->event.time >= stream->later)
            continue;
        source.type = kept->event.type;
        source.at = kept->event.time;
        source.amount = kept->event.amount;
        outcome = call(stream, &source);
    }
    return outcome;
}

static int purchases(struct fake_store *store, void *context)
{
    const struct fake_tables *tables = &store->database->tables;
    int outcome = STORE_OK;
    for (size_t i = 0; outcome == STORE_OK && i < tables->customers.count; i++)
        outcome = stream_one(context, tables->customers.items[i]);
    return outcome;
}

static int do_purchases(struct store *store, instant until, instant later,
                        int (*each)(void *context, const struct rank_source *row), void *context)
{
    return fake_run(store, FAKE_OP_purchases, purchases, &(struct stream){until, later, each, context});
}

// ------------------------------------------------------------------------------------------------ values

struct put {
    const struct rank_row *row;
    const struct ranked *values;
};

static int put(struct fake_store *store, void *context)
{
    const struct put *put = context;
    struct fake_database *database = store->database;
    struct fake_rank *rank = rank_of(database, put->row->as_of);
    bool daily = put->row->daily || (rank && rank->row.daily);
    if (!rank)
        rank = vector_push(&database->ranks.rows);
    free(rank->values);
    rank->row = *put->row;
    rank->row.daily = daily;
    rank->values = fake_allocate(put->row->customers + 1, sizeof *rank->values);
    for (size_t i = 0; i < put->row->customers; i++) {
        rank->values[i] = put->values[i];
        rank->values[i].id = fake_text(database, put->values[i].id);
    }
    return STORE_OK;
}

static int do_put(struct store *store, const struct rank_row *row, const struct ranked *values,
                  const char *const *names, size_t name_count)
{
    (void)names;
    (void)name_count;
    return fake_run(store, FAKE_OP_put, put, &(struct put){row, values});
}

struct changes {
    int32_t as_of;
    struct span after;
    size_t limit;
    struct arena *arena;
    struct rank_change **changes;
    size_t *count;
};

static int changes(struct fake_store *store, void *context)
{
    struct changes *page = context;
    const struct fake_rank *rank = rank_of(store->database, page->as_of);
    *page->changes = arena_take(page->arena, (page->limit + 1) * sizeof **page->changes);
    if (!*page->changes)
        abort();
    for (size_t i = 0; rank && i < rank->row.customers && *page->count < page->limit; i++) {
        const struct ranked *value = &rank->values[i];
        if (value->changed && span_compare(value->id, page->after) > 0)
            (*page->changes)[(*page->count)++] = (struct rank_change){value->id, value->tier, value->target};
    }
    return STORE_OK;
}

static int do_changes(struct store *store, int32_t as_of, struct span after, size_t limit, struct arena *arena,
                      struct rank_change **rows, size_t *count)
{
    *count = 0;
    return fake_run(store, FAKE_OP_changes, changes, &(struct changes){as_of, after, limit, arena, rows, count});
}

static int done(struct fake_store *store, void *as_of)
{
    rank_of(store->database, *(int32_t *)as_of)->row.done = true;
    return STORE_OK;
}

static int do_done(struct store *store, int32_t as_of)
{
    return fake_run(store, FAKE_OP_done, done, &as_of);
}

struct expire {
    int32_t days, as_of;
    bool *gone;
};

static int expire(struct fake_store *store, void *context)
{
    const struct expire *expire = context;
    struct fake_ranks *ranks = &store->database->ranks;
    int32_t latest = INT32_MIN;
    for (size_t i = 0; i < ranks->rows.count; i++)
        latest = ranks->rows.items[i].row.as_of > latest ? ranks->rows.items[i].row.as_of : latest;
    for (size_t i = 0; i < ranks->rows.count; i++) {
        struct fake_rank *rank = &ranks->rows.items[i];
        if (rank->row.as_of >= latest - expire->days || rank->row.as_of == expire->as_of)
            continue;
        free(rank->values);
        *rank = ranks->rows.items[--ranks->rows.count];
        *expire->gone = true;
        break;
    }
    return STORE_OK;
}

static int do_expire(struct store *store, int32_t days, int32_t as_of, bool *gone)
{
    *gone = false;
    return fake_run(store, FAKE_OP_expire, expire, &(struct expire){days, as_of, gone});
}

// -------------------------------------------------------------------------------------------------- fits

static int put_fit(struct fake_store *store, void *context)
{
    store->database->ranks.fit = *(const struct rank_fit *)context;
    return STORE_OK;
}

static int do_put_fit(struct store *store, const struct rank_fit *fit)
{
    struct rank_fit copy = *fit;
    return fake_run(store, FAKE_OP_put_fit, put_fit, &copy);
}

static int get_fit(struct fake_store *store, void *context)
{
    *(struct rank_fit *)context = store->database->ranks.fit;
    return STORE_OK;
}

static int do_fit(struct store *store, struct bgnbd *model, bool *found)
{
    struct rank_fit fit = {.customers = 0};
    int outcome = fake_run(store, FAKE_OP_fit, get_fit, &fit);
    *found = fit.customers > 0;
    *model = fit.model;
    return outcome;
}

// -------------------------------------------------------------------------------------------------- hold

static int nothing(struct fake_store *store, void *context)
{
    (void)store;
    (void)context;
    return STORE_OK;
}

// Others are not kept out: tests do not have them write just then.
static int do_hold(struct store *store, const struct span *ids, size_t count, struct arena *arena,
                   struct customer_row *rows)
{
    int outcome = fake_run(store, FAKE_OP_hold, nothing, NULL);
    return outcome ? outcome : store->ops->load(store, ids, count, arena, rows);
}

// Nobody is waited for: those within write when they are contradicted.
static int shut(struct fake_store *store, void *met)
{
    struct fake_ranks *ranks = &store->database->ranks;
    *(bool *)met = ranks->queued = false;
    ranks->shut = true;
    return STORE_OK;
}

static int do_shut(struct store *store, bool *met)
{
    return fake_run(store, FAKE_OP_shut, shut, met);
}

static int open_gate(struct fake_store *store, void *met)
{
    *(bool *)met = store->database->ranks.queued;
    store->database->ranks.shut = false;
    return STORE_OK;
}

static int do_open(struct store *store, bool *met)
{
    return fake_run(store, FAKE_OP_open, open_gate, met);
}

static void interrupt(struct store *store)
{
    (void)store;
}

const struct rank_ops fake_rank_operations = {
    .interrupt = interrupt,
#define X(name) .name = do_##name,
    FAKE_RANK_OPS(X)
#undef X
};

void fake_ranks_free(struct fake_ranks *ranks)
{
    for (size_t i = 0; i < ranks->rows.count; i++)
        free(ranks->rows.items[i].values);
    vector_free(&ranks->rows);
}

const struct rank_row *fake_rank(struct fake_database *database, int32_t as_of)
{
    const struct fake_rank *rank = rank_of(database, as_of);
    return rank ? &rank->row : NULL;
}

const struct ranked *fake_value(struct fake_database *database, int32_t as_of, const char *id)
{
    const struct fake_rank *rank = rank_of(database, as_of);
    for (size_t i = 0; rank && i < rank->row.customers; i++) {
        if (span_equal(rank->values[i].id, span_text(id)))
            return &rank->values[i];
    }
    return NULL;
}

const struct rank_fit *fake_fit(struct fake_database *database)
{
    return database->ranks.fit.customers ? &database->ranks.fit : NULL;
}
