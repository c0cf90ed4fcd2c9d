// The settings of a policy in one fixed order, each by name: fingerprints, the packed form and the comparison of two
// policies all go through this one list.
#ifndef GUANXI_CORE_POLICY_WALK_H
#define GUANXI_CORE_POLICY_WALK_H

#include "core/policy_pack.h"

enum walk_mode {
    WALK_HASH,   // FNV-1a over a canonical form: neither padding nor addresses count
    WALK_PACK,   // the same form as bytes
    WALK_UNPACK, // and back
};

struct walk {
    enum walk_mode mode;
    uint64_t hash;
    uint8_t *to;   // PACK: NULL to count
    size_t packed; // bytes so far
    const uint8_t *from, *end; // UNPACK
    bool failed;               // UNPACK: the bytes are no such form
    const struct policy_storage *storage; // UNPACK, with the room that the head said
    struct policy_counts counts;
};

struct policy_setting {
    const char *name;
    bool mixed; // may not be mixed: customers under different values of it are of different policies
    void (*walk)(struct walk *walk, struct policy *policy);
};
extern const struct policy_setting policy_settings[];
extern const size_t policy_setting_count;

#define WALK_BASIS UINT64_C(14695981039346656037) // of FNV-1a
int64_t walk_number(struct walk *walk, int64_t number); // gives it, or what was read
uint64_t policy_setting_hash(const struct policy_setting *setting, const struct policy *policy);

#endif
