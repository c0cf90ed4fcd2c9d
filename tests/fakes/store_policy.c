// The policy in force, and what goes over all customers.
#include "base/status.h"
#include "core/policy_pack.h"
#include "fakes/database.h"

struct fake_policy fake_policy(struct fake_database *database)
{
    return database->policy;
}

static bool is_customer(const struct fake_customer *customer)
{
    return customer->row.version > 0;
}

static bool any_customer(const struct fake_database *database)
{
    for (size_t i = 0; i < database->tables.customers.count; i++)
        if (is_customer(database->tables.customers.items[i]))
            return true;
    return false;
}

// The least time of lanes that ever held a record.
static instant watermark(const struct fake_database *database)
{
    instant least = INSTANT_NEVER;
    for (size_t i = 0; i < database->tables.lanes.count; i++) {
        instant at = database->tables.lanes.items[i].row.lane_time;
        if (at != INSTANT_NONE)
            least = instant_earlier(least, at);
    }
    return least == INSTANT_NEVER ? 0 : least;
}

int fake_do_policy(struct fake_database *database, struct arena *arena, struct policy_row *row)
{
    (void)arena; // texts live as long as the database
    *row = database->policy.row;
    if (!row->recorded)
        row->since = INSTANT_NONE;
    return STORE_OK;
}

int fake_do_record_policy(struct fake_database *database, const struct policy *policy, duration lane_hold,
                          enum policy_entry entry, struct arena *arena, struct policy_row *row)
{
    struct policy_row *stands = &database->policy.row;
    fake_do_policy(database, arena, row);
    bool mixes =
        stands->recorded && any_customer(database) && stands->mixed_fingerprint != policy->mixed_fingerprint;
    if (entry == POLICY_STARTS && (mixes || stands->marking.data))
        return STORE_CONFLICT;
    bool mark = stands->recorded && (mixes || entry == POLICY_RECOMPUTES_ALL);
    bool changed = stands->recorded && stands->fingerprint != policy->fingerprint;
    if (!stands->recorded)
        *stands = (struct policy_row){.recorded = true, .since = INSTANT_NONE};
    if (changed)
        stands->since = watermark(database);
    if (mark)
        stands->deriving = SPAN_NONE, stands->marking = SPAN_LITERAL("");
    else if (changed)
        stands->deriving = SPAN_LITERAL("");
    size_t size = policy_pack(policy, NULL);
    uint8_t *packed = fake_allocate(1, size);
    policy_pack(policy, packed);
    stands->packed = fake_text(database, span_of((const char *)packed, size));
    free(packed);
    stands->fingerprint = policy->fingerprint;
    stands->mixed_fingerprint = policy->mixed_fingerprint;
    database->policy.lane_hold = lane_hold;
    return fake_do_policy(database, arena, row);
}

int fake_check_policy(const struct fake_database *database, uint64_t policy, const struct store_write *write)
{
    bool fenced = policy != 0 && (write->customer_count || write->delete_customer_count || write->timeline_count ||
                                  write->marks);
    return fenced && database->policy.row.fingerprint != policy ? STATUS_CONFIG : STORE_OK;
}

// The first customer behind an id.
static size_t behind(const struct fake_database *database, struct span id)
{
    bool found;
    size_t place = fake_place(&database->tables, id, &found);
    return place + found;
}

int fake_do_mark(struct fake_database *database, size_t limit, instant quiet_until, enum brought brought,
                 size_t *count)
{
    struct policy_row *policy = &database->policy.row;
    *count = 0;
    if (!policy->marking.data)
        return STORE_OK;
    struct span last = SPAN_NONE;
    for (size_t i = behind(database, policy->marking); i < database->tables.customers.count && *count < limit; i++) {
        if (!is_customer(database->tables.customers.items[i]))
            continue;
        struct fake_customer *customer = fake_customer_copy(database->tables.customers.items[i]);
        struct customer_row *row = &customer->row;
        instant as_of = row->state.as_of == INSTANT_NONE ? INSTANT_NEVER : row->state.as_of;
        row->version++;
        row->fold_at = instant_earlier(row->fold_at, as_of);
        row->quiet_until = instant_later(row->quiet_until, quiet_until);
        if (brought > row->brought)
            row->brought = (uint8_t)brought;
        last = row->id;
        fake_replace(&database->tables, customer);
        ++*count;
    }
    policy->marking = last;
    return STORE_OK;
}

