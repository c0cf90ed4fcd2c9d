#include "core/policy_pack.h"

#include "policy_walk.h"

// The head: what the bytes are, and how much storage they need.
enum { HEAD_FORM, HEAD_TYPES, HEAD_RATES, HEAD_TRANSITIONS, HEAD_NUMBERS };
#define FORM INT64_C(1)

static void put_number(uint8_t *at, int64_t number)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)((uint64_t)number >> (8 * i));
    }
}

static int64_t get_number(const uint8_t *at)
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number |= (uint64_t)at[i] << (8 * i);
    }
    return (int64_t)number;
}

size_t policy_pack(const struct policy *policy, uint8_t *bytes)
{
    const int64_t head[HEAD_NUMBERS] = {FORM, (int64_t)policy->type_count, (int64_t)policy->rate_count,
                                        (int64_t)policy->zone.count};
    struct walk walk = {.mode = WALK_PACK, .to = bytes, .packed = sizeof head};
    for (size_t i = 0; bytes && i < HEAD_NUMBERS; i++) {
        put_number(bytes + 8 * i, head[i]);
    }
    for (size_t i = 0; i < policy_setting_count; i++) {
        policy_settings[i].walk(&walk, (struct policy *)(uintptr_t)policy); // it writes in UNPACK alone
    }
    return walk.packed;
}

int policy_packed_counts(const uint8_t *bytes, size_t size, struct policy_counts *counts)
{
    if (!bytes || size < (size_t)8 * HEAD_NUMBERS || get_number(bytes) != FORM) {
        return -1;
    }
    int64_t head[HEAD_NUMBERS];
    for (size_t i = 0; i < HEAD_NUMBERS; i++) {
        head[i] = get_number(bytes + 8 * i);
        if (head[i] < 0 || (uint64_t)head[i] > size) { // each takes more than a byte
            return -1;
        }
    }
    *counts = (struct policy_counts){(size_t)head[HEAD_TYPES], (size_t)head[HEAD_RATES],
                                     (size_t)head[HEAD_TRANSITIONS]};
    return 0;
}

int policy_unpack(struct policy *policy, const uint8_t *bytes, size_t size, const struct policy_storage *storage)
{
    struct policy_counts counts;
    memset(policy, 0, sizeof *policy);
    policy->since = INSTANT_NONE;
    if (policy_packed_counts(bytes, size, &counts) != 0) {
        return -1;
    }
    struct walk walk = {.mode = WALK_UNPACK, .from = bytes + (size_t)8 * HEAD_NUMBERS, .end = bytes + size,
                        .storage = storage, .counts = counts};
    for (size_t i = 0; i < policy_setting_count; i++) {
        policy_settings[i].walk(&walk, policy);
    }
    policy->types = storage->types;
    policy->rates = storage->rates;
    policy->zone.transitions = storage->transitions;
    if (walk.failed || walk.from != walk.end) {
        return -1;
    }
    policy_fingerprint(policy);
    return 0;
}
