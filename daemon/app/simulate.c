#include "app/simulate.h"

#include "base/status.h"

enum { BLOCK = 32 * 1024 };

static int out_of_memory(void)
{
    return fault(STATUS_NOMEM, "out of memory while simulating");
}

int simulator_init(struct simulator *simulator, const struct policy *now, const struct policy *then,
                   struct store *store, instant watermark)
{
    memset(simulator, 0, sizeof *simulator);
    writeset_init(&simulator->set);
    arena_init(&simulator->arena, BLOCK);
    arena_init(&simulator->kept, BLOCK);
    simulator->watermark = watermark;
    simulator->anew = now->mixed_fingerprint != then->mixed_fingerprint;
    simulator->now = now;
    simulator->then = *then;
    simulator->then.since = watermark;
    simulator->store = store;
    int status = 0;
    for (int i = 0; i < 2; i++) {
        struct folder *folder = &simulator->folders[i];
        folder_init(folder);
        folder->policy = i ? &simulator->then : now;
        folder->store = store;
        folder->decoder = decoder_new();
        status = folder->decoder ? status : out_of_memory();
    }
    return status;
}

void simulator_free(struct simulator *simulator)
{
    for (int i = 0; i < 2; i++) {
        decoder_free(simulator->folders[i].decoder);
        folder_free(&simulator->folders[i]);
    }
    collector_free(&simulator->collector);
    writeset_free(&simulator->set);
    arena_free(&simulator->arena);
    arena_free(&simulator->kept);
    vector_free(&simulator->loaded);
    vector_free(&simulator->marked);
}

// ------------------------------------------------------------------------------------------- one customer

// Effects of one customer, up to SIMULATE_AHEAD beyond the watermark.
struct told {
    const struct transition_row *transitions;
    size_t transition_count;
    const struct reminder_row *reminders;
    size_t reminder_count;
};

// What lies ahead: behind the watermark, and behind what has happened to the customer already.
static instant past(const struct simulator *simulator, const struct customer_row *stored)
{
    return instant_later(simulator->watermark - 1, stored->state.as_of);
}

static void look_at_steps(struct simulated_customer *customer, const struct told *told, instant past)
{
    bool ahead = false;
    for (size_t i = 0; i < told->transition_count && !ahead; i++) {
        const struct transition_row *row = &told->transitions[i];
        if (row->transition.kind != TRANSITION_LEVEL)
            continue;
        ahead = row->at > past && row->transition.detail != LEVEL_BY_EVENT;
        customer->level = ahead ? row->transition.from : row->transition.to;
        if (ahead)
            break;
        customer->stepped_at = row->at;
        customer->fall = row->transition.to < row->transition.from ? row->transition : (struct transition){0};
    }
}

static void look_at_reminders(struct simulated_customer *customer, const struct told *told, instant past, instant until)
{
    for (size_t i = 0; i < told->reminder_count; i++) {
        const struct reminder_row *row = &told->reminders[i];
        if (row->exists || row->opened_at <= past || row->opened_at >= until)
            continue;
        customer->openings[row->kind]++;
        if (!customer->opens || row->opened_at < customer->opens_at) {
            customer->kind = row->kind;
            customer->opens_at = row->opened_at;
        }
        customer->opens = true;
    }
}

// How a customer stands; `level` is where it stood before what is told.
static struct simulated_customer look(const struct simulator *simulator, const struct policy *policy,
                                      const struct customer_row *stored, const struct customer *state, int level,
                                      const struct told *told)
{
    instant done = past(simulator, stored);
    struct simulated_customer customer = {.level = level, .stepped_at = INSTANT_NONE};
    look_at_steps(&customer, told, done);
    look_at_reminders(&customer, told, done, simulator->watermark + SIMULATE_AHEAD);
    if (state->warmth_at != INSTANT_NONE)
        customer.warmth = customer_warmth(policy, state, instant_later(state->warmth_at, done + 1));
    return customer;
}

