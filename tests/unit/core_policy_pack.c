// The packed form of a policy: it gives the policy back, and nothing but itself is taken for one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/policy_pack.h"
#include "support/any_policy.h"
#include "support/random.h"

enum { ROUNDS = 300 };

struct packed {
    uint8_t *bytes;
    size_t size;
};

static struct packed pack(const struct policy *policy)
{
    struct packed packed = {.size = policy_pack(policy, NULL)};
    packed.bytes = malloc(packed.size);
    assert_non_null(packed.bytes);
    assert_int_equal(policy_pack(policy, packed.bytes), packed.size);
    return packed;
}

// Unpacks with exactly as much storage as is asked for.
static int unpack(struct policy *policy, const uint8_t *bytes, size_t size, struct policy_storage *storage)
{
    struct policy_counts counts;
    *storage = (struct policy_storage){0};
    if (policy_packed_counts(bytes, size, &counts) != 0)
        return -1;
    storage->types = calloc(counts.types + 1, sizeof *storage->types);
    storage->rates = calloc(counts.rates + 1, sizeof *storage->rates);
    storage->transitions = calloc(counts.transitions + 1, sizeof *storage->transitions);
    return policy_unpack(policy, bytes, size, storage);
}

static void storage_free(struct policy_storage *storage)
{
    free(storage->types);
    free(storage->rates);
    free(storage->transitions);
}

static struct policy policy;
static struct type_rule types[POLICY_TYPES];
static const struct currency_rate rates[] = {{"USD", 2, 2, 712}, {"JPY", 0, 4, 478}};
static const struct zone_transition transitions[] = {{INSTANT_NONE, 28800}, {5 * DAY, 32400}};

static int set_up(void **state)
{
    (void)state;
    policy_defaults(&policy, types);
    policy.rates = rates;
    policy.rate_count = 2;
    policy.zone = (struct zone){2, transitions};
    policy.type_prefix = SPAN_LITERAL("com.example.");
    calendar_list_day(&policy.calendar, 20454, true);
    policy.calendar.days_off = 0x60;
    policy_fingerprint(&policy);
    return 0;
}

static struct random begin_random(void)
{
    const char *given = getenv("GUANXI_SEED");
    struct random random = {given ? strtoull(given, NULL, 10) : 20260101};
    print_message("GUANXI_SEED=%llu\n", (unsigned long long)random.state);
    return random;
}

static void expect_same(const struct policy *a, const struct policy *b)
{
    const char *names[POLICY_DIFFERENCES];
    assert_int_equal(policy_differences(a, b, false, names), 0);
    assert_int_equal(a->fingerprint, b->fingerprint);
    assert_int_equal(a->mixed_fingerprint, b->mixed_fingerprint);
}

static void it_comes_back_whole(void **state)
{
    (void)state;
    struct packed packed = pack(&policy);
    struct policy back;
    struct policy_storage storage;
    assert_int_equal(unpack(&back, packed.bytes, packed.size, &storage), 0);
    expect_same(&policy, &back);
    assert_int_equal(back.since, INSTANT_NONE);
    assert_int_equal(back.rates[1].numerator, 478);
    assert_string_equal(back.rates[0].code, "USD");
    assert_int_equal(back.zone.transitions[1].offset, 32400);
    assert_true(span_equal(back.type_prefix, policy.type_prefix));
    assert_string_equal(back.items[32].item, "contract");
    assert_ptr_equal(policy_rule_named(&back, SPAN_LITERAL("order.placed")), &storage.types[TYPE_ORDER_PLACED - 1]);
    storage_free(&storage);
    free(packed.bytes);
}

static void so_does_any_policy(void **state)
{
    (void)state;
    struct random random = begin_random();
    for (int i = 0; i < ROUNDS; i++) {
        struct type_rule any_types[POLICY_TYPES];
        struct policy any, back;
        any_policy(&any, any_types, &random);
        struct packed packed = pack(&any);
        struct policy_storage storage;
        assert_int_equal(unpack(&back, packed.bytes, packed.size, &storage), 0);
        expect_same(&any, &back);
        storage_free(&storage);
        free(packed.bytes);
    }
}

static void what_is_cut_or_continued_is_none(void **state)
{
    (void)state;
    struct packed packed = pack(&policy);
    struct policy back;
    struct policy_storage storage;
    for (size_t size = 0; size < packed.size; size++) {
        uint8_t *cut = malloc(size + 1); // a byte beyond it would be seen
        memcpy(cut, packed.bytes, size);
        assert_int_equal(unpack(&back, cut, size, &storage), -1);
        storage_free(&storage);
        free(cut);
    }
    uint8_t *longer = calloc(1, packed.size + 1);
    memcpy(longer, packed.bytes, packed.size);
    assert_int_equal(unpack(&back, longer, packed.size + 1, &storage), -1);
    storage_free(&storage);
    free(longer);
    assert_int_equal(unpack(&back, NULL, 0, &storage), -1);
    free(packed.bytes);
}

// Whatever a byte becomes, nothing is read or written out of bounds; the sanitizers watch.
static void any_byte_may_be_wrong(void **state)
{
    (void)state;
    struct packed packed = pack(&policy);
    struct random random = begin_random();
    for (size_t i = 0; i < packed.size; i++) {
        uint8_t was = packed.bytes[i];
        packed.bytes[i] ^= (uint8_t)(1 + random_below(&random, 255));
        struct policy back;
        struct policy_storage storage;
        if (unpack(&back, packed.bytes, packed.size, &storage) == 0)
            assert_true(back.type_count <= packed.size);
        storage_free(&storage);
        packed.bytes[i] = was;
    }
    free(packed.bytes);
}

static void differences_have_names(void **state)
{
    (void)state;
    struct policy other = policy;
    const char *names[POLICY_DIFFERENCES];
    assert_int_equal(policy_differences(&policy, &other, false, names), 0);
    other.cadence[LEVEL_REACTIVE]++;
    other.half_life++;
    other.rate_count = 1;
    assert_int_equal(policy_differences(&policy, &other, false, names), 3);
    assert_string_equal(names[0], "model.half_life");
    assert_string_equal(names[1], "model.rates");
    assert_string_equal(names[2], "model.cadence");
    assert_int_equal(policy_differences(&policy, &other, true, names), 2);
    assert_string_equal(names[1], "model.rates");
    other = policy;
    other.since = 5; // when it took effect is no setting
    policy_fingerprint(&other);
    assert_int_equal(other.fingerprint, policy.fingerprint);
    assert_int_equal(policy_differences(&policy, &other, false, names), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_comes_back_whole, set_up),
        cmocka_unit_test_setup(so_does_any_policy, set_up),
        cmocka_unit_test_setup(what_is_cut_or_continued_is_none, set_up),
        cmocka_unit_test_setup(any_byte_may_be_wrong, set_up),
        cmocka_unit_test_setup(differences_have_names, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
