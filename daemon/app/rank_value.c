// The first half of a rank: values.
#include <math.h>

#include "app/fit.h"
#include "base/log.h"
#include "base/status.h"
#include "rank_parts.h"

enum {
    IDS_BLOCK = 1 << 20,
    LOOK_UP = 4096,        // customers between looks at the time
    OUTLOOKS = 1 << 14,    // remembered
    ID_MAX = 128,
};
#define WEEKS_AHEAD 52

// What one rank holds in memory: all its customers.
struct valuing {
    struct ranking *ranking;
    const struct policy *policy;
    struct clv clv;
    int32_t today;
    VECTOR(struct ranked) rows;
    struct arena ids;
    struct purchases purchases;
    struct rank_source customer; // in hand; customer_id absent: none
    char id[ID_MAX];
};

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while ranking");
}

static void free_valuing(struct valuing *valuing)
{
    if (valuing) {
        vector_free(&valuing->rows);
        arena_free(&valuing->ids);
    }
    free(valuing);
}

// The customer in hand has had all its purchases.
static int finish_customer(struct valuing *valuing)
{
    struct ranked row = {.alive = NAN, .expected = NAN};
    if (!valuing->customer.customer_id.data || !rank_end(&valuing->purchases, &row))
        return STORE_OK;
    struct span id = valuing->customer.customer_id;
    char *kept = arena_take(&valuing->ids, id.size);
    struct ranked *place = kept ? vector_push(&valuing->rows) : NULL;
    if (!place)
        return out_of_memory();
    memcpy(kept, id.data, id.size);
    *place = row;
    place->id = span_of(kept, id.size);
    // As it stands; what it becomes is not known before all are.
    place->tier = valuing->customer.tier;
    place->target = valuing->customer.target;
    if (valuing->rows.count % LOOK_UP == 0)
        rank_progress(valuing->ranking, RANK_READING, valuing->rows.count, 0);
    return rank_stops(valuing->ranking) ? fault(RANK_STOPPED, "stopped") : STORE_OK;
}

static int take(void *context, const struct rank_source *source)
{
    struct valuing *valuing = context;
    struct rank_source *customer = &valuing->customer;
    if (source->type) {
        if (span_equal(source->customer_id, customer->customer_id))
            rank_purchase(&valuing->purchases, source->type, source->at, source->amount);
        return STORE_OK;
    }
    int outcome = finish_customer(valuing);
    if (outcome != STORE_OK)
        return outcome;
    if (source->customer_id.size > sizeof valuing->id)
        return fault(STATUS_BROKEN, "an id of %u bytes", source->customer_id.size);
    *customer = *source;
    memcpy(valuing->id, source->customer_id.data, source->customer_id.size);
    customer->customer_id = span_of(valuing->id, source->customer_id.size);
    rank_begin(&valuing->purchases, valuing->policy, &valuing->clv, valuing->today, source->at);
    return STORE_OK;
}

static int read_purchases(struct valuing *valuing)
{
    struct store *store = valuing->ranking->store;
    instant until = policy_day_begins(valuing->policy, valuing->today + 1);
    // The clock may go back over midnight: which day an instant belongs to the model says.
    int outcome = store->rank->purchases(store, until, until + DAY, take, valuing);
    return outcome ? outcome : finish_customer(valuing);
}

// ---------------------------------------------------------------------------------------------- BG/NBD

static int compare_groups(const void *a, const void *b)
{
    const struct bgnbd_history *left = &((const struct bgnbd_group *)a)->history;
    const struct bgnbd_history *right = &((const struct bgnbd_group *)b)->history;
    if (left->x != right->x)
        return left->x < right->x ? -1 : 1;
    if (left->t_age != right->t_age)
        return left->t_age < right->t_age ? -1 : 1;
    return (left->t_x > right->t_x) - (left->t_x < right->t_x);
}

// Customers with one history are one term of the likelihood.
static size_t group_histories(const struct valuing *valuing, struct bgnbd_group *groups)
{
    size_t count = 0;
    for (size_t i = 0; i < valuing->rows.count; i++)
        groups[i] = (struct bgnbd_group){valuing->rows.items[i].history, 1};
    if (valuing->rows.count > 0)
        qsort(groups, valuing->rows.count, sizeof *groups, compare_groups);
    for (size_t i = 0; i < valuing->rows.count; i++) {
        if (count > 0 && compare_groups(&groups[count - 1], &groups[i]) == 0)
            groups[count - 1].count++;
        else
            groups[count++] = groups[i];
    }
    return count;
}

static int fit(struct valuing *valuing)
{
    struct ranking *ranking = valuing->ranking;
    struct rank_fit *found = &ranking->fit;
    rank_progress(ranking, RANK_FITTING, 0, valuing->rows.count);
    struct bgnbd_group *groups = calloc(valuing->rows.count + 1, sizeof *groups);
    if (!groups)
        return out_of_memory();
    size_t count = group_histories(valuing, groups);
    int outcome = fit_bgnbd(groups, count, &found->model, &found->log_likelihood);
    free(groups);
    if (outcome == FIT_NOTHING) {
        log_warning("nobody bought on two days: there are no parameters of BG/NBD to be found");
        return STORE_OK;
    }
    if (outcome != 0)
        return outcome;
    found->as_of = valuing->today;
    found->customers = valuing->rows.count;
    return ranking->store->rank->put_fit(ranking->store, found);
}