// From how it is kept, on under a policy.
static int go_on(struct simulator *simulator, const struct policy *policy, const struct customer_row *stored,
                 struct simulated_customer *customer)
{
    struct customer_row row = *stored;
    struct writeset *set = &simulator->set;
    writeset_clear(set);
    int status = collector_begin(&simulator->collector, set, policy, &row, false);
    if (status != 0)
        return status;
    const struct effects effects = collector_effects(&simulator->collector);
    customer_advance(policy, &row.state, row.id, simulator->watermark + SIMULATE_AHEAD, &effects);
    if (simulator->collector.failed)
        return out_of_memory();
    const struct told told = {set->transitions.items, set->transitions.count, set->reminders.items,
                              set->reminders.count};
    *customer = look(simulator, policy, stored, &row.state, stored->state.level, &told);
    return 0;
}

// As it was folded, from nothing.
static struct simulated_customer made(const struct simulator *simulator, const struct folder *folder,
                                      const struct folded *folded)
{
    const struct writeset *effects = &folder->effects;
    const struct told told = {
        .transitions = effects->transitions.items + folded->begin.transitions,
        .transition_count = folded->end.transitions - folded->begin.transitions,
        .reminders = effects->reminders.items + folded->begin.reminders,
        .reminder_count = folded->end.reminders - folded->begin.reminders,
    };
    return look(simulator, folder->policy, &folded->before, &folded->row.state, LEVEL_BASIC, &told);
}

// ------------------------------------------------------------------------------------------------ examples

static enum simulated_reason reason_of(const struct simulator *simulator, const struct simulated_example *example)
{
    const struct simulated_customer *then = &example->then;
    if (then->level == example->now.level)
        return SIMULATED_REMINDED;
    if (then->level > example->now.level)
        return SIMULATED_REACHED;
    if (then->fall.n > 0)
        return then->fall.detail == LEVEL_BY_WARMTH ? SIMULATED_COOLED : SIMULATED_UNPROVEN;
    return then->warmth < simulator->then.enter[then->level + 1] ? SIMULATED_COLD : SIMULATED_LACKING;
}

// Keeps the first of each move. False: memory is out.
static bool keep_example(struct simulator *simulator, struct span id, const struct simulated_customer *now,
                         const struct simulated_customer *then)
{
    size_t *count = &simulator->example_counts[now->level][then->level];
    bool reminded = now->opens != then->opens || (now->opens && (now->kind != then->kind || now->opens_at != then->opens_at));
    if ((now->level == then->level && !reminded) || *count == SIMULATE_EXAMPLES)
        return true;
    struct simulated_example *example = &simulator->examples[now->level][then->level][(*count)++];
    *example = (struct simulated_example){.customer_id = arena_copy(&simulator->kept, id), .now = *now, .then = *then};
    example->reason = reason_of(simulator, example);
    return example->customer_id.data != NULL;
}

// Takes the example of that number of each move over so many levels, while there is room.
static void choose(const struct simulator *simulator, int levels, size_t number,
                   const struct simulated_example *chosen[SIMULATE_EXAMPLES], size_t *count)
{
    for (int from = LEVEL_BASIC; from <= LEVEL_PROACTIVE; from++)
        for (int to = LEVEL_BASIC; to <= LEVEL_PROACTIVE; to++)
            if ((to > from ? to - from : from - to) == levels && number < simulator->example_counts[from][to] &&
                *count < SIMULATE_EXAMPLES)
                chosen[(*count)++] = &simulator->examples[from][to][number];
}

size_t simulator_examples(const struct simulator *simulator, const struct simulated_example *chosen[SIMULATE_EXAMPLES])
{
    size_t count = 0;
    for (size_t number = 0; number < SIMULATE_EXAMPLES; number++)
        for (int levels = LEVEL_COUNT - 1; levels > 0; levels--)
            choose(simulator, levels, number, chosen, &count);
    for (size_t number = 0; number < SIMULATE_EXAMPLES; number++)
        choose(simulator, 0, number, chosen, &count);
    return count;
}

