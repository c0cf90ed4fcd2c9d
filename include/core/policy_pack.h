// A policy as bytes, so that the database can say later what the customers in it stand under; and what makes two
// policies different. The form is that of this version: bytes of another one are refused.
#ifndef GUANXI_CORE_POLICY_PACK_H
#define GUANXI_CORE_POLICY_PACK_H

#include "core/policy.h"

// What an unpacked policy points at besides the bytes themselves: the caller's, with as much room as
// policy_packed_counts says.
struct policy_storage {
    struct type_rule *types;
    struct currency_rate *rates;
    struct zone_transition *transitions;
};
struct policy_counts {
    size_t types, rates, transitions;
};

// The bytes it takes; written where `bytes` is not NULL, which has room for them.
size_t policy_pack(const struct policy *policy, uint8_t *bytes);
// 0, or -1: the bytes are no packed policy.
int policy_packed_counts(const uint8_t *bytes, size_t size, struct policy_counts *counts);
// 0, with both fingerprints set (`since` is INSTANT_NONE); or -1. The policy borrows storage and bytes.
int policy_unpack(struct policy *policy, const uint8_t *bytes, size_t size, const struct policy_storage *storage);

// The names of the settings ("model.half_life") in which two policies differ, at most POLICY_DIFFERENCES of them;
// how many are told. With `mixed` only those that may not be mixed.
enum { POLICY_DIFFERENCES = 64 };
size_t policy_differences(const struct policy *a, const struct policy *b, bool mixed,
                          const char *names[POLICY_DIFFERENCES]);

#endif
