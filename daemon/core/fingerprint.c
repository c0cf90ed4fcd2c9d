// Fingerprints of a policy: those of its settings, one after the other.
#include "policy_walk.h"

static void add(uint64_t *hash, uint64_t part)
{
    struct walk walk = {.mode = WALK_HASH, .hash = *hash};
    walk_number(&walk, (int64_t)part);
    *hash = walk.hash;
}

void policy_fingerprint(struct policy *policy)
{
    uint64_t mixed = WALK_BASIS, all = WALK_BASIS;
    for (size_t i = 0; i < policy_setting_count; i++) {
        uint64_t hash = policy_setting_hash(&policy_settings[i], policy);
        add(&all, hash);
        if (policy_settings[i].mixed) {
            add(&mixed, hash);
        }
    }
    policy->mixed_fingerprint = mixed;
    policy->fingerprint = all;
}

size_t policy_differences(const struct policy *a, const struct policy *b, bool mixed,
                          const char *names[POLICY_DIFFERENCES])
{
    size_t count = 0;
    for (size_t i = 0; i < policy_setting_count && count < POLICY_DIFFERENCES; i++) {
        const struct policy_setting *setting = &policy_settings[i];
        if ((setting->mixed || !mixed) && policy_setting_hash(setting, a) != policy_setting_hash(setting, b)) {
            names[count++] = setting->name;
        }
    }
    return count;
}