static bool count_customer(struct simulator *simulator, struct span id, const struct simulated_customer *now,
                           const struct simulated_customer *then)
{
    simulator->customers++;
    simulator->before.levels[now->level]++;
    simulator->after.levels[then->level]++;
    simulator->moves[now->level][then->level]++;
    simulator->changed += now->level != then->level;
    for (int kind = 0; kind < REMINDER_KIND_COUNT; kind++) {
        simulator->before.openings[kind] += (int64_t)now->openings[kind];
        simulator->after.openings[kind] += (int64_t)then->openings[kind];
    }
    return keep_example(simulator, id, now, then);
}

// ----------------------------------------------------------------------------------------------- a batch

// Loads the customers, and folds those that how they are kept says nothing of: marked ones under the policy in force
// too, and all of them under the new one if they were to be made anew.
static int prepare(struct simulator *simulator, const struct span *ids, size_t count)
{
    if (!vector_reserve(&simulator->loaded, count) || !vector_reserve(&simulator->marked, count))
        return out_of_memory();
    struct customer_row *rows = simulator->loaded.items;
    int outcome = simulator->store->ops->load(simulator->store, ids, count, &simulator->arena, rows);
    if (outcome != STORE_OK)
        return outcome;
    vector_clear(&simulator->marked);
    for (size_t i = 0; i < count; i++) {
        rows[i].id = ids[i];
        if (rows[i].version > 0 && (rows[i].fold_at != INSTANT_NEVER || !customer_exists(&rows[i].state)))
            simulator->marked.items[simulator->marked.count++] = ids[i];
    }
    instant until = simulator->watermark + SIMULATE_AHEAD;
    outcome = fold_make(&simulator->folders[0], simulator->marked.items, simulator->marked.count, until);
    simulator->rows += (int64_t)simulator->folders[0].rows;
    if (outcome == STORE_OK && simulator->anew)
        outcome = fold_make(&simulator->folders[1], ids, count, until);
    else if (outcome == STORE_OK)
        outcome = fold_make(&simulator->folders[1], simulator->marked.items, simulator->marked.count, until);
    simulator->rows += (int64_t)simulator->folders[1].rows;
    return outcome;
}

// One customer under both policies; folded where that was needed.
static int compare(struct simulator *simulator, const struct customer_row *row, const struct folded *now_folded,
                   const struct folded *then_folded)
{
    struct simulated_customer now = {.level = LEVEL_BASIC}, then = now;
    int status = 0;
    if (row->version == 0 || (now_folded && !customer_exists(&now_folded->row.state)) ||
        (then_folded && !customer_exists(&then_folded->row.state)))
        return 0; // nobody
    if (now_folded)
        now = made(simulator, &simulator->folders[0], now_folded);
    else
        status = go_on(simulator, simulator->now, row, &now);
    if (then_folded)
        then = made(simulator, &simulator->folders[1], then_folded);
    else if (status == 0)
        status = go_on(simulator, &simulator->then, row, &then);
    if (status != 0)
        return status;
    return count_customer(simulator, row->id, &now, &then) ? 0 : out_of_memory();
}

int simulate_customers(struct simulator *simulator, const struct span *ids, size_t count)
{
    arena_reset(&simulator->arena);
    int outcome = prepare(simulator, ids, count);
    size_t marked = 0;
    for (size_t i = 0; outcome == 0 && i < count; i++) {
        const struct folded *now_folded = simulator->folders[0].folded.items;
        const struct folded *then_folded = simulator->folders[1].folded.items;
        bool is_marked = marked < simulator->marked.count && span_equal(simulator->marked.items[marked], ids[i]);
        now_folded = is_marked ? now_folded + marked : NULL;
        then_folded = simulator->anew ? then_folded + i : is_marked ? then_folded + marked : NULL;
        outcome = compare(simulator, &simulator->loaded.items[i], now_folded, then_folded);
        marked += is_marked;
    }
    return outcome;
}
