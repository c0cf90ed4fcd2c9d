// The operations as a store has them: each counts, meets the faults that were asked for, and takes effect
// under the database's mutex.
#include "fakes/store.h"

#include <stdio.h>

#include "base/status.h"
#include "fakes/database.h"
#include "support/allocation.h"

static const char *const op_names[] = {
#define X(name) #name,
    FAKE_OPS(X) FAKE_RANK_OPS(X)
#undef X
};

static struct fake_store *of(struct store *store)
{
    return (struct fake_store *)store;
}

// A call in progress: what was asked to happen to it.
struct call {
    struct fake_store *store;
    enum fake_op op;
    int outcome; // 0: nothing
    enum fake_when when;
};

static bool strikes(struct armed_fault *armed, const struct call *call)
{
    const struct fake_fault *fault = &armed->fault;
    if (!armed->armed || (fault->op != FAKE_OP_ANY && fault->op != call->op) ||
        (fault->store && fault->store != &call->store->port))
        return false;
    int64_t times = fault->times ? fault->times : 1;
    armed->seen++;
    armed->armed = armed->seen < fault->nth + times - 1;
    return armed->seen >= fault->nth;
}

static void meet_faults(struct call *call)
{
    struct fake_database *database = call->store->database;
    for (size_t i = 0; i < FAKE_FAULTS; i++) {
        struct armed_fault *armed = &database->faults[i];
        if (!strikes(armed, call))
            continue;
        database->struck = true;
        call->outcome = armed->fault.outcome;
        call->when = armed->fault.when;
        if (call->outcome == STORE_AWAY)
            call->store->connected = false;
        if (armed->fault.gone)
            call->store->gone = true;
    }
}

// Begins a call; true when it is to take effect. end_call gives its answer.
static bool begin_call(struct call *call, struct store *store, enum fake_op op)
{
    struct fake_store *fake = of(store);
    struct fake_database *database = fake->database;
    *call = (struct call){.store = fake, .op = op, .when = FAKE_AFTER};
    allocation_pause();
    if (database->on_call)
        database->on_call(database->on_call_context, store, op);
    pthread_mutex_lock(&database->mutex);
    database->calls[op]++;
    database->calls[FAKE_OP_ANY]++;
    fake->connected &= fake->start == database->starts;
    if (fake->gone || (!fake->connected && op != FAKE_OP_reconnect)) {
        call->outcome = STORE_AWAY;
        call->when = FAKE_BEFORE;
        return false;
    }
    meet_faults(call);
    return call->outcome == 0 || call->when == FAKE_AFTER;
}

static int end_call(struct call *call, int outcome)
{
    pthread_mutex_unlock(&call->store->database->mutex);
    allocation_resume();
    if (call->outcome)
        return fault(call->outcome, "fake store, %s: outcome %d on purpose", op_names[call->op], call->outcome);
    return outcome ? fault(outcome, "fake store, %s: outcome %d", op_names[call->op], outcome) : 0;
}

int fake_run(struct store *store, enum fake_op op, int (*operate)(struct fake_store *store, void *context), void *context)
{
    struct call call;
    int outcome = begin_call(&call, store, op) ? operate(of(store), context) : 0;
    return end_call(&call, outcome);
}