int fake_do_derived(struct fake_database *database, uint64_t fingerprint, struct span from, struct span to)
{
    struct policy_row *policy = &database->policy.row;
    if (policy->fingerprint == fingerprint && policy->deriving.data && span_equal(policy->deriving, from))
        policy->deriving = fake_text(database, to);
    return STORE_OK;
}

static struct span *take_ids(struct arena *arena, size_t count)
{
    struct span *ids = arena_take(arena, (count + 1) * sizeof *ids);
    if (!ids)
        abort();
    return ids;
}

int fake_do_walk(struct fake_database *database, struct span after, bool marked, size_t limit, struct arena *arena,
                 struct span **ids, size_t *count)
{
    *ids = take_ids(arena, limit);
    *count = 0;
    for (size_t i = behind(database, after); i < database->tables.customers.count && *count < limit; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        if (is_customer(customer) && (!marked || customer->row.fold_at != INSTANT_NEVER))
            (*ids)[(*count)++] = customer->row.id;
    }
    return STORE_OK;
}

// By no hash: the first ones.
int fake_do_pick(struct fake_database *database, size_t limit, struct arena *arena, struct span **ids, size_t *count)
{
    return fake_do_walk(database, SPAN_LITERAL(""), false, limit, arena, ids, count);
}

int fake_do_census(struct fake_database *database, struct census *census)
{
    *census = (struct census){0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        const struct fake_customer *customer = database->tables.customers.items[i];
        census->customers += is_customer(customer);
        census->marked += is_customer(customer) && customer->row.fold_at != INSTANT_NEVER;
    }
    for (size_t i = 0; i < database->tables.lanes.count; i++)
        census->tended |= database->tables.lanes.items[i].owner[0] != '\0';
    return STORE_OK;
}

int fake_do_histories(struct fake_database *database, const struct span *ids, size_t count, struct arena *arena,
                      struct histories *histories)
{
    size_t transitions = 0, promises = 0, objections = 0;
    *histories = (struct histories){0};
    for (size_t i = 0; i < database->tables.customers.count; i++) {
        transitions += database->tables.customers.items[i]->transition_count;
        promises += database->tables.customers.items[i]->promise_count;
        objections += database->tables.customers.items[i]->objection_count;
    }
    histories->transitions = arena_take(arena, (transitions + 1) * sizeof *histories->transitions);
    histories->promises = arena_take(arena, (promises + 1) * sizeof *histories->promises);
    histories->objections = arena_take(arena, (objections + 1) * sizeof *histories->objections);
    histories->profiles = arena_take(arena, (count + 1) * sizeof *histories->profiles);
    for (size_t i = 0; i < count; i++) {
        bool found;
        size_t place = fake_place(&database->tables, ids[i], &found);
        if (!found)
            continue;
        const struct fake_customer *customer = database->tables.customers.items[place];
        for (size_t k = 0; k < customer->transition_count; k++)
            histories->transitions[histories->transition_count++] = customer->transitions[k];
        for (size_t k = 0; k < customer->promise_count; k++)
            histories->promises[histories->promise_count++] =
                (struct promise_row){.customer_id = customer->row.id, .promise = customer->promises[k]};
        for (size_t k = 0; k < customer->objection_count; k++)
            histories->objections[histories->objection_count++] = customer->objections[k];
        if (customer->has_profile)
            histories->profiles[histories->profile_count++] = customer->profile;
    }
    return STORE_OK;
}
