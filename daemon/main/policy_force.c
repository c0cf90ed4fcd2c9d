#include "main/policy_force.h"

#include "base/status.h"
#include "codec/arena.h"
#include "core/policy_pack.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 16 * 1024, NAMED = 8 };

int policy_recorded(struct policy_owner *owner, const struct policy_row *row)
{
    struct policy_counts counts;
    const uint8_t *bytes = (const uint8_t *)row->packed.data;
    *owner = (struct policy_owner){0};
    if (policy_packed_counts(bytes, row->packed.size, &counts) != 0)
        return 1;
    owner->types = calloc(counts.types + 1, sizeof *owner->types);
    owner->rates = calloc(counts.rates + 1, sizeof *owner->rates);
    owner->transitions = calloc(counts.transitions + 1, sizeof *owner->transitions);
    if (!owner->types || !owner->rates || !owner->transitions)
        return fault(STATUS_NOMEM, "out of memory");
    const struct policy_storage storage = {owner->types, owner->rates, owner->transitions};
    if (policy_unpack(&owner->policy, bytes, row->packed.size, &storage) != 0 ||
        owner->policy.fingerprint != row->fingerprint)
        return 1;
    owner->policy.since = row->since;
    return 0;
}

void policy_name_differences(const struct policy *a, const struct policy *b, bool mixed, char names[POLICY_NAMES])
{
    const char *all[POLICY_DIFFERENCES];
    size_t count = policy_differences(a, b, mixed, all), size = 0;
    names[0] = '\0';
    for (size_t i = 0; i < count && i < NAMED && size < POLICY_NAMES; i++)
        size += (size_t)snprintf(names + size, POLICY_NAMES - size, "%s%s", i ? ", " : "", all[i]);
    if (count > NAMED && size < POLICY_NAMES)
        snprintf(names + size, POLICY_NAMES - size, " and %zu more", count - NAMED);
}

// Names what our policy and the one in force differ in.
static int name_differences(const struct policy *ours, const struct policy_row *row, bool mixed,
                            char names[POLICY_NAMES])
{
    struct policy_owner recorded;
    int status = policy_recorded(&recorded, row);
    if (status == 0)
        policy_name_differences(ours, &recorded.policy, mixed, names);
    else
        snprintf(names, POLICY_NAMES, "what another version of guanxid has recorded");
    policy_owner_free(&recorded);
    return status < 0 ? status : 0;
}

static int refuse_mixed(const struct policy *ours, const struct policy_row *row)
{
    char names[POLICY_NAMES];
    if (row->mixed_fingerprint == ours->mixed_fingerprint)
        return fault(STATUS_CONFIG, "a recompute under this policy has not reached all customers yet: let it go on, or "
                                    "start it again (`guanxid recompute`)");
    int status = name_differences(ours, row, true, names);
    return status ? status
                  : fault(STATUS_CONFIG,
                          "the customers in this database stand under another policy, which differs in %s: put that back, "
                          "or have all customers worked out anew with `guanxid recompute`",
                          names);
}

static int refuse_other(const struct policy *ours, const struct policy_row *row)
{
    char names[POLICY_NAMES];
    if (ours->mixed_fingerprint != row->mixed_fingerprint)
        return refuse_mixed(ours, row);
    int status = name_differences(ours, row, false, names);
    return status ? status
                  : fault(STATUS_CONFIG,
                          "another policy is in force in this database, which differs in %s: start guanxid with this "
                          "configuration first, or use the one that it runs with",
                          names);
}

static int unavailable(int outcome)
{
    return outcome <= 0 ? outcome
                        : fault(STATUS_UNAVAILABLE, "PostgreSQL could not be prepared: %s", fault_message());
}

static int record(struct policy_owner *owner, struct store *store, duration lane_hold, struct arena *arena)
{
    struct policy_row row;
    int outcome = store->ops->record_policy(store, &owner->policy, lane_hold, POLICY_STARTS, arena, &row);
    if (outcome == STORE_CONFLICT)
        return refuse_mixed(&owner->policy, &row);
    owner->policy.since = row.since;
    return unavailable(outcome);
}

static int join(struct policy_owner *owner, struct store *store, duration lane_hold, struct arena *arena)
{
    struct policy_row row;
    int status = unavailable(store->ops->policy(store, arena, &row));
    if (status != 0)
        return status;
    if (!row.recorded)
        return record(owner, store, lane_hold, arena);
    if (row.fingerprint != owner->policy.fingerprint)
        return refuse_other(&owner->policy, &row);
    owner->policy.since = row.since;
    return 0;
}

static int with_arena(struct policy_owner *owner, struct store *store, duration lane_hold,
                      int (*enter)(struct policy_owner *owner, struct store *store, duration lane_hold,
                                   struct arena *arena))
{
    struct arena arena;
    arena_init(&arena, BLOCK);
    int status = unavailable(policy_number_types(owner, store));
    if (status == 0)
        status = enter(owner, store, lane_hold, &arena);
    if (status == 0)
        store->policy = owner->policy.fingerprint;
    arena_free(&arena);
    return status;
}

int policy_start(struct policy_owner *owner, struct store *store, duration lane_hold)
{
    return with_arena(owner, store, lane_hold, record);
}

int policy_join(struct policy_owner *owner, struct store *store, duration lane_hold)
{
    return with_arena(owner, store, lane_hold, join);
}