// OPERATION(name, parameters, arguments): a store's operation that is fake_do_<name> on the database.
#define PARAMETERS(...) (struct store *store, __VA_ARGS__)
#define OPERATION(name, parameters, ...) \
    static int do_##name parameters \
    { \
        struct call call; \
        int outcome = begin_call(&call, store, FAKE_OP_##name) ? fake_do_##name(of(store)->database, __VA_ARGS__) : 0; \
        return end_call(&call, outcome); \
    }

OPERATION(claim, PARAMETERS(const char *owner, const struct lane_claim *claims, size_t count, struct lane_row *rows),
          owner, claims, count, rows)
OPERATION(lanes, PARAMETERS(const int32_t *lane_ids, size_t count, struct lane_row *rows), lane_ids, count, rows)
OPERATION(move, PARAMETERS(const struct lane_advance *lane, const struct loss_row *loss), lane, loss)
OPERATION(halt, PARAMETERS(int32_t lane_id, int64_t epoch, const char *reason), lane_id, epoch, reason)
OPERATION(beat, PARAMETERS(const struct lane_advance *lanes, size_t count, duration lane_hold, instant *watermark,
                           int32_t *left_out, instant *wall),
          lanes, count, lane_hold, watermark, left_out, wall)
OPERATION(release, PARAMETERS(const struct lane_row *lanes, size_t count), lanes, count)
OPERATION(orphans, PARAMETERS(duration grace, struct arena *arena, int32_t **lane_ids, size_t *count), grace, arena,
          lane_ids, count)
OPERATION(load, PARAMETERS(const struct span *ids, size_t count, struct arena *arena, struct customer_row *rows), ids,
          count, arena, rows)
OPERATION(promises, PARAMETERS(const struct span *customer_ids, const struct span *promise_ids, size_t count,
                               struct arena *arena, struct promise *rows),
          customer_ids, promise_ids, count, arena, rows)
OPERATION(resolve, PARAMETERS(const struct span *ids, size_t count, struct arena *arena, struct identity_row *rows,
                              int64_t *epoch),
          ids, count, arena, rows, epoch)
OPERATION(merged_into, PARAMETERS(struct span id, struct arena *arena, struct span **ids, size_t *count), id, arena,
          ids, count)
OPERATION(identify, PARAMETERS(const struct span *ids, const struct event *const *events, size_t count,
                               enum identity *result),
          ids, events, count, result)
OPERATION(write, PARAMETERS(const struct store_write *write), store->policy, write)
OPERATION(due, PARAMETERS(const int32_t *homes, size_t home_count, instant watermark, size_t limit,
                          struct arena *arena, struct span **ids, size_t *count),
          homes, home_count, watermark, limit, arena, ids, count)
OPERATION(marked, PARAMETERS(const int32_t *homes, size_t home_count, instant watermark, size_t limit,
                             struct arena *arena, struct span **ids, size_t *count),
          homes, home_count, watermark, limit, arena, ids, count)
OPERATION(follow_ups, PARAMETERS(const struct span *ids, size_t count, struct arena *arena,
                                 struct reminder_row **reminders, size_t *reminder_count,
                                 struct notice_row **notices, size_t *notice_count, struct outbox_row **outbox,
                                 size_t *outbox_count),
          ids, count, arena, reminders, reminder_count, notices, notice_count, outbox, outbox_count)
OPERATION(release_changes, PARAMETERS(const int32_t *homes, size_t home_count, instant watermark, size_t limit,
                                      size_t *count),
          homes, home_count, watermark, limit, count)
OPERATION(held, PARAMETERS(const int32_t *homes, size_t home_count, instant watermark, size_t limit,
                           struct arena *arena, struct held_notice **notices, size_t *notice_count,
                           struct outbox_row **outbox, size_t *outbox_count),
          homes, home_count, watermark, limit, arena, notices, notice_count, outbox, outbox_count)
OPERATION(announcements, PARAMETERS(const int32_t *homes, size_t home_count, size_t limit, struct arena *arena,
                                    struct held_notice **notices, size_t *count),
          homes, home_count, limit, arena, notices, count)
OPERATION(values, PARAMETERS(const struct policy *policy, const struct span *ids, const int32_t *days, size_t count,
                             int64_t *f, int64_t *m),
          policy, ids, days, count, f, m)
OPERATION(released, PARAMETERS(const int32_t *homes, size_t home_count, size_t limit, struct arena *arena,
                               struct outbox_row **outbox, size_t *count),
          homes, home_count, limit, arena, outbox, count)
OPERATION(delivered, PARAMETERS(const struct outbox_row *outbox, size_t count), outbox, count)
OPERATION(brought_begin, PARAMETERS(size_t *count), count)
OPERATION(export, PARAMETERS(struct span customer, int (*each)(void *context, const struct exported *exported),
                             void *context),
          customer, each, context)
OPERATION(brought_next, PARAMETERS(size_t limit, struct arena *arena, struct span **ids, size_t *count), limit, arena,
          ids, count)
OPERATION(sample, PARAMETERS(instant watermark, instant clock, struct store_sample *sample), watermark, clock, sample)
OPERATION(levels, PARAMETERS(int64_t customers[LEVEL_COUNT + 1], bool *known), customers, known)

static int do_reconnect(struct store *store)
{
    struct call call;
    if (begin_call(&call, store, FAKE_OP_reconnect)) {
        of(store)->connected = true;
        of(store)->start = of(store)->database->starts;
    }
    return end_call(&call, 0);
}

static int do_check_schema(struct store *store)
{
    struct call call;
    begin_call(&call, store, FAKE_OP_check_schema);
    return end_call(&call, 0);
}

OPERATION(record_policy, PARAMETERS(const struct policy *policy, duration lane_hold, enum policy_entry entry,
                                    struct arena *arena, struct policy_row *row),
          policy, lane_hold, entry, arena, row)
OPERATION(policy, PARAMETERS(struct arena *arena, struct policy_row *row), arena, row)
static int do_check_policy(struct store *store)
{
    struct call call;
    int outcome = 0;
    if (begin_call(&call, store, FAKE_OP_check_policy) && store->policy &&
        of(store)->database->policy.row.fingerprint != store->policy)
        outcome = STATUS_CONFIG;
    return end_call(&call, outcome);
}

OPERATION(mark, PARAMETERS(size_t limit, instant quiet_until, enum brought brought, size_t *count), limit, quiet_until,
          brought, count)
OPERATION(derived, PARAMETERS(uint64_t fingerprint, struct span from, struct span to), fingerprint, from, to)
OPERATION(walk, PARAMETERS(struct span after, bool marked, size_t limit, struct arena *arena, struct span **ids,
                           size_t *count),
          after, marked, limit, arena, ids, count)
OPERATION(pick, PARAMETERS(size_t limit, struct arena *arena, struct span **ids, size_t *count), limit, arena, ids,
          count)
OPERATION(census, PARAMETERS(struct census *census), census)
OPERATION(histories, PARAMETERS(const struct span *ids, size_t count, struct arena *arena,
                                struct histories *histories),
          ids, count, arena, histories)

// Nothing changes while one thread looks.
static int do_freeze(struct store *store)
{
    struct call call;
    begin_call(&call, store, FAKE_OP_freeze);
    return end_call(&call, 0);
}

static void do_thaw(struct store *store)
{
    (void)store;
}

static int do_number_types(struct store *store, const char *const *names, size_t count, uint16_t *numbers)
{
    struct call call;
    struct fake_database *database = of(store)->database;
    if (begin_call(&call, store, FAKE_OP_number_types)) {
        for (size_t i = 0; i < count; i++) {
            size_t at = 0;
            while (at < database->type_names.count && strcmp(database->type_names.items[at], names[i]) != 0)
                at++;
            if (at == database->type_names.count)
                *vector_push(&database->type_names) = strdup(names[i]);
            numbers[i] = (uint16_t)(TYPE_CONFIGURED + at);
        }
    }
    return end_call(&call, 0);
}

// The callback runs outside the lock, on a reference that nobody can take away meanwhile.
static int stream_customer(struct fake_database *database, struct fake_customer *customer, size_t index,
                           int (*each)(void *context, size_t customer, struct timeline_row *row,
                                       struct event *event),
                           void *context)
{
    int outcome = 0;
    for (size_t i = 0; outcome == 0 && i < customer->event_count; i++) {
        const struct fake_event *kept = &customer->events[i];
        struct event event = {.time = kept->event.time, .subject = kept->event.subject, .source = kept->event.source,
                              .id = kept->event.id, .data = kept->event.data, .type = kept->event.type,
                              .side = kept->event.side, .amount = kept->event.amount, .due = INSTANT_NONE, .until = INSTANT_NONE};
        struct timeline_row row = {.event = &event, .points = kept->points, .has_amount = kept->has_amount,
                                   .customer_id = customer->row.id, .lane_id = kept->lane_id, .offset = kept->offset};
        allocation_resume();
        outcome = each(context, index, &row, &event);
        allocation_pause();
    }
    pthread_mutex_lock(&database->mutex);
    fake_customer_release(customer);
    pthread_mutex_unlock(&database->mutex);
    return outcome;
}

static int do_timelines(struct store *store, const struct span *ids, size_t count,
                        int (*each)(void *context, size_t customer, struct timeline_row *row, struct event *event),
                        void *context)
{
    struct call call;
    struct fake_database *database = of(store)->database;
    bool effect = begin_call(&call, store, FAKE_OP_timelines);
    int outcome = 0;
    for (size_t i = 0; effect && outcome == 0 && i < count; i++) {
        bool found;
        size_t place = fake_place(&database->tables, ids[i], &found);
        if (!found)
            continue;
        struct fake_customer *customer = database->tables.customers.items[place];
        customer->references++;
        pthread_mutex_unlock(&database->mutex);
        outcome = stream_customer(database, customer, i, each, context);
        pthread_mutex_lock(&database->mutex);
    }
    if (outcome == 0)
        return end_call(&call, 0);
    pthread_mutex_unlock(&database->mutex); // what the callback said, with its own message
    allocation_resume();
    return outcome;
}

// How long lanes may be silent is the policy's to say, which is not recorded here: an hour.
static int do_clock(struct store *store, instant *watermark, instant *wall)
{
    struct call call;
    int32_t left_out;
    int outcome = 0;
    if (begin_call(&call, store, FAKE_OP_clock))
        outcome = fake_do_beat(of(store)->database, NULL, 0, HOUR, watermark, &left_out, wall);
    return end_call(&call, outcome);
}

static int pass(struct fake_store *store, void *context)
{
    (void)context;
    struct fake_ranks *ranks = &store->database->ranks;
    ranks->queued |= ranks->shut;
    return ranks->shut ? STORE_RETRY : STORE_OK;
}

static int do_pass(struct store *store)
{
    return fake_run(store, FAKE_OP_pass, pass, NULL);
}

static void do_let_go(struct store *store)
{
    (void)store;
}

static void do_close(struct store *store)
{
    if (of(store)->database->ranks.inside == of(store))
        of(store)->database->ranks.inside = NULL;
    free(of(store));
}

static const struct store_ops operations = {
    .close = do_close,
    .thaw = do_thaw,
    .let_go = do_let_go,
#define X(name) .name = do_##name,
    FAKE_OPS(X)
#undef X
};

struct store *fake_store_open(struct fake_database *database)
{
    struct fake_store *store = fake_allocate(1, sizeof *store);
    *store = (struct fake_store){.port = {.ops = &operations, .rank = &fake_rank_operations}, .database = database, .connected = true,
                                  .start = database->starts};
    return &store->port;
}

void fake_fail(struct fake_database *database, const struct fake_fault *fault)
{
    pthread_mutex_lock(&database->mutex);
    size_t i = 0;
    while (i < FAKE_FAULTS && database->faults[i].armed)
        i++;
    if (i == FAKE_FAULTS)
        abort();
    database->faults[i] = (struct armed_fault){.fault = *fault, .armed = true};
    pthread_mutex_unlock(&database->mutex);
}

void fake_mend(struct fake_database *database)
{
    pthread_mutex_lock(&database->mutex);
    memset(database->faults, 0, sizeof database->faults);
    database->struck = false;
    database->poison_count = 0;
    pthread_mutex_unlock(&database->mutex);
}

bool fake_struck(struct fake_database *database)
{
    pthread_mutex_lock(&database->mutex);
    bool struck = database->struck;
    pthread_mutex_unlock(&database->mutex);
    return struck;
}

int64_t fake_calls(struct fake_database *database, enum fake_op op)
{
    pthread_mutex_lock(&database->mutex);
    int64_t calls = database->calls[op];
    pthread_mutex_unlock(&database->mutex);
    return calls;
}

void fake_on_call(struct fake_database *database,
                  void (*call)(void *context, struct store *store, enum fake_op op), void *context)
{
    database->on_call = call;
    database->on_call_context = context;
}

void fake_poison(struct fake_database *database, const char *event_id, bool quarantine)
{
    if (database->poison_count == FAKE_POISONS)
        abort();
    snprintf(database->poisons[database->poison_count].id, sizeof database->poisons[0].id, "%s", event_id);
    database->poisons[database->poison_count++].quarantine = quarantine;
}