// What is expected of who is alive depends on x and t_age alone, and many share them.
struct outlook {
    int32_t x, t_age;
    double expected;
};

static void look_ahead(const struct bgnbd *model, struct ranked *row, struct outlook *outlooks)
{
    const struct bgnbd_history *history = &row->history;
    uint32_t hash = (uint32_t)history->x * 2654435761U ^ (uint32_t)history->t_age * 40503U;
    struct outlook *outlook = &outlooks[(hash ^ hash >> 15) % OUTLOOKS];
    if (outlook->x != history->x || outlook->t_age != history->t_age)
        *outlook = (struct outlook){history->x, history->t_age,
                                    bgnbd_expected(model, history->x, history->t_age, WEEKS_AHEAD)};
    row->alive = bgnbd_alive(model, history);
    row->expected = row->alive * outlook->expected;
}

static int look_at_all(struct valuing *valuing)
{
    struct rank_row *rank = &valuing->ranking->row;
    struct store *store = valuing->ranking->store;
    int outcome = store->rank->fit(store, &rank->model, &rank->has_model);
    if (outcome != STORE_OK || !rank->has_model)
        return outcome;
    struct outlook *outlooks = calloc(OUTLOOKS, sizeof *outlooks);
    if (!outlooks)
        return out_of_memory();
    for (size_t i = 0; i < OUTLOOKS; i++)
        outlooks[i].x = -1; // of nobody
    for (size_t i = 0; i < valuing->rows.count; i++)
        look_ahead(&rank->model, &valuing->rows.items[i], outlooks);
    free(outlooks);
    return STORE_OK;
}

// --------------------------------------------------------------------------------------------- together

// Scores and tiers of all, and whom they change.
static int rank_all(struct valuing *valuing, bool tell)
{
    size_t count = valuing->rows.count;
    rank_progress(valuing->ranking, RANK_VALUING, 0, count);
    struct rank_key *keys = calloc(count + 1, sizeof *keys);
    uint8_t *stood = malloc(count + 1);
    for (size_t i = 0; stood && i < count; i++)
        stood[i] = (uint8_t)(valuing->rows.items[i].tier << 4 | valuing->rows.items[i].target);
    if (keys && stood)
        rank_population(&valuing->policy->valuation, valuing->rows.items, count, keys);
    size_t changed = 0;
    for (size_t i = 0; keys && stood && i < count; i++) {
        struct ranked *row = &valuing->rows.items[i];
        row->changed = tell && stood[i] != (row->tier << 4 | row->target);
        changed += row->changed;
    }
    bool done = keys && stood;
    free(keys);
    free(stood);
    valuing->ranking->row.customers = count;
    valuing->ranking->row.changed = changed;
    valuing->ranking->row.done = changed == 0;
    return done ? STORE_OK : out_of_memory();
}

static int put(struct valuing *valuing)
{
    const struct valuation *valuation = &valuing->policy->valuation;
    struct store *store = valuing->ranking->store;
    const char *names[SEGMENTS + 1];
    size_t name_count = valuation->segment_count + 1;
    for (size_t i = 0; i < name_count; i++)
        names[i] = valuation_segment_name(valuation, (int)i + 1);
    rank_progress(valuing->ranking, RANK_WRITING, 0, valuing->rows.count);
    return store->rank->put(store, &valuing->ranking->row, valuing->rows.items, names, name_count);
}

int rank_value(struct ranking *ranking, const struct rank_request *request)
{
    struct valuing *valuing = calloc(1, sizeof *valuing);
    if (!valuing)
        return out_of_memory();
    struct store *store = ranking->store;
    valuing->ranking = ranking;
    valuing->policy = ranking->policy;
    valuing->today = request->as_of;
    arena_init(&valuing->ids, IDS_BLOCK);
    clv_prepare(&valuing->clv, &ranking->policy->valuation);
    ranking->row = (struct rank_row){.as_of = request->as_of, .daily = request->daily};
    rank_progress(ranking, RANK_READING, 0, 0);
    int outcome = store->ops->resolve(store, NULL, 0, &valuing->ids, NULL, &ranking->row.epoch);
    if (outcome == STORE_OK)
        outcome = read_purchases(valuing);
    if (outcome == STORE_OK && request->fit)
        outcome = fit(valuing);
    if (outcome == STORE_OK)
        outcome = look_at_all(valuing);
    if (outcome == STORE_OK)
        outcome = rank_all(valuing, request->tell);
    if (outcome == STORE_OK && rank_stops(ranking))
        outcome = fault(RANK_STOPPED, "stopped");
    if (outcome == STORE_OK)
        outcome = put(valuing);
    free_valuing(valuing);
    return outcome;
}
